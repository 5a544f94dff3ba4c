"""Staff see the requests and offers of institutions here, and close those that should not stay."""

from django.contrib import admin, messages
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifications.office import RecordAdmin, YesOrNoFilter
from classifications.written import number
from partners.models import Notice


class OpenFilter(YesOrNoFilter):
    title = _("state")
    parameter_name = "open"
    yes, no = Notice.State.OPEN.label, Notice.State.PAST.label

    def are(self, notices):
        return notices.open_on(localdate())


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    restores = False
    list_display = ["title", "kind", "institution", "closes_on", "published_at", "closed_at"]
    list_filter = [OpenFilter, "kind"]
    list_select_related = ["institution"]
    search_fields = ["title"]
    fields = [
        "title", "kind", "text", "written_in", "institution", "sectors", "countries", "published_at", "published_by",
        "opened_on", "closes_on", "reminded_at", "closed_at",
    ]  # fmt: skip
    actions = ["close"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_close_permission(self, request):
        return request.user.has_perm("partners.change_notice")

    def view_on_site(self, notice):
        return notice.get_absolute_url() if notice.institution.is_listed else None

    @admin.action(description=_("Close the chosen requests and offers"), permissions=["close"])
    def close(self, request, queryset):
        closed = [notice for notice in queryset if notice.close()]
        for notice in closed:
            self.log_change(request, notice, str(_("Closed")))
        message = ngettext("%(count)s notice was closed.", "%(count)s notices were closed.", len(closed))
        self.message_user(request, message % {"count": number(len(closed))}, messages.SUCCESS)
