"""The portal's pages against a bare Django, in one run on one machine: `script/bench`.

Same Django, same server (granian, two workers), same rows, over loopback, no page cache anywhere. Every round measures the
reference and the pages one after the other, so that what else the machine does falls on all of them; the ratios of one round
are taken together and their median is printed. First with the real data, then with 50,000 events.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from sesric_portal.embedded import environment

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
EVENTS = 50_000
TARGETS = {"list": 0.35, "event": 0.5, "home": 0.5}
LASTING = 0.75  # of the requests per second with the real data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    """Wait until the server answers a request; its socket is open before its workers are ready."""
    for _ in range(100):
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not answer within ten seconds.")


@contextmanager
def server(application, environ):
    """Run an application with granian and yield its port."""
    port = free_port()
    command = [
        "granian", "--interface", "wsgi", "--workers", "2", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error", application,
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
        cursor.execute("CREATE TEMP TABLE copies AS SELECT e.id AS original, nextval('events_event_id_seq') AS id, n"
                       " FROM events_event e, generate_series(1, %s) n LIMIT %s", [number // 551 + 1, number - 551])
        cursor.execute(
            "INSERT INTO events_event (id, title_en, title_fr, title_ar, slug, summary_en, summary_fr, summary_ar, kind, status, mode,"
            " starts_on, ends_on, time_zone, venue, city_id, country_id, participants, source_url, published_at, created_at,"
            " updated_at, is_sample, uid, names, search_key, search_stems)"
            " SELECT c.id, title_en || ' ' || c.n, title_fr, title_ar, left(slug, 90) || '-' || c.n, summary_en, summary_fr, summary_ar, kind,"
            " status, mode, starts_on - (c.n % 28), ends_on - (c.n % 28), time_zone, venue, city_id, country_id, participants,"
            " source_url, published_at, created_at, updated_at, is_sample, gen_random_uuid(), names, search_key, search_stems"
            " FROM events_event e JOIN copies c ON c.original = e.id ON CONFLICT DO NOTHING"
        )
        for table, column in links.items():
            cursor.execute(f"INSERT INTO {table} (event_id, {column}) SELECT c.id, l.{column} FROM {table} l"  # noqa: S608
                           " JOIN copies c ON c.original = l.event_id JOIN events_event e ON e.id = c.id")
        cursor.execute("SELECT set_config('portal.names_later', 'off', false)")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM events_event")
        return cursor.fetchone()[0]


def measure(ports, pages):
    """Give for each page the requests per second and the ratios to the reference, one of each for every round."""
    from benchmarks.load import requests_per_second  # noqa: PLC0415

    for name, path in pages.items():  # warm up: connections, templates, the tally
        requests_per_second(ports["reference"], "/", 0.5)
        requests_per_second(ports["portal"], path, 1)
    speeds, ratios = {name: [] for name in ("reference", *pages)}, {name: [] for name in pages}
    for _round in range(ROUNDS):
        base = requests_per_second(ports["reference"], "/", SECONDS)
        speeds["reference"].append(base)
        for name, path in pages.items():
            speed = requests_per_second(ports["portal"], path, SECONDS)
            speeds[name].append(speed)
            ratios[name].append(speed / base)
    return speeds, ratios


def main():
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-"))
        os.chmod(folder, 0o755)  # noqa: S103  PostgreSQL's own account has to reach its folder in it
        os.environ |= stack.enter_context(environment(folder, durable=False))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "sesric_portal.settings", "SECRET_KEY": "benchmark", "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "PORTAL_URL": "http://localhost", "VAR_DIR": folder, "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        import django  # noqa: PLC0415  after its settings
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        for command in (["migrate"], ["createcachetable"], ["collectstatic", "--no-input"], ["load_data", str(ROOT / "data")]):
            call_command(*command, verbosity=0)
        from events.models import Event  # noqa: PLC0415

        event = Event.objects.filter(participations__isnull=False, providers__isnull=False).newest_first().first()
        pages = {"list": "/events/", "event": event.get_absolute_url(), "home": "/"}
        print(f"{ROUNDS} rounds of {SECONDS:g} seconds; requests per second and their ratio to the reference (medians).")
        results = {}
        for label in ("real data", f"{EVENTS:,} events"):
            if label != "real data":
                count = multiply(EVENTS)
                print(f"\n{count:,} events:")
            else:
                print(f"\n{Event.objects.count():,} events (the real data):")
            with server("benchmarks.reference.wsgi:application", os.environ) as reference, server(
                "sesric_portal.wsgi:application", os.environ
            ) as portal:
                speeds, ratios = measure({"reference": reference, "portal": portal}, pages)
            results[label] = {name: statistics.median(values) for name, values in speeds.items()}
            print(f"  {'reference':<10} {statistics.median(speeds['reference']):8.0f}")
            for name in pages:
                ratio = statistics.median(ratios[name])
                verdict = f"target {TARGETS[name]:.2f}: {'met' if ratio >= TARGETS[name] else 'MISSED'}"
                print(f"  {name:<10} {statistics.median(speeds[name]):8.0f}   {ratio:5.2f}   {verdict if label == 'real data' else ''}")
        real, many = results.values()
        print(f"\nwith {EVENTS:,} events as a share of the real data:")
        for name in pages:
            share = many[name] / real[name]
            print(f"  {name:<10} {share:5.2f}   target {LASTING:.2f}: {'met' if share >= LASTING else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
