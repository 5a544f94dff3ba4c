from django.conf import settings
from django.db import migrations

# `FocalPoint.reopened()` says it to people; this holds for every other way to the row. The day is the Centre's, as in `localdate()`.
STAYS = """
CREATE FUNCTION programmes_what_ended_stays_so() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  today date := (clock_timestamp() AT TIME ZONE %s)::date;
  over date := LEAST(OLD.term_ends_on + 1, OLD.ended_on);
BEGIN
  IF OLD.ended_on IS DISTINCT FROM NEW.ended_on AND OLD.ended_on IS NOT NULL
     OR over <= today AND COALESCE(LEAST(NEW.term_ends_on + 1, NEW.ended_on) > today, true) THEN
    RAISE EXCEPTION 'designation %% has ended, and that stays', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'what_ended_stays_so';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER programmes_what_ended_stays_so BEFORE UPDATE OF term_ends_on, ended_on ON programmes_focalpoint
  FOR EACH ROW EXECUTE FUNCTION programmes_what_ended_stays_so();
"""

BACK = "DROP FUNCTION programmes_what_ended_stays_so() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_one_list_of_activities")]

    operations = [migrations.RunSQL([(STAYS, [settings.TIME_ZONE])], BACK)]
