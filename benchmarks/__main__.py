"""The portal's pages against a bare Django, in one run on one machine: `script/bench`.

Same Django, same server (granian, two workers), same rows, over loopback, no page cache anywhere. Every round measures the
reference and the pages one after the other, so that what else the machine does falls on all of them; the ratios of one round
are taken together and their median is printed. First with the real data, then with 50,000 events.
"""

import os
import statistics
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.load import requests_per_second
from benchmarks.servers import free_port, own_servers

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
EVENTS = 50_000
TARGETS = {"list": 0.35, "event": 0.5, "home": 0.5}
LASTING = 0.75  # of the requests per second with the real data


def wait_for(port):
    """Wait until the server answers a request; its socket is open before its workers are ready."""
    for _ in range(100):
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not answer within ten seconds.")


@contextmanager
def server(application, environ):
    """Run an application with granian and yield its port."""
    port = free_port()
    command = [
        "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environ)  # noqa: S603
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def multiply(number):
    """Fill the record up to `number` events: copies of the real ones, spread over the same years."""
    from django.db import connection  # noqa: PLC0415  needs the settings that main() makes

    links = {
        "events_event_programmes": "programme_id",
        "events_event_providers": "institution_id",
        "events_event_provider_countries": "country_id",
        "events_participation": "country_id",
        "events_event_languages": "language_id",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.names_later', 'on', false)")
        cursor.execute(
            "CREATE TEMP TABLE copies AS SELECT e.id AS original, nextval('events_event_id_seq') AS id, n"
            " FROM events_event e, generate_series(1, %s) n LIMIT %s",
            [number // 551 + 1, number - 551],
        )
        cursor.execute(
            "INSERT INTO events_event (id, title_en, title_fr, title_ar, slug, summary_en, summary_fr, summary_ar, kind, status,"
            " mode, starts_on, ends_on, time_zone, venue, city_id, country_id, participants, source_url, published_at, created_at,"
            " updated_at, is_sample, uid, names, search_key, search_stems)"
            " SELECT c.id, title_en || ' ' || c.n, title_fr, title_ar, left(slug, 90) || '-' || c.n, summary_en,"
            " summary_fr, summary_ar, kind,"
            " status, mode, starts_on - (c.n % 28), ends_on - (c.n % 28), time_zone, venue, city_id, country_id, participants,"
            " source_url, published_at, created_at, updated_at, is_sample, gen_random_uuid(), names, search_key, search_stems"
            " FROM events_event e JOIN copies c ON c.original = e.id ON CONFLICT DO NOTHING"
        )
        for table, column in links.items():
            cursor.execute(
                f"INSERT INTO {table} (event_id, {column}) SELECT c.id, l.{column} FROM {table} l"  # noqa: S608
                " JOIN copies c ON c.original = l.event_id JOIN events_event e ON e.id = c.id"
            )
        cursor.execute("SELECT set_config('portal.names_later', 'off', false)")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM events_event")
        return cursor.fetchone()[0]


def measure(pages, reference, real, many):
    """Ask all pages of the three servers in turn, `ROUNDS` times; give requests per second by (server, page), one each round."""
    tasks = [("reference", "reference", reference, "/")]
    tasks += [("real", name, real, path) for name, path in pages.items()]
    tasks += [("many", name, many, path) for name, path in pages.items()]
    for _server, _name, port, path in tasks:  # warm up: connections, templates, the tally
        requests_per_second(port, path, 1)
    speeds = {}
    for _round in range(ROUNDS):
        for where, name, port, path in tasks:
            speeds.setdefault((where, name), []).append(requests_per_second(port, path, SECONDS))
    return speeds


def median_ratio(speeds, one, other):
    """The median over the rounds of the ratio of two speeds of the same round."""
    return statistics.median(a / b for a, b in zip(speeds[one], speeds[other], strict=True))


def told(ratio, target):
    return f"{ratio:5.2f}   target {target:.2f}: {'met' if ratio >= target else 'MISSED'}"


def prepare():
    """Fill one database with the real data and a copy of it with many events; give the pages and the second one's URL."""
    import django  # noqa: PLC0415  after its settings
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    for command in (
        ["migrate"],
        ["createcachetable"],
        ["collectstatic", "--no-input"],
        ["load_data", str(ROOT / "data")],
    ):
        call_command(*command, verbosity=0)
    from django.db import connection  # noqa: PLC0415

    from events.models import Event  # noqa: PLC0415

    event = Event.objects.filter(participations__isnull=False, providers__isnull=False).newest_first().first()
    pages = {"list": "/events/", "event": event.get_absolute_url(), "home": "/"}
    real_count = Event.objects.count()
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "postgres"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}_many" TEMPLATE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = f"{name}_many"
    count = multiply(EVENTS)
    connection.close()
    print(f"{real_count:,} events are the real data, {count:,} the many.")
    return pages, os.environ["DATABASE_URL"].replace(f"/{name}", f"/{name}_many", 1)


def main():
    with ExitStack() as stack:
        stack.enter_context(own_servers(ALLOWED_HOSTS="localhost,127.0.0.1", PORTAL_URL="http://localhost"))
        pages, many_url = prepare()
        reference, real, many = (
            stack.enter_context(server(application, os.environ | {"DATABASE_URL": url}))
            for application, url in (
                ("benchmarks.reference.wsgi:application", os.environ["DATABASE_URL"]),
                ("sesric_portal.wsgi:application", os.environ["DATABASE_URL"]),
                ("sesric_portal.wsgi:application", many_url),
            )
        )
        speeds = measure(pages, reference, real, many)
    print(
        f"{ROUNDS} rounds of {SECONDS:g} seconds a page; medians of requests per second, and of the ratios within a round.\n"
    )
    print(f"{'bare Django':<12} {statistics.median(speeds['reference', 'reference']):6.0f} requests per second")
    for name in pages:
        ratio = median_ratio(speeds, ("real", name), ("reference", "reference"))
        print(
            f"{name:<12} {statistics.median(speeds['real', name]):6.0f}   to bare Django {told(ratio, TARGETS[name])}"
        )
    for name in pages:
        ratio = median_ratio(speeds, ("many", name), ("real", name))
        speed = statistics.median(speeds["many", name])
        print(f"{name:<12} {speed:6.0f}   with {EVENTS:,} events, to the real data {told(ratio, LASTING)}")


if __name__ == "__main__":
    main()
