"""Letters about news: all that is due for one reader in one letter, whose text is written at the moment of sending.

What a letter was to bring is asked again then: whether the reader still wants it, whether it is still public and not over. What
no longer holds is left out, and its row says why; a letter of which nothing is left is not sent.
"""

from functools import cached_property
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from classifications.written import number
from notifications.models import Announcement, Follower, Letter, Notification, RefusedAddress
from notifications.subjects import subject_of
from notifications.waking import wake

BATCH = 200  # readers whose letters are written in one transaction
REMEMBERED = 5  # seconds
MOST_ITEMS = 30  # in one letter; the others are named by their number and stand in the inbox
Withheld = Notification.Withheld


def write_due():
    """Write one letter for each reader for whom any is due, a batch of readers at a time."""
    while _write_batch():
        wake("notifications.tasks.deliver_letters")


@transaction.atomic
def _write_batch():
    """Write the letters of some readers; a reader whom another worker has at hand is passed over. Give their number."""
    waiting = Notification.objects.due().values("follower")
    readers = Follower.objects.filter(pk__in=waiting).select_for_update(skip_locked=True, of=["self"])
    readers = list(readers.select_related("user").order_by("pk")[:BATCH])
    owed = {reader.pk: [] for reader in readers}
    for each in Notification.objects.due().filter(follower__in=readers).select_related("announcement").order_by("pk"):
        owed[each.follower_id].append(each)
    letters = [
        Letter(
            follower=reader, recipients=[reader.address], sender=settings.DEFAULT_FROM_EMAIL,
            subject=owed[reader.pk][0].announcement.title or "—",
        )
        for reader in readers
        if owed[reader.pk]
    ]  # fmt: skip
    Letter.objects.bulk_create(letters)
    for letter in letters:
        for each in owed[letter.follower_id]:
            each.letter = letter
    Notification.objects.bulk_update([each for letter in letters for each in owed[letter.follower_id]], ["letter"])
    return len(letters)


# --- What still holds -------------------------------------------------------------------------------------------------


def write(letter, words):
    """Write the text of a letter as things stand now; tell whether anything is left to send. `words` is a `Words`."""
    reader = Follower.objects.select_related("user").get(pk=letter.follower_id)
    owed = list(letter.notifications.filter(withheld="").select_related("announcement").order_by("pk"))
    followed = {each.pk: each for each in reader.interests.accepted().filter(paused_at=None)}
    withheld = _withheld(reader, owed, followed)
    for each in owed:
        if each.pk in withheld:
            each.withheld = withheld[each.pk]
    Notification.objects.bulk_update([each for each in owed if each.withheld], ["withheld"])
    with override(reader.reads):
        entries = words.entries_of([each for each in owed if not each.withheld], followed)
        if not entries:
            letter.cancelled_at, letter.posting_at = now(), None
            letter.error = ", ".join(sorted({str(Withheld(each.withheld).label) for each in owed if each.withheld}))
            letter.save()
            return False
        _fill(letter, reader, entries)
    letter.save()
    return True


def _withheld(reader, owed, followed):
    """Which of the notifications are not sent, and why: a dict by key."""
    if not reader.is_reachable:
        return {each.pk: Withheld.PAUSED for each in owed}
    if RefusedAddress.among([reader.address]):
        return {each.pk: Withheld.REFUSED for each in owed}
    found = {each.pk: Withheld.MUTED for each in owed if followed.keys().isdisjoint(each.interests)}
    for kind in {each.announcement.kind for each in owed}:
        found |= _no_longer_so(kind, [each for each in owed if each.announcement.kind == kind and each.pk not in found])
    return found


def _no_longer_so(kind, owed):
    """Which notifications of one kind tell what is over, hidden, or told anew since. Of no rows the database is not asked."""
    subject = subject_of(kind)
    new, changed = (
        {each.announcement.subject_pk for each in owed if each.announcement.is_new is is_new}
        for is_new in (True, False)
    )
    shut = new - set(subject.open().filter(pk__in=new).values_list("pk", flat=True))
    public = set(subject.public().filter(pk__in=shut).values_list("pk", flat=True))
    told = Announcement.objects.filter(kind=kind, subject_pk__in=changed).order_by("pk")
    latest = dict(told.values_list("subject_pk", "pk"))
    found = {}
    for each in owed:
        of = each.announcement
        if of.is_new and of.subject_pk in shut:
            found[each.pk] = Withheld.OVER if of.subject_pk in public else Withheld.HIDDEN
        elif not of.is_new and latest[of.subject_pk] != of.pk:
            found[each.pk] = Withheld.SUPERSEDED
    return found


# --- In the reader's words --------------------------------------------------------------------------------------------


class Words:
    """What announcements and reasons are called, in whatever language is active; what names are read is read once.

    How something new is told is remembered for `REMEMBERED` seconds, for it is told to thousands in one go. Whether it is still
    open is asked for each letter all the same.
    """

    def __init__(self):
        self._filters = {}
        self._items = {}
        self._since = 0.0

    def filter_of(self, kind):
        if kind not in self._filters:
            self._filters[kind] = subject_of(kind).filter(None)
        return self._filters[kind]

    def entries_of(self, notifications, followed):
        """Give an `Entry` for each notification whose row the public can still see, in their order."""
        new, changed = (
            {(of.kind, of.subject_pk) for of in (each.announcement for each in notifications) if of.is_new is is_new}
            for is_new in (True, False)
        )
        items = self._remembered(new) | _items_of(changed)
        entries = []
        for each in notifications:
            key = (each.announcement.kind, each.announcement.subject_pk)
            if key in items:
                entries.append(Entry(each, items[key], self.reasons_of(each, followed)))
        return entries

    def _remembered(self, keys):
        if monotonic() - self._since > REMEMBERED:
            self._items, self._since = {}, monotonic()
        known = self._items.setdefault(get_language(), {})
        known |= _items_of(keys - known.keys())
        return {key: known[key] for key in keys & known.keys()}

    def reasons_of(self, notification, followed):
        """Why somebody is told, in words: a `Reason` for each interest that fitted and is still followed."""
        kind = notification.announcement.kind
        return [
            Reason(self.told(kind, each), followed[each["interest"]])
            for each in notification.reasons
            if each["interest"] in followed
        ]

    def told(self, kind, reason):
        """A reason in words: the facts that are followed, and the words."""
        told = [_("%(name)s: %(value)s") % {"name": _("Words"), "value": reason["words"]}] if reason["words"] else []
        own = self.filter_of(kind)
        for fact in reason["facts"]:
            name, _colon, value = fact.partition("/")[2].partition(":")
            if name in own.filters:
                values = {"name": own.filters[name].label, "value": own.label(name, value)}
                told.append(_("%(name)s: %(value)s") % values)
        return "; ".join(told) or str(subject_of(kind).label)


def _items_of(keys):
    """The `Item`s of rows that the public can see, by kind and key."""
    return {
        (kind, pk): item
        for kind in {kind for kind, _pk in keys}
        for pk, item in subject_of(kind).items({pk for of, pk in keys if of == kind}).items()
    }


class Reason:
    """One interest by which something fitted: in words, and where it is muted."""

    def __init__(self, text, interest):
        self.text, self.interest = text, interest

    def __str__(self):
        return self.text

    @property
    def mute_url(self):
        return reverse("notifications:mute", args=[self.interest.key])


class Entry:
    """One notification as a letter, the inbox or a feed tells it."""

    def __init__(self, notification, item, reasons):
        self.notification, self.item, self.reasons = notification, item, reasons

    @property
    def announcement(self):
        return self.notification.announcement

    @cached_property
    def what(self):
        """What it is; what changed comes first."""
        if self.announcement.is_new:
            return self.item.what
        return f"{self.announcement.get_occasion_display()} · {self.item.what}"


def subject_line(entries):
    """The subject of a letter: the one thing that it tells, or how many and the first of them."""
    first = entries[0]
    if len(entries) == 1:
        return _("%(name)s: %(value)s") % {"name": first.what, "value": first.item.title}
    words = ngettext("%(n)s new for you: %(title)s", "%(n)s new for you, among them: %(title)s", len(entries))
    return words % {"n": number(len(entries)), "title": first.item.title}


def _fill(letter, reader, entries):
    address = settings.PORTAL_URL + reverse("notifications:unsubscribe", args=[reader.key])
    kinds = {each.announcement.kind for each in entries}
    domain = urlsplit(settings.PORTAL_URL).hostname
    list_id = subject_of(kinds.pop()).list_id if len(kinds) == 1 else "news"
    letter.subject = " ".join(subject_line(entries).split())[:500]
    context = {
        "subject": letter.subject, "entries": entries[:MOST_ITEMS], "more": max(0, len(entries) - MOST_ITEMS),
        "reader": reader, "portal_url": settings.PORTAL_URL, "email": reader.address,
    }  # fmt: skip
    letter.text = render_to_string("notifications/email/news.txt", context)
    letter.html = render_to_string("notifications/email/news.html", context)
    letter.recipients = [reader.address]
    letter.headers = {
        "List-Id": f"<{list_id}.{domain}>", "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip


def write_sample(announcement, email, language):
    """Write to an address how the letter of an announcement reads; it follows nothing and has no reasons."""
    reader = Follower(email=email, language=language)
    with override(language):
        note = Notification(announcement=announcement, follower=reader, made_at=now())
        entries = Words().entries_of([note], {})
        if not entries:
            raise ValidationError(_("The public cannot see this any more, so no letter can be written."))
        letter = Letter(recipients=[email], sender=settings.DEFAULT_FROM_EMAIL)
        _fill(letter, reader, entries)
    letter.save()
    wake("notifications.tasks.deliver_letters")
