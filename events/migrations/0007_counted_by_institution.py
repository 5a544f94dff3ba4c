"""What is counted by the institutions that gave events follows their links, and the names and listing of institutions."""

from django.db import migrations

# Of an institution only what the counts show: its people save it often.
TRACES = """
CREATE TRIGGER events_trace_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON events_event_providers
FOR EACH STATEMENT EXECUTE FUNCTION events_trace_change();
CREATE TRIGGER events_trace_change AFTER UPDATE ON partners_institution FOR EACH ROW
WHEN ((OLD.slug, OLD.status, OLD.name_en, OLD.name_fr, OLD.name_ar) IS DISTINCT FROM
  (NEW.slug, NEW.status, NEW.name_en, NEW.name_fr, NEW.name_ar))
EXECUTE FUNCTION events_trace_change();
"""

TRACES_BACK = """
DROP TRIGGER events_trace_change ON events_event_providers;
DROP TRIGGER events_trace_change ON partners_institution;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0006_editors"), ("partners", "0008_review_routing")]

    operations = [migrations.RunSQL(TRACES, TRACES_BACK)]
