"""Staff keep the record of events here, with who gave and who received them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from import_export.fields import Field

from classifications.exchange import CityWidget, Table, TableAdmin, TimeZoneWidget, link, links
from classifications.facets import WordsField
from classifications.models import Country, Language, Sector
from classifications.office import DocumentInline, LinkedInline, NamesFilter, YesOrNoFilter
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from classifications.written import dates, labelled, marked, number
from events.models import (
    Engagement,
    EngagementReview,
    Event,
    EventDocument,
    FormerAddress,
    Participation,
    Series,
    names_later,
)
from events.models.engagement import HIGHEST, LOWEST
from events.suggested import find, suggest
from experts.models import Expert
from experts.readers import is_staff
from notifications.audience import audience_link
from notifications.matching import announce, announce_change, announce_changes
from partners.applications import Role
from partners.models import Institution
from programmes.models import Programme

TITLES = ["title_en", "title_fr", "title_ar"]
SUMMARIES = ["summary_en", "summary_fr", "summary_ar"]


class SeriesTable(Table):
    class Meta:
        model = Series
        import_id_fields = ["slug"]
        fields = ["slug", "name_en", "name_fr", "name_ar"]


@admin.register(Series)
class SeriesAdmin(TableAdmin):
    resource_classes = [SeriesTable]
    list_display = ["name_en", "name_fr", "name_ar"]
    list_filter = [NamesFilter]
    search_fields = ["slug", "name_en", "name_fr", "name_ar"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = ["name_en", "name_fr", "name_ar", "slug"]


class EventTable(Table):
    """New events come in as drafts; publishing them is an act of its own."""

    city = Field("city", "city", CityWidget())
    country = link("country", Country, "iso2")
    time_zone = Field("time_zone", "time_zone", TimeZoneWidget(), default="Europe/Istanbul")
    programmes = links("programmes", Programme, "slug")
    sectors = links("sectors", Sector, "slug", among="below_themes")
    providers = links("providers", Institution, "slug")
    provider_countries = links("provider_countries", Country, "iso2")
    beneficiary_countries = links("beneficiary_countries", Country, "iso2")
    languages = links("languages", Language, "code")
    series = link("series", Series, "slug")

    class Meta:
        model = Event
        import_id_fields = ["title_en", "starts_on"]
        fields = [
            *TITLES, *SUMMARIES, "kind", "status", "mode", "starts_on", "ends_on", "begins_at", "finishes_at",
            "time_zone", "venue", "city", "country", "programmes", "sectors", "providers", "provider_countries",
            "beneficiary_countries", "languages", "participants", "series", "number_in_series", "source_url",
        ]  # fmt: skip

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        names_later(True)

    def after_import(self, dataset, result, **kwargs):
        names_later(False)
        written = [row.object_id for row in result.rows if row.object_id]
        Event.objects.filter(pk__in=written).write_names()
        announce_changes(Event.NEWS, written)


class PublishedFilter(YesOrNoFilter):
    title = gettext_lazy("publication")
    parameter_name = "published"
    yes, no = gettext_lazy("Published"), gettext_lazy("Draft")

    def are(self, events):
        return events.published()


class YearFilter(admin.SimpleListFilter):
    """The years on record, the latest first."""

    title = gettext_lazy("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        years = Event.objects.order_by("-year").values_list("year", flat=True).distinct()
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        return queryset.held_in(int(self.value())) if self.value() else queryset


class ParticipationInline(LinkedInline):
    model = Participation
    autocomplete_fields = ["country"]
    fields = ["country", "participants"]

    def get_queryset(self, request):
        return super().get_queryset(request).by_country()


class EventDocumentInline(DocumentInline):
    model = EventDocument
    fields = ["title_en", "title_fr", "title_ar", "language", "file", "download", "published_on"]

    @admin.display(description=gettext_lazy("stored file"))
    def download(self, document):
        """The portal hands out documents of published events only; those of drafts can be read here."""
        if not document.pk:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:events_event_document", args=[document.pk]), document.kind
        )


class FormerAddressInline(LinkedInline):
    model = FormerAddress
    fields = ["number"]


class EventForm(forms.ModelForm):
    def clean_published_at(self):
        """The moment on record where nobody changed it: the form shows no parts of a second, and history would tell of a change."""
        is_typed = "published_at" in self.changed_data
        return self.cleaned_data["published_at"] if is_typed else self.instance.published_at


@admin.register(Event)
class EventAdmin(TableAdmin):
    form = EventForm
    resource_classes = [EventTable]
    change_form_template = "admin/change_form_with_steps.html"
    list_display = [
        "title_here",
        "kind",
        "status",
        "days",
        "mode",
        "place",
        "short_names",
        "participants",
        "is_published",
    ]
    list_filter = [
        "status", "kind", "mode", PublishedFilter, YearFilter, ("programmes", admin.RelatedOnlyFieldListFilter),
        ("country", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    date_hierarchy = "starts_on"
    search_fields = ["title_en"]
    search_help_text = gettext_lazy(
        "Titles, programmes, institutions, cities and countries, in any of the three languages."
    )
    autocomplete_fields = [
        "city", "country", "programmes", "sectors", "providers", "provider_countries", "languages", "series",
    ]  # fmt: skip
    readonly_fields = ["created_at", "updated_at"]
    inlines = [ParticipationInline, EventDocumentInline, FormerAddressInline]
    actions = ["publish", "postpone", "cancel"]
    change_form_template = "admin/change_form_with_steps.html"
    fieldsets = [
        (gettext_lazy("What"), {"fields": [*TITLES, "slug", "kind", "status", "mode", *SUMMARIES]}),
        (gettext_lazy("When"), {"fields": [("starts_on", "ends_on"), ("begins_at", "finishes_at"), "time_zone"]}),
        (gettext_lazy("Where"), {"fields": ["venue", "country", "city"]}),
        (
            gettext_lazy("Who gave, who received"),
            {"fields": ["programmes", "sectors", "providers", "provider_countries", "languages", "participants"]},
        ),
        (gettext_lazy("Series and sources"), {"fields": [("series", "number_in_series"), "source_url"]}),
        (gettext_lazy("Publication"), {"fields": ["published_at", "created_at", "updated_at"]}),
    ]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("document/<int:pk>/", view(self.document), name="events_event_document"),
            path("<int:pk>/experts/", view(self.experts_view), name="events_event_experts"),
            path("<int:pk>/experts/<int:expert>/invite/", view(self.invite_view), name="events_event_invite"),
            *super().get_urls(),
        ]

    def _with_experts(self, request, pk):
        """The event, for staff who keep events and the rosters."""
        if not self.has_change_permission(request) or not is_staff(request.user):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def experts_view(self, request, pk):
        """The experts of an event, and whom else to invite, with reasons."""
        event = self._with_experts(request, pk)
        engagements = event.engagements.of_kept().select_related("event", "expert__nationality").in_order()
        office = self.admin_site.get_model_admin(Engagement)
        words = WordsField().clean(request.GET.get("q", ""))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": event, "title": _("Experts"),
            "subtitle": str(event), "engaged": [(each, office.steps_on(each)) for each in engagements],
            "may_invite": event.may_invite, "words": words, "found": find(event, words) if words else [],
            "suggested": suggest(event) if event.may_invite else [],
        }  # fmt: skip
        return TemplateResponse(request, "admin/events/experts.html", context)

    def invite_view(self, request, pk, expert):
        """Invite an expert; a page with a button for the words, and the verb behind it."""
        event = self._with_experts(request, pk)
        expert = get_object_or_404(Expert.objects.assignable(), pk=expert)
        form = WordsForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                Engagement.invite(event, expert, request.user, form.cleaned_data["reason"])
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                self.log_change(request, event, _("Invited: %(expert)s") % {"expert": expert})
                messages.success(request, _("Invited. The expert was told."))
            return redirect("admin:events_event_experts", pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": event, "expert": expert, "form": form,
            "title": _("Invite"), "subtitle": expert.name,
        }  # fmt: skip
        return TemplateResponse(request, "admin/events/invite.html", context, status=400 if form.is_bound else 200)

    def document(self, request, pk):
        """Hand out a document, that of a draft too, to whoever may see its event here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(
            EventDocument.objects.filter(event__in=self.get_queryset(request)), pk=pk
        ).as_response()

    def save_related(self, request, form, formsets, change):
        """What the form published or changed is told to readers; all that belongs to the event is written by then."""
        super().save_related(request, form, formsets, change)
        if not change or "published_at" in form.changed_data:
            announce(Event.NEWS, form.instance.pk)
        if change:
            announce_change(Event.NEWS, form.instance.pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["tools"] = [*audience_link(obj), *self._way_to_experts(request, obj)] if change else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _way_to_experts(self, request, event):
        if not (is_staff(request.user) and self.has_change_permission(request)):
            return []
        return [(_("Experts"), reverse("admin:events_event_experts", args=[event.pk]))]

    def view_on_site(self, event):
        return event.get_absolute_url() if event.published_at else None

    @admin.display(description=gettext_lazy("title"), ordering="title_en")
    def title_here(self, event):
        return marked(event.title)

    @admin.display(description=gettext_lazy("days"), ordering="starts_on")
    def days(self, event):
        return dates(event.starts_on, event.ends_on)

    @admin.display(description=gettext_lazy("place"))
    def place(self, event):
        """Like the programmes, from the names that stand in the row."""
        return pgettext("between city and country", ", ").join(
            str(each) for each in (event.linked.city, event.linked.country) if each
        )

    @admin.display(description=gettext_lazy("programmes"))
    def short_names(self, event):
        return pgettext("between names in a list", ", ").join(
            programme.short_name for programme in event.linked.programmes
        )

    @admin.display(description=gettext_lazy("published"), boolean=True, ordering="published_at")
    def is_published(self, event):
        return event.published_at is not None

    @admin.action(description=gettext_lazy("Publish the chosen events"), permissions=["change"])
    def publish(self, request, queryset):
        self._each(request, queryset, Event.publish, _("Published."))

    @admin.action(description=gettext_lazy("Postpone the chosen events"), permissions=["change"])
    def postpone(self, request, queryset):
        self._each(request, queryset, lambda event: event.call_off(Event.Status.POSTPONED), _("Postponed."))

    @admin.action(description=gettext_lazy("Cancel the chosen events"), permissions=["change"])
    def cancel(self, request, queryset):
        self._each(request, queryset, lambda event: event.call_off(Event.Status.CANCELLED), _("Cancelled."))

    def _each(self, request, queryset, verb, done):
        """Call a verb of the model on each chosen event; tell what could not be done, and why, event by event."""
        count = 0
        for event in queryset:
            try:
                verb(event)
            except ValidationError as error:
                self.message_user(request, labelled(event, " ".join(error.messages)), messages.ERROR)
            else:
                self.log_change(request, event, done)
                count += 1
        if count:
            message = ngettext("%(count)s event: %(done)s", "%(count)s events: %(done)s", count)
            self.message_user(request, message % {"count": count, "done": done}, messages.SUCCESS)


class RatingForm(WordsForm):
    """How well it was done. Law gives the expert what is held about them, so this is written to be read."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("Rating"), coerce=int, widget=forms.RadioSelect,
        choices=lambda: [(each, number(each)) for each in range(HIGHEST, LOWEST - 1, -1)],
        help_text=gettext_lazy("5 is best."),
    )  # fmt: skip
    field_order = ["rating", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = gettext_lazy("Words of the rating")
        self.fields["reason"].help_text = gettext_lazy(
            "Only staff see the rating. The expert is given it on asking for all data held about them."
        )


class NoteForm(WordsForm):
    """What staff note of an expert, about which no letter is written."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = gettext_lazy("Words to the expert")
        self.fields["reason"].help_text = gettext_lazy(
            "The expert reads them in the history on the portal; no letter is sent. May stay empty."
        )


class EngagementHistoryInline(ReadOnly, LinkedInline):
    model = EngagementReview
    fields = readonly_fields = ["at", "decision", "as_whom", "reason"]
    verbose_name_plural = gettext_lazy("history")
    template = "admin/history_inline.html"
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True


class ToMarkFilter(YesOrNoFilter):
    title = gettext_lazy("what waits")
    parameter_name = "to-mark"
    yes, no = gettext_lazy("Over, and not marked"), gettext_lazy("Not waiting")

    def are(self, engagements):
        return engagements.to_mark()


def _may(decision):
    return lambda engagement: engagement.may(decision)


@admin.register(Engagement)
class EngagementAdmin(ReadOnly, StepsAdmin):
    """Who was invited to which event, and what came of it. Invitations are sent from the page of the event."""

    restores = False
    steps = [
        Step(
            "accept", gettext_lazy("Mark as accepted"),
            lambda row, by, answers: row.accept(by, Role.CENTRE, answers["reason"]), gettext_lazy("noted."),
            _may(Engagement.Decision.ACCEPTED), NoteForm,
        ),
        Step(
            "decline", gettext_lazy("Mark as declined"),
            lambda row, by, answers: row.decline(by, Role.CENTRE, answers["reason"]), gettext_lazy("noted."),
            _may(Engagement.Decision.DECLINED), NoteForm,
        ),
        Step(
            "deliver", gettext_lazy("Mark as delivered"), lambda row, by, answers: row.deliver(by, answers["reason"]),
            gettext_lazy("noted."), _may(Engagement.Decision.DELIVERED), NoteForm,
        ),
        Step(
            "call-off", gettext_lazy("Call off"), lambda row, by, answers: row.call_off(by, answers["reason"]),
            gettext_lazy("called off. The expert was told."), _may(Engagement.Decision.CALLED_OFF), ReasonForm,
        ),
        Step(
            "rate", gettext_lazy("Rate"), lambda row, by, answers: row.rate(by, answers["rating"], answers["reason"]),
            gettext_lazy("rated. Only staff see it."), lambda row: row.status == Engagement.Status.DELIVERED, RatingForm,
        ),
    ]  # fmt: skip
    list_display = ["event", "who", "status", "waiting", "rating"]
    list_filter = [ToMarkFilter, "status", "rating"]
    list_select_related = ["event", "expert"]
    search_fields = ["event__title_en", "event__title_fr", "event__title_ar", "expert__name", "expert__name_ar"]
    fields = readonly_fields = ["event", "who_in_full", "status", "waiting", "rating", "rating_words"]
    inlines = [EngagementHistoryInline]
    view_on_site = False  # that page is the expert's own

    def name_of(self, engagement):
        return labelled(engagement.expert.name, engagement.event)

    def response_post_save_change(self, request, engagement):
        """After a step comes the next one on the same event, or what else waits in the list from which somebody came."""
        if "_changelist_filters" in request.GET or not request.user.has_perm("events.change_event"):
            return super().response_post_save_change(request, engagement)
        return redirect("admin:events_event_experts", engagement.event_id)

    def get_queryset(self, request):
        """Of experts whom the reader may see."""
        rows = super().get_queryset(request).select_related("event", "expert")
        return rows.of_kept() if is_staff(request.user) else rows.none()

    def queues(self, request):
        url = self.address("changelist")
        invited = Engagement.objects.of_kept().filter(status=Engagement.Status.INVITED)
        to_mark = Engagement.objects.of_kept().to_mark().count()
        return [
            Queue.of(gettext_lazy("Invited experts who have not answered"), invited, f"{url}?status__exact=invited",
                     "waiting_since"),
            Queue(gettext_lazy("Experts of events that are over, to be marked"), to_mark, f"{url}?to-mark=yes"),
        ]  # fmt: skip

    @admin.display(description=gettext_lazy("expert"), ordering="expert__name")
    def who(self, engagement):
        return engagement.expert.name

    @admin.display(description=gettext_lazy("expert"))
    def who_in_full(self, engagement):
        """The name, which leads to the record."""
        address = reverse("admin:experts_expert_change", args=[engagement.expert_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, engagement.expert.name)

    @admin.display(description=gettext_lazy("waiting for"), ordering="waiting_since")
    def waiting(self, engagement):
        return age(engagement.waiting_since)
