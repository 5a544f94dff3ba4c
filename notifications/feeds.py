"""What one reader was told, as an Atom feed."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from classifications.feeds import Feed
from classifications.written import page_language


def atom_of(title, path, entries):
    """Give the entries as the text of a feed."""
    address = settings.PORTAL_URL + path
    feed = Feed(
        title=title, link=settings.PORTAL_URL + reverse("notifications:inbox"), feed_url=address, description=None,
        subtitle=_("Training and Technical Cooperation"), language=page_language(), author_name="SESRIC", feed_guid=address,
    )  # fmt: skip
    for entry in entries:
        facts = [entry.what, *(value for _label, value in entry.item.facts)]
        feed.add_item(
            title=entry.item.title,
            link=settings.PORTAL_URL + (entry.item.url or reverse("notifications:inbox")),
            unique_id=f"{address}#{entry.notification.pk}",
            unique_id_is_permalink=False,
            description=" · ".join(str(fact) for fact in facts),
            pubdate=entry.notification.made_at,
            updateddate=entry.notification.made_at,
        )
    return feed.writeString("utf-8")
