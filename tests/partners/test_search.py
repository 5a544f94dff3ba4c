"""The partner search: what is found, and that every count is the plain count of what its choice would show."""

import csv
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from classifications import written
from partners.applications import Status
from partners.filters import InstitutionFilter
from partners.models import Institution
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventFactory,
    InstitutionFactory,
    LanguageFactory,
    MembershipFactory,
    RepresentationFactory,
    SectorFactory,
    ThemeFactory,
    UserFactory,
)
from trop.models import Membership

SEARCH, MAP = "/partners/search/", "/partners/map/"
DATA = settings.BASE_DIR / "data"


RUNGS = [None, -1, 0, 1]  # days from today to the end of a rung: never had, over, the last day, in force
MEMBERS = [Membership.Status.APPROVED, Membership.Status.APPLIED, Membership.Status.ENDED]


def until(days):
    return None if days is None else localdate() + timedelta(days=days)


@pytest.fixture
def institutions(db):
    """Institutions of many kinds, and two that nobody may see."""
    countries = [
        CountryFactory(iso2="AA", oic_group="African"),
        CountryFactory(iso2="BB"),
        CountryFactory(iso2="ZZ", oic_group="", joined_year=None),
    ]
    themes = ThemeFactory.create_batch(2)
    sectors = [SectorFactory(theme=themes[0]), SectorFactory(theme=themes[0]), SectorFactory(theme=themes[1])]
    languages = [LanguageFactory(code=code) for code in ("ar", "en", "fr")]
    for number in range(24):
        one = InstitutionFactory(
            country=countries[number % 3],
            kind=Institution.Kind.values[number % 4],
            offers="Courses on water." if number % 2 else "",
            seeks="Trainers." if number % 5 == 0 else "",
            confirmed_until=until(RUNGS[number % 4]),
            verified_until=until(RUNGS[number // 4 % 4]),
            status=Status.SUSPENDED if number > 21 else Status.LISTED,
        )
        one.sectors.set(sectors[: number % 4])
        one.languages.set(languages[number % 3 :])
        if number % 5 < 3:
            MembershipFactory(institution=one, status=MEMBERS[number % 5])
    return Institution.objects.listed()


CHOICES = [
    {},
    {"kind": ["ministry"]},
    {"country": ["AA", "BB"], "part": ["offers"]},
    {"group": ["Arab"], "rung": ["verified", "confirmed"]},
    {"language": ["ar"], "theme": ["theme"], "kind": ["ministry", "public_agency"]},
    {"part": ["offers", "seeks"], "country": ["ZZ"]},
    {"network": ["trop"], "rung": ["confirmed"]},
    {"network": ["trop"], "part": ["offers"], "group": ["African", "Arab"]},
    {"rung": ["declared"], "kind": ["ministry"]},
]


@pytest.mark.parametrize("chosen", CHOICES)
@pytest.mark.parametrize("words", ["", "water"])
def test_every_count_is_the_plain_count_of_what_it_would_show(institutions, chosen, words):
    chosen = dict(chosen)
    if "theme" in chosen:
        chosen["theme"] = [institutions.filter(sectors__isnull=False).first().sectors.first().theme.slug]
    query = {**chosen, **({"q": [words]} if words else {})}
    filterset = InstitutionFilter(as_query(query), institutions)
    assert filterset.count == filterset.qs.count()
    for facet in InstitutionFilter.FACETS:
        counts = filterset.counts(facet)
        others = {name: values for name, values in query.items() if name != facet}
        for value in InstitutionFilter({}, institutions).counts(facet):
            plain = InstitutionFilter(as_query({**others, facet: [value]}), institutions).qs.distinct().count()
            assert counts.get(value, 0) == plain, (facet, value)


def test_the_counts_of_memberships_and_rungs_are_those_of_the_rows(institutions):
    """Counted here one by one; every value occurs, and an institution may stand on two rungs."""
    filterset = InstitutionFilter({}, institutions)
    today = localdate()
    in_force = [
        {level for level in ("confirmed", "verified") if (ends := getattr(one, f"{level}_until")) and ends >= today}
        for one in institutions
    ]
    assert filterset.counts("rung") == {
        "confirmed": sum("confirmed" in rungs for rungs in in_force),
        "verified": sum("verified" in rungs for rungs in in_force),
        "declared": in_force.count(set()),
    }
    assert in_force.count({"confirmed", "verified"}) > 0
    members = Membership.objects.filter(status=Membership.Status.APPROVED, institution__in=institutions)
    assert filterset.counts("network") == {"trop": members.count()}
    assert 0 < members.count() < Membership.objects.count()


def as_query(values):
    from django.http import QueryDict  # noqa: PLC0415  only here

    query = QueryDict(mutable=True)
    for name, each in values.items():
        query.setlist(name, each)
    return query


def test_what_is_not_listed_is_nowhere(client, institutions):
    hidden = InstitutionFactory(name_en="Hidden Institute", status=Status.SUSPENDED, country=CountryFactory(iso2="AA"))
    for path in (
        SEARCH,
        MAP,
        f"{SEARCH}?q=hidden",
        "/partners/",
        "/search/?q=hidden",
        "/countries/aa/",
        "/sitemap-institutions.xml",
    ):
        assert "Hidden" not in client.get(path).content.decode()
    assert client.get(hidden.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("statistique", True),
        ("احصاء", True),
        ("TSI", True),
        ("irrigation", True),
        ("irrigations", True),
        ("zebra", False),
    ],
)
def test_words_are_found_in_names_and_in_what_is_offered(client, db, words, found):
    InstitutionFactory(
        name_en="Office", name_fr="Institut de statistiques", name_ar="معهد الإحصاء", acronym="TSI", offers="Irrigation"
    )
    assert len(client.get(SEARCH, {"q": words}).context["object_list"]) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [("tunisie", ["It"]), ("سوسة", ["It"]), ("office sousse tunisia", ["It"]), ("office mali", []), ("kairouan", [])],
)
def test_words_are_found_in_the_names_of_its_country_and_city(client, db, words, found):
    tunisia = CountryFactory(name_en="Tunisia", name_fr="Tunisie")
    InstitutionFactory(
        name_en="It",
        offers="Office",
        country=tunisia,
        city=CityFactory(name_en="Sousse", name_ar="سوسة", country=tunisia),
    )
    InstitutionFactory(name_en="Another office", country=CountryFactory(name_en="Mali"))
    CityFactory(name_en="Kairouan", country=tunisia)
    rows = client.get(SEARCH, {"q": words}).context["object_list"]
    assert [row.name for row in rows] == (["Another office"] if words == "office mali" else found)


def test_the_map_counts_by_state_and_leads_to_the_list(client, institutions):
    response = client.get(MAP, {"kind": "ministry"})
    tiles = {tile.state.iso2: tile for tile in response.context["map"].tiles}
    assert set(tiles) == {"AA", "BB"}
    assert tiles["AA"].count == institutions.filter(kind="ministry", country__iso2="AA").count()
    assert len(Client().get(tiles["AA"].url).context["object_list"]) == tiles["AA"].count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [(SEARCH, 3), (MAP, 3), ("/partners/", 5)])
def test_pages_take_the_same_queries_for_one_row_and_for_three(
    client, db, django_assert_num_queries, count, path, queries
):
    for one in InstitutionFactory.create_batch(count):
        one.sectors.set([SectorFactory()])
    with django_assert_num_queries(queries):
        client.get(path)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_the_same_queries_whatever_it_shows(client, db, django_assert_num_queries, count):
    one = InstitutionFactory(slug="lead")
    one.sectors.set(SectorFactory.create_batch(count))
    for _number in range(count):
        EventFactory(providers=[one], beneficiary_countries=[CountryFactory()])
    with django_assert_num_queries(5):
        client.get(one.get_absolute_url())


def test_a_page_tells_what_it_is_and_what_is_known(client, db):
    one = InstitutionFactory(
        name_en="Lead", offers="Courses.", written_in="fr", founded=1962, staff=Institution.Size.SMALL
    )
    event = EventFactory(title_en="Course on Water", providers=[one])
    EventFactory(title_en="Draft", providers=[one], published_at=None)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Course on Water" in page
    assert event.get_absolute_url() in page
    assert "Draft" not in page
    assert "Not yet represented" in page
    assert '<bdi lang="fr" dir="ltr">Courses.</bdi>' in page
    assert "1962" in page


def test_a_represented_institution_says_when_it_was_confirmed(client, db):
    one = RepresentationFactory(institution__profile_confirmed_at="2026-03-05T10:00Z").institution
    page = client.get(one.get_absolute_url()).content.decode()
    assert "5 March 2026" in page
    assert "Not yet represented" not in page


def test_each_rung_of_the_ladder_is_shown_until_its_day(client, db):
    one = InstitutionFactory()
    assert one.rung.level == "declared"
    one.confirm(None, date(2999, 1, 1))
    assert one.rung.level == "confirmed"
    one.verify(None, date(2999, 6, 1))
    page = " ".join(client.get(one.get_absolute_url()).text.split())
    today = written.dates(localdate())
    for rung, until in (("Verified by the Centre", "1 June 2999"), ("Confirmed by the focal point", "1 January 2999")):
        assert f'{rung} <span class="muted">(on {today}, until {until})</span>' in page
    assert (
        list(Institution.objects.on_rungs(["confirmed"])) == list(Institution.objects.on_rungs(["verified"])) == [one]
    )
    assert not Institution.objects.on_rungs(["declared"])
    Institution.objects.update(verified_until=localdate() - timedelta(days=1))
    one.refresh_from_db()
    assert [rung.level for rung in one.rungs] == ["confirmed"]
    assert "Verified by the Centre" not in client.get(one.get_absolute_url()).text
    assert set(Institution.objects.on_rungs(["confirmed"])) == {one}
    assert not Institution.objects.on_rungs(["verified"])


def test_what_nobody_represents_any_more_says_one_thing(client, db):
    never, left = InstitutionFactory(slug="never"), InstitutionFactory(slug="left")
    RepresentationFactory(institution=left, ended_at=now())
    RepresentationFactory(institution=never, accepted_at=None, is_manager=False)
    said = {"Not yet represented", "Nobody represents it at present", "Listed by the Centre, not yet represented"}
    for one, words in (
        (never, said - {"Nobody represents it at present"}),
        (left, {"Nobody represents it at present"}),
    ):
        page = client.get(one.get_absolute_url()).text
        assert {each for each in said if each in page} == words


def test_a_former_address_leads_on_for_good(client, db):
    one = InstitutionFactory()
    one.former_addresses.create(slug="old-name")
    response = client.get("/partners/old-name/")
    assert (response.status_code, response["Location"]) == (301, one.get_absolute_url())
    Institution.objects.update(status=Status.SUSPENDED)
    assert client.get("/partners/old-name/").status_code == 404


def test_the_real_institutions_wait_to_be_represented(client, real_data):
    assert Institution.objects.listed().count() == 246
    assert not Institution.objects.represented()
    page = client.get(reverse("partners:institution-detail", args=["turkish-statistical-institute"])).content.decode()
    assert "Do you work here?" in page
    assert "12 events since 2008" in page
    # Each event of the data is on record for every institution that it names, and for no other.
    with (DATA / "events.csv").open(encoding="utf-8", newline="") as file:
        named = Counter(name for row in csv.DictReader(file) for name in row["provider_institution"].split(";") if name)
    on_record = Institution.objects.annotate(count=Count("events_provided")).values_list("name_en", "count")
    assert dict(on_record) == dict.fromkeys(Institution.objects.values_list("name_en", flat=True), 0) | named
    assert (len(named), sum(named.values())) == (177, 515)


def test_the_filters_of_two_readers_share_nothing_that_changes(db):
    """Facets are copied without their expressions; what a list puts into them stays its own."""
    one, other = (InstitutionFilter({}, Institution.objects.listed()) for _reader in range(2))
    for name in InstitutionFilter.FACETS:
        assert one.filters[name] is not other.filters[name]
        assert one.filters[name].extra is not InstitutionFilter.base_filters[name].extra
    CountryFactory(iso2="ZZ")
    late = InstitutionFilter({"country": ["ZZ"]}, Institution.objects.listed())
    assert (late.chosen["country"], one.names.known["country"].get("ZZ")) == (["ZZ"], None)


def row_of(client, address):
    """The one row of a list, as HTML."""
    (row,) = re.findall(r'<li class="row row-plain">.*?</li>', client.get(address).text, re.S)
    return row


@pytest.mark.parametrize(("prefix", "acronym"), [("", "&lt;i&gt;A"), ("/ar", '<bdi lang="en">&lt;i&gt;A</bdi>')])
def test_whatever_an_institution_is_called_is_text_in_its_row(client, db, prefix, acronym):
    InstitutionFactory(name_en="<b>Evil & Co", name_ar="<b>Evil & Co", acronym="<i>A", city=None, city_name="<u>Town")
    row = row_of(client, f"{prefix}/partners/search/")
    assert f"<span>{acronym}</span>" in row
    assert "&lt;b&gt;Evil &amp; Co</a>" in row
    assert "&lt;u&gt;Town" in row
    assert not re.search("<[biu]>", row)


def test_a_row_says_what_there_is_to_say_and_no_more(client, db):
    bare = InstitutionFactory(acronym="", city=None, city_name="", offers="", seeks="", is_sample=False)
    row = row_of(client, "/partners/search/")
    assert re.findall(r"<(?:span|p)[^>]*>", row) == ['<p class="row-facts">', "<span>", "<span>"]
    bare.verify(UserFactory(), localdate() + timedelta(days=9), "Seen.")
    Institution.objects.update(offers="Courses.", seeks="Trainers.", is_sample=True)
    row = row_of(client, "/partners/search/")
    for told in ("Verified by the Centre", "Offers training or expertise", "Looks for training or expertise", "Sample"):
        assert f">{told}</span>" in row
