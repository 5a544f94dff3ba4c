"""A file of designations with as many lines as one likes, and faults of twelve kinds in some of them."""

from datetime import date, timedelta
from itertools import cycle

from tests.factories import CountryFactory, ProgrammeFactory

HEADER = [
    "country", "programme", "role", "designated_on", "term_ends_on", "ended_on", "office_en", "email", "may_publish_person",
]  # fmt: skip
STATES, TERM = 25, 400  # days
FIRST = date(1950, 1, 1)
# What is wrong: in which column it is told, and the cells that make it so.
FAULTS = {
    "unknown country": ("country", {"country": "ZZ"}),
    "no country": ("country", {"country": ""}),
    "unknown programme": ("programme", {"programme": "nothing"}),
    "unknown role": ("role", {"role": "friend"}),
    "not a day": ("designated_on", {"designated_on": "5/7/2011"}),
    "no first day": ("designated_on", {"designated_on": ""}),
    "not a day either": ("term_ends_on", {"term_ends_on": "soon"}),
    "term before it begins": ("term_ends_on", {"term_ends_on": "1949-01-01"}),
    "end before it begins": ("ended_on", {"ended_on": "1949-01-01"}),
    "no office": ("office_en", {"office_en": ""}),
    "not an address": ("email", {"email": "office at example"}),
    "neither yes nor no": ("may_publish_person", {"may_publish_person": "perhaps"}),
}


def lists(programmes=2):
    """Make the rows that the lines name."""
    for number in range(STATES):
        CountryFactory(iso2=f"C{chr(65 + number)}")
    for number in range(programmes):
        ProgrammeFactory(slug=f"net-{number}")


def lines(number, programmes=2):
    """Give lines as dicts: term after term for each seat, none overlapping."""
    seats = [(f"C{chr(65 + n)}", f"net-{m}") for n in range(STATES) for m in range(programmes)]
    made = []
    for n in range(number):
        country, programme = seats[n % len(seats)]
        first = FIRST + timedelta(days=TERM * (n // len(seats)))
        made.append({
            "country": country, "programme": programme, "role": "focal_point", "designated_on": str(first),
            "term_ends_on": str(first + timedelta(days=TERM - 1)), "ended_on": "", "office_en": f"Office {n}",
            "email": f"office{n}@example.org", "may_publish_person": "no",
        })  # fmt: skip
    return made


def with_faults(made, number):
    """Put `number` faults in, of all kinds in turn; give the lines as (line in the file, column) that are to be told."""
    step = len(made) // number
    wanted = set()
    for n, (column, cells) in zip(range(number), cycle(FAULTS.values()), strict=False):
        made[n * step].update(cells)
        wanted.add((n * step + 2, column))  # the header is line 1
    return wanted


def as_csv(made):
    rows = [",".join(each[name] for name in HEADER) for each in made]
    return "\n".join([",".join(HEADER), *rows]) + "\n"
