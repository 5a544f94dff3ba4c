"""The partner search with 200,000 institutions: the time of each page beside the time of its own SQL run alone.

Before it is measured, every count that the page shows is compared with a plain count of the rows that its choice leaves; one
that differs fails the run.

script/bench partners
"""

import os
import statistics
import time

from benchmarks.servers import own_servers

INSTITUTIONS = int(os.environ.get("BENCH_INSTITUTIONS", "200000"))
RUNS = 20
PAGES = [
    "/partners/search/", "/partners/search/?country=TR&kind=university", "/partners/search/?part=offers&country=TR&language=ar",
    "/partners/search/?q=irrigation", "/partners/search/?q=institute+of+statistics&country=TR", "/partners/map/?kind=ngo",
]  # fmt: skip
TARGET = 1.5

FILL = """
INSERT INTO partners_institution (name_en, name_fr, name_ar, slug, acronym, kind, website, source_url, status, is_sample,
    country_id, city_name, offers, seeks, written_in, staff, created_at, confirmed_until, verified_until)
SELECT 'Institute of ' || md5(n::text) || ' ' || n, '', '', 'institute-' || n, '',
    (array['ministry', 'university', 'public_agency', 'training_institution', 'ngo'])[1 + n %% 5], '', '', 'listed', false,
    (array(SELECT id FROM classifications_country))[1 + n %% 57], '',
    CASE WHEN n %% 2 = 0
        THEN 'Courses on ' || (array['irrigation', 'statistics', 'welding', 'nursing'])[1 + n / 2 %% 4] ELSE '' END,
    CASE WHEN n %% 3 = 0 THEN 'Trainers' ELSE '' END, 'en', '', now(),
    CASE WHEN n %% 4 = 0 THEN current_date + (n / 4 %% 3 - 1)::int END,
    CASE WHEN n %% 6 = 0 THEN current_date + (n / 6 %% 3 - 1)::int END
FROM generate_series(1, %(number)s) n;
INSERT INTO partners_institution_sectors (institution_id, sector_id)
SELECT i.id, (array(SELECT id FROM classifications_sector WHERE theme_id IS NOT NULL))[1 + (i.id * 7 + k * 13) %% 55]
FROM partners_institution i, generate_series(1, 3) k ON CONFLICT DO NOTHING;
INSERT INTO partners_institution_languages (institution_id, language_id)
SELECT i.id, (array(SELECT id FROM classifications_language))[1 + (i.id + k) %% 30]
FROM partners_institution i, generate_series(1, 2) k ON CONFLICT DO NOTHING;
INSERT INTO trop_membership (institution_id, status, courses, joined_on, is_trusted, waiting_since)
SELECT id, CASE WHEN id %% 20 = 0 THEN 'approved' ELSE 'declined' END, 'Courses.',
    CASE WHEN id %% 20 = 0 THEN current_date END, false, NULL
FROM partners_institution WHERE id %% 10 = 0;
"""


def fill():
    import django  # noqa: PLC0415  after its settings
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_data", "data", verbosity=0)
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(FILL % {"number": INSTITUTIONS})
        cursor.execute("VACUUM ANALYZE")


def differing(path):
    """The counts of a page that are not the plain counts of the institutions that would be left: tuples to print."""
    from django.http import QueryDict  # noqa: PLC0415  needs the settings that main() makes

    from partners.filters import InstitutionFilter  # noqa: PLC0415
    from partners.models import Institution  # noqa: PLC0415

    shown = InstitutionFilter(QueryDict(path.partition("?")[2]), Institution.objects.listed())
    compared = [("all", "", shown.count, shown.count_of(shown.chosen, shown.words))]
    for facet in shown.FACETS:
        of, counts = shown.filters[facet], shown.counts(facet)
        for value in of.choices.values if of.choices else shown.names.known[of.named]:
            plain = shown.count_of(shown.chosen | {facet: [value]}, shown.words)
            compared.append((facet, value, counts.get(value, 0), plain))
    return [each for each in compared if each[2] != each[3]]


def measure(path):
    """Give the medians of the seconds that a page takes and that its queries take when run again alone."""
    from django.db import connection  # noqa: PLC0415  needs the settings that main() makes
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client, pages, alone = Client(), [], []
    with CaptureQueriesContext(connection) as queries:
        if client.get(path).status_code != 200:
            raise SystemExit(f"{path} failed")
    statements = [query["sql"] for query in queries.captured_queries]  # now: the next request empties the log
    for _run in range(RUNS):
        began = time.perf_counter()
        client.get(path)
        pages.append(time.perf_counter() - began)
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
        alone.append(time.perf_counter() - began)
    return statistics.median(pages), statistics.median(alone)


def main():
    with own_servers():
        print(f"Recording {INSTITUTIONS:,} institutions …", flush=True)
        fill()
        from django.core.management import call_command  # noqa: PLC0415  as in fill()

        call_command("collectstatic", "--no-input", verbosity=0)
        import sesric_portal.wsgi  # noqa: F401, PLC0415  the process as the web server has it, once there are settings

        for path in PAGES:
            if wrong := differing(path):
                raise SystemExit(f"{path}: counts that are not those of the rows (shown, plain): {wrong}")
            page, alone = measure(path)
            ratio = page / alone
            told = "met" if ratio <= TARGET else "MISSED"
            print(
                f"{page * 1000:6.0f} ms, its SQL alone {alone * 1000:6.0f} ms: {ratio:.2f}   target {TARGET}: {told}   {path}"
            )


if __name__ == "__main__":
    main()
