"""What the database keeps right about finding experts by itself, also after bulk statements and plain SQL.

`experts_label` writes the rows of `Findable` anew, for some experts or those who are gone; where nothing changed it writes
nothing, so that the bitmaps need not be told. It locks the rows before it reads what they follow from: of two who change
the same expert at once, the later one sees what the first one did. The numbers are those of `Kind` and `Mark`.
"""

from django.db import migrations

LABELS = """
CREATE FUNCTION experts_label(keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM experts_findable WHERE expert_id = ANY(keys) ORDER BY expert_id FOR UPDATE;
  INSERT INTO experts_findable (expert_id, labels, renewed_on, first_year, is_counted)
  SELECT who,
    CASE WHEN is_found THEN
      ARRAY[1, 3000000 + e.nationality_id, 4000000 + e.residence_id]::int[]
      || CASE WHEN e.is_public THEN ARRAY[2] END
      || CASE WHEN e.is_for_partners THEN ARRAY[3] END
      || CASE WHEN e.endorsed_on IS NOT NULL THEN ARRAY[4] END
      || CASE WHEN c.oic_group <> '' THEN ARRAY[5000000 + array_position(ARRAY['African', 'Arab', 'Asian'], c.oic_group::text)] END
      || CASE WHEN e.gender <> '' THEN ARRAY[6000000 + array_position(ARRAY['female', 'male'], e.gender::text)] END
      || CASE WHEN e.degree <> '' THEN
           ARRAY[7000000 + array_position(ARRAY['doctorate', 'master', 'bachelor', 'diploma', 'other'], e.degree::text)] END
      || CASE WHEN e.first_year IS NOT NULL THEN ARRAY[8000000 + e.first_year] END
      || ARRAY(SELECT 1000000 + roster_id FROM experts_rostermembership WHERE expert_id = who ORDER BY 1)::int[]
      || ARRAY(SELECT 2000000 + sector_id FROM experts_expert_sectors WHERE expert_id = who
               UNION SELECT 2000000 + s.theme_id FROM experts_expert_sectors l JOIN classifications_sector s ON s.id = l.sector_id
               WHERE l.expert_id = who AND s.theme_id IS NOT NULL ORDER BY 1)::int[]
      || ARRAY(SELECT 9000000 + 100000 * reached + language_id FROM experts_expertlanguage, generate_series(1, level) reached
               WHERE expert_id = who ORDER BY 1)::int[]
      || ARRAY(SELECT 10000000 + place FROM generate_series(0, 13) place
               WHERE greatest((e.renewed_at AT TIME ZONE 'UTC')::date - date '2020-01-01', 0) >> place & 1 = 1)
    ELSE '{}' END,
    coalesce((e.renewed_at AT TIME ZONE 'UTC')::date, date '2020-01-01'),
    CASE WHEN is_found THEN e.first_year END,
    false
  FROM unnest(keys) who LEFT JOIN experts_expert e ON e.id = who LEFT JOIN classifications_country c ON c.id = e.nationality_id,
    LATERAL (SELECT e.status = 'listed' AND e.is_kept
      AND EXISTS (SELECT 1 FROM experts_rostermembership WHERE expert_id = who)) AS known (is_found)
  ON CONFLICT (expert_id) DO UPDATE
    SET labels = EXCLUDED.labels, renewed_on = EXCLUDED.renewed_on, first_year = EXCLUDED.first_year, is_counted = false
    WHERE (experts_findable.labels, experts_findable.renewed_on, experts_findable.first_year)
      IS DISTINCT FROM (EXCLUDED.labels, EXCLUDED.renewed_on, EXCLUDED.first_year);
END $$;

CREATE FUNCTION experts_label_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM experts_label(ARRAY(SELECT DISTINCT id FROM changed));
  RETURN NULL;
END $$;

CREATE FUNCTION experts_label_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM experts_label(ARRAY(SELECT DISTINCT expert_id FROM changed));
  RETURN NULL;
END $$;

CREATE FUNCTION experts_label_classified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'classifications_country' THEN
    PERFORM experts_label(ARRAY(SELECT id FROM experts_expert WHERE nationality_id = NEW.id));
  ELSE
    PERFORM experts_label(ARRAY(SELECT expert_id FROM experts_expert_sectors WHERE sector_id = NEW.id));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER experts_label_classified AFTER UPDATE OF oic_group ON classifications_country
  FOR EACH ROW WHEN (OLD.oic_group IS DISTINCT FROM NEW.oic_group) EXECUTE FUNCTION experts_label_classified();
CREATE TRIGGER experts_label_classified AFTER UPDATE OF theme_id ON classifications_sector
  FOR EACH ROW WHEN (OLD.theme_id IS DISTINCT FROM NEW.theme_id) EXECUTE FUNCTION experts_label_classified();
""" + "".join(
    f"""
CREATE TRIGGER experts_label_i AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER experts_label_u AFTER UPDATE ON {table}
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER experts_label_d AFTER DELETE ON {table}
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
    for table, function in {
        "experts_expert": "experts_label_changed",
        "experts_rostermembership": "experts_label_linked",
        "experts_expert_sectors": "experts_label_linked",
        "experts_expertlanguage": "experts_label_linked",
    }.items()
) + """
ALTER TABLE experts_tally ALTER COLUMN bits SET STORAGE PLAIN;
SELECT experts_label(ARRAY(SELECT id FROM experts_expert));
"""

BACK = """
DROP FUNCTION experts_label_changed() CASCADE;
DROP FUNCTION experts_label_linked() CASCADE;
DROP FUNCTION experts_label_classified() CASCADE;
DROP FUNCTION experts_label(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("experts", "0005_finding")]

    operations = [migrations.RunSQL(LABELS, BACK)]
