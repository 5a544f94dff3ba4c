import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0002_triggers")]

    operations = [
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__range", (datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))),
                name="event_in_a_year_that_has_a_page",
                violation_error_message="The first day is not between 1900 and 2099.",
            ),
        ),
    ]
