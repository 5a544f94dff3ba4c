"""Experts in the admin of focal points: those of their own state, as far as `readers.py` lets a focal point read."""

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from import_export.fields import Field
from import_export.widgets import CharWidget

from classifications.exchange import Table, link, links
from classifications.models import Country, Sector
from classifications.office import LinkedInline
from classifications.steps import ReadOnly, age
from classifications.written import alphabetical, dates, plain
from experts.models import Expert, ExpertReview, Export
from experts.readers import Kind, Profile
from partners.country_office import Scoped, country_office
from partners.previewing import previewed

# What a focal point reads of each, all of it in `SHOWN[Kind.PARTNER]`, as words; beside it the state of the application.
READ = {
    "title_as_written": _("form of address"),
    "name": _("name"),
    "name_ar": _("name in Arabic script"),
    "nationality": _("nationality"),
    "residence": _("country of residence"),
    "rosters_in_order": _("rosters"),
    "sectors_by_name": _("sectors"),
    "languages_by_level": _("languages"),
    "degree_as_written": _("highest degree"),
    "years": _("years of experience"),
    "employer_name": _("employer"),
    "summary": _("summary"),
    "assignments_latest_first": _("assignments"),
    "way_as_written": _("way of working"),
    "days_per_year": _("days a year"),
    "periods_to_come": _("free"),
    "endorsed_on": _("endorsed by the focal point on"),
    "renewed_at": _("last confirmed"),
}


def listed(rows):
    return pgettext("between names in a list", ", ").join(str(each) for each in rows)


def column(name):
    """A field of the page that shows what the profile for focal points has under a name."""

    @admin.display(description=READ[name])
    def shown(expert):
        value = getattr(Profile(expert, Kind.PARTNER), name)
        if name == "periods_to_come":
            value = [dates(period.starts_on, period.until) for period in value or []]
        if isinstance(value, list):
            return listed(value)
        return value if isinstance(value, str) else display_for_value(plain(value), "—")

    shown.__name__ = name
    return shown


class CountryExpertTable(Table):
    nationality = link("nationality", Country, "iso2")
    residence = link("residence", Country, "iso2")
    employer = Field("employer_name", "employer", CharWidget())
    years = Field("years", "years", CharWidget())
    sectors = links("sectors", Sector, "slug")

    class Meta:
        model = Expert
        import_id_fields = ["name"]
        fields = [
            "title", "name", "name_ar", "nationality", "residence", "sectors", "degree", "years", "employer", "summary_en",
            "summary_fr", "summary_ar", "way", "days_per_year", "status", "endorsed_on", "renewed_at",
        ]  # fmt: skip


class HistoryInline(ReadOnly, LinkedInline):
    model = ExpertReview
    fields = readonly_fields = ["at", "decision", "as_whom", "words_for_focal_point"]
    verbose_name_plural = _("history of its review")
    template = "admin/history_inline.html"
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Expert, site=country_office)
class CountryExpertAdmin(Scoped):
    STATE = "nationality"
    restores = False
    resource_classes = [CountryExpertTable]
    list_display = ["name", "on_rosters", "in_sectors", "status", "waiting", "endorsed_on", "renewed_at"]
    list_filter = ["status", "memberships__roster", ("endorsed_on", admin.EmptyFieldListFilter), "degree", "way"]
    search_fields = ["name"]
    ordering = ["waiting_since", "-renewed_at"]
    fields = readonly_fields = [*(column(name) for name in READ), "status", "waiting"]
    inlines = [HistoryInline]
    change_form_template = "admin/country_expert.html"

    def get_queryset(self, request):
        """Those of the state who are not declined, withdrawn or gone, agree to be kept, and are not the reader."""
        reader = self.admin_site.reader(request)
        experts = super().get_queryset(request).filter(is_kept=True).in_use().exclude(user=reader.pk)
        return experts.select_related("nationality", "residence", "institution").prefetch_related(
            "memberships__roster", "sectors"
        )

    def get_export_data(self, file_format, request, queryset, **kwargs):
        """As every table of experts that leaves the portal, this one leaves a row, too."""
        form, columns = file_format.get_extension(), CountryExpertTable.Meta.fields
        Export.note(request.user, form, columns, list(queryset.order_by("pk")))
        return super().get_export_data(file_format, request, queryset, **kwargs)

    def may_be_corrected(self, expert):
        return expert.is_listed

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        reader = AnonymousUser() if previewed(request) else request.user
        context["may_say_word"] = Expert.objects.for_word_of(reader).filter(pk=obj.pk).exists()
        context["subtitle"] = obj.name
        context["may_endorse"] = Expert.objects.endorsable_by(reader).filter(pk=obj.pk).exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def view_on_site(self, expert):
        rosters = expert.rosters_in_order if expert.is_listed else []
        return reverse("experts:expert", args=[rosters[0].slug, expert.key]) if rosters else None

    @admin.display(description=_("rosters"))
    def on_rosters(self, expert):
        return listed(each.roster for each in expert.memberships.all())

    @admin.display(description=_("sectors"))
    def in_sectors(self, expert):
        return listed(sorted((str(each) for each in expert.sectors.all()), key=alphabetical))

    @admin.display(description=_("waiting for"), ordering="waiting_since")
    def waiting(self, expert):
        return age(expert.waiting_since)
