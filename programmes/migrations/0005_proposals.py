import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def grant(apps, schema_editor):
    """Let the Centre's editors see and decide on proposals."""
    using = schema_editor.connection.alias
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _new = apps.get_model("auth", "Group").objects.using(using).get_or_create(name="Editors")
    kind, _new = ContentType.objects.using(using).get_or_create(app_label="programmes", model="proposal")
    for act in ("view", "change"):
        permission, _new = Permission.objects.using(using).get_or_create(
            content_type=kind, codename=f"{act}_proposal", defaults={"name": f"Can {act} proposal of a focal point"}
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_editors'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('programmes', '0004_what_more_history_keeps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='designationstep',
            name='what',
            field=models.CharField(choices=[('designated', 'Designated'), ('ended', 'Ended'), ('confirmed', 'Confirmed by the country'), ('account', 'Another account may act'), ('deputy-proposed', 'Deputy proposed'), ('deputy-accepted', 'Proposed deputy accepted'), ('deputy-declined', 'Proposed deputy declined'), ('corrected', 'Corrected as proposed')], max_length=20, verbose_name='step'),
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('deputy', 'A deputy'), ('correction', 'A correction')], max_length=20, verbose_name='what is proposed')),
                ('record_id', models.PositiveBigIntegerField()),
                ('facts', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='new values')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='words')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='proposed')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided')),
                ('was_accepted', models.BooleanField(default=False, editable=False, verbose_name='accepted')),
                ('reason', models.TextField(blank=True, editable=False, verbose_name='reason')),
                ('told_at', models.DateTimeField(editable=False, null=True, verbose_name='told')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='programmes.focalpoint', verbose_name='focal point')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'proposal of a focal point',
                'verbose_name_plural': 'proposals of focal points',
                'ordering': ['-proposed_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('content_type', 'record_id', 'kind'), name='one_open_proposal_about_a_record')],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
