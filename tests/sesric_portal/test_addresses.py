"""An address in another letter case leads to the page; one that names nothing, or nothing public, does not."""

import pytest
from django.urls import reverse

from tests.factories import (
    CountryFactory,
    EventFactory,
    ExpertFactory,
    FormerAddressOfInstitutionFactory,
    InstitutionFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
    ProgrammeFactory,
    RepresentationFactory,
    RosterFactory,
)
from tests.pages import KEY, PREFIXES


def _pages():
    """Pages of every kind under a name of their own, with the name in each."""
    institution = MembershipFactory(institution__slug="water-academy").institution
    CountryFactory(iso2="SN")
    event, opportunity = EventFactory(slug="labour-statistics"), OpportunityFactory(slug="welding")
    expert = ExpertFactory(rosters=[RosterFactory(slug="tvet")])
    return [
        (ProgrammeFactory(slug="statcab").get_absolute_url(), "statcab"),
        (event.get_absolute_url(), event.slug),
        (reverse("events:event-calendar", args=[event.year, event.slug]), event.slug),
        (opportunity.get_absolute_url(), opportunity.slug),
        (reverse("trop:opportunity-calendar", args=[opportunity.slug]), opportunity.slug),
        (institution.get_absolute_url(), institution.slug),
        (reverse("trop:institution-detail", args=[institution.slug]), institution.slug),
        (reverse("experts:roster", args=["tvet"]), "tvet"),
        (reverse("experts:expert", args=["tvet", expert.key]), "tvet"),
        (reverse("country-detail", args=["sn"]), "sn"),
    ]


def led(client, address):
    """Where an address leads, None where it is not led on: it stands on its own, or there is nothing."""
    response = client.get(address)
    return response["Location"] if response.status_code == 301 else None


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_another_case_leads_to_the_page(client, db, prefix):
    for path, slug in _pages():
        page = prefix + path
        for other in (page.replace(slug, slug.title()), page.replace(slug, slug.upper())):
            for query in ("", "?year=2020&q=a%20b%2Fc&x=%D9%85"):
                assert led(client, other + query) == page + query
        assert client.get(page).status_code == 200, page  # it is led to where it stands


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_so_does_another_case_of_the_other_words(client, db, prefix):
    notice = NoticeFactory()
    pages = [path for path, _slug in _pages() if "experts/tvet/" not in path]
    pages += [notice.get_absolute_url(), "/events/2024/", "/about/", "/experts/search/", "/partners/notices/"]
    for page in pages:
        page = prefix + page
        assert led(client, f"{page.upper()}?q=Water") == f"{page}?q=Water"
    assert led(client, f"{prefix}/Programmes/STATCAB") == f"{prefix}/programmes/statcab/"  # without its slash


def test_what_is_not_public_is_not_led_to(client, db):
    hidden = EventFactory(slug="draft", published_at=None)
    OpportunityFactory(slug="kept", status="draft")
    institution = InstitutionFactory(slug="applied", status="returned")
    for address in (
        f"/events/{hidden.year}/Draft/",
        "/trop/opportunities/Kept/",
        "/partners/Applied/",
        "/partners/Applied/desk/",
    ):
        assert client.get(address).status_code in (404, 302), address
        assert led(client, address) is None
    by = RepresentationFactory(institution=institution)
    client.force_login(by.user)
    assert led(client, "/partners/Applied/desk/?x=1") == "/partners/applied/desk/?x=1"


@pytest.mark.parametrize(
    "address",
    [
        "/programmes/NONE/", "/Programmes/none/", "/events/2024/None/", "/events/2024/NONE/event.ics", "/countries/ZZ/",
        "/experts/NONE/", "/partners/NONE/", "/NONE/",
        "/%0d%0aLocation:x/", "/ABOUT/%C4%B0/", "/programmes/%D9%85/",
        f"/EXPERTS/REFERENCES/{KEY}/", "/Experts/renew/aB:cD:eF/",
    ],
)  # fmt: skip
def test_what_is_nothing_is_nothing_in_any_case(client, db, address):
    """Keys and signed tokens are no names: their letters are not changed."""
    assert client.get(address).status_code == 404
    assert client.get("/", PATH_INFO=f"//EXAMPLE.org{address}").status_code == 404


def test_one_whose_slug_has_capitals_keeps_its_page(client, db):
    ProgrammeFactory(slug="statcab")
    programme = ProgrammeFactory(slug="StatCaB", name_en="In capitals")
    assert "In capitals" in client.get(programme.get_absolute_url()).text
    assert led(client, "/programmes/StatCAB/") == "/programmes/statcab/"
    alone = ProgrammeFactory(slug="OIC-eGov")
    assert led(client, "/Programmes/oic-egov/") == led(client, "/programmes/OIC-EGOV/") == alone.get_absolute_url()


def test_a_former_address_of_an_institution_does_so_in_any_case(client, db):
    present = FormerAddressOfInstitutionFactory(slug="old-academy").institution.get_absolute_url()
    assert led(client, "/partners/Old-Academy/?q=1") == f"{present}?q=1"


def test_what_was_posted_is_posted_on(client, db):
    institution = InstitutionFactory(slug="water-academy")
    client.force_login(RepresentationFactory(institution=institution).user)
    response = client.post("/partners/Water-Academy/notices/new/", {"title": "Typed"})
    assert (response.status_code, response["Location"]) == (308, f"/partners/{institution.slug}/notices/new/")
