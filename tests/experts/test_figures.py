"""Figures of the rosters: every number is true, and leads to the list of those it counts."""

import re

from django.urls import reverse
from django.utils.html import strip_tags

from experts.models import Expert
from partners.applications import Status
from tests.factories import CountryFactory, ExpertFactory, RosterFactory, SectorFactory


def test_every_number_leads_to_as_many(client, editor):
    water, soil = SectorFactory(name_en="Water"), SectorFactory(name_en="Soil")
    uganda = CountryFactory(name_en="Uganda")
    for gender in ("female", "female", "male", ""):
        ExpertFactory(gender=gender, sectors=[water], nationality=uganda)
    ExpertFactory(sectors=[water, soil], rosters=[RosterFactory(), RosterFactory(slug="tvet")])
    ExpertFactory(status=Status.SUSPENDED)
    ExpertFactory(purposes=[])
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
