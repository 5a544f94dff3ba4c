"""What a reader may ask of the events, and what a list shows of it."""

from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.facets import FacetFilter, SortFilter, WordsFilter, query_string, year_strip
from classifications.lists import ListFilter
from classifications.written import page_language
from events import tally
from events.models import Event

SORTS = {
    "newest": (_("Newest first"), "newest_first"),
    "oldest": (_("Oldest first"), "oldest_first"),
    "participants": (_("Most participants"), "most_participants_first"),
}
# Of what is to come, readers want to know what comes next.
SORTS_TO_COME = {"oldest": (_("Soonest first"), "oldest_first"), "newest": (_("Latest first"), "newest_first")}


def known(facet):
    """The values of a facet that an address may name."""
    if facet in tally.CHOICES:
        return lambda: tally.CHOICES[facet].values
    names = {"provider": "country", "beneficiary": "country", "venue": "country"}.get(facet, facet)
    if facet == "sector":  # that none is recorded is no choice: those of its programmes count too
        return lambda: tally.latest().names["sector"]
    if facet == "year":
        return lambda: tally.latest().masks["year"]
    return lambda: {*tally.latest().names[names], tally.NONE}


class EventFilter(ListFilter):
    """The filters of every list, feed and calendar of events; `path_year` is a year that stands in the path."""

    SORTS = SORTS
    LIST = "events:event-list"
    FACETS = [
        "when",
        "kind",
        "mode",
        "theme",
        "sector",
        "programme",
        "institution",
        "provider",
        "provider_group",
        "beneficiary",
        "beneficiary_group",
        "venue",
        "venue_group",
        "language",
    ]

    q = WordsFilter()
    when = FacetFilter(_("When"), word="in_states", known=known("when"))
    year = FacetFilter(_("Year"), word="held_in_years", known=known("year"))
    kind = FacetFilter(_("Kind"), word="of_kinds", known=known("kind"))
    mode = FacetFilter(_("How"), word="in_modes", known=known("mode"))
    theme = FacetFilter(_("Theme"), word="under_themes", known=known("theme"))
    sector = FacetFilter(_("Sector"), word="in_sectors", known=known("sector"))
    programme = FacetFilter(_("Programme"), word="under_programmes", known=known("programme"))
    institution = FacetFilter(
        _("Provider institution"),
        word="given_by",
        known=known("institution"),
        former=lambda: tally.latest().former,
    )
    provider = FacetFilter(_("Taught by a country"), word="taught_by", known=known("provider"))
    beneficiary = FacetFilter(_("Received by a country"), word="received_by", known=known("beneficiary"))
    provider_group = FacetFilter(_("Taught by the OIC group"), word="taught_by_groups", known=known("provider_group"))
    beneficiary_group = FacetFilter(
        _("Received by the OIC group"), word="received_by_groups", known=known("beneficiary_group")
    )
    venue_group = FacetFilter(_("Held in the OIC group"), word="hosted_by_groups", known=known("venue_group"))
    venue = FacetFilter(_("Held in a country"), word="hosted_by", known=known("venue"))
    language = FacetFilter(_("Language of teaching"), word="taught_in", known=known("language"))
    sort = SortFilter(SORTS)

    class Meta:
        model = Event
        fields = []

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, path_year=None):
        self.tally = tally.current()
        self.language = page_language()  # asked once: a page has some 250 labels
        self.path_year = path_year
        if path_year:
            data = data.copy()
            data.setlist("year", [str(path_year)])
        super().__init__(data, queryset, request=request, prefix=prefix)

    @cached_property
    def chosen(self):
        """The values in force by facet, and the years."""
        self.form.is_valid()
        return {name: self.form.cleaned_data[name] for name in ("year", *self.FACETS)}

    @property
    def orders(self):
        return SORTS_TO_COME if self.chosen["when"] == [Event.When.TO_COME] else SORTS

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
        if facet == "institution" and not self.chosen[facet]:
            return {}  # of hundreds: their own pages lead here
        others = {name: values for name, values in self.chosen.items() if name != facet}
        return self.tally.counts(facet, self.tally.select(others, self._found))

    def count_of(self, chosen, words):
        return self.tally.select(chosen, self._found if words else None).bit_count()

    def values_to_show(self, name, counts):
        """That a thing is not recorded is a choice only where it means something, or is in force; institutions only if they are."""
        if name == "institution":
            return {value: counts.get(value, 0) for value in self.chosen[name]}
        if name != "programme" and tally.NONE not in self.chosen[name]:
            counts.pop(tally.NONE, None)
        return counts

    def every_value(self, name):
        """All but institutions, of which there are hundreds, and that a thing is not recorded."""
        if name == "institution":
            return ()
        return [value for value in super().every_value(name) if value != tally.NONE or name == "programme"]

    def label(self, name, value):
        return self.tally.name(name, value)

    def label_as_html(self, name, value):
        return self.tally.label(name, value, self.language)

    def url(self, pairs, name=None):
        """The address of a list; exactly one year stands in its path."""
        years = [value for key, value in pairs if key == "year"]
        if len(years) == 1 and name is None:
            return reverse("events:year", args=years) + query_string([pair for pair in pairs if pair[0] != "year"])
        return super().url(pairs, name)

    @cached_property
    def strip(self):
        rest = query_string([pair for pair in self.pairs() if pair[0] != "year"])
        others = self.chosen | {"year": []}
        counts = self.tally.count_by_year(self.tally.select(others, self._found))
        base = reverse("events:event-list")
        chosen = {int(year) for year in self.chosen["year"]}
        return year_strip(self.tally.years, counts, lambda year: f"{base}{year}/{rest}", chosen)

    @property
    def calendar_url(self):
        return self.url(self.pairs(sort=False), "events:calendar")

    @property
    def feed_url(self):
        return self.url(self.pairs(sort=False), "events:feed")

    @property
    def table_url(self):
        return self.url(self.pairs(), "events:table")
