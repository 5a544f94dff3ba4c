"""Staff keep the rosters here, and see who is on each."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from classifications.office import LinkedInline, RecordAdmin
from experts.models import Expert, Roster


class SectorInline(LinkedInline):
    model = Roster.sectors.through
    autocomplete_fields = ["sector"]
    verbose_name, verbose_name_plural = _("sector"), _("sectors")


@admin.register(Roster)
class RosterAdmin(RecordAdmin):
    list_display = ["name_en", "position", "is_open", "listed", "women", "men", "lapsed"]
    search_fields = ["name_en", "name_fr", "name_ar"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [
        "name_en", "name_fr", "name_ar", "slug", "summary_en", "summary_fr", "summary_ar", "position", "is_open",
    ]  # fmt: skip
    inlines = [SectorInline]

    def get_queryset(self, request):
        listed = Expert.objects.listed().filter(is_kept=True)
        women, men = (listed.filter(gender=gender) for gender in (Expert.Gender.FEMALE, Expert.Gender.MALE))
        return super().get_queryset(request).annotate(
            n_listed=Count("memberships", Q(memberships__expert__in=listed)),
            n_women=Count("memberships", Q(memberships__expert__in=women)),
            n_men=Count("memberships", Q(memberships__expert__in=men)),
            n_lapsed=Count("memberships", Q(memberships__expert__in=listed.lapsed())),
        )  # fmt: skip

    def view_on_site(self, roster):
        return roster.get_absolute_url()

    @admin.display(description=_("listed"), ordering="n_listed")
    def listed(self, roster):
        return roster.n_listed

    @admin.display(description=_("women"), ordering="n_women")
    def women(self, roster):
        return roster.n_women

    @admin.display(description=_("men"), ordering="n_men")
    def men(self, roster):
        return roster.n_men

    @admin.display(description=_("not confirmed for a year"), ordering="n_lapsed")
    def lapsed(self, roster):
        return roster.n_lapsed
