"""Lists as iCalendar files (RFC 5545) that calendars can subscribe to; entries keep their identity for ever."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from icalendar import Calendar, Event


def file_of(name, entries):
    """Give the calendar called `name` as the bytes of a file, with the zones that the times of its entries need."""
    calendar = Calendar()
    calendar.add("prodid", "-//SESRIC//Training and Technical Cooperation//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def entry_of(row, part=""):
    """Begin the entry of a row, or of a `part` of it; rows have a `uid`, a `revision`, `updated_at` and an address."""
    entry = Event()
    changed = row.updated_at.astimezone(UTC)
    entry.add("uid", f"{row.uid}{part}@{urlsplit(settings.PORTAL_URL).hostname}")
    entry.add("sequence", row.revision)
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("url", settings.PORTAL_URL + row.get_absolute_url())
    return entry


def set_days(entry, first, last):
    """Let it last whole days, which leave its reader free."""
    entry.add("dtstart", first)
    entry.add("dtend", last + timedelta(days=1))  # the first day on which it is over
    entry.add("transp", "TRANSPARENT")


def answer_with(content, name):
    """The response that hands out a calendar file called `name`."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
