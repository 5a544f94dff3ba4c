"""The home page, the countries, and what stands of a country and an institution."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from classifications.maps import thresholds
from partners.applications import Status
from partners.models import Institution
from sesric_portal.views import FEW
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventFactory,
    InstitutionFactory,
    OpportunityFactory,
    ProgrammeFactory,
    ThemeFactory,
)
from tests.pages import parsed

HOME = "/"


def test_home_shows_what_comes_next_and_only_that(client, db):
    today = localdate()
    later = EventFactory(starts_on=today + timedelta(days=20), status="planned")
    running = EventFactory(starts_on=today - timedelta(days=1), status="open")
    EventFactory(starts_on=today + timedelta(days=5), status="cancelled")
    EventFactory(starts_on=today + timedelta(days=5), status="planned", published_at=None)
    past = EventFactory(starts_on=today - timedelta(days=9))
    context = client.get(HOME).context
    assert (context["to_come"], context["last_held"]) == ([running, later], [past])


def test_home_without_events_to_come_shows_those_held_last(client, db):
    held = [EventFactory(title_en=f"Held {day}", starts_on=date(2011, 1, day)) for day in range(1, 7)]
    response = client.get(HOME)
    assert response.context["last_held"] == held[::-1][: FEW + 1]
    assert "No event to come is announced yet." in response.content.decode()


@pytest.mark.parametrize("item_count", [1, 3])
def test_home_asks_as_much_for_three_rows_of_each_kind_as_for_one(client, db, django_assert_num_queries, item_count):
    EventFactory.create_batch(item_count)
    EventFactory.create_batch(item_count, starts_on=localdate() + timedelta(days=20), status="planned")
    offered = OpportunityFactory.create_batch(item_count, city=CityFactory())
    client.get(HOME)
    # The version of the tally, the events, the opportunities with what their rows name.
    with django_assert_num_queries(3):
        page = client.get(HOME).content.decode()
    assert page.count('<li class="row">') == min(2 * item_count, FEW + 1)
    assert all(f'<a href="{each.get_absolute_url()}">' in page for each in offered)


def test_figures_of_home(client, db):
    country, programme = CountryFactory(iso2="AA"), ProgrammeFactory()
    ProgrammeFactory(theme=programme.theme)
    EventFactory(participants=10, starts_on=date(2009, 1, 1), beneficiary_countries=[country])
    EventFactory(participants=0)
    EventFactory()
    EventFactory(participants=99, published_at=None)
    EventFactory(starts_on=localdate() + timedelta(days=3), status="planned")
    InstitutionFactory(country=country)
    InstitutionFactory(country=country, status="suspended")
    context = client.get(HOME).context
    figures = context["figures"]
    assert (figures.held, figures.total, figures.first_year, figures.participants) == (3, 4, 2009, (10, 2))
    assert (figures.programme_count, figures.institutions) == (2, 1)
    assert [(str(name), url, count) for name, url, count in figures.themes] == [
        (programme.theme.name_en, f"/programmes/#{programme.theme.slug}", 2)
    ]
    assert [bar.count for bar in figures.strip][:3] == [1, 0, 2]


def test_home_counts_institutions_as_they_come_and_go(client, db):
    EventFactory()
    assert client.get(HOME).context["figures"].institutions == 0
    institution = InstitutionFactory()
    InstitutionFactory(status=Status.SUSPENDED)
    assert client.get(HOME).context["figures"].institutions == 1
    Institution.objects.filter(pk=institution.pk).delete()
    assert client.get(HOME).context["figures"].institutions == 0


def test_home_says_in_which_month_the_next_event_is_expected_only_where_the_record_tells(client, db):
    today = localdate()
    month = (today.replace(day=1) + timedelta(days=70)).replace(day=1)  # two months ahead
    for back in (1, 2):
        EventFactory(starts_on=month.replace(year=month.year - back))
        EventFactory(starts_on=month.replace(year=month.year - back, day=9))
    expected = "the next is expected in"
    assert expected not in client.get(HOME).content.decode()  # two years of the last five
    EventFactory(starts_on=month.replace(year=month.year - 6))
    assert client.get(HOME).context["figures"].next_expected is None  # too long ago
    EventFactory(starts_on=month.replace(year=month.year - 5))
    assert client.get(HOME).context["figures"].next_expected == month
    assert f"{expected} {month:%B %Y}" in client.get(HOME).content.decode()


@pytest.mark.parametrize(
    ("language", "order"),
    [("fr", ["Djibouti", "Égypte", "Émirats", "Niger"]), ("ar", ["أذربيجان", "إيران", "بنين", "يوم"])],
)
def test_names_stand_in_the_alphabet_of_the_language(client, db, language, order):
    prefix = f"/{language}"
    for name in reversed(order):
        theme = ThemeFactory(**{f"name_{language}": name})
        EventFactory(programmes=[ProgrammeFactory(theme=theme)], country=CountryFactory(**{f"name_{language}": name}))
    assert [str(name) for name, _url, _count in client.get(f"{prefix}/").context["figures"].themes] == order
    tiles = client.get(f"{prefix}/countries/").context["map"].tiles
    assert [str(tile.state.name) for tile in tiles] == order
    groups = client.get(f"{prefix}/events/archive/").context["matrix"].groups
    assert [str(group.name) for group in groups][:-1] == order


@pytest.mark.parametrize(
    ("counts", "limits"),
    [([], []), ([0, 0], []), ([5], [1, 5, 6, 7]), ([1, 2, 3, 4, 0], [1, 2, 3, 4]), ([1, 1, 1, 500], [1, 2, 3, 500])],
)
def test_shades_of_the_map(counts, limits):
    assert thresholds(counts) == limits


def _country_world():
    one, two = CountryFactory(iso2="AA"), CountryFactory(iso2="BB")
    CountryFactory(iso2="CC", oic_group="", joined_year=None)
    EventFactory(title_en="Received", beneficiary_countries=[one])
    EventFactory(title_en="Taught", provider_countries=[one], beneficiary_countries=[one, two])
    EventFactory(title_en="Hosted", country=one, starts_on=date(2012, 1, 1))
    EventFactory(title_en="Online", country=one, mode="online")
    EventFactory(title_en="Draft", provider_countries=[one], published_at=None)
    EventFactory(title_en="Another's", provider_countries=[two])


def test_the_map_counts_what_each_state_gave_and_got(client, db):
    _country_world()
    tiles = {tile.state.iso2: (tile.count, tile.counts) for tile in client.get("/countries/").context["map"].tiles}
    assert tiles == {"AA": (2, (2, 1, 1)), "BB": (1, (1, 1, 0))}
    for measure, counts in {"provider": [1, 1], "venue": [1, 0], "beneficiary": [2, 1], "nonsense": [2, 1]}.items():
        assert [tile.count for tile in client.get("/countries/", {"measure": measure}).context["map"].tiles] == counts


def test_a_country_shows_each_event_it_touched_once(client, db):
    _country_world()
    response = client.get("/countries/aa/")
    context = response.context
    assert (context["received"], context["taught"], context["hosted"]) == (2, 1, 1)
    assert (context["year"], [event.title_en for event in context["events"]]) == (2012, ["Hosted"])
    earlier = client.get("/countries/aa/", {"year": "2011"}).context
    assert {event.title_en for event in earlier["events"]} == {"Received", "Taught"}
    assert [(bar.year, bar.count) for bar in context["strip"]][:2] == [(2011, 2), (2012, 1)]
    html = response.content.decode()
    for facet, count in {"beneficiary": 2, "provider": 1, "venue": 1}.items():
        assert f"/events/?{facet}=AA" in html
        assert client.get("/events/", {facet: "AA"}).context["paginator"].count == count


def test_a_country_that_is_no_member_has_a_page_too(client, db):
    _country_world()
    html = client.get("/countries/cc/").content.decode()
    assert "Not a member state of the OIC" in html
    assert "No event of this country is on record." in html
    assert "Vacant" not in html


def test_an_institution_shows_the_events_it_provided(client, db):
    house = InstitutionFactory(slug="house")
    given = EventFactory(providers=[house])
    EventFactory(providers=[house], published_at=None)
    EventFactory(providers=[InstitutionFactory()])
    assert list(client.get("/partners/house/").context["events"]) == [given]


def test_institutions_stand_in_the_order_of_the_language(client, db):
    one = InstitutionFactory(name_en="Zebra", name_fr="École")
    two = InstitutionFactory(name_en="Ant", name_fr="Zèbre")
    InstitutionFactory(status="suspended")
    assert list(client.get("/partners/search/").context["object_list"]) == [two, one]
    assert list(client.get("/fr/partners/search/").context["object_list"]) == [one, two]


@pytest.mark.parametrize("status", [status for status in Status.values if status != Status.LISTED])
def test_an_event_names_an_unlisted_provider_without_leading_to_its_page(client, db, status):
    """What it did stays a fact; its page is gone, so nothing leads to it."""
    waits = {"waiting_since": now()} if status == Status.APPLIED else {}
    house = InstitutionFactory(slug="house", name_en="Closed house", status=status, **waits)
    EventFactory(slug="it", title_en="Course it gave", providers=[house, InstitutionFactory(slug="open")])
    assert client.get("/partners/house/").status_code == 404
    for path in ("/events/2011/it/", "/events/", "/events/?institution=house", "/events/feed/", "/events/table.csv"):
        page = b"".join(client.get(path)).decode()
        assert "Course it gave" in page, path
        assert "/partners/house/" not in page, path
    page = client.get("/events/2011/it/")
    assert "Closed house" in page.text
    assert 'href="/partners/open/"' in page.text
    [performers] = [data["performer"] for data in parsed(page).data if "performer" in data]
    assert {"@type": "Organization", "name": "Closed house"} in performers


def test_a_provider_is_led_to_as_long_as_it_is_listed(client, db):
    house = InstitutionFactory(slug="house")
    EventFactory(slug="it", providers=[house])
    link = 'href="/partners/house/"'
    assert link in client.get("/events/2011/it/").text
    house.suspend("Closed.", None)
    assert link not in client.get("/events/2011/it/").text
    house.reinstate(None)
    assert link in client.get("/events/2011/it/").text
