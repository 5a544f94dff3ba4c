"""Load the data a fresh portal starts with: `manage.py load_data data/`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import classifications.loading
import events.loading
import partners.loading
import programmes.loading
from classifications.sheets import Anything


class Command(BaseCommand):
    help = (
        "Loads languages, countries, cities, themes, sectors, programmes, committees, pages, institutions, series and events "
        "from CSV files. A second run changes nothing, nor what people changed since. A fault anywhere, and nothing is "
        "written: every fault is listed."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, folder, verbosity, **options):
        self.say = self.stdout.write if verbosity else lambda line: None
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        sheets, write = self.read(folder)
        faults = sorted(
            (fault for sheet in sheets for fault in sheet.faults), key=lambda fault: (fault.file, fault.line)
        )
        if faults:
            for fault in faults:
                self.stderr.write(str(fault))
            number = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
            raise CommandError(f"{number}; nothing was loaded. Each line says file:line: column: value: reason.")
        with transaction.atomic():
            written = [self.write_one(sheet, each) for sheet, each in zip(sheets, write, strict=True)]
        if any(each.new or each.changed for each in written):
            self.say("Loaded.")
        else:
            since = ", or as people changed it since" if any(each.kept for each in written) else ""
            self.say(f"Nothing has changed: everything is on record as the files say{since}.")

    def read(self, folder):
        """Read and check every file of the folder; give the sheets and, for each, the function that writes it."""
        c, p, i, e = classifications.loading, programmes.loading, partners.loading, events.loading
        languages = c.read_languages(folder)
        known_languages = names(c.known_languages, languages)
        countries = c.read_countries(folder, known_languages)
        known_countries = names(c.known_countries, countries)
        cities = c.read_cities(folder, known_countries)
        known_cities = names(c.known_cities, cities, known_countries)
        themes = c.read_themes(folder)
        known_themes = names(c.known_themes, themes)
        sectors = c.read_sectors(folder, known_themes)
        programme_sheet = p.read_programmes(folder, known_themes, names(c.known_sectors, sectors))
        known_programmes = names(p.known_programmes, programme_sheet)
        series = e.read_series(folder)
        known_series = names(e.known_series, series)
        committees = p.read_committees(folder, known_programmes, known_series)
        seats = p.read_seats(folder, names(p.known_committees, committees))
        pages = p.read_pages(folder)
        institutions = i.read_institutions(folder, known_countries)
        event_sheet = e.read_events(
            folder,
            countries=known_countries,
            cities=known_cities,
            languages=known_languages,
            programmes=known_programmes,
            institutions=names(i.known_institutions, institutions),
            series=known_series,
        )
        return zip(
            *[
                (languages, c.write_languages),
                (countries, c.write_countries),
                (cities, c.write_cities),
                (themes, c.write_themes),
                (sectors, c.write_sectors),
                (programme_sheet, p.write_programmes),
                (committees, p.write_committees),
                (seats, p.write_seats),
                (pages, p.write_pages),
                (institutions, i.write_institutions),
                (series, e.write_series),
                (event_sheet, lambda sheet, progress: e.write_events(sheet, known_cities, progress)),
            ],
            strict=True,
        )

    def write_one(self, sheet, write):
        def progress(done, total, what):
            if total > 5000:
                self.say(f"{sheet.name}: {done:,} of {total:,} {what}")

        written = write(sheet, progress)
        self.say(f"{sheet.name}: {written}")
        return written


def names(known, sheet, *more):
    """What other files may name of a sheet: what `known` finds in it, or anything where it could not be read."""
    unknown = sheet.is_broken or any(isinstance(each, Anything) for each in more)
    return Anything() if unknown else known(sheet, *more)
