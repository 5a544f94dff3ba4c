"""What the files of programmes, committees and pages hold, and how they become rows."""

from classifications.models import Sector
from classifications.sheets import (
    NAMES,
    SUMMARIES,
    Written,
    address,
    one_of,
    read_sheet,
    required,
    several_of,
    slug,
    text,
    whole_number,
    without,
    write_links,
    write_rows,
)
from programmes.models import Committee, Page, Programme, Seat


def known_programmes(sheet):
    """Map the address of each programme, in the file or on record, to itself."""
    return {slug: slug for slug in sheet.keys("slug") | set(Programme.objects.values_list("slug", flat=True))}


def read_programmes(folder, themes, sectors):
    natures = {nature.value: nature.value for nature in Programme.Nature}
    sheet = read_sheet(
        folder / "programmes.csv",
        {
            "slug": required(slug(50)),
            **NAMES,
            "acronym": text(40),
            "aliases": text(1000),
            "theme": required(one_of(themes, "theme")),
            "nature": required(one_of(natures, "nature of programme")),
            "launched_year": whole_number(1969, 2100),
            "sectors": several_of(sectors, "sector"),
            **SUMMARIES,
            "source_url": address(500),
        },
    )
    sheet.refuse_repeats("slug")
    return sheet


def write_programmes(sheet, progress):
    ids = dict(Sector.objects.values_list("slug", "pk"))
    rows = [without(row, "theme", "sectors") | {"theme_id": ids[row["theme"]]} for row in sheet.rows]
    written = write_rows(Programme, ["slug"], rows, progress)
    on = {written.stored[row["slug"],]: [ids[slug] for slug in row["sectors"]] for row in sheet.rows}
    write_links(written, Programme.sectors.through, "programme_id", "sector_id", on)
    return written


def read_committees(folder, programmes, series):
    sheet = read_sheet(
        folder / "committees.csv",
        {
            "programme": required(one_of(programmes, "programme")),
            **NAMES,
            **{f"task_{language}": text(2000) for language in ("en", "fr", "ar")},
            "meetings": slug(50),
        },
    )
    sheet.refuse_repeats("name_en", "programme")
    for row in sheet.readable:
        if row.get("meetings") and row["meetings"] not in series:
            sheet.fault(row["line"], "meetings", row["meetings"], "unknown series")
    return sheet


def write_committees(sheet, progress):
    ids = dict(Programme.objects.values_list("slug", "pk"))
    rows = [without(row, "programme") | {"programme_id": ids[row["programme"]]} for row in sheet.rows]
    return write_rows(Committee, ["programme_id", "name_en"], rows, progress)


def known_committees(sheet):
    """Map the English name of each committee, in the file or on record, to itself."""
    return {name: name for name in sheet.keys("name_en") | set(Committee.objects.values_list("name_en", flat=True))}


def read_seats(folder, committees):
    sheet = read_sheet(
        folder / "seats.csv",
        {
            "committee": required(one_of(committees, "committee")),
            "position": required(whole_number(1, 100)),
            **NAMES,
            "acronym": text(20),
            **{f"part_{language}": text(200) for language in ("en", "fr", "ar")},
            "website": address(200),
        },
    )
    sheet.refuse_repeats("position", "committee")
    return sheet


def write_seats(sheet, progress):
    ids = dict(Committee.objects.values_list("name_en", "pk"))
    rows = [without(row, "committee") | {"committee_id": ids[row["committee"]]} for row in sheet.rows]
    return write_rows(Seat, ["committee_id", "position"], rows, progress)


def read_pages(folder):
    texts = {f"{part}_{language}": text(20_000) for part in ("lead", "body") for language in ("en", "fr", "ar")}
    titles = {f"title_{language}": required(text(200)) for language in ("en", "fr", "ar")}
    sheet = read_sheet(folder / "pages.csv", {"slug": required(slug(50)), **titles, **texts})
    sheet.refuse_repeats("slug")
    return sheet


def write_pages(sheet, progress):
    """Make the pages that do not exist; those that do are the staff's own from then on."""
    there = set(Page.objects.values_list("slug", flat=True))
    written = write_rows(Page, ["slug"], [without(row) for row in sheet.rows if row["slug"] not in there], progress)
    return Written(written.stored, total=len(sheet.rows), new=written.new)
