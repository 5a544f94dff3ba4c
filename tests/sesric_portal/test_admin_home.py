"""The first page of the admin: what waits and for how long, seats, letters, imports; every number leads to what it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from partners.models import Institution
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    LetterFactory,
    MembershipFactory,
    OpportunityFactory,
    ProgrammeFactory,
    ProposedChangeFactory,
    RepresentationFactory,
)

HOME = "/admin/"
NUMBER = re.compile(r'<a class="number[^"]*" href="([^"]+)">([\d,]+)<')


def ago(days):
    return now() - timedelta(days=days)


def populate(count=1):
    """Something of everything that the page counts, in each age, and other rows that it must not count."""
    for code in ("AA", "BB", "CC"):
        CountryFactory(iso2=code)
    CountryFactory(iso2="XX", oic_group="", joined_year=None)
    oic_vet = ProgrammeFactory(slug="oic-vet", acronym="OIC-VET")
    FocalPointFactory(
        country=CountryFactory(iso2="AA"), programme=oic_vet, term_ends_on=localdate() + timedelta(days=9)
    )
    FocalPointFactory(country=CountryFactory(iso2="XX"), programme=oic_vet)
    FocalPointFactory(country=CountryFactory(iso2="BB"), programme=ProgrammeFactory())
    for days in [0, 6, 7, 13, 14, 40] * count:
        InstitutionFactory(status="applied", waiting_since=ago(days))
        ExpertFactory(status="applied", waiting_since=ago(days))
        MembershipFactory(status="applied", waiting_since=ago(days))
        OpportunityFactory(status="waiting", waiting_since=ago(days))
        ProposedChangeFactory(proposed_at=ago(days))
        RepresentationFactory(accepted_at=None, is_manager=False, asked_at=ago(days))
        LetterFactory(written_at=ago(days))
        LetterFactory(written_at=ago(days), given_up_at=now())
        LetterFactory(written_at=ago(days), sent_at=now())
    ExpertFactory(status="applied", waiting_since=ago(3), purposes=[])
    InstitutionFactory()


def numbers_on(page):
    """The numbers of the page with where each leads."""
    return [(unescape(url), int(count.replace(",", ""))) for url, count in NUMBER.findall(page.text)]


def shown_at(client, url):
    """How many rows an address shows."""
    page = client.get(url)
    assert page.status_code == 200, url
    if "cl" in page.context:
        return page.context["cl"].result_count
    if "pairs" in page.context:
        return len(page.context["pairs"])
    return sum(len(seats) for _programme, seats in page.context["found"])


def test_every_number_leads_to_as_many_rows(client, superuser):
    populate()
    content = "slug,name_en\nfirst,First\nsecond,Second\n"
    file = SimpleUploadedFile("table.csv", content.encode())
    preview = client.post(
        reverse("admin:programmes_theme_import"), {"import_file": file, "format": "0", "resource": "0"}
    )
    client.post(reverse("admin:programmes_theme_process_import"), preview.context["confirm_form"].initial)
    numbers = numbers_on(client.get(HOME))
    assert len(numbers) > 50
    assert [(url, count, found) for url, count in numbers if (found := shown_at(client, url)) != count] == []
    assert {count for _url, count in numbers} >= {0, 1, 2, 6}


def test_ages_are_told(client, superuser):
    populate()
    page = client.get(HOME)
    queues = {str(queue.label): queue for queue in page.context["queues"]}
    review = queues["Applications to review"]
    assert ([number.count for number in review.by_age], review.age) == ([2, 2, 2], "40 days")
    assert str(queues["Experts to review"].count) == "6"
    assert Institution.objects.waiting_for_review().count() == 6


def test_seats_are_told_for_each_programme(client, superuser):
    populate()
    (chart,) = (each for each in client.get(HOME).context["charts"] if str(each.title) == "Seats of focal points")
    told = {str(row.label): [number.count for number in row.numbers] for row in chart.rows}
    states = sum(told["OIC-VET"])
    assert told["OIC-VET"] == [states - 1, 1]  # what serves a country that is no member state is no seat
    for language, held in (("fr", "Pourvu"), ("ar", "مشغول")):  # as a seat is, not as an event was
        page = client.get(f"/{language}{HOME}").text
        assert [page.count(f"{word}</th>") for word in (held, "Passé", "منفذة")] == [1, 0, 0]


def test_bars_are_as_long_as_their_numbers(client, superuser):
    populate()
    for chart in client.get(HOME).context["charts"]:
        for row in chart.drawn:
            assert len(row.bars) == sum(number.count > 0 for number in row.numbers)
            assert all(begins + length <= 242 for begins, length, _shade in row.bars)


@pytest.mark.parametrize("prefix", ["", "/fr", "/ar"])
def test_it_stands_in_each_language(client, superuser, prefix):
    populate()
    page = client.get(f"{prefix}{HOME}")
    assert page.text.count("<svg") > 10
    assert ' style="' not in page.text


def test_it_asks_as_often_for_many_as_for_few(client, superuser):
    populate()
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    for days in (1, 8, 20):
        InstitutionFactory(status="applied", waiting_since=ago(days))
        LetterFactory(written_at=ago(days), given_up_at=now())
        FocalPointFactory(country=CountryFactory(iso2="CC"), programme=FocalPointFactory().programme)
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert len(many) <= len(few) + 3 * 2 * 3  # two for each programme that has seats


def test_who_may_see_little_is_shown_little(client, sign_in):
    populate()
    sign_in(is_staff=True)
    page = client.get(HOME)
    assert (page.context["queues"], page.context["charts"], page.context["imports"]) == ([], [], [])
    assert numbers_on(page) == []


def test_a_made_up_import_shows_nothing(client, superuser):
    populate()
    for named in ("0-new", "x-new", "1", "1-gone", "99999999999999999999-new", "٣-new"):
        assert shown_at(client, reverse("admin:programmes_theme_changelist") + f"?import={named}") == 0
