"""Staff keep the lists here: languages, countries, cities, sectors. Themes stand with the programmes."""

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from import_export.fields import Field

from classifications.exchange import ChoicesWidget, KeyWidget, Table, TableAdmin, TimeZoneWidget, link, links
from classifications.gathering import NAMES
from classifications.loading import WEEKDAYS
from classifications.models import City, Country, Language, Sector
from classifications.office import NamesFilter

SUMMARIES = ["summary_en", "summary_fr", "summary_ar"]


class LanguageTable(Table):
    class Meta:
        model = Language
        import_id_fields = ["code"]
        fields = ["code", *NAMES]


@admin.register(Language)
class LanguageAdmin(TableAdmin):
    resource_classes = [LanguageTable]
    list_display = ["code", *NAMES]
    list_display_links = ["code", "name_en"]
    list_filter = [NamesFilter]
    search_fields = ["code", *NAMES]
    fields = ["code", *NAMES]


class CountryTable(Table):
    languages = links("languages", Language, "code")
    weekend = Field("weekend", "weekend", ChoicesWidget(WEEKDAYS), default=list)
    time_zone = Field("time_zone", "time_zone", TimeZoneWidget(), default="UTC")

    class Meta:
        model = Country
        import_id_fields = ["iso2"]
        fields = [
            "iso2", "iso3", *NAMES, "aliases", "oic_group", "joined_year", "languages", "weekend", "time_zone",
            "map_x", "map_y",
        ]  # fmt: skip


@admin.register(Country)
class CountryAdmin(TableAdmin):
    resource_classes = [CountryTable]
    list_display = ["iso2", *NAMES, "oic_group", "joined_year"]
    list_display_links = ["iso2", "name_en"]
    list_filter = ["oic_group", NamesFilter, ("languages", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["iso2"]
    autocomplete_fields = ["languages"]
    fieldsets = [
        (None, {"fields": [("iso2", "iso3"), *NAMES, "aliases"]}),
        ("OIC", {"fields": ["oic_group", "joined_year"]}),
        (None, {"fields": ["languages", "weekend", "time_zone", ("map_x", "map_y")]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "weekend":
            return forms.TypedMultipleChoiceField(
                label=capfirst(db_field.verbose_name), choices=Country.Weekday, coerce=int, required=False,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class CityTable(Table):
    country = link("country", Country, "iso2")

    class Meta:
        model = City
        import_id_fields = ["country", "name_en"]
        fields = ["country", *NAMES, "aliases"]


@admin.register(City)
class CityAdmin(TableAdmin):
    resource_classes = [CityTable]
    list_display = [*NAMES, "country"]
    list_filter = [NamesFilter, ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country"]
    search_fields = [*NAMES, "aliases"]
    autocomplete_fields = ["country"]
    fields = ["country", *NAMES, "aliases"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("country")

    def label(self, city):
        """With the country: there is a Tripoli in Libya and one in Lebanon."""
        return f"{city.name} ({city.country.name})"


class SectorTable(Table):
    theme = Field("theme", "theme", KeyWidget(Sector, "slug", among="themes"))

    class Meta:
        model = Sector
        import_id_fields = ["slug"]
        fields = ["slug", "theme", *NAMES, *SUMMARIES]


@admin.register(Sector)
class SectorAdmin(TableAdmin):
    """The lower level; the upper one is edited as themes."""

    resource_classes = [SectorTable]
    list_display = [*NAMES, "theme"]
    list_filter = [NamesFilter, ("theme", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["theme"]
    search_fields = ["slug", *NAMES]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = ["theme", *NAMES, "slug", *SUMMARIES]

    def get_queryset(self, request):
        return super().get_queryset(request).below_themes()

    def deletions(self):
        return super().deletions().exclude(theme=None)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Themes are few, and a sector here always has one."""
        if db_field.name == "theme":
            return forms.ModelChoiceField(
                label=capfirst(db_field.verbose_name), queryset=Sector.objects.themes().by_name()
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
