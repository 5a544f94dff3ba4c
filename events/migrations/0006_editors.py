"""Editors invite experts to events and mark what came of it; they delete nothing.

Written like the group itself in `accounts`, for the same reasons.
"""

from django.db import migrations

GROUP = "Editors"
ACTS = {"engagement": ("view", "change")}
NAMES = {"engagement": "expert at an event"}


def _permissions(apps, using):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for model, acts in ACTS.items():
        kind, _new = ContentType.objects.using(using).get_or_create(app_label="events", model=model)
        for act in acts:
            permission, _new = Permission.objects.using(using).get_or_create(
                content_type=kind, codename=f"{act}_{model}", defaults={"name": f"Can {act} {NAMES[model]}"}
            )
            yield permission


def let_mark(apps, schema_editor):
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).filter(name=GROUP).first()
    if group:
        group.permissions.add(*_permissions(apps, using))


def stop_marking(apps, schema_editor):
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).filter(name=GROUP).first()
    if group:
        group.permissions.remove(*_permissions(apps, using))


class Migration(migrations.Migration):
    dependencies = [("events", "0005_experts_at_events"), ("accounts", "0005_editors_review")]

    operations = [migrations.RunPython(let_mark, stop_marking)]
