"""What everybody reads of TROP: the list under its filters, one opportunity, members, feeds and calendars."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate
from icalendar import Calendar

from partners.applications import Status as Listing
from tests.factories import (
    CityFactory,
    CountryFactory,
    InstitutionFactory,
    LanguageFactory,
    MembershipFactory,
    OpportunityFactory,
    PageFactory,
    SectorFactory,
    ThemeFactory,
)
from tests.pages import PREFIXES, links, parsed
from trop.models import TrainingOpportunity

LIST = "/trop/opportunities/"
ATOM = "{http://www.w3.org/2005/Atom}"


def shown(client, **query):
    return [each.title for each in client.get(LIST, query).context["object_list"]]


def hidden():
    """One of each that the public must not see."""
    OpportunityFactory(title="Draft", status="draft", slug="")
    OpportunityFactory(title="Waiting", status="waiting", slug="waiting")
    OpportunityFactory(title="Withdrawn", status="withdrawn", slug="withdrawn")
    OpportunityFactory(title="Archived", status="archived", slug="archived")
    suspended = MembershipFactory(institution__status=Listing.SUSPENDED).institution
    OpportunityFactory(title="Suspended", slug="suspended", institution=suspended)
    OpportunityFactory(title="Ended", slug="ended", institution=MembershipFactory(status="ended").institution)
    return ["waiting", "withdrawn", "archived", "suspended", "ended"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_shows_open_ones_of_listed_members_only(client, db, django_assert_num_queries, item_count):
    opened = OpportunityFactory.create_batch(item_count, covered=["tuition"], city=CityFactory())
    OpportunityFactory(title="Past", apply_by=localdate() - timedelta(days=1))
    OpportunityFactory(title="Closed", status="closed")
    hidden()
    with django_assert_num_queries(3):  # the names, the counts, the rows
        response = client.get(LIST)
    assert list(response.context["object_list"]) == opened
    assert response.context["paginator"].count == item_count


def test_past_ones_are_one_click_away(client, db):
    OpportunityFactory(title="Open")
    OpportunityFactory(title="Long past", apply_by=localdate() - timedelta(days=9))
    OpportunityFactory(title="Past", apply_by=localdate() - timedelta(days=1))
    OpportunityFactory(title="Closed", status="closed")
    hidden()
    response = client.get(LIST)
    assert response.context["filter"].periods == [
        ("Open", 1, LIST, True), ("Past", 3, f"{LIST}?when=past", False),
    ]  # fmt: skip
    assert f'href="{LIST}?when=past"' in response.content.decode()
    assert shown(client, when="past") == ["Past", "Long past", "Closed"]
    assert sorted(shown(client, when=["open", "past"])) == ["Closed", "Long past", "Open", "Past"]
    past = client.get(LIST, {"when": "past", "q": "past"})
    assert past.context["filter"].periods[0][2:] == (f"{LIST}?q=past", False)
    assert '<input type="hidden" name="when" value="past">' in past.content.decode()


def test_what_is_open_today_is_past_tomorrow(client, db):
    with time_machine.travel("2027-03-01T12:00Z"):
        OpportunityFactory(title="It", slug="it", apply_by=date(2027, 3, 5))
    for day, expected in (("05", ["It"]), ("06", [])):
        with time_machine.travel(f"2027-03-{day}T12:00Z"):
            assert shown(client) == expected
            html = client.get(f"{LIST}it/").content.decode()
            assert ("Today is the last day to apply" in html) == (day == "05")
            assert ("One can no longer apply" in html) == (day == "06")


def _world():
    """One opportunity that has everything another has not."""
    tunisia, mali = CountryFactory(iso2="TN"), CountryFactory(iso2="ML", oic_group="African")
    for title, country, number in (("In", tunisia, 1), ("Out", mali, 2)):
        institution = MembershipFactory(institution__country=country).institution
        OpportunityFactory(
            title=title, institution=institution, mode="hybrid" if number == 1 else "online",
            apply_by=date(2027, number, 1), starts_on=date(2027, number + 2, 5),
            category="workshop" if number == 1 else "seminar", covered=["travel", "meals"] if number == 1 else ["tuition"],
            languages=[LanguageFactory(code="fr" if number == 1 else "en")], open_to=[country],
            sectors=[SectorFactory(slug=title.lower(), theme=ThemeFactory(slug=f"{title.lower()}-theme"))],
        )  # fmt: skip


FACETS = {
    "theme": ("in-theme", "out-theme"), "sector": ("in", "out"), "country": ("TN", "ML"), "open_to": ("TN", "ML"),
    "language": ("fr", "en"), "group": ("Arab", "African"), "category": ("workshop", "seminar"),
    "mode": ("hybrid", "online"),
    "month": ("2027-03", "2027-04"), "covered": ("meals", "tuition"),
}  # fmt: skip


@pytest.fixture
def world(db):
    with time_machine.travel("2026-12-01T12:00Z", tick=False):
        _world()
        yield


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_keeps_what_has_the_value_and_no_other(client, world, facet):
    wanted, other = FACETS[facet]
    assert shown(client, **{facet: wanted}) == ["In"]
    assert shown(client, **{facet: other}) == ["Out"]
    assert shown(client, **{facet: [wanted, other]}) == ["In", "Out"]


def test_what_is_open_to_all_is_open_to_each_country(client, world):
    OpportunityFactory(title="All")
    assert shown(client, open_to="TN") == ["All", "In"]
    assert _counts(client.get(LIST).context["filter"])["open_to"] == {"TN": 2, "ML": 2}


@pytest.mark.parametrize(
    ("words", "found"),
    [("institut statistique", True), ("tunisie", True), ("سوسة", True), ("dakar", True), ("dakar mali", False)],
)
def test_words_are_found_in_the_names_of_the_institution_and_the_place(client, db, words, found):
    tunisia = CountryFactory(name_en="Tunisia", name_fr="Tunisie")
    sousse = CityFactory(name_en="Sousse", name_ar="سوسة", country=tunisia)
    host = MembershipFactory(
        institution__name_en="Office", institution__name_fr="Institut de la statistique", institution__country=tunisia,
        institution__city=sousse,
    ).institution  # fmt: skip
    OpportunityFactory(title="It", institution=host, city=CityFactory(name_en="Dakar"))
    OpportunityFactory(title="Other")
    assert shown(client, q=words) == (["It"] if found else [])


def _counts(filterset):
    return {
        facet.name: {tick.value: tick.count for tick in [*facet.shown, *facet.folded]} for facet in filterset.facets
    }


def test_every_count_equals_a_plain_count(client, world):
    OpportunityFactory(title="Old", mode="online", covered=["meals", "travel"], apply_by=date(2026, 6, 1))
    for chosen in (
        {},
        {"mode": "online"},
        {"when": "past"},
        {"when": ["open", "past"], "covered": "meals"},
        {"q": "in"},
    ):
        filterset = client.get(LIST, chosen).context["filter"]
        counted = _counts(filterset)
        assert counted
        for name, counts in counted.items():
            others = {key: value for key, value in chosen.items() if key != name}
            for value, count in counts.items():
                plain = client.get(LIST, others | {name: value}).context["paginator"].count
                assert (chosen, name, value, count) == (chosen, name, value, plain)
    assert _counts(client.get(LIST).context["filter"])["covered"] == {"travel": 1, "meals": 1, "tuition": 1}


@pytest.mark.parametrize(
    ("prefix", "labels"),
    [
        ("", ["March 2027", "April 2027"]), ("/fr", ["mars 2027", "avril 2027"]),
        ("/ar", ["آذار/مارس ٢٠٢٧", "نيسان/أبريل ٢٠٢٧"]),
    ],
)  # fmt: skip
def test_months_stand_in_their_order_and_in_the_page_s_language(client, world, prefix, labels):
    response = client.get(prefix + LIST, {"month": "2027-04"})
    [months] = [facet for facet in response.context["filter"].facets if facet.name == "month"]
    assert [tick.label for tick in months.shown] == labels
    assert [chip.label for chip in response.context["filter"].chips] == labels[1:]


def test_what_names_nothing_is_told(client, world):
    response = client.get(LIST, {"month": ["2027-13", "2027-03"], "covered": "gold", "when": "later", "mode": "hybrid"})
    assert response.context["filter"].left_out == [
        ("When", "later"), ("Month", "2027-13"), ("Costs covered", "gold"),
    ]  # fmt: skip
    assert [each.title for each in response.context["object_list"]] == ["In"]


def test_orders(client, db):
    for title, closes, begins, ago in (("a", 9, 90, 1), ("b", 5, 99, 3), ("c", 7, 80, 2)):
        day = localdate() + timedelta(days=closes)
        one = OpportunityFactory(title=title, apply_by=day, starts_on=localdate() + timedelta(days=begins))
        TrainingOpportunity.objects.filter(pk=one.pk).update(published_at=one.published_at - timedelta(days=ago))
    orders = {"": ["b", "c", "a"], "closing": ["b", "c", "a"], "starting": ["c", "a", "b"], "newest": ["a", "c", "b"]}
    assert {sort: shown(client, sort=sort) for sort in orders} == orders


def test_where_nothing_fits_the_page_says_what_to_drop(client, world):
    html = client.get(LIST, {"mode": "hybrid", "covered": "tuition"}).content.decode()
    assert "No open opportunity fits all of these choices." in html
    assert "without Tuition" in html
    with time_machine.travel("2028-01-01T12:00Z"):
        assert "No training opportunity is open at the moment." in client.get(LIST).content.decode()


# --- One opportunity ----------------------------------------------------------------------------------------------------


def test_what_is_not_public_has_no_page(client, db):
    for slug in hidden():
        assert client.get(f"{LIST}{slug}/").status_code == 404
        assert client.get(f"{LIST}{slug}/opportunity.ics").status_code == 404


def test_a_page_says_what_one_came_for(client, db):
    institution = MembershipFactory(institution__name_en="House").institution
    one = OpportunityFactory(
        slug="it", title="Pompes", written_in="fr", institution=institution, seats=7, cost="100 <b>",
        covered=["meals", "tuition"], summary="Un & deux", open_to=[CountryFactory(name_en="Chad")],
        application_url="https://example.org/apply",
    )  # fmt: skip
    html = client.get(f"{LIST}it/").content.decode()
    for text in (
        "30 days left to apply", "Tuition, Meals", "Chad", '<bdi lang="fr" dir="ltr">Pompes</bdi>', "Title in French",
        "Un &amp; deux", "100 &lt;b&gt;", 'href="https://example.org/apply"', "House",
    ):  # fmt: skip
        assert text in html
    assert one.how_to_apply in html
    assert "Title in French" not in client.get(f"/fr{LIST}it/").content.decode()


def test_search_engines_read_a_course(client, db):
    one = OpportunityFactory(slug="it", mode="online", covered=["tuition"], seats=3)
    [data] = parsed(client.get(f"{LIST}it/")).data
    assert (data["@type"], data["name"]) == ("Course", one.title)
    held = data["hasCourseInstance"]
    assert (held["startDate"], held["courseMode"], held["maximumAttendeeCapacity"]) == (
        one.starts_on.isoformat(), "Online", 3,
    )  # fmt: skip
    assert "location" not in held


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"covered": ["tuition"]}, {"category": "Free"}),
        ({"covered": ["meals"], "cost": "300 TND"}, {"description": "300 TND"}),
        ({"covered": []}, {}),  # nothing is said of the price, and none is made up
    ],
)
def test_search_engines_read_of_the_price_what_the_institution_says(client, db, fields, told):
    OpportunityFactory(slug="it", apply_by=localdate() + timedelta(days=3), **fields)
    [data] = parsed(client.get(f"{LIST}it/")).data
    assert data["offers"] == {
        "@type": "Offer", "url": data["url"], "availabilityEnds": (localdate() + timedelta(days=3)).isoformat(), **told,
    }  # fmt: skip
    TrainingOpportunity.objects.update(status="closed")
    [data] = parsed(client.get(f"{LIST}it/")).data
    assert "availabilityEnds" not in data["offers"]


# --- What TROP is, its members ------------------------------------------------------------------------------------------


def test_about_shows_what_is_open_and_counts(client, db):
    PageFactory(slug="trop")
    opened = OpportunityFactory()
    OpportunityFactory(status="closed")
    hidden()
    context = client.get("/trop/").context
    assert list(context["opportunities"]) == [opened]
    assert (context["open_count"], context["published_count"]) == (1, 2)
    assert context["member_count"] == 6


def test_members_with_what_they_offer_now(client, db):
    one = OpportunityFactory(institution=MembershipFactory(institution__name_en="Alpha").institution)
    OpportunityFactory(institution=one.institution, status="closed")
    other = MembershipFactory(institution__name_en="Beta").institution
    InstitutionFactory()
    MembershipFactory(status="applied")
    MembershipFactory(institution__status=Listing.SUSPENDED)
    assert client.get("/trop/institutions/").context["members"] == [(one.institution, 1), (other, 0)]


def test_a_member_s_page_shows_open_and_past(client, db):
    institution = MembershipFactory(institution__slug="house").institution
    opened = OpportunityFactory(institution=institution)
    closed = OpportunityFactory(institution=institution, status="closed")
    OpportunityFactory(institution=institution, status="draft", slug="")
    OpportunityFactory()
    context = client.get("/trop/institutions/house/").context
    assert (list(context["open_now"]), list(context["past"])) == ([opened], [closed])


@pytest.mark.parametrize(
    "fields", [{"status": "applied"}, {"status": "ended"}, {"institution__status": Listing.SUSPENDED}]
)
def test_who_is_no_member_has_no_page(client, db, fields):
    membership = MembershipFactory(institution__slug="house", **fields)
    assert client.get("/trop/institutions/house/").status_code == 404
    assert membership.get_absolute_url() == "/trop/institutions/house/"


def test_an_institution_s_own_page_shows_what_it_offers_now(client, db):
    opened = OpportunityFactory()
    OpportunityFactory(institution=opened.institution, status="closed")
    response = client.get(opened.institution.get_absolute_url())
    assert list(response.context["opportunities"]) == [opened]
    assert "TROP member" in response.content.decode()
    assert "TROP member" not in client.get(InstitutionFactory().get_absolute_url()).content.decode()


def test_partner_search_knows_members(client, db):
    member = MembershipFactory().institution
    MembershipFactory(status="ended")
    InstitutionFactory()
    response = client.get("/partners/search/", {"network": "trop"})
    assert list(response.context["object_list"]) == [member]
    [facet] = [each for each in client.get("/partners/search/").context["filter"].facets if each.name == "network"]
    assert [(tick.value, str(tick.label), tick.count) for tick in facet.shown] == [("trop", "TROP member", 1)]


def test_home_shows_the_newest_open_ones(client, db):
    assert "All that are open" not in client.get("/").content.decode()
    opened = OpportunityFactory.create_batch(4)
    OpportunityFactory(status="closed")
    hidden()
    assert list(client.get("/").context["opportunities"]) == opened[:0:-1]


def test_the_search_of_the_portal_finds_them(client, db):
    found = OpportunityFactory(title="Entretien des pompes à eau", written_in="fr")
    OpportunityFactory(title="Something else")
    OpportunityFactory(title="Pompes en brouillon", status="draft", slug="")
    response = client.get("/search/", {"q": "pompe"})
    assert response.context["opportunities"].rows == [found]
    assert client.get("/search/", {"q": "brouillon"}).context["opportunities"].rows == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/trop/institutions/", "The House"), ("/trop/institutions/house/", "Leading"), (f"{LIST}lead/", "Leading"),
        ("/trop/", "Leading"),
    ],
)  # fmt: skip
def test_pages_ask_as_much_for_three_as_for_one(client, db, path, told):
    PageFactory(slug="trop")
    institution = MembershipFactory(institution__slug="house", institution__name_en="The House").institution
    OpportunityFactory(slug="lead", title="Leading", institution=institution, apply_by=localdate() + timedelta(days=1))
    numbers = []
    for _more in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert told in client.get(path).text
        numbers.append(len(queries))
        OpportunityFactory(institution=institution, city=CityFactory())
        OpportunityFactory(institution=institution, status="closed")
        MembershipFactory()
    assert len(set(numbers)) == 1
    assert numbers[0] <= 8


# --- Feeds and calendars ------------------------------------------------------------------------------------------------


def test_feed_of_a_filtered_list(client, world):
    hidden()
    response = client.get(f"{LIST}feed/", {"mode": "hybrid", "month": "2027-99"})
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)  # noqa: S314  our own output
    [entry] = feed.findall(f"{ATOM}entry")
    one = TrainingOpportunity.objects.get(title="In")
    assert entry.findtext(f"{ATOM}title") == "In"
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{one.uid}"
    assert "Apply by 1 January 2027" in entry.findtext(f"{ATOM}summary")
    assert feed.findtext(f"{ATOM}title") == "Training opportunities: Hybrid"
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == f"http://testserver{LIST}feed/?mode=hybrid"


def test_the_list_names_its_feed(client, db):
    feeds = [
        link["href"] for link in links(client.get(LIST), "alternate") if link.get("type") == "application/atom+xml"
    ]
    assert feeds == [f"{LIST}feed/"]


def entries(response):
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(entry["SUMMARY"]): entry for entry in Calendar.from_ical(response.content).walk("VEVENT")}


def test_a_calendar_holds_the_last_day_to_apply_and_the_days(client, world):
    hidden()
    found = entries(client.get(f"{LIST}calendar.ics"))
    assert set(found) == {"In", "Out", "Last day to apply: In", "Last day to apply: Out"}
    last, days = found["Last day to apply: In"], found["In"]
    assert (last["DTSTART"].dt, last["DTEND"].dt) == (date(2027, 1, 1), date(2027, 1, 2))
    assert (days["DTSTART"].dt, days["DTEND"].dt) == (date(2027, 3, 5), date(2027, 3, 8))
    assert {entry["TRANSP"] for entry in found.values()} == {"TRANSPARENT"}


def test_a_closed_one_has_no_last_day_to_apply(client, db):
    OpportunityFactory(title="Closed", slug="closed", status="closed")
    assert set(entries(client.get(f"{LIST}closed/opportunity.ics"))) == {"Closed"}


def test_files_are_no_invitations(client, world):
    """With a METHOD they would be (RFC 5546), and would have to name who invites."""
    assert "METHOD" not in Calendar.from_ical(client.get(f"{LIST}calendar.ics").content)


def test_place_is_parted_as_the_language_does(client, db):
    country = CountryFactory(name_ar="السودان")
    OpportunityFactory(slug="it", mode="in-person", city=CityFactory(name_ar="الخرطوم", country=country),
                       institution=MembershipFactory(institution__country=country).institution)  # fmt: skip
    found = entries(client.get(f"/ar{LIST}it/opportunity.ics"))
    assert "الخرطوم، السودان" in {str(entry.get("LOCATION")) for entry in found.values()}
    assert "الخرطوم، السودان" in client.get(f"/ar{LIST}feed/").text


@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_entries_keep_their_identity_and_count_changes(client, db, prefix):
    one = OpportunityFactory(slug="it", institution=MembershipFactory(is_trusted=True).institution)
    before = entries(client.get(f"{prefix}{LIST}it/opportunity.ics"))
    one.mark_changed()
    one.save()
    after = entries(client.get(f"{prefix}{LIST}it/opportunity.ics"))
    assert {str(entry["UID"]) for entry in before.values()} == {str(entry["UID"]) for entry in after.values()} == {
        f"{one.uid}-apply@testserver", f"{one.uid}-days@testserver",
    }  # fmt: skip
    assert {entry["SEQUENCE"] for entry in after.values()} == {1}
