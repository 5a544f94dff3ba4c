"""What focal points propose to the Centre: a deputy, and corrections of what stands on record of their country."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from classifications.written import labelled
from programmes.models.focal_point import DesignationStep, FocalPoint


class ProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has decided on, the longest waiting first."""
        return self.filter(decided_at=None).order_by("proposed_at", "pk")

    def about(self, record):
        """Those about one record."""
        return self.filter(content_type=ContentType.objects.get_for_model(record), record_id=record.pk)

    def untold(self):
        """Decided ones whose proposer is still to be told."""
        return self.filter(decided_at__isnull=False, told_at=None).order_by("pk")

    def for_listing(self):
        """With whose they are and what they are about."""
        linked = self.select_related("point__country", "point__programme", "proposed_by", "content_type")
        return linked.prefetch_related(GenericPrefetch("record", [FocalPoint.objects.select_related("country")]))


class Proposal(models.Model):
    """A proposal that waits for the Centre, and what became of it.

    A record of which corrections can be proposed names the fields in `PROPOSABLE`, and has the verb
    `correct_as_proposed(by, facts)`, which raises `ValidationError` where they do not fit.
    """

    class Kind(models.TextChoices):
        DEPUTY = "deputy", _("A deputy")
        CORRECTION = "correction", _("A correction")

    point = models.ForeignKey(FocalPoint, models.CASCADE, verbose_name=_("focal point"), related_name="proposals")
    kind = models.CharField(_("what is proposed"), max_length=20, choices=Kind)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    record_id = models.PositiveBigIntegerField()
    record = GenericForeignKey("content_type", "record_id")
    facts = models.JSONField(_("new values"), default=dict, encoder=DjangoJSONEncoder)
    words = models.TextField(_("words"), blank=True, max_length=1000)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True
    )
    proposed_at = models.DateTimeField(_("proposed"), default=now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    was_accepted = models.BooleanField(_("accepted"), default=False, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    told_at = models.DateTimeField(_("told"), null=True, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of a focal point")
        verbose_name_plural = _("proposals of focal points")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "record_id", "kind"], condition=Q(decided_at=None),
                name="one_open_proposal_about_a_record",
            ),
        ]  # fmt: skip

    def __str__(self):
        return labelled(self.get_kind_display(), self.record or "—")

    @property
    def is_open(self):
        return self.decided_at is None

    @classmethod
    @transaction.atomic
    def propose(cls, point, by, kind, record, facts=None, words=""):
        """Propose something under a designation; it takes the place of what waits about the same record.

        `facts` maps names of `PROPOSABLE` fields to new values; what is as it was is left out. Of a correction that changes
        nothing an open one is taken back, and None given.
        """
        type(record)._base_manager.select_for_update(of=["self"]).get(pk=record.pk)
        new = {name: value for name, value in (facts or {}).items() if value != getattr(record, name)}
        cls.objects.about(record).filter(kind=kind).waiting().delete()
        if kind == cls.Kind.CORRECTION and not new:
            return None
        return cls.objects.create(
            point=point, kind=kind, proposed_by=by, facts=new, words=words.strip(),
            content_type=ContentType.objects.get_for_model(record), record_id=record.pk,
        )  # fmt: skip

    def new_values(self):
        """The proposed values by field, as the record holds them; what it has no such field for any more is left out."""
        fields = {each.name: each for each in self.content_type.model_class()._meta.concrete_fields}
        return {name: fields[name].to_python(value) for name, value in self.facts.items() if name in fields}

    def differences(self):
        """Triples of a fact's label, its value on record and the proposed one."""
        model = self.content_type.model_class()
        return [
            (model._meta.get_field(name).verbose_name, getattr(self.record, name, ""), value)
            for name, value in self.new_values().items()
        ]

    def told(self):
        """The corrections as values alone, which need no translation."""
        return "\n".join(
            f"{'—' if old in ('', None) else old} → {new or '—'}" for _label, old, new in self.differences()
        )

    @transaction.atomic
    def accept(self, by):
        """Write the corrections, or note that the deputy is welcome: the Centre designates on the authorities' letter.

        Raise `ValidationError` where they do not fit what is on record by now, or somebody was faster.
        """
        self._decide(by, True)
        if self.kind == self.Kind.DEPUTY:
            self.point.steps.create(what=DesignationStep.What.DEPUTY_ACCEPTED, by=by, told_at=now())
        elif self.record is None:
            raise ValidationError(_("The record is gone since. Decline the proposal."))
        else:
            self.record.correct_as_proposed(by, self.new_values())

    @transaction.atomic
    def decline(self, by, reason):
        """Leave everything as it is; the focal point is told why."""
        if not reason.strip():
            raise ValidationError(_("Say why: the focal point reads it."))
        self._decide(by, False, reason.strip())
        if self.kind == self.Kind.DEPUTY:
            self.point.steps.create(
                what=DesignationStep.What.DEPUTY_DECLINED, by=by, words=reason.strip(), told_at=now()
            )

    def _decide(self, by, was_accepted, reason=""):
        facts = {"decided_at": now(), "decided_by": by, "was_accepted": was_accepted, "reason": reason}
        if not Proposal.objects.filter(pk=self.pk, decided_at=None).update(**facts):
            raise ValidationError(_("This has been decided in the meantime."))
        for name, value in facts.items():
            setattr(self, name, value)
