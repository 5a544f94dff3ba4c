"""Labels also tell on which days experts are free, and which words they use that very many use.

Of the four periods that end last they tell the bits of their first and last days, counted from 1 for the first of the year
2000 (`Free` in `experts/questions.py`). A word is found where `SearchableQuerySet.saying` finds it.
"""

from importlib import import_module

import django.contrib.postgres.search
from django.db import migrations, models

FORMER = import_module("experts.migrations.0006_labels").LABELS
FUNCTION = FORMER[: FORMER.index("CREATE FUNCTION experts_label_changed")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
BEFORE = "      || ARRAY(SELECT 10000000 + place"
MORE = """\
      || ARRAY(SELECT 11000000 + 100 * nth + shift + place
               FROM (SELECT row_number() OVER (ORDER BY until DESC, id) AS nth, starts_on, until
                     FROM experts_availability WHERE expert_id = who) AS periods,
                 LATERAL (VALUES (0, starts_on), (50, until)) AS days (shift, day), generate_series(0, 15) place
               WHERE nth <= 4 AND least(greatest(day - date '1999-12-31', 0), 65535) >> place & 1 = 1 ORDER BY 1)::int[]
      || CASE WHEN (SELECT count(*) > 4 FROM experts_availability WHERE expert_id = who) THEN ARRAY[5] END
      || ARRAY(SELECT 12000000 + w.id FROM experts_word w
               WHERE e.search_key LIKE '%' || w.word || '%' OR e.search_stems @@ w.stems ORDER BY 1)::int[]
"""
LABELS = FUNCTION.replace(BEFORE, MORE + BEFORE) + "".join(
    f"""
CREATE TRIGGER experts_label_{letter} AFTER {what} ON experts_availability
  REFERENCING {row} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION experts_label_linked();
"""
    for letter, what, row in (("i", "INSERT", "NEW"), ("u", "UPDATE", "NEW"), ("d", "DELETE", "OLD"))
)
ANEW = "SELECT experts_label(ARRAY(SELECT id FROM experts_expert));"
BACK = FUNCTION + "".join(f"DROP TRIGGER experts_label_{letter} ON experts_availability;\n" for letter in "iud")


class Migration(migrations.Migration):
    dependencies = [("experts", "0008_who_was_taken_out")]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField(unique=True)),
                (
                    "stems",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("word"),
                            function="search_query",
                            output_field=django.contrib.postgres.search.SearchQueryField(),
                        ),
                        output_field=django.contrib.postgres.search.SearchQueryField(),
                    ),
                ),
                ("is_ready", models.BooleanField(default=False)),
            ],
        ),
        migrations.RunSQL(LABELS + ANEW, BACK + ANEW),
        migrations.AddIndex(
            model_name="findable",
            index=models.Index(
                condition=models.Q(("labels__contains", [5])), fields=["expert"], name="experts_of_more_periods"
            ),
        ),
    ]
