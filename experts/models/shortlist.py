"""Shortlists: experts whom staff or a focal point consider for something, with a note on each; and what was taken out of them."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from experts.models.expert import Expert
from experts.readers import Kind, Reader

MOST = 200  # experts on one shortlist


class ShortlistQuerySet(models.QuerySet):
    def readable_by(self, user):
        """The Centre's staff work on the shortlists of the Centre together; a focal point has their own."""
        reader = Reader.of(user)
        if reader.kind == Kind.STAFF:
            return self.filter(Q(is_of_centre=True) | Q(owner=user))
        return self.filter(owner=user, is_of_centre=False) if reader.states else self.none()

    def latest_first(self):
        return self.order_by("-changed_at", "-pk")

    def with_sizes(self):
        return self.annotate(size=models.Count("entries"))


class Shortlist(models.Model):
    """A named list of experts."""

    name = models.CharField(_("name"), max_length=150)
    owner = models.ForeignKey(User, models.SET_NULL, verbose_name=_("made by"), related_name="shortlists", null=True)
    is_of_centre = models.BooleanField(_("of the Centre"))
    changed_at = models.DateTimeField(_("last changed"), default=now)

    objects = ShortlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("shortlist")
        verbose_name_plural = _("shortlists")

    def __str__(self):
        return self.name

    @classmethod
    def begin(cls, user, name):
        """Make an empty shortlist of somebody who may have one."""
        return cls.objects.create(name=name, owner=user, is_of_centre=Reader.of(user).kind == Kind.STAFF)

    @transaction.atomic
    def add(self, experts):
        """Put experts on it, in their order; give how many were new. Raise `ValidationError` where it would become too long."""
        Shortlist.objects.select_for_update().get(pk=self.pk)
        there = set(Expert.objects.filter(entries__shortlist=self))
        new = [expert for expert in dict.fromkeys(experts) if expert not in there]
        if self.entries.count() + len(new) > MOST:
            raise ValidationError(_("A shortlist holds at most 200 experts."))
        rows = [Entry(shortlist=self, expert=expert) for expert in new]
        Entry.objects.bulk_create(rows, ignore_conflicts=True)
        self._touch()
        return len(new)

    def remove(self, expert):
        self.entries.filter(expert=expert).delete()
        self._touch()

    def note(self, expert, words):
        """Write down why somebody is on it; the note is for those who work on the shortlist."""
        self.entries.filter(expert=expert).update(note=words)
        self._touch()

    def rename(self, name):
        self.name = name
        self.save(update_fields=["name"])
        self._touch()

    def _touch(self):
        self.changed_at = now()
        self.save(update_fields=["changed_at"])

    def entries_for(self, reader):
        """Its entries of those whom a reader may see today, each with the expert, in the order in which they came."""
        readable = Expert.objects.readable_as(reader).listed()
        return (
            self.entries.filter(expert__in=readable)
            .order_by("added_at", "pk")
            .prefetch_related(models.Prefetch("expert", Expert.objects.for_listing()))
        )


class Entry(models.Model):
    """An expert on a shortlist."""

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="entries")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="entries")
    note = models.TextField(_("note"), blank=True, max_length=500)
    added_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("entry of a shortlist")
        verbose_name_plural = _("entries of shortlists")
        constraints = [models.UniqueConstraint(fields=["shortlist", "expert"], name="expert_once_on_a_shortlist")]

    def __str__(self):
        return f"{self.shortlist_id}, {self.expert_id}"

    def outranks(self, other):
        """Whether it is the one to keep of two that became entries of one expert: a note is not lost."""
        return bool(self.note) and not other.note


class Export(models.Model):
    """That somebody took columns of experts out of the portal: who, when, in which form, which columns, of whom.

    The number stays where one of them was erased since.
    """

    class Form(models.TextChoices):
        XLSX = "xlsx", _("Table (.xlsx)")
        CSV = "csv", _("Table (.csv)")
        PRINT = "print", _("Page to print")

    by = models.ForeignKey(User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)
    at = models.DateTimeField(_("when"), default=now)
    shortlist = models.ForeignKey(
        Shortlist, models.SET_NULL, verbose_name=_("shortlist"), related_name="exports", null=True
    )
    form = models.CharField(_("form"), max_length=10, choices=Form)
    columns = ArrayField(models.CharField(max_length=30), verbose_name=_("columns"))
    count = models.PositiveIntegerField(_("number of experts"))
    experts = models.ManyToManyField(Expert, verbose_name=_("experts"), related_name="exports")

    class Meta:
        verbose_name = _("export of experts")
        verbose_name_plural = _("exports of experts")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"

    @classmethod
    @transaction.atomic
    def note(cls, by, form, columns, experts, shortlist=None):
        """Leave the row for these columns of these experts."""
        export = cls.objects.create(by=by, shortlist=shortlist, form=form, columns=columns, count=len(experts))
        export.experts.set(experts)
        return export


class Apart(models.Model):
    """That two records which look like the same person are not, as somebody of the Centre decided."""

    one = models.ForeignKey(Expert, models.CASCADE, related_name="said_apart")
    other = models.ForeignKey(Expert, models.CASCADE, related_name="said_apart_of")
    by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("pair told apart")
        verbose_name_plural = _("pairs told apart")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="apart_said_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="apart_in_order"),
        ]

    def __str__(self):
        return f"{self.one_id}, {self.other_id}"
