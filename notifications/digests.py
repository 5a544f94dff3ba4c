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
from django.utils.translation import get_language, ngettext, override, pgettext
from django.utils.translation import gettext as _

from classifications.written import number
from notifications.models import Announcement, Follower, Interest, Letter, MailStop, Notification, RefusedAddress
from notifications.subjects import subject_of
from notifications.waking import wake

BATCH = 200  # readers whose letters are written in one transaction
REMEMBERED = 5  # seconds
MOST_ITEMS = 30  # in one letter; what is left over has a letter of its own, or stands in the inbox
MOST_REASONS = 5  # told of one item; all of them are on the page of what one follows
MOST_BYTES = 40_000  # of a letter's text and HTML together
Withheld = Notification.Withheld


def write_due():
    """Write one letter for each reader for whom any is due, a batch of readers at a time.

    Not while all mail is stopped: what comes due meanwhile is one letter afterwards, not one for each day.
    """
    while not MailStop.in_force() and _write_batch():
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
    followed = {each.pk: each for each in reader.interests.by_letter()}
    latest = Announcement.objects.latest_of(each.announcement for each in owed)
    withheld = _withheld(reader, owed, followed, latest)
    for each in owed:
        if each.pk in withheld:
            each.withheld = withheld[each.pk]
    Notification.objects.bulk_update([each for each in owed if each.withheld], ["withheld"])
    with override(reader.reads):
        entries = words.entries_of([each for each in owed if not each.withheld], followed, latest)
        if not entries:
            letter.cancelled_at, letter.posting_at = now(), None
            letter.error = ", ".join(sorted({str(Withheld(each.withheld).label) for each in owed if each.withheld}))
            letter.save()
            return False
        left_over = _fill(letter, reader, entries)
    if reader.user is None:  # they have no inbox: the next letter brings it
        Notification.objects.filter(pk__in=[each.notification.pk for each in left_over]).update(letter=None)
    letter.save()
    return True


def _withheld(reader, owed, followed, latest):
    """Which of the notifications are not sent, and why: a dict by key.

    `followed` are the interests that ask for letters now, `latest` the last announcement of each row.
    """
    if not reader.is_reachable:
        return {each.pk: Withheld.PAUSED for each in owed}
    if RefusedAddress.among([reader.address]):
        return {each.pk: Withheld.REFUSED for each in owed}
    found = {each.pk: Withheld.MUTED for each in owed if not _is_asked_for(each, followed)}
    for kind in {each.announcement.kind for each in owed}:
        of_kind = [each for each in owed if each.announcement.kind == kind and each.pk not in found]
        found |= _no_longer_so(kind, of_kind, latest)
    return found


def _is_asked_for(notification, followed):
    """Whether an interest for which it was noted still asks for it: people change what they follow while a letter waits."""
    asking = followed.keys() & set(notification.interests)
    if not asking or not notification.announcement.is_new:
        return bool(asking)
    return Interest.objects.filter(pk__in=asking).fitting(notification.announcement).exists()


def _no_longer_so(kind, owed, latest):
    """Which notifications of one kind tell what is over, hidden, or told anew since. Of no rows the database is not asked."""
    subject, called_off = subject_of(kind), Announcement.CALLED_OFF
    new = {each.announcement.subject_pk for each in owed if each.announcement.is_new}
    changed = {each.announcement.subject_pk for each in owed} - new
    timely = {each.announcement.subject_pk for each in owed if each.announcement.occasion not in called_off}
    is_open = set(subject.open().filter(pk__in=timely).values_list("pk", flat=True))
    seen = {*is_open, *subject.public().filter(pk__in=new - is_open).values_list("pk", flat=True)}
    seen |= set(subject.tellable().filter(pk__in=changed - is_open).values_list("pk", flat=True))
    found = {}
    for each in owed:
        of = each.announcement
        if of.subject_pk not in seen:
            found[each.pk] = Withheld.HIDDEN
        elif not of.is_new and latest[of.kind, of.subject_pk] != of.pk:
            found[each.pk] = Withheld.SUPERSEDED
        elif of.occasion not in called_off and of.subject_pk not in is_open:
            found[each.pk] = Withheld.OVER
    return found


# --- In the reader's words --------------------------------------------------------------------------------------------


class Words:
    """What announcements and reasons are called, in whatever language is active; what names are read is read once.

    How something new is told is remembered for `REMEMBERED` seconds, for it is told to thousands in one go; no longer than
    until a change of it is announced. Whether it is still open is asked for each letter all the same.
    """

    def __init__(self):
        self._filters = {}
        self._items = {}
        self._since = 0.0

    def filter_of(self, kind):
        if kind not in self._filters:
            self._filters[kind] = subject_of(kind).filter(None)
        return self._filters[kind]

    def entries_of(self, notifications, followed, latest=None):
        """Give an `Entry` for each notification whose row the public can still see, in their order.

        `latest` is the last announcement of each row, where the caller knows it: without it nothing is remembered.
        """
        told = {(each.announcement.kind, each.announcement.subject_pk) for each in notifications}
        items = self._remembered(told, latest) if latest else _items_of(told)
        entries = []
        for each in notifications:
            key = (each.announcement.kind, each.announcement.subject_pk)
            if key in items:
                entries.append(Entry(each, items[key], self.reasons_of(each, followed)))
        return entries

    def _remembered(self, keys, latest):
        if monotonic() - self._since > REMEMBERED:
            self._items, self._since = {}, monotonic()
        known = self._items.setdefault(get_language(), {})
        unknown = {key for key in keys if (key, latest[key]) not in known}
        known |= {(key, latest[key]): item for key, item in _items_of(unknown).items()}
        return {key: known[key, latest[key]] for key in keys if (key, latest[key]) in known}

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
        return pgettext("between reasons", "; ").join(told) or str(subject_of(kind).label)


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

    @property
    def first_reasons(self):
        """As many as a letter tells."""
        return self.reasons[:MOST_REASONS]

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
    """Write as many of the entries into a letter as it may hold; give those that are left over."""
    shown = entries[:MOST_ITEMS]
    _render(letter, reader, entries, len(shown))
    while len(shown) > 1 and len((letter.text + letter.html).encode()) > MOST_BYTES:
        shown = shown[: len(shown) * 3 // 4]
        _render(letter, reader, entries, len(shown))
    return entries[len(shown) :]


def _render(letter, reader, entries, count):
    address = settings.PORTAL_URL + reverse("notifications:unsubscribe", args=[reader.key])
    kinds = {each.announcement.kind for each in entries}
    domain = urlsplit(settings.PORTAL_URL).hostname
    list_id = subject_of(kinds.pop()).list_id if len(kinds) == 1 else "news"
    letter.subject = " ".join(subject_line(entries if reader.user else entries[:count]).split())[:500]
    context = {
        "subject": letter.subject, "entries": entries[:count], "more": len(entries) - count,
        "alone": entries[0] if len(entries) == 1 else None,
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
