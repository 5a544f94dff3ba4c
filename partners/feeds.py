"""A filtered list of requests and offers as an Atom feed."""

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from classifications.written import dates, page_language

MOST_ENTRIES = 50


def atom_of(filterset):
    """Give the latest notices of a filtered list as the text of an Atom feed; its entries keep their identity for ever."""
    chosen = " · ".join(str(chip.label) for chip in filterset.chips)
    title = _("Requests and offers")
    feed = Atom1Feed(
        title=f"{title}: {chosen}" if chosen else title,
        link=settings.PORTAL_URL + filterset.canonical_url,
        feed_url=settings.PORTAL_URL + filterset.feed_url,
        description=None,
        subtitle=_("Training and Technical Cooperation"),
        language=page_language(),
        author_name="SESRIC",
        feed_guid=settings.PORTAL_URL + filterset.feed_url,
    )
    for notice in filterset.qs.for_listing().order_by("-published_at", "-pk")[:MOST_ENTRIES]:
        institution = notice.institution
        closing = _("open until %(day)s") % {"day": dates(notice.closes_on)}
        feed.add_item(
            title=notice.title,
            link=settings.PORTAL_URL + notice.get_absolute_url(),
            description=" · ".join(
                str(fact) for fact in (notice.get_kind_display(), institution.name, institution.country.name, closing)
            ),
            unique_id=f"urn:uuid:{notice.uid}",
            unique_id_is_permalink=False,
            pubdate=notice.published_at,
            updateddate=notice.changed_at,
        )
    return feed.writeString("utf-8")
