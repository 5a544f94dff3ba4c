"""The tile map: the 57 member states as stars in rough geographic place, shaded by a figure."""

from dataclasses import dataclass, field

from classifications.models import Country
from classifications.written import Text

SHADES = 4


@dataclass
class State:
    """A member state where it lies on the map."""

    iso2: str
    name: Text
    group: str
    x: int
    y: int


@dataclass
class Tile:
    state: State
    count: int
    told: str  # the figure in words
    shade: int
    url: str
    chosen: bool
    counts: tuple  # the figures of all measures


@dataclass
class Map:
    label: str
    tiles: list
    steps: list
    measures: list = field(default_factory=list)


def member_states():
    """The member states in the order of their names, in one query."""
    return [
        State(country.iso2, country.name, country.get_oic_group_display(), country.map_x, country.map_y)
        for country in Country.objects.member_states().defer("search_key", "search_stems").by_name()
    ]


def thresholds(counts):
    """The lowest figure of each shade: the quarters of the states that have any, so that one great figure pales no other."""
    ranked = sorted(count for count in counts if count)
    if not ranked:
        return []
    limits = [1]
    for step in range(1, SHADES):
        limits.append(max(limits[-1] + 1, ranked[len(ranked) * step // SHADES]))
    return limits


def shade_of(count, limits):
    return sum(count >= limit for limit in limits) if count else 0


def draw(states, measures, measure, *, told, url, chosen=""):
    """Draw one of `measures` (triples by key: label, figures by two-letter code, address of the map that shows it).

    `told` puts a figure into words, `url` makes the address of a tile from the code of its state; the state `chosen` is marked.
    """
    label, figures, _url = measures[measure]
    limits = thresholds([figures.get(state.iso2, 0) for state in states])
    tiles = [
        Tile(
            state,
            count := figures.get(state.iso2, 0),
            told(count),
            shade_of(count, limits),
            url(state.iso2),
            state.iso2 == chosen,
            tuple(others.get(state.iso2, 0) for _label, others, _url in measures.values()),
        )
        for state in states
    ]
    steps = list(zip(range(1, SHADES + 1), limits, [limit - 1 for limit in limits[1:]] + [None], strict=False))
    return Map(
        label, tiles, steps, [(name, address, key == measure) for key, (name, _figures, address) in measures.items()]
    )
