"""Staff keep programmes here, the offices and committees that serve them, and the pages on OIC-VET and the portal."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import CharWidget

from classifications.admin import NAMES, SUMMARIES
from classifications.exchange import Table, TableAdmin, link, links
from classifications.models import Country, Sector
from classifications.office import DocumentInline, LinkedInline, RecordAdmin, YesOrNoFilter, download_link
from classifications.written import LANGUAGES
from programmes.models import Committee, FocalPoint, Page, Programme, ProgrammeDocument, Seat, Theme

BACKGROUNDS = ["background_en", "background_fr", "background_ar"]
OFFICES = ["office_en", "office_fr", "office_ar"]


class ThemeTable(Table):
    class Meta:
        model = Theme
        import_id_fields = ["slug"]
        fields = ["slug", *NAMES, *SUMMARIES]


@admin.register(Theme)
class ThemeAdmin(TableAdmin):
    resource_classes = [ThemeTable]
    list_display = [*NAMES, "programme_count"]
    search_fields = ["slug", *NAMES]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [*NAMES, "slug", *SUMMARIES]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(programme_count=Count("programmes"))

    @admin.display(description=_("programmes"), ordering="programme_count")
    def programme_count(self, theme):
        return theme.programme_count


class ProgrammeTable(Table):
    theme = link("theme", Theme, "slug")
    sectors = links("sectors", Sector, "slug", among="below_themes")

    class Meta:
        model = Programme
        import_id_fields = ["slug"]
        fields = [
            "slug", *NAMES, "acronym", "aliases", "nature", "theme", "sectors", "launched_year", *SUMMARIES,
            *BACKGROUNDS, "source_url",
        ]  # fmt: skip


class ProgrammeDocumentInline(DocumentInline):
    model = ProgrammeDocument
    fields = ["purpose", "title_en", "title_fr", "title_ar", "language", "file", "download", "published_on"]


@admin.register(Programme)
class ProgrammeAdmin(TableAdmin):
    resource_classes = [ProgrammeTable]
    list_display = ["name_en", "acronym", "nature", "theme", "launched_year"]
    list_filter = ["nature", "theme"]
    list_select_related = ["theme"]
    search_fields = ["name_en"]
    autocomplete_fields = ["theme", "sectors"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [ProgrammeDocumentInline]
    fieldsets = [
        (None, {"fields": [*NAMES, "acronym", "aliases", "slug", "nature", "launched_year"]}),
        (_("Theme and sectors"), {"fields": ["theme", "sectors"]}),
        (_("Texts"), {"fields": [*SUMMARIES, *BACKGROUNDS, "source_url"]}),
    ]

    def label(self, programme):
        return f"{programme.acronym} · {programme.name}" if programme.acronym else programme.name


@admin.register(ProgrammeDocument)
class ProgrammeDocumentAdmin(RecordAdmin):
    list_display = ["title_en", "purpose", "programme", "language", "download", "published_on"]
    list_filter = ["purpose", "language"]
    list_select_related = ["programme", "language"]
    search_fields = ["title_en", "title_fr", "title_ar", "programme__name_en", "programme__acronym"]
    autocomplete_fields = ["programme", "language"]
    readonly_fields = ["download", "published_on"]
    fields = [
        "programme",
        "purpose",
        "title_en",
        "title_fr",
        "title_ar",
        "language",
        "file",
        "download",
        "published_on",
    ]

    @admin.display(description=_("stored file"))
    def download(self, document):
        return download_link(document)


class ActingFilter(YesOrNoFilter):
    title = _("in force")
    parameter_name = "in-force"
    yes, no = _("In force"), _("To come or over")

    def are(self, focal_points):
        return focal_points.acting()


class FocalPointTable(Table):
    """Who is not agreed to be named does not go out. An empty cell for a person leaves what is on record."""

    country = link("country", Country, "iso2")
    programme = link("programme", Programme, "slug")
    person = Field("person", "person", CharWidget(allow_blank=True))
    email = Field("email", "email", CharWidget(allow_blank=True))

    class Meta:
        model = FocalPoint
        import_id_fields = ["country", "programme", "role", "designated_on"]
        fields = [
            "country", "programme", "role", "designated_on", "term_ends_on", "ended_on", *OFFICES, "may_publish_person",
            "person", "email",
        ]  # fmt: skip

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if field.column_name in ("person", "email") and not row.get(field.column_name):
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def dehydrate_person(self, focal_point):
        return focal_point.person if focal_point.may_publish_person else ""

    def dehydrate_email(self, focal_point):
        return focal_point.email if focal_point.may_publish_person else ""


@admin.register(FocalPoint)
class FocalPointAdmin(TableAdmin):
    resource_classes = [FocalPointTable]
    list_display = ["country", "programme", "role", "office_en", "designated_on", "term_ends_on", "ended_on"]
    list_filter = [ActingFilter, "role", ("programme", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country", "programme"]
    search_fields = [
        "country__name_en", "country__name_fr", "country__name_ar", "country__iso2", "programme__name_en",
        "programme__acronym", *OFFICES,
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["country", "programme", "role"]}),
        (_("Office"), {"fields": OFFICES}),
        (_("Person"), {"fields": ["person", "email", "may_publish_person", "user"]}),
        (_("Term"), {"fields": ["designated_on", "term_ends_on", "ended_on"]}),
    ]
    autocomplete_fields = ["country", "programme", "user"]

    def get_exclude(self, request, obj=None):
        """Who may not see accounts may not search them here either."""
        return [] if self._may_see_accounts(request) else ["user"]

    def get_fieldsets(self, request, obj=None):
        if self._may_see_accounts(request):
            return self.fieldsets
        return [
            (title, {"fields": [name for name in given["fields"] if name != "user"]}) for title, given in self.fieldsets
        ]

    def _may_see_accounts(self, request):
        return request.user.has_perm("accounts.view_user")


class SeatInline(LinkedInline):
    model = Seat
    fields = ["position", *NAMES, "acronym", "part_en", "part_fr", "part_ar", "website"]


@admin.register(Committee)
class CommitteeAdmin(RecordAdmin):
    list_display = [*NAMES, "programme"]
    list_select_related = ["programme"]
    search_fields = NAMES
    autocomplete_fields = ["programme"]
    inlines = [SeatInline]
    fields = ["programme", *NAMES, "task_en", "task_fr", "task_ar"]


@admin.register(Page)
class PageAdmin(RecordAdmin):
    # Where each page is shown; what else staff might write has no address yet.
    ADDRESSES = {
        "about": "about",
        "links": "links",
        "privacy": "privacy",
        "accessibility": "accessibility",
        "oic-vet": "oic-vet:about",
        "oic-vet-programme-types": "oic-vet:programme-types",
        "oic-vet-committee": "oic-vet:committee",
        "oic-vet-focal-points": "oic-vet:focal-points",
    }
    list_display = ["slug", "title_en", "title_fr", "title_ar", "preview"]
    search_fields = ["slug", "title_en", "title_fr", "title_ar", "body_en", "body_fr", "body_ar"]
    readonly_fields = ["preview"]
    fieldsets = [
        (None, {"fields": ["slug", "preview"]}),
        (_("English"), {"fields": ["title_en", "lead_en", "body_en"]}),
        (_("French"), {"fields": ["title_fr", "lead_fr", "body_fr"]}),
        (_("Arabic"), {"fields": ["title_ar", "lead_ar", "body_ar"]}),
    ]

    def view_on_site(self, page):
        return reverse(self.ADDRESSES[page.slug]) if page.slug in self.ADDRESSES else None

    @admin.display(description=_("on the portal"))
    def preview(self, page):
        """A link to the page in each language."""
        links = []
        for language in LANGUAGES if page.slug in self.ADDRESSES else ():
            with override(language):
                links.append((reverse(self.ADDRESSES[page.slug]), language, get_language_info(language)["name_local"]))
        return format_html_join(" · ", '<a href="{}" lang="{}">{}</a>', links)
