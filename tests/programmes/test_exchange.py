"""Committees, seats, pages and facts of documents go out as tables, and come in with a preview."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programmes.models import Committee, Page, ProgrammeDocument, Seat
from tests.factories import (
    CommitteeFactory,
    LanguageFactory,
    PageFactory,
    ProgrammeDocumentFactory,
    ProgrammeFactory,
    SeatFactory,
)

CSV, XLSX = "0", "1"
LONG = "First.\r\n\r\n- one\r\n- two\r\n\r\n> «Quoted», with “marks”; and a comma"


def exported(client, model, kind=CSV):
    response = client.post(reverse(f"admin:programmes_{model}_export"), {"format": kind, "resource": "0"})
    return response.content if kind == XLSX else response.content.decode("utf-8-sig")


def previewed(client, model, content, kind=CSV):
    content = content if kind == XLSX else content.encode()
    file = SimpleUploadedFile("table.xlsx" if kind == XLSX else "table.csv", content)
    data = {"import_file": file, "format": kind, "resource": "0"}
    return client.post(reverse(f"admin:programmes_{model}_import"), data)


def confirmed(client, model, preview):
    form = preview.context["confirm_form"].initial
    return client.post(reverse(f"admin:programmes_{model}_process_import"), form, follow=True)


def imported(client, model, content):
    return confirmed(client, model, previewed(client, model, content))


def faults(preview):
    """What the preview says is wrong: (line, column, reason)."""
    assert "confirm_form" not in preview.context
    return [
        (row.line, column, reason)
        for row in preview.context["result"].invalid_rows
        for column, reasons in row.field_specific_errors.items()
        for reason in reasons
    ]


@pytest.mark.parametrize("kind", [CSV, XLSX])
@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("committee", lambda: CommitteeFactory(task_en="=Sum of tasks", name_ar="لجنة", meetings="sessions")),
        ("seat", lambda: SeatFactory(acronym="IUT", part_fr="Membre", website="https://example.org/")),
        ("page", lambda: PageFactory(body_en=LONG, lead_fr="- Ouverture", body_ar="نص\r\n\r\nآخر")),
        ("programmedocument", lambda: ProgrammeDocumentFactory(purpose="questionnaire", activity="workshop")),
    ],
)
def test_what_goes_out_comes_in_as_it_was(client, editor, model, make, kind):
    make()
    preview = previewed(client, model, exported(client, model, kind), kind)
    assert [row.import_type for row in preview.context["result"].rows] == ["skip"]


def test_a_committee_and_its_seats_come_in(client, editor):
    ProgrammeFactory(slug="oic-vet")
    imported(client, "committee", "programme,name_en,name_fr\noic-vet,Advisory Committee,Comité consultatif\n")
    committee = Committee.objects.get()
    assert (committee.programme.slug, committee.name_fr) == ("oic-vet", "Comité consultatif")
    seats = (
        "committee,position,name_en,acronym\nAdvisory Committee,1,Islamic University,IUT\nAdvisory Committee,2,Bank,\n"
    )
    preview = previewed(client, "seat", seats)
    assert Seat.objects.count() == 0
    confirmed(client, "seat", preview)
    assert list(committee.seats.values_list("position", "name_en", "acronym")) == [
        (1, "Islamic University", "IUT"),
        (2, "Bank", ""),
    ]
    imported(client, "seat", "committee,position,acronym\nAdvisory Committee,1,IUT-D\n")
    assert list(committee.seats.values_list("acronym", flat=True)) == ["IUT-D", ""]
    history = client.get(reverse("admin:programmes_committee_history", args=[committee.pk]))
    found = [(each.label, each.before, each.after) for one in history.context["changes"] for each in one.differences]
    assert found == [("Islamic University: acronym", "IUT", "IUT-D")]


def test_faults_of_seats_are_told_with_their_lines(client, editor):
    CommitteeFactory(name_en="One")
    for _programme in range(2):
        CommitteeFactory(name_en="Two of a name")
    lines = ["One,1,Body", "Nowhere,2,Body", "One,x,Body", "One,1,Again", "One,4,", "Two of a name,1,Body"]
    preview = previewed(client, "seat", "committee,position,name_en\n" + "\n".join(lines) + "\n")
    assert [(line, column) for line, column, _reason in faults(preview)] == [
        (3, "committee"), (4, "position"), (6, "name_en"), (7, "committee"),
    ]  # fmt: skip
    assert [row.line for row in preview.context["result"].invalid_rows] == [3, 4, 5, 6, 7]
    assert "Several programmes have a committee “Two of a name”." in preview.text
    assert Seat.objects.count() == 0


def test_a_committee_named_twice_is_refused(client, editor):
    ProgrammeFactory(slug="oic-vet")
    ProgrammeFactory(slug="other")
    lines = "programme,name_en\noic-vet,Committee\nother,Committee\noic-vet,Committee\n"
    assert faults(previewed(client, "committee", lines)) == [
        (4, "name_en", "This committee is named on another line already.")
    ]
    assert Committee.objects.count() == 0


def test_a_page_that_comes_in_marks_the_other_languages_as_behind(client, editor):
    page, other = PageFactory(slug="about"), PageFactory(slug="links")
    imported(client, "page", 'slug,body_en\nabout,"New words.\n\nMore of them."\n')
    page.refresh_from_db()
    assert (page.body_en, page.body_fr) == ("New words.\n\nMore of them.", "Texte.")
    assert page.languages_behind == ["fr", "ar"]
    shown = {
        answer: set(client.get(reverse("admin:programmes_page_changelist"), {"behind": answer}).context["cl"].queryset)
        for answer in ("yes", "no")
    }
    assert shown == {"yes": {page}, "no": {other}}


def test_every_page_is_behind_by_itself_as_it_is_among_others(db):
    PageFactory()
    for names in ("en", "fr", "en fr", "en fr ar", "ar"):
        page = PageFactory()
        for language in names.split():
            setattr(page, f"body_{language}", "Other words.")
            page.save()
    PageFactory().settle()
    behind = set(Page.objects.behind().values_list("pk", flat=True))
    assert behind == {page.pk for page in Page.objects.all() if page.languages_behind}
    assert len(behind) == 2


def test_facts_of_documents_are_corrected_by_their_number_and_none_begins_so(client, editor):
    document = ProgrammeDocumentFactory(title_en="Qestionnaire", language=LanguageFactory(code="en"))
    LanguageFactory(code="fr")
    number = document.pk
    imported(client, "programmedocument", f"number,title_en,title_fr\n{number},Questionnaire,Le questionnaire\n")
    document.refresh_from_db()
    assert (document.title_en, document.title_fr, document.version) == ("Questionnaire", "Le questionnaire", 1)
    lines = f"number,title_en,language\n{number},Fine,fr\n{number + 1},Not here,fr\n{number},Twice,fr\n,No number,fr\n"
    preview = previewed(client, "programmedocument", lines)
    assert [(line, column) for line, column, _reason in faults(preview)] == [
        (3, "number"),
        (4, "number"),
        (5, "number"),
    ]
    assert ProgrammeDocument.objects.get().title_en == "Questionnaire"


def test_what_a_file_says_of_version_and_day_changes_nothing(client, editor):
    document = ProgrammeDocumentFactory()
    line = f"number,version,published_on,kind,title_en\n{document.pk},7,1999-01-01,EXE,Title\n"
    imported(client, "programmedocument", line)
    now = ProgrammeDocument.objects.get()
    assert (now.version, now.published_on, now.file, now.title_en) == (
        1, document.published_on, document.file, "Title",
    )  # fmt: skip


@pytest.mark.parametrize("model", ["committee", "seat", "page", "programmedocument"])
def test_who_may_not_write_may_not_import(client, sign_in, model):
    sign_in(is_staff=True)
    assert client.get(reverse(f"admin:programmes_{model}_import")).status_code == 403
    assert client.post(reverse(f"admin:programmes_{model}_export"), {"format": CSV, "resource": "0"}).status_code == 403
