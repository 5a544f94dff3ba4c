"""Tables for spreadsheets."""

import csv
from io import StringIO

from tests.factories import CountryFactory, EventFactory, InstitutionFactory, LanguageFactory, ProgrammeFactory

TABLE = "/events/table.csv"
HEADER = [
    "Title", "Kind", "Status", "First day", "Last day", "How", "City", "Country", "Programmes", "Provider institutions",
    "Provider countries", "Beneficiary countries", "Languages of teaching", "Participants", "Address", "Source",
]  # fmt: skip


def read(response):
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    text = b"".join(response).decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.reader(StringIO(text[1:], newline="")))


def test_one_line_for_each_event(client, db):
    one, two = CountryFactory(iso2="TN", name_en="Tunisia"), CountryFactory(iso2="ML", name_en="Mali")
    EventFactory(
        title_en='Course, "quoted"\nand broken', slug="it", country=one, programmes=[ProgrammeFactory(acronym="CAB")],
        providers=[InstitutionFactory(name_en="Office")], provider_countries=[one], beneficiary_countries=[one, two],
        languages=[LanguageFactory(code="fr", name_en="French")], participants=0, source_url="https://example.org/",
    )  # fmt: skip
    EventFactory(title_en="Draft", published_at=None)
    header, *lines = read(client.get(TABLE))
    assert header == HEADER
    assert lines == [
        [
            'Course, "quoted"\nand broken', "Training course", "Held", "2011-07-05", "2011-07-06", "In person", "", "Tunisia",
            "CAB", "Office", "Tunisia", "Mali; Tunisia", "French", "0", "http://testserver/events/2011/it/",
            "https://example.org/",
        ]
    ]  # fmt: skip


def test_a_table_of_all_that_is_on_record_is_one_query(client, db, django_assert_num_queries):
    country = CountryFactory(name_en="Mali")
    EventFactory.create_batch(3, beneficiary_countries=[country])
    client.get(TABLE)
    with django_assert_num_queries(2):  # whether anything changed, and the rows with what they are linked to
        lines = read(client.get(TABLE))[1:]
    assert [line[11] for line in lines] == ["Mali"] * 3


def test_filters_are_kept(client, db):
    EventFactory(title_en="In", kind="seminar")
    EventFactory(title_en="Out", kind="meeting")
    assert [line[0] for line in read(client.get(TABLE, {"kind": "seminar"}))] == ["Title", "In"]


def test_no_cell_runs_as_a_formula(client, db):
    for sign in "=+-@\t\r":
        EventFactory(title_en=f"{sign}cmd|'/c calc'!A1", providers=[InstitutionFactory(name_en=f"{sign}1+1")])
    lines = read(client.get(TABLE))[1:]
    assert len(lines) == 6
    assert {cell[0] for line in lines for cell in (line[0], line[9])} == {"'"}


def test_what_is_no_formula_stays_as_it_is(client, db):
    EventFactory(title_en="1 = 1")
    assert read(client.get(TABLE))[1][0] == "1 = 1"


def test_archive_table(client, db):
    programme = ProgrammeFactory(name_en="One")
    EventFactory(programmes=[programme])
    EventFactory()
    header, *lines = read(client.get("/events/archive/table.csv"))
    assert header == ["Theme", "Programme", "2011", "All"]
    assert lines == [
        [programme.theme.name_en, "One", "1", "1"],
        ["Outside the programmes", "Events of no programme", "1", "1"],
    ]
