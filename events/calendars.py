"""Events as an iCalendar file."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classifications.calendars import entry_of, file_of, set_days
from classifications.written import labelled
from events.models import Event

MOST_EVENTS = 2000  # in one file: phones give up on longer ones
STATUS = {
    Event.Status.PLANNED: "TENTATIVE",
    Event.Status.POSTPONED: "TENTATIVE",
    Event.Status.CANCELLED: "CANCELLED",
}


def calendar_of(events, filterset=None):
    """Give the events as the bytes of an iCalendar file; that of a list is called after what its `filterset` chose."""
    name = _("Training and Technical Cooperation")
    return file_of(filterset.titled(name) if filterset else name, map(_entry, events))


def _entry(event):
    """One event: all day where no times are known or where it lasts several days, else from time to time."""
    entry = entry_of(event)
    title = event.title
    if event.is_called_off:
        title = labelled(event.get_status_display(), title)
    entry.add("summary", title, parameters={"LANGUAGE": event.title.language})
    if event.begins_at and event.day_count == 1:
        zone = ZoneInfo(event.time_zone)
        entry.add("dtstart", datetime.combine(event.starts_on, event.begins_at, zone))
        if event.finishes_at and event.finishes_at > event.begins_at:
            entry.add("dtend", datetime.combine(event.ends_on, event.finishes_at, zone))
    else:
        set_days(entry, event.starts_on, event.ends_on)
    entry.add("status", STATUS.get(event.status, "CONFIRMED"))
    entry.add("location", place_of(event))
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
    comma = pgettext("between city and country", ", ")
    return comma.join(str(part) for part in (event.venue, event.linked.city, event.linked.country) if part)
