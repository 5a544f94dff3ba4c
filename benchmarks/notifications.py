"""One publication against a million interests, and the delivery of its letters, beside what the database and loopback allow.

script/bench notifications
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack

from benchmarks.servers import free_port, own_servers

INTERESTS = int(os.environ.get("BENCH_INTERESTS", "1000000"))  # one of fifty fits
LETTERS = 2_000
PUBLISHED_WITHIN, RATIO, MEMORY, SPEED = 300, 2, 200, 50  # ms, times, MB, letters a second

# Every fiftieth interest fits; four of fifty share its rarest facet and do not fit, the others ask for other sectors.
FILL = """
INSERT INTO notifications_follower (email, language, time_zone, made_at, key, answered)
SELECT 'reader' || n || '@example.org', (array['en', 'fr', 'ar'])[1 + n %% 3],
  (array['Europe/Istanbul', 'Africa/Dakar', 'Asia/Jakarta'])[1 + n %% 3], now(), gen_random_uuid(), '{}'
FROM generate_series(1, %(interests)s / 2) n;
INSERT INTO notifications_interest (follower_id, kind, choices, words, frequency, accepted_at, made_at, key)
SELECT f.id, 'opportunity', jsonb_build_object('sector', jsonb_build_array(
    CASE WHEN n %% 50 < 5 THEN 'water' ELSE 'sector-' || n %% 50 END), 'language', jsonb_build_array(
    CASE WHEN n %% 50 = 0 THEN 'ar' WHEN n %% 50 < 5 THEN 'fr' ELSE (array['ar', 'en'])[1 + n %% 2] END)),
  CASE WHEN n %% 50 > 4 AND n > %(interests)s / 2 THEN 'w' || n ELSE '' END,
  (array['at-once', 'daily', 'weekly', 'never'])[1 + n / 50 %% 4], now(), now(), gen_random_uuid()
FROM generate_series(1, %(interests)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM notifications_follower) f
  ON f.place = 1 + (n * 7919::bigint) %% (%(interests)s / 2 - 21)
ON CONFLICT DO NOTHING;
"""

FAN_OUT = r"""
import django, pathlib, re, sys, time
django.setup()
from notifications.matching import fan_out
fan_out(int(sys.argv[1]) - 1)  # one that reaches nobody: what a worker reads once
began = time.perf_counter()
count = fan_out(int(sys.argv[1]))
took = time.perf_counter() - began
# Not `ru_maxrss`, in which the process that started this one is counted.
most = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]
print(count, took, int(most) / 1024)
"""

DELIVER = """
import django, sys
django.setup()
from notifications.delivery import deliver_due
from notifications.models import Letter
while Letter.objects.due().exists():
    deliver_due(50)
"""

SINK = """
import sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 Taken"
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
print("ready", flush=True)
time.sleep(3600)
"""


def told(label, value, unit, target, *, at_most):
    met = value <= target if at_most else value >= target
    print(f"{label:<58} {value:8.2f} {unit:<12} target {target}: {'met' if met else 'MISSED'}", flush=True)


def prepare():
    import django  # noqa: PLC0415  after its settings
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"interests": INTERESTS})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM notifications_interest")
        return cursor.fetchone()[0]


def opportunity_to_publish(sector):
    """A draft of a trusted member in a sector, with a browser in which somebody is signed in who speaks for it."""
    from django.test import Client  # noqa: PLC0415

    from tests.factories import (  # noqa: PLC0415
        LanguageFactory,
        MembershipFactory,
        OpportunityFactory,
        RepresentationFactory,
        SectorFactory,
    )

    institution = MembershipFactory(is_trusted=True).institution
    user = RepresentationFactory(institution=institution).user
    draft = OpportunityFactory(
        status="draft", slug="", published_at=None, institution=institution, sectors=[SectorFactory(slug=sector)],
        languages=[LanguageFactory(code="ar")],
    )  # fmt: skip
    client = Client()
    client.force_login(user)
    return client, draft


def publish(client, draft):
    """Give the milliseconds of the request that publishes."""
    address = f"/trop/panel/{draft.institution.slug}/{draft.pk}/"
    client.get(address)  # with the button; a test client reads the list of static files with its first request
    began = time.perf_counter()
    answer = client.post(address + "publish/")
    took = (time.perf_counter() - began) * 1000
    draft.refresh_from_db()
    if answer.status_code != 302 or draft.status != "published":
        raise SystemExit(f"It could not be published: {answer.status_code}, {draft.status}.")
    return took


def bare_insert(announcement):
    """The seconds that PostgreSQL takes to write bare rows for the same join, into a table with the same indexes."""
    from django.db import connection  # noqa: PLC0415

    from notifications.matching import as_new  # noqa: PLC0415
    from notifications.models import Interest  # noqa: PLC0415

    found = Interest.objects.matching(as_new(announcement.kind, announcement.subject_pk)).order_by()
    sql, params = found.values_list("follower").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE notifications_notification INCLUDING ALL)")
        began = time.perf_counter()
        cursor.execute(
            "INSERT INTO bare (announcement_id, follower_id, reasons, interests, made_at, withheld)"  # noqa: S608  compiled
            f" SELECT DISTINCT %s, follower_id, '[]'::jsonb, '{{}}'::bigint[], now(), '' FROM ({sql}) AS found (follower_id)",
            [announcement.pk, *params],
        )
        return cursor.rowcount, time.perf_counter() - began


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def deliver(port):
    """Letters a second, with two worker processes."""
    from notifications.models import Letter, Notification  # noqa: PLC0415
    from notifications.tasks import write_letters  # noqa: PLC0415

    some = (
        Notification.objects.filter(due_at__isnull=False).order_by("pk").values("pk")[:LETTERS]
    )  # some want no letters
    Notification.objects.filter(due_at__isnull=False).exclude(pk__in=some).update(withheld="muted")
    from django.utils.timezone import now  # noqa: PLC0415

    Notification.objects.filter(pk__in=some).update(due_at=now())
    write_letters()
    count = Letter.objects.due().count()
    began = time.perf_counter()
    workers = [subprocess.Popen([sys.executable, "-c", DELIVER]) for _number in range(2)]  # noqa: S603
    for worker in workers:
        worker.wait()
    took = time.perf_counter() - began
    sent = Letter.objects.sent().count()
    if sent != count:
        raise SystemExit(f"{sent} of {count} letters were sent.")
    return count / took


def main():
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(own_servers(EMAIL_URL=f"smtp://127.0.0.1:{port}", DEBUG=""))
        sink = subprocess.Popen([sys.executable, "-c", SINK, str(port)], stdout=subprocess.PIPE)  # noqa: S603
        stack.callback(sink.wait)
        stack.callback(sink.kill)
        print(f"{prepare():,} interests", flush=True)
        sink.stdout.readline()
        from django.core.management import call_command  # noqa: PLC0415

        from notifications.models import Announcement  # noqa: PLC0415

        call_command("collectstatic", "--no-input", verbosity=0)
        publish(*opportunity_to_publish("other"))  # what is read once for each process
        took = publish(*opportunity_to_publish("water"))
        told("the request that publishes", took, "ms", PUBLISHED_WITHIN, at_most=True)
        announcement = Announcement.objects.latest("pk")
        rows, bare = bare_insert(announcement)
        count, took, memory = (float(each) for each in run(FAN_OUT, str(announcement.pk)).split())
        print(f"{count:,.0f} rows with their reasons in {took:.2f} s; {rows:,} bare ones in {bare:.2f} s")
        told("writing them, to a bare INSERT … SELECT of the same join", took / bare, "times", RATIO, at_most=True)
        told("memory of the worker that writes them", memory, "MB", MEMORY, at_most=True)
        told("letters by two worker processes", deliver(port), "a second", SPEED, at_most=False)


if __name__ == "__main__":
    main()
