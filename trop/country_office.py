"""Training opportunities in the admin of focal points: those of institutions of their own state, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from classifications.steps import age
from partners.country_office import Scoped, country_office
from trop.admin import OpenFilter, OpportunityTable
from trop.models import TrainingOpportunity


@admin.register(TrainingOpportunity, site=country_office)
class CountryOpportunityAdmin(Scoped):
    """The Centre reviews them, so there is no word to say; drafts are the institution's own."""

    STATE = "institution__country"
    restores = False
    resource_classes = [OpportunityTable]
    list_display = ["__str__", "institution", "status", "waiting", "category", "starts_on", "apply_by"]
    list_filter = [OpenFilter, "status", "category", "mode"]
    list_select_related = ["institution"]
    search_fields = ["title"]
    fields = readonly_fields = [
        "title", "institution", "status", "waiting", "summary", "category", "level", "in_sectors", "taught_in", "mode", "place",
        "starts_on", "ends_on", "apply_by", "seats", "cost", "how_to_apply", "application_url", "published_at",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).sent().select_related("institution", "city")

    def may_be_corrected(self, opportunity):
        return opportunity.is_public

    def view_on_site(self, opportunity):
        return opportunity.get_absolute_url() if opportunity.is_public else None

    @admin.display(description=_("sectors"))
    def in_sectors(self, opportunity):
        return pgettext("between names in a list", ", ").join(str(each) for each in opportunity.sectors.by_name())

    @admin.display(description=_("languages of teaching"))
    def taught_in(self, opportunity):
        return pgettext("between names in a list", ", ").join(str(each) for each in opportunity.languages.by_name())

    @admin.display(description=_("city"))
    def place(self, opportunity):
        return opportunity.place

    @admin.display(description=_("waiting for"), ordering="waiting_since")
    def waiting(self, opportunity):
        return age(opportunity.waiting_since)
