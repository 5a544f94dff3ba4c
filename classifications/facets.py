"""The parts of a filtered list: filters that never fail, and what a page shows of them.

A reader's query string may hold anything. What is known is applied; what is not is left out and told, never an error.
"""

from copy import copy
from dataclasses import dataclass, field
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from classifications.search import MOST_WORDS
from classifications.written import digits

LONGEST_SEARCH = 200  # characters
SHOWN_AT_ONCE = 5  # values of a facet before the rest folds away


def _own(shared):
    """What each form gets of its own of a field: a page of events has seventeen, and nothing but `unknown` ever changes in one."""
    own = copy(shared)
    own.unknown = []
    return own


class ChosenField(forms.Field):
    """Values of a facet, several at once. Unknown ones are set apart in `unknown`, repeated ones dropped.

    `former` gives a dict from values that are no longer in use to those that took their place.
    """

    widget = forms.SelectMultiple

    def __init__(self, *, known, former=dict, **kwargs):
        super().__init__(**kwargs)
        self.known, self.former = known, former
        self.unknown = []

    def __deepcopy__(self, memo):
        return _own(self)

    def clean(self, value):
        former = self.former()
        values = dict.fromkeys(former.get(each, each) for each in value or () if each)
        known = self.known()
        self.unknown = [each for each in values if each not in known]
        return [each for each in values if each in known]


class WordsField(forms.Field):
    """What a reader searches for: without control characters, cut to a length no title exceeds and to the words searched for."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"required": False})
        self.unknown = []

    def __deepcopy__(self, memo):
        return _own(self)

    def clean(self, value):
        words = " ".join("".join(c if c.isprintable() else " " for c in value or "").split())
        asked = " ".join(words[:LONGEST_SEARCH].split()[:MOST_WORDS])
        self.unknown = [words.removeprefix(asked).strip()] if asked != words else []
        return asked


def left_out(form):
    """What a reader asked for and nothing is known of: pairs of the field's label and the value, cut short."""
    form.is_valid()
    return [
        (field.label, value[:60] + ("…" if len(value) > 60 else ""))
        for field in form.fields.values()
        for value in field.unknown[:3]
    ]


class ListedFilter(django_filters.Filter):
    """A filter of a list."""

    def __deepcopy__(self, memo):
        """What each list gets of its own: nothing is changed in labels, expressions and choices, which are slow to copy."""
        own = copy(self)
        own.extra = {**self.extra}
        return own


class FacetFilter(ListedFilter):
    """A filter of several values that calls the queryset's own word for it, such as `taught_by`.

    `usual` are the values in force where a reader chose none, such as what is open among what is open or past. `former` gives
    which values took the place of others.
    """

    field_class = ChosenField

    def __init__(self, legend, *, word, known, usual=(), former=dict):
        super().__init__(label=legend, known=known, former=former)
        self.word, self.usual = word, list(usual)

    def filter(self, queryset, chosen):
        chosen = chosen or self.usual
        return getattr(queryset, self.word)(chosen) if chosen else queryset


class CountedFacet(FacetFilter):
    """A facet whose values the database counts.

    `paths` are where a row has its value: lookups, expressions, or functions that give one; where there are several, a row
    may have the value of each. `many` says that a row can have several at one path, `repeats` that it can reach the same one
    twice, too. The values are those of `choices`, or what `Names` knows as `named`; of these, `keyed` is where a row has the
    number of the named row.
    """

    def __init__(
        self, legend, *, word, paths, choices=None, named=None, keyed=None, many=False, repeats=False, usual=()
    ):
        super().__init__(legend, word=word, known=lambda: choices.values if choices else (), usual=usual)
        self.paths = paths if isinstance(paths, list) else [paths]
        self.keyed, self.counted_by = keyed, [keyed] if keyed else self.paths
        self.choices, self.named, self.many, self.repeats = choices, named, many or repeats, repeats

    def counts(self, counted, chosen):
        """What the boxes say, of the numbers of rows by value and the values in force."""
        return counted


class OpenToFacet(CountedFacet):
    """To which countries something is open: those a row names at `path`, or all where it names none."""

    ALL = "*"  # in the counts it stands for the country of a row that names none

    def __init__(self, legend, *, word, path):
        super().__init__(legend, word=word, named="country", paths=Coalesce(path, Value(self.ALL)), many=True)

    def counts(self, counted, chosen):
        """What is open to all counts for each country that occurs."""
        for_all = counted.get(self.ALL, 0)
        return {iso2: counted.get(iso2, 0) + for_all for iso2 in {*counted, *chosen} - {self.ALL}}


class WordsFilter(ListedFilter):
    """The word search of a list."""

    field_class = WordsField

    def __init__(self):
        super().__init__(label=_("Words"))

    def filter(self, queryset, words):
        return queryset.search(words) if words else queryset


class SortFilter(ListedFilter):
    """The order of a list: `sorts` maps each key to its label and the queryset's word for it; the list says which is usual."""

    field_class = ChosenField

    def __init__(self, sorts):
        super().__init__(label=_("Sort by"), known=lambda: sorts)
        self.sorts = sorts

    def filter(self, queryset, chosen):
        return getattr(queryset, self.sorts[chosen[0] if chosen else self.parent.usual_order][1])()


@dataclass
class Tick:
    """One value of a facet, as a box to tick; `label` is HTML."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass
class Facet:
    """One group of boxes: those shown at once, and the rest that folds away."""

    name: str
    legend: str
    shown: list
    folded: list = field(default_factory=list)

    @classmethod
    def of(cls, name, legend, ticks):
        """Show the chosen values and the most frequent, at least `SHOWN_AT_ONCE`; fold the others if there are several."""
        ticks = sorted(ticks, key=lambda tick: (not tick.chosen, -tick.count, tick.label))
        shown = max(SHOWN_AT_ONCE, sum(tick.chosen for tick in ticks))
        if len(ticks) <= shown + 2:
            shown = len(ticks)
        return cls(name, legend, ticks[:shown], ticks[shown:])


@dataclass
class Chip:
    """A choice in force, and the address of the list without it."""

    label: str
    url: str


@dataclass
class Year:
    """One bar of a year strip."""

    year: int
    count: int
    height: int
    url: str
    chosen: bool

    @property
    def label(self):
        return digits(self.year)


def year_strip(years, counts, url, chosen=()):
    """Make the bars for `years`; `counts` maps a year to a number, `url` makes the address of a year from it.

    Bars stand in a box 64 high: 60 for the greatest count, at least 3 where there is anything.
    """
    greatest = max(counts.values(), default=1)
    return [
        Year(
            year,
            count := counts.get(year, 0),
            max(3, round(60 * count / greatest)) if count else 0,
            url(year) if count else "",
            year in chosen,
        )
        for year in years
    ]


def query_string(pairs):
    """Write pairs of name and value as a query string with its question mark, or nothing."""
    return f"?{urlencode(pairs)}" if pairs else ""
