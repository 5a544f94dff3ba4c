"""The maps of events: what each member state received, taught and hosted."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifications.maps import State, draw, shade_of, thresholds
from classifications.models import Country
from classifications.written import alphabetical, number
from events.tally import Tally

# What a map may show: what it is called, by the facet it is counted by.
MEASURES = {
    "beneficiary": _("Events received"),
    "provider": _("Events taught"),
    "venue": _("Events hosted"),
}


def told(count):
    return ngettext("%(n)s event", "%(n)s events", count) % {"n": number(count)}


def tile_map(tally: Tally, measure, chosen=None):
    """The map of all member states for one of `MEASURES` (events received unless named), with the country `chosen` marked."""
    base = reverse("country-list")
    measures = {
        facet: (
            label,
            {iso2: mask.bit_count() for iso2, mask in tally.values(facet).items()},
            base if facet == "beneficiary" else f"{base}?measure={facet}",
        )
        for facet, label in MEASURES.items()
    }
    states = [
        State(iso2, country.text, Country.OICGroup(country.group).label, *country.place)
        for iso2, country in tally.names["country"].items()
        if country.group
    ]
    return draw(
        sorted(states, key=lambda state: alphabetical(state.name)),
        measures,
        measure if measure in MEASURES else "beneficiary",
        told=told,
        url=lambda iso2: f"{base}{iso2.lower()}/",
        chosen=chosen.iso2 if chosen else "",
    )


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
