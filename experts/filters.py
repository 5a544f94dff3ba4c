"""What a reader may ask of a roster, and what a list shows of it."""

from django.db.models import Case, CharField, F, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classifications.facets import CountedFacet, SortFilter, WordsFilter, query_string
from classifications.lists import CountedFilter
from classifications.models import Country
from experts.models import Expert
from experts.models.expert import years_band


def _spoken_from(level):
    """The language of a row of `languages` that reaches a level."""
    return Case(When(languages__level__gte=level, then=F("languages__language__code")), output_field=CharField())


class ExpertFilter(CountedFilter):
    """The filters of one roster, given as `roster`; the queryset is that of the experts the reader may see on it."""

    FACETS = ["theme", "sector", "working", "fluent", "group", "nationality", "residence", "years", "degree"]
    SORTS = {
        "fresh": (_("Last confirmed"), "freshest_first"),
        "experience": (_("Experience"), "most_experienced_first"),
        "name": (_("Name"), "by_name"),
    }

    q = WordsFilter()
    theme = CountedFacet(_("Theme"), word="under_themes", named="theme", paths="sectors__theme__slug", repeats=True)
    sector = CountedFacet(_("Sector"), word="in_sectors", named="sector", paths="sectors__slug")
    working = CountedFacet(
        _("Works in (B2 or above)"), word="working_in", named="language", paths=lambda: _spoken_from(4)
    )
    fluent = CountedFacet(
        _("Fluent in (C1 or above)"), word="fluent_in", named="language", paths=lambda: _spoken_from(5)
    )
    group = CountedFacet(_("OIC group"), word="in_groups", choices=Country.OICGroup, paths="nationality__oic_group")
    nationality = CountedFacet(_("Nationality"), word="of_nations", named="country", paths="nationality__iso2")
    residence = CountedFacet(_("Lives in"), word="living_in", named="country", paths="residence__iso2")
    years = CountedFacet(_("Experience"), word="with_years", choices=Expert.Years, paths=years_band)
    degree = CountedFacet(_("Highest degree"), word="with_degrees", choices=Expert.Degree, paths="degree")
    sort = SortFilter(SORTS)

    class Meta:
        model = Expert
        fields = []

    def __init__(self, *args, roster, **kwargs):
        super().__init__(*args, **kwargs)
        self.roster = roster

    def url(self, pairs, name=None):
        return reverse("experts:roster", args=[self.roster.slug]) + query_string(pairs)
