"""Programmes of capacity building, the offices that serve them in each state, and the pages about OIC-VET."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from classifications.documents import PublishedDocument
from classifications.models import Country, Named, NamedQuerySet, Sector, SectorQuerySet
from classifications.search import Folded, SearchableQuerySet, key_column, search_indexes, stems_column
from classifications.written import page_language, translated


class ThemeQuerySet(SectorQuerySet):
    def with_programmes(self):
        """Themes that have programmes, with these as `listed_programmes` and their number as `programme_count`."""
        return (
            self.themes()
            .annotate(programme_count=Count("programmes"))
            .exclude(programme_count=0)
            .prefetch_related(models.Prefetch("programmes", Programme.objects.by_name(), to_attr="listed_programmes"))
        )


class ThemeManager(models.Manager.from_queryset(ThemeQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(theme=None)


class Theme(Sector):
    """The upper level of the sectors, under which programmes stand."""

    objects = ThemeManager()

    class Meta:
        proxy = True
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class ProgrammeQuerySet(NamedQuerySet, SearchableQuerySet):
    def for_page(self):
        """With what a programme's page shows, fetched at once."""
        return self.select_related("theme").prefetch_related("sectors", "documents__language")


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "slug",
        "name_en",
        "name_fr",
        "name_ar",
        "acronym",
        "aliases",
        "nature",
        "theme",
        "launched_year",
        "summary_en",
        "summary_fr",
        "summary_ar",
        "background_en",
        "background_fr",
        "background_ar",
        "source_url",
    ],
    model_name="ProgrammeHistory",
)
class Programme(Named):
    """A programme of capacity building, or what stands beside programmes: working groups, networks, initiatives, funds."""

    class Nature(models.TextChoices):
        PROGRAMME = "programme", pgettext_lazy("nature of a programme", "Programme")
        WORKING_GROUP = "working_group", _("Working group")
        NETWORK = "network", _("Network")
        INITIATIVE = "initiative", _("Initiative")
        FUNDING = "funding", _("Funding")

    slug = models.SlugField(_("address"), unique=True)
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    aliases = models.TextField(
        _("other names"),
        blank=True,
        help_text=_("Acronyms and names under which readers may look for it, separated by semicolons."),
    )
    nature = models.CharField(_("nature"), max_length=20, choices=Nature, default=Nature.PROGRAMME)
    theme = models.ForeignKey(Theme, models.PROTECT, verbose_name=_("theme"), related_name="programmes")
    sectors = models.ManyToManyField(
        Sector,
        verbose_name=_("sectors"),
        related_name="programmes_on",
        blank=True,
        limit_choices_to={"theme__isnull": False},
    )
    launched_year = models.PositiveSmallIntegerField(_("launched in"), null=True, blank=True)
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_fr = models.TextField(_("summary in French"), blank=True)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True)
    background_en = models.TextField(_("background in English"), blank=True, help_text=_("Markdown."))
    background_fr = models.TextField(_("background in French"), blank=True, help_text=_("Markdown."))
    background_ar = models.TextField(_("background in Arabic"), blank=True, help_text=_("Markdown."))
    source_url = models.URLField(_("source"), max_length=500, blank=True)

    search_key = key_column("name_en", "name_fr", "name_ar", "acronym", "aliases")
    search_stems = stems_column("name_en", "name_fr", "name_ar", "summary_en", "summary_fr", "summary_ar")

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name_en"]
        indexes = search_indexes("programmes")

    def get_absolute_url(self):
        return reverse("programmes:programme-detail", args=[self.slug])

    @property
    def summary(self):
        return translated(self, "summary")

    @property
    def background(self):
        return translated(self, "background")

    @property
    def short_name(self):
        """The acronym, else the whole name: for lists and labels."""
        return self.acronym or self.name


class ProgrammeDocument(PublishedDocument):
    """A questionnaire, terms of reference or another paper of a programme."""

    class Kind(models.TextChoices):
        QUESTIONNAIRE = "questionnaire", _("Questionnaire")
        TERMS = "terms_of_reference", _("Terms of reference")
        OTHER = "other", _("Other document")

    programme = models.ForeignKey(Programme, models.CASCADE, verbose_name=_("programme"), related_name="documents")
    purpose = models.CharField(_("kind of document"), max_length=20, choices=Kind, default=Kind.OTHER)

    class Meta:
        verbose_name = _("document of a programme")
        verbose_name_plural = _("documents of programmes")
        ordering = ["purpose", "title_en", "language__code"]

    def get_absolute_url(self):
        return reverse("programmes:document", args=[self.pk])


class FocalPointQuerySet(models.QuerySet):
    def acting(self, on=None):
        """Designations in force on the day `on` (today unless told)."""
        on = on or localdate()
        return self.filter(designated_on__lte=on).filter(
            Q(term_ends_on=None) | Q(term_ends_on__gte=on), Q(ended_on=None) | Q(ended_on__gt=on)
        )

    def by_country(self):
        """Sort as the alphabet of the page's language has the countries."""
        return self.order_by(Folded(F(f"country__name_{page_language()}")), "role")


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "country",
        "programme",
        "role",
        "office_en",
        "office_fr",
        "office_ar",
        "designated_on",
        "term_ends_on",
        "ended_on",
        "is_sample",
    ],  # the person and the address are left out: history must not keep what was withdrawn
    model_name="FocalPointHistory",
)
class FocalPoint(models.Model):
    """The office that a state has designated to serve a programme or network; see `acting()` for who is in force."""

    class Role(models.TextChoices):
        FOCAL_POINT = "focal_point", _("National focal point")
        DEPUTY = "deputy", _("Deputy")

    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="focal_points")
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme or network"), related_name="focal_points"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    office_en = models.CharField(_("office in English"), max_length=300)
    office_fr = models.CharField(_("office in French"), max_length=300, blank=True)
    office_ar = models.CharField(_("office in Arabic"), max_length=300, blank=True)
    person = models.CharField(_("person"), max_length=150, blank=True)
    email = models.EmailField(_("official e-mail address"), blank=True)
    may_publish_person = models.BooleanField(
        _("the person has agreed to be named"), default=False, help_text=_("Name and address are shown only if so.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("account that may act"),
        related_name="designations",
        null=True,
        blank=True,
    )
    designated_on = models.DateField(_("designated on"))
    term_ends_on = models.DateField(_("term ends on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ["country__name_en", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term_ends_on=None) | Q(term_ends_on__gte=F("designated_on")),
                name="focal_point_term_ends_after_start",
                violation_error_message=_("The term ends before it begins."),
            ),
            models.UniqueConstraint(
                fields=["country", "programme", "role"],
                condition=Q(ended_on=None),
                name="one_acting_focal_point",
                violation_error_message=_("This country has a designation in force; end that one first."),
            ),
        ]

    def __str__(self):
        return f"{self.country}: {self.office}"

    @property
    def office(self):
        return translated(self, "office")


class Committee(Named):
    """A committee that accompanies a programme."""

    programme = models.ForeignKey(Programme, models.CASCADE, verbose_name=_("programme"), related_name="committees")
    task_en = models.TextField(_("task in English"), blank=True)
    task_fr = models.TextField(_("task in French"), blank=True)
    task_ar = models.TextField(_("task in Arabic"), blank=True)

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        ordering = ["name_en"]

    @property
    def task(self):
        return translated(self, "task")


class Seat(Named):
    """A seat on a committee: the body that holds it and in which quality."""

    committee = models.ForeignKey(Committee, models.CASCADE, verbose_name=_("committee"), related_name="seats")
    position = models.PositiveSmallIntegerField(_("position in the list"))
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    part_en = models.CharField(_("part in English"), max_length=200, blank=True)
    part_fr = models.CharField(_("part in French"), max_length=200, blank=True)
    part_ar = models.CharField(_("part in Arabic"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["committee", "position"], name="one_seat_at_a_position")]

    @property
    def part(self):
        return translated(self, "part")


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "slug",
        "title_en",
        "title_fr",
        "title_ar",
        "lead_en",
        "lead_fr",
        "lead_ar",
        "body_en",
        "body_fr",
        "body_ar",
    ],
    model_name="PageHistory",
)
class Page(models.Model):
    """A page that staff write, in three languages: OIC-VET's, and the portal's own (about, links, privacy, accessibility)."""

    slug = models.SlugField(_("address"), unique=True)
    title_en = models.CharField(_("title in English"), max_length=200)
    title_fr = models.CharField(_("title in French"), max_length=200)
    title_ar = models.CharField(_("title in Arabic"), max_length=200)
    lead_en = models.TextField(_("opening in English"), blank=True)
    lead_fr = models.TextField(_("opening in French"), blank=True)
    lead_ar = models.TextField(_("opening in Arabic"), blank=True)
    body_en = models.TextField(_("text in English"), help_text=_("Markdown."))
    body_fr = models.TextField(_("text in French"), help_text=_("Markdown."))
    body_ar = models.TextField(_("text in Arabic"), help_text=_("Markdown."))

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["slug"]

    def __str__(self):
        return self.title

    @property
    def title(self):
        return translated(self, "title")

    @property
    def lead(self):
        return translated(self, "lead")

    @property
    def body(self):
        return translated(self, "body")
