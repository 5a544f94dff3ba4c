"""The experiments, one after the other: `python -m tests.faults` in full, `--short` as part of the tests.

A word runs those whose names hold it (`killed`). Each prints what it found; the exit code is 1 if any found something else than
is promised.
"""

import os
import signal
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.faults.bench import free_port, in_background, portal, until
from tests.silence import STEPS, Reluctant, serving

SHORT = "--short" in sys.argv
SWEEP = 3 if SHORT else 60  # seconds
LETTERS, KILLS = (160, 12) if SHORT else (1500, 100)
OUTAGE, PUBLISHED = (4, 8) if SHORT else (60, 200)
READERS = 3
FOLLOWERS, FAN_OUT_KILLS = (40, 2) if SHORT else (400, 20)
SLOWEST = 2.5  # seconds
SILENCE = 3 if SHORT else 15  # seconds
DELIVERED_WITHIN = 120  # seconds after a broker is back
failed = []


def check(what, found, promised):
    good = promised(found)
    print(f"  {'ok' if good else 'NOT SO'}: {what}: {found}", flush=True)
    if not good:
        failed.append(what)


def write_letters(count):
    """Have that many letters wait, and a worker woken; give their marks, as their Message-IDs begin."""
    from notifications.models import Letter  # noqa: PLC0415  needs the settings of the bench
    from notifications.waking import wake  # noqa: PLC0415

    written = Letter.objects.bulk_create(
        Letter(recipients=[f"a{n}@example.org"], sender="portal@example.org", subject=f"Letter {n}", text="Text")
        for n in range(count)
    )
    wake("notifications.tasks.deliver_letters")
    return {str(letter.message_id) for letter in written}


def taken(bench, written):
    """How many of these letters the mail server took: beside them the portal writes its own, such as alarms."""
    return len(written & {message_id.strip("<>").partition("@")[0] for message_id in bench.sink.taken})


def waiting():
    from django.db import connection  # noqa: PLC0415

    from notifications.models import Letter  # noqa: PLC0415

    try:
        return Letter.objects.waiting().count()
    except Exception:
        connection.close()
        return -1


def uncertain():
    from notifications.models import Letter  # noqa: PLC0415

    return Letter.objects.uncertain().count()


def try_now(letters):
    """Have letters tried at once that failed and would wait."""
    from django.utils.timezone import now  # noqa: PLC0415

    from notifications.waking import wake  # noqa: PLC0415

    letters.update(try_after=now() - timedelta(seconds=1))
    wake("notifications.tasks.deliver_letters")


def begin_work(bench):
    """Start a worker and wait until it posts: one whose processes are killed while it starts does not start at all."""
    bench.start_worker()
    write_letters(1)
    until(lambda: waiting() == 0, 120, "the worker has started")


# --- The experiments --------------------------------------------------------------------------------------------------


def kill_workers(bench):
    """Pool processes are killed with SIGKILL again and again while letters are posted."""
    bench.sink.taken.clear()
    bench.sink.before_answer = lambda message: time.sleep(0.005)
    bench.sink.slowness = 0.015  # so that the letters take longer than all the kills
    written = write_letters(LETTERS)
    kills = 0
    deadline = time.monotonic() + (90 if SHORT else 600)
    while waiting() and time.monotonic() < deadline:
        if kills < KILLS and bench.kill_child("worker", turn=kills):
            kills += 1
        time.sleep(0.15)
    bench.sink.before_answer, bench.sink.slowness = None, 0
    check("workers killed", kills, lambda found: found == KILLS)
    check("letters left", waiting(), lambda found: found == 0)
    check(f"lost of {LETTERS} over {kills} kills", LETTERS - taken(bench, written), lambda found: found == 0)
    check("repeats, each under its own Message-ID", bench.sink.repeats, lambda found: found <= 2)
    check("repeats are noted on rows", uncertain(), lambda found: found >= bench.sink.repeats)


def kill_before_commit(bench):
    """A worker is killed exactly between the mail server's 250 and the commit: the row's update waits for a lock of ours."""
    from django.db import connection, connections, transaction  # noqa: PLC0415

    from notifications.models import Letter  # noqa: PLC0415

    until(lambda: waiting() == 0, 120, "nothing waits")
    bench.sink.taken.clear()
    held = {}

    def hold(message):
        bench.sink.before_answer = None
        own = connections.create_connection("default")
        own.inc_thread_sharing()
        own.set_autocommit(False)
        own.cursor().execute("LOCK TABLE notifications_letter IN SHARE MODE")
        held["lock"] = own

    bench.sink.before_answer = lambda message: in_background(lambda: hold(message)).join()
    with transaction.atomic():
        write_letters(1)
        letter = Letter.objects.latest("pk")
    until(lambda: "lock" in held, 30, "the letter is with the mail server")

    def blocked():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0]

    until(blocked, 10, "the worker waits to note that the letter is sent")
    for child in bench.children("worker"):
        os.kill(child, signal.SIGKILL)
    time.sleep(0.3)
    held["lock"].rollback()
    held["lock"].close()
    until(lambda: Letter.objects.sent().filter(pk=letter.pk).exists(), 120, "the letter is sent again and noted")
    letter.refresh_from_db()
    check(
        "times the mail server took it, by Message-ID",
        dict(bench.sink.taken),
        lambda found: list(found.values()) == [2],
    )
    check("unknown outcomes noted on the row", letter.outcomes_unknown, lambda found: found == 1)


def kill_during_fan_out(bench):
    """Pool processes are killed with SIGKILL while they write the rows of readers, which a lock of ours holds up."""
    from django.db import connection, connections  # noqa: PLC0415

    from notifications.models import Announcement, Notification  # noqa: PLC0415
    from tests.factories import EventFactory, FollowerFactory, InterestFactory  # noqa: PLC0415

    for number in range(FOLLOWERS):
        InterestFactory(kind="event", follower=FollowerFactory(user=None, email=f"follower{number}@example.org"))
    own = connections.create_connection("default")
    own.set_autocommit(False)

    def held_up():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0]

    def all_told():
        rows = Notification.objects.filter(announcement__kind="event")
        return not Announcement.objects.waiting().exists() and not rows.exclude(letter__sent_at__isnull=False).exists()

    bench.sink.taken.clear()
    kills = 0
    for number in range(FAN_OUT_KILLS):
        until(lambda: waiting() == 0, 120, "nothing waits")
        own.cursor().execute("LOCK TABLE notifications_notification IN SHARE MODE")
        EventFactory(title_en=f"Course {number}", status="planned", starts_on="2090-01-01", ends_on="2090-01-02",
                     published_at=None).publish()  # fmt: skip
        until(held_up, 120, "a worker writes the rows of readers")
        for child in bench.children("worker"):
            os.kill(child, signal.SIGKILL)
            kills += 1
        own.rollback()
        until(all_told, 240, "everybody is told all the same")
    own.close()
    told = Notification.objects.filter(announcement__kind="event")
    check(
        f"rows over {kills} kills while they were written",
        told.count(),
        lambda found: found == FOLLOWERS * FAN_OUT_KILLS,
    )
    pairs = set(told.values_list("follower", "announcement"))
    check("readers told twice of one thing", told.count() - len(pairs), lambda found: found == 0)
    check("letters the mail server took", len(bench.sink.taken), lambda found: found == FOLLOWERS * FAN_OUT_KILLS)
    check("repeats of letters", bench.sink.repeats, lambda found: found == 0)


def say_nothing(bench):
    """A mail server falls silent at each step, or sends a byte a second: each time the worker is free within 15 seconds."""
    from django.utils.timezone import now  # noqa: PLC0415

    from notifications.models import Letter  # noqa: PLC0415

    until(lambda: waiting() == 0, 120, "nothing waits")
    bench.stop("worker")
    port = free_port()
    limit = {"EMAIL_TIMEOUT": str(SILENCE - 1)} if SHORT else {}
    bench.start_worker("silenced", EMAIL_URL=f"smtp://127.0.0.1:{port}", **limit)
    unknown, letters = [], []
    for step, every in [*((step, None) for step in STEPS), ("banner", 1), ("text", 1)]:
        with serving(Reluctant(step, every=every), port):
            [mark] = write_letters(1)
            letter = Letter.objects.filter(message_id=mark)
            began = until(lambda letter=letter: letter.get().posting_at, 120, "a worker connects")
            until(lambda letter=letter: letter.get().attempts, 120, "the worker gives up", every=0.02)
            took = round((now() - began).total_seconds(), 2)
        letter.update(try_after=now() + timedelta(hours=1))
        letters.append(mark)
        unknown += [step] * letter.get().outcomes_unknown
        how = "a byte a second" if every else "silence"
        check(f'seconds until the worker is free, {how} at "{step}"', took, lambda found: found <= SILENCE)
    check("steps after which the outcome is unknown", unknown, lambda found: found == ["text", "text"])
    bench.stop("silenced")
    bench.sink.taken.clear()
    try_now(Letter.objects.filter(message_id__in=letters))
    begin_work(bench)
    check("taken by a server that answers", taken(bench, set(letters)), lambda found: found == len(letters))


def break_broker(bench, name, begin, end):
    """Notices are published over HTTP while the broker is away; all readers are told after its return."""
    from notifications.models import Announcement, Notification  # noqa: PLC0415

    before, rows_before = Announcement.objects.count(), Notification.objects.count()
    began = time.monotonic()
    begin()
    slowest, wrong, published = 0, [], 0
    for _number in range(PUBLISHED):
        sent = time.monotonic()
        answer = publish(bench, uuid.uuid4())
        slowest = max(slowest, time.monotonic() - sent)
        published += answer == 302
        wrong += [answer] * (answer != 302)
    time.sleep(max(0, OUTAGE - (time.monotonic() - began)))
    end()
    returned = time.monotonic()
    check(f"{name}: answers other than a redirect", wrong, lambda found: not found)
    check(f"{name}: slowest answer in seconds", round(slowest, 2), lambda found: found <= SLOWEST)
    expected = rows_before + READERS * published

    def done():
        rows = Notification.objects.all()
        return rows.count() == expected and not rows.exclude(letter__sent_at__isnull=False).exists()

    until(done, DELIVERED_WITHIN, f"{name}: every letter is delivered")
    check(
        f"{name}: all delivered, seconds after its return",
        round(time.monotonic() - returned),
        lambda found: found <= 120,
    )
    check(f"{name}: announcements", Announcement.objects.count() - before, lambda found: found == published)
    check(f"{name}: repeats", bench.sink.repeats, lambda found: found == 0)


def publish_at_once(bench):
    """Fifty click at once on one and the same form; every reader is told once, though two beats and two workers run."""
    from notifications.models import Announcement, Notification  # noqa: PLC0415

    before, rows_before, key = Announcement.objects.count(), Notification.objects.count(), uuid.uuid4()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _n: publish(bench, key), range(50)))
    check("answers of 50 publications of one thing", sorted(set(answers)), lambda found: found == [302])
    check("announcements", Announcement.objects.count() - before, lambda found: found == 1)
    until(lambda: Notification.objects.count() - rows_before >= READERS, 120, "the readers are found")
    time.sleep(1)
    check("readers told", Notification.objects.count() - rows_before, lambda found: found == READERS)


def cut_off(bench):
    """The database cuts off a publication before it commits: nothing of it is left, nobody is told, and it can be tried again."""
    from django.db import connection, connections  # noqa: PLC0415

    from notifications.models import Announcement, Letter, Notification  # noqa: PLC0415
    from partners.models import Notice  # noqa: PLC0415

    def rows():
        return [model.objects.count() for model in (Notice, Announcement, Notification, Letter)]

    def cut():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
            return cursor.rowcount

    until(lambda: waiting() == 0, 120, "nothing waits")
    before, key, answers = rows(), uuid.uuid4(), []
    own = connections.create_connection("default")
    own.inc_thread_sharing()
    own.set_autocommit(False)
    own.cursor().execute("LOCK TABLE notifications_announcement IN SHARE MODE")
    request = in_background(lambda: answers.append(publish(bench, key)))
    until(cut, 30, "the publication waits to announce itself")
    own.rollback()
    own.close()
    request.join(60)
    time.sleep(SWEEP + 2)  # a round of both beats
    check("answer to a publication that was cut off", answers, lambda found: found == [500])
    check(
        "rows left of it", [now - then for now, then in zip(rows(), before, strict=True)], lambda found: not any(found)
    )
    check("answer to the same form sent again", publish(bench, key), lambda found: found == 302)
    until(lambda: Notification.objects.count() - before[2] == READERS, 120, "the readers are told")


def restart_postgres(bench):
    """PostgreSQL is restarted while letters are posted."""
    until(lambda: waiting() == 0, 120, "nothing waits")
    bench.sink.taken.clear()
    written = write_letters(LETTERS // 2)
    until(lambda: len(bench.sink.taken) > LETTERS // 20, 120, "letters are being posted")
    bench.restart_postgres()
    until(lambda: waiting() == 0, 300, "all letters are posted")
    check("lost over a restart of PostgreSQL", LETTERS // 2 - taken(bench, written), lambda found: found == 0)
    check("repeats, at most one for each worker process", bench.sink.repeats, lambda found: found <= 2)


def refuse(bench):
    """The mail server refuses for now, then takes; and refuses for good."""
    from notifications.models import Letter  # noqa: PLC0415

    until(lambda: waiting() == 0, 120, "nothing waits")
    bench.sink.taken.clear()
    bench.sink.answer = "451 Later"
    written = write_letters(20)
    until(lambda: not Letter.objects.waiting().filter(attempts=0).exists(), 120, "each was tried once")
    found = set(Letter.objects.waiting().values_list("attempts", flat=True))
    check("attempts of letters refused for now", found, lambda found: found == {1})
    bench.sink.answer = "250 Taken"
    try_now(Letter.objects.waiting())
    until(lambda: waiting() == 0, 120, "they are taken")
    check("taken afterwards", taken(bench, written), lambda found: found == 20)
    bench.sink.answer = "554 Never"
    write_letters(20)
    until(lambda: waiting() == 0, 120, "they are given up")
    found = set(Letter.objects.given_up().values_list("attempts", flat=True))
    check("attempts of letters refused for good", found, lambda found: found == {1})
    bench.sink.answer = "250 Taken"


# --- Publishing over HTTP ---------------------------------------------------------------------------------------------


def prepare_publisher(bench):
    """An institution with somebody signed in who speaks for it, and readers who follow notices, letters at once."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from tests.factories import (  # noqa: PLC0415
        FollowerFactory,
        InterestFactory,
        LanguageFactory,
        RepresentationFactory,
        SectorFactory,
        UserFactory,
    )

    LanguageFactory(code="en")
    representation = RepresentationFactory(institution__slug="publisher")
    for language in ("en", "fr", "ar")[:READERS]:
        InterestFactory(kind="notice", follower=FollowerFactory(user=UserFactory(language=language)))
    session = SessionStore()
    session[SESSION_KEY] = str(representation.user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = representation.user.get_session_auth_hash()
    session.save()
    bench.session, bench.sector = session.session_key, SectorFactory().slug


def publish(bench, key):
    """Post the form of a notice as a browser does; give the status of the answer."""
    from django.utils.timezone import localdate  # noqa: PLC0415

    token = "a" * 32
    form = {
        "kind": "request", "title": "A trainer", "text": "For two weeks", "written_in": "en", "sectors": bench.sector,
        "closes_on": (localdate() + timedelta(days=30)).isoformat(), "key": str(key), "csrfmiddlewaretoken": token,
    }  # fmt: skip
    headers = {
        "Cookie": f"sessionid={bench.session}; csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded",
        "Origin": bench.environ["PORTAL_URL"],
    }  # fmt: skip
    connection = HTTPConnection("127.0.0.1", bench.port, timeout=60)
    try:
        connection.request("POST", "/partners/publisher/notices/new/", urlencode(form), headers)
        answer = connection.getresponse()
        bench.last_answer = answer.read()
        return answer.status
    finally:
        connection.close()


def empty_until(bench, is_over):
    """Empty the broker again and again."""
    from redis import Redis  # noqa: PLC0415

    while not is_over.wait(0.3):
        Redis(unix_socket_path=bench.broker_socket).flushall()


def main():
    began = time.monotonic()
    with portal(sweep=SWEEP) as bench:
        print(f"ready after {time.monotonic() - began:.0f} seconds", flush=True)
        prepare_publisher(bench)
        bench.start_web()
        begin_work(bench)
        bench.start_beats()
        pid = bench.broker_pid()
        is_over = threading.Event()
        experiments = [
            ("one thing published fifty times", lambda: publish_at_once(bench)),
            ("a publication cut off", lambda: cut_off(bench)),
            ("the broker frozen", lambda: break_broker(
                bench, "frozen", lambda: os.kill(pid, signal.SIGSTOP), lambda: os.kill(pid, signal.SIGCONT))),
            ("the broker emptied", lambda: break_broker(
                bench, "emptied", lambda: in_background(lambda: empty_until(bench, is_over)), is_over.set)),
            ("the broker stopped", lambda: break_broker(bench, "stopped", bench.stop_broker, bench.start_broker)),
            ("workers killed", lambda: kill_workers(bench)),
            ("a worker killed between 250 and commit", lambda: kill_before_commit(bench)),
            ("the mail server refuses", lambda: refuse(bench)),
            ("workers killed during fan-out", lambda: kill_during_fan_out(bench)),
            ("the mail server is mute", lambda: say_nothing(bench)),
            ("PostgreSQL restarted", lambda: restart_postgres(bench)),
        ]  # fmt: skip
        wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
        for name, experiment in experiments:
            if wanted and not any(word in name for word in wanted):
                continue
            print(f"{name} …", flush=True)
            started = time.monotonic()
            try:
                experiment()
            except AssertionError as error:
                check(str(error), "no", lambda _found: False)
            print(f"  ({time.monotonic() - started:.0f} seconds)", flush=True)
        if failed:
            for log in sorted(bench.folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
    print(f"{len(failed)} found otherwise than promised, {time.monotonic() - began:.0f} seconds.")
    sys.exit(bool(failed))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
