"""How many experts there are, by roster, sector, country and gender: charts in which every number leads to the list of them."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from classifications.facets import query_string
from classifications.models import Country, Sector
from classifications.written import alphabetical, marked
from experts.models import Expert, Roster
from partners.applications import Status

LISTED = ("status__exact", Status.LISTED)
BAR = 400  # the length of the longest bar, in the units of the drawing
KINDS = {Expert.Gender.FEMALE.value: "women", Expert.Gender.MALE.value: "men", "": "unsaid"}


@dataclass
class Number:
    """A number of experts, and the list of them; as a bar: where it begins and how long it is."""

    count: int
    url: str
    kind: str
    x: int = 0
    width: int = 0


@dataclass
class Line:
    """What one line of a chart counts: all experts, and of them women, men and those who do not say."""

    label: str
    whole: Number
    parts: list

    @property
    def by_kind(self):
        """Pairs of each kind and its number, None where there is nobody."""
        found = {part.kind: part for part in self.parts}
        return [(kind, found.get(kind)) for kind in KINDS.values()]


@dataclass
class Chart:
    name: str
    label: str
    lines: list


def urls(office):
    view = office.admin_site.admin_view(lambda request: figures(office, request))
    return [path("figures/", view, name="experts_expert_figures")]


def figures(office, request):
    if not office.has_view_permission(request):
        raise PermissionDenied
    listed = Expert.objects.listed().filter(is_kept=True)
    charts = [
        _chart(office, "rosters", _("By roster"), listed, "memberships__roster", Roster.objects.in_order(), "id"),
        _chart(office, "sectors", _("By sector"), listed, "sectors", Sector.objects.below_themes(), "id"),
        _chart(office, "countries", _("By nationality"), listed, "nationality", Country.objects.all(), "id"),
        _genders(office, listed),
    ]
    context = {
        **office.admin_site.each_context(request), "opts": office.opts, "title": _("Figures of the rosters"), "charts": charts,
        "kinds": [("women", _("Women")), ("men", _("Men")), ("unsaid", _("Not said"))],
    }  # fmt: skip
    return TemplateResponse(request, "admin/experts/expert/figures.html", context)


def _chart(office, name, label, listed, path, rows, key):
    """A line for each of `rows` that any expert has, the most frequent first; rosters stay in their order."""
    counts = {}
    for row, gender, count in listed.values_list(path, "gender").annotate(n=Count("pk", distinct=True)).order_by():
        counts.setdefault(row, {})[gender] = count
    named = [(row, getattr(row, key)) for row in rows if row.pk in counts]
    if name != "rosters":
        named.sort(key=lambda each: (-sum(counts[each[0].pk].values()), alphabetical(each[0].name)))
    lines = [_line(office, marked(row.name), (f"{path}__{key}__exact", value), counts[row.pk]) for row, value in named]
    return Chart(name, label, _drawn(lines))


def _genders(office, listed):
    counts = dict(listed.values_list("gender").annotate(n=Count("pk")).order_by())
    return Chart("gender", _("All experts"), _drawn([_line(office, _("All experts"), None, counts)]))


def _line(office, label, chosen, counts):
    pairs = [LISTED, *([chosen] if chosen else [])]
    parts = [
        Number(counts[gender], _list(office, [*pairs, ("gender__exact", gender)]), kind)
        for gender, kind in KINDS.items()
        if counts.get(gender)
    ]
    return Line(label, Number(sum(counts.values()), _list(office, pairs), "all"), parts)


def _list(office, pairs):
    return office.address("changelist") + query_string(pairs)


def _drawn(lines):
    """Give each number the place and the length of its bar; one that is there is seen."""
    longest = max((line.whole.count for line in lines), default=1)
    for line in lines:
        x = 0
        for number in line.parts:
            number.x, number.width = x, max(2, round(BAR * number.count / longest))
            x += number.width
    return lines
