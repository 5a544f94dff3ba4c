"""Focal points of all states find the experts who agree to it: a flag beside the consents, and a label."""

from importlib import import_module

from django.db import migrations, models

FORMER = import_module("experts.migrations.0012_forms_and_parts_of_words").LABELS
LABELS = FORMER.replace("      e.is_for_partners,", "      e.is_for_partners, e.is_for_focal_points,").replace(
    "      || CASE WHEN is_for_partners THEN ARRAY[3] END\n",
    "      || CASE WHEN is_for_partners THEN ARRAY[3] END\n      || CASE WHEN is_for_focal_points THEN ARRAY[6] END\n",
)
# Nobody has agreed yet to what was worded on this day; consents that came before do not reach so far.
CONDITION = models.Q(
    ("is_kept", True),
    models.Q(
        ("is_for_focal_points", False), ("is_for_partners", False), ("is_public", False), ("may_be_contacted", False)
    ),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies = [("experts", "0012_forms_and_parts_of_words")]

    operations = [
        migrations.RemoveConstraint(model_name="expert", name="nobody_used_who_is_not_kept"),
        migrations.AddField(
            model_name="expert",
            name="is_for_focal_points",
            field=models.BooleanField(default=False, editable=False, verbose_name="all focal points may see it"),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(condition=CONDITION, name="nobody_used_who_is_not_kept"),
        ),
        migrations.RunSQL(LABELS, FORMER),
    ]
