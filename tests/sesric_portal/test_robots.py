"""What search engines are told."""

from datetime import date
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

from tests.factories import EventFactory, InstitutionFactory
from tests.pages import PREFIXES, READING, populate

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_robots(client):
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    assert rules.site_maps() == ["http://testserver/sitemap.xml"]
    closed = ["/admin/", "/accounts/login/", "/desk/", "/search/?q=x"]
    for prefix in PREFIXES.values():
        assert [path for path in closed if rules.can_fetch("*", prefix + path)] == []
        assert [
            path
            for path in ("/", "/events/", "/contact/", "/partners/lead/")
            if not rules.can_fetch("*", prefix + path)
        ] == []


def test_sitemap_holds_every_public_page_in_three_languages(client, db):
    populate()
    EventFactory(slug="draft", starts_on=date(1999, 1, 1), published_at=None)
    InstitutionFactory(slug="suspended", status="suspended")
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314  our own output
    entries = {each.findtext("s:loc", None, NS): each for each in root.findall("s:url", NS)}
    assert len(entries) == len(root)
    pages = {path for path in READING if "?" not in path and path != "/search/"} | {"/contact/"}
    expected = {f"http://testserver{prefix}{path}" for prefix in PREFIXES.values() for path in pages}
    assert expected - set(entries) == set()
    assert [url for url in entries if "draft" in url or "suspended" in url or "/1999/" in url] == []
    assert [url for url in entries if url.endswith(("/fr/search/", "/ar/search/", "testserver/search/"))] == []
    for url, entry in entries.items():
        named = {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", NS)}
        assert url in named.values()
        assert set(named) == set(PREFIXES)
        assert set(named.values()) <= set(entries)
    lead = entries["http://testserver/fr/events/2011/lead/"]
    assert lead.findtext("s:lastmod", None, NS) == date.today().isoformat() or lead.findtext("s:lastmod", None, NS)


def test_every_address_of_the_sitemap_answers(client, db):
    populate()
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314  our own output
    paths = [urlsplit(each.findtext("s:loc", None, NS)).path for each in root.findall("s:url", NS)]
    assert {path: status for path in paths if (status := client.get(path).status_code) != 200} == {}
