"""An event as search engines read it (schema.org)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from classifications.written import page_language
from events.models import Event

STATUS = {Event.Status.POSTPONED: "EventPostponed", Event.Status.CANCELLED: "EventCancelled"}
MODE = {
    Event.Mode.IN_PERSON: "OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "OnlineEventAttendanceMode",
    Event.Mode.HYBRID: "MixedEventAttendanceMode",
}


def event_as_linked_data(event):
    """Give the event as a dict for JSON-LD."""
    url = settings.PORTAL_URL + event.get_absolute_url()
    place = {"@type": "Place", "address": {"@type": "PostalAddress"}}
    if event.venue:
        place["name"] = event.venue
    if event.linked.city:
        place["address"]["addressLocality"] = event.linked.city.name
    if event.linked.country:
        place["address"]["addressCountry"] = event.linked.country.iso2
    virtual = {"@type": "VirtualLocation", "url": url}
    data = {
        "@context": "https://schema.org",
        "@type": "Event" if event.is_gathering else "EducationEvent",
        "name": event.title,
        "url": url,
        "inLanguage": page_language(),
        "startDate": _moment(event.starts_on, event.begins_at, event.time_zone),
        "endDate": _moment(event.ends_on, event.begins_at and event.finishes_at, event.time_zone),
        "eventStatus": f"https://schema.org/{STATUS.get(event.status, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{MODE[event.mode]}",
        "location": {Event.Mode.IN_PERSON: place, Event.Mode.ONLINE: virtual, Event.Mode.HYBRID: [place, virtual]}[
            event.mode
        ],
        "organizer": {"@type": "Organization", "name": "SESRIC", "url": "https://www.sesric.org"},
    }
    if event.summary:
        data["description"] = event.summary
    if providers := event.linked.providers:
        data["performer"] = [{"@type": "Organization", "name": provider.name} for provider in providers]
    return data


def _moment(day, time, zone):
    """The day, with the time where one is known, as ISO 8601 writes them."""
    return (datetime.combine(day, time, ZoneInfo(zone)) if time else day).isoformat()
