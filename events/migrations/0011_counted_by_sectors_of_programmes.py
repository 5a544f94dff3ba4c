"""A list of events is counted by the sectors of its programmes too: what changes these is a change of the counts."""

from django.db import migrations

TRACE = """
CREATE TRIGGER events_trace_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON programmes_programme_sectors
  FOR EACH STATEMENT EXECUTE FUNCTION events_trace_change()
"""
BACK = "DROP TRIGGER events_trace_change ON programmes_programme_sectors"


class Migration(migrations.Migration):
    dependencies = [("events", "0010_latest_published"), ("programmes", "0001_initial")]

    operations = [migrations.RunSQL(TRACE, BACK)]
