"""The pages of programmes, and of OIC-VET."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from classifications.facets import year_strip
from classifications.gathering import NAMES
from programmes.models import Committee, Page, Programme, ProgrammeDocument, Theme
from programmes.papers import forms_of, other_papers
from programmes.seats import OIC_VET, seats_of, states_of, vacant


@require_safe
def programme_list(request):
    themes = Theme.objects.with_programmes().by_name()
    return render(request, "programmes/programme_list.html", {"themes": themes})


@require_safe
def programme_detail(request, slug):
    programme = get_object_or_404(Programme.objects.for_page(), slug=slug)
    counts = programme.events.published().count_by_year()
    year = chosen_year(request, counts)
    served, vacancies = states_of(programme)
    context = {
        "programme": programme,
        "total": sum(counts.values()),
        "year": year,
        "counts": counts,
        "strip": strip_of(request, counts, year),
        "events": programme.events.published().held_in(year).for_listing().oldest_first(),
        "served": served,
        "vacancies": vacancies,
        "forms": forms_of(programme),
        "papers": other_papers(programme),
        "neighbours": Programme.objects.filter(theme=programme.theme_id).exclude(pk=programme.pk).by_name(),
    }
    return render(request, "programmes/programme_detail.html", context)


def chosen_year(request, counts):
    """The year that the query names if it has events, else the latest that has, else None."""
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and int(asked[:5]) in counts:
        return int(asked[:5])
    return max(counts, default=None)


def strip_of(request, counts, year):
    """The year strip of a page that shows one year at a time."""
    if not counts:
        return []
    last = max(max(counts), localdate().year)
    return year_strip(range(min(counts), last + 1), counts, lambda each: f"{request.path}?year={each}", {year})


@require_safe
def document(request, pk):
    return get_object_or_404(ProgrammeDocument.objects.readable_by(request.user), pk=pk).as_response()


# --- OIC-VET -------------------------------------------------------------------------------------------------------


@require_safe
def page(request, slug, template="programmes/page.html", **context):
    """A page that staff write."""
    return render(request, template, {"page": get_object_or_404(Page, slug=slug), **context})


@require_safe
def committee(request):
    return page(request, "oic-vet-committee", "programmes/committee.html", committees=committees_with_meetings())


def committees():
    """The committees of OIC-VET with their seats."""
    seat = [*NAMES, "position", "acronym", "website", "part_en", "part_fr", "part_ar"]
    return Committee.objects.filter(programme__slug=OIC_VET).select_related("programme").gathering("seats", *seat)


def committees_with_meetings():
    """The committees of OIC-VET, each with the published events that are its `held`."""
    found = list(committees())
    if found:
        events = found[0].programme.events.published()  # all committees of OIC-VET have one programme
        held = events.in_any_series(each.meetings for each in found).for_listing().newest_first()
        for each in found:
            each.held = [event for event in held if event.series.slug == each.meetings]
    return found


@require_safe
def focal_points(request):
    return page(request, "oic-vet-focal-points", "programmes/focal_points.html", **seats_by_country(OIC_VET))


def seats_by_country(programme):
    """What `_seats.html` shows."""
    seats = seats_of(programme)
    return {"seats": seats, "vacant": vacant(seats)}


@require_safe
def summary(request):
    """The programme summary of OIC-VET on one page, for printing."""
    programme = Programme.objects.filter(slug=OIC_VET).select_related("theme").first()
    if programme is None:
        raise Http404
    counts = programme.events.published().count_by_year()
    context = {
        "programme": programme,
        "pages": Page.objects.in_bulk(["oic-vet", "oic-vet-programme-types"], field_name="slug"),
        "committees": committees(),
        "counts": sorted(counts.items()),
        "total": sum(counts.values()),
        "recent": programme.events.published().for_listing().newest_first()[:10],
        **seats_by_country(OIC_VET),
    }
    return render(request, "programmes/summary.html", context)
