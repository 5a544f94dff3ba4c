"""Telling the Centre that something is wrong with the mail: letters fail, or far more are written than usual.

The alarm is a letter like others, so it reaches nobody while no letter leaves; the first page of the admin tells then.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils.timezone import now

from notifications.models import Letter
from notifications.writing import write

FAILURES = 10  # letters given up within an hour, or that have waited for over an hour
FEWEST = 500  # letters within an hour that are never unusual
UNUSUAL = 5  # times the busiest hour of the last two weeks
ONCE_IN = timedelta(days=1)
SUBJECT = "Portal: something is wrong with the mail"  # by which the last alarm is found
LOCK = 6_0822_006  # of the alarm, among PostgreSQL's advisory locks


@transaction.atomic
def ring():
    """Write to the Centre if there is something to tell and nothing was told for a day; of two workers one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return
    told = Letter.objects.filter(subject=SUBJECT, written_at__gt=now() - ONCE_IN).exists()
    if not told and (findings := found()):
        context = {"subject_line": SUBJECT, **findings}
        write(settings.CENTRE_EMAIL, "en", "notifications/email/alarm.txt", context)


def found():
    """What is wrong: a dict of numbers by name, empty where nothing is."""
    hour = now() - timedelta(hours=1)
    failures = Letter.objects.given_up().filter(given_up_at__gt=hour).count()
    overdue = Letter.objects.waiting().filter(written_at__lt=hour).count()
    findings = {name: n for name, n in {"failures": failures, "overdue": overdue}.items() if n >= FAILURES}
    return findings | unusual_rate()


def unusual_rate():
    """How many letters were written within an hour and how many are usual, where that is far more; else an empty dict."""
    written = Letter.objects.filter(written_at__gt=now() - timedelta(hours=1)).count()
    usual = _busiest_hour()
    return {"written": written, "usual": usual} if written > max(FEWEST, UNUSUAL * usual) else {}


def _busiest_hour():
    """The greatest number of letters written within an hour of the last two weeks, this hour apart."""
    until = now() - timedelta(hours=1)
    past = Letter.objects.filter(written_at__gt=until - timedelta(days=14), written_at__lt=until)
    hours = past.order_by().annotate(hour=TruncHour("written_at")).values("hour").annotate(count=Count("pk"))
    return max((each["count"] for each in hours), default=0)
