"""The states of an opportunity, the steps between them, and what follows from the day by which to apply."""

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.stepped import Step


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("With the reviewers")
    PUBLISHED = "published", pgettext_lazy("an opportunity", "Published")
    CLOSED = "closed", pgettext_lazy("an opportunity", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("an opportunity", "Withdrawn")
    ARCHIVED = "archived", pgettext_lazy("an opportunity", "Archived")


class Decision(models.TextChoices):
    """What a row of an opportunity's history says was done."""

    BEGUN = "begun", _("Draft begun")
    COPIED = "copied", _("Begun as a copy")
    SUBMITTED = "submitted", _("Sent to the reviewers")
    TAKEN_BACK = "taken-back", _("Taken back from the reviewers")
    RETURNED = "returned", pgettext_lazy("an opportunity", "Returned with a question")
    APPROVED = "approved", _("Approved and published")
    PUBLISHED = "published", pgettext_lazy("an opportunity", "Published")
    CHANGED = "changed", _("Changed, and sent to the reviewers again")  # until changes waited beside the page
    CHANGE_PROPOSED = "change-proposed", _("Change proposed")
    CHANGE_ACCEPTED = "change-accepted", _("Change accepted")
    CHANGE_REFUSED = "change-refused", _("Change refused")
    CHANGE_TAKEN_BACK = "change-taken-back", _("Change taken back")
    CORRECTED = "corrected", _("Corrected by SESRIC")
    CLOSED = "closed", pgettext_lazy("an opportunity", "Closed")
    REOPENED = "reopened", _("Opened again")
    WITHDRAWN = "withdrawn", pgettext_lazy("an opportunity", "Withdrawn")
    ARCHIVED = "archived", pgettext_lazy("an opportunity", "Archived")


STEPS = {
    Decision.SUBMITTED: Step((Status.DRAFT,), Status.WAITING),
    Decision.TAKEN_BACK: Step((Status.WAITING,), Status.DRAFT),
    Decision.RETURNED: Step((Status.WAITING,), Status.DRAFT, needs_reason=True),
    Decision.APPROVED: Step((Status.WAITING,), Status.PUBLISHED),
    Decision.PUBLISHED: Step((Status.DRAFT,), Status.PUBLISHED),
    Decision.CLOSED: Step((Status.PUBLISHED,), Status.CLOSED),
    Decision.REOPENED: Step((Status.CLOSED,), Status.PUBLISHED),
    Decision.WITHDRAWN: Step(
        (Status.WAITING, Status.PUBLISHED, Status.CLOSED), Status.WITHDRAWN, needs_reason=True
    ),
    Decision.ARCHIVED: Step(
        (Status.DRAFT, Status.PUBLISHED, Status.CLOSED, Status.WITHDRAWN), Status.ARCHIVED
    ),
}  # fmt: skip


class Period(models.TextChoices):
    """What a reader asks of time: follows from the status and the day by which to apply."""

    OPEN = "open", pgettext_lazy("training opportunities", "Open")
    PAST = "past", pgettext_lazy("training opportunities", "Past")


def is_open_on(today):
    """The condition that one can apply for a published opportunity on a day."""
    return Q(status=Status.PUBLISHED, apply_by__gte=today)


def period_on(today):
    """The `Period` of a published opportunity on a day, as an expression."""
    return Case(
        When(is_open_on(today), then=Value(Period.OPEN)),
        default=Value(Period.PAST),
        output_field=models.CharField(),
    )


def month_of(column):
    """The month of a day, such as "2027-03", as an expression."""
    return Func(F(column), Value("YYYY-MM"), function="to_char", output_field=models.CharField())
