"""What the files of languages, countries, cities, themes and sectors hold, and how they become rows."""

from classifications.models import City, Country, Language, Sector
from classifications.sheets import (
    NAMES,
    SUMMARIES,
    Anything,
    code,
    one_of,
    read_sheet,
    required,
    several_of,
    slug,
    text,
    time_zone,
    whole_number,
    without,
    write_links,
    write_rows,
)

WEEKDAYS = {day.name[:3].lower(): day.value for day in Country.Weekday}


def known_languages(sheet):
    """Map the code of each language, in the file or on record, to itself."""
    codes = sheet.keys("code") | set(Language.objects.values_list("code", flat=True))
    return {code: code for code in codes}


def known_countries(sheet):
    """Map the two-letter code, the English name and every other name of each country to its two-letter code."""
    rows = [*sheet.texts("iso2", "name_en", "aliases")]
    rows += Country.objects.values_list("iso2", "name_en", "aliases")
    known = {}
    for iso2, name, aliases in rows:
        for each in (iso2, name, *aliases.split(";")):
            known.setdefault(each.strip(), iso2)
    known.pop("", None)
    return known


def known_themes(sheet):
    """Map the address of each theme to itself."""
    return {slug: slug for slug in sheet.keys("slug") | set(Sector.objects.themes().values_list("slug", flat=True))}


def known_sectors(sheet):
    """Map the address of each sector below the themes to itself."""
    return {
        slug: slug for slug in sheet.keys("slug") | set(Sector.objects.below_themes().values_list("slug", flat=True))
    }


def known_cities(sheet, countries):
    """Map (two-letter code, any name) of each city to its (two-letter code, English name)."""
    rows = [(countries.get(country), *names) for country, *names in sheet.texts("country", "name_en", "aliases")]
    rows += City.objects.values_list("country__iso2", "name_en", "aliases")
    known = {}
    for iso2, name, aliases in rows:
        for each in (name, *aliases.split(";")):
            known.setdefault((iso2, each.strip()), (iso2, name))
    return known


def read_languages(folder):
    sheet = read_sheet(folder / "languages.csv", {"code": required(text(3))} | NAMES)
    sheet.refuse_repeats("code")
    return sheet


def write_languages(sheet, progress):
    return write_rows(Language, ["code"], [without(row) for row in sheet.rows], progress)


def read_countries(folder, languages):
    groups = {group.value: group.value for group in Country.OICGroup}
    sheet = read_sheet(
        folder / "countries.csv",
        {
            "iso2": required(code(2)),
            "iso3": required(code(3)),
            **NAMES,
            "aliases": text(1000),
            "oic_group": lambda cell: one_of(groups, "OIC group")(cell) or "",
            "joined_year": whole_number(1969, 2100),
            "languages": several_of(languages, "language"),
            "weekend": several_of(WEEKDAYS, "weekday"),
            "time_zone": required(time_zone),
            "map_x": whole_number(0, 15),
            "map_y": whole_number(0, 6),
        },
    )
    sheet.refuse_repeats("iso2")
    sheet.refuse_repeats("iso3")
    for row in sheet.readable:
        if {"oic_group", "joined_year"} <= row.keys() and bool(row["oic_group"]) != bool(row["joined_year"]):
            sheet.fault(row["line"], "joined_year", row["joined_year"] or "", "a member state has a group and a year")
    return sheet


def write_countries(sheet, progress):
    written = write_rows(Country, ["iso2"], [without(row, "languages") for row in sheet.rows], progress)
    ids = dict(Language.objects.values_list("code", "pk"))
    spoken = {written.stored[row["iso2"],]: [ids[code] for code in row["languages"]] for row in sheet.rows}
    write_links(written, Country.languages.through, "country_id", "language_id", spoken)
    return written


def read_cities(folder, countries):
    columns = {"country": required(one_of(countries, "country")), **NAMES, "aliases": text(1000)}
    sheet = read_sheet(folder / "cities.csv", columns)
    sheet.refuse_repeats("name_en", "country")
    return sheet


def write_cities(sheet, progress):
    ids = dict(Country.objects.values_list("iso2", "pk"))
    rows = [without(row, "country") | {"country_id": ids[row["country"]]} for row in sheet.rows]
    return write_rows(City, ["country_id", "name_en"], rows, progress)


def read_themes(folder):
    sheet = read_sheet(folder / "themes.csv", {"slug": required(slug(50)), **NAMES, **SUMMARIES})
    sheet.refuse_repeats("slug")
    return sheet


def write_themes(sheet, progress):
    return write_rows(Sector, ["slug"], [without(row) for row in sheet.rows], progress)


def read_sectors(folder, themes):
    columns = {"slug": required(slug(50)), "theme": required(one_of(themes, "theme")), **NAMES}
    sheet = read_sheet(folder / "sectors.csv", columns)
    sheet.refuse_repeats("slug")
    for row in sheet.readable:
        if not isinstance(themes, Anything) and row.get("slug") in themes:  # both are rows of one table
            sheet.fault(row["line"], "slug", row["slug"], "is the address of a theme")
    return sheet


def write_sectors(sheet, progress):
    ids = dict(Sector.objects.themes().values_list("slug", "pk"))
    rows = [without(row, "theme") | {"theme_id": ids[row["theme"]]} for row in sheet.rows]
    return write_rows(Sector, ["slug"], rows, progress)
