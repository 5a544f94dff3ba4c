"""How memberships and opportunities go from state to state: each by a table of steps, every one of which leaves a row.

    membership   applied ──approve──▶ member ──leave, end──▶ ended         declined, ended ──apply again──▶ applied
                    └──decline──▶ declined

    opportunity  draft ──publish──▶ published ──close──▶ closed ──reopen──▶ published
                   │  ▲                 ▲  └──change, by a member not trusted yet──▶ with the reviewers
             submit│  │return,          │
                   ▼  │take back        │approve
                 with the reviewers ────┘
                 published, closed, with the reviewers ──withdraw──▶ withdrawn
                 draft, closed, withdrawn, expired ──archive──▶ archived

As with the applications of institutions, a step is one conditional `UPDATE`: of two who decide at once the later is told.
That an opportunity has expired is no state of its row: it follows from the day by which to apply.
"""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Stepped(models.Model):
    """Something whose `status` changes by the `STEPS` of its class; its history is in `reviews`.

    Subclasses name the status in which it `WAITS` for the Centre, and tell those whom a step concerns.
    """

    STEPS = {}
    WAITS = None

    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def tell(self, review):
        """Write to those whom a step concerns."""
        raise NotImplementedError

    def lock(self):
        """Read the row anew, after whoever else is changing it; inside a transaction."""
        self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update())

    def record(self, decision, by, role, reason=""):
        """Leave the row of a step and tell those whom it concerns."""
        review = self.reviews.create(decision=decision, by=by, role=role, reason=reason.strip())
        self.tell(review)
        return review

    @transaction.atomic
    def take(self, decision, by, role, reason="", **facts):
        """Take a step, writing `facts` with it; raise `ValidationError` where the state does not allow it (any more)."""
        step = self.STEPS[decision]
        if step.needs_reason and not reason.strip():
            raise ValidationError(_("Say why: the institution reads it."))
        rows = type(self)._base_manager.filter(pk=self.pk, status__in=step.origins)
        waiting_since = now() if step.to == self.WAITS else None
        taken = rows.update(status=step.to, waiting_since=waiting_since, **facts)
        self.refresh_from_db()
        if not taken:
            raise ValidationError(
                _("This has been decided in the meantime. Its state is now: %(state)s.")
                % {"state": self.get_status_display()}
            )
        return self.record(decision, by, role, reason)

    def may(self, decision):
        """Whether the state allows a step."""
        return self.status in self.STEPS[decision].origins


def waits_exactly_while(status, name):
    """The constraint that something waits for the Centre in one state and in no other."""
    return models.CheckConstraint(
        condition=Q(status=status, waiting_since__isnull=False) | (~Q(status=status) & Q(waiting_since=None)), name=name
    )
