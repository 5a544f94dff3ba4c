"""A load of 100,000 events wrote the row of each event six times: once for every kind of link, though names were put off."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION events_names_of_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {unless}UPDATE events_event SET search_key = '' WHERE id IN (SELECT event_id FROM changed);
  RETURN NULL;
END $$;
"""
LATER = """IF current_setting('portal.names_later', true) = 'on' THEN
    RETURN NULL;
  END IF;
  """


class Migration(migrations.Migration):
    dependencies = [("events", "0012_history_of_links")]

    operations = [migrations.RunSQL(FUNCTION.format(unless=LATER), FUNCTION.format(unless=""))]
