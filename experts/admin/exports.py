"""What was taken out of the portal of experts: who, when, which columns, of whom."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from classifications.office import RecordAdmin
from classifications.steps import ReadOnly
from experts.models import Export
from experts.readers import Kind, Reader, is_staff
from experts.tables import label_of


@admin.register(Export)
class ExportAdmin(ReadOnly, RecordAdmin):
    list_display = ["at", "by", "form", "count", "told", "shortlist"]
    list_filter = ["form"]
    list_select_related = ["by", "shortlist"]
    search_fields = ["by__email", "shortlist__name"]
    fields = readonly_fields = ["at", "by", "shortlist", "form", "count", "told", "of_whom"]
    restores = False

    def get_fields(self, request, obj=None):
        """Names are told to those only who may read experts."""
        return self.fields if is_staff(request.user) else [name for name in self.fields if name != "of_whom"]

    @admin.display(description=_("columns"))
    def told(self, export):
        return pgettext("between names in a list", ", ").join(str(label_of(name)) for name in export.columns)

    @admin.display(description=_("experts"))
    def of_whom(self, export):
        people = export.experts.readable_as(Reader(Kind.STAFF)).order_by("name", "pk")
        told = [(reverse("admin:experts_expert_change", args=[each.pk]), each.name) for each in people]
        return format_html_join("", '<div><a href="{}"><bdi>{}</bdi></a></div>', told)
