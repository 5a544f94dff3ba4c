"""Staff keep the record of institutions here."""

from django.contrib import admin
from import_export.fields import Field

from classifications.exchange import CityWidget, Table, TableAdmin, link
from classifications.models import Country
from partners import admin_notices, admin_reports  # noqa: F401  they register their pages
from partners.models import Institution


class InstitutionTable(Table):
    country = link("country", Country, "iso2")
    city = Field("city", "city", CityWidget())

    class Meta:
        model = Institution
        import_id_fields = ["slug"]
        fields = [
            "slug", "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city", "website", "status",
            "source_url",
        ]  # fmt: skip


@admin.register(Institution)
class InstitutionAdmin(TableAdmin):
    resource_classes = [InstitutionTable]
    list_display = ["name_en", "acronym", "kind", "country", "city", "status"]
    list_filter = ["status", "kind", ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country", "city"]
    search_fields = ["name_en"]
    autocomplete_fields = ["country", "city"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["name_en", "name_fr", "name_ar", "acronym", "slug", "kind"]}),
        (None, {"fields": ["country", "city", "website"]}),
        (None, {"fields": ["status", "source_url"]}),
    ]

    def view_on_site(self, institution):
        return institution.get_absolute_url() if institution.is_listed else None
