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
    lines = {line.label: line for chart in response.context["charts"] for line in chart.lines}
    assert {
        str(strip_tags(label)): line.whole.count for label, line in lines.items() if label in ("Water", "Soil")
    } == {
        "Water": 5,
        "Soil": 1,
    }
    assert [part.count for part in lines["Uganda"].parts] == [2, 1, 1]
    for line in lines.values():
        for number in (line.whole, *line.parts):
            found = client.get(number.url).context["cl"].result_count
            assert found == number.count, number
            assert re.search(re.escape(number.url.replace("&", "&amp;")), page)
        assert sum(part.count for part in line.parts) == line.whole.count
        assert max(part.x + part.width for part in line.parts) <= 410


def test_nobody_yet(client, editor):
    Expert.objects.all().delete()
    response = client.get(reverse("admin:experts_expert_figures"))
    empty = [chart for chart in response.context["charts"] if not chart.lines]
    assert response.text.count("Nobody is listed yet.") == len(empty) == 3
    assert {line.whole.count for chart in response.context["charts"] for line in chart.lines} == {0}
