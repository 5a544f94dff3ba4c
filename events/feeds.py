"""A filtered list of events as an Atom feed."""

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from classifications.written import dates, page_language
from events.calendars import place_of

MOST_ENTRIES = 50


def atom_of(filterset):
    """Give the newest events of a filtered list as the text of an Atom feed; its entries keep their identity for ever."""
    chosen = " · ".join(str(chip.label) for chip in filterset.chips)
    feed = Atom1Feed(
        title=f"{_('Events')}: {chosen}" if chosen else _("Events"),
        link=settings.PORTAL_URL + filterset.canonical_url,
        feed_url=settings.PORTAL_URL + filterset.feed_url,
        description=None,
        subtitle=_("Training and Technical Cooperation"),
        language=page_language(),
        author_name="SESRIC",
        feed_guid=settings.PORTAL_URL + filterset.feed_url,
    )
    for event in filterset.qs[:MOST_ENTRIES]:
        facts = [event.get_kind_display(), dates(event.starts_on, event.ends_on), place_of(event)]
        if event.is_called_off:
            facts.insert(0, event.get_status_display())
        feed.add_item(
            title=event.title,
            link=settings.PORTAL_URL + event.get_absolute_url(),
            description=" · ".join(facts),
            unique_id=f"urn:uuid:{event.uid}",
            unique_id_is_permalink=False,
            pubdate=event.published_at,
            updateddate=event.updated_at,
            categories=[programme.short_name for programme in event.linked.programmes],
        )
    return feed.writeString("utf-8")
