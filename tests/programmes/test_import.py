"""Thousands of designations from one file: all faults told with line and column, nothing half applied, in order of days."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programmes.models import DesignationStep, FocalPoint, Programme
from tests.factories import CountryFactory, FocalPointFactory, ProgrammeFactory
from tests.programmes.lines import FAULTS, as_csv, lines, lists, with_faults

NUMBER, FAULTY = 5000, 300


def previewed(client, content):
    file = SimpleUploadedFile("table.csv", content.encode())
    data = {"import_file": file, "format": "0", "resource": "0"}
    return client.post(reverse("admin:programmes_focalpoint_import"), data)


def confirmed(client, preview):
    form = preview.context["confirm_form"].initial
    return client.post(reverse("admin:programmes_focalpoint_process_import"), form, follow=True)


def told(preview):
    """What the page says is wrong, as (line in the file, column)."""
    rows = preview.context["result"].invalid_rows
    return {(row.number + 1, column) for row in rows for column in row.field_specific_errors}


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
