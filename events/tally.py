"""How many events there are of every kind, kept in memory so that a list can show true counts for every filter.

Fourteen facets with some 350 values, each counted under the other filters in force, would cost as many grouped queries a page
and grow with the table. Here each value is one bitmap over all published events (a Python integer), and a count is one AND and
one `bit_count()`. The database says when the bitmaps no longer hold: triggers leave a `Change` in the transaction of every
change, so what is counted is what is committed. A test compares these counts with the querysets of `EventQuerySet`.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Case, CharField, Count, F, Value, When
from django.db.models.functions import Cast, Concat, NullIf
from django.utils.timezone import localdate
from django.utils.translation import gettext

from classifications.models import Country, Language, Sector
from classifications.written import Text, digits, marked, page_language
from events.models import Event
from partners.models import FormerAddress, Institution
from programmes.models import Programme, Theme

NONE = "none"  # the value of an event that has none in a facet


def _group(country):
    """The OIC group of a country; none for one that is no member state."""
    return NullIf(F(f"{country}__oic_group"), Value(""))


# Where on an event each facet finds its values; of a list, in each of these.
PATHS = {
    "year": "year",
    "programme": "programmes__slug",
    "theme": "programmes__theme__slug",
    "kind": "kind",
    "mode": "mode",
    "provider": "provider_countries__iso2",
    "institution": "providers__slug",
    "beneficiary": "beneficiary_countries__iso2",
    "venue": Case(When(mode=Event.Mode.ONLINE, then=Value(None)), default=F("country__iso2")),
    "sector": ["sectors__slug", "programmes__sectors__slug"],
    "provider_group": _group("provider_countries"),
    "beneficiary_group": _group("beneficiary_countries"),
    "venue_group": Case(When(mode=Event.Mode.ONLINE, then=Value(None)), default=_group("country")),
    "language": "languages__code",
    "status": "status",
    "first_day": "starts_on",
    "last_day": "ends_on",
    "participants": "participants",
    "series": "series",
}


def paths_of(facet):
    """Where on an event a facet finds its values, as a list."""
    path = PATHS[facet]
    return path if isinstance(path, list) else [path]


def values_of(events, facets):
    """The values that `events` have in each of these facets: a dict of sets, in one query."""
    parts = [
        events.order_by().values_list(Value(facet, output_field=CharField()), Cast(path, CharField()))
        for facet in facets
        for path in paths_of(facet)
    ]
    values = {facet: set() for facet in facets}
    for facet, value in parts[0].union(*parts[1:]):
        values[facet].add(NONE if value is None else value)
    return values


@dataclass
class Name:
    """What a facet value is called, in three languages, and where programmes stand."""

    en: str
    fr: str = ""
    ar: str = ""
    acronym: str = ""
    theme: str = ""
    tile: str = ""  # "column row" on the tile map, of member states
    group: str = ""  # the OIC group, of member states

    @property
    def place(self):
        """Column and row on the tile map."""
        column, _space, row = self.tile.partition(" ")
        return int(column or 0), int(row or 0)

    @property
    def text(self):
        language = page_language()
        return Text(getattr(self, language), language) if getattr(self, language) else Text(self.en, "en")


@dataclass(eq=False)
class Tally:
    """Bitmaps of all published events, newest first: `masks[facet][value]` has bit n set where event n has that value."""

    version: tuple
    ids: list = field(default_factory=list)
    masks: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    # From the addresses of institutions that were merged to those of the institutions that they are one with.
    former: dict = field(default_factory=dict)
    institutions: int = 0  # how many are listed, whether they gave events or not
    _by_day: dict = field(default_factory=dict)
    _labels: dict = field(default_factory=dict)

    @classmethod
    def read(cls, version):
        """Read everything that is counted, and what it is called, from the database: in one query."""
        parts = [*_counted_parts(), *_named_parts(), _former_part(), _institutions_part()]
        found = {facet: {} for facet in PATHS}
        names = {what: {} for what in ("programme", "theme", "sector", "country", "language", "institution")}
        former, institutions = {}, 0
        for facet, value, ids, *name in parts[0].union(*parts[1:], all=True):
            if ids is not None:
                found[facet].setdefault(NONE if value is None else value, []).extend(ids)
            elif facet == "former":
                former[value] = name[0]
            elif facet == "institutions":
                institutions = int(value)
            else:
                names[facet][value] = Name(*name)
        newest_first = sorted(((day, pk) for day, ids in found["first_day"].items() for pk in ids), reverse=True)
        of_countries = dict.fromkeys(("provider", "beneficiary", "venue"), names["country"])
        ids = [pk for _day, pk in newest_first]
        tally = cls(version, ids, names=names | of_countries, former=former, institutions=institutions)
        tally.masks = {
            facet: {value: tally.mask_of(ids) for value, ids in values.items()} for facet, values in found.items()
        }
        return tally

    @cached_property
    def _place(self):
        return {pk: place for place, pk in enumerate(self.ids)}

    @cached_property
    def everything(self):
        return (1 << len(self.ids)) - 1

    def mask_of(self, ids):
        """The bitmap of the events with these ids; ids of unpublished events are passed over."""
        bits = bytearray(len(self.ids) // 8 + 1)
        for pk in ids:
            place = self._place.get(pk)
            if place is not None:
                bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def values(self, facet):
        """The bitmaps of a facet by value; for "when" as of today."""
        return self._when(localdate()) if facet == "when" else self.masks[facet]

    def _when(self, today: date):
        if today not in self._by_day:
            to_come = 0
            for day, mask in self.masks["last_day"].items():
                if day >= today.isoformat():
                    to_come |= mask
            off = {status: self.masks["status"].get(status, 0) for status in Event.CALLED_OFF}
            called_off = 0
            for mask in off.values():
                called_off |= mask
            self._by_day = {
                today: {
                    Event.When.TO_COME: to_come & ~called_off,
                    Event.When.HELD: self.everything & ~to_come & ~called_off,
                    Event.When.POSTPONED: off[Event.Status.POSTPONED],
                    Event.When.CANCELLED: off[Event.Status.CANCELLED],
                }
            }
        return self._by_day[today]

    def union(self, facet, chosen):
        """The bitmap of the events that have any of the `chosen` values."""
        values, mask = self.values(facet), 0
        for value in chosen:
            mask |= values.get(value, 0)
        return mask

    def select(self, chosen, among=None):
        """The bitmap of the events that have, in every facet of the dict `chosen`, one of its values."""
        mask = self.everything if among is None else among
        for facet, values in chosen.items():
            if values:
                mask &= self.union(facet, values)
        return mask

    def newest(self, among, most):
        """The ids of at most `most` events of the bitmap `among`, those that begin last first; as `newest_first`."""
        found = []
        while among and len(found) < most:
            lowest = among & -among
            found.append(self.ids[lowest.bit_length() - 1])
            among ^= lowest
        return found

    def oldest(self, among, most):
        """The ids of at most `most` events of the bitmap `among`, those that begin first first; as `oldest_first`."""
        found = []
        while among and len(found) < most:
            highest = among.bit_length() - 1
            found.append(self.ids[highest])
            among ^= 1 << highest
        return found

    def counts(self, facet, among):
        """The number of events of the bitmap `among` for each value of a facet that occurs in it."""
        return {value: count for value, mask in self.values(facet).items() if (count := (mask & among).bit_count())}

    def touching(self, iso2):
        """The bitmap of the events that a country taught, received or hosted; as `EventQuerySet.touching`."""
        mask = 0
        for facet in ("provider", "beneficiary", "venue"):
            mask |= self.masks[facet].get(iso2, 0)
        return mask

    def count_by_year(self, among):
        """A dict from year to the number of events in `among` that began in it."""
        return {int(year): count for year, count in self.counts("year", among).items()}

    def nearest(self, pk, among, most):
        """The ids of at most `most` events of the bitmap `among` that stand nearest to one event in the order of time."""
        place = self._place.get(pk)
        if place is None:
            return []
        newer, older = among & ((1 << place) - 1), among >> (place + 1)
        found = []
        while len(found) < most and (newer or older):
            back = place - newer.bit_length() + 1 if newer else None
            ahead = (older & -older).bit_length() if older else None
            if ahead is None or (back is not None and back <= ahead):
                found.append(place - back)
                newer ^= 1 << (place - back)
            else:
                found.append(place + ahead)
                older ^= 1 << (ahead - 1)
        return [self.ids[each] for each in sorted(found)]

    def beside_in_series(self, pk, series):
        """The ids of the events right after and right before one in its series, as far as there are any."""
        place, mask = self._place.get(pk), self.masks["series"].get(str(series), 0)
        if place is None:
            return []
        newer, older = mask & ((1 << place) - 1), mask >> (place + 1)
        after = [self.ids[newer.bit_length() - 1]] if newer else []
        return after + ([self.ids[place + (older & -older).bit_length()]] if older else [])

    def participants(self, among):
        """Give the sum of the participants of the events in `among`, and at how many of them they are known."""
        total = known = 0
        for value, mask in self.masks["participants"].items():
            if value != NONE:
                count = (mask & among).bit_count()
                total += int(value) * count
                known += count
        return total, known

    def label(self, facet, value, language):
        """The name of a value as HTML, marked where it is not in `language`; made once and kept."""
        key = (facet, value, language)
        if key not in self._labels:
            self._labels[key] = marked(self.name(facet, value))
        return self._labels[key]

    def name(self, facet, value):
        """What a reader calls a value, as a `Text` in the page's language."""
        if value == NONE:
            return gettext("Not under a programme") if facet in ("programme", "theme") else gettext("Not recorded")
        if facet in CHOICES:
            return CHOICES[facet](value).label
        if facet == "year":
            return digits(value)
        if facet == "institution":
            value = self.former.get(value, value)
        known = self.names.get(facet, {}).get(value)
        return known.text if known else value

    @property
    def years(self):
        """The years on record, the first to the last, gaps too."""
        on_record = sorted(int(year) for year in self.masks["year"])
        return range(on_record[0], on_record[-1] + 1) if on_record else range(0)


GROUPS = ["provider_group", "beneficiary_group", "venue_group"]
CHOICES = {"kind": Event.Kind, "mode": Event.Mode, "when": Event.When} | dict.fromkeys(GROUPS, Country.OICGroup)


# The columns of the one query: facet, value, the ids of the events that have it, and what `Name` takes.
_no_ids = Cast(Value(None), ArrayField(BigIntegerField()))
_empty = Value("", output_field=CharField())
_NO_NAMES = ["_en", "_fr", "_ar", "_short", "_theme", "_tile", "_group"]


def _counted_parts():
    """For each facet its values, each with the events that have it."""
    return [
        Event.objects.published()
        .order_by()
        .values_list(Value(facet, output_field=CharField()), Cast(path, CharField()))
        .annotate(ids=ArrayAgg("pk"), **dict.fromkeys(_NO_NAMES, _empty))
        for facet in PATHS
        for path in paths_of(facet)
    ]


def _named_parts():
    """What programmes, themes, sectors, countries, languages and listed providers are called."""

    def named(queryset, facet, key, acronym=_empty, theme=_empty, tile=_empty, group=_empty):
        facet = Value(facet, output_field=CharField())
        names = ["name_en", "name_fr", "name_ar"]
        return queryset.order_by().values_list(facet, key, _no_ids, *names, acronym, theme, tile, group)

    on_map = Concat(Cast("map_x", CharField()), Value(" "), Cast("map_y", CharField()))
    providers = Institution.objects.listed().filter(events_provided__isnull=False).distinct()
    return [
        named(Programme.objects, "programme", "slug", F("acronym"), F("theme__slug")),
        named(Theme.objects, "theme", "slug"),
        named(Sector.objects.below_themes(), "sector", "slug"),
        named(Country.objects, "country", "iso2", tile=on_map, group=F("oic_group")),
        named(Language.objects, "language", "code"),
        named(providers, "institution", "slug"),
    ]


def _former_part():
    """The former addresses of listed institutions, each with the present one in place of a name."""
    known = FormerAddress.objects.filter(institution__in=Institution.objects.listed().values("pk")).order_by()
    former = Value("former", output_field=CharField())
    return known.values_list(former, "slug", _no_ids, "institution__slug", *[_empty] * 6)


def _institutions_part():
    """How many institutions are listed, in place of a value."""
    counted = Institution.objects.listed().order_by().values_list(Value("institutions", output_field=CharField()))
    return counted.annotate(n=Cast(Count("pk"), CharField()), ids=_no_ids, **dict.fromkeys(_NO_NAMES, _empty))


_latest = Tally(version=())


def latest():
    """Give the tally as last read, without asking the database: for what follows a `current()` of the same request."""
    return _latest


def current():
    """Give the tally of what is committed now: one small query, and a new reading only after a change."""
    global _latest  # one for each process; reading it twice at the same time does no harm
    # Asked on every page: the ORM would take longer to write it than the database to answer.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM events_change")
        version = cursor.fetchone()
    if _latest.version != version:
        _latest = Tally.read(version)
    return _latest
