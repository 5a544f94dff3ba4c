"""Staff keep the rosters here, and see who is on each."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from classifications.office import LinkedInline, RecordAdmin
from classifications.written import number
from experts.admin.figures import Counted
from experts.models import Expert, Roster
from experts.models.finding import Kind


class SectorInline(LinkedInline):
    model = Roster.sectors.through
    autocomplete_fields = ["sector"]
    verbose_name, verbose_name_plural = _("sector"), _("sectors")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Django names a row that only links after the class, in English."""
        return super().formfield_for_foreignkey(db_field, request, label=_("Sector"), **kwargs)


@admin.register(Roster)
class RosterAdmin(RecordAdmin):
    list_display = ["name_en", "position", "is_open", "listed", "women", "men", "lapsed"]
    search_fields = ["name_en", "name_fr", "name_ar"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [
        "name_en", "name_fr", "name_ar", "slug", "summary_en", "summary_fr", "summary_ar", "position", "is_open",
    ]  # fmt: skip
    inlines = [SectorInline]

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        rosters = list(changelist.result_list)
        counted = Counted(Kind.ROSTER + each.pk for each in rosters)
        for each in rosters:
            each.counted = counted
        changelist.result_list = rosters
        return changelist

    def view_on_site(self, roster):
        return roster.get_absolute_url()

    @admin.display(description=_("listed"))
    def listed(self, roster):
        return number(roster.counted.all(Kind.ROSTER + roster.pk))

    @admin.display(description=_("women"))
    def women(self, roster):
        return number(roster.counted.of_gender(Expert.Gender.FEMALE, Kind.ROSTER + roster.pk))

    @admin.display(description=_("men"))
    def men(self, roster):
        return number(roster.counted.of_gender(Expert.Gender.MALE, Kind.ROSTER + roster.pk))

    @admin.display(description=_("not confirmed for a year"))
    def lapsed(self, roster):
        return number(roster.counted.lapsed(Kind.ROSTER + roster.pk))
