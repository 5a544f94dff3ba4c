"""The files that tables come and go as: CSV and XLSX, with the number of the line on which each row stood, and without formulas."""

import csv
import io

import openpyxl
import tablib
from import_export.formats import base_formats

from classifications.written import writable

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run by a spreadsheet


def escaped(cell):
    """Give a text as a spreadsheet can hold it and runs no part of it as a formula; numbers and days stay what they are."""
    if not isinstance(cell, str):
        return cell
    cell = writable(cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def unescaped(cell):
    """The text of a cell as `escaped` found it, without blanks around; "" for an empty one."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return cell
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


class _Safe:
    """The library only takes the first equals sign away, which changes the text, and writes None for what is empty."""

    def _escape_formulae(self, dataset):
        for _row in range(len(dataset)):
            dataset.append([escaped(cell) for cell in dataset.lpop()])


class CSV(_Safe, base_formats.CSV):
    def create_dataset(self, in_stream, **kwargs):
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        return _dataset(_numbered(csv.reader(io.StringIO(text, newline=""))))


class XLSX(_Safe, base_formats.XLSX):
    def create_dataset(self, in_stream):
        sheet = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True).active
        return _dataset(enumerate(([cell.value for cell in row] for row in sheet.rows), 1))


def _numbered(reader):
    """Each row of a CSV file after the number of the line on which it begins: a cell may hold line breaks."""
    begins = 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def _dataset(numbered):
    """The table of numbered rows, names of columns first; empty rows are left out. Its `lines` say where each row stood."""
    _line, headers = next(numbered)
    dataset = tablib.Dataset(headers=headers)
    dataset.lines = []
    for line, row in numbered:
        if any(cell is not None and cell != "" for cell in row):
            dataset.append([*row, *[""] * (len(headers) - len(row))])
            dataset.lines.append(line)
    return dataset
