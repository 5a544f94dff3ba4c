"""What the file of institutions holds, and how it becomes rows."""

from classifications.addresses import free_slug
from classifications.models import Country
from classifications.sheets import address, one_of, read_sheet, required, text, without, write_rows
from partners.models import FormerAddress, Institution


def known_institutions(sheet):
    """Map the English name of each institution, in the file or on record, to itself."""
    return {name: name for name in sheet.keys("name_en") | set(Institution.objects.values_list("name_en", flat=True))}


def read_institutions(folder, countries):
    kinds = {kind.value: kind.value for kind in Institution.Kind}
    sheet = read_sheet(
        folder / "institutions.csv",
        {
            "name_en": required(text()),
            "acronym": text(40),
            "country": required(one_of(countries, "country")),
            "kind": required(one_of(kinds, "kind of institution")),
            "website": address(200),
            "name_fr": text(),
            "name_ar": text(),
            "source_url": address(500),
        },
    )
    sheet.refuse_repeats("name_en")
    _refuse_led_on(sheet)
    return sheet


def _refuse_led_on(sheet):
    """Note a fault for each institution that has another name by now, or was merged: the load would make a second record."""
    names = dict(Institution.objects.values_list("slug", "name_en"))
    held = set(names.values())
    led_on = names | dict(FormerAddress.objects.values_list("slug", "institution__name_en"))
    for row in sheet.rows:
        present = led_on.get(free_slug(row["name_en"], ()))
        if row["name_en"] not in held and present:
            sheet.fault(
                row["line"], "name_en", row["name_en"], f"is on record as “{present}”: write it so, or leave it out"
            )


def write_institutions(sheet, progress):
    """Write the rows; an institution keeps the address it was given first, and what its own people keep is theirs."""
    ids = dict(Country.objects.values_list("iso2", "pk"))
    slugs = dict(Institution.objects.values_list("name_en", "slug"))
    taken = set(slugs.values())
    kept = set(Institution.objects.represented().values_list("name_en", flat=True))
    rows = []
    for row in sheet.rows:
        if row["name_en"] in kept:
            continue
        if row["name_en"] not in slugs:
            slugs[row["name_en"]] = free_slug(row["name_en"], taken)
            taken.add(slugs[row["name_en"]])
        rows.append(without(row, "country") | {"country_id": ids[row["country"]], "slug": slugs[row["name_en"]]})
    return write_rows(Institution, ["name_en"], rows, progress)
