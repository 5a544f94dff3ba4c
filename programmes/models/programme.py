"""Programmes of capacity building under their themes, and the papers they publish."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from classifications.documents import PublishedDocument
from classifications.gathering import NAMES
from classifications.models import Named, NamedQuerySet, Sector, SectorQuerySet
from classifications.search import SearchableQuerySet, key_column, search_indexes, stems_column
from classifications.written import translated
from programmes.activities import Activity


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
        language = [f"language__{field}" for field in ("pk", "code", *NAMES)]
        facts = ["title_en", "title_fr", "title_ar", "file", "published_on", "purpose", "activity", "version"]
        return (
            self.select_related("theme")
            .gathering("sectors", "slug", *NAMES)
            .gathering("documents", *facts, *language, among=ProgrammeDocument.objects.current())
        )


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


class ProgrammeDocumentQuerySet(models.QuerySet):
    def current(self):
        """Documents that no newer version has replaced."""
        return self.filter(replaced_at=None)

    def readable_by(self, user):
        """Current documents are for everybody, former versions for staff."""
        return self if user.is_staff and user.has_perm("programmes.view_programmedocument") else self.current()


class ProgrammeDocument(PublishedDocument):
    """A questionnaire, terms of reference or another paper of a programme.

    Of a form there is one current version for each kind of activity and language: a new one replaces the one before, which
    is kept. Other papers stand beside each other.
    """

    class Kind(models.TextChoices):
        QUESTIONNAIRE = "questionnaire", _("Questionnaire")
        TERMS = "terms_of_reference", _("Terms of reference")
        OTHER = "other", _("Other document")

    ANY = ""
    ACTIVITIES = [(ANY, _("All activities")), *Activity.choices]

    FORMS = [Kind.QUESTIONNAIRE, Kind.TERMS]
    KEY = ["programme", "purpose", "activity", "language"]

    programme = models.ForeignKey(Programme, models.CASCADE, verbose_name=_("programme"), related_name="documents")
    purpose = models.CharField(_("kind of document"), max_length=20, choices=Kind, default=Kind.OTHER)
    activity = models.CharField(_("for the activity"), max_length=20, choices=ACTIVITIES, default=ANY, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    replaced_at = models.DateTimeField(_("replaced by a newer version"), null=True, blank=True, editable=False)

    objects = ProgrammeDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a programme")
        verbose_name_plural = _("documents of programmes")
        ordering = ["purpose", "activity", "title_en", "language__code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "purpose", "activity", "language"],
                condition=Q(replaced_at=None) & ~Q(purpose="other"),
                name="one_current_version_of_a_form",
            ),
            models.UniqueConstraint(
                fields=["programme", "purpose", "activity", "language", "version"],
                condition=~Q(purpose="other"),
                name="version_once_of_a_form",
            ),
        ]

    def get_absolute_url(self):
        return reverse("programmes:document", args=[self.pk])

    @property
    def is_form(self):
        return self.purpose in self.FORMS

    def same(self):
        """The other versions of this form."""
        key = {name: getattr(self, self._meta.get_field(name).attname) for name in self.KEY}
        return ProgrammeDocument.objects.filter(**key).exclude(pk=self.pk)

    def clean(self):
        moved = self.pk and ProgrammeDocument.objects.filter(pk=self.pk).exclude(
            **{name: getattr(self, self._meta.get_field(name).attname) for name in self.KEY}
        )
        if self.is_form and moved and self.same().exists():
            raise ValidationError(_("There is such a form already. Add a new version instead."))

    @transaction.atomic
    def save(self, *args, **kwargs):
        """A new form takes the place of the one before, whose file is kept."""
        if self._state.adding and self.is_form:
            Programme.objects.select_for_update().get(pk=self.programme_id)
            self.same().current().update(replaced_at=now())
            self.version = (self.same().aggregate(last=Max("version"))["last"] or 0) + 1
        super().save(*args, **kwargs)
