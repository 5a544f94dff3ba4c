"""The archive as a matrix: programmes by theme down, years across, in each cell the number of events."""

from dataclasses import dataclass, field
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from classifications.facets import query_string
from classifications.written import alphabetical
from events.tally import NONE, Tally

# The last row of the matrix, and the steps of its shading: 1, 2–3, 4–6, 7 and more.
STEPS = (1, 2, 4, 7)


@dataclass
class Cell:
    year: int
    count: int
    url: str

    @property
    def shade(self):
        """1 to 4, by `STEPS`."""
        return sum(self.count >= step for step in STEPS)


@dataclass
class Row:
    name: str
    url: str
    cells: list
    total: int

    @property
    def stretches(self):
        """Its cells in order as pairs of the cell and how many years it spans: years without events become one."""
        for has_events, cells in groupby(self.cells, lambda cell: cell.count > 0):
            cells = list(cells)
            yield from ((cell, 1) for cell in cells) if has_events else [(cells[0], len(cells))]


@dataclass
class Group:
    name: str
    rows: list = field(default_factory=list)


@dataclass
class Matrix:
    years: range
    groups: list
    totals: list
    total: int

    @classmethod
    def of(cls, tally: Tally):
        """Count the published events for every programme and year; an event under two programmes counts in both rows."""
        years = tally.years
        by_year = {year: tally.masks["year"].get(str(year), 0) for year in years}
        listing = reverse("events:event-list")

        def row(name, slug, mask, url):
            cells = [
                Cell(year, (mask & of_year).bit_count(), f"{listing}{year}/{query_string([('programme', slug)])}")
                for year, of_year in by_year.items()
            ]
            return Row(name, url, cells, mask.bit_count())

        groups = {}
        for slug, programme in tally.names["programme"].items():
            group = groups.setdefault(programme.theme, Group(tally.name("theme", programme.theme)))
            mask = tally.masks["programme"].get(slug, 0)
            url = reverse("programmes:programme-detail", args=[slug])
            group.rows.append(row(programme.text, slug, mask, url))
        ordered = sorted(groups.values(), key=lambda group: alphabetical(group.name))
        for group in ordered:
            group.rows.sort(key=lambda each: (-each.total, alphabetical(each.name)))
        outside = tally.masks["programme"].get(NONE, 0)
        url = listing + query_string([("programme", NONE)])
        ordered.append(Group(_("Outside the programmes"), [row(_("Events of no programme"), NONE, outside, url)]))
        totals = [Cell(year, mask.bit_count(), f"{listing}{year}/") for year, mask in by_year.items()]
        return cls(years, ordered, totals, len(tally.ids))
