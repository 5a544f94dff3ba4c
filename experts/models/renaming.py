"""A listed expert's other name: it waits for the Centre while everybody reads the one that was reviewed and endorsed."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from experts.models.expert import Expert
from partners.applications import Decision, Role


class ProposedNameQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has decided on, the longest waiting first."""
        return self.filter(decided_at=None).order_by("proposed_at", "pk")

    def of(self, experts):
        """Those of these experts, whom somebody may read."""
        return self.filter(expert__in=experts)

    def for_listing(self):
        return self.select_related("expert")


class ProposedName(models.Model):
    """New values for some of `Expert.REVIEWED_NAMES`."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="proposed_names")
    facts = models.JSONField(_("new values"))
    proposed_at = models.DateTimeField(_("proposed"), default=now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    was_accepted = models.BooleanField(_("accepted"), default=False, editable=False)

    objects = ProposedNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an expert’s name")
        verbose_name_plural = _("changes of experts’ names")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert"], condition=Q(decided_at=None), name="one_open_change_of_an_expert_s_name"
            ),
            models.CheckConstraint(
                condition=Q(was_accepted=False) | Q(decided_at__isnull=False), name="accepted_name_was_decided"
            ),
        ]

    def __str__(self):
        return str(self.expert)  # kept in logs, so it names nobody

    def differences(self):
        """Triples of a fact's label, its value on record and the proposed one, in words."""
        told = []
        for name in Expert.REVIEWED_NAMES:
            if name in self.facts:
                field, old, new = Expert._meta.get_field(name), getattr(self.expert, name), self.facts[name]
                labels = dict(field.flatchoices)
                told.append((field.verbose_name, labels.get(old, old), labels.get(new, new)))
        return told

    @classmethod
    @transaction.atomic
    def propose(cls, expert, facts):
        """Propose other names; they take the place of others that wait, unless these are the same: those wait on.

        What is as it was is left out; where nothing is new, what waits is taken back and None returned. The history of the
        expert, which focal points read, says that there is a change, and not which.
        """
        Expert.objects.select_for_update(of=["self"]).get(pk=expert.pk)
        new = {name: value for name, value in facts.items() if value != getattr(expert, name)}
        waiting = expert.proposed_names.waiting().first()
        if waiting and waiting.facts == new:
            return waiting
        expert.proposed_names.waiting().delete()
        if not new:
            return None
        change = cls.objects.create(expert=expert, facts=new)
        expert.record(Decision.CHANGE_PROPOSED, expert.user, Role.APPLICANT)
        return change

    @transaction.atomic
    def accept(self, by):
        """Write the new name; raise `ValidationError` where somebody was faster.

        The word of the focal point stays: it was on the person, whom the Centre knows to be the same.
        """
        self._decide(was_accepted=True)
        for name, value in self.facts.items():
            setattr(self.expert, name, value)
        self.expert.full_clean(exclude=["cv"])
        self.expert.save(update_fields=list(self.facts))
        self.expert.record(Decision.CHANGE_ACCEPTED, by, Role.CENTRE)

    @transaction.atomic
    def refuse(self, by, reason):
        if not reason.strip():
            raise ValidationError(_("Say why: the applicant reads it."))
        self._decide(was_accepted=False)
        self.expert.record(Decision.CHANGE_REFUSED, by, Role.CENTRE, reason)

    def _decide(self, *, was_accepted):
        """Lock the expert, then decide; in this order, as everything else that touches both does."""
        self.expert.lock()
        rows = ProposedName.objects.waiting().filter(pk=self.pk).order_by()
        if not rows.update(decided_at=now(), was_accepted=was_accepted):
            raise ValidationError(_("This has been decided in the meantime."))
