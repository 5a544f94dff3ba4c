"""Figures of the rosters: every number is true, and leads to the list of those it counts."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from experts.models import Expert
from experts.tally import fold
from partners.applications import Status
from tests.experts.test_tally import experts  # noqa: F401  the same many experts
from tests.factories import CountryFactory, ExpertFactory, RosterFactory, SectorFactory


def test_every_number_leads_to_as_many(client, editor):
    water, soil = SectorFactory(name_en="Water"), SectorFactory(name_en="Soil")
    uganda = CountryFactory(name_en="Uganda")
    for gender in ("female", "female", "male", ""):
        ExpertFactory(gender=gender, sectors=[water], nationality=uganda)
    ExpertFactory(sectors=[water, soil], rosters=[RosterFactory(), RosterFactory(slug="tvet")])
    ExpertFactory(status=Status.SUSPENDED)
    ExpertFactory(purposes=[])
    ExpertFactory(sectors=[water], rosters=[])  # left them all
    response = client.get(reverse("admin:experts_expert_figures"))
    page = response.content.decode()
    assert "style=" not in page
    rows = {str(strip_tags(row.label)): row for chart in response.context["charts"] for row in chart.drawn}
    assert (rows["Water"].whole.count, rows["Soil"].whole.count) == (5, 1)
    assert [number.count for number in rows["Uganda"].numbers] == [2, 1, 1]
    for row in rows.values():
        for number in (row.whole, *row.numbers):
            found = client.get(number.url).context["cl"].result_count
            assert found == number.count, number
            assert re.search(re.escape(number.url.replace("&", "&amp;")), page)
        assert sum(number.count for number in row.numbers) == row.whole.count
        assert max(begins + length for begins, length, _shade in row.bars) <= 250


def test_nobody_yet(client, editor):
    Expert.objects.all().delete()
    response = client.get(reverse("admin:experts_expert_figures"))
    empty = [chart for chart in response.context["charts"] if not chart.rows]
    assert response.text.count("Nobody is listed yet.") == len(empty) == 3
    assert {row.whole.count for chart in response.context["charts"] for row in chart.rows} == {0}


def plainly(rows_of_experts):
    """The figures in plain Python: by the name of a row, how many women, men, and who did not say; and of all."""
    found = [each for each in rows_of_experts if each.is_listed and each.is_kept and each.memberships.exists()]
    rows = {"All rosters": found}
    for each in found:
        names = [*(m.roster.name for m in each.memberships.all()), *(s.name for s in each.sectors.all())]
        for name in (*names, each.nationality.name):
            rows.setdefault(name, []).append(each)
    return {
        name: ([sum(each.gender == gender for each in row) for gender in ("female", "male", "")], len(row))
        for name, row in rows.items()
    }


@pytest.mark.parametrize("when", ["all folded", "changed since"])
def test_figures_are_those_of_plain_python(client, editor, experts, when):  # noqa: F811
    if when == "all folded":
        fold()
    else:
        for each in experts[::3]:
            each.leave(RosterFactory())
            each.gender = "female"
            each.save()
    charts = client.get(reverse("admin:experts_expert_figures")).context["charts"]
    shown = [
        (str(strip_tags(row.label)), ([each.count for each in row.numbers], row.whole.count))
        for chart in charts
        for row in chart.rows
    ]
    assert len(shown) == len(dict(shown))
    assert dict(shown) == plainly(experts)


def test_many_figures_cost_as_many_queries_as_few(client, editor, experts):  # noqa: F811
    address = reverse("admin:experts_expert_figures")
    with CaptureQueriesContext(connection) as of_many:
        client.get(address)
    for each in experts.exclude(pk=experts[0].pk):
        each.take_back("kept")
    with CaptureQueriesContext(connection) as of_one:
        client.get(address)
    assert len(of_one) == len(of_many)


def test_whoever_may_not_see_experts_sees_no_figures(client, sign_in, experts):  # noqa: F811
    for staff in (False, True):
        sign_in(is_staff=staff)
        response = client.get(reverse("admin:experts_expert_figures"))
        assert response.status_code in (302, 403)
        assert "By nationality" not in response.text
