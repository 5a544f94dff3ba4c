"""What the files of series and events hold, and how they become rows."""

from collections import defaultdict

from django.db.models import F
from django.utils.timezone import localdate, now

from classifications.addresses import free_slug
from classifications.history import changed_by_people
from classifications.models import City, Country, Language
from classifications.sheets import (
    BATCH,
    NAMES,
    Wrong,
    address,
    day,
    one_of,
    read_sheet,
    required,
    several_of,
    slug,
    tell_planner,
    text,
    whole_number,
    without,
    write_links,
    write_rows,
)
from events.models import Event, FormerAddress, Participation, Series, names_later
from notifications.matching import announce, announce_changes
from partners.models import Institution
from programmes.models import Programme

PLACE = {"country_id", "city_id", "time_zone"}
NUMBER = {"series_id", "number_in_series"}
LINKS = [field for field in Event._meta.many_to_many if field.remote_field.through._meta.auto_created]


def known_series(sheet):
    """Map the address of each series, in the file or on record, to itself."""
    return {slug: slug for slug in sheet.keys("slug") | set(Series.objects.values_list("slug", flat=True))}


def read_series(folder):
    sheet = read_sheet(folder / "series.csv", {"slug": required(slug(100)), **NAMES})
    sheet.refuse_repeats("slug")
    return sheet


def write_series(sheet, progress):
    return write_rows(Series, ["slug"], [without(row) for row in sheet.rows], progress)


def former_numbers(cell):
    """Read the numbers of former pages, separated by semicolons."""
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        raise Wrong("not a list of numbers separated by semicolons")
    return sorted({int(part) for part in parts})


def read_events(folder, *, countries, cities, languages, programmes, institutions, series):
    """Read the events; the keyword arguments map every name a cell may hold to the key of what it names."""
    kinds = {kind.value: kind.value for kind in Event.Kind}
    modes = {mode.value: mode.value for mode in Event.Mode}
    sheet = read_sheet(
        folder / "events.csv",
        {
            "title": required(text()),
            "title_fr": text(),
            "title_ar": text(),
            "kind": required(one_of(kinds, "kind of event")),
            "start_date": required(day),
            "end_date": required(day),
            "city": text(100),
            "country": one_of(countries, "country"),
            "mode": required(one_of(modes, "mode")),
            "programme_slug": several_of(programmes, "programme"),
            "provider_institution": several_of(institutions, "institution"),
            "provider_country": several_of(countries, "country"),
            "beneficiary_countries": several_of(countries, "country"),
            "participants": whole_number(0, 1_000_000),
            "languages": several_of(languages, "language"),
            "series": one_of(series, "series"),
            "number": whole_number(1, 1000),
            "legacy_ids": former_numbers,
            "source_url": address(500),
        },
    )
    for row in sheet.readable:
        first, last = row.get("start_date"), row.get("end_date")
        if first and last and last < first:
            sheet.fault(row["line"], "end_date", last, f"before start_date {first}")
        if row.get("city") and "country" in row and (row["country"], row["city"]) not in cities:
            sheet.fault(row["line"], "city", row["city"], f"unknown city in country {row['country']}")
        if row.get("number") and "series" in row and not row["series"]:
            sheet.fault(row["line"], "number", row["number"], "a number without a series")
    sheet.refuse_repeats("title", "start_date")
    numbered = {}
    for row in sheet.readable:
        if row.get("number") and "series" in row:
            first = numbered.setdefault((row["series"], row["number"]), row["line"])
            if first != row["line"]:
                sheet.fault(row["line"], "number", row["number"], f"in the series already on line {first}")
    _lead_on(sheet)
    _refuse_what_others_hold(sheet)
    return sheet


def key_of(row):
    return row["title"], row["start_date"]


def _named(sheet):
    """The keys of all rows of the file, of those with faults too, with the days as written."""
    return set(sheet.texts("title", "start_date"))


def _lead_on(sheet):
    """Give each row that names an event by a former title or day the present ones; else the load would make a second event.

    A fault where another row names the same event. The row keeps a mark, `led_on`.
    """
    on_record = set(Event.objects.values_list("title_en", "starts_on"))
    unknown = [row for row in sheet.rows if key_of(row) not in on_record]
    if not (unknown and on_record):
        return
    history = Event.pgh_event_models["update"].objects.exclude(
        pgh_obj__title_en=F("title_en"), pgh_obj__starts_on=F("starts_on")
    )
    present = ("pgh_obj__title_en", "pgh_obj__starts_on", "pgh_obj__ends_on")
    led = {
        (title, first): now_is
        for title, first, *now_is in history.order_by("pgh_id").values_list("title_en", "starts_on", *present)
    }
    named = _named(sheet)
    for row in unknown:
        title, first, last = led.get(key_of(row), (None, None, None))
        if title is None:  # never on record, or deleted since
            continue
        if (title, first.isoformat()) in named:
            _refuse(sheet, row, "title", row["title"], (title, first))
            continue
        named.add((title, first.isoformat()))
        if first != row["start_date"]:
            row["end_date"] = last
        row.update(title=title, start_date=first, led_on=True)


def _refuse_what_others_hold(sheet):
    """Note a fault where a row's number in its series, or a new row's former number, is on record for an event that keeps it."""
    events = list(Event.objects.values_list("title_en", "starts_on", "pk", "series__slug", "number_in_series"))
    decided = _numbered_by_people()
    ids = {(title, first): pk for title, first, pk, _series, _number in events}
    named = _named(sheet) | {(title, first.isoformat()) for title, first in map(key_of, sheet.rows)}
    unnamed = {key for key in ids if (key[0], key[1].isoformat()) not in named}
    keeping = {
        (series, number): (title, first)
        for title, first, pk, series, number in events
        if number and (pk in decided or (title, first) in unnamed)
    }
    former = defaultdict(set)
    for number, *key in FormerAddress.objects.values_list("number", "event__title_en", "event__starts_on"):
        former[number].add(tuple(key))
    for row in sheet.rows:
        pk = ids.get(key_of(row))
        holder = keeping.get((row["series"], row["number"]))
        if holder and holder != key_of(row) and pk not in decided:
            _refuse(sheet, row, "number", row["number"], holder)
        for number in row["legacy_ids"] if pk is None else ():
            for other in sorted(former[number] & unnamed):
                _refuse(sheet, row, "legacy_ids", number, other)


def _numbered_by_people():
    """The ids of events whose place in a series a person decided, which the load leaves."""
    return {pk for pk, columns in changed_by_people(Event).items() if columns & NUMBER}


def _refuse(sheet, row, column, value, holder):
    title, first = holder
    sheet.fault(row["line"], column, value, f"is on record as “{title}” of {first}: write it so, or leave it out")


def _free_numbers(sheet):
    """Take away the numbers in series that other events of the file are to have, so that two may change places."""
    decided = _numbered_by_people()
    held = {
        (series, number): (pk, (title, first))
        for pk, title, first, series, number in Event.objects.exclude(number_in_series=None)
        .exclude(pk__in=decided)
        .values_list("pk", "title_en", "starts_on", "series__slug", "number_in_series")
    }
    theirs = set(Event.objects.filter(pk__in=decided).values_list("title_en", "starts_on"))
    wanted = {(row["series"], row["number"]): key_of(row) for row in sheet.rows if key_of(row) not in theirs}
    moving = [pk for place, (pk, key) in held.items() if wanted.get(place, key) != key]
    if moving:
        Event.objects.filter(pk__in=moving).update(number_in_series=None)


def write_events(sheet, cities, progress):
    """Write the rows as published events; those already on record keep their address and their status."""
    country_ids = dict(Country.objects.values_list("iso2", "pk"))
    rows, total = _facts_of_events(sheet, cities, country_ids), len(sheet.rows)
    names_later(True)
    _free_numbers(sheet)
    written = write_rows(Event, ["title_en", "starts_on"], rows, progress, total=total, together=(PLACE, NUMBER))
    written.kept |= {written.stored[key_of(row)] for row in sheet.rows if "led_on" in row}
    _write_links_of_events(sheet, written, country_ids, progress)
    names_later(False)
    if written.new or written.changed:
        tell_planner(Event, Programme, Institution, Participation, *(field.remote_field.through for field in LINKS))
        _write_names(sorted(written.new | written.changed), progress)
    to_come = Event.objects.to_come()
    for pk in to_come.filter(pk__in=written.new).values_list("pk", flat=True):
        announce(Event.NEWS, pk)
    announce_changes(Event.NEWS, written.changed)
    return written


def _facts_of_events(sheet, cities, country_ids):
    """Give for each row of the file the values of an event's fields, one after the other."""
    zones = dict(Country.objects.values_list("iso2", "time_zone"))
    city_ids = {(iso2, name): pk for iso2, name, pk in City.objects.values_list("country__iso2", "name_en", "pk")}
    series_ids = dict(Series.objects.values_list("slug", "pk"))
    kept = {
        (title, first): own
        for title, first, *own in Event.objects.values_list("title_en", "starts_on", "slug", "status", "published_at")
    }
    taken = defaultdict(set)
    for (_title, first), own in kept.items():
        taken[first.year].add(own[0])
    today, moment = localdate(), now()
    for row in sheet.rows:
        first = row["start_date"]
        own = kept.get(key_of(row))
        if own is None:
            status = Event.Status.HELD if row["end_date"] < today else Event.Status.PLANNED
            own = free_slug(row["title"], taken[first.year]), status, moment
            taken[first.year].add(own[0])
        yield {
            "title_en": row["title"],
            "title_fr": row["title_fr"],
            "title_ar": row["title_ar"],
            "kind": row["kind"],
            "mode": row["mode"],
            "starts_on": first,
            "ends_on": row["end_date"],
            "time_zone": zones.get(row["country"], "Europe/Istanbul"),
            "country_id": country_ids.get(row["country"]),
            "city_id": city_ids[cities[row["country"], row["city"]]] if row["city"] else None,
            "participants": row["participants"],
            "series_id": series_ids.get(row["series"]),
            "number_in_series": row["number"],
            "source_url": row["source_url"],
            **dict(zip(("slug", "status", "published_at"), own, strict=True)),
        }


def _write_names(keys, progress):
    for start in range(0, len(keys), BATCH):
        Event.objects.filter(pk__in=keys[start : start + BATCH]).write_names()
        progress(min(start + BATCH, len(keys)), len(keys), "rows searched by all their names")


def _write_links_of_events(sheet, written, country_ids, progress):
    programme_ids = dict(Programme.objects.values_list("slug", "pk"))
    institution_ids = dict(Institution.objects.values_list("name_en", "pk"))
    language_ids = dict(Language.objects.values_list("code", "pk"))
    numbers = {number: number for row in sheet.rows for number in row["legacy_ids"]}
    for through, other, column, ids in (
        (Event.programmes.through, "programme_id", "programme_slug", programme_ids),
        (Event.providers.through, "institution_id", "provider_institution", institution_ids),
        (Event.provider_countries.through, "country_id", "provider_country", country_ids),
        (Participation, "country_id", "beneficiary_countries", country_ids),
        (Event.languages.through, "language_id", "languages", language_ids),
        (FormerAddress, "number", "legacy_ids", numbers),
    ):
        wanted = {written.stored[key_of(row)]: [ids[name] for name in row[column]] for row in sheet.rows}
        write_links(written, through, "event_id", other, wanted, progress)
