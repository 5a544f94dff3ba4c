"""Whom to invite to an event: experts who fit, the best first, each with the reasons that are true of them.

Suggested is who is listed, agrees to be written to about assignments, works in a way that the event allows, has not accepted
something else on its days, and shares a sector with it or, where it has none, a language. The database ranks all of them
by points; for those shown the reasons are told, each with its points, and tests hold the two sums together. To be better in
one thing and the same in the others never costs a place. Whoever has not confirmed the profile for a year comes last, as in
the search.
"""

from dataclasses import dataclass

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


def _points(wanted):
    """The sum of what the functions below give to an expert, worked out by the database."""
    event, year, own = wanted.event, localdate().year, {"expert": OuterRef("pk")}
    free = Exists(Availability.objects.covering(event.starts_on, event.ends_on).filter(**own))
    is_held_somewhere = event.mode != Event.Mode.ONLINE and event.country_id is not None
    at_home = [When(residence=event.country_id, then=AT_HOME)] if is_held_somewhere else []
    years = year - Coalesce(F("first_year"), year, output_field=IntegerField())
    return (
        _points_of_sectors(wanted, own)
        + _points_of_languages(wanted, own)
        + _either(When(free, then=FREE))
        + _either(*at_home)
        + Least(Greatest(years, 0), MOST_YEARS)
        + _either(When(endorsed_on__isnull=False, then=ENDORSED))
    )


def _points_of_sectors(wanted, own):
    """Each expert's sectors are looked up in the index alone: all of them, of which those asked for are counted."""
    if not wanted.near:
        return Value(0)
    shared, near = (Count("sector", filter=Q(sector__in=keys)) for keys in (wanted.sectors, wanted.near))
    most = Greatest(SECTOR * Least(shared, MOST_SECTORS), THEME * Least(near, 1))
    found = Expert.sectors.through.objects.filter(**own).values("expert").annotate(points=most).values("points")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def _points_of_languages(wanted, own):
    """Level by level, from the best: the database then makes one set of those who reach each, and reads no expert's languages."""
    taught = ExpertLanguage.objects.filter(language__in=wanted.languages, **own)
    levels = sorted((level for level in Level.values if level >= TEACHES_FROM), reverse=True)
    return _either(*(When(Exists(taught.filter(level=level)), then=LEVEL * level) for level in levels))


def _either(*whens):
    """The points of the first condition that holds, or none."""
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _suggestion(expert, wanted):
    parts = [
        _of_sectors(expert, wanted), _of_languages(expert, wanted), _of_days(expert, wanted.event),
        _of_place(expert, wanted.event), _of_years(expert), _of_endorsement(expert),
    ]  # fmt: skip
    told = [part for part in parts if part]
    return Suggestion(expert, sum(points for points, _reason in told), [reason for _points, reason in told])


# --- Each gives points with the reason for them, or None ----------------------------------------------------------------


def _of_sectors(expert, wanted):
    own = [each for each in expert.sectors_by_name if each.pk in wanted.sectors]
    if own:
        return SECTOR * min(len(own), MOST_SECTORS), _("works in %(sectors)s") % {"sectors": _list(own)}
    near = [each for each in expert.sectors_by_name if each.theme_id in wanted.themes]
    return (THEME, _("works near it: %(sectors)s") % {"sectors": _list(near)}) if near else None


def _of_languages(expert, wanted):
    spoken = [each for each in expert.languages_by_level if each.language_id in wanted.languages]
    taught = [each for each in spoken if each.level >= TEACHES_FROM]
    return (LEVEL * taught[0].level, _list(taught)) if taught else None


def _of_days(expert, event):
    free = any(each.starts_on <= event.starts_on and each.until >= event.ends_on for each in expert.periods.all())
    return (FREE, _("free on its days")) if free else None


def _of_place(expert, event):
    if event.mode == Event.Mode.ONLINE or event.country_id != expert.residence_id:
        return None
    return AT_HOME, _("lives in %(country)s") % {"country": expert.residence.name}


def _of_years(expert):
    years = expert.years or 0
    told = ngettext("%(n)s year of experience", "%(n)s years of experience", years) % {"n": number(years)}
    return (min(years, MOST_YEARS), told) if years > 0 else None


def _of_endorsement(expert):
    return (ENDORSED, _("endorsed by the focal point")) if expert.endorsed_on else None


def _list(rows):
    return pgettext("between names in a list", ", ").join(str(each) for each in rows)
