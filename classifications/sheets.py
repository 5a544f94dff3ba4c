"""Reading CSV files so that every fault is told at once, and writing only what differs.

A `Sheet` is one file: its rows with checked values, and the faults found in it. Each app's `loading.py` says which columns its
files have and what becomes of the rows; `manage.py load_data` reads all files, and then writes in one transaction.
"""

import csv
import io
import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection

from classifications.history import changed_by_people
from classifications.links import linked_by_people, links_untold
from classifications.written import UNWRITABLE

BATCH = 1000  # rows in one statement
LINKS = 5000  # rows of a table of links, which are short


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell: `line` counts from 1 with the header, `column` may be empty for a whole line."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self):
        value = self.value if len(self.value) <= 80 else self.value[:79] + "…"
        return f"{self.file}:{self.line}: {self.column or '-'}: {value!r}: {self.reason}"


class Wrong(Exception):
    """A cell cannot be read; the message is the reason."""


# --- What a cell may hold: functions from text to value, raising `Wrong` -------------------------------------------


def text(longest=300):
    def read(cell):
        if len(cell) > longest:
            raise Wrong(f"longer than {longest} characters")
        return cell

    return read


def required(read):
    def read_required(cell):
        if not cell:
            raise Wrong("may not be empty")
        return read(cell)

    return read_required


def whole_number(lowest, highest):
    def read(cell):
        if not cell:
            return None
        if not (cell.isascii() and cell.isdigit()):
            raise Wrong("not a whole number")
        value = int(cell.lstrip("0")[:12] or 0)  # Python reads no number of thousands of figures
        if not lowest <= value <= highest:
            raise Wrong(f"not between {lowest} and {highest}")
        return value

    return read


def day(cell):
    try:
        value = date.fromisoformat(cell)
    except ValueError:
        raise Wrong("not a day as year-month-day, such as 2011-07-05") from None
    if not 1900 <= value.year <= 2099:  # years that have a page (`events/urls.py`)
        raise Wrong("not between 1900 and 2099")
    return value


def slug(longest):
    """Read the part of an address that names a row; anything else would break every page that links to it."""

    def read(cell):
        if not re.fullmatch(r"[-a-zA-Z0-9_]+", cell):
            raise Wrong("not an address: only letters a to z, figures, hyphens and underscores")
        return text(longest)(cell)

    return read


def code(length):
    """Read a code of so many capital letters."""

    def read(cell):
        if not re.fullmatch(f"[A-Z]{{{length}}}", cell):
            raise Wrong(f"not a code of {length} capital letters")
        return cell

    return read


_time_zones = cache(available_timezones)  # walks through hundreds of files


def time_zone(cell):
    if cell not in _time_zones():
        raise Wrong("not the name of a time zone, such as Africa/Dakar")
    return cell


def one_of(known, what):
    """Read one key of the dict `known` (name → key in the database) and give its value; an empty cell gives None."""

    def read(cell):
        if not cell:
            return None
        if cell not in known:
            raise Wrong(f"unknown {what}")
        return known[cell]

    return read


def several_of(known, what):
    """Read keys of `known` separated by semicolons and give the list of their values, each once."""

    def read(cell):
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        for part in parts:
            if part not in known:
                raise Wrong(f"unknown {what} “{part}”")
        return list(dict.fromkeys(known[part] for part in parts))

    return read


_check_url = URLValidator(schemes=["http", "https"])


def address(longest):
    """Read the address of a page on the web."""

    def read(cell):
        if cell:
            try:
                _check_url(cell.replace("'", "%27"))
            except ValidationError:
                raise Wrong("not a web address that begins with http:// or https://") from None
        return text(longest)(cell)

    return read


class Anything(dict):
    """Stands for the names in a file that could not be read: all are taken as known, so that only that file's fault is told."""

    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return name

    def get(self, name, default=None):
        return name


# --- A file ---------------------------------------------------------------------------------------------------------


@dataclass
class Sheet:
    """One CSV file, read and checked.

    `rows` are dicts from column to value, with "line" added; `faults` say what could not be read. `readable` are the rows with
    faults too, as far as their cells could be read. `cells` keeps the texts of every row, in the order of the `header`, so that one
    bad cell does not make other files' references to its row wrong.
    """

    name: str
    rows: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    readable: list = field(default_factory=list)
    header: list = field(default_factory=list)
    cells: list = field(default_factory=list)
    is_broken: bool = False  # not all of its lines could be read

    def texts(self, *columns):
        """For each row the tuple of its texts in `columns`, empty where it has none."""
        places = [self.header.index(name) if name in self.header else len(self.header) for name in columns]
        for cells in self.cells:
            yield tuple(cells[place] if place < len(cells) else "" for place in places)

    def keys(self, column):
        """The texts in a column, of all rows that have it."""
        return {text for (text,) in self.texts(column) if text}

    def fault(self, line, column, value, reason):
        self.faults.append(Fault(self.name, line, column, str(value), reason))

    def broken(self, line, column, value, reason):
        """Note a fault that keeps the rest of the file from being read."""
        self.fault(line, column, value, reason)
        self.is_broken = True

    def refuse_repeats(self, *columns):
        """Note a fault for each row whose values in `columns` occurred on an earlier line, whatever else is wrong in either."""
        first_on = {}
        for row in self.readable:
            key = tuple(row.get(column) for column in columns)
            if None in key:
                continue
            first = first_on.setdefault(key, row["line"])
            if first != row["line"]:
                self.fault(row["line"], columns[0], row[columns[0]], f"duplicate of line {first}")


_NOT_UTF8 = re.compile(r"[\udc80-\udcff]")  # what stands for bad bytes, and nothing else


def read_sheet(path, columns):
    """Read the file at `path` (UTF-8, commas, a header) whose `columns` map each name to a reading function."""
    sheet = Sheet(path.name)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        sheet.broken(0, "", "", "missing file")
        return sheet
    except OSError as error:
        sheet.broken(0, "", "", f"cannot be read: {error.strerror}")
        return sheet
    errors = _refuse_other_codes(sheet, raw)
    content = io.TextIOWrapper(io.BytesIO(raw), "utf-8-sig", errors, newline="")  # decodes as it is read
    reader = csv.reader(content, strict=True)
    line = 1
    try:
        header = sheet.header = next(reader, [])
        for name in columns:
            if name not in header:
                sheet.broken(1, name, "", "missing column")
        for name in header:
            if name not in columns:
                sheet.broken(1, name, name, "unknown column")
        if len(set(header)) != len(header):
            sheet.broken(1, "", ",".join(header), "a column occurs twice")
        known = {name for name in columns if header.count(name) == 1}
        if not known:  # another kind of file altogether
            return sheet
        line = reader.line_num + 1
        once = {}  # most cells of a long file occur again and again
        for cells in reader:
            if any(cells):
                cells = [once.setdefault(cell, cell) for cell in map(str.strip, cells)]
                _read_row(sheet, line, header, cells, columns, known)
            line = reader.line_num + 1
    except csv.Error as error:
        sheet.broken(line, "", "", f"not readable as CSV: {error}")
    return sheet


def _refuse_other_codes(sheet, raw):
    """Note a fault for each line that is not UTF-8; give what is to become of bad bytes: lone surrogates stand for them."""
    try:
        raw.decode("utf-8-sig")
        return "strict"
    except UnicodeDecodeError:
        pass
    for number, line in enumerate(raw.removeprefix(BOM_UTF8).split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            bad = line[error.start : error.start + 8].decode("latin-1").rstrip()
            sheet.broken(number, "", bad, "not UTF-8; save the file as “CSV UTF-8”")
    return "surrogateescape"


def _read_row(sheet, line, header, cells, columns, known):
    """Read the `known` columns of one row; only one that has every column, all without fault, is among the rows."""
    sheet.cells.append(cells)
    if len(cells) != len(header):
        sheet.fault(line, "", len(cells), f"has {len(cells)} cells where the header has {len(header)}")
        return
    row = {"line": line}
    for name, cell in zip(header, cells, strict=True):
        if name not in known or _NOT_UTF8.search(cell):  # told of already
            continue
        try:
            if UNWRITABLE.search(cell):
                raise Wrong("holds a control character")
            row[name] = columns[name](cell)
        except Wrong as reason:
            sheet.fault(line, name, cell, str(reason))
    sheet.readable.append(row)
    if len(row) == len(columns) + 1:
        sheet.rows.append(row)


# --- Into the database ----------------------------------------------------------------------------------------------


@dataclass
class Written:
    """What became of the rows of one file: the ids on record by key, and the ids of those that are new or changed.

    `kept` has the ids of those of which the file says something else than what a person changed since, which stays.
    """

    stored: dict
    total: int = 0
    new: set = field(default_factory=set)
    changed: set = field(default_factory=set)
    kept: set = field(default_factory=set)

    def __str__(self):
        changed = len(self.changed - self.new)
        told = f"{len(self.new)} new, {changed} changed, {self.total - len(self.new) - changed} as they were"
        return f"{told}; {len(self.kept)} kept as people changed them" if self.kept else told


def untold(done, total, what):
    """Tell nobody how far a long load is: `done` of `total` rows, and `what` rows they are."""


def write_rows(model, key, rows, progress=untold, *, total=None, together=()):
    """Make the table of `model` hold `rows` and tell what was `Written`; `progress` is called as `untold` is.

    `key` names the fields that identify a row; `rows` are dicts of field values, foreign keys as `<name>_id`: a list, or with
    their number as `total` made one after the other. Only a portion of them, and of what is on record, is held at a time.
    Objects of the table that no row names stay as they are, and so do fields that history says a person changed; who changed one
    field of a set in `together` has decided on all of it.
    """
    on_record = model._default_manager.values_list("pk", *key).iterator(chunk_size=BATCH)
    written = Written({tuple(identity): pk for pk, *identity in on_record}, total=len(rows) if total is None else total)
    decided = changed_by_people(model)
    rows, done = iter(rows), 0
    while portion := list(islice(rows, BATCH)):
        _write_portion(written, model, key, portion, decided, together)
        done += len(portion)
        progress(done, written.total, "rows")
    return written


def _write_portion(written, model, key, rows, decided, together):
    named = [(tuple(row[name] for name in key), row) for row in rows]
    needed = {*key, *rows[0]}  # what triggers and generated columns hold would be most of a row
    known = [written.stored[identity] for identity, _row in named if identity in written.stored]
    there = model._default_manager.only(*needed).in_bulk(known)
    new, changed, fields = {}, [], set()
    for identity, row in named:
        existing = there.get(written.stored.get(identity))
        if existing is None:
            new[identity] = model(**row)
        elif differing := [name for name, value in row.items() if getattr(existing, name) != value]:
            theirs = decided.get(existing.pk, set())
            theirs = theirs.union(*(names for names in together if names & theirs))
            if theirs.intersection(differing):
                written.kept.add(existing.pk)
            if differing := [name for name in differing if name not in theirs]:
                for name in differing:
                    setattr(existing, name, row[name])
                fields.update(differing)
                changed.append(existing)
    model._default_manager.bulk_create(new.values())
    if changed:
        model._default_manager.bulk_update(changed, sorted(fields))
    written.stored |= {identity: each.pk for identity, each in new.items()}
    written.new |= {each.pk for each in new.values()}
    written.changed |= {each.pk for each in changed}


def write_links(written, through, owner, other, wanted, progress=untold):
    """Make the table of links `through` hold `wanted`, a dict from owner id to other ids; note changed owners.

    Links of owners that `wanted` does not name stay, and so do links that history says a person changed. The first links of new
    owners are no change, and leave no trace.
    """
    decided = linked_by_people(through)
    kept = {(one, each): pk for one, each, pk in through.objects.values_list(owner, other, "pk") if one in wanted}
    asked = {(one, each) for one, several in wanted.items() for each in several}
    gone, missing = kept.keys() - asked, asked - kept.keys()
    if decided:
        written.kept |= {link[0] for link in gone | missing if link[0] in decided}
        gone, missing = ({link for link in some if link[0] not in decided} for some in (gone, missing))
    through.objects.filter(pk__in=[kept[link] for link in gone]).delete()
    first = sorted(link for link in missing if link[0] in written.new)
    later = sorted(link for link in missing if link[0] not in written.new)
    for links, untold in ((later, False), (first, True)):
        links_untold(untold)
        for start in range(0, len(links), LINKS):
            through.objects.bulk_create(
                through(**{owner: one, other: each}) for one, each in links[start : start + LINKS]
            )
            progress(min(start + LINKS, len(links)), len(links), str(through._meta.verbose_name_plural))
    links_untold(False)
    written.changed |= {link[0] for link in gone | missing}


def tell_planner(*models):
    """Let PostgreSQL count the rows just written; without it, it takes the tables for empty until autovacuum comes by,
    and joins thousands of rows one by one."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models))


def without(row, *names):
    """Return the row without the columns `names`, and without its line."""
    return {name: value for name, value in row.items() if name not in (*names, "line")}


# Three columns that most files have.
NAMES = {"name_en": required(text()), "name_fr": required(text()), "name_ar": required(text())}
SUMMARIES = {"summary_en": text(2000), "summary_fr": text(2000), "summary_ar": text(2000)}
