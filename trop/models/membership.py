"""Which institutions are members of TROP, and which of them the Centre trusts to publish without a review."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.applications import ReviewStep, Role
from partners.applications import Status as ApplicationStatus
from partners.models import Institution
from partners.stepped import Step, Stepped, waits_exactly_while


class Status(models.TextChoices):
    APPLIED = "applied", _("Applied")
    APPROVED = "approved", _("TROP member")
    DECLINED = "declined", _("Declined")
    ENDED = "ended", pgettext_lazy("a membership", "Ended")


class Decision(models.TextChoices):
    """What a row of a membership's history says was done."""

    APPLIED = "applied", _("Asked to join TROP")
    APPLIED_AGAIN = "applied-again", _("Asked again to join TROP")
    APPROVED = "approved", _("Joined TROP")
    DECLINED = "declined", _("Declined")
    LEFT = "left", _("Left TROP")
    ENDED = "ended", _("Membership ended")
    TRUSTED = "trusted", _("May publish without a review")
    TRUST_TAKEN = "trust-taken", _("What it publishes is reviewed again")


class MembershipQuerySet(models.QuerySet):
    def current(self):
        """Memberships of today: approved, of institutions that are listed."""
        return self.filter(joined_on__isnull=False, institution__status=ApplicationStatus.LISTED)

    def waiting_for_review(self):
        """Applications that wait for the Centre, the longest waiting first."""
        return self.filter(status=Status.APPLIED).order_by("waiting_since")

    def run_by(self, user):
        """Current memberships of institutions for which `user` may speak."""
        return self.current().filter(institution__in=Institution.objects.represented_by(user))

    def of_institutions_of(self, user):
        """Memberships in whatever state of the listed institutions for which `user` may speak."""
        return self.filter(institution__in=Institution.objects.represented_by(user).listed())

    def declined(self):
        return self.filter(status=Status.DECLINED)

    def without_opportunity(self):
        """Memberships whose institution has never begun an opportunity."""
        return self.filter(institution__opportunities=None)

    def that_can_leave(self):
        """Memberships that the institution may end, requests for one among them."""
        return self.filter(status__in=[Status.APPLIED, Status.APPROVED])

    def decided_since(self, moment):
        """Memberships on which the Centre decided after `moment`, and nothing since."""
        decided = MembershipReview.objects.filter(at__gte=moment, decision__in=[Decision.APPROVED, Decision.DECLINED])
        return self.filter(pk__in=decided.values("membership"), status__in=[Status.APPROVED, Status.DECLINED])


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["institution", "status", "joined_on", "is_trusted"],
    model_name="MembershipHistory",
)
class Membership(Stepped):
    """That an institution takes part in TROP, asked to, or did so once; one row for each institution."""

    Status, Decision = Status, Decision
    WAITS = Status.APPLIED
    STEPS = {
        Decision.APPLIED_AGAIN: Step((Status.DECLINED, Status.ENDED), Status.APPLIED),
        Decision.APPROVED: Step((Status.APPLIED,), Status.APPROVED),
        Decision.DECLINED: Step((Status.APPLIED,), Status.DECLINED, needs_reason=True),
        Decision.LEFT: Step((Status.APPLIED, Status.APPROVED), Status.ENDED),
        Decision.ENDED: Step((Status.APPROVED,), Status.ENDED, needs_reason=True),
        Decision.TRUSTED: Step((Status.APPROVED,), Status.APPROVED),
        Decision.TRUST_TAKEN: Step((Status.APPROVED,), Status.APPROVED, needs_reason=True),
    }
    TRUSTED_AFTER = 3  # approved opportunities; the Centre may give and take trust at any time

    institution = models.OneToOneField(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="trop_membership"
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.APPLIED)
    courses = models.TextField(_("what it would open to others"), max_length=2000)
    joined_on = models.DateField(_("member since"), null=True, blank=True, editable=False)
    is_trusted = models.BooleanField(
        _("trusted"), default=False, editable=False, help_text=_("What it publishes is public at once, unreviewed.")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("TROP membership")
        verbose_name_plural = _("TROP memberships")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["waiting_since"], condition=Q(status=Status.APPLIED), name="memberships_waiting")
        ]
        constraints = [
            waits_exactly_while(Status.APPLIED, "membership_waits_while_applied"),
            models.CheckConstraint(
                condition=Q(status=Status.APPROVED, joined_on__isnull=False)
                | (~Q(status=Status.APPROVED) & Q(joined_on=None)),
                name="member_since_a_day_while_approved",
            ),
            models.CheckConstraint(condition=Q(is_trusted=False) | Q(status=Status.APPROVED), name="trusted_is_member"),
        ]

    def __str__(self):
        return str(self.institution)

    def get_absolute_url(self):
        return reverse("trop:institution-detail", args=[self.institution.slug])

    @property
    def is_current(self):
        """Whether it is one of `current()`."""
        return self.joined_on is not None and self.institution.is_listed

    def may(self, decision):
        """Whether the state allows a step; trust can be given and taken in turn only."""
        if decision in (Decision.TRUSTED, Decision.TRUST_TAKEN) and self.is_trusted == (decision == Decision.TRUSTED):
            return False
        return super().may(decision)

    STANDING = [Status.APPROVED, Status.APPLIED, Status.DECLINED, Status.ENDED]  # the better, the earlier

    def outranks(self, other):
        """Whether it is the one to keep of two that became memberships of one institution: a member stays a member."""
        return self.STANDING.index(self.status) < self.STANDING.index(other.status)

    @property
    def may_apply(self):
        """Whether the institution may ask to join again."""
        return self.may(Decision.APPLIED_AGAIN)

    @property
    def last_words(self):
        """What the Centre said with its last decision."""
        said = self.reviews.filter(decision__in=[Decision.DECLINED, Decision.ENDED]).first()
        return said.reason if said else ""

    # --- Verbs ----------------------------------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def apply(cls, institution, by, courses):
        """Ask to join TROP, for the first time or again; asked twice, it waits once."""
        if not institution.is_listed:
            raise ValidationError(_("This institution is not listed."))
        Institution.objects.select_for_update().get(pk=institution.pk)  # two at once must not both be the first
        membership = cls.objects.filter(institution=institution).first()
        if membership is None:
            membership = cls(institution=institution, courses=courses, waiting_since=now())
            membership.save()
            membership.record(Decision.APPLIED, by, Role.APPLICANT)
        elif membership.may_apply:
            membership.take(Decision.APPLIED_AGAIN, by, Role.APPLICANT, courses=courses)
        return membership

    @classmethod
    def by_which_may_publish(cls, institution_pk):
        """Give an institution's current membership, locked; raise `ValidationError` where there is none."""
        membership = cls.objects.current().select_for_update(of=["self"]).filter(institution=institution_pk).first()
        if membership is None:
            raise ValidationError(_("Only a listed institution that is a member of TROP can publish."))
        return membership

    def approve(self, by, reason=""):
        return self.take(Decision.APPROVED, by, Role.CENTRE, reason, joined_on=localdate())

    def decline(self, reason, by):
        return self.take(Decision.DECLINED, by, Role.CENTRE, reason)

    def leave(self, by, reason=""):
        """The institution takes its application back, or ends its membership; what it published is no longer public."""
        return self.take(Decision.LEFT, by, Role.APPLICANT, reason, joined_on=None, is_trusted=False)

    def end(self, reason, by):
        return self.take(Decision.ENDED, by, Role.CENTRE, reason, joined_on=None, is_trusted=False)

    def trust(self, by, reason=""):
        """Let what it publishes be public at once."""
        return self._trust(True, Decision.TRUSTED, by, Role.CENTRE, reason)

    def stop_trusting(self, reason, by):
        """Have what it publishes reviewed again."""
        return self._trust(False, Decision.TRUST_TAKEN, by, Role.CENTRE, reason)

    @property
    def can_earn_trust(self):
        """Whether it will be trusted after its first opportunities: not where the Centre ever decided on its trust itself."""
        decided = self.reviews.filter(decision__in=[Decision.TRUSTED, Decision.TRUST_TAKEN], role=Role.CENTRE)
        return not self.is_trusted and not decided.exists()

    def earn_trust(self, approved):
        """Trust a member after its first `approved` opportunities, if it can earn it."""
        if approved >= self.TRUSTED_AFTER and self.can_earn_trust:
            self._trust(True, Decision.TRUSTED, None, Role.PORTAL)

    @transaction.atomic
    def _trust(self, is_trusted, decision, by, role, reason=""):
        self.lock()
        if self.is_trusted == is_trusted:
            raise ValidationError(_("Nothing differs."))
        return self.take(decision, by, role, reason, is_trusted=is_trusted)

    def tell(self, review):
        from trop.emails import tell_of_membership  # noqa: PLC0415  letters speak of models

        tell_of_membership(review)


class MembershipReview(ReviewStep):
    """One step of a membership's history."""

    membership = models.ForeignKey(
        Membership, models.CASCADE, verbose_name=_("TROP membership"), related_name="reviews"
    )
    decision = models.CharField(_("step"), max_length=30, choices=Decision)

    class Meta(ReviewStep.Meta):
        verbose_name = _("step of a membership")
        verbose_name_plural = _("steps of memberships")
        indexes = [models.Index(fields=["membership", "-at"], name="steps_of_membership")]
