"""The catalogue, a programme's page, and the pages of OIC-VET."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from tests.factories import (
    CommitteeFactory,
    CountryFactory,
    EventFactory,
    FocalPointFactory,
    PageFactory,
    ProgrammeFactory,
    SeatFactory,
    SeriesFactory,
    ThemeFactory,
)
from tests.pages import links


def test_the_catalogue_stands_by_theme_in_the_order_of_the_language(client, db):
    water = ThemeFactory(name_en="Water", name_fr="Eau", slug="water")
    energy = ThemeFactory(name_en="Energy", name_fr="Énergie", slug="energy")
    ThemeFactory(name_en="Nothing under it")
    late = ProgrammeFactory(theme=water, name_en="Zones", name_fr="Étangs")
    early = ProgrammeFactory(theme=water, name_en="Aquifers", name_fr="Zones")
    network = ProgrammeFactory(theme=energy, nature="network")

    def shown(path):
        return [(theme, theme.listed_programmes) for theme in client.get(path).context["themes"]]

    assert [(theme.slug, rows) for theme, rows in shown("/programmes/")] == [
        ("energy", [network]),
        ("water", [early, late]),
    ]
    assert [(theme.slug, rows) for theme, rows in shown("/fr/programmes/")] == [
        ("water", [late, early]),
        ("energy", [network]),
    ]
    html = client.get("/programmes/").content.decode()
    assert ("Nothing under it" in html, html.count(">Network</span>")) == (False, 1)


def test_all_programmes_on_record_are_in_the_catalogue(client, real_data):
    themes = client.get("/programmes/").context["themes"]
    assert sum(len(theme.listed_programmes) for theme in themes) == 43


def test_a_programme_shows_the_events_of_the_chosen_year(client, db):
    programme = ProgrammeFactory(slug="cab")
    old = EventFactory(programmes=[programme], starts_on=date(2010, 5, 1))
    new = EventFactory(programmes=[programme, ProgrammeFactory()], starts_on=date(2012, 5, 1))
    EventFactory(programmes=[programme], starts_on=date(2012, 6, 1), published_at=None)
    EventFactory(programmes=[programme], starts_on=date(2013, 6, 1), published_at=None)
    EventFactory(starts_on=date(2012, 7, 1))
    latest, chosen = client.get("/programmes/cab/"), client.get("/programmes/cab/", {"year": "2010"})
    assert (latest.context["year"], list(latest.context["events"])) == (2012, [new])
    assert (chosen.context["year"], list(chosen.context["events"])) == (2010, [old])
    strip = {bar.year: (bar.count, bar.url, bar.chosen) for bar in chosen.context["strip"]}
    assert strip == {
        2010: (1, "/programmes/cab/?year=2010", True),
        2012: (1, "/programmes/cab/?year=2012", False),
    } | dict.fromkeys((2011, *range(2013, localdate().year + 1)), (0, "", False))
    assert chosen.context["total"] == 2
    assert links(chosen, "canonical")[0]["href"] == "http://testserver/programmes/cab/"


def test_a_programme_without_events_says_so(client, db):
    programme = ProgrammeFactory(slug="cab", nature="working_group")
    EventFactory(programmes=[programme], published_at=None)
    response = client.get("/programmes/cab/")
    html = response.content.decode()
    assert (response.context["strip"], response.context["year"]) == ([], None)
    assert "No event of this programme is on record." in html
    assert '<span class="badge badge-line">Working group</span>' in html
    assert client.get("/programmes/no-such/").status_code == 404


def test_neighbours_are_the_others_of_the_theme(client, db):
    one = ProgrammeFactory()
    two = ProgrammeFactory(theme=one.theme)
    ProgrammeFactory()
    assert list(client.get(one.get_absolute_url()).context["neighbours"]) == [two]


def test_background_is_markdown_that_can_do_no_harm(client, db):
    ProgrammeFactory(
        slug="cab",
        background_en="See **this** and [events](/events/).\n\n<script>alert(1)</script> [x](javascript:alert(1))",
    )
    html = client.get("/ar/programmes/cab/").content.decode()
    assert "<strong>this</strong>" in html
    assert '<a href="/ar/events/"' in html
    assert ("<script>alert" in html, 'href="javascript' in html) == (False, False)


DESIGNATIONS = {  # with days from today, which may be another day by the time a test runs
    "in force": ({}, True),
    "from today": ({"designated_on": 0}, True),
    "from tomorrow": ({"designated_on": 1}, False),
    "until today": ({"term_ends_on": 0}, True),
    "until yesterday": ({"term_ends_on": -1}, False),
    "ended today": ({"ended_on": 0}, False),
    "ends tomorrow": ({"ended_on": 1}, True),
}


@pytest.mark.parametrize("case", DESIGNATIONS)
def test_seats_are_filled_by_designations_in_force(client, db, case):
    days, acts = DESIGNATIONS[case]
    fields = {name: localdate() + timedelta(days=number) for name, number in days.items()}
    PageFactory(slug="oic-vet-focal-points")
    oic_vet = ProgrammeFactory(slug="oic-vet")
    held, empty = CountryFactory(iso2="AA"), CountryFactory(iso2="BB")
    CountryFactory(iso2="CC", oic_group="", joined_year=None)
    point = FocalPointFactory(country=held, programme=oic_vet, **fields)
    FocalPointFactory(country=empty, programme=ProgrammeFactory())
    FocalPointFactory(country=empty, programme=oic_vet, role="deputy")
    response = client.get("/oic-vet/focal-points/")
    assert [(seat.country, seat.point) for seat in response.context["seats"]] == [
        (held, point if acts else None),
        (empty, None),
    ]
    assert response.context["vacant"] == (1 if acts else 2)
    assert response.content.decode().count('<td class="muted" role="cell">Vacant') == (1 if acts else 2)
    on_country = list(client.get("/countries/aa/").context["focal_points"])
    assert on_country == ([point] if acts else [])


def test_a_person_is_named_with_consent_only(client, db):
    PageFactory(slug="oic-vet-focal-points")
    oic_vet = ProgrammeFactory(slug="oic-vet")
    FocalPointFactory(
        country=CountryFactory(iso2="AA"), programme=oic_vet, person="Agreed Name", may_publish_person=True
    )
    FocalPointFactory(
        country=CountryFactory(iso2="BB"), programme=oic_vet, person="Withheld Name", email="w@example.org"
    )
    for path in ("/oic-vet/focal-points/", "/countries/bb/", "/countries/aa/", "/programmes/oic-vet/"):
        html = client.get(path).content.decode()
        assert ("Withheld Name" in html, "w@example.org" in html) == (False, False), path
    assert "Agreed Name" in client.get("/oic-vet/focal-points/").content.decode()


def test_the_committee_shows_its_seats_in_order(client, db):
    PageFactory(slug="oic-vet-committee")
    committee = CommitteeFactory(programme=ProgrammeFactory(slug="oic-vet"))
    CommitteeFactory(name_en="Of another programme")
    SeatFactory(committee=committee, position=2, name_en="Second body")
    SeatFactory(committee=committee, position=1, name_en="First body")
    html = client.get("/oic-vet/committee/").content.decode()
    assert html.index("First body") < html.index("Second body")
    assert "Of another programme" not in html


def test_the_summary_holds_everything_on_one_page(client, db):
    for slug in ("oic-vet", "oic-vet-programme-types"):
        PageFactory(slug=slug, title_en=f"Title of {slug}", body_en=f"Body of {slug}.")
    oic_vet = ProgrammeFactory(slug="oic-vet")
    country = CountryFactory(iso2="AA")
    events = [EventFactory(programmes=[oic_vet], starts_on=date(2011, 1, day)) for day in range(1, 13)]
    EventFactory(programmes=[oic_vet], published_at=None)
    EventFactory()
    response = client.get("/oic-vet/summary/")
    assert list(response.context["recent"]) == events[:1:-1]
    assert (response.context["total"], response.context["counts"]) == (12, [(2011, 12)])
    assert [(seat.country, seat.point) for seat in response.context["seats"]] == [(country, None)]
    html = response.content.decode()
    assert all(text in html for text in ("Body of oic-vet.", "Body of oic-vet-programme-types.", country.name_en))


def test_pages_that_do_not_exist_are_not_found(client, db):
    assert {
        path: client.get(path).status_code for path in ("/about/", "/oic-vet/", "/oic-vet/summary/", "/trop/")
    } == dict.fromkeys(("/about/", "/oic-vet/", "/oic-vet/summary/", "/trop/"), 404)


def test_a_page_speaks_the_language_of_the_reader(client, db):
    PageFactory(slug="about", body_fr="Texte *propre*.")
    assert "<p>Texte <em>propre</em>.</p>" in client.get("/fr/about/").content.decode()
    assert "Texte" not in client.get("/about/").content.decode()


def test_the_committee_lists_its_meetings(client, db):
    PageFactory(slug="oic-vet-committee")
    oic_vet = ProgrammeFactory(slug="oic-vet")
    CommitteeFactory(programme=oic_vet, meetings="mac")
    series = SeriesFactory(slug="mac")
    first = EventFactory(programmes=[oic_vet], series=series, number_in_series=1)
    second = EventFactory(programmes=[oic_vet], series=series, number_in_series=2, starts_on=date(2012, 1, 1))
    EventFactory(programmes=[oic_vet], series=series, number_in_series=3, published_at=None)
    EventFactory(programmes=[oic_vet])
    response = client.get("/oic-vet/committee/")
    (committee,) = response.context["committees"]
    assert list(committee.held) == [second, first]
    assert first.get_absolute_url() in response.text


def test_a_committee_without_a_series_has_no_meetings(client, db):
    PageFactory(slug="oic-vet-committee")
    oic_vet = ProgrammeFactory(slug="oic-vet")
    CommitteeFactory(programme=oic_vet)
    EventFactory(programmes=[oic_vet])
    assert "Its meetings" not in client.get("/oic-vet/committee/").text


def test_a_page_tells_where_its_language_is_behind(client, db):
    page = PageFactory(slug="about")
    note = "The English text of this page was changed later"
    page.body_en = "Newer."
    page.save()
    assert (page.languages_behind, note in client.get("/about/").text) == (["fr", "ar"], False)
    page.body_fr = "Nouveau."
    page.save()
    assert page.languages_behind == ["ar"]
    page.settle()
    assert page.languages_behind == []
    page.save()
    assert page.languages_behind == []


@pytest.fixture
def networks(db):
    """Two networks: one state holds its seat in the first and has left that in the second."""
    state, other = CountryFactory(iso2="AA"), CountryFactory(iso2="BB")
    vet, osh = ProgrammeFactory(slug="oic-vet", acronym="OIC-VET"), ProgrammeFactory(slug="osh", acronym="OIC-OSHNET")
    FocalPointFactory(country=state, programme=vet)
    FocalPointFactory(country=state, programme=osh, designated_on=date(2020, 1, 1), ended_on=date(2024, 3, 4))
    FocalPointFactory(country=other, programme=osh)
    ProgrammeFactory(slug="without")
    return vet, osh


def test_a_country_shows_each_vacant_seat_with_its_day(client, networks, django_assert_max_num_queries):
    client.get("/countries/aa/")  # what is kept of the events between two requests is fetched by the first
    with django_assert_max_num_queries(8):
        page = client.get("/countries/aa/")
    assert [(seat.programme, seat.since) for seat in page.context["vacant_seats"]] == [(networks[1], date(2024, 3, 4))]
    assert "Vacant since 4 March 2024" in page.text
    assert [(seat.programme, seat.since) for seat in client.get("/countries/bb/").context["vacant_seats"]] == [
        (networks[0], None)
    ]
    CountryFactory(iso2="CC", oic_group="", joined_year=None)
    assert client.get("/countries/cc/").context["vacant_seats"] == []


def test_a_programme_shows_how_many_seats_are_vacant_and_whose(client, networks, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        page = client.get("/programmes/osh/")
    assert [country.iso2 for country in page.context["served"]] == ["BB"]
    assert [(country.iso2, country.vacated) for country in page.context["vacancies"]] == [("AA", date(2024, 3, 4))]
    assert "1 vacant seat<" in page.text
    assert "Vacant since 4 March 2024" in page.text
    assert client.get("/programmes/without/").context["vacancies"] == []


def test_the_summary_says_where_a_language_is_behind(client, db):
    ProgrammeFactory(slug="oic-vet")
    PageFactory(slug="oic-vet-programme-types")
    page = PageFactory(slug="oic-vet")
    behind = 'class="notice'
    assert behind not in client.get("/fr/oic-vet/summary/").text
    page.body_en = "Newer."
    page.save()
    assert client.get("/fr/oic-vet/summary/").text.count(behind) == 1
    assert behind not in client.get("/oic-vet/summary/").text
