"""A listed expert's other name: it waits for the Centre while everybody reads the one that was reviewed and endorsed."""

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.expert import Expert
from partners.applications import Decision, Role
from partners.proposed import Proposed, ProposedQuerySet


class ProposedNameQuerySet(ProposedQuerySet):
    def of(self, experts):
        """Those of these experts, whom somebody may read."""
        return self.filter(expert__in=experts)

    def for_listing(self):
        return self.select_related("expert")


class ProposedName(Proposed):
    """New values for some of `Expert.REVIEWED_NAMES`.

    The history of the expert, which focal points read, says that there is a change, and not which.
    """

    ABOUT = "expert"
    DECISIONS = Decision

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="proposed_names")

    objects = ProposedNameQuerySet.as_manager()

    class Meta(Proposed.Meta):
        verbose_name = _("change of an expert’s name")
        verbose_name_plural = _("changes of experts’ names")
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

        What is as it was is left out; where nothing is new, what waits is taken back and None returned.
        """
        Expert.objects.select_for_update(of=["self"]).get(pk=expert.pk)
        change, is_another = cls.put(expert, {n: value for n, value in facts.items() if value != getattr(expert, n)})
        if is_another:
            expert.record(Decision.CHANGE_PROPOSED, expert.user, Role.APPLICANT)
        return change

    def write(self):
        """Write the new name. The word of the focal point stays: it was on the person, whom the Centre knows to be the same."""
        for name, value in self.facts.items():
            setattr(self.expert, name, value)
        self.expert.full_clean(exclude=["cv"])
        self.expert.save(update_fields=list(self.facts))
