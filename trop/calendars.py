"""Opportunities as iCalendar files: of each the days of the training, and the last day to apply unless it was closed."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classifications.calendars import entry_of, file_of, set_days
from trop.models import TrainingOpportunity

MOST = 1000  # opportunities in one file: phones give up on longer ones


def calendar_of(opportunities, filterset=None):
    """Give the opportunities as the bytes of an iCalendar file; that of a list is called after what its `filterset` chose."""
    name = _("Training opportunities")
    entries = (entry for each in opportunities for entry in _entries(each))
    return file_of(filterset.titled(name) if filterset else name, entries)


def _entries(opportunity):
    training = _entry(opportunity, "-days", opportunity.starts_on, opportunity.ends_on)
    training.add("summary", opportunity.title, parameters={"LANGUAGE": opportunity.written_in})
    training.add("location", place_of(opportunity))
    if opportunity.status == TrainingOpportunity.Status.CLOSED:  # nobody can apply any more, whatever the day
        return [training]
    last_day = _entry(opportunity, "-apply", opportunity.apply_by, opportunity.apply_by)
    last_day.add("summary", _("Last day to apply: %(title)s") % {"title": opportunity.title})
    return [last_day, training]


def _entry(opportunity, part, first, last):
    entry = entry_of(opportunity, part)
    set_days(entry, first, last)
    entry.add("status", "CONFIRMED")
    entry.add("description", f"{opportunity.institution.name}. {settings.PORTAL_URL}{opportunity.get_absolute_url()}")
    return entry


def place_of(opportunity):
    """Where it is held, in the page's language."""
    if opportunity.is_online:
        return opportunity.get_mode_display()
    comma = pgettext("between city and country", ", ")
    return comma.join(str(part) for part in (opportunity.place, opportunity.institution.country.name) if part)
