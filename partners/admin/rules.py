"""Staff set here who is asked about an application, and for how long."""

from django.contrib import admin

from classifications.office import RecordAdmin
from partners.models import ReviewRules


@admin.register(ReviewRules)
class ReviewRulesAdmin(RecordAdmin):
    """One row: it is changed, neither added nor deleted."""

    list_display = ["__str__", "network", "deputy_after", "centre_after"]
    list_select_related = ["network"]
    autocomplete_fields = ["network"]
    fields = ["network", "deputy_after", "centre_after"]

    def has_add_permission(self, request):
        return not ReviewRules.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
