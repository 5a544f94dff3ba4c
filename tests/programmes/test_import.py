"""Thousands of designations from one file: all faults told with line and column, nothing half applied, in order of days."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programmes.models import DesignationStep, FocalPoint, Programme
from tests.factories import CountryFactory, FocalPointFactory, ProgrammeFactory
from tests.programmes.lines import FAULTS, as_csv, lines, lists, with_faults

NUMBER, FAULTY = 5000, 300


def previewed(client, content, kind="0"):
    """The preview of a CSV file, or with `kind="1"` of an XLSX file."""
    file = SimpleUploadedFile(
        "table.xlsx" if kind == "1" else "table.csv", content if kind == "1" else content.encode()
    )
    data = {"import_file": file, "format": kind, "resource": "0"}
    return client.post(reverse("admin:programmes_focalpoint_import"), data)


def confirmed(client, preview):
    form = preview.context["confirm_form"].initial
    return client.post(reverse("admin:programmes_focalpoint_process_import"), form, follow=True)


def told(preview):
    """What the page says is wrong, as (line in the file, column)."""
    rows = preview.context["result"].invalid_rows
    return {(row.line, column) for row in rows for column in row.field_specific_errors}


def test_all_faults_of_a_long_file_are_told_and_nothing_is_applied(client, superuser):
    lists()
    made = lines(NUMBER)
    wanted = with_faults(made, FAULTY)
    preview = previewed(client, as_csv(made))
    assert len(wanted) == FAULTY
    assert len({column for _line, column in wanted}) == 9
    assert len(FAULTS) == 12
    assert told(preview) == wanted
    assert "confirm_form" not in preview.context
    assert preview.text.count('<tr><th scope="row"') == FAULTY
    assert FocalPoint.objects.count() == 0


def test_a_long_file_without_faults_is_applied_whole(client, superuser):
    lists()
    made = lines(1000)
    preview = previewed(client, as_csv(made))
    assert FocalPoint.objects.count() == 0
    confirmed(client, preview)
    assert FocalPoint.objects.count() == 1000
    steps = DesignationStep.objects.filter(what="designated", by=superuser, told_at__isnull=False)
    assert steps.count() == 1000


@pytest.fixture
def seat(db):
    CountryFactory(iso2="GM")
    ProgrammeFactory(slug="net")


def table(*rows):
    return "\n".join(["country,programme,role,designated_on,term_ends_on,ended_on,office_en", *rows]) + "\n"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["2020-01-01,2020-12-31,,One", "2020-12-31,,,Two"], 3),
        (["2020-01-01,,,One", "2021-01-01,,,Two"], 3),
        (["2020-01-01,,2020-06-01,One", "2020-05-31,,,Two"], 3),
        (["2020-01-01,2020-12-31,,One", "2020-01-01,2020-12-31,,One"], 3),
        (["2020-01-01,,2020-01-01,In force on no day", "2020-01-01,,2020-01-01,Again"], 3),
        (["2010-06-01,2010-12-31,,Runs into what is on record"], 2),
    ],
)
def test_days_that_two_would_share(client, superuser, seat, rows, line):
    on_record = {"country": CountryFactory(iso2="GM"), "programme": Programme.objects.get(slug="net")}
    FocalPointFactory(designated_on="2010-01-01", term_ends_on="2010-06-01", **on_record)
    preview = previewed(client, table(*(f"GM,net,focal_point,{row}" for row in rows)))
    assert told(preview) == {(line, "designated_on")}


def test_a_term_is_cut_and_the_next_begins_in_one_file(client, superuser, seat):
    """The days are held against the lines before, whatever is written to the database first."""
    first = table("GM,net,focal_point,2020-01-01,,,One")
    confirmed(client, previewed(client, first))
    both = table("GM,net,focal_point,2020-01-01,2020-12-31,,One", "GM,net,focal_point,2021-01-01,,,Two")
    confirmed(client, previewed(client, both))
    assert [(each.office_en, each.is_acting) for each in FocalPoint.objects.order_by("designated_on")] == [
        ("One", False),
        ("Two", True),
    ]
    assert FocalPoint.objects.get(office_en="One").steps.count() == 1


def test_what_was_seen_is_told_when_somebody_was_faster(client, superuser, seat):
    preview = previewed(client, table("GM,net,focal_point,2020-01-01,,,One"))
    FocalPointFactory(
        country=CountryFactory(iso2="GM"), programme=Programme.objects.get(slug="net"),
        designated_on="2019-01-01",
    )  # fmt: skip
    page = confirmed(client, preview)
    assert "Nothing was imported" in page.text
    assert FocalPoint.objects.count() == 1


RIGHT, WRONG = "GM,net,focal_point,2020-01-01,2020-12-31,,{}", "ZZ,net,friend,2021-01-01,,,Office"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([RIGHT.format("Office"), WRONG], 3),
        ([RIGHT.format("Office"), "", "", WRONG], 5),
        ([RIGHT.format("Office"), ",,,,,,", WRONG], 4),
        ([RIGHT.format('"Office,\nsecond line\nthird line"'), WRONG], 5),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_fault_is_told_with_the_line_of_the_file(client, superuser, seat, rows, line, ending):
    preview = previewed(client, table(*rows).replace("\n", ending))
    assert (line, "country") in told(preview)
    assert {told_line for told_line, _column in told(preview)} - {2} == {line}
    assert f'<th scope="row">{line}</th><td><code>country</code>' in preview.text


def workbook(*rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in ([*table().strip().split(",")], *rows):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_empty_rows_of_a_workbook_are_no_fault_and_are_counted(client, superuser, seat):
    right = ["GM", "net", "focal_point", date(2020, 1, 1), date(2020, 12, 31), None, "Office"]
    wrong = ["ZZ", "net", "friend", date(2021, 1, 1), None, None, "Office"]
    preview = previewed(client, workbook(right, [None] * 7, ["", None], wrong), kind="1")
    assert {line for line, _column in told(preview)} == {5}
    preview = previewed(client, workbook(right, [None] * 7), kind="1")
    assert "Imported: 1 new" in confirmed(client, preview).text


def test_the_days_of_a_line_are_told_beside_what_else_is_wrong_in_it(client, superuser, seat):
    preview = previewed(client, table("ZZ,net,friend,2021-01-01,2020-01-01,2020-02-01,"))
    assert told(preview) == {(2, column) for column in ("country", "role", "term_ends_on", "ended_on", "office_en")}
