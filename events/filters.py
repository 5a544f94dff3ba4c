"""What a reader may ask of the events, and what a list shows of it."""

from functools import cached_property

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.facets import (
    Chip,
    ChosenField,
    Facet,
    FacetFilter,
    Tick,
    WordsFilter,
    left_out,
    query_string,
    year_strip,
)
from classifications.written import page_language
from events import tally
from events.models import Event

SORTS = {
    "newest": (_("Newest first"), "newest_first"),
    "oldest": (_("Oldest first"), "oldest_first"),
    "participants": (_("Most participants"), "most_participants_first"),
}


class SortFilter(django_filters.Filter):
    field_class = ChosenField

    def __init__(self):
        super().__init__(label=_("Sort by"), known=lambda: SORTS)

    def filter(self, queryset, chosen):
        return getattr(queryset, SORTS[chosen[0] if chosen else "newest"][1])()


def known(facet):
    """The values of a facet that an address may name."""
    if facet in tally.CHOICES:
        return lambda: tally.CHOICES[facet].values
    names = {"provider": "country", "beneficiary": "country", "venue": "country"}.get(facet, facet)
    if facet == "year":
        return lambda: tally.latest().masks["year"]
    return lambda: {*tally.latest().names[names], tally.NONE}


class EventFilter(django_filters.FilterSet):
    """The filters of every list, feed and calendar of events; `path_year` is a year that stands in the path."""

    q = WordsFilter()
    when = FacetFilter(_("When"), word="in_states", known=known("when"))
    year = FacetFilter(_("Year"), word="held_in_years", known=known("year"))
    kind = FacetFilter(_("Kind"), word="of_kinds", known=known("kind"))
    mode = FacetFilter(_("How"), word="in_modes", known=known("mode"))
    theme = FacetFilter(_("Theme"), word="under_themes", known=known("theme"))
    programme = FacetFilter(_("Programme"), word="under_programmes", known=known("programme"))
    provider = FacetFilter(_("Taught by a country"), word="taught_by", known=known("provider"))
    beneficiary = FacetFilter(_("Received by a country"), word="received_by", known=known("beneficiary"))
    venue = FacetFilter(_("Held in a country"), word="hosted_by", known=known("venue"))
    language = FacetFilter(_("Language of teaching"), word="taught_in", known=known("language"))
    sort = SortFilter()

    FACETS = ["when", "kind", "mode", "theme", "programme", "provider", "beneficiary", "venue", "language"]

    class Meta:
        model = Event
        fields = []

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, path_year=None):
        self.tally = tally.current()
        self.path_year = path_year
        if path_year:
            data = data.copy()
            data.setlist("year", [str(path_year)])
        super().__init__(data, queryset, request=request, prefix=prefix)

    @cached_property
    def chosen(self):
        """The values in force by facet."""
        self.form.is_valid()
        return {name: self.form.cleaned_data[name] for name in ("year", *self.FACETS)}

    @cached_property
    def words(self):
        self.form.is_valid()
        return self.form.cleaned_data["q"]

    @cached_property
    def order(self):
        """The key of the order in force, one of `SORTS`."""
        self.form.is_valid()
        return (self.form.cleaned_data["sort"] or ["newest"])[0]

    @cached_property
    def left_out(self):
        """What the reader asked for and nothing is known of."""
        return left_out(self.form)

    @cached_property
    def _found(self):
        """The events in which the words occur, as a bitmap; None where no words are asked."""
        if not self.words:
            return None
        return self.tally.mask_of(Event.objects.search(self.words).values_list("pk", flat=True))

    @cached_property
    def mask(self):
        """The events that the list shows, on all its pages."""
        return self.tally.select(self.chosen, self._found)

    @property
    def count(self):
        return self.mask.bit_count()

    def counts(self, facet):
        """The number of events for each value of a facet, under the other filters in force."""
        others = {name: values for name, values in self.chosen.items() if name != facet}
        return self.tally.counts(facet, self.tally.select(others, self._found))

    @cached_property
    def facets(self):
        return [facet for name in self.FACETS if (facet := self._facet(name))]

    def _facet(self, name):
        chosen, counts = self.chosen[name], self.counts(name)
        values = {**counts, **{value: counts.get(value, 0) for value in chosen}}
        if name != "programme" and tally.NONE not in chosen:
            values.pop(tally.NONE, None)
        if not values:
            return None
        language = page_language()
        ticks = [
            Tick(value, self.tally.label(name, value, language), count, value in chosen)
            for value, count in values.items()
        ]
        return Facet.of(name, self.filters[name].label, ticks)

    def label(self, name, value):
        """What a reader calls a value of a facet."""
        return self.tally.name(name, value)

    # --- Addresses of lists that differ from this one ---------------------------------------------------------------

    def pairs(self, *, without=None, year=True, sort=True):
        """What is in force as pairs of name and value, without one pair, or without the years, or the order."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.chosen.items() for value in values]
        if self.order != "newest" and sort:
            pairs.append(("sort", self.order))
        return [pair for pair in pairs if pair != without and (year or pair[0] != "year")]

    def url(self, pairs, name="events:event-list"):
        """The address of a list; exactly one year stands in its path."""
        years = [value for key, value in pairs if key == "year"]
        if len(years) == 1 and name == "events:event-list":
            return reverse("events:year", args=years) + query_string([pair for pair in pairs if pair[0] != "year"])
        return reverse(name) + query_string(pairs)

    @cached_property
    def canonical_url(self):
        return self.url(self.pairs())

    @cached_property
    def chips(self):
        chips = []
        if self.words:
            label = _("“%(text)s”") % {"text": self.words}
            chips.append(Chip(label, self.url(self.pairs(without=("q", self.words)))))
        return chips + [
            Chip(self.label(name, value), self.url(self.pairs(without=(name, value))))
            for name, values in self.chosen.items()
            for value in values
        ]

    @cached_property
    def ways_out(self):
        """Where nothing fits: pairs of a choice to leave out and the number of events that are then shown."""
        counts = [self.tally.select(self.chosen).bit_count()] if self.words else []
        for name, values in self.chosen.items():
            for value in values:
                fewer = self.chosen | {name: [each for each in values if each != value]}
                counts.append(self.tally.select(fewer, self._found).bit_count())
        return [(chip, count) for chip, count in zip(self.chips, counts, strict=True) if count]

    @cached_property
    def strip(self):
        rest = query_string(self.pairs(year=False))
        others = self.chosen | {"year": []}
        counts = self.tally.count_by_year(self.tally.select(others, self._found))
        base = reverse("events:event-list")
        chosen = {int(year) for year in self.chosen["year"]}
        return year_strip(self.tally.years, counts, lambda year: f"{base}{year}/{rest}", chosen)

    @cached_property
    def sorts(self):
        """Triples of label, address and whether it is in force."""
        pairs = self.pairs(sort=False)
        return [
            (label, self.url(pairs if key == "newest" else [*pairs, ("sort", key)]), key == self.order)
            for key, (label, _word) in SORTS.items()
        ]

    def export_url(self, name):
        return self.url(self.pairs(), name)

    @property
    def calendar_url(self):
        return self.export_url("events:calendar")

    @property
    def feed_url(self):
        return self.export_url("events:feed")

    @property
    def table_url(self):
        return self.export_url("events:table")
