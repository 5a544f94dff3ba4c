"""A filtered list of requests and offers as an Atom feed."""

from django.utils.translation import gettext as _

from classifications import feeds
from classifications.written import dates


def atom_of(filterset):
    """Give the newest of a filtered list as the text of an Atom feed."""
    latest = filterset.qs.for_listing().order_by("-published_at", "-pk")
    return feeds.atom_of(_("Requests and offers"), filterset, _entry, latest)


def _entry(notice):
    institution = notice.institution
    closing = _("open until %(day)s") % {"day": dates(notice.closes_on)}
    return {
        "title": notice.title,
        "description": [notice.get_kind_display(), institution.name, institution.country.name, closing],
        "pubdate": notice.published_at,
        "updateddate": notice.changed_at,
    }
