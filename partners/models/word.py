"""What an application has that waits for the word of a national focal point, an institution's as well as an expert's.

Who is asked, and for how long, say the rules of review; `partners.routing` takes the steps.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from partners.applications import ROUTES, SPOKEN, Application, ApplicationQuerySet, Decision, ReviewStep, Role
from partners.models.rules import ReviewRules

SINCE = OuterRef("waiting_since")


class WordedQuerySet(ApplicationQuerySet):
    def with_focal_point(self):
        """Applications on which the word of the state's focal point is still asked for, the longest waiting first."""
        return self.waiting_for_review().filter(~Exists(self._steps(decision__in=SPOKEN, at__gte=SINCE)))

    def applied_by(self, user):
        """Those with which `user`, who is signed in, applies: nobody judges what is their own."""
        raise NotImplementedError

    def for_word_of(self, user):
        """Applications on which `user` may say the focal point's word: as the focal point, or as the deputy once told."""
        if not user.pk:
            return self.none()
        seats = ReviewRules.current().reviewers().filter(user=user)
        told = self._steps(decision=Decision.DEPUTY_TOLD, waiting_since=SINCE)
        as_head, as_deputy = (
            Q(**{f"{self.model.STATE}__in": each.values("country")}) for each in (seats.heads(), seats.deputies())
        )
        own = self.model.objects.applied_by(user)
        return self.with_focal_point().filter(as_head | as_deputy & Exists(told)).exclude(pk__in=own.values("pk"))

    def _steps(self, **wanted):
        """The rows of the history of one application, for a subquery."""
        link = self.model._meta.get_field("reviews")
        return link.related_model._base_manager.filter(**{link.field.name: OuterRef("pk")}, **wanted)


class Worded(Application):
    """An application on which the focal point of a state says a word. `STATE` names the field of that state."""

    STATE = ""

    class Meta:
        abstract = True

    @property
    def state(self):
        return getattr(self, self.STATE)

    @property
    def word_address(self):
        """Where the word is said."""
        raise NotImplementedError

    @property
    def applicants(self):
        """The ids of the accounts that apply with it, and so may not judge it."""
        raise NotImplementedError

    @transaction.atomic
    def return_with(self, question, by, role=Role.CENTRE):
        if role == Role.FOCAL_POINT:
            self.refuse_applicant(by)
            self.hold_seat_of(by)
        return super().return_with(question, by, role)

    @transaction.atomic
    def object_to(self, by, reason):
        """The focal point advises against it. That ends nothing: the Centre reads why, and decides."""
        if not reason.strip():
            raise ValidationError(_("Say why: the Centre reads it."))
        self.hold_for_focal_point(by)
        self.record(Decision.OBJECTED, by, Role.FOCAL_POINT, reason)

    def hold_for_focal_point(self, by):
        """Lock the row; raise `ValidationError` where the focal point's word, or that of `by`, is not asked for (any more)."""
        self.refuse_applicant(by)
        self.hold_seat_of(by)
        asked = type(self).objects.with_focal_point().select_for_update(of=["self"])
        if asked.filter(pk=self.pk).first() is None:
            raise ValidationError(_("This is with the Centre by now, or was decided in the meantime."))

    def hold_seat_of(self, by):
        """Lock the designation under which `by` speaks, so that it ends before the word or after it; raise where it is over."""
        seats = ReviewRules.current().reviewers(self.state).filter(user=by).select_for_update(of=["self"])
        if by and not list(seats):
            raise ValidationError(_("Only who is in office today says a word: your designation is over."))

    def refuse_applicant(self, by):
        """Raise `ValidationError` where `by` applies with it."""
        if by and by.pk in self.applicants:
            raise ValidationError(_("This is an application of your own: others judge it."))


class RoutedStepQuerySet(models.QuerySet):
    def open_to_applicant(self):
        """Steps that the applicant sees: what a focal point advises is for the Centre."""
        return self.exclude(decision=Decision.OBJECTED)

    def taken_today(self, decision, by):
        """Steps of one kind that somebody took within the last day."""
        return self.filter(decision=decision, by=by, at__gt=now() - timedelta(days=1))


class RoutedStep(ReviewStep):
    """One step of the history of an application that waits for a focal point."""

    # Of a step of `ROUTES`: since when the application had been waiting. Each such step is taken once in one waiting.
    waiting_since = models.DateTimeField(null=True, editable=False)

    objects = RoutedStepQuerySet.as_manager()

    class Meta(ReviewStep.Meta):
        abstract = True


def routed_once(applicant, name):
    """The constraint that each step of `ROUTES` is taken once in one waiting."""
    return models.UniqueConstraint(
        fields=[applicant, "waiting_since", "decision"], condition=Q(decision__in=ROUTES), name=name
    )
