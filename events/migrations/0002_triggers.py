"""What the database keeps right about events by itself, also after bulk statements and imports."""

from django.db import migrations

# An event is found, and shown in lists, by its title and by the names of what it is linked to. The row's own trigger writes the
# columns that hold these names (`names`, `search_key`, `search_stems`); whatever else changes only sets `search_key`, which makes
# that trigger run. A load of many events sets `portal.names_later` for its transaction and writes the columns once at its end
# (`EventQuerySet.write_names`). The JSON lists hold [key, English, French, Arabic, acronym, theme].
NAMES = """
CREATE FUNCTION events_write_names() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text;
BEGIN
  IF current_setting('portal.names_later', true) = 'on' THEN
    RETURN NEW;
  END IF;
  SELECT jsonb_build_object(
    'city', (SELECT jsonb_build_array('', name_en, name_fr, name_ar) FROM classifications_city WHERE id = NEW.city_id),
    'country', (SELECT jsonb_build_array(iso2, name_en, name_fr, name_ar) FROM classifications_country WHERE id = NEW.country_id),
    'programmes', (SELECT jsonb_agg(jsonb_build_array(p.slug, p.name_en, p.name_fr, p.name_ar, p.acronym, t.slug) ORDER BY p.name_en)
       FROM programmes_programme p JOIN events_event_programmes l ON l.programme_id = p.id
       JOIN classifications_sector t ON t.id = p.theme_id WHERE l.event_id = NEW.id),
    'providers', (SELECT jsonb_agg(jsonb_build_array(i.slug, i.name_en, i.name_fr, i.name_ar, i.acronym) ORDER BY i.name_en)
       FROM partners_institution i JOIN events_event_providers l ON l.institution_id = i.id WHERE l.event_id = NEW.id),
    'provider_countries', (SELECT jsonb_agg(jsonb_build_array(c.iso2, c.name_en, c.name_fr, c.name_ar) ORDER BY c.name_en)
       FROM classifications_country c JOIN events_event_provider_countries l ON l.country_id = c.id WHERE l.event_id = NEW.id),
    'languages', (SELECT jsonb_agg(jsonb_build_array(g.code, g.name_en, g.name_fr, g.name_ar) ORDER BY g.name_en)
       FROM classifications_language g JOIN events_event_languages l ON l.language_id = g.id WHERE l.event_id = NEW.id),
    'sectors', (SELECT jsonb_agg(jsonb_build_array(s.slug, s.name_en, s.name_fr, s.name_ar) ORDER BY s.name_en)
       FROM classifications_sector s JOIN events_event_sectors l ON l.sector_id = s.id WHERE l.event_id = NEW.id))
  INTO NEW.names;
  SELECT fold_text(concat_ws(' ', NEW.title_en, NEW.title_fr, NEW.title_ar, NEW.names->>'city', NEW.names->>'country',
    NEW.names->>'programmes', NEW.names->>'providers',
    (SELECT aliases FROM classifications_city WHERE id = NEW.city_id),
    (SELECT aliases FROM classifications_country WHERE id = NEW.country_id),
    (SELECT string_agg(p.aliases, ' ')
       FROM programmes_programme p JOIN events_event_programmes l ON l.programme_id = p.id WHERE l.event_id = NEW.id)))
  INTO words;
  NEW.search_key := words;
  NEW.search_stems := stems_of(words);
  RETURN NEW;
END $$;

CREATE TRIGGER events_write_names BEFORE INSERT OR UPDATE OF title_en, title_fr, title_ar, city_id, country_id, search_key
  ON events_event FOR EACH ROW EXECUTE FUNCTION events_write_names();

CREATE FUNCTION events_names_of_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE events_event SET search_key = '' WHERE id IN (SELECT event_id FROM changed);
  RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER events_names_of_linked_i AFTER INSERT ON events_event_{link}
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_names_of_linked();
CREATE TRIGGER events_names_of_linked_d AFTER DELETE ON events_event_{link}
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_names_of_linked();
"""
    for link in ("programmes", "providers", "provider_countries", "languages", "sectors")
) + """
CREATE FUNCTION events_names_of_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE events_event SET search_key = '' WHERE CASE TG_TABLE_NAME
    WHEN 'classifications_city' THEN city_id = NEW.id
    WHEN 'classifications_country' THEN country_id = NEW.id
      OR id IN (SELECT event_id FROM events_event_provider_countries WHERE country_id = NEW.id)
    WHEN 'classifications_language' THEN id IN (SELECT event_id FROM events_event_languages WHERE language_id = NEW.id)
    WHEN 'classifications_sector' THEN id IN (SELECT event_id FROM events_event_sectors WHERE sector_id = NEW.id)
    WHEN 'programmes_programme' THEN id IN (SELECT event_id FROM events_event_programmes WHERE programme_id = NEW.id)
    WHEN 'partners_institution' THEN id IN (SELECT event_id FROM events_event_providers WHERE institution_id = NEW.id)
    END;
  RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER events_names_of_renamed AFTER UPDATE OF {columns} ON {table}
  FOR EACH ROW EXECUTE FUNCTION events_names_of_renamed();
"""
    for table, columns in {
        "classifications_city": "name_en, name_fr, name_ar, aliases",
        "classifications_country": "name_en, name_fr, name_ar, aliases",
        "classifications_language": "name_en, name_fr, name_ar",
        "classifications_sector": "slug, name_en, name_fr, name_ar",
        "programmes_programme": "slug, name_en, name_fr, name_ar, acronym, aliases, theme_id",
        "partners_institution": "slug, name_en, name_fr, name_ar, acronym",
    }.items()
)

NAMES_BACK = """
DROP FUNCTION events_names_of_renamed() CASCADE;
DROP FUNCTION events_names_of_linked() CASCADE;
DROP FUNCTION events_write_names() CASCADE;
"""

# A calendar that subscribes takes an entry again only if its SEQUENCE rose (RFC 5545, 3.8.7.4).
REVISION = """
CREATE FUNCTION events_count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.title_en, OLD.status, OLD.mode, OLD.starts_on, OLD.ends_on, OLD.begins_at, OLD.finishes_at, OLD.time_zone, OLD.venue,
      OLD.city_id, OLD.country_id)
     IS DISTINCT FROM
     (NEW.title_en, NEW.status, NEW.mode, NEW.starts_on, NEW.ends_on, NEW.begins_at, NEW.finishes_at, NEW.time_zone, NEW.venue,
      NEW.city_id, NEW.country_id) THEN
    NEW.revision := OLD.revision + 1;
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER events_count_revision BEFORE UPDATE ON events_event
  FOR EACH ROW EXECUTE FUNCTION events_count_revision();
"""

REVISION_BACK = "DROP FUNCTION events_count_revision() CASCADE"

# `events.tally` keeps counts in memory and looks here whether they still hold.
COUNTED = [
    "events_event",
    "events_event_programmes",
    "events_event_provider_countries",
    "events_event_languages",
    "events_participation",
    "programmes_programme",
    "classifications_country",
    "classifications_language",
    "classifications_sector",
]

TRACES = """
CREATE FUNCTION events_trace_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_change DEFAULT VALUES;
  RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER events_trace_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_trace_change();\n"
    for table in COUNTED
)

TRACES_BACK = "DROP FUNCTION events_trace_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(NAMES, NAMES_BACK),
        migrations.RunSQL(REVISION, REVISION_BACK),
        migrations.RunSQL(TRACES, TRACES_BACK),
    ]
