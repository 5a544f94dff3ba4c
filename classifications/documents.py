"""Documents that the Centre publishes: what may be uploaded, where it is kept, how it is handed out."""

import uuid
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from classifications.addresses import NotOnRecord
from classifications.models import Language
from classifications.written import translated

LARGEST = 20 * 1024 * 1024  # bytes
# What each kind of file begins with; office files are zip archives.
BEGINNINGS = {
    ".pdf": b"%PDF-",
    ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".pptx": b"PK\x03\x04",
    ".odt": b"PK\x03\x04",
}


def check_document(file):
    """Raise `ValidationError` unless `file` is of an accepted kind, by name and by its first bytes, and small enough."""
    if getattr(file, "_committed", False):
        return  # stored already, and looked at then; reading it again would leave it open
    beginning = BEGINNINGS.get(PurePath(file.name).suffix.lower())
    if beginning is None:
        raise ValidationError(_("Choose a file that ends in %(kinds)s.") % {"kinds": ", ".join(BEGINNINGS)})
    if file.size > LARGEST:
        raise ValidationError(_("The file is larger than 20 MB."))
    file.seek(0)
    if not file.read(len(beginning)).startswith(beginning):
        raise ValidationError(_("What the file holds does not fit the ending of its name."))
    file.seek(0)


def random_name(document, name):
    """Return where an upload is kept: a random name, so that nobody can guess or collide with it."""
    return f"documents/{uuid.uuid4().hex}{PurePath(name).suffix.lower()}"


def check_letter(file):
    """Raise `ValidationError` unless `file` is a PDF, and small enough."""
    if PurePath(file.name).suffix.lower() != ".pdf":
        raise ValidationError(_("Choose a PDF."))
    check_document(file)


def letter_name(row, name):
    """Return where a letter that only staff may open is kept."""
    return f"letters/{uuid.uuid4().hex}.pdf"


class PublishedDocument(models.Model):
    """A file with a title in up to three languages, itself written in one."""

    title_en = models.CharField(_("title in English"), max_length=300)
    title_fr = models.CharField(_("title in French"), max_length=300, blank=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=300, blank=True)
    language = models.ForeignKey(Language, models.PROTECT, verbose_name=_("language of the document"), related_name="+")
    file = models.FileField(_("file"), upload_to=random_name, validators=[check_document])
    published_on = models.DateField(_("published on"), auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.title

    @property
    def title(self):
        return translated(self, "title")

    @property
    def kind(self):
        """The kind of file as readers know it: PDF, DOCX."""
        return PurePath(self.file.name).suffix[1:].upper()

    @property
    def size(self):
        """The size of the file in bytes; None where it is lost, as after a restore of the database alone."""
        try:
            return self.file.size
        except FileNotFoundError:
            return None

    def as_response(self):
        """Hand the file out as an attachment, named after its title."""
        suffix = PurePath(self.file.name).suffix
        try:
            file = self.file.open("rb")
        except FileNotFoundError:
            raise NotOnRecord(_("This document is not available at the moment.")) from None
        return FileResponse(file, as_attachment=True, filename=f"{self.title_en}{suffix}")
