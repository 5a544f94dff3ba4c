"""Changes of what somebody has looked at already: new values wait for the Centre while the page stays as it was.

Of one record one change waits at a time; a later one takes its place. Of two who decide at once the database tells who was first.
"""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from partners.applications import Role


class ProposedQuerySet(models.QuerySet):
    def waiting(self):
        """Changes that nobody has decided on, the longest waiting first."""
        return self.filter(decided_at=None).order_by("proposed_at", "pk")


class Proposed(models.Model):
    """New values for some facts of a record that goes by steps (`partners.stepped`).

    Subclasses have a key to the record, name it in `ABOUT`, name the `DECISIONS` of its history, write the values, and say in
    `differences()` what is on record and what is proposed: triples of a fact's label and both values, in words.
    """

    ABOUT = None
    DECISIONS = None

    facts = models.JSONField(_("new values"))
    proposed_at = models.DateTimeField(_("proposed"), default=now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    was_accepted = models.BooleanField(_("accepted"), default=False, editable=False)

    class Meta:
        abstract = True
        ordering = ["-proposed_at"]

    @property
    def about(self):
        """The record whose facts are to change."""
        return getattr(self, self.ABOUT)

    def told(self):
        """What the history of the record says of the change: here only that there is one."""
        return ""

    def write(self):
        """Write the new values into the record; raise `ValidationError` where they do not fit it any more."""
        raise NotImplementedError

    @classmethod
    def put(cls, about, facts, **more):
        """Let new values of a locked record wait in place of others; give the change, and whether it is another than before.

        Where `facts` are empty, what waits is taken back, and no change given.
        """
        waiting = cls.objects.waiting().filter(**{cls.ABOUT: about})
        same = waiting.filter(facts=facts).first()
        if same:
            return same, False
        waiting.delete()
        return (cls.objects.create(**{cls.ABOUT: about}, facts=facts, **more), True) if facts else (None, False)

    @transaction.atomic
    def accept(self, by):
        """Write the new values; raise `ValidationError` where they do not fit any more, or somebody was faster."""
        self.decide(was_accepted=True)
        told = self.told()
        self.write()
        self.about.record(self.DECISIONS.CHANGE_ACCEPTED, by, Role.CENTRE, told)

    @transaction.atomic
    def refuse(self, by, reason):
        """Leave the record as it is; raise `ValidationError` without a reason, or where somebody was faster."""
        if not reason.strip():
            raise ValidationError(_("Say why: the applicant reads it."))
        self.decide(was_accepted=False)
        self.about.record(self.DECISIONS.CHANGE_REFUSED, by, Role.CENTRE, reason)

    def decide(self, *, was_accepted):
        """Lock the record, then decide; in this order, as everything else that touches both does."""
        key = self._meta.get_field(self.ABOUT)
        records = key.related_model._base_manager.select_for_update(of=["self"])
        # A merge may have brought the change to another record meanwhile.
        setattr(self, self.ABOUT, records.filter(**{key.related_query_name(): self.pk}).first() or self.about)
        waiting = type(self).objects.waiting().filter(pk=self.pk).order_by()
        if not waiting.update(decided_at=now(), was_accepted=was_accepted):
            raise ValidationError(_("This has been decided in the meantime."))
