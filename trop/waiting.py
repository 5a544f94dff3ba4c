"""What waits for the representatives of TROP members."""

from datetime import timedelta

from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from accounts import drafts
from accounts.waiting import Task
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
        yield Task(_("Answer the reviewers’ question"), each.heading, _("Correct"), _of(each, "edit"), each.touched_at)
    for each in mine.closing_within(CLOSING, localdate()).order_by("apply_by", "pk"):
        title = _("Applications close on %(day)s") % {"day": dates(each.apply_by)}
        yield Task(title, each.heading, _("Open it"), _of(each, "opportunity"))
    decided = Membership.objects.of_institutions_of(user).decided_since(now() - NEWS).select_related("institution")
    for each in decided.declined():
        yield Task(_("TROP membership was declined: read why"), each.institution.name, _("Read"), _panel(each))
    for each in decided.current().without_opportunity():
        yield Task(
            _("Your institution joined TROP: offer a first training"), each.institution.name, _("Begin"), _panel(each)
        )
    yield from drafts.tasks_of(user, OPPORTUNITY, REQUEST)
    begun = mine.drafts().filter(made_by=user).exclude(pk__in=drafts.subjects_of(user, OPPORTUNITY))
    for each in begun.exclude(pk__in=[each.pk for each in returned]).order_by("-touched_at"):
        yield Task(_("Go on with your draft"), each.heading, _("Go on"), _of(each, "edit"), each.touched_at)


def _of(opportunity, name):
    return reverse(f"trop:panel-{name}", args=[opportunity.institution.slug, opportunity.pk])


def _panel(membership):
    return reverse("trop:panel", args=[membership.institution.slug])
