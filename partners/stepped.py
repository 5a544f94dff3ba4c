"""What goes from state to state by a table of steps, every one of which leaves a row.

Of two who decide at once the database tells who was first: a step is one conditional `UPDATE`, and the later one is told.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

MOMENTS = timedelta(seconds=10)


@dataclass(frozen=True)
class Step:
    """From which states a decision leads to which, and whether it has to say why."""

    origins: tuple
    to: str
    needs_reason: bool = False


class Stepped(models.Model):
    """Something whose `status` changes by the `STEPS` of its class; its history is in `reviews`.

    Subclasses name the status in which it `WAITS` for a reviewer, and tell those whom a step concerns.
    """

    STEPS = {}
    WAITS = None

    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def tell(self, review):
        """Write to those whom a step concerns; what each model does here is its own."""
        raise NotImplementedError

    def lock(self):
        """Read the row anew, after whoever else is changing it; inside a transaction. Raise `ValidationError` if it is gone."""
        self._read(type(self)._base_manager.select_for_update())

    def _read(self, rows):
        try:
            self.refresh_from_db(from_queryset=rows)
        except self.DoesNotExist:
            raise ValidationError(_("This is no longer on record: it was merged with another or deleted.")) from None

    def refuse_as_decided(self):
        """Raise `ValidationError`: somebody else was faster, and the state does not allow it any more."""
        raise ValidationError(
            _("This has been decided in the meantime. Its state is now: %(state)s.")
            % {"state": self.get_status_display()}
        )

    def record(self, decision, by, role, reason="", **about):
        """Leave the row of a step and tell those whom it concerns."""
        review = self.reviews.create(decision=decision, by=by, role=role, reason=reason.strip(), **about)
        self.tell(review)
        return review

    @transaction.atomic
    def take(self, decision, by, role, reason="", **facts):
        """Take a step, writing `facts` with it; give its row.

        Raise `ValidationError` where its reason is missing, or the state does not allow it (any more).
        """
        step = self.STEPS[decision]
        if step.needs_reason and not reason.strip():
            raise ValidationError(_("Say why: the applicant reads it."))
        stored = type(self)._base_manager.filter(pk=self.pk)
        waiting_since = now() if step.to == self.WAITS else None
        taken = stored.filter(status__in=step.origins).update(status=step.to, waiting_since=waiting_since, **facts)
        self._read(type(self)._base_manager.all())
        if not taken:
            self.refuse_as_decided()
        return self.record(decision, by, role, reason)

    def last_step_just_by(self, user):
        """The row of the last step if it was this person's, moments ago, else None."""
        last = self.reviews.order_by("-at", "-pk").first()
        return last if user and last and last.by_id == user.pk and now() - last.at < MOMENTS else None

    def was_just_moved_by(self, user):
        """Whether the last step was this person's, moments ago: what they ask for again is done."""
        return self.last_step_just_by(user) is not None

    def may(self, decision):
        """Whether the state allows a step."""
        return self.status in self.STEPS[decision].origins


def waits_exactly_while(status, name):
    """The constraint that something waits for a reviewer in one state and in no other."""
    return models.CheckConstraint(
        condition=Q(status=status, waiting_since__isnull=False) | (~Q(status=status) & Q(waiting_since=None)), name=name
    )
