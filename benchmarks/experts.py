"""The search for experts with 1,000,000 of them: the time of each page beside the time of its own SQL run alone.

script/bench experts
"""

import os
import statistics
import time

from benchmarks.servers import own_servers

EXPERTS = int(os.environ.get("BENCH_EXPERTS", "1000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "100"))
SEARCH = "/experts/search/"
PAGES = [
    "", "roster=tvet&language=ar&group=Arab", "sector=water-resources&language=fr&level=5&years=11-20",
    "nationality=TR&degree=doctorate&endorsed=yes", "roster=environment-water&language=en&seen=6&sort=experience",
    "theme=THEME&group=African&gender=female", "language=ar&nationality=SN&residence=SN&sort=fresh",
    "sector=water-resources&language=ar&free_from=FIRST&free_until=LAST", "roster=tvet&language=en&q=irrigation",
    "roster=tvet&language=en&q=irrigations", "roster=tvet&language=en&q=curricul",
    "roster=tvet&language=en&degree=master&page=40",
]  # fmt: skip
RATIO, LIMIT = 1.5, 100  # milliseconds, of 95 in 100 pages

# Triggers rest while the rows are made; then the words that many use are chosen, and all labels are written at once.
FILL = """
SET session_replication_role = replica;
INSERT INTO accounts_user (email, password, is_superuser, is_staff, is_active, date_joined, name, language, time_zone, is_sample)
SELECT 'bench' || n || '@example.org', '', false, false, true, now(), '', 'en', 'UTC', true FROM generate_series(1, %(number)s) n;
INSERT INTO experts_expert (user_id, key, status, title, name, name_ar, nationality_id, residence_id, gender, degree, first_year,
    employer, summary_en, summary_fr, summary_ar, way, linked_words, cv, renewed_at, endorsed_on, is_sample, created_at,
    is_kept, is_for_focal_points, is_for_partners, is_public, may_be_contacted)
SELECT id, gen_random_uuid(), 'listed', 'dr', 'Sample Expert ' || n, '', (countries)[1 + floor(random() * 57)],
    (countries)[1 + floor(random() * 57)], (array['female', 'male', ''])[1 + floor(random() * 3)],
    (array['doctorate', 'master', 'bachelor', 'diploma'])[1 + floor(random() * 4)], 1985 + floor(random() * 40), '',
    'Courses on ' || (array['irrigation', 'safety at work', 'curricula', 'soils', 'water quality'])[1 + floor(random() * 5)]
      || ' ' || md5(n::text), '', '', 'both', '', '', now() - random() * interval '600 days',
    CASE WHEN random() < .3 THEN current_date END, true, now(), true, true, random() < .6, random() < .5, true
FROM (SELECT id, row_number() OVER () AS n FROM accounts_user WHERE email LIKE 'bench%%') AS people,
  (SELECT array_agg(id) AS countries FROM classifications_country WHERE oic_group <> '') AS states;
INSERT INTO experts_rostermembership (expert_id, roster_id, joined_at)
SELECT e.id, (SELECT array_agg(id) FROM experts_roster)[1 + e.id %% 4], now() FROM experts_expert e;
INSERT INTO experts_expert_sectors (expert_id, sector_id)
SELECT DISTINCT e.id, sectors[1 + floor(random() * cardinality(sectors))]
FROM experts_expert e, generate_series(1, 2), (SELECT array_agg(id) AS sectors FROM classifications_sector
  WHERE theme_id IS NOT NULL) AS known;
INSERT INTO experts_expertlanguage (expert_id, language_id, level)
SELECT DISTINCT ON (e.id, language) e.id, language, 1 + floor(random() * 7) FROM experts_expert e, generate_series(1, 3),
  LATERAL (SELECT languages[1 + floor(power(random(), 3) * cardinality(languages) + e.id * 0)] AS language
    FROM (SELECT array_agg(id ORDER BY code NOT IN ('ar', 'en', 'fr'), id) AS languages
      FROM classifications_language) AS known) AS spoken;
INSERT INTO experts_availability (expert_id, starts_on, until)
SELECT e.id, current_date + d, current_date + d + 20
FROM experts_expert e, LATERAL (SELECT (random() * 365)::int + e.id::int * 0 AS d) AS days
WHERE e.id %% 2 = 0;
SET session_replication_role = DEFAULT;
"""


def fill():
    import django  # noqa: PLC0415  after its settings
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    for command in (["migrate"], ["load_data", "data"], ["collectstatic", "--no-input"], ["createcachetable"]):
        call_command(*command, verbosity=0)
    from django.db import connection  # noqa: PLC0415

    from experts.tally import fold  # noqa: PLC0415
    from experts.words import choose  # noqa: PLC0415

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '64MB'; SELECT setseed(0.5)")
        cursor.execute(FILL % {"number": EXPERTS})
        print(f"rows after {time.perf_counter() - began:.0f} s", flush=True)
        choose()
        cursor.execute("SELECT experts_label(ARRAY(SELECT id FROM experts_expert))")
        print(f"labels after {time.perf_counter() - began:.0f} s", flush=True)
        fold()
        print(f"bitmaps after {time.perf_counter() - began:.0f} s", flush=True)
        cursor.execute("RESET work_mem")
        cursor.execute("VACUUM ANALYZE")


def staff():
    """A client that has signed in as somebody of the Centre, for whom there is most to count."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415  needs the settings that main() makes
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    user = User.objects.create(email="bench@example.org", is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not shown"})
    client = Client()
    client.force_login(user)
    return client


def pages():
    """The addresses to ask, with a theme and days that there are."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils.timezone import localdate  # noqa: PLC0415  needs the settings

    from classifications.models import Sector  # noqa: PLC0415

    known = {
        "THEME": Sector.objects.themes().first().slug,
        "FIRST": (localdate() + timedelta(days=90)).isoformat(), "LAST": (localdate() + timedelta(days=95)).isoformat(),
    }  # fmt: skip
    for query in PAGES:
        for name, value in known.items():
            query = query.replace(name, value)
        yield f"{SEARCH}?{query}"


def measure(client, path):
    """Give the seconds of each page and of its queries run again alone, in turn, and how many experts were found."""
    from django.db import connection  # noqa: PLC0415  needs the settings that main() makes
    from django.http import QueryDict  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from experts.filters import ExpertFilter  # noqa: PLC0415
    from experts.readers import Kind, Reader  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        if client.get(path).status_code != 200:
            raise SystemExit(f"{path} failed")
    alone_too = [query["sql"] for query in queries.captured_queries]  # the next page begins a new record
    found = ExpertFilter(QueryDict(path.partition("?")[2]), reader=Reader(Kind.STAFF)).count
    taken, alone = [], []
    for _run in range(RUNS):
        began = time.perf_counter()
        client.get(path)
        taken.append(time.perf_counter() - began)
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for sql in alone_too:
                cursor.execute(sql)
                cursor.fetchall()
        alone.append(time.perf_counter() - began)
    return taken, alone, found


def told(is_met):
    return "met" if is_met else "MISSED"


def main():
    with own_servers():
        print(f"Recording {EXPERTS:,} experts …", flush=True)
        fill()
        import sesric_portal.wsgi  # noqa: F401, PLC0415  the process as the web server has it, once there are settings

        client = staff()
        for path in pages():
            taken, alone, found = measure(client, path)
            ratio = statistics.median(a / b for a, b in zip(taken, alone, strict=True))
            slow = statistics.quantiles(taken, n=20)[-1] * 1000
            print(
                f"{statistics.median(taken) * 1000:5.0f} ms, p95 {slow:5.0f} ({LIMIT}: {told(slow <= LIMIT)}), its SQL alone"
                f" {statistics.median(alone) * 1000:5.0f} ms: {ratio:.2f} ({RATIO}: {told(ratio <= RATIO)})"
                f" {found:>9,} found  {path}",
                flush=True,
            )


if __name__ == "__main__":
    main()
