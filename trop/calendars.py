"""Opportunities as iCalendar files (RFC 5545): of each the last day to apply, and the days of the training."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

MOST = 1000  # opportunities in one file: phones give up on longer ones


def calendar_of(opportunities):
    """Give the opportunities as the bytes of an iCalendar file."""
    calendar = Calendar()
    calendar.add("prodid", "-//SESRIC//Training and Technical Cooperation//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Training opportunities"))
    for each in opportunities:
        last_day = _entry(each, "apply", each.apply_by, each.apply_by)
        last_day.add("summary", _("Last day to apply: %(title)s") % {"title": each.title})
        calendar.add_component(last_day)
        training = _entry(each, "days", each.starts_on, each.ends_on)
        training.add("summary", each.title, parameters={"LANGUAGE": each.written_in})
        training.add("location", place_of(each))
        calendar.add_component(training)
    return calendar.to_ical()


def _entry(opportunity, part, first, last):
    entry = Event()
    changed = opportunity.updated_at.astimezone(UTC)
    entry.add("uid", f"{opportunity.uid}-{part}@{urlsplit(settings.PORTAL_URL).hostname}")
    entry.add("sequence", opportunity.revision)
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("dtstart", first)
    entry.add("dtend", last + timedelta(days=1))  # the first day on which it is over
    entry.add("transp", "TRANSPARENT")
    entry.add("status", "CONFIRMED")
    entry.add("url", settings.PORTAL_URL + opportunity.get_absolute_url())
    entry.add("description", f"{opportunity.institution.name}. {settings.PORTAL_URL}{opportunity.get_absolute_url()}")
    return entry


def place_of(opportunity):
    """Where it is held, in the page's language."""
    if opportunity.is_online:
        return opportunity.get_mode_display()
    return ", ".join(str(part) for part in (opportunity.place, opportunity.institution.country.name) if part)
