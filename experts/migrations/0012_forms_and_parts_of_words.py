"""A part of a common word, or another form of it, is found without reading the texts of all who use it.

Common stems have labels as common words have, the label of a word says no longer who uses another form of it, and what is left
of a text beside its common words has an index of its own. `experts_label` writes both in one statement, so that they follow
from the same words.
"""

from importlib import import_module

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

FORMER = import_module("experts.migrations.0009_labels_of_periods_and_words").LABELS
LABELS = """
CREATE OR REPLACE FUNCTION experts_label(keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM experts_findable WHERE expert_id = ANY(keys) ORDER BY expert_id FOR UPDATE;
  WITH known AS MATERIALIZED (
    SELECT who, e.nationality_id, e.residence_id, e.gender, e.degree, e.first_year, e.renewed_at, e.endorsed_on, e.is_public,
      e.is_for_partners, e.search_key, e.search_stems, c.oic_group, coalesce(e.status = 'listed' AND e.is_kept
        AND EXISTS (SELECT FROM experts_rostermembership WHERE expert_id = who), false) AS is_found
    FROM unnest(keys) who LEFT JOIN experts_expert e ON e.id = who
      LEFT JOIN classifications_country c ON c.id = e.nationality_id),
  forgotten AS (DELETE FROM experts_otherwords USING known WHERE expert_id = who AND NOT is_found),
  kept AS (
    INSERT INTO experts_otherwords (expert_id, text)
    SELECT who, (
      SELECT coalesce(string_agg(word, ' ' ORDER BY nth), '') FROM string_to_table(search_key, ' ') WITH ORDINALITY AS own (word, nth)
      WHERE word NOT IN (SELECT w.word FROM experts_word w WHERE NOT is_stem AND state <> 'going'))
    FROM known WHERE is_found
    ON CONFLICT (expert_id) DO UPDATE SET text = EXCLUDED.text WHERE experts_otherwords.text <> EXCLUDED.text)
  INSERT INTO experts_findable (expert_id, labels, renewed_on, first_year, is_counted)
  SELECT who,
    CASE WHEN is_found THEN
      ARRAY[1, 3000000 + nationality_id, 4000000 + residence_id]::int[]
      || CASE WHEN is_public THEN ARRAY[2] END
      || CASE WHEN is_for_partners THEN ARRAY[3] END
      || CASE WHEN endorsed_on IS NOT NULL THEN ARRAY[4] END
      || CASE WHEN oic_group <> '' THEN ARRAY[5000000 + array_position(ARRAY['African', 'Arab', 'Asian'], oic_group::text)] END
      || CASE WHEN gender <> '' THEN ARRAY[6000000 + array_position(ARRAY['female', 'male'], gender::text)] END
      || CASE WHEN degree <> '' THEN
           ARRAY[7000000 + array_position(ARRAY['doctorate', 'master', 'bachelor', 'diploma', 'other'], degree::text)] END
      || CASE WHEN first_year IS NOT NULL THEN ARRAY[8000000 + first_year] END
      || ARRAY(SELECT 1000000 + roster_id FROM experts_rostermembership WHERE expert_id = who ORDER BY 1)::int[]
      || ARRAY(SELECT 2000000 + sector_id FROM experts_expert_sectors WHERE expert_id = who
               UNION SELECT 2000000 + s.theme_id FROM experts_expert_sectors l JOIN classifications_sector s ON s.id = l.sector_id
               WHERE l.expert_id = who AND s.theme_id IS NOT NULL ORDER BY 1)::int[]
      || ARRAY(SELECT 9000000 + 100000 * reached + language_id FROM experts_expertlanguage, generate_series(1, level) reached
               WHERE expert_id = who ORDER BY 1)::int[]
      || ARRAY(SELECT 11000000 + 100 * nth + shift + place
               FROM (SELECT row_number() OVER (ORDER BY until DESC, id) AS nth, starts_on, until
                     FROM experts_availability WHERE expert_id = who) AS periods,
                 LATERAL (VALUES (0, starts_on), (50, until)) AS days (shift, day), generate_series(0, 15) place
               WHERE nth <= 4 AND least(greatest(day - date '1999-12-31', 0), 65535) >> place & 1 = 1 ORDER BY 1)::int[]
      || CASE WHEN (SELECT count(*) > 4 FROM experts_availability WHERE expert_id = who) THEN ARRAY[5] END
      || ARRAY(SELECT 12000000 + w.id FROM experts_word w
               WHERE NOT is_stem AND state <> 'going' AND strpos(search_key, w.word) > 0
               UNION SELECT 12000000 + w.id FROM unnest(tsvector_to_array(search_stems)) AS stem
                 JOIN experts_word w ON is_stem AND state <> 'going' AND w.word = stem ORDER BY 1)::int[]
      || ARRAY(SELECT 10000000 + place FROM generate_series(0, 13) place
               WHERE greatest((renewed_at AT TIME ZONE 'UTC')::date - date '2020-01-01', 0) >> place & 1 = 1)
    ELSE '{}' END,
    coalesce((renewed_at AT TIME ZONE 'UTC')::date, date '2020-01-01'),
    CASE WHEN is_found THEN first_year END,
    false
  FROM known
  ON CONFLICT (expert_id) DO UPDATE
    SET labels = EXCLUDED.labels, renewed_on = EXCLUDED.renewed_on, first_year = EXCLUDED.first_year, is_counted = false
    WHERE (experts_findable.labels, experts_findable.renewed_on, experts_findable.first_year)
      IS DISTINCT FROM (EXCLUDED.labels, EXCLUDED.renewed_on, EXCLUDED.first_year);
END $$;
"""
BACK = FORMER[: FORMER.index("\nCREATE TRIGGER")]
ANEW = """
DELETE FROM experts_tally WHERE label BETWEEN 12000000 AND 12999999;
SELECT experts_label(ARRAY(SELECT id FROM experts_expert));
"""


class Migration(migrations.Migration):
    dependencies = [("experts", "0011_indexes_of_folded_names")]

    operations = [
        migrations.DeleteModel(name="Word"),  # common words are chosen anew within a day
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField()),
                ("is_stem", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("coming", "Coming"), ("ready", "Ready"), ("going", "Going")], default="coming", max_length=6
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("word", "is_stem"), name="common_word_once")],
            },
        ),
        migrations.CreateModel(
            name="OtherWords",
            fields=[
                (
                    "expert",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="other_words",
                        serialize=False,
                        to="experts.expert",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunSQL(LABELS + ANEW, BACK + ANEW),
        migrations.AddIndex(
            model_name="otherwords",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("text"), "gin_trgm_ops"), name="experts_other_words"
            ),
        ),
    ]
