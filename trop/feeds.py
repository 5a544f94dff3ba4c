"""A filtered list of opportunities as an Atom feed."""

from django.utils.translation import gettext as _

from classifications import feeds
from classifications.written import dates
from trop.calendars import place_of


def atom_of(filterset):
    """Give the newest of a filtered list as the text of an Atom feed."""
    return feeds.atom_of(_("Training opportunities"), filterset, _entry, filterset.qs.newest_first())


def _entry(opportunity):
    return {
        "title": opportunity.title,
        "description": [
            opportunity.institution.name,
            opportunity.get_category_display(),
            dates(opportunity.starts_on, opportunity.ends_on),
            place_of(opportunity),
            _("Apply by %(day)s") % {"day": dates(opportunity.apply_by)},
        ],
        "pubdate": opportunity.published_at,
        "updateddate": max(opportunity.updated_at, opportunity.published_at),
    }
