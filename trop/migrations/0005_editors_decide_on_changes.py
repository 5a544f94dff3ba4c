"""Editors look after changes of published opportunities: they decide on them, and neither add nor delete any.

The permissions are written by label and name, as in the first such migration of `accounts`, whose group this is.
"""

from django.db import migrations

GROUP = "Editors"
LOOKED_AFTER = {"proposedrewrite": "change of an opportunity"}
ACTS = ("view", "change")


def give(apps, schema_editor):
    using = schema_editor.connection.alias
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _new = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    for model, name in LOOKED_AFTER.items():
        kind, _new = ContentType.objects.using(using).get_or_create(app_label="trop", model=model)
        for act in ACTS:
            permission, _new = Permission.objects.using(using).get_or_create(
                content_type=kind, codename=f"{act}_{model}", defaults={"name": f"Can {act} {name}"}
            )
            group.permissions.add(permission)


def take(apps, schema_editor):
    using = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name=GROUP):
        group.permissions.remove(
            *permissions.filter(content_type__app_label="trop", content_type__model__in=LOOKED_AFTER)
        )


class Migration(migrations.Migration):
    dependencies = [("trop", "0004_changes_wait_beside_the_page"), ("accounts", "0002_editors")]

    operations = [migrations.RunPython(give, take)]
