"""The path of an application, the same for institutions and experts: one table of steps, each of which leaves a row.

    applied ──approve──▶ listed ──suspend──▶ suspended
       │  ▲                ▲───────reinstate─────┘
 return│  │send again
       ▼  │
    returned            applied, returned ──decline──▶ declined
                        applied, returned ──withdraw─▶ withdrawn

How a step is taken is in `stepped.py`.
"""

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from classifications.written import read_here
from partners.stepped import Step, Stepped


class Status(models.TextChoices):
    APPLIED = "applied", _("Applied")
    RETURNED = "returned", _("Returned with a question")
    LISTED = "listed", _("Listed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUSPENDED = "suspended", _("Suspended")


class Decision(models.TextChoices):
    """What a row of the history says was done."""

    APPLIED = "applied", _("Application sent")
    SENT_AGAIN = "sent-again", _("Corrected and sent again")
    RETURNED = "returned", _("Returned with a question")
    APPROVED = "approved", _("Listed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
    SUSPENDED = "suspended", _("Suspended")
    REINSTATED = "reinstated", _("Listed again")
    CONFIRMED = "confirmed", _("Confirmed by the national focal point")
    VERIFIED = "verified", _("Verified by the Centre")
    CHANGE_PROPOSED = "change-proposed", _("Change of verified facts proposed")
    CHANGE_ACCEPTED = "change-accepted", _("Change accepted")
    CHANGE_REFUSED = "change-refused", _("Change refused")
    REPRESENTATIVE_ASKED = "representative-asked", _("Somebody asked to represent it")
    REPRESENTATIVE_ACCEPTED = "representative-accepted", _("Representative accepted")
    REPRESENTATIVE_DECLINED = "representative-declined", _("Request to represent it declined")
    REPRESENTATIVE_LEFT = "representative-left", _("Representative left")
    HANDED_OVER = "handed-over", _("Management handed over")
    MERGED = "merged", _("Merged with a duplicate")
    ASKED = "asked", _("Waits for the national focal point")
    DEPUTY_TOLD = "deputy-told", _("The deputy focal point was told too")
    CENTRE_TAKES = "centre-takes", _("The Centre takes it")
    OBJECTED = "objected", _("The national focal point objects")


class Role(models.TextChoices):
    """In which part somebody took a step."""

    APPLICANT = "applicant", _("the institution")
    FOCAL_POINT = "focal-point", _("the national focal point")
    CENTRE = "centre", _("SESRIC")
    PORTAL = "portal", _("the portal")


# By whom an application is reviewed next; each at most once while it waits, see `routing.py`.
ROUTES = [Decision.ASKED, Decision.DEPUTY_TOLD, Decision.CENTRE_TAKES]
# After one of these the word of the focal point is no longer asked for.
SPOKEN = [Decision.CONFIRMED, Decision.OBJECTED, Decision.CENTRE_TAKES]


STEPS = {
    Decision.SENT_AGAIN: Step((Status.RETURNED,), Status.APPLIED),
    Decision.RETURNED: Step((Status.APPLIED,), Status.RETURNED, needs_reason=True),
    Decision.APPROVED: Step((Status.APPLIED,), Status.LISTED),
    Decision.DECLINED: Step((Status.APPLIED, Status.RETURNED), Status.DECLINED, needs_reason=True),
    Decision.WITHDRAWN: Step((Status.APPLIED, Status.RETURNED), Status.WITHDRAWN),
    Decision.SUSPENDED: Step((Status.LISTED,), Status.SUSPENDED, needs_reason=True),
    Decision.REINSTATED: Step((Status.SUSPENDED,), Status.LISTED),
}


class ApplicationQuerySet(models.QuerySet):
    def listed(self):
        """Those that the public may see."""
        return self.filter(status=Status.LISTED)

    def under_review(self):
        """Applications that are open: with the reviewers, or with the applicant."""
        return self.filter(status__in=Application.UNDER_REVIEW)

    def returned(self):
        """Applications that their applicant has to correct."""
        return self.filter(status=Status.RETURNED)

    def waiting_for_review(self):
        """Applications that wait for a reviewer, the longest waiting first."""
        return self.filter(status=Status.APPLIED).order_by("waiting_since")

    def in_use(self):
        """All but those that were declined or withdrawn."""
        return self.exclude(status__in=Application.ENDED)


class Application(Stepped):
    """Something that somebody applies with and that is reviewed; its history is in `reviews`."""

    STEPS = STEPS
    WAITS = Status.APPLIED
    UNDER_REVIEW = [Status.APPLIED, Status.RETURNED]
    ENDED = [Status.DECLINED, Status.WITHDRAWN]

    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.LISTED)

    class Meta:
        abstract = True

    @property
    def is_listed(self):
        return self.status == Status.LISTED

    @property
    def is_under_review(self):
        return self.status in self.UNDER_REVIEW

    @property
    def last_question(self):
        """With which question it was returned last; empty if it never was."""
        asked = self.reviews.filter(decision=Decision.RETURNED).first()
        return asked.reason if asked else ""

    def send_again(self, by):
        return self.take(Decision.SENT_AGAIN, by, Role.APPLICANT)

    def return_with(self, question, by, role=Role.CENTRE):
        return self.take(Decision.RETURNED, by, role, question)

    def approve(self, by, reason=""):
        return self.take(Decision.APPROVED, by, Role.CENTRE, reason)

    def decline(self, reason, by):
        return self.take(Decision.DECLINED, by, Role.CENTRE, reason)

    def withdraw(self, by):
        return self.take(Decision.WITHDRAWN, by, Role.APPLICANT)

    def suspend(self, reason, by):
        return self.take(Decision.SUSPENDED, by, Role.CENTRE, reason)

    def reinstate(self, by, reason=""):
        return self.take(Decision.REINSTATED, by, Role.CENTRE, reason)


class ReviewStep(models.Model):
    """One step of a history: who did what, when, and why."""

    APPLICANT = Role.APPLICANT.label  # what the history calls the one whom it is about

    decision = models.CharField(_("step"), max_length=30, choices=Decision)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True, blank=True
    )
    role = models.CharField(_("as"), max_length=20, choices=Role)
    reason = models.TextField(_("words of the one who decided"), blank=True)
    at = models.DateTimeField(_("when"), default=now, editable=False)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    def __str__(self):
        return self.get_decision_display()

    @property
    @admin.display(description=_("as"))
    def as_whom(self):
        """In which part the step was taken, in the words of this history."""
        return self.APPLICANT if self.role == Role.APPLICANT else self.get_role_display()

    @property
    @admin.display(description=_("words of the one who decided"))
    def words(self):
        """The reason as it reads in the language of the page."""
        return read_here(self.reason)

    @property
    @admin.display(description=_("words of the one who decided"))
    def words_for_focal_point(self):
        """What of it the focal point of the state may read."""
        return self.words
