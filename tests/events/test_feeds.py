"""Atom feeds of filtered lists."""

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from classifications.feeds import MOST_ENTRIES
from tests.factories import CountryFactory, EventFactory, ProgrammeFactory

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/events/feed/"
LOADED = datetime(2025, 6, 1, 9, tzinfo=UTC)


def read(response):
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314  our own output


def text(element, name):
    return element.findtext(ATOM + name)


def titles(feed):
    return [text(entry, "title") for entry in feed.findall(f"{ATOM}entry")]


def links(element):
    return {link.get("rel", "alternate"): link.get("href") for link in element.findall(f"{ATOM}link")}


def test_entries_and_their_identity(client, db):
    event = EventFactory(title_en="Course <b> & more", slug="it", country=CountryFactory(name_en="Tunisia"))
    EventFactory(title_en="Draft", published_at=None)
    feed = read(client.get(FEED))
    [entry] = feed.findall(f"{ATOM}entry")
    assert text(entry, "title") == "Course <b> & more"
    assert text(entry, "id") == f"urn:uuid:{event.uid}"
    assert text(entry, "summary") == "Training course · 5–6 July 2011 · Tunisia"
    assert links(entry) == {"alternate": "http://testserver/events/2011/it/"}
    assert text(entry, "updated")[:19] == event.updated_at.isoformat()[:19]
    assert links(feed) == {"alternate": "http://testserver/events/", "self": "http://testserver/events/feed/"}


def test_a_summary_is_html_in_which_names_stay_text(client, db):
    EventFactory(country=CountryFactory(name_en="Land <b>&amp;"))
    [entry] = read(client.get(FEED)).findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}summary").get("type") == "html"
    assert text(entry, "summary").endswith(" · Land &lt;b&gt;&amp;amp;")


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1f", "\ufffe"])
def test_a_sign_that_no_feed_may_hold_takes_it_from_nobody(client, db, sign):
    """A vertical tab comes along with what is pasted from slides."""
    country = CountryFactory(name_en=f"Tu{sign}nisia")
    EventFactory(title_en=f"Course{sign}of taxes", country=country, programmes=[ProgrammeFactory(acronym=f"T{sign}C")])
    [entry] = read(client.get(FEED)).findall(f"{ATOM}entry")
    assert text(entry, "title") == "Course of taxes"
    assert text(entry, "summary").endswith(" · Tu nisia")
    assert entry.find(f"{ATOM}category").get("term") == "T C"


def test_ids_are_unique_and_the_same_in_every_language(client, db):
    EventFactory.create_batch(3)
    english, french = (
        [text(entry, "id") for entry in read(client.get(prefix + FEED)).findall(f"{ATOM}entry")]
        for prefix in ("", "/fr")
    )
    assert len(set(english)) == 3
    assert french == english
    ids = {text(read(client.get(path)), "id") for path in (FEED, f"/fr{FEED}", f"{FEED}?kind=seminar", f"{FEED}?q=x")}
    assert len(ids) == 4


def test_filters_and_order_are_kept_and_named(client, db):
    programme = ProgrammeFactory(slug="cab", name_en="Some programme")
    EventFactory(title_en="Old", programmes=[programme], starts_on=date(2010, 1, 1))
    EventFactory(title_en="New", programmes=[programme], status="cancelled")
    EventFactory(title_en="Out")
    feed = read(client.get(FEED, {"programme": "cab", "kind": "party", "year": ["2010", "2011"]}))
    assert titles(feed) == ["New", "Old"]
    assert text(feed, "title") == "Events: 2010 · 2011 · Some programme"
    assert links(feed)["self"] == "http://testserver/events/feed/?year=2010&year=2011&programme=cab"
    assert text(feed.find(f"{ATOM}entry"), "summary").startswith("Cancelled · ")


@pytest.mark.parametrize("sort", ["", "oldest", "title", "participants"])
def test_a_feed_holds_the_newest_however_its_list_is_sorted(client, db, sort):
    first = date(2011, 1, 1)
    for number in range(MOST_ENTRIES + 1):
        EventFactory(title_en=f"Event {number}", starts_on=first + timedelta(days=number), published_at=LOADED)
    assert client.get("/events/", {"sort": sort}).context["filter"].feed_url == FEED
    assert titles(read(client.get(FEED, {"sort": sort}))) == [f"Event {n}" for n in range(MOST_ENTRIES, 0, -1)]


def test_what_was_published_last_comes_first_however_old_the_event(client, db):
    for number in range(MOST_ENTRIES):
        EventFactory(title_en=f"Loaded {number}", starts_on=date(2024, 1, 1), published_at=LOADED)
    late = EventFactory(title_en="Found in an old folder", starts_on=date(2006, 3, 1), published_at=None)
    assert "Found in an old folder" not in titles(read(client.get(FEED)))
    late.publish()
    late.refresh_from_db()
    feed = read(client.get(FEED))
    assert titles(feed)[0] == "Found in an old folder"
    assert len(titles(feed)) == MOST_ENTRIES
    first = feed.find(f"{ATOM}entry")
    assert late.published_at > late.updated_at
    told = [text(each, name)[:19] for each, name in ((first, "published"), (first, "updated"), (feed, "updated"))]
    assert told == [late.published_at.isoformat()[:19]] * 3


def test_what_changed_later_says_so_and_stays_in_its_place(client, db):
    older = EventFactory(title_en="Older", status="planned", starts_on=date(2090, 1, 1), published_at=LOADED)
    EventFactory(title_en="Newer", published_at=LOADED + timedelta(days=1))
    older.call_off("cancelled")
    older.refresh_from_db()
    feed = read(client.get(FEED))
    assert titles(feed) == ["Newer", "Older"]
    entry = feed.findall(f"{ATOM}entry")[1]
    assert text(entry, "published")[:19] == LOADED.isoformat()[:19]
    assert text(entry, "updated")[:19] == older.updated_at.isoformat()[:19]
