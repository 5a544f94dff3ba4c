"""Rosters: lists of experts in one field, opened by the Centre."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.models import Named, NamedQuerySet, Sector
from classifications.written import translated

RESERVED = {
    "register", "profile", "desk", "cv", "references", "renew", "endorse", "word", "search", "shortlists",
}  # paths beside the rosters'  # fmt: skip


class RosterQuerySet(NamedQuerySet):
    def open(self):
        """Rosters that experts may join."""
        return self.filter(is_open=True)

    def open_to(self, expert):
        """Those, and those on which an expert is already: a roster that closes takes nobody off it."""
        return self.filter(Q(is_open=True) | Q(pk__in=expert.memberships.values("roster")))

    def in_order(self):
        """In the order that the Centre gave them."""
        return self.order_by("position", "pk")


class Roster(Named):
    """A list of experts in one field."""

    slug = models.SlugField(_("address"), unique=True)
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_fr = models.TextField(_("summary in French"), blank=True)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True)
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="rosters", blank=True)
    is_open = models.BooleanField(_("experts may join"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        ordering = ["position", "pk"]

    @property
    def summary(self):
        return translated(self, "summary")

    def get_absolute_url(self):
        return reverse("experts:roster", args=[self.slug])

    def clean(self):
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("This address is taken by a page of the portal.")})
