"""Institutions come and go as tables: each line finds its record, states are not imported, nobody's name goes out."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.admin import tables
from partners.applications import Decision, Status
from partners.models import Institution
from tests.factories import (
    CountryFactory,
    FormerAddressOfInstitutionFactory,
    InstitutionFactory,
    LanguageFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.partners.office import address, application, said

CSV, XLSX = "0", "1"


@pytest.fixture
def mali(db):
    return CountryFactory(iso2="ML")


def upload(client, content, format=CSV):
    file = SimpleUploadedFile("institutions.csv", content if isinstance(content, bytes) else content.encode())
    return client.post(address("import"), {"import_file": file, "format": format, "resource": "0"})


def confirm(client, preview):
    return client.post(address("process_import"), preview.context["confirm_form"].initial, follow=True)


def faults(preview):
    return [(row.number, row.error_dict) for row in preview.context["result"].invalid_rows]


def outcomes(preview):
    return [row.import_type for row in preview.context["result"].rows]


# --- Which record a line is -------------------------------------------------------------------------------------------


def test_a_line_with_an_address_is_that_record(client, editor, mali):
    record = InstitutionFactory(slug="water-academy", name_en="Water Academy", country=mali)
    preview = upload(client, "slug,name_en,acronym\nwater-academy,Academy of Water,AW\n")
    assert outcomes(preview) == ["update"]
    confirm(client, preview)
    record.refresh_from_db()
    assert (record.name_en, record.acronym, Institution.objects.count()) == ("Academy of Water", "AW", 1)


@pytest.mark.parametrize("column", ["slug,", ""])
@pytest.mark.parametrize("name", ["Water Academy", "WATER  Academy", "Wáter Academy"])
def test_a_line_without_one_is_the_record_of_its_name_and_country(client, editor, mali, name, column):
    record = InstitutionFactory(slug="water-academy", name_en="Water Academy", country=mali)
    InstitutionFactory(name_en="Water Academy", country=CountryFactory(iso2="SN"))
    cell = "," if column else ""
    preview = upload(client, f"{column}name_en,country,acronym\n{cell}{name},ML,AW\n")
    assert (faults(preview), outcomes(preview)) == ([], ["update"])
    confirm(client, preview)
    record.refresh_from_db()
    assert (record.slug, record.acronym, Institution.objects.count()) == ("water-academy", "AW", 2)


def test_a_line_like_none_is_new_with_an_address_of_its_own(client, editor, mali):
    InstitutionFactory(slug="water-academy", country=CountryFactory())
    preview = upload(client, "name_en,country,kind\nWater Academy,ML,university\n")
    assert outcomes(preview) == ["new"]
    assert Institution.objects.count() == 1
    response = confirm(client, preview)
    assert said(response) == ["Imported: 1 new, 0 changed, 0 as they were."]
    new = Institution.objects.get(country=mali)
    assert (new.slug, new.status) == ("water-academy-2", Status.LISTED)
    assert [(review.decision, review.by) for review in new.reviews.all()] == [(Decision.APPROVED, editor)]


def test_a_new_one_that_looks_like_one_on_record_is_warned_of(client, editor, mali):
    InstitutionFactory(slug="water-academy", name_en="Water Academy", country=mali)
    InstitutionFactory(slug="elsewhere", name_en="Water Academies", country=CountryFactory())
    preview = upload(client, "name_en,country,kind\nWater Academies,ML,ngo\nSchool of Fire,ML,ngo\n")
    warned = [
        (line, str(name), [each.slug for each in alike]) for line, name, alike in preview.context["result"].warnings
    ]
    assert warned == [(2, "Water Academies", ["water-academy"])]
    assert "give its address in the column slug" in preview.text
    confirm(client, preview)
    assert Institution.objects.filter(country=mali).count() == 3


def test_the_same_website_is_warned_of_too(client, editor, mali):
    InstitutionFactory(slug="other", website="https://www.water.example.org/about")
    preview = upload(client, "name_en,country,kind,website\nAcademy,ML,ngo,http://water.example.org\n")
    assert [[each.slug for each in alike] for _line, _name, alike in preview.context["result"].warnings] == [["other"]]


def test_lines_that_were_not_compared_are_counted(client, editor, mali, monkeypatch):
    monkeypatch.setattr(tables, "LOOKED_UP", 1)
    preview = upload(client, "name_en,country,kind\nA,ML,ngo\nB,ML,ngo\nC,ML,ngo\n")
    assert preview.context["result"].not_looked_up == 2
    assert "The last 2 new lines were not compared" in preview.text


def test_a_former_address_is_refused_with_the_present_one(client, editor, mali):
    former = FormerAddressOfInstitutionFactory(institution=InstitutionFactory(slug="now"), slug="once")
    preview = upload(client, "slug,name_en,country,kind\nonce,Academy,ML,ngo\n")
    assert faults(preview) == [(1, {"slug": ["This is a former address. Give the present one: now"]})]
    assert former.institution.slug in preview.text


def test_a_name_that_several_have_has_to_be_told_apart(client, editor, mali):
    InstitutionFactory(slug="a", name_en="Water Academy", country=mali)
    InstitutionFactory(slug="b", name_en="Water academy", country=mali)
    preview = upload(client, "name_en,country,acronym\nwater academy,ML,AW\n")
    assert faults(preview) == [(1, {"slug": ["Several are called so. Give the address of the one meant: a, b"]})]


def test_two_lines_for_one_record_are_refused(client, editor, mali):
    InstitutionFactory(slug="a", name_en="Water Academy", country=mali)
    preview = upload(client, "slug,name_en,country,acronym\na,Water Academy,ML,AW\n,WATER ACADEMY,ML,XX\n")
    assert faults(preview) == [(2, {"name_en": ["Another line of this file is the same institution."]})]


@pytest.mark.parametrize(
    ("column", "written", "again"),
    [
        ("name_fr", "École de l’eau", "ecole de l’EAU"),
        ("name_ar", "أكاديمية المياه", "اكاديمية  المياه"),
        ("website", "https://www.water.example.org/fr", "http://water.example.org"),
    ],
)
def test_two_new_lines_for_the_same_are_refused(client, editor, mali, column, written, again):
    CountryFactory(iso2="SN")
    content = f"name_en,country,kind,{column}\nOne,ML,ngo,{written}\nTwo,SN,ngo,{again}\nThree,ML,ngo,{again}\n"
    assert faults(upload(client, content)) == [(3, {column: ["Another line of this file is the same institution."]})]


@pytest.mark.parametrize(("column", "name"), [("name_fr", "ecole de l’eau"), ("name_ar", "اكاديمية المياه")])
def test_a_line_is_matched_by_its_other_names_too(client, editor, mali, column, name):
    record = InstitutionFactory(slug="a", name_fr="École de l’eau", name_ar="أكاديمية المياه", country=mali)
    InstitutionFactory(name_fr="", name_ar="", country=mali)
    preview = upload(client, f"{column},country,acronym\n{name},ML,AW\n")
    assert (faults(preview), outcomes(preview)) == ([], ["update"])
    confirm(client, preview)
    record.refresh_from_db()
    assert record.acronym == "AW"


def test_a_file_in_another_encoding_is_told_in_plain_words(client, editor, mali):
    preview = upload(client, "name_en\nÉcole\n".encode("utf-16"))
    assert "Save it as CSV in UTF-8" in preview.text
    assert "Error&#x27; encountered" not in preview.text


def test_a_declined_application_is_not_matched(client, editor, mali):
    declined = application(name_en="Water Academy", country=mali)
    declined.decline("No", editor)
    assert outcomes(upload(client, "name_en,country,kind\nWater Academy,ML,ngo\n")) == ["new"]


# --- What a file may not change ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["suspended", "applied", "nonsense"])
@pytest.mark.parametrize("slug", ["a", "new"])
def test_a_state_is_not_imported(client, editor, mali, slug, status):
    InstitutionFactory(slug="a", name_en="Water Academy", country=mali)
    preview = upload(client, f"slug,name_en,country,kind,status\n{slug},Name,ML,ngo,{status}\n")
    told = {"status": ["A state is not imported: take the step on the page of the institution."]}
    assert faults(preview) == [(1, told)]


@pytest.mark.parametrize("status", ["listed", ""])
def test_listed_by_the_centre_may_be_written(client, editor, mali, status):
    preview = upload(client, f"name_en,country,kind,status\nWater Academy,ML,ngo,{status}\n")
    confirm(client, preview)
    assert Institution.objects.get().status == Status.LISTED


def test_columns_that_are_there_to_be_read_change_nothing(client, editor, mali):
    InstitutionFactory(slug="a", name_en="A", country=mali)
    content = "slug,acronym,verification,verified_until,representatives\na,AC,verified,2100-01-01,7\n"
    confirm(client, upload(client, content))
    record = Institution.objects.get()
    assert (record.acronym, record.verified_until, record.representations.count()) == ("AC", None, 0)


def test_one_bad_line_and_nothing_is_written(client, editor, mali):
    preview = upload(client, "name_en,country,kind,founded\nA,ML,ngo,1900\nB,XX,feast,old\n,ML,ngo,\n")
    assert faults(preview) == [
        (
            2,
            {
                "country": ["“XX” is not on record"],
                "founded": ["not a whole number"],
                "kind": ["Value 'feast' is not a valid choice."],
            },
        ),
        (3, {"__all__": ["Give the name in at least one language."]}),
    ]
    assert Institution.objects.count() == 0


def test_the_pages_of_tables_are_in_the_reader_s_language(client, editor, mali):
    for page in ("import", "export"):
        text = client.get("/ar" + address(page)).text
        assert "This exporter" not in text
        assert "This importer" not in text
    assert 'alt="Search"' not in client.get("/ar" + address("changelist")).text


def test_who_may_only_look_imports_nothing(client, sign_in, mali):
    sign_in(is_staff=True)
    assert client.get(address("import")).status_code == 403


# --- What goes out ----------------------------------------------------------------------------------------------------


def exported(client, format=CSV, **query):
    return client.post(
        address("export") + "?" + "&".join(f"{k}={v}" for k, v in query.items()), {"format": format, "resource": "0"}
    )


def lines(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_all_that_is_useful_goes_out_and_nobody_s_name(client, editor, mali):
    record = InstitutionFactory(
        slug="a",
        country=mali,
        offers="Courses",
        seeks="Visits",
        verified_on=date(2026, 1, 1),
        verified_until=date(2100, 1, 1),
    )
    record.sectors.set([SectorFactory(slug="water"), SectorFactory(slug="energy")])
    record.languages.set([LanguageFactory(code="fr")])
    person = RepresentationFactory(
        institution=record, user=UserFactory(email="private@example.org", name="Private Sample")
    )
    RepresentationFactory(institution=record, is_manager=False, accepted_at=None)
    response = exported(client)
    (line,) = lines(response)
    wanted = {
        "slug": "a", "country": "ML", "sectors": "energy;water", "languages": "fr", "offers": "Courses", "seeks": "Visits",
        "status": "listed", "verification": "verified", "verified_until": "2100-01-01", "representatives": "1",
    }  # fmt: skip
    assert {name: line[name] for name in wanted} == wanted
    for private in (person.user.email, person.user.name, person.position):
        assert private not in response.content.decode("utf-8-sig")


def test_what_goes_out_is_what_the_list_shows(client, editor, mali):
    InstitutionFactory(slug="ministry", kind="ministry")
    InstitutionFactory(slug="ngo", kind="ngo")
    application(name_en="Applied")
    assert [line["slug"] for line in lines(exported(client, kind__exact="ngo"))] == ["ngo"]
    assert [line["slug"] for line in lines(exported(client, waits="review"))] == ["applied"]


@pytest.mark.parametrize("format", [CSV, XLSX])
def test_what_goes_out_comes_in_unchanged(client, editor, mali, format):
    record = InstitutionFactory(country=mali, offers="=1+1", founded=1900, staff="1-49", written_in="fr")
    record.sectors.set([SectorFactory()])
    application(name_en="Applied")
    content = exported(client, format).content
    if format == XLSX:
        assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 3
    preview = upload(client, content, format)
    assert (faults(preview), outcomes(preview)) == ([], ["skip", "skip"])
