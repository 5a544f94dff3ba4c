"""Staff see here what was announced, to whom it goes, and how the delivery of letters goes.

The texts of letters are never shown: they hold codes for signing in. How a letter about news reads is seen by sending one to
an address of one's own.
"""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifications.charts import Chart, Number, Row
from classifications.office import LinkedInline, RecordAdmin
from classifications.steps import Queue, ReadOnly, Step, StepsAdmin
from classifications.written import dates
from notifications.alarms import unusual_rate
from notifications.audience import audience_of
from notifications.digests import Words, write_sample
from notifications.models import Announcement, Follower, Letter, MailStop, Notification, RefusedAddress
from notifications.subjects import subject_of, subjects

CHARTED_DAYS = 7


class DeliveryFilter(admin.SimpleListFilter):
    title = _("delivery")
    parameter_name = "delivery"
    STATES = {  # each with the queryset's word for it
        "waiting": (_("Waiting"), "waiting"),
        "sent": (_("Sent"), "sent"),
        "given-up": (_("Given up"), "given_up"),
        "cancelled": (_("Cancelled"), "cancelled"),
        "unknown": (_("Once of unknown outcome"), "uncertain"),
    }

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _word) in self.STATES.items()]

    def queryset(self, request, queryset):
        return getattr(queryset, self.STATES[self.value()][1])() if self.value() in self.STATES else queryset


@admin.register(Letter)
class LetterAdmin(ReadOnly, RecordAdmin):
    list_display = ["subject", "addresses", "written_at", "delivery", "attempts", "outcomes_unknown", "error"]
    list_filter = [DeliveryFilter]
    date_hierarchy = "written_at"
    search_fields = ["subject", "error", "recipients"]
    search_help_text = _("Subject, address, name of the reader, or answer of the mail server.")
    fields = readonly_fields = [
        "subject", "sender", "addresses", "answers_go_to", "written_at", "delivery", "attempts", "try_after", "sent_at",
        "given_up_at", "cancelled_at", "outcomes_unknown", "unknown_at", "error",
    ]  # fmt: skip
    actions = ["try_again", "cancel"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("text", "html", "headers")

    def get_search_results(self, request, queryset, search_term):
        """Every word in the subject, an address, the name of who reads it, or the answer of the mail server."""
        found = queryset.alias(addresses=Cast("recipients", TextField()))
        for word in search_term.replace("\x00", " ").split()[:8]:
            said = Q(subject__icontains=word) | Q(error__icontains=word)
            person = Q(addresses__icontains=word) | Q(follower__user__name__icontains=word)
            found = found.filter(said | person)
        return found, False

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

    def lookup_allowed(self, lookup, value, request=None):
        """The page of an announcement leads to its letters."""
        return lookup == "notifications__announcement" or super().lookup_allowed(lookup, value, request)

    def has_try_again_permission(self, request):
        return request.user.has_perm("notifications.change_letter")

    def queues(self, request):
        """What is wrong with the mail."""
        letters = reverse("admin:notifications_letter_changelist")
        hour = f"{now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        overdue = Letter.objects.waiting().filter(written_at__lt=hour)
        stopped = MailStop.objects.filter(lifted_at=None).count()
        rate = unusual_rate().get("written", 0)
        queues = [
            Queue.of(_("Letters that failed"), Letter.objects.given_up(), f"{letters}?delivery=given-up", "written_at"),
            Queue(
                _("Letters that have waited for over an hour"),
                overdue.count(),
                f"{letters}?delivery=waiting&written_at__lt={hour}",
            ),
            Queue(_("Far more letters than usual within an hour"), rate, f"{letters}?written_at__gt={hour}"),
            Queue(_("All mail is stopped"), stopped, reverse("admin:notifications_mailstop_changelist")),
        ]
        return [queue for queue in queues if queue.count]

    @admin.display(description=_("to"))
    def addresses(self, letter):
        return ", ".join(letter.recipients)

    @admin.display(description=_("answers go to"))
    def answers_go_to(self, letter):
        return ", ".join(letter.reply_to)

    @admin.display(description=_("delivery"))
    def delivery(self, letter):
        return DeliveryFilter.STATES[letter.state.replace("_", "-")][0]

    @admin.action(description=_("Try again to deliver those given up"), permissions=["try_again"])
    def try_again(self, request, queryset):
        letters = list(queryset.given_up())
        for letter in letters:
            letter.try_again()
        message = ngettext("%(count)s letter waits again.", "%(count)s letters wait again.", len(letters))
        self.message_user(request, message % {"count": len(letters)}, messages.SUCCESS)

    @admin.action(description=_("Cancel those that wait"), permissions=["try_again"])
    def cancel(self, request, queryset):
        count = sum(letter.cancel(str(_("Cancelled by staff."))) for letter in queryset.waiting())
        message = ngettext("%(count)s letter is cancelled.", "%(count)s letters are cancelled.", count)
        self.message_user(request, message % {"count": count}, messages.SUCCESS)


class TestAddressForm(forms.Form):
    """Where a letter is sent to see how it reads."""

    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class KindFilter(admin.SimpleListFilter):
    """What the news is of, as the lists are called."""

    title, parameter_name = _("kind of news"), "kind"

    def lookups(self, request, model_admin):
        return [(kind, subject.label) for kind, subject in subjects().items()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnly, StepsAdmin):
    list_display = ["title", "kind_label", "occasion", "at", "told", "sent", "waiting", "failed", "unknown", "withheld"]
    list_filter = ["occasion", KindFilter]
    date_hierarchy = "at"
    search_fields = ["title"]
    fields = readonly_fields = [
        "title",
        "kind_label",
        "occasion",
        "at",
        "fanned_out_at",
        "told",
        "sent",
        "waiting",
        "failed",
        "unknown",
        "withheld",
    ]
    steps = [
        Step(
            "test", _("Send the letter to a test address"), form=TestAddressForm,
            take=lambda announcement, by, answers: write_sample(announcement, **answers), done=_("The letter waits in the outbox."),
        )
    ]  # fmt: skip

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer("facts", "keys", "stems")
        of_it, letter = Q(notifications__isnull=False), "notifications__letter__"
        sent = Q(**{f"{letter}sent_at__isnull": False})
        withheld = ~Q(notifications__withheld="") | Q(**{f"{letter}cancelled_at__isnull": False})
        return rows.annotate(
            count_told=Count("notifications"),
            count_sent=Count("notifications", filter=sent & ~withheld),
            count_withheld=Count("notifications", filter=of_it & withheld),
            count_failed=Count("notifications", filter=Q(**{f"{letter}given_up_at__isnull": False})),
            count_unknown=Count("notifications", filter=Q(**{f"{letter}unknown_at__isnull": False})),
            count_waiting=Count(
                "notifications",
                filter=of_it & Q(notifications__due_at__isnull=False) & ~withheld
                & Q(**{f"{letter}sent_at": None, f"{letter}given_up_at": None}),
            ),
        )  # fmt: skip

    def get_urls(self):
        view = self.admin_site.admin_view(self.audience)
        return [
            path("audience/<slug:kind>/<int:pk>/", view, name="notifications_announcement_audience"),
            *super().get_urls(),
        ]

    def audience(self, request, kind, pk):
        """Whom a row would reach if it appeared now; for those who may publish it."""
        try:
            subject = subject_of(kind)
        except KeyError:
            raise Http404 from None
        meta = subject.model._meta
        if not request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"):
            raise PermissionDenied
        row = subject.model._base_manager.filter(pk=pk).first()
        if row is None:
            raise Http404
        found, words = audience_of(kind, pk), Words()
        context = {
            **self.admin_site.each_context(request), "title": _("Who will be told"), "subtitle": str(row), "row": row,
            "row_opts": meta, "audience": found, "opts": self.opts,
            "reasons": [(words.told(kind, {"words": "", "facts": [fact]}), count) for fact, count in found.reasons]
            + [(words.told(kind, {"words": each, "facts": []}), count) for each, count in found.words]
            + [(_("Everything in this list"), found.everything)] * bool(found.everything),
        }  # fmt: skip
        return TemplateResponse(request, "admin/audience.html", context)

    @admin.display(description=_("of what"))
    def kind_label(self, announcement):
        return announcement.subject.label

    @admin.display(description=_("readers"), ordering="count_told")
    def told(self, announcement):
        return announcement.count_told

    @admin.display(description=_("letters sent"), ordering="count_sent")
    def sent(self, announcement):
        return announcement.count_sent

    @admin.display(description=_("letters waiting"), ordering="count_waiting")
    def waiting(self, announcement):
        return announcement.count_waiting

    @admin.display(description=_("letters that failed"), ordering="count_failed")
    def failed(self, announcement):
        return announcement.count_failed

    @admin.display(description=_("once of unknown outcome"), ordering="count_unknown")
    def unknown(self, announcement):
        return announcement.count_unknown

    @admin.display(description=_("not sent after all"), ordering="count_withheld")
    def withheld(self, announcement):
        return announcement.count_withheld

    def more_tools(self, row):
        return [
            (
                _("Its letters"),
                reverse("admin:notifications_letter_changelist") + f"?notifications__announcement={row.pk}",
            )
        ]


class NotificationInline(ReadOnly, LinkedInline):
    model = Notification
    fields = readonly_fields = ["announcement", "made_at", "due_at", "letter", "withheld", "read_at"]

    def get_queryset(self, request):
        return (
            super().get_queryset(request).select_related("announcement", "letter").defer("letter__text", "letter__html")
        )


@admin.register(Follower)
class FollowerAdmin(ReadOnly, RecordAdmin):
    list_display = ["address", "reads", "count_interests", "paused_at", "made_at"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email", "user__name"]
    fields = readonly_fields = ["address", "reads", "paused_at", "made_at"]
    inlines = [NotificationInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(interest_count=Count("interests"))

    def get_search_results(self, request, queryset, search_term):
        for word in search_term.replace("\x00", " ").split()[:8]:
            queryset = queryset.filter(
                Q(email__icontains=word) | Q(user__email__icontains=word) | Q(user__name__icontains=word)
            )
        return queryset, False

    @admin.display(description=_("e-mail address"))
    def address(self, follower):
        return follower.address

    @admin.display(description=_("language"))
    def reads(self, follower):
        return dict(settings.LANGUAGES)[follower.reads]

    @admin.display(description=_("lists followed"), ordering="interest_count")
    def count_interests(self, follower):
        return follower.interest_count


@admin.register(RefusedAddress)
class RefusedAddressAdmin(RecordAdmin):
    """A mark is taken away by deleting it."""

    list_display = ["address", "answer", "at"]
    search_fields = ["address", "answer"]
    fields = ["address", "answer"]


@admin.register(MailStop)
class MailStopAdmin(StepsAdmin):
    """Adding one stops all mail; lifting it lets what waits leave."""

    list_display = ["reason", "stopped_at", "stopped_by", "lifted_at"]
    list_select_related = ["stopped_by"]
    fields = ["reason"]
    search_fields = ["reason"]
    steps = [
        Step(
            "lift", _("Let mail leave again"), fits=lambda stop: stop.lifted_at is None,
            take=lambda stop, by, answers: stop.lift(), done=_("Letters leave again."),
        )
    ]  # fmt: skip

    def save_model(self, request, stop, form, change):
        if not change:
            stop.stopped_by = request.user
        super().save_model(request, stop, form, change)
