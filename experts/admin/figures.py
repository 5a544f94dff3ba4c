"""How many experts there are, by roster, sector, country and gender: charts in which every number leads to the list of them."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from classifications.charts import Chart, Number, Row
from classifications.facets import query_string
from classifications.models import Country, Sector
from classifications.written import alphabetical, marked
from experts.models import Expert, Roster
from partners.applications import Status

LISTED = ("status__exact", Status.LISTED)
GENDERS = [Expert.Gender.FEMALE.value, Expert.Gender.MALE.value, ""]  # in the order of the series


def urls(office):
    view = office.admin_site.admin_view(lambda request: figures(office, request))
    return [path("figures/", view, name="experts_expert_figures")]


def figures(office, request):
    if not office.has_view_permission(request):
        raise PermissionDenied
    listed = Expert.objects.listed().filter(is_kept=True)
    by_roster = _rows(office, listed, "memberships__roster", Roster.objects.in_order())
    by_sector = _rows(office, listed, "sectors", Sector.objects.below_themes())
    by_country = _rows(office, listed, "nationality", Country.objects.all())
    charts = [
        _chart(_("By roster"), _("Roster"), by_roster),
        _chart(_("By sector"), _("Sector"), _by_number(by_sector)),
        _chart(_("By nationality"), _("Nationality"), _by_number(by_country)),
        _chart(_("All experts"), _("Roster"), [_row(office, _("All rosters"), [], _counts(listed))]),
    ]
    context = {
        **office.admin_site.each_context(request), "opts": office.opts, "title": _("Figures of the rosters"), "charts": charts,
    }  # fmt: skip
    return TemplateResponse(request, "admin/experts/expert/figures.html", context)


def _chart(title, heads, rows):
    return Chart(title, heads, [_("Women"), _("Men"), _("Not said")], rows, (0, 1, 3), _("Experts"))


def _rows(office, listed, path, records):
    """A row for each of the records that any expert has; nobody is linked to one twice, the database sees to that."""
    counts = {}
    for record, gender, count in listed.values_list(path, "gender").annotate(n=Count("*")).order_by():
        counts.setdefault(record, {})[gender] = count
    return [
        _row(office, marked(record.name), [(f"{path}__id__exact", record.pk)], counts[record.pk])
        for record in records
        if record.pk in counts
    ]


def _counts(listed):
    return dict(listed.values_list("gender").annotate(n=Count("*")).order_by())


def _row(office, label, chosen, counts):
    pairs = [LISTED, *chosen]
    numbers = [Number(counts.get(gender, 0), _list(office, [*pairs, ("gender__exact", gender)])) for gender in GENDERS]
    return Row(label, numbers, Number(sum(counts.values()), _list(office, pairs)))


def _list(office, pairs):
    return office.address("changelist") + query_string(pairs)


def _by_number(rows):
    """The greatest number first; of those alike in alphabetical order."""
    return sorted(rows, key=lambda row: (-row.whole.count, alphabetical(strip_tags(row.label))))
