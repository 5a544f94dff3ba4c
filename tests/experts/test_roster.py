"""A roster: filtered by what is needed, counted by the database, endorsed by focal points."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from pytest_django.asserts import assertContains

from notifications.models import Letter
from partners.applications import Decision, Role
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    RosterFactory,
    SecondFactorFactory,
    SectorFactory,
    UserFactory,
)

ROSTER = "/experts/environment-water/"


@pytest.fixture
def experts(db):
    """Two experts who differ in everything, and one who agreed to nothing public and differs from both."""
    year = localdate().year
    water, soil = SectorFactory(slug="water", name_en="Water"), SectorFactory(slug="soil")
    uganda, jordan = CountryFactory(iso2="UG", oic_group="African"), CountryFactory(iso2="JO")
    ExpertFactory(
        name="Ada", nationality=uganda, residence=jordan, sectors=[water], speaks={"ar": 5, "en": 4}, degree="doctorate",
        first_year=year - 30,
    )  # fmt: skip
    ExpertFactory(name="Ben", nationality=jordan, sectors=[soil], speaks={"ar": 3, "en": 7}, first_year=year - 3)
    ExpertFactory(name="Cid", nationality=uganda, sectors=[water], speaks={"fr": 7}, purposes=["kept"])
    ExpertFactory(name="Dan", rosters=[RosterFactory(slug="tvet")])


def names(query):
    return {profile.name for profile, _reasons in Client().get(f"{ROSTER}?{query}").context["found"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Ada", "Ben"}),
        ("sector=water", {"Ada"}),
        ("sector=water&sector=soil", {"Ada", "Ben"}),
        ("language=ar", {"Ada"}),
        ("language=ar&level=3", {"Ada", "Ben"}),
        ("language=ar&level=6", set()),
        ("language=en", {"Ada", "Ben"}),
        ("language=en&level=5", {"Ben"}),
        ("language=fr", set()),
        ("language=ar&language=en&level=7", {"Ben"}),
        ("nationality=UG", {"Ada"}),
        ("residence=JO", {"Ada", "Ben"}),
        ("group=African", {"Ada"}),
        ("degree=doctorate", {"Ada"}),
        ("years=0-5", {"Ben"}),
        ("years=21-", {"Ada"}),
        ("q=water", {"Ada"}),
        ("q=teaches+ada", {"Ada"}),
        ("q=cid", set()),
    ],
)
def test_what_is_asked_for_is_found(experts, query, found):
    assert names(query) == found


def test_counts_are_those_of_what_the_reader_may_see(experts):
    filterset = Client().get(ROSTER).context["filter"]
    assert filterset.count == 2
    assert filterset.counts("sector") == {"water": 1, "soil": 1}
    assert filterset.counts("language") == {"ar": 1, "en": 2}
    assert filterset.counts("years") == {"21-": 1, "0-5": 1}
    for facet in filterset.FACETS:
        for value, count in filterset.counts(facet).items():
            assert len(names(f"{facet}={value}")) == count, (facet, value)


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        (ROSTER, "degree=other", "No expert on this roster fits all of these choices."),
        ("/experts/search/", "degree=other", "No expert fits all of these choices."),
        ("/experts/safety/", "", "No expert on this roster has agreed to be shown yet."),
    ],
)
def test_where_nothing_is_found_the_page_says_of_what(experts, path, query, told):
    RosterFactory(slug="safety")
    assertContains(Client().get(f"{path}?{query}"), told)


def test_ways_out_lead_where_they_say_and_cost_one_query(experts, django_assert_num_queries):
    asked = "q=teaches&sector=water&sector=soil&language=ar&language=en&level=7&nationality=UG&residence=JO&degree=doctorate"
    address = f"{ROSTER}?{asked}&years=21-"
    Client().get(address)
    with django_assert_num_queries(4):
        page = Client().get(address)
    ways_out = page.context["filter"].ways_out
    assert {chip.label for chip, _count in ways_out} == set()
    fewer = Client().get(f"{ROSTER}?q=teaches&sector=water&nationality=JO&residence=JO").context["filter"].ways_out
    assert [(chip.label, count) for chip, count in fewer] == [("Water", 1), ("Country JO", 1)]
    for chip, count in fewer:
        assert Client().get(chip.url).context["filter"].count == count


def test_days_that_make_no_span_stay_in_the_form_to_be_corrected(experts):
    focal_point = FocalPointFactory(country=CountryFactory(iso2="UG"), user=SecondFactorFactory().user).user
    client = Client()
    client.force_login(focal_point)
    page = client.get("/experts/search/?free_from=2091-03-09&free_until=2091-03-01")
    assertContains(page, "9 March 2091 – 1 March 2091 (the last day is before the first, or more than a year after it)")
    page_in_arabic = client.get("/ar/experts/search/?free_from=2091-03-09&free_until=2093-03-01")
    assertContains(page_in_arabic, "(اليوم الأخير يسبق اليوم الأول أو يليه بأكثر من سنة)")
    for name, day in (("free_from", "2091-03-09"), ("free_until", "2091-03-01")):
        assertContains(page, f'name="{name}" type="date" dir="ltr" value="{day}"')
    assert page.context["filter"].count == 4


@pytest.mark.parametrize("typed", ["2091-03-05", "2091-3-5", "٢٠٩١-٠٣-٠٥", "05/03/2091", "1891-03-05", "2091-02-30"])
def test_days_are_typed_as_in_forms(experts, typed):
    """By readers whose browser has no calendar: in their own digits; what can be read in two ways is left out and told."""
    client = Client()
    client.force_login(FocalPointFactory(country=CountryFactory(iso2="UG"), user=SecondFactorFactory().user).user)
    page = client.get("/experts/search/", {"free_from": typed})
    is_taken = typed in ("2091-03-05", "2091-3-5", "٢٠٩١-٠٣-٠٥")
    assert [chip.label for chip in page.context["filter"].chips] == (["Free 5 March 2091"] if is_taken else [])
    assert page.context["filter"].left_out == ([] if is_taken else [("Free from", typed)])


@pytest.mark.parametrize(
    ("prefix", "level", "free"),
    [("", "(C1 or above)", "Free 5 March 2091"), ("/fr", "(C1 ou plus)", "Disponible\u00a0: 5 mars 2091"),
     ("/ar", "(C1 أو أعلى)", "متاح ٥ آذار/مارس ٢٠٩١")],
)  # fmt: skip
def test_what_is_in_force_is_told_in_the_reader_s_language(experts, prefix, level, free):
    client = Client()
    client.force_login(FocalPointFactory(country=CountryFactory(iso2="UG"), user=SecondFactorFactory().user).user)
    page = client.get(f"{prefix}/experts/search/?language=ar&level=5&free_from=2091-03-05")
    first, second = (chip.label for chip in page.context["filter"].chips)
    assert first.endswith(f" {level}")
    assert second == free
    assertContains(page, free)


def test_no_roster_and_no_expert_of_this_name(experts):
    assert Client().get("/experts/nothing/").status_code == 404
    assert Client().get(f"{ROSTER}6ba7b810-9dad-11d1-80b4-00c04fd430c8/").status_code == 404
    ada = Client().get(ROSTER + "?q=ada").context["found"][0][0]
    assert "<h1><bdi>Ada" in Client().get(f"{ROSTER}{ada.key}/").content.decode()
    assert Client().get(f"/experts/tvet/{ada.key}/").status_code == 404


def test_the_focal_point_endorses_experts_of_the_own_state(client, experts):
    ben = ExpertFactory(nationality=CountryFactory(iso2="JO"), purposes=["kept", "public"])
    user = FocalPointFactory(country=ben.nationality, user=UserFactory()).user
    address = reverse("experts:endorse", args=[ben.key])
    stranger = UserFactory()
    for person in (stranger, user):
        person.authenticator_set.create(type="totp", data={"secret": "not shown"})
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(user)
    assert "<h1>Endorse an expert</h1>" in client.get(address).content.decode()
    ben.refresh_from_db()
    assert ben.endorsed_on is None
    client.post(address, {"words": "Known for years."})
    ben.refresh_from_db()
    assert ben.endorsed_on == localdate()
    step = ben.reviews.get()
    assert (step.decision, step.by, step.role, step.reason) == (
        Decision.CONFIRMED, user, Role.FOCAL_POINT, "Known for years."
    )  # fmt: skip
    assert Letter.objects.to(ben.user.email).count() == 1
    assert client.post(address, {}).status_code == 404
    assert "Endorsed" in client.get(ROSTER).content.decode()
