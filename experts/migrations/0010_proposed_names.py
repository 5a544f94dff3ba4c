import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def _permissions(apps, using):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    kind, _new = ContentType.objects.using(using).get_or_create(app_label="experts", model="proposedname")
    for act in ("view", "change"):
        permission, _new = Permission.objects.using(using).get_or_create(
            content_type=kind, codename=f"{act}_proposedname", defaults={"name": f"Can {act} change of an expert’s name"}
        )
        yield permission


def let_decide(apps, schema_editor):
    """Let the Centre's editors see and decide on other names of experts."""
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).filter(name="Editors").first()
    if group:
        group.permissions.add(*_permissions(apps, using))


def stop_deciding(apps, schema_editor):
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).filter(name="Editors").first()
    if group:
        group.permissions.remove(*_permissions(apps, using))


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0009_labels_of_periods_and_words'),
        ('accounts', '0005_editors_review'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProposedName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facts', models.JSONField(verbose_name='new values')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='proposed')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='decided')),
                ('was_accepted', models.BooleanField(default=False, editable=False, verbose_name='accepted')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposed_names', to='experts.expert', verbose_name='expert')),
            ],
            options={
                'verbose_name': 'change of an expert’s name',
                'verbose_name_plural': 'changes of experts’ names',
                'ordering': ['-proposed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('expert',), name='one_open_change_of_an_expert_s_name'), models.CheckConstraint(condition=models.Q(('was_accepted', False), ('decided_at__isnull', False), _connector='OR'), name='accepted_name_was_decided')],
            },
        ),
        migrations.RunPython(let_decide, stop_deciding),
    ]
