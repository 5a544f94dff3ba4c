"""How well an expert fits what is asked: one rule, worked out by the database, that gives its reasons.

Whoever is listed at all answers to every choice in force. Among them points decide:

    20 for each chosen sector or theme in which the expert works, of two at most
     5 for each level of the best-spoken chosen language, from A1 (1) to a first language (7)
     1 for each year of experience, of 25 at most
    15 for the word of the national focal point
    10 for a profile confirmed within 90 days, 6 within 180, 3 within a year

Whoever has not confirmed the profile for a year comes after all others, whatever the points. Equal points: who confirmed it
last, then who has more years, then who was recorded first. To be better in one of these and the same in the others never
costs a place (`tests/experts/test_fit.py`).

More than `MOST_RANKED` experts are not ranked by points, which would say little of so many: they come by their last
confirmation, and the page says so.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifications.written import dates, month, number
from experts.fetching import fetch
from experts.models.finding import Kind, Mark
from experts.models.linked import Level, spoken
from experts.models.selection import LAPSES_AFTER, first_day_within
from experts.tally import Keys, walk

MOST_RANKED = 5_000
MOST_SHOWN = 250  # of those who are too many to be ranked
SECTOR, LEVEL, ENDORSED, MOST_SECTORS, MOST_YEARS = 20, 5, 15, 2, 25
CONFIRMED = {90: 10, 180: 6, LAPSES_AFTER.days: 3}  # points by days


@dataclass(frozen=True)
class Wish:
    """What is asked for of which there may be more or less: keys of sectors and themes, of languages; days to be free on."""

    sectors: tuple = ()
    languages: tuple = ()
    days: tuple = ()


def points(wish):
    """The points of a row `f` of `Findable`, as SQL with its parameters."""
    parts = [part for part in (criterion(wish) for criterion in CRITERIA.values()) if part]
    return " + ".join(sql for sql, _params in parts), [param for _sql, params in parts for param in params]


# --- Each gives SQL with its parameters, or nothing where the wish does not ask for it --------------------------------------


def _of_sectors(wish):
    if wish.sectors:
        held = " + ".join(["(f.labels && %s::int[])::int"] * len(wish.sectors))
        return f"{SECTOR} * least({MOST_SECTORS}, {held})", [[Kind.SECTOR + key] for key in wish.sectors]


def _of_languages(wish):
    if wish.languages:
        levels = sorted(Level.values, reverse=True)
        cases = " ".join(f"WHEN f.labels && %s::int[] THEN {level}" for level in levels)
        spoken = [[Kind.SPOKEN + 100_000 * level + key for key in wish.languages] for level in levels]
        return f"{LEVEL} * CASE {cases} ELSE 0 END", spoken


def _of_years(wish):
    return f"least({MOST_YEARS}, greatest(0, %s - f.first_year))", [localdate().year]


def _of_endorsement(wish):
    return f"CASE WHEN f.labels && %s::int[] THEN {ENDORSED} ELSE 0 END", [[Mark.ENDORSED]]


def _of_confirmation(wish):
    cases = " ".join(f"WHEN f.renewed_on >= %s THEN {each}" for each in CONFIRMED.values())
    return f"CASE {cases} ELSE 0 END", [_day(days) for days in CONFIRMED]


# A test makes an expert better in each of them.
CRITERIA = {
    "sectors": _of_sectors,
    "languages": _of_languages,
    "years": _of_years,
    "endorsement": _of_endorsement,
    "confirmation": _of_confirmation,
}


def _day(days):
    return first_day_within(timedelta(days=days))[0]


def reasons(profile, wish):
    """Why an expert fits, in words, made of nothing but what the reader may read of them."""
    told = [sector.name for sector in profile.sectors_by_name if {sector.pk, sector.theme_id} & set(wish.sectors)]
    told += [
        spoken(each.language.name, each.level)
        for each in profile.languages_by_level
        if each.language_id in wish.languages
    ]
    told.append(
        ngettext("%(n)s year of experience", "%(n)s years of experience", profile.years) % {"n": number(profile.years)}
    )
    if wish.days:
        periods = getattr(profile, "periods_to_come", ())  # the public has none
        free = [each for each in periods if each.starts_on <= wish.days[0] and each.until >= wish.days[1]]
        told += [_("free %(days)s") % {"days": dates(each.starts_on, each.until)} for each in free[:1]]
    if profile.endorsed_on:
        told.append(_("endorsed by the national focal point"))
    if not profile.is_lapsed:
        told.append(_("confirmed in %(month)s") % {"month": month(profile.renewed_at)})
    return told


def to_rank(condition):
    """What to count, under "keys", beside all else: those who fit, unless they are too many to be ranked."""
    return Keys("keys", condition, MOST_RANKED)


class Ranked:
    """The experts under a condition in an order (`fit`, `fresh` or `experience`); sliced, it gives those of a page."""

    def __init__(self, condition, order, wish, names, counted):
        """`names` are `Names`, with those of the rosters, too.

        `counted` gives how many there are, how many of them confirmed their profile within a year, and those `to_rank`.
        """
        self.condition, self.order, self.wish, self.names, self._counted = condition, order, wish, names, counted

    @cached_property
    def count(self):
        return self._counted()[0]

    @property
    def is_ranked(self):
        return self.count <= MOST_RANKED

    def __len__(self):
        return self.count

    def __getitem__(self, part):
        first, last = part.start or 0, min(part.stop, self.count)
        if last <= first:
            return []
        found = self._ranked(first, last) if self.is_ranked else self._walked(first, last)
        return fetch(found, self.names)

    def _ranked(self, first, last):
        order, own = self._ordered()
        sql = f"SELECT expert_id FROM experts_findable f WHERE expert_id = ANY(%s) ORDER BY {order} LIMIT %s OFFSET %s"  # noqa: S608
        return _keys(sql, [list(self._counted()[2]), *own, last - first, first])

    def _ordered(self):
        fresh = "f.renewed_on DESC, f.first_year, f.expert_id"
        if self.order == "fresh":
            return fresh, []
        lapsed, own = "f.renewed_on < %s", [_day(LAPSES_AFTER.days)]
        if self.order == "experience":
            return f"{lapsed}, f.first_year, {fresh}", own
        sql, params = points(self.wish)
        return f"{lapsed}, {sql} DESC, {fresh}", [*own, *params]

    def _walked(self, first, last):
        """Go through an index in the order until enough are found: they are many, so there are some soon."""
        if self.order != "experience":
            return walk(self.condition, "renewed_on DESC, first_year, expert_id", [("true", [], last)], first, last)
        fresh, day = self._counted()[1], _day(LAPSES_AFTER.days)
        parts = [("renewed_on >= %s", [day], min(last, fresh)), ("renewed_on < %s", [day], max(0, last - fresh))]
        return walk(self.condition, "first_year, renewed_on DESC, expert_id", parts, first, last)


def _keys(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [key for (key,) in cursor]
