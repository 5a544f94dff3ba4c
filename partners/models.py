"""Institutions: one record for each, whatever part it plays (provider, partner, TROP member, applicant)."""

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.models import City, Country, Named, NamedQuerySet
from classifications.search import SearchableQuerySet, key_column, search_indexes, stems_column


class InstitutionQuerySet(NamedQuerySet, SearchableQuerySet):
    def listed(self):
        """Institutions that the public may see."""
        return self.filter(status__in=Institution.PUBLIC)

    def of_kinds(self, kinds):
        return self.filter(kind__in=kinds)

    def in_countries(self, iso2s):
        return self.filter(country__iso2__in=iso2s)

    def for_listing(self):
        """With what a row of a list shows, in the order of names."""
        return self.select_related("country", "city").by_name()


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["slug", "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city", "website", "status"],
    model_name="InstitutionHistory",
)
class Institution(Named):
    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry")
        STATISTICAL_OFFICE = "national_statistical_office", _("National statistical office")
        PUBLIC_AGENCY = "public_agency", _("Public agency")
        CENTRAL_BANK = "central_bank", _("Central bank")
        OIC_INSTITUTION = "oic_institution", _("OIC institution")
        INTERNATIONAL = "international_organisation", _("International organisation")
        DEVELOPMENT_AGENCY = "development_agency", _("Development agency")
        TRAINING = "training_institution", _("Training institution")
        UNIVERSITY = "university", _("University")
        RESEARCH = "research_institute", _("Research institute")
        NGO = "ngo", _("Non-governmental organisation")
        BUSINESS = "business_association", _("Business association")
        CHAMBER = "chamber", _("Chamber of commerce")
        EMPLOYERS = "employers_organisation", _("Employers’ organisation")
        TRADE_UNION = "trade_union", _("Trade union")
        STOCK_EXCHANGE = "stock_exchange", _("Stock exchange")

    class Status(models.TextChoices):
        LISTED = "listed", _("Listed")
        SUSPENDED = "suspended", _("Suspended")

    PUBLIC = [Status.LISTED]

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="institutions")
    city = models.ForeignKey(
        City, models.PROTECT, verbose_name=_("city"), related_name="institutions", null=True, blank=True
    )
    website = models.URLField(_("website"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.LISTED)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    search_key = key_column("name_en", "name_fr", "name_ar", "acronym")
    search_stems = stems_column("name_en", "name_fr", "name_ar", "acronym")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name_en"]
        indexes = search_indexes("institutions")
        constraints = [models.UniqueConstraint(fields=["name_en", "country"], name="institution_once_in_a_country")]

    def get_absolute_url(self):
        return reverse("partners:institution-detail", args=[self.slug])
