"""A filtered list as an Atom feed; its entries keep their identity for ever."""

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from classifications.written import page_language, writable

MOST_ENTRIES = 50


class Feed(Atom1Feed):
    """An Atom feed that one odd sign in a title does not take away from all who read it."""

    def add_item(self, *, title, description, categories=(), **facts):
        categories = [writable(each) for each in categories]
        super().add_item(title=writable(title), description=writable(description), categories=categories, **facts)


def atom_of(title, filterset, entry, rows):
    """Give the first of `rows` as the text of a feed called `title` and what the filters chose.

    `entry` makes of a row the words of its entry: title, description (a list of facts), categories if there are any, and when
    it was published and last changed. Rows have a `uid` and an address. A description is read as HTML, a title as text.
    """
    feed = Feed(
        title=filterset.titled(title),
        link=settings.PORTAL_URL + filterset.canonical_url,
        feed_url=settings.PORTAL_URL + filterset.feed_url,
        description=None,
        subtitle=_("Training and Technical Cooperation"),
        language=page_language(),
        author_name="SESRIC",
        feed_guid=settings.PORTAL_URL + filterset.feed_url,
    )
    for row in rows[:MOST_ENTRIES]:
        words = entry(row)
        feed.add_item(
            link=settings.PORTAL_URL + row.get_absolute_url(),
            unique_id=f"urn:uuid:{row.uid}",
            unique_id_is_permalink=False,
            **words | {"description": " · ".join(escape(fact) for fact in words["description"])},
        )
    return feed.writeString("utf-8")
