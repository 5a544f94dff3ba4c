"""CVs: what may be uploaded. A file is read as a hostile one: it is a PDF to its end, opens, is short, and does nothing.

Names in a PDF may be written with escapes (`/J#61vaScript`) or stand in compressed objects, so both the bytes and the
objects are looked through.
"""

import re
import uuid
import zlib
from itertools import islice

import pypdf
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

LARGEST = 5 * 1024 * 1024  # bytes
MOST_PAGES = 30
MOST_OBJECTS = 20_000
DEEPEST = 60
MOST_INFLATED = 8 * 1024 * 1024  # bytes of one stream, if it is more than so many times its size in the file
BLOWN_UP = 200
# What makes a document act, or carry other files.
FORBIDDEN = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
}  # fmt: skip
_NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OTHER_FORMATS = (b"PK\x05\x06", b"<script", b"<html", b"<?php", b"<svg")  # the end of a zip archive; pages
_STREAM = re.compile(rb"stream\r?\n")
_ENDS = re.compile(rb"%%EOF[\x00\t\n\x0c\r ]*\Z")


class NotACV(Exception):
    """The file is none that is accepted; the message says why."""


def random_name(expert, name):
    """Return where a CV is kept: a random name, so that nobody can guess it and it names nobody."""
    return f"cv/{uuid.uuid4().hex}.pdf"


def check_cv(file):
    """Raise `ValidationError` unless `file` is a plain PDF of at most 5 MB and 30 pages."""
    if file.size > LARGEST:
        raise ValidationError(_("The file is larger than 5 MB."))
    file.seek(0)
    data = file.read(LARGEST + 1)
    file.seek(0)
    try:
        _check_bytes(data)
        _check_document(file)
    except NotACV as reason:
        raise ValidationError(reason.args[0]) from None
    finally:
        file.seek(0)


def _check_bytes(data):
    if not data.startswith(b"%PDF-"):
        raise NotACV(_("This is not a PDF file. Save your CV as PDF and choose that file."))
    if not _ENDS.search(data[-2048:]):
        raise NotACV(_("This PDF is not complete, or something else is hidden behind its end."))
    if any(mark in data.lower() if mark.startswith(b"<") else mark in data for mark in _OTHER_FORMATS):
        raise NotACV(_("This file is also a file of another kind. Save your CV as PDF again."))
    if any(_is_bomb(memoryview(data)[begun.end() :]) for begun in _STREAM.finditer(data)):
        raise NotACV(_("This PDF is too complicated. Save your CV as a plain PDF."))
    names = {_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) for name in set(_NAME.findall(data))}
    _refuse({name.decode("latin-1") for name in names})


def _is_bomb(stream):
    """Whether what is compressed here, perhaps several times over, is out of all proportion to its size."""
    size = 0
    for _layer in range(5):
        unpacking = zlib.decompressobj()
        try:
            inflated = unpacking.decompress(stream, MOST_INFLATED)
        except zlib.error:
            return False
        size = size or len(stream) - len(unpacking.unused_data) - len(unpacking.unconsumed_tail)
        if len(inflated) == MOST_INFLATED and BLOWN_UP * size < MOST_INFLATED:
            return True
        stream = inflated
    return False


def _refuse(names):
    if names & FORBIDDEN:
        raise NotACV(_("This PDF holds scripts, forms or other files. Save your CV as a plain PDF."))


def _check_document(file):
    try:
        document = pypdf.PdfReader(file, strict=False)
        if document.is_encrypted:
            raise NotACV(_("This PDF is protected by a password. Save it without one."))
        pages = len(document.pages)
        for found in islice(_names(document), MOST_OBJECTS):
            _refuse(found)
        if pages and document.pages[0].mediabox is None:
            pages = 0
    except NotACV:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, OSError):
        raise NotACV(_("This PDF cannot be opened. Save your CV as PDF again.")) from None
    except (RecursionError, MemoryError, AssertionError, NotImplementedError, ArithmeticError):
        raise NotACV(_("This PDF cannot be opened. Save your CV as PDF again.")) from None
    if not pages:
        raise NotACV(_("This PDF has no pages."))
    if pages > MOST_PAGES:
        raise NotACV(_("This PDF has more than 30 pages."))


def _names(document):
    """Yield the names in each object that can be reached, whether it is compressed or not; refuse what has no end."""
    seen, waiting = set(), [(document.trailer, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in seen:
                continue
            seen.add((thing.idnum, thing.generation))
            if len(seen) > MOST_OBJECTS:
                raise NotACV(_("This PDF is too complicated. Save your CV as a plain PDF."))
            thing = thing.get_object()
        if depth > DEEPEST:
            raise NotACV(_("This PDF is too complicated. Save your CV as a plain PDF."))
        if isinstance(thing, DictionaryObject):
            yield {str(key) for key in thing} | {
                str(value) for value in thing.values() if isinstance(value, NameObject)
            }
            waiting += [(thing.raw_get(key), depth + 1) for key in thing]
        elif isinstance(thing, ArrayObject):
            yield {str(value) for value in thing if isinstance(value, NameObject)}
            waiting += [(value, depth + 1) for value in list.__iter__(thing)]
