"""Committees that accompany a programme, and who has a seat on them."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from classifications.models import Named, NamedQuerySet
from classifications.written import translated
from programmes.models.programme import Programme

NAMES = ["name_en", "name_fr", "name_ar"]


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["programme", *NAMES, "task_en", "task_fr", "task_ar", "meetings"],
    model_name="CommitteeHistory",
)
class Committee(Named):
    """A committee that accompanies a programme."""

    programme = models.ForeignKey(Programme, models.CASCADE, verbose_name=_("programme"), related_name="committees")
    task_en = models.TextField(_("task in English"), blank=True)
    task_fr = models.TextField(_("task in French"), blank=True)
    task_ar = models.TextField(_("task in Arabic"), blank=True)
    meetings = models.SlugField(
        _("series of its meetings"),
        blank=True,
        help_text=_("The address of the series under which its meetings stand."),
    )

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        ordering = ["name_en"]

    @property
    def task(self):
        return translated(self, "task")


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["committee", "position", *NAMES, "acronym", "part_en", "part_fr", "part_ar", "website"],
    model_name="SeatHistory",
)
class Seat(Named):
    """A seat on a committee: the body that holds it and in which quality."""

    committee = models.ForeignKey(Committee, models.CASCADE, verbose_name=_("committee"), related_name="seats")
    position = models.PositiveSmallIntegerField(_("position in the list"))
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    part_en = models.CharField(_("part in English"), max_length=200, blank=True)
    part_fr = models.CharField(_("part in French"), max_length=200, blank=True)
    part_ar = models.CharField(_("part in Arabic"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["committee", "position"], name="one_seat_at_a_position")]

    @property
    def part(self):
        return translated(self, "part")
