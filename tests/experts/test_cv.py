"""CVs are read as hostile files: whatever is not a short plain PDF to its end is refused with a reason, and nothing fails."""

import io
import random
import struct
import time
import zipfile
import zlib

import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from experts.cv import LARGEST, check_cv
from experts.models import Expert
from tests.experts.helpers import pdf, pdf_bytes
from tests.factories import ExpertFactory


def written(change=None, **options):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def encrypted():
    return written(lambda writer: writer.encrypt("secret"))


def with_action(kind, **more):
    def change(writer):
        action = DictionaryObject({NameObject("/S"): NameObject(kind), **{NameObject(k): v for k, v in more.items()}})
        writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return written(change)


def deep():
    def change(writer):
        inner = ArrayObject()
        for _level in range(200):
            inner = ArrayObject([inner])
        writer._root_object[NameObject("/Deep")] = inner

    return written(change)


def late_action():
    """A page that acts, behind more harmless dictionaries than anybody would look through."""

    def change(writer):
        action = DictionaryObject({NameObject("/S"): NameObject("/GoToE")})
        writer._root_object[NameObject("/OpenAction")] = action
        writer._root_object[NameObject("/Harmless")] = ArrayObject([DictionaryObject() for _n in range(21_000)])

    return written(change)


def attached():
    """A file behind a note on a page, without a type that says so."""

    def change(writer):
        stream = StreamObject()
        stream._data = b"MZ"
        held = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
        file = DictionaryObject({NameObject("/F"): TextStringObject("x.exe"), NameObject("/EF"): held})
        note = DictionaryObject({NameObject("/Subtype"): NameObject("/Text"), NameObject("/FS"): file})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([note])

    return written(change)


def objects(*bodies):
    """A PDF of these objects, the first of them its catalogue."""
    data, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return finished(data, places)


def finished(data, places):
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return bytes(data) + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


ONE_PAGE = [b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]


def streams_in_streams(number=500, size=2_000_000, head=60):
    """Many streams that all end at the same place: each is nearly as long as the file."""
    listed = b" ".join(b"%d 0 R" % (n + 4) for n in range(number))
    data, places = bytearray(b"%PDF-1.5\n"), []
    for n, body in enumerate([b"<</Type/Catalog/Pages 2 0 R/X[%s]>>" % listed, *ONE_PAGE], 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    end = len(data) + number * head + size
    for n in range(number):
        places.append(len(data))
        begun = b"%d 0 obj\n<</Length %d" % (n + 4, end - len(data) - head)
        data += begun.ljust(head - 10) + b">>\nstream\n"
    data += b"A" * size + b"\nendstream\nendobj\n"
    return finished(data, places)


def unpacked_over_and_over(size=1_000_000, block=60_000):
    """Thousands of beginnings of compressed data which all go on to the end: to unpack each takes hours."""
    data, begins = bytearray(PLAIN.rstrip()[:-5] + b"\n"), b"stream\n\x78\x9c"
    for _block in range(size // block):
        piece = bytearray()
        while len(piece) < block - 40:
            left = block - len(piece) - len(begins) - 10
            piece += begins + b"\x00" + struct.pack("<HH", left, left ^ 0xFFFF)
        piece += b"A" * (block - 5 - len(piece))
        data += piece + b"\x00" + struct.pack("<HH", block - 5, (block - 5) ^ 0xFFFF)
    return bytes(data) + b"\n%%EOF\n"


def packed_twice():
    body = zlib.compress(b"5 0 <<>>" + bytes(20_000_000)).hex().encode() + b">"
    stream = b"<</Filter[/ASCIIHexDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(body), body)
    return objects(b"<</Type/Catalog/Pages 2 0 R/X 4 0 R>>", *ONE_PAGE, stream)


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("evil.exe", b"MZ" * 100)
    return stream.getvalue()


def compressed_objects(inner):
    """A PDF whose object 5 stands in a compressed stream of objects."""
    body = zlib.compress(b"5 0 " + inner)
    parts = [
        b"%PDF-1.5\n",
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n",
        b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(body),
    ]
    offsets, position = [], 0
    for part in parts:
        offsets.append(position)
        position += len(part)
    parts.append(body + b"\nendstream\nendobj\n")
    start = sum(map(len, parts))
    rows = [b"\x00\x00\x00\xff"] + [b"\x01" + offset.to_bytes(2, "big") + b"\x00" for offset in offsets[1:]]
    rows += [b"\x02\x00\x04\x00", b"\x01" + start.to_bytes(2, "big") + b"\x00"]
    table = b"".join(rows)
    parts.append(b"6 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Length %d>>\nstream\n" % len(table))
    parts.append(table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)
    return b"".join(parts)


PLAIN = pdf_bytes()
ON_A_SERVER = {"/F": TextStringObject(r"\\server\share\cv.pdf")}
HOSTILE = {
    "nothing": b"",
    "zeros": b"\x00" * 5000,
    "text": b"My CV",
    "a page": b"<html><script>alert(1)</script></html>",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "an office file": zipped(),
    "late beginning": b"\n" + PLAIN,
    "only a beginning": b"%PDF-1.7\n%%EOF",
    "no end": PLAIN[:-20],
    "half": PLAIN[: len(PLAIN) // 2] + b"\n%%EOF\n",
    "archive behind": PLAIN + zipped(),
    "archive behind with an end": PLAIN + zipped() + b"\n%%EOF\n",
    "page before": PLAIN.replace(b"%PDF-1.3", b"%PDF-1.3<html><script>alert(1)</script>"),
    "text behind": PLAIN + b"MZ executable",
    "too large": b"%PDF-" + b"0" * LARGEST + b"%%EOF",
    "too long": pdf_bytes(31),
    "no pages": written(lambda writer: writer.remove_page(0)),
    "encrypted": encrypted(),
    "rich media": with_action("/RichMediaExecute", **{"/RichMedia": TextStringObject("x")}),
    "file within": written(lambda writer: writer.add_attachment("a.txt", b"x")),
    "launch": with_action("/Launch", **{"/F": TextStringObject("cmd.exe")}),
    **{f"opens by {act}": with_action(act, **ON_A_SERVER) for act in ("/GoToR", "/GoToE", "/Movie", "/Sound")},
    "three dimensions": objects(
        b"<</Type/Catalog/Pages 2 0 R/X 4 0 R>>", *ONE_PAGE, b"<</Type/3D/Length 1>>\nstream\nx\nendstream"
    ),
    "a stream that is elsewhere": objects(
        b"<</Type/Catalog/Pages 2 0 R/X 4 0 R>>",
        *ONE_PAGE,
        b"<</F(\\\\\\\\server\\\\x)/Length 1>>\nstream\nx\nendstream",
    ),
    "sends forms": with_action("/SubmitForm"),
    "script by action": with_action("/JavaScript", **{"/JS": TextStringObject("x")}),
    "name with escapes": with_action("/Launch").replace(b"/Launch", b"/L#61unch"),
    "script in compressed objects": compressed_objects(b"<</S/JavaScript/JS(x)>>"),
    "deep": deep(),
    "acts late": late_action(),
    "file behind a note": attached(),
    "streams in streams": streams_in_streams(),
    "unpacked over and over": unpacked_over_and_over(),
    "packed twice": packed_twice(),
    "pages of pages": objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        *(b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (n, n) for n in range(3, 35)),
        b"<</Type/Page/MediaBox[0 0 9 9]>>",
    ),
    "turns in circles": PLAIN.replace(b"/Kids [ ", b"/Kids [ 1 0 R "),
}


ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256", "AES-256-R5"]
OTHER_TYPES = {
    "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "zip": b"PK\x03\x04", "exe": b"MZ\x90\x00",
    "elf": b"\x7fELF", "rtf": b"{\\rtf1", "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "html": b"<!doctype html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'>", "php": b"<?php system($_GET[0]);", "shell": b"#!/bin/sh\nrm -rf /",
    "ps": b"%!PS-Adobe-3.0", "gzip": b"\x1f\x8b\x08", "rar": b"Rar!\x1a\x07", "7z": b"7z\xbc\xaf\x27\x1c", "xml": b"<?xml?>",
    "class": b"\xca\xfe\xba\xbe", "wasm": b"\x00asm", "bom": b"\xef\xbb\xbf%PDF-1.4",
}  # fmt: skip
MARKS = [
    b"<script>x()</script>",
    b"<HTML>",
    b"<?PHP x",
    b"<svg onload=x>",
    b"<ScRiPt src=x>",
    b"PK\x05\x06" + b"\x00" * 18,
]
ACTS = ["/JavaScript", "/Launch", "/SubmitForm", "/ImportData"]


def escaped_name(name, chance):
    """A name with some of its letters written as numbers, which readers of PDF take for the same."""
    return "/" + "".join(f"#{ord(letter):02x}" if chance.random() < 0.4 else letter for letter in name[1:])


def on_the_page(kind):
    """A page that acts when it is opened, or that has a button which does."""

    def change(writer):
        action = DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/JS"): TextStringObject("x")})
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})

    return written(change)


def bomb(size, layers):
    """A stream of objects that is small here and grows by a thousand with each layer."""
    body = b"5 0 <</S/GoTo>>" + b" " * size
    for _layer in range(layers):
        body = zlib.compress(body, 9)
    filters = b"/FlateDecode " * layers
    data = compressed_objects(b"<</S/GoTo>>")
    old = data[data.index(b"4 0 obj") : data.index(b"endobj", data.index(b"4 0 obj"))]
    new = b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter[%s]/Length %d>>\nstream\n" % (filters, len(body)) + body
    return data.replace(old, new + b"\nendstream\n")


def hostile_files():
    """Pairs of a name and a file, two hundred at least; the same every time."""
    chance = random.Random(200)  # noqa: S311  as above
    yield from HOSTILE.items()
    for kind, beginning in OTHER_TYPES.items():
        yield f"{kind} called a PDF", beginning + bytes(chance.randrange(256) for _n in range(200))
        yield f"{kind} before", beginning + b"\n" + PLAIN
        yield f"{kind} behind", PLAIN + beginning + b"\x01"
    for place in (20, len(PLAIN) // 3, len(PLAIN) // 2, len(PLAIN) - 40):
        for mark in MARKS:
            yield f"{mark[:8]} at {place}", PLAIN[:place] + b"\n%" + mark + b"\n" + PLAIN[place:]
    for algorithm in ALGORITHMS:
        for user, owner in (("a", "b"), ("", "b")):
            yield f"{algorithm} {user}", written(lambda w, a=algorithm, u=user, o=owner: w.encrypt(u, o, algorithm=a))
    for act in ACTS:
        yield f"{act} of the page", on_the_page(act)
        yield f"{act} compressed", compressed_objects(b"<</S%s/JS(x)>>" % act.encode())
        for _time in range(8):
            name = escaped_name(act, chance).encode()
            yield f"{name} for {act}", with_action(act).replace(act.encode(), name)
            yield f"{name} compressed", compressed_objects(b"<</S%s>>" % name)
    for size in (10, 100):
        for layers in (1, 2, 3):
            yield f"bomb of {size} MB in {layers}", bomb(size * 1024 * 1024, layers)
    for pages in (32, 60, 200):
        yield f"{pages} pages", pdf_bytes(pages)
    for size in (LARGEST + 1, LARGEST + 100_000, 2 * LARGEST):
        yield f"{size} bytes", PLAIN[:-7] + b"%" + b"0" * (size - len(PLAIN)) + b"\n%%EOF\n"
    for length in (1, 4, 5, 100):
        yield f"{length} bytes of the beginning", PLAIN[:length]
        yield f"{length} zeros", b"\x00" * length


def _in(language, refused):
    with override(language):
        return " ".join(refused.messages)


def test_two_hundred_hostile_files_are_refused():
    """Each within seconds, with a message that says what to do; whatever the file is called."""
    files, told = dict(hostile_files()), {}
    names = [
        "cv.pdf",
        "cv.pdf.exe",
        "../../cv.pdf",
        "cv\x00.pdf",
        "ملف.pdf",
        "",
        "." * 200,
        "cv.PDF ",
        "con",
        "<b>.pdf",
    ]
    assert len(set(files.values())) >= 200  # no two alike
    for number, (what, data) in enumerate(files.items()):
        began = time.monotonic()
        file = pdf(data)
        file._name = names[number % len(names)]
        try:
            check_cv(file)
        except ValidationError as refused:
            told[what] = {language: _in(language, refused) for language in ("en", "fr", "ar")}
        assert time.monotonic() - began < 20, what
    assert [what for what in files if len(set(told.get(what, {}).values())) < 3] == []  # each reader in their language
    assert [what for what, words in told.items() if min(map(len, words.values())) <= 15] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(name):
    with pytest.raises(ValidationError) as refused:
        check_cv(pdf(HOSTILE[name]))
    assert len(" ".join(refused.value.messages)) > 20


def test_two_hundred_broken_files_never_fail():
    """Plain files with bytes changed, cut or repeated: accepted or refused, never an error of ours."""
    chance, answers = random.Random(4), []  # noqa: S311  the same every time
    for _number in range(200):
        data = bytearray(pdf_bytes(chance.randint(1, 3), Title="x" * chance.randint(1, 50)))
        for _change in range(chance.randint(1, 30)):
            place = chance.randrange(len(data))
            how = chance.randrange(3)
            if how == 0:
                data[place] = chance.randrange(256)
            elif how == 1:
                del data[place : place + chance.randint(1, 20)]
            else:
                data[place:place] = data[place : place + chance.randint(1, 40)]
        try:
            check_cv(pdf(bytes(data)))
        except ValidationError:
            answers.append(False)
        else:
            answers.append(True)
    assert len(answers) == 200
    assert False in answers


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        pdf_bytes(30),
        PLAIN + b"\r\n\x00 ",
        compressed_objects(b"<</S/GoTo>>"),
        with_action("/URI", **{"/URI": TextStringObject("https://example.org/"), "/F": NumberObject(4)}),
        objects(b"<</Type/Catalog/Pages 2 0 R>>", *ONE_PAGE),
        objects(b"<</Type/Catalog/Pages 2 0 R/Widths[%s]>>" % (b"500 " * 100_000), *ONE_PAGE),
    ],
)
def test_plain_files_are_taken(data):
    check_cv(pdf(data))


@pytest.mark.parametrize(
    "name", ["cv.pdf", "CV.PDF", "../../etc/passwd", "ملف.pdf", "a" * 90 + ".exe", "x\x00.pdf", "cv"]
)
def test_whatever_its_name_it_is_kept_under_a_random_one(client, db, name):
    expert = ExpertFactory()
    client.force_login(expert.user)
    assert client.post(reverse("experts:upload-cv"), {"cv": pdf(name=name)}).status_code == 302
    kept = Expert.objects.get().cv.name
    assert kept.startswith("cv/")
    assert len(kept) == len("cv/") + 32 + len(".pdf")


def test_a_refused_file_is_told_and_not_kept(client, db):
    expert = ExpertFactory()
    client.force_login(expert.user)
    response = client.post(reverse("experts:upload-cv"), {"cv": pdf(b"MZ")})
    assert response.status_code == 400
    assert "This is not a PDF file." in response.content.decode()
    assert client.post(reverse("experts:upload-cv"), {}).status_code == 400
    assert not Expert.objects.get().cv


def test_the_twenty_first_file_of_a_day_waits(client, db):
    """Refused files count as well: looking at one takes up to seconds. Others are not held up by it."""
    expert, other = ExpertFactory(), ExpertFactory()
    address = reverse("experts:upload-cv")
    client.force_login(expert.user)
    for _number in range(21):  # nothing is sent by asking
        client.head(address)
    answers = [client.post(address, {"cv": pdf(b"MZ")}).status_code for _number in range(19)]
    assert [*answers, client.post(address, {"cv": pdf()}).status_code] == [400] * 19 + [302]
    kept = Expert.objects.get(pk=expert.pk).cv.name
    refused = client.post(address, {"cv": pdf()})
    assert refused.status_code == 429
    assert "You have uploaded many files today. Please go on tomorrow." in refused.content.decode()
    assert Expert.objects.get(pk=expert.pk).cv.name == kept
    assert "<h1>Your CV</h1>" in client.get(address).content.decode()
    client.force_login(other.user)
    assert client.post(address, {"cv": pdf()}).status_code == 302
