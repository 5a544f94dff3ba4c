"""Loading: twice the same, all or nothing, and every fault at once with its place."""

import codecs
import csv
import gc
import shutil
from datetime import date, timedelta
from io import StringIO

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from classifications.models import Country, Language, LinkChange
from classifications.sheets import BATCH, write_rows
from events.models import Change, Event, Series
from partners.merging import merge
from partners.models import Institution
from programmes.models import Page, Programme
from tests.factories import RepresentationFactory, UserFactory

REFUSED = "nothing was loaded. Each line says file:line: column: value: reason."


@pytest.fixture
def folder(tmp_path):
    """A copy of the real data set, to be damaged."""
    return shutil.copytree("data", tmp_path / "data")


def load(folder):
    """Load and give the lines that were said."""
    said = StringIO()
    call_command("load_data", folder, stdout=said)
    return said.getvalue().splitlines()


def faults_in(folder):
    """Try to load a damaged folder; give the faults told, and see that nothing was written."""
    told = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("load_data", folder, stdout=StringIO(), stderr=told)
    faults = told.getvalue().splitlines()
    plural = "s" if len(faults) > 1 else ""
    assert str(refusal.value) == f"{len(faults)} fault{plural}; {REFUSED}"
    assert [model.objects.count() for model in (Language, Country, Programme, Institution, Event, Page)] == [0] * 6
    return faults


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def put(path, line, column, value):
    """Write `value` into a cell of a file whose rows take one line each; `line` counts from 1 with the header."""
    rows = read(path)
    rows[line - 1][rows[0].index(column)] = value
    write(path, rows)


def test_real_data_loads_once_and_a_second_run_changes_nothing(db):
    first = load("data")
    assert first[-1] == "Loaded."
    assert "events.csv: 551 new, 0 changed, 0 as they were" in first
    counted = (Country.objects.member_states().count(), Programme.objects.count(), Event.objects.published().count())
    assert counted == (57, 43, 551)

    def stored():
        return [list(model.objects.order_by("pk").values()) for model in (Country, Programme, Institution, Event, Page)]

    before, traces = stored(), Change.objects.count()
    second = load("data")
    assert second[-1] == "Nothing has changed: everything is on record as the files say."
    assert "events.csv: 0 new, 0 changed, 551 as they were" in second
    assert [line for line in second[:-1] if " 0 new, 0 changed, " not in line] == []
    assert stored() == before
    # An empty UPDATE leaves a trace, which makes every process count anew; more would mean that rows were touched.
    assert Change.objects.count() - traces <= 1


def test_what_is_no_folder_is_told(tmp_path):
    with pytest.raises(CommandError, match="no-such is not a folder"):
        call_command("load_data", tmp_path / "no-such")


LONG_TITLE = "x" * 301
CELLS = {
    "impossible date": ("events.csv", 2, "start_date", "2011-02-30", "not a day as year-month-day, such as 2011-07-05"),
    "no date": ("events.csv", 2, "start_date", "5 July 2011", "not a day as year-month-day, such as 2011-07-05"),
    "a year without a page": ("events.csv", 2, "start_date", "0201-07-05", "not between 1900 and 2099"),
    "end before start": ("events.csv", 2, "end_date", "2005-03-27", "before start_date 2005-03-28"),
    "unknown country": ("events.csv", 2, "country", "Atlantis", "unknown country"),
    "unknown provider": ("events.csv", 2, "provider_country", "Niger; Atlantis", "unknown country “Atlantis”"),
    "unknown programme": ("events.csv", 2, "programme_slug", "no-such", "unknown programme “no-such”"),
    "unknown city": ("events.csv", 2, "city", "Atlantis", "unknown city in country TR"),
    "city elsewhere": ("events.csv", 2, "city", "Dakar", "unknown city in country TR"),
    "unknown kind": ("events.csv", 2, "kind", "party", "unknown kind of event"),
    "unknown institution": ("events.csv", 2, "provider_institution", "Nobody", "unknown institution “Nobody”"),
    "unknown language": ("events.csv", 2, "languages", "en;tlh", "unknown language “tlh”"),
    "negative participants": ("events.csv", 2, "participants", "-5", "not a whole number"),
    "too many participants": ("events.csv", 2, "participants", "9" * 20, "not between 0 and 1000000"),
    "participants too many behind noughts": (
        "events.csv", 2, "participants", "0" * 12 + "9" * 9, "not between 0 and 1000000",
    ),
    "no title": ("events.csv", 2, "title", "", "may not be empty"),
    "long title": ("events.csv", 2, "title_fr", LONG_TITLE, "longer than 300 characters"),
    "NUL": ("events.csv", 2, "title_ar", "a\x00b", "holds a control character"),
    "bell": ("events.csv", 2, "title_ar", "a\x07b", "holds a control character"),
    "script as source": (
        "events.csv", 2, "source_url", "javascript:alert(1)", "not a web address that begins with http:// or https://",
    ),
    "long source": ("events.csv", 2, "source_url", f"https://example.org/{'x' * 500}", "longer than 500 characters"),
    "long website": (
        "institutions.csv", 2, "website", f"https://example.org/{'x' * 200}", "longer than 200 characters",
    ),
    "long website of a seat": ("seats.csv", 2, "website", f"https://example.org/{'x' * 200}", "longer than 200 characters"),
    "series of meetings": ("committees.csv", 2, "meetings", "no-such", "unknown series"),
    "sector as a theme": ("sectors.csv", 2, "slug", "diplomacy", "is the address of a theme"),
    "former number": ("events.csv", 2, "legacy_ids", "45;x", "not a list of numbers separated by semicolons"),
    "address of a programme": (
        "programmes.csv", 44, "slug", "a b/c",
        "not an address: only letters a to z, figures, hyphens and underscores",
    ),
    "code of a country": ("countries.csv", 73, "iso2", "z1", "not a code of 2 capital letters"),
    "time zone": ("countries.csv", 3, "time_zone", "Europe/Tirana", "not the name of a time zone, such as Africa/Dakar"),
    "half a member": ("countries.csv", 3, "joined_year", "", "a member state has a group and a year"),
}  # fmt: skip


@pytest.mark.parametrize("damage", CELLS)
def test_a_bad_cell_is_told_with_its_place(db, folder, damage):
    name, line, column, value, reason = CELLS[damage]
    put(folder / name, line, column, value)
    shown = value if len(value) <= 80 else value[:79] + "…"
    # What other files say of a row whose own key is wrong comes beside it.
    assert [fault for fault in faults_in(folder) if fault.startswith(f"{name}:{line}:")] == [
        f"{name}:{line}: {column}: {shown!r}: {reason}"
    ]


def test_one_bad_cell_makes_no_other_row_wrong(db, folder):
    put(folder / "programmes.csv", 2, "launched_year", "long ago")
    put(folder / "countries.csv", 2, "joined_year", "1812")
    assert faults_in(folder) == [
        "countries.csv:2: joined_year: '1812': not between 1969 and 2100",
        "programmes.csv:2: launched_year: 'long ago': not a whole number",
    ]


def test_a_duplicate_event_is_told(db, folder):
    rows = read(folder / "events.csv")
    write(folder / "events.csv", [*rows, rows[1]])
    faults = faults_in(folder)
    assert faults[0] == f"events.csv:553: title: {rows[1][0]!r}: duplicate of line 2"
    assert [fault.rpartition(": ")[2] for fault in faults[1:]] == ["in the series already on line 2"]


@pytest.mark.parametrize(
    ("name", "row"), [("programmes.csv", 2), ("countries.csv", 2), ("institutions.csv", 2), ("events.csv", 2)]
)
def test_a_wrong_number_of_cells_is_told_once(db, folder, name, row):
    rows = read(folder / name)
    had = len(rows[0])
    rows[row - 1] = rows[row - 1][:-1]
    write(folder / name, rows)
    assert faults_in(folder) == [f"{name}:{row}: -: '{had - 1}': has {had - 1} cells where the header has {had}"]


FILES = sorted(
    [
        "languages",
        "countries",
        "cities",
        "themes",
        "sectors",
        "programmes",
        "committees",
        "seats",
        "pages",
        "institutions",
        "series",
        "events",
    ]
)


@pytest.mark.parametrize("name", [f"{file}.csv" for file in FILES])
def test_a_missing_file_is_the_only_fault(db, folder, name):
    (folder / name).unlink()
    assert faults_in(folder) == [f"{name}:0: -: '': missing file"]


def test_a_folder_in_the_place_of_a_file_is_told(db, folder):
    (folder / "series.csv").unlink()
    (folder / "series.csv").mkdir()
    assert faults_in(folder) == ["series.csv:0: -: '': cannot be read: Is a directory"]


def test_a_missing_and_an_unknown_column_are_told(db, folder):
    rows = read(folder / "countries.csv")
    rows[0][rows[0].index("weekend")] = "week-end"
    write(folder / "countries.csv", rows)
    assert faults_in(folder) == [
        "countries.csv:1: weekend: '': missing column",
        "countries.csv:1: week-end: 'week-end': unknown column",
    ]


def test_what_else_is_wrong_is_told_beside_a_missing_and_an_unknown_column(db, folder):
    """Of the known columns every fault, the repeats among them, as if the header were right."""
    path = folder / "events.csv"
    rows = read(path)
    write(path, [*rows, rows[1]])
    put(path, 2, "end_date", "2005-03-27")
    put(path, 4, "country", "Atlantis")
    rows = read(path)
    rows[0][rows[0].index("participants")] = "people"
    write(path, rows)
    title = rows[1][0]
    assert faults_in(folder) == [
        "events.csv:1: participants: '': missing column",
        "events.csv:1: people: 'people': unknown column",
        "events.csv:2: end_date: '2005-03-27': before start_date 2005-03-28",
        "events.csv:4: country: 'Atlantis': unknown country",
        f"events.csv:553: title: {title!r}: duplicate of line 2",
        "events.csv:553: number: '1': in the series already on line 2",
    ]


def test_repeats_are_told_of_rows_with_other_faults(db, folder):
    path = folder / "events.csv"
    rows = read(path)
    write(path, [*rows, rows[1]])
    put(path, 2, "participants", "many")
    put(path, 553, "mode", "telepathy")
    assert [fault.rpartition(": ")[2] for fault in faults_in(folder)] == [
        "not a whole number",
        "unknown mode",
        "duplicate of line 2",
        "in the series already on line 2",
    ]


def test_a_column_that_occurs_twice_is_told(db, folder):
    rows = [[*row, row[0]] for row in read(folder / "series.csv")]
    write(folder / "series.csv", rows)
    put(folder / "series.csv", 3, "name_fr", "")
    assert faults_in(folder) == [
        f"series.csv:1: -: {','.join(rows[0])!r}: a column occurs twice",
        "series.csv:3: name_fr: '': may not be empty",
    ]


def test_a_file_of_another_kind_is_told_by_its_header_alone(db, folder):
    """Such as one with semicolons between the cells."""
    text = (folder / "languages.csv").read_text("utf-8")
    (folder / "languages.csv").write_text(text.replace(",", ";"), "utf-8")
    assert faults_in(folder) == [
        *(f"languages.csv:1: {column}: '': missing column" for column in ("code", "name_en", "name_fr", "name_ar")),
        "languages.csv:1: code;name_en;name_fr;name_ar: 'code;name_en;name_fr;name_ar': unknown column",
    ]


def test_an_empty_file_misses_its_columns(db, folder):
    (folder / "languages.csv").write_text("")
    assert faults_in(folder) == [
        f"languages.csv:1: {column}: '': missing column" for column in ("code", "name_en", "name_fr", "name_ar")
    ]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "with a byte order mark"])
def test_each_line_of_another_encoding_is_told_with_the_other_faults(db, folder, mark):
    put(folder / "events.csv", 2, "title_fr", "Première réunion")
    put(folder / "events.csv", 4, "title_fr", "À Tunis")
    put(folder / "events.csv", 4, "country", "Atlantis")
    put(folder / "events.csv", 5, "mode", "telepathy")
    lines = (folder / "events.csv").read_bytes().split(b"\n")
    for number, right, wrong in ((2, "Première réunion", "ère réun"), (4, "À Tunis", "À Tunis,")):
        lines[number - 1] = lines[number - 1].replace(right.encode(), right.encode("latin-1"))
        assert wrong.encode("latin-1") in lines[number - 1]
    (folder / "events.csv").write_bytes(mark + b"\n".join(lines))
    assert faults_in(folder) == [
        "events.csv:2: -: 'ère réun': not UTF-8; save the file as “CSV UTF-8”",
        "events.csv:4: -: 'À Tunis,': not UTF-8; save the file as “CSV UTF-8”",
        "events.csv:4: country: 'Atlantis': unknown country",
        "events.csv:5: mode: 'telepathy': unknown mode",
    ]


def test_a_replacement_character_is_a_letter_like_any_other(db, small):
    put(small / "events.csv", 2, "title", "Training \N{REPLACEMENT CHARACTER}")
    load(small)
    assert Event.objects.get().title_en == "Training \N{REPLACEMENT CHARACTER}"


def test_an_unclosed_quote_is_told_where_it_opens(db, folder):
    lines = (folder / "series.csv").read_text("utf-8").splitlines(keepends=True)
    lines[6] = 'x,"' + lines[6]
    (folder / "series.csv").write_text("".join(lines), "utf-8")
    [fault] = faults_in(folder)
    assert fault.startswith("series.csv:7: -: '': not readable as CSV: ")


def test_faults_of_several_files_are_told_at_once_in_order(db, folder):
    put(folder / "events.csv", 3, "mode", "telepathy")
    put(folder / "events.csv", 2, "country", "Atlantis")
    put(folder / "events.csv", 2, "participants", "many")
    put(folder / "seats.csv", 2, "position", "0")
    put(folder / "languages.csv", 2, "name_fr", "")
    assert faults_in(folder) == [
        "events.csv:2: country: 'Atlantis': unknown country",
        "events.csv:2: participants: 'many': not a whole number",
        "events.csv:3: mode: 'telepathy': unknown mode",
        "languages.csv:2: name_fr: '': may not be empty",
        "seats.csv:2: position: '0': not between 1 and 100",
    ]


@pytest.fixture
def small(tmp_path):
    """The real lists, with one programme's worth of events."""
    folder = shutil.copytree("data", tmp_path / "data")
    rows = read(folder / "events.csv")
    column = {name: number for number, name in enumerate(rows[0])}
    event = {
        "title": "Training Course on Sampling", "kind": "training_course", "start_date": "2011-07-05",
        "end_date": "2011-07-07", "city": "Dakar", "country": "Senegal", "mode": "in_person", "programme_slug": "statcab",
        "provider_institution": rows[1][column["provider_institution"]], "provider_country": "Türkiye;Tunisia",
        "beneficiary_countries": "Senegal;Mali", "participants": "18", "languages": "fr", "legacy_ids": "45;46",
    }  # fmt: skip
    write(folder / "events.csv", [rows[0], [event.get(name, "") for name in rows[0]]])
    return folder


CHANGES = {
    "programme_slug": ("oic-vet;statcab", lambda event: {each.slug for each in event.programmes.all()}, {"oic-vet", "statcab"}),
    "provider_institution": ("", lambda event: list(event.providers.all()), []),
    "provider_country": ("Jordan", lambda event: [each.iso2 for each in event.provider_countries.all()], ["JO"]),
    "beneficiary_countries": ("Mali;Niger", lambda event: {each.iso2 for each in event.beneficiary_countries.all()}, {"ML", "NE"}),
    "languages": ("fr;en", lambda event: {each.code for each in event.languages.all()}, {"fr", "en"}),
    "legacy_ids": ("46;47", lambda event: {each.number for each in event.former_addresses.all()}, {46, 47}),
    "participants": ("", lambda event: event.participants, None),
    "city": ("", lambda event: event.city, None),
    "end_date": ("2011-07-08", lambda event: event.ends_on, date(2011, 7, 8)),
}  # fmt: skip


def test_every_changed_cell_reaches_the_database_and_is_reported(db, small):
    assert "events.csv: 1 new, 0 changed, 0 as they were" in load(small)
    event = Event.objects.get()
    assert [link.key for link in event.linked.programmes] == ["statcab"]
    for column, (value, stored, expected) in CHANGES.items():
        put(small / "events.csv", 2, column, value)
        lines = load(small)
        assert (lines[-2], lines[-1]) == ("events.csv: 0 new, 1 changed, 0 as they were", "Loaded."), column
        event = Event.objects.get()
        assert stored(event) == expected, column
    assert {link.key for link in event.linked.programmes} == {"oic-vet", "statcab"}
    assert (event.linked.providers, event.linked.city) == ([], None)
    assert [link.key for link in event.linked.provider_countries] == ["JO"]
    assert Event.objects.search("Dakar").count() == 0
    assert load(small)[-1].startswith("Nothing has changed")


def test_what_staff_decided_survives_a_new_load(db, small):
    load(small)
    Event.objects.update(published_at=None, status=Event.Status.CANCELLED, slug="our-own")
    Page.objects.filter(slug="about").update(title_en="Our own words")
    put(small / "events.csv", 2, "participants", "19")
    load(small)
    event = Event.objects.get()
    assert (event.participants, event.published_at, event.status, event.slug) == (19, None, "cancelled", "our-own")
    assert Page.objects.get(slug="about").title_en == "Our own words"


def change(event, by, **values):
    """Change an event as a view does in which `by` is signed in."""
    with pghistory.context(user=by.pk):
        Event.objects.filter(pk=event.pk).update(**values)


def test_what_a_person_changed_stays_and_the_rest_follows_the_file(db, small):
    load(small)
    event = Event.objects.get()
    change(
        event, UserFactory(), participants=21, kind=Event.Kind.WORKSHOP, title_fr="Notre titre", country=None, city=None
    )
    put(small / "events.csv", 2, "participants", "19")
    put(small / "events.csv", 2, "title_ar", "دورة")
    assert load(small)[-2:] == [
        "events.csv: 0 new, 1 changed, 0 as they were; 1 kept as people changed them",
        "Loaded.",
    ]
    event.refresh_from_db()
    assert (event.participants, event.kind, event.title_fr, event.title_ar) == (21, "workshop", "Notre titre", "دورة")
    assert (event.country, event.city) == (None, None)
    assert load(small)[-2:] == [
        "events.csv: 0 new, 0 changed, 1 as they were; 1 kept as people changed them",
        "Nothing has changed: everything is on record as the files say, or as people changed it since.",
    ]


def test_what_no_person_changed_follows_the_file(db, small):
    load(small)
    Event.objects.update(participants=21)
    assert load(small)[-2] == "events.csv: 0 new, 1 changed, 0 as they were"
    assert Event.objects.get().participants == 18


LINKED = {
    "programmes": ("programme_slug", "oic-vet", lambda: Programme.objects.get(slug="agri-cab")),
    "provider_countries": ("provider_country", "Jordan", lambda: Country.objects.get(iso2="MY")),
    "beneficiary_countries": ("beneficiary_countries", "Mali", lambda: Country.objects.get(iso2="NE")),
    "languages": ("languages", "fr", lambda: Language.objects.get(code="ar")),
}


@pytest.mark.parametrize("name", LINKED)
def test_links_that_a_person_changed_stay_and_others_follow_the_file(db, small, name):
    load(small)
    event, (column, cell, other) = Event.objects.get(), LINKED[name]
    with pghistory.context(user=UserFactory().pk):
        getattr(event, name).set([other()])
    put(small / "events.csv", 2, column, cell)
    put(small / "events.csv", 2, "provider_institution", "")
    assert load(small)[-2] == "events.csv: 0 new, 1 changed, 0 as they were; 1 kept as people changed them"
    assert list(getattr(event, name).all()) == [other()]
    assert list(event.providers.all()) == []
    assert load(small)[-2] == "events.csv: 0 new, 0 changed, 1 as they were; 1 kept as people changed them"


def test_links_that_a_load_changes_are_told_and_its_first_ones_are_not(db, small):
    load(small)
    assert LinkChange.objects.count() == 0
    put(small / "events.csv", 2, "languages", "en;ar")
    load(small)
    keys = dict(Language.objects.values_list("code", "pk"))
    assert set(LinkChange.objects.values_list("link", "other", "was_added", "context")) == {
        ("events.event.languages", keys["fr"], False, None),
        ("events.event.languages", keys["en"], True, None),
        ("events.event.languages", keys["ar"], True, None),
    }


def test_what_a_person_corrected_in_a_programme_stays(db, small):
    load(small)
    with pghistory.context(user=UserFactory().pk):
        Programme.objects.filter(slug="statcab").update(acronym="OURS")
    assert "programmes.csv: 0 new, 0 changed, 43 as they were; 1 kept as people changed them" in load(small)
    assert Programme.objects.get(slug="statcab").acronym == "OURS"


@pytest.mark.parametrize("number", ["", "3"], ids=["without a series", "in a series"])
def test_a_corrected_title_and_day_are_met_again(db, small, number):
    """The file still has the former ones: the event is not loaded a second time."""
    put(small / "events.csv", 2, "series", read(small / "series.csv")[1][0] if number else "")
    put(small / "events.csv", 2, "number", number)
    load(small)
    new = {"title_en": "Training Course on Survey Sampling", "starts_on": date(2011, 7, 8), "ends_on": date(2011, 7, 9)}
    change(Event.objects.get(), UserFactory(), **new)
    put(small / "events.csv", 2, "participants", "19")
    for changed in (1, 0):
        assert (
            f"events.csv: 0 new, {changed} changed, {1 - changed} as they were; 1 kept as people changed them"
            in load(small)
        )
    event = Event.objects.get()
    assert (event.title_en, event.starts_on, event.ends_on, event.participants) == (*new.values(), 19)
    assert {each.number for each in event.former_addresses.all()} == {45, 46}


def refused(folder):
    """Try to load; give the faults told, and see that nothing was written."""
    before, told = list(Event.objects.order_by("pk").values()), StringIO()
    with pytest.raises(CommandError):
        call_command("load_data", folder, stdout=StringIO(), stderr=told)
    assert list(Event.objects.order_by("pk").values()) == before
    return told.getvalue().splitlines()


def test_a_former_title_beside_the_present_one_is_told(db, small):
    load(small)
    change(Event.objects.get(), UserFactory(), title_en="Survey Sampling")
    rows = read(small / "events.csv")
    write(small / "events.csv", [*rows, ["Survey Sampling", *rows[1][1:]]])
    assert refused(small) == [
        "events.csv:2: title: 'Training Course on Sampling': is on record as “Survey Sampling” of 2011-07-05: "
        "write it so, or leave it out"
    ]


@pytest.mark.parametrize(("column", "value"), [("number", "3"), ("legacy_ids", "45")])
def test_what_is_on_record_under_another_title_is_told(db, small, column, value):
    """An event that the file calls by a name it never had on record is known by its number in the series or its former address."""
    series = read(small / "series.csv")[1][0]
    put(small / "events.csv", 2, "series", series)
    put(small / "events.csv", 2, "number", "3")
    load(small)
    put(small / "events.csv", 2, "title", "Sampling")
    put(small / "events.csv", 2, "number" if column == "legacy_ids" else "legacy_ids", "")
    put(small / "events.csv", 2, column, value)
    line = "is on record as “Training Course on Sampling” of 2011-07-05: write it so, or leave it out"
    assert refused(small) == [f"events.csv:2: {column}: '{value}': {line}"]


def test_a_number_that_a_person_gave_to_another_event_is_told(db, small):
    series = read(small / "series.csv")[1][0]
    rows = read(small / "events.csv")
    write(small / "events.csv", [*rows, ["Sampling II", *rows[1][1:]]])
    for line, number in ((2, "1"), (3, "2")):
        put(small / "events.csv", line, "series", series)
        put(small / "events.csv", line, "number", number)
        put(small / "events.csv", line, "legacy_ids", "")
    load(small)
    change(Event.objects.get(title_en="Sampling II"), UserFactory(), number_in_series=3)
    put(small / "events.csv", 2, "number", "3")
    line = "is on record as “Sampling II” of 2011-07-05: write it so, or leave it out"
    assert refused(small) == [f"events.csv:2: number: '3': {line}"]
    put(small / "events.csv", 2, "number", "2")
    put(small / "events.csv", 3, "number", "1")
    load(small)
    assert dict(Event.objects.values_list("title_en", "number_in_series")) == {rows[1][0]: 2, "Sampling II": 3}


def test_two_events_of_a_series_change_places(db, small):
    series = read(small / "series.csv")[1][0]
    rows = read(small / "events.csv")
    write(small / "events.csv", [*rows, ["Sampling II", *rows[1][1:]]])
    for numbers in (("1", "2"), ("2", "1"), ("2", "3"), ("1", "2")):
        for line, number in enumerate(numbers, 2):
            put(small / "events.csv", line, "series", series)
            put(small / "events.csv", line, "number", number)
        load(small)
        assert [str(event.number_in_series) for event in Event.objects.order_by("-title_en")] == list(numbers)


def test_a_failure_while_writing_leaves_nothing(db, small):
    """All or nothing: the last file of all meets what the database refuses."""
    load(small)
    Programme.objects.filter(slug="statcab").update(acronym="OLD")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE events_event ADD CONSTRAINT fewer_took_part CHECK (participants < 19)")
    put(small / "events.csv", 2, "participants", "19")
    with pytest.raises(IntegrityError, match="fewer_took_part"):
        load(small)
    assert Programme.objects.get(slug="statcab").acronym == "OLD"


def many_events(path, count):
    """Write a file of `count` events after the header of the real one."""
    header = read(path)[0]
    first = date(2000, 1, 1)

    def row(number):
        day = first + timedelta(days=number % 9000)
        cells = {
            "title": f"Training Course {number} on Sampling", "kind": "training_course", "start_date": day.isoformat(),
            "end_date": (day + timedelta(days=2)).isoformat(), "city": "Dakar", "country": "Senegal", "mode": "in_person",
            "programme_slug": "statcab", "provider_country": "Türkiye;Tunisia", "beneficiary_countries": "Senegal;Mali",
            "participants": "18", "languages": "fr", "legacy_ids": str(number),
        }  # fmt: skip
        return [cells.get(name, "") for name in header]

    write(path, [header, *map(row, range(count))])


def rows_updated(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        return cursor.fetchone()[0]


def test_thousands_of_events_are_loaded_with_all_they_are_linked_to(db, small):
    many_events(small / "events.csv", 3000)
    before = rows_updated("events_event")
    assert "events.csv: 3000 new, 0 changed, 0 as they were" in load(small)
    assert (
        Event.objects.under_programmes(["statcab"]).received_by(["ML"]).taught_by(["TN"]).search("dakar").count()
        == 3000
    )
    # Each row is written once more, with the names of all that it is linked to.
    assert rows_updated("events_event") - before == 3000
    assert LinkChange.objects.count() == 0
    assert load(small)[-1].startswith("Nothing has changed")


def test_progress_is_told_of_a_long_file(db, small):
    many_events(small / "events.csv", 5001)
    progress = [line.removeprefix("events.csv: ") for line in load(small) if " of " in line]
    assert [line for line in progress if line.endswith(" rows")] == [
        f"{done} of 5,001 rows" for done in ("1,000", "2,000", "3,000", "4,000", "5,000", "5,001")
    ]
    assert progress[-1] == "5,001 of 5,001 rows searched by all their names"
    assert len([line for line in progress if line.endswith("participating countries")]) == 3


def test_a_load_undoes_nothing_that_people_did(db):
    load("data")
    kept, renamed, merged, other = Institution.objects.order_by("pk")[:4]
    Institution.objects.filter(pk=kept.pk).update(acronym="OURS")
    RepresentationFactory(institution=kept)
    load("data")
    kept.refresh_from_db()
    assert kept.acronym == "OURS"
    Institution.objects.filter(pk=renamed.pk).update(name_en="A new name")
    merge(other, merged, UserFactory())
    told, count = StringIO(), Institution.objects.count()
    with pytest.raises(CommandError):
        call_command("load_data", "data", stdout=StringIO(), stderr=told)
    assert [line.split(": ", 3)[3] for line in told.getvalue().splitlines() if "institutions.csv" in line] == [
        "is on record as “A new name”: write it so, or leave it out",
        f"is on record as “{other.name_en}”: write it so, or leave it out",
    ]
    assert Institution.objects.count() == count


@pytest.mark.parametrize("kind_of_rows", ["a list", "made one after the other"])
def test_only_a_portion_of_the_rows_is_held_at_a_time(db, kind_of_rows):
    """However long a file is: neither what is new nor what is on record stands in memory as a whole."""
    rows = [{"slug": f"series-{n}", "name_en": f"Series {n}"} for n in range(3 * BATCH)]
    for name in ("Series", "Series", "Renamed"):
        alive = []

        def count(*_told, alive=alive):
            alive.append(sum(type(each) is Series for each in gc.get_objects()))

        named = ({**row, "name_en": row["name_en"].replace("Series", name)} for row in rows)
        if kind_of_rows == "a list":
            write_rows(Series, ["slug"], list(named), count)
        else:
            write_rows(Series, ["slug"], named, count, total=len(rows))
        assert len(alive) == 3
        assert max(alive) <= BATCH
    assert Series.objects.filter(name_en__startswith="Renamed").count() == len(rows)
