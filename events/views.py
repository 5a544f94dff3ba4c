"""The pages of events: the list in all its forms, one event, the archive."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from classifications.addresses import NotOnRecord
from classifications.calendars import answer_with
from classifications.lists import ListPage
from events import calendars, feeds, tables, tally
from events.archive import Matrix
from events.filters import EventFilter
from events.models import Event, EventDocument, FormerAddress
from events.structured import event_as_linked_data

RELATED = 3  # events shown beside one
# Put together once: narrowing them down is less work than writing them anew for every reader.
PAGES = Event.objects.published().for_page()
ROWS = Event.objects.published().for_listing()


class EventList(ListPage):
    """All events on record, or those of the year in the path, under the reader's filters."""

    filterset_class = EventFilter
    template_name = "events/event_list.html"

    def get_queryset(self):
        return Event.objects.published()

    def get_filterset_kwargs(self, filterset_class):
        year = self.kwargs.get("year")
        if year and str(year) not in tally.current().masks["year"]:
            raise NotOnRecord(_("No event of this year is on record."))
        return super().get_filterset_kwargs(filterset_class) | {"data": self.request.GET, "path_year": year}


@require_safe
def event_detail(request, year, slug):
    event = get_object_or_404(PAGES, year=year, slug=slug)
    counted = tally.current()
    beside = counted.beside_in_series(event.pk, event.series_id)
    under = counted.union("programme", [programme.key for programme in event.linked.programmes])
    related = counted.nearest(event.pk, under, RELATED)
    rows = ROWS.in_bulk([*beside, *related])
    context = {
        "event": event,
        "neighbours": [rows[pk] for pk in beside if pk in rows],
        # Of all that provided events; an unlisted one is named and no more.
        "with_a_page": counted.names["institution"],
        "themes": {counted.name("theme", programme.theme) for programme in event.linked.programmes},
        "related": [rows[pk] for pk in related if pk in rows],
        "linked_data": event_as_linked_data(event),
    }
    return render(request, "events/event_detail.html", context)


@require_safe
def event_calendar(request, year, slug):
    event = get_object_or_404(Event.objects.published(), year=year, slug=slug)
    return answer_with(calendars.calendar_of([event]), f"{slug}.ics")


@require_safe
def calendar(request):
    filterset = EventFilter(request.GET, Event.objects.published().for_table())
    # Whatever order the list was in: who keeps a calendar must not miss what is new in it.
    events = filterset.qs.newest_first()[: calendars.MOST_EVENTS]
    return answer_with(calendars.calendar_of(events, filterset), "events.ics")


@require_safe
def feed(request):
    filterset = EventFilter(request.GET, Event.objects.published().for_listing())
    return HttpResponse(feeds.atom_of(filterset), content_type="application/atom+xml; charset=utf-8")


@require_safe
def table(request):
    filterset = EventFilter(request.GET, Event.objects.published().for_table())
    return tables.table_response(filterset.qs)


@require_safe
def archive(request):
    return render(request, "events/archive.html", {"matrix": Matrix.of(tally.current())})


@require_safe
def archive_table(request):
    return tables.matrix_response(Matrix.of(tally.current()))


@require_safe
def document(request, pk):
    return get_object_or_404(EventDocument.objects.filter(event__published_at__isnull=False), pk=pk).as_response()


@require_safe
def former_event(request, language="en"):
    """Lead from `event-detail.php?id=N` and its variants to the event; a number used twice leads to the earlier one."""
    activate(language)  # of what is said where nothing is found, too
    number = request.GET.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise NotOnRecord(_("The address names no event."))
    published = FormerAddress.objects.filter(number=number, event__published_at__isnull=False)
    former = published.select_related("event").order_by("event__starts_on").first()
    if former is None:
        raise NotOnRecord(_("No event on record stood under this former address."))
    return redirect(former.event, permanent=True)


def former_year(name, *args):
    """Make a view that leads from `….php?year=Y` to the page `name`, with the year as its `year` in path or query."""

    @require_safe
    def view(request):
        year = request.GET.get("year", "")
        year = year if year in tally.current().masks["year"] else ""
        if name == "events:year":
            return (
                redirect("events:year", int(year), permanent=True)
                if year
                else redirect("events:archive", permanent=True)
            )
        response = redirect(name, *args, permanent=True)
        if year:
            response["Location"] += f"?year={year}"
        return response

    return view
