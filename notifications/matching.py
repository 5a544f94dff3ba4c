"""Telling readers: what is announced in the transaction of its publication, and one row for each reader whom it fits.

`announce` is called where something appears and `announce_change` where it was edited. That nothing is told twice is decided
here and by the database, so they may be called too often and need not know what was before. Whom it fits is asked a moment
later by a worker, when everything that belongs to the row is written.
"""

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from notifications.models import Announcement, Interest, Notification
from notifications.models.follower import slots, slots_elsewhere
from notifications.subjects import subject_of
from notifications.waking import wake

Occasion = Announcement.Occasion


@transaction.atomic
def announce(kind, pk):
    """Announce that the row `pk` of a kind appeared, if it is open; give the `Announcement`, or None. Once for each row.

    What appears called off, a postponed event, is noted, and announced when it takes place after all.
    """
    standing = subject_of(kind).standing(pk)
    if standing is None:
        return None
    if standing.is_open:
        held = Announcement.objects.about(kind, pk).held_back().select_for_update().first()
        return _release(held, standing) if held else _write(_of(kind, pk, standing))
    if standing.state:
        Announcement.objects.bulk_create(
            [_of(kind, pk, standing, fanned_out_at=now())], ignore_conflicts=True
        )  # fmt: skip
    return None


def _release(held, standing):
    """Announce what was held back; it has not been told to anybody."""
    held.title, held.days, held.state, held.fanned_out_at = standing.title[:400], standing.days, "", None
    held.save(update_fields=["title", "days", "state", "fanned_out_at"])
    wake("notifications.tasks.fan_out")
    return held


@transaction.atomic
def announce_change(kind, pk):
    """Announce that what readers were told of a row no longer holds: its days, or that it takes place. Else do nothing."""
    first = Announcement.objects.about(kind, pk).select_for_update().first()  # of two at once one waits here
    standing = subject_of(kind).standing(pk) if first else None
    if standing is None or not (standing.is_open or standing.state):
        return None
    if first.state:  # nobody was told of it, so nothing that anybody knows has changed
        return _release(first, standing) if standing.is_open else None
    last = Announcement.objects.about(kind, pk).last()
    if (last.days, last.state) == (standing.days, standing.state):
        return None
    occasion = standing.state or (Occasion.MOVED if last.days != standing.days else Occasion.ON_AGAIN)
    return _write(_of(kind, pk, standing, occasion))


def announce_changes(kind, pks):
    """As `announce_change`, of many rows: an import, of which few were announced."""
    known = Announcement.objects.filter(kind=kind, subject_pk__in=pks, occasion=Occasion.APPEARED)
    for pk in known.order_by("subject_pk").values_list("subject_pk", flat=True):
        announce_change(kind, pk)


def _of(kind, pk, standing, occasion=Occasion.APPEARED, **more):
    facts = {"title": standing.title[:400], "days": standing.days, "state": standing.state}
    return Announcement(kind=kind, subject_pk=pk, occasion=occasion, **facts, **more)


def _write(announcement):
    Announcement.objects.bulk_create([announcement], ignore_conflicts=True)
    wake("notifications.tasks.fan_out")
    return announcement


def as_new(kind, pk):
    """The announcement that a row appears, with all that interests are matched by, not stored; None where there is no row."""
    subject = subject_of(kind)
    row = subject.model._base_manager.filter(pk=pk)
    texts = subject.texts_of(row)
    if not texts:
        return None
    facts = sorted(f"{kind}/{name}:{value}" for name, values in subject.values_of(row).items() for value in values)
    return Announcement(
        kind=kind,
        subject_pk=pk,
        facts=[kind, *facts],
        keys=[key for key, _stems in texts],
        stems=[stems or "" for _key, stems in texts],
    )


# --- Whom it reaches --------------------------------------------------------------------------------------------------

# One row for each reader, with all the reasons, due at the earliest moment that any of them asks for. It is SQL because the
# ORM has no INSERT … SELECT: the rows never pass through Python.
# `found` is worked out first, by its index: joined with its readers it would be asked of each reader in turn.
_WRITE_ROWS = """
WITH found (id, follower_id, facts, words, frequency) AS MATERIALIZED ({matching})
INSERT INTO notifications_notification (announcement_id, follower_id, reasons, interests, made_at, due_at, withheld)
SELECT %s, found.follower_id,
  jsonb_agg(jsonb_build_object('interest', found.id, 'words', found.words, 'facts',
    ARRAY(SELECT fact FROM unnest(found.facts) AS fact WHERE fact = ANY(%s))) ORDER BY found.id),
  array_agg(found.id ORDER BY found.id), %s,
  CASE WHEN follower.paused_at IS NULL THEN
    min(CASE found.frequency WHEN 'at-once' THEN %s WHEN 'daily' THEN coalesce(slots.daily, %s)
      WHEN 'weekly' THEN coalesce(slots.weekly, %s) END) END, ''
FROM found
JOIN notifications_follower AS follower ON follower.id = found.follower_id
LEFT JOIN accounts_user AS account ON account.id = follower.user_id
LEFT JOIN unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) AS slots (zone, daily, weekly)
  ON slots.zone = coalesce(account.time_zone, follower.time_zone)
GROUP BY found.follower_id, follower.paused_at
ON CONFLICT DO NOTHING
"""

# Of a change those are told who know what is no longer right, at once, and for the same reasons: by a letter who had one, or
# read it on the site, and asks for letters; on the site whoever can have seen it there.
_WRITE_ROWS_OF_CHANGE = """
INSERT INTO notifications_notification (announcement_id, follower_id, reasons, interests, made_at, due_at, withheld)
SELECT DISTINCT ON (found.follower_id) %s, found.follower_id, found.reasons, found.interests, %s,
  CASE WHEN found.was_told AND EXISTS (SELECT FROM notifications_interest AS interest
    WHERE interest.id = ANY(found.interests) AND interest.frequency <> 'never') THEN %s::timestamptz END, ''
FROM ({noted}) AS found (follower_id, reasons, interests, was_told)
ORDER BY found.follower_id, found.was_told DESC
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def fan_out(pk):
    """Write one `Notification` for each reader whom an announcement reaches; give their number. May run twice at once."""
    announcement = Announcement.objects.waiting().select_for_update(skip_locked=True).filter(pk=pk).first()
    if announcement is None:
        return 0  # another worker is at it, or has been
    count = _reach_matching(announcement) if announcement.is_new else _reach_told(announcement)
    announcement.fanned_out_at = now()
    announcement.save(update_fields=["facts", "keys", "stems", "fanned_out_at"])
    if count:
        wake("notifications.tasks.write_letters")
    return count


def _reach_matching(announcement):
    standing = announcement.subject.standing(announcement.subject_pk)
    if not (standing and standing.is_open):
        return 0  # taken back, or over, since it was announced
    as_it_is = as_new(announcement.kind, announcement.subject_pk)
    for name in ("facts", "keys", "stems"):
        setattr(announcement, name, getattr(as_it_is, name))
    found = Interest.objects.matching(announcement).order_by()
    matching, params = found.values_list("pk", "follower", "facts", "words", "frequency").query.sql_with_params()
    moment = now()
    due = [moment, *slots_elsewhere(moment), *slots(moment)]
    return _written(_WRITE_ROWS.format(matching=matching), [*params, announcement.pk, announcement.facts, moment, *due])


def _reach_told(announcement):
    earlier = Announcement.objects.about(announcement.kind, announcement.subject_pk).filter(pk__lt=announcement.pk)
    told = Notification.objects.told().filter(pk=OuterRef("pk"))
    noted = Notification.objects.known().filter(announcement__in=earlier.order_by()).order_by()
    noted = noted.values_list("follower", "reasons", "interests", Exists(told))
    select, params = noted.query.sql_with_params()
    moment = now()
    return _written(_WRITE_ROWS_OF_CHANGE.format(noted=select), [announcement.pk, moment, moment, *params])


def _written(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
