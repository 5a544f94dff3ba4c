"""Events are found by the former address of an institution, too: what is counted follows those addresses."""

from django.db import migrations

TRACES = """
CREATE TRIGGER events_trace_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON partners_formeraddress
FOR EACH STATEMENT EXECUTE FUNCTION events_trace_change();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0007_counted_by_institution"), ("partners", "0009_history_of_texts")]

    operations = [migrations.RunSQL(TRACES, "DROP TRIGGER events_trace_change ON partners_formeraddress")]
