"""What waits for the representatives of TROP members."""

from datetime import timedelta

from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from accounts import drafts
from accounts.waiting import Task, Turn
from classifications.written import dates
from trop.drafts import OPPORTUNITY, REQUEST
from trop.models import Membership, TrainingOpportunity

CLOSING = 7  # days before the last day to apply
NEWS = timedelta(days=30)  # for how long a decision on a membership is shown


def tasks_of(user):
    """Yield what waits: opportunities returned, closing soon, left as drafts; what was decided on memberships."""
    mine = TrainingOpportunity.objects.editable_by(user).select_related("institution")
    returned = list(mine.returned().order_by("touched_at"))
    for each in returned:
        title, url = _("Answer the reviewers’ question"), _of(each, "edit")
        yield Task(title, each.heading, _("Correct"), url, each.touched_at, Turn.RETURNED)
    for each in mine.closing_within(CLOSING, localdate()).order_by("apply_by", "pk"):
        title = _("Applications close on %(day)s") % {"day": dates(each.apply_by)}
        yield Task(title, each.heading, _("Open it"), _of(each, "opportunity"), turn=Turn.CLOSES)
    decided = Membership.objects.of_institutions_of(user).decided_since(now() - NEWS).select_related("institution")
    for each in decided.declined():
        yield Task(_("TROP membership was declined: read why"), each.institution.name, _("Read"), _panel(each))
    for each in decided.current().without_opportunity():
        title = _("Your institution joined TROP: offer a first training")
        yield Task(title, each.institution.name, _("Begin"), _panel(each), turn=Turn.OFFERED)
    yield from drafts.tasks_of(user, OPPORTUNITY, REQUEST)
    begun = mine.drafts().filter(made_by=user).exclude(pk__in=drafts.subjects_of(user, OPPORTUNITY))
    for each in begun.exclude(pk__in=[each.pk for each in returned]).order_by("-touched_at"):
        title, url = _("Go on with your draft"), _of(each, "edit")
        yield Task(title, each.heading, _("Go on"), url, each.touched_at, Turn.BEGUN)


def _of(opportunity, name):
    return reverse(f"trop:panel-{name}", args=[opportunity.institution.slug, opportunity.pk])


def _panel(membership):
    return reverse("trop:panel", args=[membership.institution.slug])
