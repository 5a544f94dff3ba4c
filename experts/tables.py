"""Experts side by side: the columns of comparisons, of tables that are taken out of the portal, and of pages to print.

A column shows what the profile of an expert lets its reader read, and nothing where it does not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import tablib
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from classifications.spreadsheets import CSV, XLSX
from classifications.written import dates, number
from experts.models import Expert, Export
from experts.readers import SHOWN

MOST_COMPARED = 6


def _joined(texts):
    return pgettext("between reasons", "; ").join(str(each) for each in texts)


def _plain(value):
    return value


def _of_day(value):
    return value.strftime("%Y-%m-%d") if value else ""


@dataclass(frozen=True)
class Column:
    """One column: what of a profile it shows (`source`), how a cell of a table has it and, where it differs, how a page says it."""

    name: str
    label: str
    source: str
    written: Callable = _plain
    said: Callable | None = None

    def of(self, profile, on_page=False):
        """The cell of one expert; "" where there is nothing, or nothing that the reader may read."""
        value = getattr(profile, self.source, "")
        write = self.said if on_page and self.said else self.written
        return "" if value in ("", None) else write(value)


def _people(*columns):
    return {column.name: column for column in columns}


COLUMNS = _people(
    Column("title", _("form of address"), "title_as_written"),
    Column("name", _("name"), "name"),
    Column("name_ar", _("name in Arabic script"), "name_ar"),
    Column("nationality", _("nationality"), "nationality", lambda country: str(country.name)),
    Column("residence", _("country of residence"), "residence", lambda country: str(country.name)),
    Column("gender", _("gender"), "gender_as_written"),
    Column("rosters", _("rosters"), "rosters_in_order", lambda rows: _joined(each.name for each in rows)),
    Column("sectors", _("sectors"), "sectors_by_name", lambda rows: _joined(each.name for each in rows)),
    Column("languages", _("languages"), "languages_by_level", _joined),
    Column("years", _("years of experience"), "years", said=number),
    Column("degree", _("highest degree"), "degree_as_written"),
    Column("employer", _("employer"), "employer_name", str),
    Column("way", _("way of working"), "way_as_written"),
    Column("days_per_year", _("days a year"), "days_per_year", said=number),
    Column(
        "free", _("free"), "periods_to_come", lambda rows: _joined(dates(each.starts_on, each.until) for each in rows)
    ),
    Column("endorsed_on", _("endorsed by the focal point on"), "endorsed_on", _of_day, dates),
    Column("renewed_on", _("last confirmed"), "renewed_at", _of_day, dates),
    Column("email", _("e-mail address"), "email_if_contacted"),
)
NOTE = ("note", _("note"))
USUAL = ["name", "nationality", "residence", "sectors", "languages", "years", "degree", "employer"]


def label_of(name):
    """What a column is called that was taken out, from a shortlist or from the records of a state."""
    own = {field.name: field.verbose_name for field in Expert._meta.concrete_fields}
    return (own | {NOTE[0]: NOTE[1]} | {column.name: column.label for column in COLUMNS.values()}).get(name, name)


def columns_for(kind):
    """The columns that a kind of reader may ever read."""
    return [column for column in COLUMNS.values() if column.source in SHOWN[kind]]


def compared(entries):
    """Rows of a comparison: pairs of a label and the cells, one for each pair of entry and profile; none that is all empty."""
    columns = [column for column in COLUMNS.values() if column.name != "name"]  # it heads the comparison
    rows = [(column.label, [column.of(profile, on_page=True) for _entry, profile in entries]) for column in columns]
    rows.append((NOTE[1], [entry.note for entry, _profile in entries]))
    return [(label, cells) for label, cells in rows if any(cell != "" for cell in cells)]


def table_of(entries, names, on_page=False):
    """The header and the lines of chosen columns, of pairs of entry and profile."""
    chosen = [column for column in COLUMNS.values() if column.name in names]
    header = [str(column.label) for column in chosen]
    lines = [[column.of(profile, on_page) for column in chosen] for _entry, profile in entries]
    if NOTE[0] in names:
        header.append(str(NOTE[1]))
        lines = [[*line, entry.note] for line, (entry, _profile) in zip(lines, entries, strict=True)]
    return header, lines


@transaction.atomic
def take_out(shortlist, entries, names, form, by):
    """Make the table of a shortlist, and leave the row that says who took what; give header and lines."""
    Export.note(by, form, names, [entry.expert for entry, _profile in entries], shortlist)
    return table_of(entries, names, on_page=form == Export.Form.PRINT)


def file_of(form, header, lines):
    """A table as a file: its bytes and its type. No text in it can be run as a formula."""
    data = tablib.Dataset(*lines, headers=header)
    if form == Export.Form.XLSX:
        return XLSX().export_data(data), XLSX().get_content_type()
    return CSV().export_data(data).encode("utf-8-sig"), "text/csv; charset=utf-8"
