"""Who reviews an application next, while it waits: the focal point, the deputy too, then the Centre.

The days are counted from when the application began to wait, as elapsed time, so that a change of the clock moves nothing.
Each step leaves a row in the history, at most once in one waiting: whoever takes it holds the lock of the application,
and the database refuses a second row. A seat that is vacant, or whose holder cannot sign in, holds nothing up.
"""

from datetime import timedelta

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, localtime, now

from accounts.models import User
from partners import emails
from partners.applications import Decision, Role
from partners.models import ReviewRules, WeeklyLetter, Worded


def kinds():
    """The models whose rows wait for the word of a focal point, those of the apps above too."""
    return [model for model in apps.get_models() if issubclass(model, Worded)]


def route_all():
    """Take what steps are due for the applications that wait for the word of a focal point."""
    rules = ReviewRules.current()
    for model in kinds():
        for pk in model.objects.with_focal_point().values_list("pk", flat=True):
            with transaction.atomic():
                waiting = model.objects.with_focal_point().select_for_update(skip_locked=True, of=["self"])
                application = waiting.filter(pk=pk).first()
                if application:
                    _route(application, rules)


def _route(application, rules):
    asked = rules.reviewers(application.state.pk).exclude(user__in=application.applicants).select_related("user")
    heads, deputies = list(asked.heads()), list(asked.deputies())
    waited = now() - application.waiting_since
    if not heads or waited >= timedelta(days=rules.centre_after):
        if _take(application, Decision.CENTRE_TAKES):
            emails.tell_centre_of_application(application, Decision.CENTRE_TAKES)
        return
    if _take(application, Decision.ASKED):
        emails.ask_for_word(application, heads, Decision.ASKED)
    if deputies and waited >= timedelta(days=rules.deputy_after) and _take(application, Decision.DEPUTY_TOLD):
        emails.ask_for_word(application, deputies, Decision.DEPUTY_TOLD)


def _take(application, decision):
    """Leave the row of a step; False where it was taken before."""
    waiting_since = application.waiting_since
    if application.reviews.filter(decision=decision, waiting_since=waiting_since).exists():
        return False
    application.record(decision, None, Role.PORTAL, waiting_since=waiting_since)
    return True


def waiting_for(user):
    """What waits for the word of somebody, of every kind, the longest waiting first."""
    found = [each for model in kinds() for each in model.objects.for_word_of(user).select_related(model.STATE)]
    return sorted(found, key=lambda each: each.waiting_since)


def write_weekly_letters():
    """Tell each focal point once a week what has been waiting for them since before Monday; nobody for whom nothing has."""
    today = localdate()
    monday = today - timedelta(days=today.weekday())
    written = WeeklyLetter.objects.filter(monday=monday).values("user")
    reviewers = ReviewRules.current().reviewers().exclude(user__in=written)
    for user in User.objects.filter(pk__in=reviewers.values("user")).order_by("pk"):
        waiting = [each for each in waiting_for(user) if localtime(each.waiting_since).date() < monday]
        if waiting:
            _write_weekly(user, monday, waiting)


def _write_weekly(user, monday, waiting):
    try:
        with transaction.atomic():
            WeeklyLetter.objects.create(user=user, monday=monday)
            emails.write_weekly(user, waiting)
    except IntegrityError:  # another worker writes it at this moment
        pass
