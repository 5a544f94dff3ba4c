"""What search engines are told."""

from datetime import date
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from events.models import Event
from sesric_portal.sitemaps import Events
from tests.factories import (
    EventFactory,
    ExpertFactory,
    InstitutionFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
)
from tests.pages import PREFIXES, READING, SITEMAPS, populate

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_robots(client):
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    assert rules.site_maps() == ["http://testserver/sitemap.xml"]
    closed = ["/admin/", "/accounts/login/", "/desk/"]
    for prefix in PREFIXES.values():
        assert [path for path in closed if rules.can_fetch("*", prefix + path)] == []
        assert [
            path
            for path in ("/", "/events/", "/contact/", "/partners/lead/", "/search/?q=x")
            if not rules.can_fetch("*", prefix + path)
        ] == []


def read(client, url):
    return ElementTree.fromstring(client.get(url).content)  # noqa: S314  our own output


def addresses(client):
    """The entries of every part that the index names."""
    parts = [each.findtext("s:loc", None, NS) for each in read(client, "/sitemap.xml").findall("s:sitemap", NS)]
    return [each for part in parts for each in read(client, part).findall("s:url", NS)]


def test_sitemap_holds_every_public_page_in_three_languages(client, db):
    populate()
    EventFactory(slug="draft", starts_on=date(1999, 1, 1), published_at=None)
    InstitutionFactory(slug="suspended", status="suspended")
    found = addresses(client)
    entries = {each.findtext("s:loc", None, NS): each for each in found}
    assert len(entries) == len(found)
    pages = {path for path in READING if "?" not in path} | {"/contact/"}
    expected = {f"http://testserver{prefix}{path}" for prefix in PREFIXES.values() for path in pages}
    assert expected - set(entries) == set()
    assert [url for url in entries if "draft" in url or "suspended" in url or "/1999/" in url] == []
    for url, entry in entries.items():
        named = {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", NS)}
        assert url in named.values()
        assert set(named) == set(PREFIXES)
        assert set(named.values()) <= set(entries)
    lead = entries["http://testserver/fr/events/2011/lead/"]
    assert lead.findtext("s:lastmod", None, NS) == localdate(Event.objects.get(slug="lead").updated_at).isoformat()


def test_every_address_of_the_sitemap_answers(client, db):
    populate()
    paths = [urlsplit(each.findtext("s:loc", None, NS)).path for each in addresses(client)]
    assert {path: status for path in paths if (status := client.get(path).status_code) != 200} == {}


@pytest.mark.parametrize("address", ["/sitemap-nothing.xml", "/sitemap-events.xml?p=9", "/sitemap-events.xml?p=x%00"])
def test_a_part_that_is_not_there_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_a_long_list_stands_in_several_parts(client, db, monkeypatch):
    monkeypatch.setattr(Events, "limit", 2)
    EventFactory.create_batch(3)
    index = client.get("/sitemap.xml").text
    assert index.count("/sitemap-events.xml") == 2
    parts = [read(client, f"/sitemap-events.xml?p={n}").findall("s:url", NS) for n in (1, 2)]
    assert [len(part) for part in parts] == [6, 3]


@pytest.mark.parametrize("path", SITEMAPS)
def test_it_asks_as_much_for_three_as_for_one(client, db, path):
    numbers = []
    for _more in range(3):
        for make in (EventFactory, MembershipFactory, NoticeFactory, OpportunityFactory):
            make()
        ExpertFactory(purposes=["kept", "public"])
        with CaptureQueriesContext(connection) as queries:
            root = read(client, path)
        assert len(root) > 0
        numbers.append(len(queries))
    assert len(set(numbers)) == 1
    assert numbers[0] <= 8
