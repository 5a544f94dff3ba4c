"""Documents: what may be uploaded, under which name it is kept, how it is handed out."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from classifications.documents import LARGEST
from tests.factories import EventDocumentFactory, EventFactory, LanguageFactory, ProgrammeDocumentFactory

PDF, ZIP = b"%PDF-1.7\n", b"PK\x03\x04rest"


def upload(name, content):
    return EventDocumentFactory.build(
        event=EventFactory(), language=LanguageFactory(), file=SimpleUploadedFile(name, content)
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", PDF), ("A.PDF", PDF), ("a.docx", ZIP), ("a.xlsx", ZIP), ("a.pptx", ZIP), ("a.odt", ZIP)],
)
def test_accepted(db, name, content):
    upload(name, content).full_clean()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.html", b"<html>", "Choose a file that ends in"),
        ("a.svg", b"<svg>", "Choose a file that ends in"),
        ("pdf", PDF, "Choose a file that ends in"),
        ("a.pdf.exe", PDF, "Choose a file that ends in"),
        ("a.pdf", b"<html>%PDF-", "does not fit the ending"),
        ("a.pdf", ZIP, "does not fit the ending"),
        ("a.docx", PDF, "does not fit the ending"),
        ("a.pdf", b"%PD", "does not fit the ending"),
        ("a.pdf", PDF + b"x" * LARGEST, "larger than 20"),
    ],
)
def test_refused(db, name, content, reason):
    with pytest.raises(ValidationError, match=reason) as refusal:
        upload(name, content).full_clean()
    assert set(refusal.value.message_dict) == {"file"}


@pytest.mark.parametrize("factory", [EventDocumentFactory, ProgrammeDocumentFactory])
def test_kept_under_a_name_nobody_can_guess(db, factory):
    names = [factory(file__filename="../../etc/Report of the year.PDF").file.name for _upload in range(2)]
    assert all(re.fullmatch(r"documents/[0-9a-f]{32}\.pdf", name) for name in names)
    assert names[0] != names[1]


@pytest.mark.parametrize("factory", [EventDocumentFactory, ProgrammeDocumentFactory])
def test_handed_out_as_an_attachment(client, db, factory):
    document = factory(title_en='Report "2011"\r\nX-Bad: 1', file__data=PDF)
    response = client.get(document.get_absolute_url())
    assert b"".join(response) == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert "X-Bad" not in response.headers
    assert client.get(f"/fr{document.get_absolute_url()}").status_code == 200


def test_the_document_of_a_draft_is_not_there(client, db):
    shown, hidden = EventDocumentFactory(), EventDocumentFactory(event__published_at=None)
    assert b"".join(client.get(shown.get_absolute_url())) == PDF
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.get("/events/documents/999999/").status_code == 404


@pytest.mark.parametrize("factory", [EventDocumentFactory, ProgrammeDocumentFactory])
def test_a_file_that_is_lost_breaks_no_page(client, db, factory):
    """As after a restore of the database alone."""
    document = factory()
    document.file.storage.delete(document.file.name)
    owner = getattr(document, "event", None) or document.programme
    assert document.title_en in client.get(owner.get_absolute_url()).content.decode()
    assert client.get(document.get_absolute_url()).status_code == 404
