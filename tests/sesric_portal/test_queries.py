"""Whatever stands in an address: a clear answer, never a failure of ours."""

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifications.lists import CountedFilter, ListFilter
from events.filters import EventFilter
from experts.filters import ExpertFilter
from partners.filters import InstitutionFilter, NoticeFilter
from partners.models import Institution
from tests.pages import PREFIXES, populate
from tests.sesric_portal.test_urls import FORMER as OLD
from tests.sesric_portal.test_urls import PUBLIC, named
from trop.filters import OpportunityFilter

LISTS = [
    "/events/", "/events/2011/", "/events/feed/", "/events/calendar.ics", "/events/table.csv", "/events/archive/",
    "/events/archive/table.csv", "/programmes/", "/programmes/oic-vet/", "/countries/", "/countries/aa/",
    "/partners/", "/partners/search/", "/partners/map/",
    "/partners/register/", "/partners/notices/", "/partners/notices/feed/", "/search/", "/trop/",
    "/trop/join/", "/trop/institutions/", "/trop/institutions/lead/",
    "/trop/opportunities/", "/trop/opportunities/lead/", "/trop/opportunities/feed/", "/trop/opportunities/calendar.ics",
    "/experts/", "/experts/lead/", "/experts/search/",
    "/contact/", "/",
]  # fmt: skip
FORMER = [
    "/event-detail.php", "/event-details-fr.php", "/event-print-ar.php", "/activities-archive.php", "/activities-oicvet.php",
    "/egovwg.php", "/trop-index.php", "/governance.php",
]  # fmt: skip
# All that is public; lists, to which readers put most questions, come up twice as often.
ADDRESSES = [prefix + path for path in LISTS for prefix in PREFIXES.values()] + FORMER + named(PUBLIC)
METHODS = ["GET"] * 6 + ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
FILTERS = [EventFilter, ExpertFilter, InstitutionFilter, NoticeFilter, OpportunityFilter]
# All that the lists can be asked, and what pages without a filter, or none at all, know.
NAMES = sorted(
    {name for each in FILTERS for name in each.base_filters}
    | {
        "page",
        "part",
        "rung",
        "years",
        "wanted",
        "network",
        "measure",
        "id",
        "about",
        "next",
        "state",
        "expert",
        "unknown",
    }
)
VALUES = [
    "", "0", "-1", "999999", "99999999999999999999", "abc", "2011", "1e9", "NaN", "none", "oic-vet", "AA", "aa",
    "2027-03", "2027-13", "0000-00", "99999-01", "2027-W1", "open", "past", "trop", "tuition", "closing",
    "tlh", "held", "to-come", "oldest", "participants", "lead", "%00", "a%00b", "%FF", "%ED%A0%80", "%ED%BF%BF",
    "%F4%90%80%80", "%C3", "%", "%zz", "%u0041", "+", "'", '"', "\\", "%5C", "%25", "_", "*", "(", ")", ":*", "&amp;",
    "%D9%8B", "%D9%80", "%EF%BF%BE", "%E2%80%AE", "<script>", "{{7*7}}", "x" * 10_000, "%D8%B9" * 3_000, "a+" * 5_000,
    "٢", "①", "[]", "../../etc/passwd", "javascript:alert(1)",
]  # fmt: skip

names = st.one_of(st.sampled_from(NAMES), st.text(max_size=8).map(lambda text: quote(text, errors="replace")))
values = st.one_of(
    st.sampled_from(VALUES),
    st.text(max_size=30),
    st.binary(max_size=30).map(quote),
    st.text(st.characters(categories=["Cc", "Cf", "Cn", "Co", "Mn", "Zl", "Zp"]), max_size=12).map(quote),
)
pairs = st.lists(st.tuples(names, values), max_size=12).map(
    lambda them: "&".join(f"{name}={value}" for name, value in them)
)
repeated = st.builds(
    lambda name, value, times: "&".join([f"{name}={value}"] * times), names, values, st.integers(2, 300)
)
queries = st.one_of(
    pairs.map(lambda text: text.encode("utf-8", "replace")),
    repeated.map(lambda text: text.encode("utf-8", "replace")[:200_000]),
    st.binary(max_size=300),
)


def ask(method, path, query):
    """Ask as a web server does: the query as bytes in a string of Latin-1."""
    response = Client().generic(method, path, QUERY_STRING=query.decode("latin-1"))
    if response.streaming:
        b"".join(response)
    return response


def test_the_filter_of_every_list_is_tried():
    assert {*ListFilter.__subclasses__(), *CountedFilter.__subclasses__()} == {CountedFilter, *FILTERS}


def test_no_query_is_a_failure_of_ours(db):
    populate()

    @settings(
        max_examples=250,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(METHODS), st.sampled_from(ADDRESSES), queries)
    def any_query(method, path, query):
        status = ask(method, path, query).status_code
        assert status < 500
        if method in ("GET", "HEAD"):
            assert status in (200, 301, 302, 400, 404)

    any_query()


@pytest.mark.parametrize("path", LISTS)
def test_every_known_oddity_of_every_parameter(db, path):
    """What once broke some portal or other, at every list: the query goes on with what it knows."""
    populate()
    failed = []
    for value in VALUES:
        query = "&".join(f"{name}={value}" for name in NAMES).encode()
        response = ask("GET", path, query)
        if response.status_code != 200:
            failed.append((value[:20], response.status_code))
    assert failed == []


def test_too_many_parameters_are_refused_in_our_page(db):
    response = ask("GET", "/fr/events/", b"&".join([b"kind=seminar"] * 5000))
    assert response.status_code == 400
    assert '<html lang="fr" dir="ltr">' in response.content.decode()


# What takes forms; everything else that is public only shows.
FORMS = ["/contact/", "/notifications/", "/experts/references/", "/experts/renew/", "/experts/still-right/"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_only_shows_takes_no_writing(db, method):
    """As browsers and programs meet it: with the check of forms, which must not speak first of something else."""
    client, failed = Client(enforce_csrf_checks=True), []
    for path in named([*PUBLIC, *OLD]):
        if path.startswith(tuple(FORMS)):
            continue
        response = client.generic(method, path)
        if (response.status_code, "POST" in response.headers.get("Allow", "POST")) != (405, False):
            failed.append((path, response.status_code))
    assert failed == []


@pytest.mark.parametrize(
    "path", ["/de/events/", "/EN/events/", "/fr/fr/", "/events/nonsense/", "/ar/no-such", "/%FF/", "/%00/"]
)
def test_addresses_of_nothing(db, path):
    response = ask("GET", path, b"")
    if response.status_code == 301:  # to the address with a slash at its end
        response = ask("GET", response.headers["Location"], b"")
    assert (response.status_code, response.templates[0].name) == (404, "404.html")


def test_institutions_are_searched_and_what_names_nothing_is_told(client, db):
    lead = populate()
    kept = client.get(
        "/partners/search/", {"q": "lead", "kind": ["ministry", "castle"], "country": "aa", "page": "zero"}
    )
    assert [each.name_en for each in kept.context["object_list"]] == ["Lead institution"]
    assert kept.context["filter"].left_out == [("Country", "aa"), ("Kind", "castle")]
    assert "<li>Kind: <bdi>castle</bdi></li>" in kept.content.decode()
    known = client.get("/partners/search/", {"country": lead.country.iso2, "kind": "ministry"})
    assert known.context["filter"].left_out == []
    wanted = Institution.objects.listed().filter(country=lead.country, kind="ministry")
    assert set(known.context["object_list"]) == set(wanted) >= set(lead.providers.all()) > set()
    assert list(client.get("/partners/search/", {"kind": "university"}).context["object_list"]) == []


def test_search_tells_what_it_did_not_search_for(client, db):
    populate()
    response = client.get("/search/", {"q": "lead " * 8 + "ninth tenth"})
    assert response.context["left_out"] == [("Words", "ninth tenth")]
    assert "<li>Words: <bdi>ninth tenth</bdi></li>" in response.content.decode()
    assert client.get("/search/", {"q": "lead"}).context["left_out"] == []


def test_a_year_without_events_shows_the_latest_of_a_programme_or_country(client, db):
    populate()
    for path in ("/programmes/oic-vet/", "/countries/aa/"):
        shown = {
            asked: client.get(path, {"year": asked}).context["year"]
            for asked in ("2011", "2090", "2012", "abc", "٢٠١١", "9" * 5000)
        }
        assert shown == {"2011": 2011, "2090": 2090, "2012": 2090, "abc": 2090, "٢٠١١": 2090, "9" * 5000: 2090}


def test_a_country_has_one_address(client, db):
    populate()
    response = client.get("/fr/countries/AA/")
    assert (response.status_code, response.headers["Location"]) == (301, "/fr/countries/aa/")
    assert client.get("/countries/zz/").status_code == 404
