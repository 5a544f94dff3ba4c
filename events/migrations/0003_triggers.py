"""What the database keeps right about events by itself, also after bulk statements and imports."""

from django.db import migrations

# An event is found by its title, its programmes, its providers, its city and its country. The row's own trigger writes both
# search columns; whatever else changes only sets `search_key`, which makes that trigger run. A load of many events sets `portal.search_later` for its
# transaction and writes the columns once at its end (`EventQuerySet.write_search`).
SEARCH = """
CREATE FUNCTION events_write_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text;
BEGIN
  IF current_setting('portal.search_later', true) = 'on' THEN
    RETURN NEW;
  END IF;
  SELECT fold_text(concat_ws(' ', NEW.title_en, NEW.title_fr, NEW.title_ar,
    (SELECT concat_ws(' ', name_en, name_fr, name_ar, aliases) FROM classifications_city WHERE id = NEW.city_id),
    (SELECT concat_ws(' ', name_en, name_fr, name_ar, aliases) FROM classifications_country WHERE id = NEW.country_id),
    (SELECT string_agg(concat_ws(' ', p.name_en, p.name_fr, p.name_ar, p.acronym, p.aliases), ' ')
       FROM programmes_programme p JOIN events_event_programmes l ON l.programme_id = p.id WHERE l.event_id = NEW.id),
    (SELECT string_agg(concat_ws(' ', i.name_en, i.name_fr, i.name_ar, i.acronym), ' ')
       FROM partners_institution i JOIN events_event_providers l ON l.institution_id = i.id WHERE l.event_id = NEW.id)))
  INTO words;
  NEW.search_key := words;
  NEW.search_stems := stems_of(words);
  RETURN NEW;
END $$;

CREATE TRIGGER events_write_search BEFORE INSERT OR UPDATE OF title_en, title_fr, title_ar, city_id, country_id, search_key
  ON events_event FOR EACH ROW EXECUTE FUNCTION events_write_search();

CREATE FUNCTION events_search_of_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE events_event SET search_key = '' WHERE id IN (SELECT event_id FROM changed);
  RETURN NULL;
END $$;

CREATE TRIGGER events_search_of_linked_i AFTER INSERT ON events_event_programmes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_search_of_linked();
CREATE TRIGGER events_search_of_linked_d AFTER DELETE ON events_event_programmes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_search_of_linked();
CREATE TRIGGER events_search_of_linked_i AFTER INSERT ON events_event_providers
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_search_of_linked();
CREATE TRIGGER events_search_of_linked_d AFTER DELETE ON events_event_providers
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION events_search_of_linked();

CREATE FUNCTION events_search_of_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'classifications_city' THEN
      UPDATE events_event SET search_key = '' WHERE city_id = NEW.id;
    WHEN 'classifications_country' THEN
      UPDATE events_event SET search_key = '' WHERE country_id = NEW.id;
    WHEN 'programmes_programme' THEN
      UPDATE events_event SET search_key = ''
        WHERE id IN (SELECT event_id FROM events_event_programmes WHERE programme_id = NEW.id);
    WHEN 'partners_institution' THEN
      UPDATE events_event SET search_key = ''
        WHERE id IN (SELECT event_id FROM events_event_providers WHERE institution_id = NEW.id);
  END CASE;
  RETURN NULL;
END $$;

CREATE TRIGGER events_search_of_renamed AFTER UPDATE OF name_en, name_fr, name_ar, aliases ON classifications_city
  FOR EACH ROW EXECUTE FUNCTION events_search_of_renamed();
CREATE TRIGGER events_search_of_renamed AFTER UPDATE OF name_en, name_fr, name_ar, aliases ON classifications_country
  FOR EACH ROW EXECUTE FUNCTION events_search_of_renamed();
CREATE TRIGGER events_search_of_renamed AFTER UPDATE OF name_en, name_fr, name_ar, acronym, aliases ON programmes_programme
  FOR EACH ROW EXECUTE FUNCTION events_search_of_renamed();
CREATE TRIGGER events_search_of_renamed AFTER UPDATE OF name_en, name_fr, name_ar, acronym ON partners_institution
  FOR EACH ROW EXECUTE FUNCTION events_search_of_renamed();
"""

SEARCH_BACK = """
DROP FUNCTION events_search_of_renamed() CASCADE;
DROP FUNCTION events_search_of_linked() CASCADE;
DROP FUNCTION events_write_search() CASCADE;
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
    dependencies = [("events", "0002_initial")]

    operations = [
        migrations.RunSQL(SEARCH, SEARCH_BACK),
        migrations.RunSQL(REVISION, REVISION_BACK),
        migrations.RunSQL(TRACES, TRACES_BACK),
    ]
