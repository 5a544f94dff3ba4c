"""A filtered list of opportunities as an Atom feed."""

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from classifications.written import dates, page_language
from trop.calendars import place_of

MOST_ENTRIES = 50


def atom_of(filterset):
    """Give the newest opportunities of a filtered list as the text of an Atom feed; entries keep their identity for ever."""
    chosen = " · ".join(str(chip.label) for chip in filterset.chips)
    feed = Atom1Feed(
        title=f"{_('Training opportunities')}: {chosen}" if chosen else _("Training opportunities"),
        link=settings.PORTAL_URL + filterset.canonical_url,
        feed_url=settings.PORTAL_URL + filterset.feed_url,
        description=None,
        subtitle=_("Training and Technical Cooperation"),
        language=page_language(),
        author_name="SESRIC",
        feed_guid=settings.PORTAL_URL + filterset.feed_url,
    )
    for each in filterset.qs.newest_first()[:MOST_ENTRIES]:
        facts = [
            each.institution.name, each.get_category_display(), dates(each.starts_on, each.ends_on), place_of(each),
            _("Apply by %(day)s") % {"day": dates(each.apply_by)},
        ]  # fmt: skip
        feed.add_item(
            title=each.title,
            link=settings.PORTAL_URL + each.get_absolute_url(),
            description=" · ".join(str(fact) for fact in facts),
            unique_id=f"urn:uuid:{each.uid}",
            unique_id_is_permalink=False,
            pubdate=each.published_at,
            updateddate=max(each.updated_at, each.published_at),
        )
    return feed.writeString("utf-8")
