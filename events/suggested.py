"""Whom to invite to an event: experts who fit, the best first, each with the reasons that are true of them.

Suggested is who is listed, agrees to be written to about assignments, works in a way that the event allows, has not accepted
something else on its days, and shares a theme with it or, where it has none, a language. The database ranks all of them by
points, whoever has not confirmed the profile for a year after all others; equal points: who confirmed it last, then who was
recorded first. For those shown the reasons are told, each with its points, and tests hold the two sums together. To be better
in one thing and the same in the others never costs a place (`tests/events/test_suggested.py`):

    20 for each sector of the event in which the expert works, of two at most; 8 for another sector of its themes alone
     5 for each level of the best-spoken language of the event, from B2 (4), in which one teaches, to a first language (7)
    20 for a period in which the expert is free on all its days
    10 for living in its country, unless it is online
     1 for each year of experience, of 25 at most
    15 for the word of the national focal point
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from classifications.models import Language, Sector
from classifications.written import number
from events.models import Engagement, Event
from experts.models import Expert
from experts.models.linked import Availability, ExpertLanguage, Level

MOST_SUGGESTED = 20
SECTOR, THEME, FREE, AT_HOME, ENDORSED, LEVEL, MOST_SECTORS, MOST_YEARS = 20, 8, 20, 10, 15, 5, 2, 25
TEACHES_FROM = Level.B2
OWN = {"expert": OuterRef("pk")}


@dataclass
class Suggestion:
    expert: Expert
    points: int
    reasons: list


@dataclass(frozen=True)
class Wanted:
    """What an event asks for: keys of sectors, of their themes, of all sectors below these (`near`), and of languages; the
    event itself for days and place.
    """

    event: Event
    sectors: frozenset
    themes: frozenset
    near: frozenset
    languages: frozenset

    @classmethod
    def by(cls, event):
        """Its own sectors, those of its programmes, and the themes of either."""
        sectors = Sector.objects.filter(events=event) | Sector.objects.filter(programmes_on__events=event)
        found = sectors.distinct()
        themes = {each.theme_id or each.pk for each in found}
        themes |= set(event.programmes.values_list("theme", flat=True))
        languages = Language.objects.filter(events=event).values_list("pk", flat=True)
        below = frozenset(each.pk for each in found if each.theme_id)
        near = Sector.objects.filter(theme__in=themes).values_list("pk", flat=True)
        return cls(event, below, frozenset(themes), frozenset(near), frozenset(languages))

    @property
    def place(self):
        """The key of the country in which people meet; None where there is none."""
        return None if self.event.mode == Event.Mode.ONLINE else self.event.country_id


def suggest(event):
    """Give the experts to invite to an event as `Suggestion`s, the best first."""
    wanted = Wanted.by(event)
    best = _ranked(_candidates(wanted), wanted).values("pk")[:MOST_SUGGESTED]
    linked = Expert.objects.select_related("nationality", "residence", "institution", "user")
    linked = linked.prefetch_related("sectors", "languages__language", "periods")
    return [_suggestion(expert, wanted) for expert in _ranked(linked.filter(pk__in=best), wanted)]


def find(event, words):
    """Give the experts found by words who may be invited to an event, suggested or not."""
    experts = Expert.objects.assignable().exclude(pk__in=event.engagements.standing().values("expert"))
    return experts.select_related("nationality").search(words)[:MOST_SUGGESTED]


def _ranked(experts, wanted):
    """Experts with their `points`, the best first; all who fit are ranked by what points need, the best alone are read whole."""
    ranked = experts.knowing_who_lapsed().annotate(points=_points(wanted))
    return ranked.order_by("has_lapsed", "-points", "-renewed_at", "pk")


def _candidates(wanted):
    event = wanted.event
    ways = {Event.Mode.ONLINE: [Expert.Way.ONLINE], Event.Mode.IN_PERSON: [Expert.Way.TRAVELS]}.get(event.mode)
    experts = Expert.objects.assignable().exclude(pk__in=event.engagements.values("expert"))
    experts = experts.exclude(pk__in=Engagement.objects.on_days_of(event).values("expert"))
    if ways:
        experts = experts.working_by([*ways, Expert.Way.BOTH])
    if wanted.themes:
        experts = experts.under_theme_keys(wanted.themes)
    elif wanted.languages:
        experts = experts.teaching_in_keys(wanted.languages)
    return experts


def _suggestion(expert, wanted):
    told = [part for part in (each.told(expert, wanted) for each in CRITERIA.values()) if part]
    return Suggestion(expert, sum(points for points, _reason in told), [reason for _points, reason in told])


def _points(wanted):
    """The sum of the points of all criteria, worked out by the database."""
    return reduce(add, (each.points(wanted) for each in CRITERIA.values()))


# --- What there may be more or less of: points of all who fit as SQL; of one expert points with the reason for them, or None --


def _points_of_sectors(wanted):
    """Each expert's sectors are looked up in the index alone: all of them, of which those asked for are counted."""
    if not wanted.near:
        return Value(0)
    shared, near = (Count("sector", filter=Q(sector__in=keys)) for keys in (wanted.sectors, wanted.near))
    most = Greatest(SECTOR * Least(shared, MOST_SECTORS), THEME * Least(near, 1))
    found = Expert.sectors.through.objects.filter(**OWN).values("expert").annotate(points=most).values("points")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def _of_sectors(expert, wanted):
    own = [each for each in expert.sectors_by_name if each.pk in wanted.sectors]
    if own:
        return SECTOR * min(len(own), MOST_SECTORS), _("works in %(sectors)s") % {"sectors": _list(own)}
    near = [each for each in expert.sectors_by_name if each.theme_id in wanted.themes]
    return (THEME, _("works near it: %(sectors)s") % {"sectors": _list(near)}) if near else None


def _points_of_languages(wanted):
    """Level by level, from the best: the database then makes one set of those who reach each, and reads no expert's languages."""
    taught = ExpertLanguage.objects.filter(language__in=wanted.languages, **OWN)
    levels = sorted((level for level in Level.values if level >= TEACHES_FROM), reverse=True)
    return _either(*(When(Exists(taught.filter(level=level)), then=LEVEL * level) for level in levels))


def _of_languages(expert, wanted):
    spoken = [each for each in expert.languages_by_level if each.language_id in wanted.languages]
    taught = [each for each in spoken if each.level >= TEACHES_FROM]
    return (LEVEL * taught[0].level, _list(taught)) if taught else None


def _points_of_days(wanted):
    covering = Availability.objects.covering(wanted.event.starts_on, wanted.event.ends_on)
    return _either(When(Exists(covering.filter(**OWN)), then=FREE))


def _of_days(expert, wanted):
    first, last = wanted.event.starts_on, wanted.event.ends_on
    free = any(each.starts_on <= first and each.until >= last for each in expert.periods.all())
    return (FREE, _("free on its days")) if free else None


def _points_of_place(wanted):
    return _either(When(residence=wanted.place, then=AT_HOME)) if wanted.place else Value(0)


def _of_place(expert, wanted):
    if expert.residence_id != wanted.place:
        return None
    return AT_HOME, _("lives in %(country)s") % {"country": expert.residence.name}


def _points_of_years(wanted):
    year = localdate().year
    years = year - Coalesce(F("first_year"), year, output_field=IntegerField())
    return Least(Greatest(years, 0), MOST_YEARS)


def _of_years(expert, wanted):
    years = expert.years or 0
    told = ngettext("%(n)s year of experience", "%(n)s years of experience", years) % {"n": number(years)}
    return (min(years, MOST_YEARS), told) if years > 0 else None


def _points_of_endorsement(wanted):
    return _either(When(endorsed_on__isnull=False, then=ENDORSED))


def _of_endorsement(expert, wanted):
    return (ENDORSED, _("endorsed by the focal point")) if expert.endorsed_on else None


def _either(*whens):
    """The points of the first condition that holds, or none."""
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _list(rows):
    return pgettext("between names in a list", ", ").join(str(each) for each in rows)


@dataclass(frozen=True)
class Criterion:
    points: Callable
    told: Callable


# A test makes an expert better in each of them.
CRITERIA = {
    "sectors": Criterion(_points_of_sectors, _of_sectors),
    "languages": Criterion(_points_of_languages, _of_languages),
    "days": Criterion(_points_of_days, _of_days),
    "place": Criterion(_points_of_place, _of_place),
    "years": Criterion(_points_of_years, _of_years),
    "endorsement": Criterion(_points_of_endorsement, _of_endorsement),
}
