"""What is asked of experts: conditions that can be put to rows of `Findable` and to the bitmaps of `Tally` alike.

Each condition gives two pieces of SQL that say the same: `rows()` of a row `f`, with its parameters, and `bits(masks)` of a
chunk. `Masks` notes which bitmaps are needed for it. A test makes the two agree (`tests/experts/test_tally.py`).
"""

from dataclasses import dataclass
from datetime import date

from experts.models.finding import Kind, Mark

FIRST_DAY = date(2020, 1, 1)
PLACES = 14  # bits of the number of a day


class Masks:
    """The bitmaps that conditions need of each chunk, under names: those of labels, and those of sets of experts."""

    def __init__(self):
        self.columns = {}  # labels by the name of the column in which they are joined
        self.days = {}  # pairs of name and SQL, by the day since which experts have renewed
        self.sets = {}  # conditions `Among` by the number under which their bitmap stands, below 0

    def of(self, labels):
        """The column that has a bit for whoever has one of `labels`."""
        labels = tuple(labels)
        for name, known in self.columns.items():
            if known == labels:
                return name
        name = f"m{len(self.columns)}"
        self.columns[name] = labels
        return name

    def since(self, day):
        """The column that has a bit for whoever renewed on a day or later.

        Compared is place by place, from the last: one that is 1 in the day has to be 1, and one that is 0 outweighs the rest.
        """
        if day not in self.days:
            number, said = max((day - FIRST_DAY).days, 0), self.of([Mark.LISTED])
            for place in range(PLACES):
                said = f"({said} {'&' if number >> place & 1 else '|'} {self.of([Kind.DAY + place])})"
            self.days[day] = (f"d{len(self.days)}", said)
        return self.days[day][0]

    def of_set(self, among):
        """As `of`, for the experts that a query gives."""
        for number, known in self.sets.items():
            if known == among:
                return self.of([number])
        number = -1 - len(self.sets)
        self.sets[number] = among
        return self.of([number])


@dataclass(frozen=True)
class AnyOf:
    """Has one of these labels."""

    labels: tuple

    def rows(self):
        return "f.labels && %s::int[]", [list(self.labels)]

    def bits(self, masks):
        return masks.of(self.labels)


@dataclass(frozen=True)
class Since:
    """Renewed on this day or later; whoever has no labels at all may seem to be."""

    day: date

    def rows(self):
        return "f.renewed_on >= %s", [self.day]

    def bits(self, masks):
        return masks.since(self.day)


@dataclass(frozen=True)
class Among:
    """One of the experts that a query gives (their keys, each once), which stands in the whole query under a name."""

    name: str
    sql: str
    params: tuple = ()

    def rows(self):
        return f"f.expert_id IN (SELECT expert_id FROM {self.name})", []  # noqa: S608  our own name

    def bits(self, masks):
        return masks.of_set(self)


@dataclass(frozen=True)
class Both:
    """All of these hold."""

    parts: tuple
    WORD, SIGN = " AND ", " & "

    def rows(self):
        said = [part.rows() for part in self.parts]
        return "(" + self.WORD.join(sql for sql, _own in said) + ")", [each for _sql, own in said for each in own]

    def bits(self, masks):
        return "(" + self.SIGN.join(part.bits(masks) for part in self.parts) + ")"


class Either(Both):
    """One of these holds."""

    WORD, SIGN = " OR ", " | "
