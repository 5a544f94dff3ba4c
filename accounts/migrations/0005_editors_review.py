"""Editors review: they read what waits for a decision and take steps on it, but add and delete nothing of it.

Written like `0002_editors`, for the same reasons.
"""

from django.db import migrations

GROUP = "Editors"
REVIEWED = {  # as Django writes the names of permissions: after the model's name in English
    ("partners", "proposedchange"): "proposed change",
    ("partners", "representation"): "representative",
}
ACTS = ("view", "change")


def _permissions(apps, using):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for (label, model), name in REVIEWED.items():
        kind, _new = ContentType.objects.using(using).get_or_create(app_label=label, model=model)
        for act in ACTS:
            permission, _new = Permission.objects.using(using).get_or_create(
                content_type=kind, codename=f"{act}_{model}", defaults={"name": f"Can {act} {name}"}
            )
            yield permission


def let_review(apps, schema_editor):
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).get(name=GROUP)
    group.permissions.add(*_permissions(apps, using))


def stop_reviewing(apps, schema_editor):
    using = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(using).get(name=GROUP)
    group.permissions.remove(*_permissions(apps, using))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_closed_accounts")]

    operations = [migrations.RunPython(let_review, stop_reviewing)]
