"""What everybody may read of the institutions."""

from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from classifications.gathering import NAMES
from classifications.lists import ListPage
from classifications.maps import draw, member_states
from classifications.models import Country, Language, Sector
from classifications.written import number
from partners.filters import InstitutionFilter
from partners.models import Institution
from partners.structured import institution_as_linked_data

EVENTS = 10  # events shown on the page of the institution that gave them
NEWEST = 5  # institutions shown that were listed last


@require_safe
def partners(request):
    """What the partners are, how many there are of each state, and how one becomes one."""
    listed = Institution.objects.listed()
    everything = InstitutionFilter({}, listed)
    context = {
        **listed.figures(),
        "map": map_of(everything, everything.counts_alone("country")),
        "newest": listed.newest_first().for_choice()[:NEWEST],
    }
    return render(request, "partners/partners.html", context)


@require_safe
def institution_map(request):
    """The partner search as a map: how many institutions of each state fit the other filters."""
    filterset = InstitutionFilter(request.GET, Institution.objects.listed())
    return render(
        request, "partners/map.html", {"filter": filterset, "map": map_of(filterset, filterset.counts("country"))}
    )


def map_of(filterset, counts):
    others = [pair for pair in filterset.pairs() if pair[0] != "country"]
    return draw(
        member_states(),
        {"institutions": (_("Institutions by country"), counts, filterset.url(others, "partners:map"))},
        "institutions",
        told=lambda count: ngettext("%(n)s institution", "%(n)s institutions", count) % {"n": number(count)},
        url=lambda iso2: filterset.url([*others, ("country", iso2)]),
    )


class InstitutionList(ListPage):
    filterset_class = InstitutionFilter
    template_name = "partners/institution_list.html"

    def get_queryset(self):
        return Institution.objects.listed()


@require_safe
def institution_detail(request, slug):
    listed = Institution.objects.listed().with_representation()
    listed = (
        listed.select_related("country", "city", "trop_membership")
        .gathering("sectors", *NAMES, among=Sector.objects.by_name())
        .gathering("languages", *NAMES, among=Language.objects.by_name())
    )
    institution = get_object_or_404(listed, slug=slug)
    events = institution.events_provided.published()
    counts = events.count_by_year()
    context = {
        "institution": institution,
        "sectors": institution.sectors.all(),
        "languages": institution.languages.all(),
        "is_represented": institution.is_represented,
        "notices": institution.notices.open_on(localdate()).for_listing(),
        "opportunities": institution.opportunities.open_on(localdate()).for_listing().closing_first(),
        "events": events.for_listing().newest_first()[:EVENTS],
        "event_count": sum(counts.values()),
        "first_year": min(counts, default=None),
        "linked_data": institution_as_linked_data(institution),
        "receivers": Country.objects.filter(participations__event__in=events).distinct().by_name(),
    }
    return render(request, "partners/institution_detail.html", context)
