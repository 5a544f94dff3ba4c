from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experts", "0006_labels")]

    operations = [
        migrations.AddField("expertreview", "waiting_since", models.DateTimeField(editable=False, null=True)),
        migrations.AddConstraint(
            "expertreview",
            models.UniqueConstraint(
                condition=models.Q(("decision__in", ["asked", "deputy-told", "centre-takes"])),
                fields=("expert", "waiting_since", "decision"),
                name="expert_routed_once_in_one_waiting",
            ),
        ),
    ]
