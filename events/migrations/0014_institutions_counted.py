"""The home page's number of institutions is kept with the counts of events: institutions that come and go leave a trace too."""

from django.db import migrations

# Beside `events_trace_change` on the same table, which follows what an institution is called and whether it is listed.
TRACE = """
CREATE TRIGGER events_trace_come_and_gone AFTER INSERT OR DELETE OR TRUNCATE ON partners_institution
FOR EACH STATEMENT EXECUTE FUNCTION events_trace_change();
"""

TRACE_BACK = "DROP TRIGGER events_trace_come_and_gone ON partners_institution"


class Migration(migrations.Migration):
    dependencies = [("events", "0013_loads_write_rows_once")]

    operations = [migrations.RunSQL(TRACE, TRACE_BACK)]
