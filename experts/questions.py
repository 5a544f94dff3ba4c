"""What is asked of experts: conditions that can be put to rows of `Findable` and to the bitmaps of `Tally` alike.

Each condition gives two pieces of SQL that say the same: `rows()` of a row `f`, with its parameters, and `bits(masks)` of a
chunk. `Masks` notes which bitmaps are needed for it. A test makes the two agree (`tests/experts/test_tally.py`).
"""

from dataclasses import dataclass
from datetime import date

from experts.models.finding import PERIOD_ENDS, PERIODS, Kind, Mark

FIRST_DAY = date(2020, 1, 1)
PLACES = 14  # bits of the number of a day
BEFORE_PERIODS = date(
    1999, 12, 31
)  # days of periods are counted from here, so that each that can be asked for is above 0
PLACES_OF_PERIODS = 16


class Masks:
    """The bitmaps that conditions need of each chunk, under names: those of labels, and those of sets of experts."""

    def __init__(self):
        self.columns = {}  # labels by the name of the column in which they are joined
        self.worked = {}  # pairs of name and SQL, by the condition that is worked out of several columns
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

    def reaching(self, first, places, number):
        """SQL of the bitmap of those whose number, told by the labels from `first` on, one for each place, reaches `number`.

        Compared is place by place, from the last: one that is 1 in the number has to be 1, and one that is 0 outweighs the rest.
        """
        said = self.of([Mark.LISTED])
        for place in range(places):
            said = f"({said} {'&' if number >> place & 1 else '|'} {self.of([first + place])})"
        return said

    def worked_out(self, condition, sql):
        """The column that has what `sql` gives, worked out once however often the condition occurs."""
        if condition not in self.worked:
            self.worked[condition] = (f"w{len(self.worked)}", sql())
        return self.worked[condition][0]

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
        number = max((self.day - FIRST_DAY).days, 0)
        return masks.worked_out(self, lambda: masks.reaching(Kind.DAY, PLACES, number))


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
class Free:
    """Free on all days from one to another, by one of the expert's periods."""

    first: date
    last: date

    def rows(self):
        return (  # the OFFSET has it asked of one row after the other, and not of all periods at once
            "EXISTS (SELECT FROM experts_availability a WHERE a.expert_id = f.expert_id"
            " AND a.starts_on <= %s AND a.until >= %s OFFSET 0)"
        ), [self.first, self.last]

    def bits(self, masks):
        return masks.worked_out(self, lambda: " | ".join([*self._by_labels(masks), self._of_more().bits(masks)]))

    def _by_labels(self, masks):
        first, last = ((each - BEFORE_PERIODS).days for each in (self.first, self.last))
        for nth in range(1, PERIODS + 1):
            begins = Kind.PERIOD + 100 * nth
            ends = masks.reaching(begins + PERIOD_ENDS, PLACES_OF_PERIODS, last)
            yield f"({ends} & ~{masks.reaching(begins, PLACES_OF_PERIODS, first + 1)})"

    def _of_more(self):
        """Those with more periods than there are labels for."""
        return Among(
            "free_by_more",
            "SELECT DISTINCT expert_id FROM experts_availability JOIN experts_findable USING (expert_id)"  # noqa: S608  a constant
            f" WHERE labels @> '{{{int(Mark.MORE_PERIODS)}}}'::int[] AND starts_on <= %s AND until >= %s",
            (self.first, self.last),
        )


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
