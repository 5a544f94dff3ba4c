"""Staff keep the record of events here, with who gave and who received them."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.fields import Field

from classifications.exchange import CityWidget, Table, TableAdmin, TimeZoneWidget, link, links
from classifications.models import Country, Language, Sector
from classifications.office import DocumentInline, LinkedInline, YesOrNoFilter
from classifications.written import dates
from events.models import Event, EventDocument, FormerAddress, Participation, Series, names_later
from notifications.audience import audience_link
from notifications.matching import announce, announce_change, announce_changes
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


@admin.register(Event)
class EventAdmin(TableAdmin):
    resource_classes = [EventTable]
    list_display = [
        "title_en",
        "kind",
        "status",
        "days",
        "mode",
        "place",
        "short_names",
        "participants",
        "is_published",
    ]
    list_filter = ["status", "kind", "mode", PublishedFilter, YearFilter, "programmes"]
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
        document = path("document/<int:pk>/", self.admin_site.admin_view(self.document), name="events_event_document")
        return [document, *super().get_urls()]

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
        context["tools"] = audience_link(obj) if change else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def view_on_site(self, event):
        return event.get_absolute_url() if event.published_at else None

    @admin.display(description=gettext_lazy("days"), ordering="starts_on")
    def days(self, event):
        return dates(event.starts_on, event.ends_on)

    @admin.display(description=gettext_lazy("place"))
    def place(self, event):
        """Like the programmes, from the names that stand in the row."""
        return ", ".join(str(each) for each in (event.linked.city, event.linked.country) if each)

    @admin.display(description=gettext_lazy("programmes"))
    def short_names(self, event):
        return ", ".join(programme.short_name for programme in event.linked.programmes)

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
                self.message_user(request, f"{event}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, event, done)
                count += 1
        if count:
            message = ngettext("%(count)s event: %(done)s", "%(count)s events: %(done)s", count)
            self.message_user(request, message % {"count": count, "done": done}, messages.SUCCESS)
