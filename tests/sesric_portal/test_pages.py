"""What holds for every public page: its language, its one address, no cookie, a number of queries that does not grow."""

import re
from html import unescape

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import tally
from tests.factories import EventFactory, InstitutionFactory
from tests.pages import FILES, PREFIXES, READING, SITEMAPS, STANDING, links, parsed, populate

MOST_QUERIES = 8


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_every_page_says_its_language_and_sets_no_cookie(db):
    populate(3)
    wrong = {}
    for language, prefix in PREFIXES.items():
        for path in READING:
            visitor = Client()
            response = visitor.get(prefix + path)
            [html] = [attributes for tag, attributes in parsed(response).tags if tag == "html"]
            found = (response.status_code, html, response.headers["Content-Language"], dict(visitor.cookies))
            if found != (200, {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}, language, {}):
                wrong[prefix + path] = found
    assert wrong == {}


def test_files_and_standing_addresses_set_no_cookie(db):
    populate()
    wrong = {}
    for path in [*(prefix + path for prefix in PREFIXES.values() for path in FILES), *STANDING]:
        visitor = Client()
        response = visitor.get(path)
        assert body(response) or response.status_code == 301
        if visitor.cookies or response.status_code not in (200, 301):
            wrong[path] = (response.status_code, dict(visitor.cookies))
    assert wrong == {}


LISTS = ("/events/?", "/partners/search/?", "/experts/lead/?")  # the filters in force belong to their canonical address


def test_every_page_names_itself_in_three_languages(db):
    populate()
    wrong = {}
    for prefix in PREFIXES.values():
        for path in READING:
            response = Client().get(prefix + path)
            named = {link["hreflang"]: link["href"] for link in links(response, "alternate") if "hreflang" in link}
            expected = {code: f"http://testserver{other}{path}" for code, other in PREFIXES.items()}
            expected["x-default"] = expected["en"]
            [canonical] = [link["href"] for link in links(response, "canonical")]
            own = f"http://testserver{prefix}{path}"
            if not path.startswith(LISTS):
                expected = {code: url.partition("?")[0] for code, url in expected.items()}
                own = own.partition("?")[0]
            if named != expected or canonical != own:
                wrong[prefix + path] = (named, canonical)
    assert wrong == {}


def test_canonical_addresses_of_a_list_keep_its_page_and_drop_what_it_does_not_know(db):
    InstitutionFactory.create_batch(26, kind="university")
    for path, query, kept in (
        ("/partners/search/", "zz=1&page=2&kind=university", "?kind=university&page=2"),
        ("/partners/search/", "kind=university&page=1", "?kind=university"),
        ("/partners/search/", "page=99", "?page=2"),
        ("/partners/map/", "kind=university", ""),
    ):
        response = Client().get(f"/fr{path}?{query}")
        named = {link["hreflang"]: link["href"] for link in links(response, "alternate") if "hreflang" in link}
        assert named == {
            code: f"http://testserver{prefix}{path}{kept}"
            for code, prefix in [*PREFIXES.items(), ("x-default", "")]
        }  # fmt: skip
        assert [link["href"] for link in links(response, "canonical")] == [named["fr"]]


@pytest.mark.parametrize(
    "query", ["q=a%20b%26c&kind=meeting&kind=seminar", "q=%C3%A9t%C3%A9", "q=%D8%B9&page=2", 'q="><b>']
)
def test_the_switch_keeps_path_and_query(db, query):
    populate()
    response = Client().get("/fr/events/2011/", QUERY_STRING=query)
    switch = {
        attributes["hreflang"]: attributes["href"]
        for tag, attributes in parsed(response).tags
        if tag == "a" and "hreflang" in attributes
    }
    kept = query.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
    assert switch == {
        "en": f"/events/2011/?{kept}",
        "fr": f"/fr/events/2011/?{kept}",
        "ar": f"/ar/events/2011/?{kept}",
    }


def test_the_switch_keeps_letters_that_a_reader_typed_raw(db):
    """Some programs send UTF-8 unescaped; the other languages' links must mean the same words."""
    response = Client().get("/search/", QUERY_STRING="q=été".encode().decode("latin-1"))
    assert response.context["words"] == "été"
    hrefs = {attributes["href"] for tag, attributes in parsed(response).tags if tag == "a" and "hreflang" in attributes}
    assert hrefs == {f"{prefix}/search/?q=%C3%A9t%C3%A9" for prefix in PREFIXES.values()}


def test_the_number_of_queries_does_not_grow_and_is_small(db):
    counted = {}
    for count in (1, 3, 30):
        with transaction.atomic():
            populate(count)
            Client().get("/events/")  # the tally is read once after a change
            numbers = counted[count] = {}
            for path in READING + FILES:
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    response = Client().get(path)
                    body(response)
                assert response.status_code == 200, path
                numbers[path] = len(queries)
            transaction.set_rollback(True)
    assert counted[1] == counted[3] == counted[30]
    assert {path: number for path, number in counted[30].items() if number > MOST_QUERIES} == {}


DRAFT = "Draft nobody may see"


def test_a_draft_is_nowhere(db):
    lead = populate()
    draft = EventFactory(
        title_en=DRAFT, slug="draft", published_at=None, programmes=lead.programmes.all(), series=lead.series,
        number_in_series=9, country=lead.country, providers=lead.providers.all(), provider_countries=[lead.country],
        beneficiary_countries=[lead.country],
    )  # fmt: skip
    draft.former_addresses.create(number=77)
    searches = [
        f"{path}?q=draft+nobody"
        for path in ("/search/", "/events/", "/events/feed/", "/events/calendar.ics", "/events/table.csv")
    ]
    everywhere = [*READING, *FILES, *SITEMAPS, *searches]
    shown = [path for path in everywhere if DRAFT in unescape(body(Client().get(path)).decode()).replace("\r\n ", "")]
    assert shown == []
    assert "/events/2011/draft/" not in body(Client().get("/sitemap-events.xml")).decode()
    gone = ["/events/2011/draft/", "/fr/events/2011/draft/", "/events/2011/draft/event.ics", "/event-detail.php?id=77"]
    assert [Client().get(path).status_code for path in gone] == [404] * 4
    draft.publish()
    assert DRAFT in Client().get("/events/").content.decode()
    assert [Client().get(path).status_code for path in gone] == [200, 200, 200, 301]


def test_a_suspended_institution_is_nowhere(db):
    lead = populate()
    suspended = InstitutionFactory(name_en="Suspended house", slug="suspended", status="suspended")
    lead.providers.add(suspended)
    paths = [
        *READING,
        *FILES,
        "/partners/",
        "/search/?q=suspended",
        f"/countries/{suspended.country.iso2.lower()}/",
        "/sitemap-institutions.xml",
    ]
    pages = [Client().get(path) for path in [*paths, "/partners/suspended/"]]
    assert [page.status_code for page in pages] == [*[200] * len(paths), 404]
    named = [path for path, page in zip(paths, pages, strict=False) if "suspended/" in body(page).decode()]
    assert named == []


def test_nothing_is_on_record_and_every_list_still_answers(db):
    tally.current()
    paths = [
        "/",
        "/events/",
        "/events/archive/",
        "/programmes/",
        "/countries/",
        "/partners/",
        "/search/?q=x",
        *SITEMAPS,
        *FILES[:4],
    ]
    assert {path: Client().get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_the_menu_marks_where_the_reader_is_and_speaks_the_language_of_the_page(client, db):
    """It is made once for each language and each of its entries: none may be seen on a page of another."""
    asked = [
        "/programmes/",
        "/ar/events/",
        "/",
        "/events/",
        "/fr/programmes/",
        "/programmes/",
        "/ar/programmes/",
        "/oic-vet/",
    ]
    seen = []
    for path in asked:
        page = client.get(path).content.decode()
        menu = page[
            page.index('<nav class="menu folded"') : page.index("</nav>", page.index('<nav class="menu folded"'))
        ]
        seen.append(re.findall(r'<a href="([^"]+)" aria-current="true">(?:<bdi lang="en">)?([^<]+)', menu))
    assert seen == [
        [("/programmes/", "Programmes")],
        [("/ar/events/", "الفعاليات")],
        [],
        [("/events/", "Events")],
        [("/fr/programmes/", "Programmes")],
        [("/programmes/", "Programmes")],
        [("/ar/programmes/", "البرامج")],
        [("/oic-vet/", "OIC-VET")],
    ]
