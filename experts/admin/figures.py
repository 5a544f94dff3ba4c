"""How many experts there are, by roster, sector, country and gender: charts in which every number leads to the list of them.

Counted are those who can be found, by the bitmaps of the search: exact at any moment, and as quick for a million.
"""

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from classifications.charts import Chart, Number, Row
from classifications.facets import query_string
from classifications.models import Country, Sector
from classifications.written import alphabetical, marked
from experts.models import Expert, Roster
from experts.models.finding import Kind, Mark
from experts.models.selection import LAPSES_AFTER, first_day_within
from experts.questions import AnyOf, Both, Since
from experts.tally import Counting, count
from partners.applications import Status

FOUND = [("status__exact", Status.LISTED), ("on-a-roster", "yes")]
GENDERS = [Expert.Gender.FEMALE.value, Expert.Gender.MALE.value, ""]  # in the order of the series


class Counted:
    """How many of the experts who can be found have each of some labels; a number of one label is one of a dict by label."""

    def __init__(self, labels):
        labels, anybody = tuple(labels), AnyOf((Mark.LISTED,))
        asked = {"all": anybody, "fresh": Both((anybody, Since(first_day_within(LAPSES_AFTER)[0])))}
        asked |= {each: AnyOf((Kind.GENDER + n,)) for n, each in enumerate(Expert.Gender.values, 1)}
        self._counts = count([Counting(name, condition, labels) for name, condition in asked.items()])

    def all(self, label):
        return self._counts["all"].get(label, 0)

    def of_gender(self, gender, label):
        """Those of a gender; where that is empty, those who did not say theirs."""
        if gender:
            return self._counts[gender].get(label, 0)
        return self.all(label) - sum(self._counts[each].get(label, 0) for each in Expert.Gender.values)

    def lapsed(self, label):
        """Those who have not confirmed their profile for a year."""
        return self.all(label) - self._counts["fresh"].get(label, 0)


def urls(office):
    view = office.admin_site.admin_view(lambda request: figures(office, request))
    return [path("figures/", view, name="experts_expert_figures")]


def figures(office, request):
    if not office.has_view_permission(request):
        raise PermissionDenied
    by_roster = _asked("memberships__roster", Kind.ROSTER, Roster.objects.in_order())
    by_sector = _asked("sectors", Kind.SECTOR, Sector.objects.below_themes())
    by_country = _asked("nationality", Kind.NATIONALITY, Country.objects.all())
    everybody = [(int(Mark.LISTED), _("All rosters"), [])]
    parts = [by_roster, by_sector, by_country, everybody]
    counted = Counted(label for part in parts for label, _name, _chosen in part)
    by_roster, by_sector, by_country, everybody = (_rows(office, counted, part) for part in parts)
    charts = [
        _chart(_("By roster"), _("Roster"), by_roster),
        _chart(_("By sector"), _("Sector"), _by_number(by_sector)),
        _chart(_("By nationality"), _("Nationality"), _by_number(by_country)),
        _chart(_("All experts"), _("Roster"), everybody),
    ]
    context = {
        **office.admin_site.each_context(request), "opts": office.opts, "title": _("Figures of the rosters"), "charts": charts,
    }  # fmt: skip
    return TemplateResponse(request, "admin/experts/expert/figures.html", context)


def _asked(path, kind, records):
    """Of each record its label, its name, and what chooses the experts in their list."""
    return [(kind + each.pk, marked(each.name), [(f"{path}__id__exact", each.pk)]) for each in records]


def _chart(title, heads, rows):
    return Chart(title, heads, [_("Women"), _("Men"), _("Not said")], rows, (0, 1, 3), _("Experts"))


def _rows(office, counted, asked):
    """A row for each label that any expert has, and for all of them even where there is nobody."""
    return [_row(office, counted, *each) for each in asked if counted.all(each[0]) or each[0] == Mark.LISTED]


def _row(office, counted, label, name, chosen):
    pairs = [*FOUND, *chosen]
    numbers = [
        Number(counted.of_gender(gender, label), _list(office, [*pairs, ("gender__exact", gender)]))
        for gender in GENDERS
    ]
    return Row(name, numbers, Number(counted.all(label), _list(office, pairs)))


def _list(office, pairs):
    return office.address("changelist") + query_string(pairs)


def _by_number(rows):
    """The greatest number first; of those alike in alphabetical order."""
    return sorted(rows, key=lambda row: (-row.whole.count, alphabetical(strip_tags(row.label))))
