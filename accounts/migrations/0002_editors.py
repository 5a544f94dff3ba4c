"""The group of the Centre's staff who keep the record: they edit what is published, and delete only links and files.

Django makes permissions after all migrations; on an empty database there are none yet. So the rows are written here, by
label and name, and Django finds them afterwards. No other app has to be migrated first, which keeps `accounts` below
the others.
"""

from django.db import migrations

GROUP = "Editors"
EDITED = [
    ("classifications", "language"),
    ("classifications", "country"),
    ("classifications", "city"),
    ("classifications", "sector"),
    ("programmes", "theme"),
    ("programmes", "programme"),
    ("programmes", "focalpoint"),
    ("programmes", "committee"),
    ("programmes", "page"),
    ("partners", "institution"),
    ("events", "series"),
    ("events", "event"),
]
DELETED_TOO = [
    ("programmes", "programmedocument"),
    ("programmes", "seat"),
    ("events", "participation"),
    ("events", "eventdocument"),
    ("events", "formeraddress"),
]
# As Django writes the names of permissions: after the model's name in English.
NAMES = {
    "focalpoint": "focal point",
    "programmedocument": "document of a programme",
    "participation": "participating country",
    "eventdocument": "document of an event",
    "formeraddress": "former address",
}


def make_group(apps, schema_editor):
    using = schema_editor.connection.alias
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _new = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    for label, model in EDITED + DELETED_TOO:
        kind, _new = ContentType.objects.using(using).get_or_create(app_label=label, model=model)
        for act in ("view", "add", "change", "delete") if (label, model) in DELETED_TOO else ("view", "add", "change"):
            permission, _new = Permission.objects.using(using).get_or_create(
                content_type=kind, codename=f"{act}_{model}", defaults={"name": f"Can {act} {NAMES.get(model, model)}"}
            )
            group.permissions.add(permission)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
