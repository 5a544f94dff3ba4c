"""What was taken out of the portal of experts: who, when, which columns, how many."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from classifications.office import RecordAdmin
from classifications.steps import ReadOnly
from experts.models import Export


@admin.register(Export)
class ExportAdmin(ReadOnly, RecordAdmin):
    list_display = ["at", "by", "form", "count", "told", "shortlist"]
    list_filter = ["form"]
    list_select_related = ["by", "shortlist"]
    search_fields = ["by__email", "shortlist__name"]
    fields = readonly_fields = ["at", "by", "shortlist", "form", "count", "told"]
    restores = False

    @admin.display(description=_("columns"))
    def told(self, export):
        return ", ".join(export.columns)
