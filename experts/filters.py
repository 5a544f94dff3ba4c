"""What a reader may ask of the experts, and what a list shows of it.

Every condition is put to the labels of those whom the reader may see. What they may not read of somebody they cannot ask for
either: gender is the Centre's, and days on which an expert is free are asked of those only whose profile shows them.
"""

from copy import copy
from datetime import timedelta
from functools import cached_property, partial

import django_filters
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classifications.facets import Chip, ChosenField, FacetFilter, SortFilter, WordsField, WordsFilter, query_string
from classifications.fields import DayField
from classifications.lists import ListFilter
from classifications.models import Country
from classifications.names import ORDER, Names
from classifications.written import Text, dates, marked, page_language
from experts.fit import MOST_SHOWN, Ranked, Wish, to_rank
from experts.models import Expert, Roster
from experts.models.finding import Kind, Mark
from experts.models.linked import Level
from experts.models.selection import HIDDEN_AFTER, LAPSES_AFTER, first_day_within
from experts.questions import AnyOf, Both, Either, Free, Since
from experts.readers import Kind as ReaderKind
from experts.tally import Counting, count
from experts.words import common_in, saying

NAMELESS = ("", "", "")
LONGEST_STAY = timedelta(days=366)  # between the two days on which somebody is to be free


class Seen(models.TextChoices):
    """How lately an expert confirmed the profile."""

    QUARTER = "3", _("Within 3 months")
    HALF = "6", _("Within 6 months")
    YEAR = "12", _("Within a year")

    @property
    def day(self):
        return first_day_within(timedelta(days={"3": 91, "6": 182, "12": 365}[self]))[0]


class Endorsed(models.TextChoices):
    YES = "yes", _("By the national focal point")


LEVELS = [Level.B1, Level.B2, Level.C1, Level.C2, Level.NATIVE]


class AskedDayField(DayField):
    """A day as forms take it; anything else is set apart in `unknown`."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"required": False})
        self.unknown = []

    def clean(self, value):
        self.unknown = []
        try:
            return super().clean(value)
        except ValidationError:
            self.unknown = [value]
            return None


class DayFilter(django_filters.Filter):
    field_class = AskedDayField


class LevelFilter(django_filters.Filter):
    """The level that chosen languages have to reach."""

    field_class = ChosenField

    def __init__(self):
        super().__init__(label=_("At least at level"), known=lambda: [str(level.value) for level in LEVELS])


class LabelledFacet(FacetFilter):
    """A facet whose values have labels."""

    def __deepcopy__(self, memo):
        """What each page gets of its own, as of a `CountedFacet`."""
        own = copy(self)
        own.extra = {**self.extra}
        return own


def facet(legend, known, usual=()):
    return LabelledFacet(legend, word="", known=lambda: known.values if known else (), usual=usual)


def visible_to(reader):
    """The condition that somebody may see an expert in a list, as `Expert.objects.readable_as(reader).listed()` has it."""
    if reader.kind == ReaderKind.STAFF:
        return AnyOf((Mark.LISTED,))
    shown = Both((AnyOf((Mark.PUBLIC, *_agreed_with(reader))), Since(first_day_within(HIDDEN_AFTER)[0])))
    return Either((shown, _nationals(reader))) if reader.states else shown


def with_days_for(reader):
    """The condition that an expert's profile shows this reader when they are free."""
    if reader.kind == ReaderKind.STAFF:
        return AnyOf((Mark.LISTED,))
    agreed = AnyOf(_agreed_with(reader))
    return Either((agreed, _nationals(reader))) if reader.states else agreed


def _agreed_with(reader):
    """The marks of those who agree that this reader sees more of them than everybody."""
    partners = (Mark.PARTNERS,) if reader.kind == ReaderKind.PARTNER else ()
    return (*partners, Mark.FOCAL_POINTS) if reader.states else partners


def _nationals(reader):
    return AnyOf(tuple(Kind.NATIONALITY + key for key in sorted(reader.states)))


class ExpertFilter(ListFilter):
    """The filters of the search for experts, for a `reader`; on one `roster` if it is given."""

    LIST = "experts:search"
    FACETS = [
        "roster", "theme", "sector", "language", "group", "nationality", "residence", "gender", "years", "degree",
        "endorsed", "seen",
    ]  # fmt: skip
    NAMED = {
        "roster": (Kind.ROSTER, "roster"), "theme": (Kind.SECTOR, "theme"), "sector": (Kind.SECTOR, "sector"),
        "nationality": (Kind.NATIONALITY, "country"), "residence": (Kind.RESIDENCE, "country"),
        "language": (Kind.SPOKEN, "language"),
    }  # fmt: skip
    CHOSEN = {
        "group": (Kind.GROUP, Country.OICGroup), "gender": (Kind.GENDER, Expert.Gender),
        "degree": (Kind.DEGREE, Expert.Degree),
    }  # fmt: skip
    SCALES = ["years", "degree", "seen"]
    SORTS = {
        "fit": (_("Best fit"), ""),
        "fresh": (_("Last confirmed"), ""),
        "experience": (_("Experience"), ""),
    }

    q = WordsFilter()
    roster = facet(_("Roster"), None)
    theme = facet(_("Theme"), None)
    sector = facet(_("Sector"), None)
    language = facet(_("Language"), None)
    group = facet(_("OIC group"), Country.OICGroup)
    nationality = facet(_("Nationality"), None)
    residence = facet(_("Lives in"), None)
    gender = facet(_("Gender"), Expert.Gender)
    years = facet(_("Experience"), Expert.Years)
    degree = facet(_("Highest degree"), Expert.Degree)
    endorsed = facet(_("Endorsed"), Endorsed)
    seen = facet(_("Profile confirmed"), Seen)
    level = LevelFilter()
    free_from = DayFilter(label=_("Free from"))
    free_until = DayFilter(label=_("Free until"))
    sort = SortFilter(SORTS)

    class Meta:
        model = Expert
        fields = []

    def __init__(self, data=None, queryset=None, *, reader, roster=None, **kwargs):
        super().__init__(data, Expert.objects.none(), **kwargs)
        self.reader, self.roster, self._known_labels = reader, roster, {}
        common = common_in(WordsField().clean(self.data.get("q")))  # read beside the names
        self.names = Names(roster=(Roster.objects.all(), "slug"), **common)
        self.asks_days = reader.kind != ReaderKind.PUBLIC or bool(reader.states)
        left = {"gender"} if reader.kind != ReaderKind.STAFF else set()
        self.FACETS = [name for name in self.FACETS if name not in left and not (roster and name == "roster")]
        for name in (
            left | ({"roster"} if roster else set()) | (set() if self.asks_days else {"free_from", "free_until"})
        ):
            del self.filters[name]
        for name, (_kind, what) in self.NAMED.items():
            if name in self.filters:
                self.filters[name].extra["known"] = partial(self.names.known.get, what)

    # --- What is asked ------------------------------------------------------------------------------------------------

    @cached_property
    def least(self):
        """The level that chosen languages have to reach."""
        self.form.is_valid()
        chosen = self.form.cleaned_data["level"]
        return Level(int(chosen[0])) if chosen else Level.B2

    @property
    def given_days(self):
        """The two days as the reader gave them, None for one that was not given or is none."""
        self.form.is_valid()
        return [self.form.cleaned_data.get(name) for name in ("free_from", "free_until")]

    @property
    def days_shown(self):
        """The days that stand in the form: those in force, else those given, so that they can be corrected."""
        return self.days or self.given_days

    @cached_property
    def days(self):
        """The first and the last of the days on which experts are to be free, or nothing; the reader may give one only."""
        given = self.given_days
        first, last = (given[0] or given[1], given[1] or given[0])
        return () if first is None or not first <= last <= first + LONGEST_STAY else (first, last)

    @cached_property
    def left_out(self):
        left_out, given = super().left_out, self.given_days
        if any(given) and not self.days:
            told = gettext("%(days)s (the last day is before the first, or more than a year after it)")
            left_out = [*left_out, (gettext("Free"), told % {"days": " – ".join(map(dates, given))})]
        return left_out

    def _labels(self, name):
        """The labels by which the values of a facet are found and counted, each with its value; a value may have several."""
        if name not in self._known_labels:
            self._known_labels[name] = self._labels_of(name)
        return self._known_labels[name]

    def _labels_of(self, name):
        if name in self.NAMED:
            kind, what = self.NAMED[name]
            first = kind + (100_000 * self.least if name == "language" else 0)
            return {first + number: value for value, number in self.names.ids[what].items()}
        if name in self.CHOSEN:
            kind, choices = self.CHOSEN[name]
            return {kind + number: value for number, value in enumerate(choices.values, 1)}
        if name == "years":
            now = Kind.YEAR + localdate().year
            return {now - n: band.value for band in Expert.Years for n in range(band.span[0], band.span[1] + 1)}
        return {int(Mark.ENDORSED): Endorsed.YES.value}

    def _condition(self, name, values):
        """What the choice of some values of a facet asks of an expert."""
        if name == "seen":
            return Since(min(Seen(each).day for each in values))
        return AnyOf(tuple(label for label, value in self._labels(name).items() if value in values))

    def _asked(self, chosen, words, days):
        """The conditions in force, by what asks for them; those under "" hold in any case."""
        visible = visible_to(self.reader)
        if self.roster:
            visible = Both((visible, AnyOf((Kind.ROSTER + self.roster.pk,))))
        asked = {"": visible} | {name: self._condition(name, values) for name, values in chosen.items() if values}
        if words:
            asked["q"] = saying(words, self.names)
        if days:
            asked["free"] = Both((Free(*days), with_days_for(self.reader)))
        return asked

    @cached_property
    def asked_of_all(self):
        return self._asked(self.chosen, self.words, self.days)

    @staticmethod
    def _without(asked, name=None):
        return Both(tuple(condition for other, condition in asked.items() if other != name))

    @property
    def wish(self):
        ids, chosen = self.names.ids, self.chosen
        wanted = [ids[name][value] for name in ("theme", "sector") for value in chosen[name]]
        return Wish(tuple(wanted), tuple(ids["language"][each] for each in chosen["language"]), self.days)

    # --- What is found ------------------------------------------------------------------------------------------------

    @property
    def qs(self):
        return Ranked(self._without(self.asked_of_all), self.order, self.wish, self.names, self._for_ranking)

    def _for_ranking(self):
        return self.count, self.fresh, self._counted["keys"]

    @cached_property
    def _counted(self):
        """All numbers that the page shows, and who is to be ranked, in one query: what is asked for is looked up once."""
        asked, everything = self.asked_of_all, self._without(self.asked_of_all)
        lapses = Since(first_day_within(LAPSES_AFTER)[0])
        countings = [Counting("", everything), Counting("fresh", Both((everything, lapses))), to_rank(everything)]
        together = {}
        for name in self.FACETS:
            condition = self._without(asked, name)
            if name == "seen":
                countings += [Counting(f"seen-{each}", Both((condition, Since(each.day)))) for each in Seen]
            elif name in asked:
                countings.append(Counting(name, condition, tuple(self._labels(name))))
            else:
                together.update(self._labels(name))
        return count([*countings, Counting("together", everything, tuple(together))])

    @property
    def count(self):
        return self._counted[""].get(0, 0)

    @property
    def fresh(self):
        """How many of them confirmed their profile within a year."""
        return self._counted["fresh"].get(0, 0)

    def counts(self, facet):
        if facet == "seen":
            return {each.value: n for each in Seen if (n := self._counted[f"seen-{each}"].get(0, 0))}
        counted, counts = self._counted.get(facet, self._counted["together"]), {}
        for label, value in self._labels(facet).items():
            if n := counted.get(label):
                counts[value] = counts.get(value, 0) + n
        return counts

    def count_of(self, chosen, words):
        return count([Counting("", self._without(self._asked(chosen, words, self.days)))])[""].get(0, 0)

    @property
    def is_ranked(self):
        return self.qs.is_ranked

    # --- What it is called, and addresses -----------------------------------------------------------------------------

    def _facet(self, name, also=()):
        facet = super()._facet(name, also)
        if (
            facet and name in self.SCALES
        ):  # in the order of the scale; none has so many values that some are folded away
            facet.shown.sort(key=lambda tick: self.every_value(name).index(tick.value))
        return facet

    def label(self, name, value):
        if name == "language":
            spoken = self.names.of("language", value)
            told = gettext("%(language)s (%(level)s or above)") % {"language": spoken, "level": self.least.label}
            return Text(told, spoken.language)
        if name in self.NAMED:
            return self.names.of(self.NAMED[name][1], value)
        return {"years": Expert.Years, "seen": Seen, "endorsed": Endorsed}.get(
            name, self.CHOSEN[name][1] if name in self.CHOSEN else None
        )(value).label

    def label_as_html(self, name, value):
        """In the facet of languages the level stands beside the boxes. A page shows some 250 of these labels."""
        if name not in self.NAMED:
            return super().label_as_html(name, value)
        what = self.NAMED[name][1]
        name_here = self.names.known[what].get(value, NAMELESS)[self._place]
        return escape(name_here) if name_here else marked(self.names.of(what, value))

    @cached_property
    def _place(self):
        """The place of the page's language among the names of a row."""
        return ORDER.index(page_language())

    @property
    def levels(self):
        """Triples of a level that may be chosen, what it is called and whether it is."""
        return [(str(each.value), each.label, each == self.least) for each in LEVELS]

    def pairs(self, *, without=None, sort=True):
        pairs = super().pairs(sort=False)
        if self.least != Level.B2:
            pairs.append(("level", str(self.least.value)))
        if self.days:
            pairs += [("free_from", self.days[0].isoformat()), ("free_until", self.days[1].isoformat())]
        if sort and not self.is_usual_order:
            pairs.append(("sort", self.order))
        return [pair for pair in pairs if pair != without and not (without == "days" and pair[0].startswith("free_"))]

    @property
    def carried(self):
        fields = ("level", "free_from", "free_until")
        return [(name, value) for name, value in super().carried if name not in fields]

    @cached_property
    def chips(self):
        chips = super().chips
        if self.days:
            told = gettext("Free %(days)s") % {"days": dates(*self.days)}
            chips = [*chips, Chip(told, self.url(self.pairs(without="days")))]
        return chips

    @cached_property
    def ways_out(self):
        fewer = [self._asked(self.chosen, "", self.days)] if self.words else []
        for name, values in self.asked.items():
            for value in values:
                others = {name: [each for each in values if each != value]}
                fewer.append(self._asked(self.chosen | others, self.words, self.days))
        if self.days:
            fewer.append(self._asked(self.chosen, self.words, ()))
        counted = count([Counting(f"without-{n}", self._without(asked)) for n, asked in enumerate(fewer)])
        counts = [each.get(0, 0) for each in counted.values()]
        return [(chip, number) for chip, number in zip(self.chips, counts, strict=True) if number]

    def url(self, pairs, name=None):
        if self.roster:
            return reverse("experts:roster", args=[self.roster.slug]) + query_string(pairs)
        return super().url(pairs, name)


__all__ = ["MOST_SHOWN", "ExpertFilter", "visible_to", "with_days_for"]
