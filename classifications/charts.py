"""Charts of the admin: a table whose rows end in bars drawn as SVG. Every number of it leads to the rows it counts."""

from dataclasses import dataclass, field
from functools import cached_property

WIDTH, HEIGHT = 240, 16  # of a bar at its longest, in the units of the drawing


@dataclass
class Number:
    """A number of rows, and the list that shows them."""

    count: int
    url: str


@dataclass
class Row:
    """What one row counts: a number for each of the chart's series and, where the chart shows it, the `whole` of them."""

    label: str
    numbers: list
    whole: Number | None = None
    bars: list = field(default_factory=list)


@dataclass
class Chart:
    """Rows of numbers, one for each of `series`. In their order they get the shades of the style sheet, or those given."""

    title: str
    heads: str  # what a row is
    series: list
    rows: list
    shades: tuple = (0, 1, 2, 3, 4)  # gold, green, red, grey, violet
    whole: str = ""  # what the whole of a row is, where the rows have it

    @property
    def keys(self):
        """Pairs of each series and its shade."""
        return list(zip(self.series, self.shades, strict=False))

    @cached_property
    def drawn(self):
        """The rows with their bars: triples of where a piece begins, how long it is, and which shade it has."""
        longest = max((sum(each.count for each in row.numbers) for row in self.rows), default=0)
        for row in self.rows:
            row.bars, begins = [], 0
            for shade, number in zip(self.shades, row.numbers, strict=False):
                length = round(WIDTH * number.count / longest) if longest else 0
                if number.count:
                    row.bars.append((begins, max(length, 2), shade))
                begins += length
        return self.rows
