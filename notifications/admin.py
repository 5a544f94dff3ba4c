"""Staff see here how the delivery of letters goes. Their texts are never shown: they hold codes for signing in."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import Count
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifications.charts import Chart, Number, Row
from classifications.office import RecordAdmin
from classifications.steps import Queue
from classifications.written import dates
from notifications.models import Letter

CHARTED_DAYS = 7


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

    def queues(self, request):
        url = reverse("admin:notifications_letter_changelist") + "?delivery=given-up"
        return [Queue.of(_("Letters that failed"), Letter.objects.given_up(), url, "written_at")]

    def charts(self, request):
        """What became of the letters of the last days, by the day on which they were written."""
        days = [localdate() - timedelta(days=back) for back in range(CHARTED_DAYS)]
        recent = Letter.objects.filter(written_at__date__gt=localdate() - timedelta(days=CHARTED_DAYS))
        of_states = {
            state: dict(getattr(recent, word)().order_by().values_list("written_at__date").annotate(n=Count("pk")))
            for state, (_label, word) in DeliveryFilter.STATES.items()
        }
        url = reverse("admin:notifications_letter_changelist")
        rows = [
            Row(
                dates(day),
                [
                    Number(counts.get(day, 0), f"{url}?delivery={state}&written_at__date={day}")
                    for state, counts in of_states.items()
                ],
            )
            for day in days
        ]
        series = [label for label, _word in DeliveryFilter.STATES.values()]
        return [Chart(_("Letters of the last seven days"), _("Written"), series, rows)]

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
