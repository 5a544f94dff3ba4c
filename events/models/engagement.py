"""Experts at events: who was invited, what they answered, what they delivered, and how the Centre rates it.

invited ──accept──▶ accepted ──deliver──▶ delivered ── rated by the Centre
   │ decline            │ decline
   ▼                    ▼                 invited, accepted ──call off──▶ called off
declined             declined
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.event import Event
from experts.models import Expert
from partners.applications import ReviewStep, Role
from partners.stepped import Step, Stepped, waits_exactly_while

LOWEST, HIGHEST = 1, 5  # ratings


class Status(models.TextChoices):
    INVITED = "invited", pgettext_lazy("an expert", "Invited")
    ACCEPTED = "accepted", pgettext_lazy("an expert", "Accepted")
    DECLINED = "declined", pgettext_lazy("an expert", "Declined the invitation")
    CALLED_OFF = "called-off", pgettext_lazy("an expert", "Called off")
    DELIVERED = "delivered", pgettext_lazy("an expert", "Delivered")


class Decision(models.TextChoices):
    """What a row of the history says was done."""

    INVITED = "invited", pgettext_lazy("an expert", "Invited")
    ACCEPTED = "accepted", pgettext_lazy("an expert", "Accepted")
    DECLINED = "declined", pgettext_lazy("an expert", "Declined the invitation")
    CALLED_OFF = "called-off", pgettext_lazy("an expert", "Called off")
    DELIVERED = "delivered", pgettext_lazy("an expert", "Delivered")
    RATED = "rated", pgettext_lazy("an expert", "Rated")


class EngagementQuerySet(models.QuerySet):
    def of(self, user):
        """Those of the person who is this expert; nobody's for a visitor."""
        return self.filter(expert__user=user) if user.pk else self.none()

    def of_kept(self):
        """Those of experts who agree to be kept: of others the Centre sees nothing."""
        return self.filter(expert__is_kept=True)

    def unanswered(self):
        """Invitations that their experts have not answered and still may; the oldest first."""
        rows = self.filter(status=Status.INVITED, event__ends_on__gte=localdate())
        return rows.exclude(event__status__in=Event.CALLED_OFF).order_by("waiting_since")

    def standing(self):
        """Those that were neither declined nor called off."""
        return self.filter(status__in=Engagement.STANDING)

    def delivered(self):
        return self.filter(status=Status.DELIVERED)

    def to_mark(self):
        """Those accepted for events that are over: it is to be noted whether they delivered."""
        return self.filter(status=Status.ACCEPTED, event__ends_on__lt=localdate())

    def on_days_of(self, event):
        """Those accepted, or delivered, on a day of an event."""
        agreed = self.filter(status__in=[Status.ACCEPTED, Status.DELIVERED])
        return agreed.filter(event__starts_on__lte=event.ends_on, event__ends_on__gte=event.starts_on)

    def in_order(self):
        """Those who come, or came, before those who do not; of either who was invited first."""
        return self.order_by(Case(When(status__in=Engagement.STANDING, then=0), default=1), "pk")

    def newest_first(self):
        return self.select_related("event").order_by("-event__starts_on", "-pk")

    def held(self):
        """What is held of each, for the data that the expert takes along."""
        return [
            {
                "event": each.event.title_en, "from": each.event.starts_on, "until": each.event.ends_on,
                "state": each.status, "rating": each.rating, "words of the rating": each.rating_words,
                "history": [{"step": row.decision, "when": row.at, "words": row.reason} for row in each.reviews.all()],
            }
            for each in self.newest_first().prefetch_related("reviews")
        ]  # fmt: skip


class Engagement(Stepped):
    """An expert who was invited to take part in an event, and what came of it."""

    Status, Decision = Status, Decision
    STANDING = [Status.INVITED, Status.ACCEPTED, Status.DELIVERED]
    WAITS = Status.INVITED
    STEPS = {
        Decision.ACCEPTED: Step((Status.INVITED,), Status.ACCEPTED),
        Decision.DECLINED: Step((Status.INVITED, Status.ACCEPTED), Status.DECLINED),
        Decision.CALLED_OFF: Step((Status.INVITED, Status.ACCEPTED), Status.CALLED_OFF, needs_reason=True),
        Decision.DELIVERED: Step((Status.ACCEPTED,), Status.DELIVERED),
    }

    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"), related_name="engagements")
    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="engagements")
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.INVITED, editable=False)
    rating = models.PositiveSmallIntegerField(
        _("rating"), null=True, blank=True, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )  # fmt: skip
    rating_words = models.TextField(_("words of the rating"), max_length=1000, blank=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert at an event")
        verbose_name_plural = _("experts at events")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "expert"],
                condition=Q(status__in=[Status.INVITED, Status.ACCEPTED, Status.DELIVERED]),
                name="expert_invited_once_to_an_event",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(LOWEST, HIGHEST), status=Status.DELIVERED),
                name="only_what_was_delivered_is_rated",
            ),
            waits_exactly_while(Status.INVITED, "expert_answers_while_invited"),
        ]

    def __str__(self):
        return f"{self.expert}, {self.event}"

    def get_absolute_url(self):
        return reverse("events:invitation", args=[self.pk])

    @classmethod
    @transaction.atomic
    def invite(cls, event, expert, by, words=""):
        """Invite an expert, who is told; raise `ValidationError` where that is not possible."""
        if not Expert.objects.assignable().select_for_update(of=["self"]).filter(pk=expert.pk).exists():
            raise ValidationError(_("This expert is not listed, or does not agree to be written to."))
        if not event.may_invite:
            raise ValidationError(_("Nobody is invited to an event that is over or called off."))
        try:
            with transaction.atomic():
                invited = cls.objects.create(event=event, expert=expert, waiting_since=now())
        except IntegrityError:  # somebody was faster
            raise ValidationError(_("This expert is invited already.")) from None
        invited.record(Decision.INVITED, by, Role.CENTRE, words)
        return invited

    def outranks(self, other):
        """Whether it is the one to keep of two that became those of one expert at one event: what came of it, and its rating."""
        return self._progress > other._progress

    @property
    def _progress(self):
        return self.STANDING.index(self.status), self.rating is not None

    def may_answer(self, decision):
        """Whether the expert may still take a step; the Centre may note it afterwards, too."""
        return self.may(decision) and self.event.may_invite

    def _answer(self, decision, by, role, words):
        if role == Role.APPLICANT and not self.event.may_invite:
            raise ValidationError(_("The event is over or called off."))
        return self.take(decision, by, role, words)

    def accept(self, by, role=Role.APPLICANT, words=""):
        return self._answer(Decision.ACCEPTED, by, role, words)

    def decline(self, by, role=Role.APPLICANT, words=""):
        return self._answer(Decision.DECLINED, by, role, words)

    def call_off(self, by, reason):
        return self.take(Decision.CALLED_OFF, by, Role.CENTRE, reason)

    def may(self, decision):
        """Whether the state allows a step; nothing is delivered before it has begun."""
        return super().may(decision) and (decision != Decision.DELIVERED or self.has_begun)

    @property
    def has_begun(self):
        return self.event.starts_on <= localdate()

    def deliver(self, by, words=""):
        """Note that the expert did it."""
        if not self.has_begun:
            raise ValidationError(_("The event has not begun."))
        return self.take(Decision.DELIVERED, by, Role.CENTRE, words)

    @transaction.atomic
    def rate(self, by, rating, words=""):
        """Rate what was delivered; a later rating takes the place of the one before, whose row stays."""
        rows = Engagement.objects.delivered().filter(pk=self.pk)
        if not rows.update(rating=rating, rating_words=words.strip()):
            raise ValidationError(_("Only what was delivered is rated."))
        self.refresh_from_db()
        self.reviews.create(decision=Decision.RATED, by=by, role=Role.CENTRE, reason=f"{rating}. {words}".strip())

    def tell(self, review):
        from events.emails import tell_of_engagement  # noqa: PLC0415  letters speak of models

        tell_of_engagement(review)


class EngagementReviewQuerySet(models.QuerySet):
    def open_to_expert(self):
        """Steps that the expert sees on the portal: ratings are for staff."""
        return self.exclude(decision=Decision.RATED)


class EngagementReview(ReviewStep):
    """One step in the history of an expert's part in an event."""

    APPLICANT = _("the expert")

    engagement = models.ForeignKey(
        Engagement, models.CASCADE, verbose_name=_("expert at an event"), related_name="reviews"
    )
    decision = models.CharField(_("step"), max_length=30, choices=Decision)

    objects = EngagementReviewQuerySet.as_manager()

    class Meta(ReviewStep.Meta):
        verbose_name = _("step of an expert at an event")
        verbose_name_plural = _("steps of experts at events")
        indexes = [models.Index(fields=["engagement", "-at"], name="steps_of_engagement")]
