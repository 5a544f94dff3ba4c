"""The lists that everything else is classified by: countries, cities, sectors, languages."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from pghistory.models import Context

from classifications.gathering import NAMES, GatheringQuerySet
from classifications.search import Folded, SearchableQuerySet, joined, key_column, stems_column
from classifications.written import LANGUAGES, page_language, translated


def keeps_history(name, fields):
    """Decorate a model so that the database keeps its old rows in the model `name`, with these fields of each."""
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), fields=fields, model_name=name
    )


class Named(models.Model):
    """Something with a name in three languages; English is never missing."""

    name_en = models.CharField(_("name in English"), max_length=300)
    name_fr = models.CharField(_("name in French"), max_length=300, blank=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The name in the page's language, as a `written.Text`."""
        return translated(self, "name")


def name_order(language):
    """What names are sorted by on a page in `language`: the folded name in it or, where there is none, in another."""
    names = [NullIf(f"name_{each}", Value("")) for each in dict.fromkeys([language, *LANGUAGES])]
    return Folded(Coalesce(*names))


class NamedQuerySet(GatheringQuerySet):
    def by_name(self):
        """Sort as the alphabet of the page's language has it, accents and Arabic signs apart."""
        return self.order_by(name_order(page_language()), "pk")

    def without_name_in(self, language):
        """Those that have no name in one of the three languages, and are shown by another."""
        return self.filter(**{f"name_{language}": ""})


@keeps_history("LanguageHistory", ["code", *NAMES])
class Language(Named):
    """A language of teaching, of a state or of a document, by its ISO 639 code."""

    code = models.CharField(_("ISO 639 code"), max_length=3, unique=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["name_en"]


class CountryQuerySet(NamedQuerySet, SearchableQuerySet):
    def member_states(self):
        """The 57 member states of the OIC."""
        return self.exclude(oic_group="")

    def not_member_states(self):
        return self.filter(oic_group="")


@keeps_history(
    "CountryHistory",
    ["iso2", "iso3", *NAMES, "aliases", "oic_group", "joined_year", "weekend", "time_zone", "map_x", "map_y"],
)
class Country(Named):
    """A state: one of the 57 member states of the OIC, or another that occurs on record.

    Joining years follow the OIC's own list of member states; rest days are those in force in 2025.
    """

    class OICGroup(models.TextChoices):
        AFRICAN = "African", _("African group")
        ARAB = "Arab", _("Arab group")
        ASIAN = "Asian", _("Asian group")

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    iso2 = models.CharField(_("two-letter code"), max_length=2, unique=True)
    iso3 = models.CharField(_("three-letter code"), max_length=3, unique=True)
    aliases = models.TextField(
        _("other names"),
        blank=True,
        help_text=_("Former and other names that readers type and old records use, separated by semicolons."),
    )
    oic_group = models.CharField(
        _("OIC group"),
        max_length=10,
        choices=OICGroup,
        blank=True,
        help_text=_("Empty where it is not a member state."),
    )
    joined_year = models.PositiveSmallIntegerField(_("joined the OIC in"), null=True, blank=True)
    languages = models.ManyToManyField(Language, verbose_name=_("languages"), related_name="countries", blank=True)
    weekend = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday), verbose_name=_("weekly rest days"), default=list, blank=True
    )
    time_zone = models.CharField(_("time zone of the capital"), max_length=40, default="UTC")
    map_x = models.PositiveSmallIntegerField(_("column on the tile map"), null=True, blank=True)
    map_y = models.PositiveSmallIntegerField(_("row on the tile map"), null=True, blank=True)

    search_key = key_column("name_en", "name_fr", "name_ar", "aliases")
    search_stems = stems_column("name_en", "name_fr", "name_ar", "aliases")

    objects = CountryQuerySet.as_manager()

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                condition=Q(oic_group="", joined_year=None) | (~Q(oic_group="") & Q(joined_year__isnull=False)),
                name="member_state_has_group_and_year",
                violation_error_message=_(
                    "A member state has both a group and the year in which it joined; others have neither."
                ),
            ),
        ]

    def get_absolute_url(self):
        return reverse("country-detail", args=[self.iso2.lower()])

    @property
    def is_member_state(self):
        return bool(self.oic_group)


class CityQuerySet(NamedQuerySet):
    def called(self, name, country):
        """Cities of a country with this name in any language, or among their other names, folded."""
        folded = Folded(Value(name))
        keys = {f"key_{each}": Folded(F(f"name_{each}")) for each in LANGUAGES}
        wanted = Q(aliases__icontains=name)
        for key in keys:
            wanted |= Q(**{key: folded})
        return self.filter(country=country).alias(**keys).filter(wanted)

    def named_with(self, word):
        """Cities in whose names, in any language, a word occurs."""
        key = Folded(joined(["name_en", "name_fr", "name_ar", "aliases"]))
        return self.alias(key=key).filter(key__contains=Folded(Value(word)))


@keeps_history("CityHistory", ["country", *NAMES, "aliases"])
class City(Named):
    """A city in which something was held or has its seat."""

    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="cities")
    aliases = models.TextField(_("other names"), blank=True, help_text=_("Separated by semicolons."))

    objects = CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name_en"]
        constraints = [models.UniqueConstraint(fields=["country", "name_en"], name="city_once_in_a_country")]


class SectorQuerySet(NamedQuerySet):
    def themes(self):
        """The upper level."""
        return self.filter(theme=None)

    def below_themes(self):
        """The lower level."""
        return self.exclude(theme=None)


@keeps_history("SectorHistory", ["slug", "theme", *NAMES, "summary_en", "summary_fr", "summary_ar"])
class Sector(Named):
    """A field of cooperation, in two levels: themes, and the sectors under each."""

    slug = models.SlugField(_("address"), unique=True)
    theme = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("theme"),
        related_name="sectors",
        null=True,
        blank=True,
        limit_choices_to={"theme": None},
        help_text=_("Empty for a theme itself."),
    )
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_fr = models.TextField(_("summary in French"), blank=True)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True)

    objects = SectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(condition=~Q(theme=F("id")), name="sector_not_its_own_theme"),
        ]

    @property
    def summary(self):
        return translated(self, "summary")

    def clean(self):
        if self.theme_id and self.theme.theme_id:
            raise ValidationError(
                {"theme": _("“%(name)s” is itself a sector; choose its theme.") % {"name": self.theme}}
            )


class LinkChange(models.Model):
    """A many-to-many link that was made or taken away, as triggers note it (`classifications/links.py`).

    Keys are kept as numbers, since what they lead to may be gone.
    """

    link = models.CharField(_("field"), max_length=80)
    owner = models.BigIntegerField(_("key of the record"))
    other = models.BigIntegerField(_("key of the linked record"))
    was_added = models.BooleanField(_("added"))
    number = models.IntegerField(_("number that the link carries"), null=True)
    at = models.DateTimeField(_("when"))
    context = models.ForeignKey(
        Context, models.DO_NOTHING, verbose_name=_("occasion"), related_name="+", null=True, db_constraint=False
    )

    class Meta:
        verbose_name = _("change of a link")
        verbose_name_plural = _("changes of links")
        indexes = [models.Index(fields=["link", "owner"], name="link_changes_of_a_record")]

    def __str__(self):
        return f"{self.link} {self.owner}: {'+' if self.was_added else '-'}{self.other}"
