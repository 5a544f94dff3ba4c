"""CVs: what may be uploaded. A file is read as a hostile one: it is a PDF to its end, opens, is short, and does nothing.

Names in a PDF may be written with escapes (`/J#61vaScript`) or stand in compressed objects, so both the bytes and the
objects are looked through.
"""

import re
import uuid
import zlib

import pypdf
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

FOLDER = "cv"
LARGEST = 5 * 1024 * 1024  # bytes
MOST_PAGES = 30
MOST_OBJECTS = 20_000
MOST_PARTS = 200_000  # dictionaries, lists and what they refer to
DEEPEST = 60
MOST_INFLATED = 8 * 1024 * 1024  # bytes of one stream, if it is more than so many times its size in the file
BLOWN_UP = 200
MOST_UNPACKED = 400 * 1024 * 1024  # bytes looked at while unpacking, those of all streams together: some two seconds
PIECE = 16 * 1024
# What makes a document act, carry other files, or open some, which may lie on somebody's server: names long enough not to stand
# in a picture by chance, and short ones.
FORBIDDEN = {
    "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
    "/FileAttachment", "/Rendition",
}  # fmt: skip
FORBIDDEN_IN_OBJECTS = FORBIDDEN | {
    "/JS", "/EF", "/GoToE", "/GoToR", "/Movie", "/Sound", "/3D", "/GoTo3DView", "/RichMediaExecute",
}  # fmt: skip
UNPACKED_HERE = {"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"}
_NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OTHER_FORMATS = (b"PK\x05\x06", b"<script", b"<html", b"<?php", b"<svg")  # the end of a zip archive; pages
_STREAM = re.compile(rb"stream\r?\n")
_TOO_COMPLICATED = _("This PDF is too complicated. Save your CV as a plain PDF.")
_ENDS = re.compile(rb"%%EOF[\x00\t\n\x0c\r ]*\Z")


def link_to_cv(expert):
    """A link to the stored CV of an expert, which leads those to it who may read it."""
    return format_html('<a href="{}">PDF</a>', reverse("experts:cv", args=[expert.key]))


class NotACV(Exception):
    """The file is none that is accepted; the message says why."""


def random_name(expert, name):
    """Return where a CV is kept: a random name, so that nobody can guess it and it names nobody."""
    return f"{FOLDER}/{uuid.uuid4().hex}.pdf"


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
    _check_streams(memoryview(data))
    names = {_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) for name in set(_NAME.findall(data))}
    _refuse({name.decode("latin-1") for name in names}, FORBIDDEN)


def _check_streams(data):
    """Refuse what blows up when it is unpacked, whether one stream does or all of them together, over each other perhaps."""
    left = MOST_UNPACKED
    for begun in _STREAM.finditer(data):
        stream, packed = data[begun.end() :], 0
        for _layer in range(5):
            inflated, taken, looked_at = _inflated(stream)
            left -= looked_at
            packed = packed or taken
            if left < 0 or (len(inflated) == MOST_INFLATED and BLOWN_UP * packed < MOST_INFLATED):
                raise NotACV(_TOO_COMPLICATED)
            if not inflated:
                break
            stream = inflated


def _inflated(stream):
    """What is compressed here, cut at `MOST_INFLATED`; how many bytes of the stream that took, and how many were looked at."""
    unpacking, inflated, taken, looked_at = zlib.decompressobj(), bytearray(), 0, 0
    while taken < len(stream) and len(inflated) < MOST_INFLATED and not unpacking.eof:
        piece, before = stream[taken : taken + PIECE], len(inflated)
        looked_at += len(piece)
        try:
            inflated += unpacking.decompress(piece, MOST_INFLATED - before)
        except zlib.error:
            break
        taken += len(piece) - len(unpacking.unused_data) - len(unpacking.unconsumed_tail)
        looked_at += len(inflated) - before
    return inflated, taken, looked_at


def _refuse(names, forbidden):
    if names & forbidden:
        raise NotACV(_("This PDF holds scripts, forms or other files. Save your CV as a plain PDF."))


def _check_document(file):
    try:
        document = pypdf.PdfReader(file, strict=False)
        if document.is_encrypted:
            raise NotACV(_("This PDF is protected by a password. Save it without one."))
        _check_boxes(document)
        for found in _names(document, file.size):
            _refuse(found, FORBIDDEN_IN_OBJECTS)
        pages = len(document.pages)
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


def _check_boxes(document):
    """Refuse objects in streams that are packed in an unusual way or large: all of them are read before one is looked at."""
    unpacked = 0
    for number in {stream for stream, _place in document.xref_objStm.values()}:
        stream = document.get_object(IndirectObject(number, 0, document))
        if _filters(stream) not in ([], ["/FlateDecode"]):
            raise NotACV(_TOO_COMPLICATED)
        unpacked += len(stream.get_data())
        if unpacked > MOST_INFLATED:
            raise NotACV(_TOO_COMPLICATED)


def _filters(stream):
    """The names of the ways in which a stream is packed, the outermost first."""
    named = stream.get("/Filter")
    return [] if named is None else [str(each) for each in (named if isinstance(named, ArrayObject) else [named])]


def _names(document, size):
    """Yield the names in each object that can be reached, whether it is compressed or not; refuse what has no end.

    The streams of a file of `size` bytes are not longer than it together, unless they stand in each other.
    """
    seen, parts, held, waiting = set(), 0, 0, [(document.trailer, 0)]
    while waiting:
        thing, depth = waiting.pop()
        parts += 1
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in seen:
                continue
            seen.add((thing.idnum, thing.generation))
            thing = thing.get_object()
        if isinstance(thing, StreamObject):
            _refuse(set(thing), {"/F"})  # its bytes stand in another file, perhaps on somebody's server
            held += _length(thing)
        if depth > DEEPEST or len(seen) > MOST_OBJECTS or parts > MOST_PARTS or held > size:
            raise NotACV(_TOO_COMPLICATED)
        if isinstance(thing, DictionaryObject):
            yield {str(key) for key in thing} | {
                str(value) for value in thing.values() if isinstance(value, NameObject)
            }
            waiting += _within((thing.raw_get(key) for key in thing), depth)
        elif isinstance(thing, ArrayObject):
            yield {str(value) for value in thing if isinstance(value, NameObject)}
            waiting += _within(list.__iter__(thing), depth)


def _within(values, depth):
    """Those values that hold others."""
    return [(each, depth + 1) for each in values if isinstance(each, IndirectObject | DictionaryObject | ArrayObject)]


def _length(stream):
    """The bytes of a stream as they stand in the file; refuse one that blows up through several ways of packing."""
    filters, packed = _filters(stream), len(stream._data)
    if filters in ([], ["/FlateDecode"]) or not set(filters) <= UNPACKED_HERE:
        return packed
    if len(filters) > 2 or len(stream.get_data()) > max(MOST_INFLATED, BLOWN_UP * packed):
        raise NotACV(_TOO_COMPLICATED)
    return packed
