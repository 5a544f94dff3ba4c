"""iCalendar files, as calendars that subscribe read them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from events.models import Event
from tests.factories import CityFactory, CountryFactory, EventFactory, ProgrammeFactory

FILE = "/events/calendar.ics"


def entries(response):
    """The events in a file, by title."""
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(entry["SUMMARY"]): entry for entry in Calendar.from_ical(response.content).walk("VEVENT")}


def entry_of(client, event):
    response = client.get(f"{event.get_absolute_url()}event.ics")
    [entry] = entries(response).values()
    return entry


@pytest.mark.django_db(transaction=True)  # each change at a time of its own, as the database has it
def test_identity_is_kept_and_the_sequence_rises_with_what_matters(client):
    event = EventFactory(status="planned", starts_on=date(2090, 1, 1))
    first = entry_of(client, event)
    assert (str(first["UID"]), first["SEQUENCE"]) == (f"{event.uid}@testserver", 0)
    sequences = []
    for change in (
        {"starts_on": date(2090, 1, 2), "ends_on": date(2090, 1, 3)},
        {"participants": 12},
        {"status": Event.Status.POSTPONED},
        {"venue": "Hall"},
        {"summary_en": "Words"},
        {"title_en": "Another title"},
    ):
        Event.objects.filter(pk=event.pk).update(**change)
        entry = entry_of(client, event)
        assert entry["UID"] == first["UID"]
        sequences.append(entry["SEQUENCE"])
    assert sequences == [1, 1, 2, 3, 3, 4]
    assert entry_of(client, event)["LAST-MODIFIED"].dt >= first["LAST-MODIFIED"].dt


def test_several_days_end_on_the_first_day_on_which_it_is_over(client, db):
    event = EventFactory(starts_on=date(2011, 7, 5), ends_on=date(2011, 7, 7), begins_at=time(9))
    entry = entry_of(client, event)
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2011, 7, 5), date(2011, 7, 8))
    assert entry["DTSTART"].params["VALUE"] == "DATE"
    assert not Calendar.from_ical(client.get(f"{event.get_absolute_url()}event.ics").content).walk("VTIMEZONE")


def test_one_day_without_times_is_all_day(client, db):
    entry = entry_of(client, EventFactory(ends_on=date(2011, 7, 5)))
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2011, 7, 5), date(2011, 7, 6))


def test_times_are_told_in_the_zone_of_the_venue(client, db):
    zone = ZoneInfo("Africa/Casablanca")
    event = EventFactory(
        ends_on=date(2011, 7, 5), begins_at=time(9, 30), finishes_at=time(16), time_zone="Africa/Casablanca"
    )
    file = Calendar.from_ical(client.get(f"{event.get_absolute_url()}event.ics").content)
    [entry] = file.walk("VEVENT")
    assert entry["DTSTART"].dt == datetime(2011, 7, 5, 9, 30, tzinfo=zone)
    assert entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(hours=6, minutes=30)
    assert entry["DTSTART"].params["TZID"] == "Africa/Casablanca"
    assert [str(each["TZID"]) for each in file.walk("VTIMEZONE")] == ["Africa/Casablanca"]


def test_an_end_before_the_beginning_is_left_out(client, db):
    event = EventFactory(ends_on=date(2011, 7, 5), begins_at=time(22), finishes_at=time(1))
    entry = entry_of(client, event)
    assert "DTEND" not in entry


@pytest.mark.parametrize(
    ("status", "expected", "title"),
    [
        ("held", "CONFIRMED", "Course"),
        ("open", "CONFIRMED", "Course"),
        ("planned", "TENTATIVE", "Course"),
        ("postponed", "TENTATIVE", "Postponed: Course"),
        ("cancelled", "CANCELLED", "Cancelled: Course"),
    ],
)
def test_status(client, db, status, expected, title):
    entry = entry_of(client, EventFactory(title_en="Course", status=status))
    assert (str(entry["STATUS"]), str(entry["SUMMARY"])) == (expected, title)


def test_place_words_and_address_in_the_language_of_the_file(client, db):
    country = CountryFactory(iso2="TN", name_en="Tunisia", name_fr="Tunisie")
    EventFactory(
        slug="it", title_en="Course; one, two\\", title_fr="Cours", country=country, venue="Hall",
        city=CityFactory(name_en="Tunis", country=country), programmes=[ProgrammeFactory(acronym="CAB")],
        summary_fr="Une ligne\nune autre",
    )  # fmt: skip
    [english] = entries(client.get("/events/2011/it/event.ics")).values()
    [french] = entries(client.get("/fr/events/2011/it/event.ics")).values()
    assert str(english["SUMMARY"]) == "Course; one, two\\"
    assert (str(french["SUMMARY"]), french["SUMMARY"].params["LANGUAGE"]) == ("Cours", "fr")
    assert (str(english["LOCATION"]), str(french["LOCATION"])) == ("Hall, Tunis, Tunisia", "Hall, Tunis, Tunisie")
    assert str(french["URL"]) == "http://testserver/fr/events/2011/it/"
    assert str(french["DESCRIPTION"]) == "Une ligne\nune autre"
    assert french["UID"] == english["UID"]
    assert [str(each) for each in english["CATEGORIES"].cats] == ["Training course", "CAB"]


def test_online_is_the_place_of_what_is_online(client, db):
    assert str(entry_of(client, EventFactory(mode="online", venue="Zoom"))["LOCATION"]) == "Online"


def test_a_filtered_list_keeps_its_filters(client, db):
    EventFactory(title_en="In", kind="seminar")
    EventFactory(title_en="Out", kind="meeting")
    EventFactory(title_en="Draft", kind="seminar", published_at=None)
    assert set(entries(client.get(FILE))) == {"In", "Out"}
    assert set(entries(client.get(FILE, {"kind": "seminar"}))) == {"In"}
    assert set(entries(client.get(FILE, {"kind": "seminar", "q": "out"}))) == set()
    assert client.get("/events/", {"kind": "seminar"}).context["filter"].calendar_url == f"{FILE}?kind=seminar"


def test_lines_are_folded_for_every_reader(client, db):
    EventFactory(title_en="ع" * 150)
    assert max(len(line) for line in client.get(FILE).content.split(b"\r\n")) <= 75


def test_a_calendar_is_called_after_what_was_chosen(client, db):
    event = EventFactory(programmes=[ProgrammeFactory(slug="statcab", name_en="Statistics", name_fr="Statistiques")])
    names = {
        FILE: "Training and Technical Cooperation",
        f"{event.get_absolute_url()}event.ics": "Training and Technical Cooperation",
        f"{FILE}?programme=statcab&kind=seminar": "Training and Technical Cooperation: Seminar · Statistics",
        f"/fr{FILE}?programme=statcab": "Formation et coopération technique\N{NO-BREAK SPACE}: Statistiques",
    }
    calendars = {path: Calendar.from_ical(client.get(path).content) for path in names}
    assert {path: str(calendar["X-WR-CALNAME"]) for path, calendar in calendars.items()} == names
