"""Forms of programmes: one current version for each activity and language, former ones for staff, gaps named."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import Event
from programmes.models import ProgrammeDocument
from tests.factories import LanguageFactory, ProgrammeDocumentFactory, ProgrammeFactory

FORM = {"purpose": "questionnaire", "activity": "study_visit"}


@pytest.fixture
def languages(db):
    return [
        LanguageFactory(code=code, name_en=name)
        for code, name in (("en", "English"), ("fr", "French"), ("ar", "Arabic"))
    ]


def versions(programme):
    return [(row.version, row.replaced_at is None) for row in programme.documents.order_by("pk")]


def test_a_new_version_replaces_the_one_before(languages):
    programme = ProgrammeFactory()
    for _number in range(3):
        ProgrammeDocumentFactory(programme=programme, language=languages[0], **FORM)
    assert versions(programme) == [(1, False), (2, False), (3, True)]


@pytest.mark.parametrize("other", ["language", "activity", "purpose", "programme"])
def test_what_differs_stands_beside_it(languages, other):
    first = ProgrammeDocumentFactory(language=languages[0], **FORM)
    changed = {
        "language": languages[1],
        "activity": "",
        "purpose": "terms_of_reference",
        "programme": ProgrammeFactory(),
    }
    ProgrammeDocumentFactory(
        **{"programme": first.programme, "language": languages[0]} | FORM | {other: changed[other]}
    )
    assert ProgrammeDocument.objects.current().count() == 2


def test_other_papers_replace_nothing(languages):
    first = ProgrammeDocumentFactory(language=languages[0])
    ProgrammeDocumentFactory(programme=first.programme, language=languages[0])
    assert versions(first.programme) == [(1, True), (1, True)]


def test_the_database_refuses_two_current_versions(languages):
    first = ProgrammeDocumentFactory(language=languages[0], **FORM)
    ProgrammeDocumentFactory(programme=first.programme, language=languages[0], **FORM)
    with pytest.raises(IntegrityError, match="one_current_version"), transaction.atomic():
        ProgrammeDocument.objects.update(replaced_at=None)


def test_a_document_does_not_become_a_form_that_is_there(languages):
    first = ProgrammeDocumentFactory(language=languages[0], **FORM)
    paper = ProgrammeDocumentFactory(programme=first.programme, language=languages[0])
    paper.purpose, paper.activity = FORM.values()
    with pytest.raises(ValidationError, match="new version"):
        paper.full_clean()


def test_former_versions_are_for_staff(client, languages, sign_in):
    old = ProgrammeDocumentFactory(language=languages[0], **FORM)
    new = ProgrammeDocumentFactory(programme=old.programme, language=languages[0], **FORM)
    assert b"".join(client.get(new.get_absolute_url())) == b"%PDF-1.7\n"
    assert client.get(old.get_absolute_url()).status_code == 404
    sign_in()
    assert client.get(old.get_absolute_url()).status_code == 404
    sign_in(is_staff=True, group="Editors")
    assert b"".join(client.get(old.get_absolute_url())) == b"%PDF-1.7\n"


def test_the_page_shows_each_language_with_size_and_day_and_names_the_gap(
    client, languages, django_assert_max_num_queries
):
    programme = ProgrammeFactory(slug="cab")
    ProgrammeDocumentFactory(programme=programme, language=languages[0], **FORM)
    new = ProgrammeDocumentFactory(programme=programme, language=languages[0], **FORM)
    french = ProgrammeDocumentFactory(programme=programme, language=languages[1], **FORM)
    paper = ProgrammeDocumentFactory(programme=programme, language=languages[1], title_en="Concept note")
    with django_assert_max_num_queries(9):
        response = client.get("/programmes/cab/")
    (form,) = response.context["forms"]
    assert (form.documents, form.missing, response.context["papers"]) == ([new, french], [languages[2]], [paper])
    assert "Arabic: not available yet" in " ".join(response.text.split())
    assert "Study visit" in response.text
    assert "9\xa0bytes" in response.text
    assert [response.text.count(f"(version {number}, ") for number in (1, 2)] == [1, 1]  # the French, the new English
    assert "الإصدار ٢" in client.get("/ar/programmes/cab/").text


def test_staff_add_a_version_on_the_page_of_the_programme(client, editor, languages):
    old = ProgrammeDocumentFactory(language=languages[0], title_en="Form", **FORM)
    programme = old.programme
    data = {
        "name_en": programme.name_en, "slug": programme.slug, "nature": "programme", "theme": programme.theme_id,
        "documents-TOTAL_FORMS": 2, "documents-INITIAL_FORMS": 1, "documents-0-id": old.pk, "documents-0-purpose": old.purpose,
        "documents-0-activity": old.activity, "documents-0-title_en": "Form", "documents-0-language": languages[0].pk,
        "documents-1-purpose": old.purpose, "documents-1-activity": old.activity, "documents-1-title_en": "Form",
        "documents-1-language": languages[0].pk, "documents-1-file": SimpleUploadedFile("form.pdf", b"%PDF-1.7\n"),
    }  # fmt: skip
    response = client.post(reverse("admin:programmes_programme_change", args=[programme.pk]), data)
    assert response.status_code == 302
    assert versions(programme) == [(1, False), (2, True)]
    listed = client.get(reverse("admin:programmes_programmedocument_changelist"), {"current": "no"})
    assert list(listed.context["cl"].queryset) == [old]


def test_forms_and_events_have_one_list_of_activities(client, superuser):
    """What an event can be, a form can be for; and a form for it is shown under its name."""
    choices = ProgrammeDocument._meta.get_field("activity").flatchoices
    assert choices == [("", "All activities"), *Event._meta.get_field("kind").flatchoices]
    document = ProgrammeDocumentFactory(purpose="questionnaire", activity="webinar")
    page = client.get(document.programme.get_absolute_url()).text
    assert '<span class="sub">Webinar</span>' in page
    assert '<span class="sub">Seminar</span>' not in page
