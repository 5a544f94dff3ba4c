"""What a reader may ask of the training opportunities, and what a list shows of it."""

from datetime import date
from functools import cached_property

from django.db.models import CharField, F, Func
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from classifications.facets import SHOWN_AT_ONCE, CountedFacet, Facet, OpenToFacet, SortFilter, WordsFilter
from classifications.lists import CountedFilter
from classifications.models import Country
from classifications.written import month
from trop.models import TrainingOpportunity
from trop.models.states import Period, month_of, period_on

SORTS = {
    "closing": (_("Closing first"), "closing_first"),
    "starting": (_("Starting first"), "starting_first"),
    "newest": (_("Newest first"), "newest_first"),
}


class PeriodFacet(CountedFacet):
    """Open or past; open unless a reader asks otherwise."""

    def filter(self, queryset, chosen):
        return super().filter(queryset, chosen or [Period.OPEN])


class Months:
    """The months that an address may name, such as "2027-03"."""

    def __contains__(self, value):
        try:
            return first_day(value).isoformat() == f"{value}-01"
        except ValueError:
            return False


def first_day(value):
    return date.fromisoformat(f"{value}-01")


class MonthFacet(CountedFacet):
    """The month of the first day."""

    def __init__(self, legend, **kwargs):
        super().__init__(legend, paths=month_of("starts_on"), **kwargs)
        self.extra["known"] = Months


class OpportunityFilter(CountedFilter):
    """The filters of every list, feed and calendar of opportunities."""

    SORTS = SORTS
    LIST = "trop:opportunity-list"
    FACETS = [
        "when",
        "theme",
        "sector",
        "category",
        "group",
        "country",
        "open_to",
        "language",
        "mode",
        "month",
        "covered",
    ]

    q = WordsFilter()
    when = PeriodFacet(_("When"), word="in_periods", choices=Period, paths=lambda: period_on(localdate()))
    theme = CountedFacet(
        _("Theme"),
        word="under_themes",
        named="theme",
        paths="sectors__theme__slug",
        keyed="sectors__theme",
        repeats=True,
    )
    sector = CountedFacet(
        _("Sector"), word="in_sectors", named="sector", paths="sectors__slug", keyed="sectors", many=True
    )
    category = CountedFacet(_("Category"), word="of_categories", choices=TrainingOpportunity.Category, paths="category")
    group = CountedFacet(
        _("Offered by the OIC group"),
        word="offered_by_groups",
        choices=Country.OICGroup,
        paths="institution__country__oic_group",
    )
    country = CountedFacet(
        _("Offered by a country"),
        word="offered_by",
        named="country",
        paths="institution__country__iso2",
        keyed="institution__country",
    )
    open_to = OpenToFacet(_("Open to applicants from"), word="open_to_countries", path="open_to__iso2")
    language = CountedFacet(
        _("Language of teaching"),
        word="taught_in",
        named="language",
        paths="languages__code",
        keyed="languages",
        many=True,
    )
    mode = CountedFacet(_("How"), word="in_modes", choices=TrainingOpportunity.Mode, paths="mode")
    month = MonthFacet(_("Month"), word="starting_in")
    covered = CountedFacet(
        _("Costs covered"), word="covering", choices=TrainingOpportunity.Cost,
        paths=lambda: Func(F("covered"), function="unnest", output_field=CharField()), many=True,
    )  # fmt: skip
    sort = SortFilter(SORTS)

    class Meta:
        model = TrainingOpportunity
        fields = []

    def label(self, name, value):
        return month(first_day(value)) if name == "month" else super().label(name, value)

    @cached_property
    def facets(self):
        """All but the switch between open and past, which stands over the list."""
        return [facet for name in self.FACETS if name != "when" and (facet := self._facet(name))]

    def _facet(self, name, also=()):
        facet = super()._facet(name, also)
        if facet and name == "month":  # in the order of the calendar
            months = sorted([*facet.shown, *facet.folded], key=lambda tick: tick.value)
            shown = SHOWN_AT_ONCE if len(months) > SHOWN_AT_ONCE + 2 else len(months)
            facet = Facet(name, facet.legend, months[:shown], months[shown:])
        return facet

    @cached_property
    def periods(self):
        """The switch between open and past: label, number, address, and whether it is in force."""
        others = [pair for pair in self.pairs() if pair[0] != "when"]
        now_shown = self.chosen["when"] or [Period.OPEN]
        counts = self.counts("when")
        return [
            (
                period.label,
                counts.get(period, 0),
                self.url(others if period == Period.OPEN else [*others, ("when", period.value)]),
                now_shown == [period],
            )
            for period in Period
        ]

    @property
    def is_past(self):
        return self.chosen["when"] == [Period.PAST]

    @property
    def calendar_url(self):
        return self.url(self.pairs(sort=False), "trop:calendar")

    @property
    def feed_url(self):
        return self.url(self.pairs(sort=False), "trop:feed")
