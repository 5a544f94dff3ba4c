"""Staff see here how the delivery of letters goes. Their texts are never shown: they hold codes for signing in."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifications.office import RecordAdmin
from notifications.models import Letter


class DeliveryFilter(admin.SimpleListFilter):
    title = _("delivery")
    parameter_name = "delivery"
    STATES = {  # each with the queryset's word for it
        "waiting": (_("Waiting"), "waiting"),
        "sent": (_("Sent"), "sent"),
        "given-up": (_("Given up"), "given_up"),
    }

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _word) in self.STATES.items()]

    def queryset(self, request, queryset):
        return getattr(queryset, self.STATES[self.value()][1])() if self.value() in self.STATES else queryset


@admin.register(Letter)
class LetterAdmin(RecordAdmin):
    list_display = ["subject", "recipients", "written_at", "delivery", "attempts", "error"]
    list_filter = [DeliveryFilter]
    date_hierarchy = "written_at"
    search_fields = ["subject", "error"]
    fields = readonly_fields = [
        "subject", "sender", "recipients", "reply_to", "written_at", "delivery", "attempts", "try_after", "sent_at",
        "given_up_at", "error",
    ]  # fmt: skip
    actions = ["try_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("text", "html")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_try_again_permission(self, request):
        return request.user.has_perm("notifications.change_letter")

    @admin.display(description=_("delivery"))
    def delivery(self, letter):
        state = "sent" if letter.sent_at else "given-up" if letter.given_up_at else "waiting"
        return DeliveryFilter.STATES[state][0]

    @admin.action(description=_("Try again to deliver those given up"), permissions=["try_again"])
    def try_again(self, request, queryset):
        letters = list(queryset.given_up())
        for letter in letters:
            letter.try_again()
        message = ngettext("%(count)s letter waits again.", "%(count)s letters wait again.", len(letters))
        self.message_user(request, message % {"count": len(letters)}, messages.SUCCESS)
