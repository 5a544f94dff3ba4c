"""The tile map: the 57 member states as stars in rough geographic place, shaded by a figure."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.models import Country
from classifications.written import Text, alphabetical
from events.tally import Tally

SHADES = 4
# What a map may show: what it is called, the facet it is counted by.
MEASURES = {
    "beneficiary": _("Events received"),
    "provider": _("Events taught"),
    "venue": _("Events hosted"),
}


@dataclass
class Tile:
    iso2: str
    name: Text
    group: str
    x: int
    y: int
    count: int
    shade: int
    url: str
    chosen: bool
    counts: tuple


@dataclass
class Map:
    measure: str
    label: str
    tiles: list
    steps: list
    measures: list


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


def tile_map(tally: Tally, measure, chosen=None):
    """The map of all member states for one of `MEASURES` (events received unless named), with `chosen` marked."""
    measure = measure if measure in MEASURES else "beneficiary"
    numbers = {facet: {iso2: mask.bit_count() for iso2, mask in tally.values(facet).items()} for facet in MEASURES}
    states = [(iso2, country) for iso2, country in tally.names["country"].items() if country.group]
    states.sort(key=lambda state: alphabetical(state[1].text))
    limits = thresholds([numbers[measure].get(iso2, 0) for iso2, _state in states])
    base = reverse("country-list")
    tiles = [
        Tile(
            iso2,
            state.text,
            Country.OICGroup(state.group).label,
            *state.place,
            count := numbers[measure].get(iso2, 0),
            shade_of(count, limits),
            f"{base}{iso2.lower()}/",
            chosen is not None and iso2 == chosen.iso2,
            tuple(numbers[facet].get(iso2, 0) for facet in MEASURES),
        )
        for iso2, state in states
    ]
    steps = list(zip(range(1, SHADES + 1), limits, [limit - 1 for limit in limits[1:]] + [None], strict=False))
    measures = [
        (label, f"{base}?measure={key}" if key != "beneficiary" else base, key == measure)
        for key, label in MEASURES.items()
    ]
    return Map(measure, MEASURES[measure], tiles, steps, measures)


def stars(tally: Tally):
    """Triples of x, y and shade (1 to 4) for the stars on the home page, in the units of its drawing."""
    received, taught = tally.values("beneficiary"), tally.values("provider")
    counts = {
        iso2: (received.get(iso2, 0) | taught.get(iso2, 0)).bit_count()
        for iso2, country in tally.names["country"].items()
        if country.group
    }
    limits = thresholds(counts.values())
    return [
        (*(11 + 20 * part for part in tally.names["country"][iso2].place), max(1, shade_of(count, limits)))
        for iso2, count in counts.items()
    ]
