"""Events as an iCalendar file (RFC 5545) that calendars can subscribe to."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry

from events.models import Event

MOST_EVENTS = 2000  # in one file: phones give up on longer ones
STATUS = {
    Event.Status.PLANNED: "TENTATIVE",
    Event.Status.POSTPONED: "TENTATIVE",
    Event.Status.CANCELLED: "CANCELLED",
}


def calendar_of(events):
    """Give the events as the bytes of an iCalendar file, with the zones their times need."""
    calendar = Calendar()
    calendar.add("prodid", "-//SESRIC//Training and Technical Cooperation//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Training and Technical Cooperation"))
    for event in events:
        calendar.add_component(_entry(event))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _entry(event):
    """One event: all day where no times are known or where it lasts several days, else from time to time."""
    entry = Entry()
    entry.add("uid", f"{event.uid}@{urlsplit(settings.PORTAL_URL).hostname}")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", event.updated_at.astimezone(UTC))
    entry.add("last-modified", event.updated_at.astimezone(UTC))
    title = event.title
    if event.is_called_off:
        title = f"{event.get_status_display()}: {title}"
    entry.add("summary", title, parameters={"LANGUAGE": event.title.language})
    if event.begins_at and event.day_count == 1:
        zone = ZoneInfo(event.time_zone)
        entry.add("dtstart", datetime.combine(event.starts_on, event.begins_at, zone))
        if event.finishes_at and event.finishes_at > event.begins_at:
            entry.add("dtend", datetime.combine(event.ends_on, event.finishes_at, zone))
    else:
        entry.add("dtstart", event.starts_on)
        entry.add("dtend", event.ends_on + timedelta(days=1))  # the first day on which it is over
        entry.add("transp", "TRANSPARENT")
    entry.add("status", STATUS.get(event.status, "CONFIRMED"))
    entry.add("location", place_of(event))
    entry.add("url", settings.PORTAL_URL + event.get_absolute_url())
    entry.add(
        "categories", [event.get_kind_display(), *(programme.short_name for programme in event.linked.programmes)]
    )
    if event.summary:
        entry.add("description", event.summary)
    return entry


def place_of(event):
    """Where the event is held, in the page's language."""
    if event.mode == Event.Mode.ONLINE:
        return event.get_mode_display()
    return ", ".join(str(part) for part in (event.venue, event.linked.city, event.linked.country) if part)
