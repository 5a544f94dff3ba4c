"""A filtered list of events as an Atom feed."""

from django.utils.translation import gettext as _

from classifications import feeds
from classifications.written import dates
from events.calendars import place_of


def atom_of(filterset):
    """Give what was published last of a filtered list, whatever its order, as the text of an Atom feed."""
    return feeds.atom_of(_("Events"), filterset, _entry, filterset.qs.latest_published_first())


def _entry(event):
    facts = [event.get_kind_display(), dates(event.starts_on, event.ends_on), place_of(event)]
    return {
        "title": event.title,
        "description": [event.get_status_display(), *facts] if event.is_called_off else facts,
        "pubdate": event.published_at,
        "updateddate": max(event.updated_at, event.published_at),
        "categories": [programme.short_name for programme in event.linked.programmes],
    }
