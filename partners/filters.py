"""What a reader may ask of the institutions, and what a list shows of it."""

from django.db.models import Case, CharField, Value, When
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from classifications.facets import CountedFacet, WordsFilter
from classifications.lists import CountedFilter
from classifications.models import Country
from partners.models import Institution, Verification
from partners.models.institution import verification_on


def _part(value, column):
    """The value where an institution takes part in this way."""
    return Case(When(**{column: True}, then=Value(value)), output_field=CharField())


class InstitutionFilter(CountedFilter):
    """The filters of the partner search and of its map."""

    LIST = "partners:search"
    FACETS = ["part", "theme", "sector", "group", "country", "kind", "language", "rung"]

    q = WordsFilter()
    part = CountedFacet(
        _("Takes part"), word="taking_part", choices=Institution.Part,
        paths=[_part(Institution.Part.OFFERS, "offers_any"), _part(Institution.Part.SEEKS, "seeks_any")],
    )  # fmt: skip
    theme = CountedFacet(_("Theme"), word="under_themes", named="theme", paths="sectors__theme__slug", repeats=True)
    sector = CountedFacet(_("Sector"), word="in_sectors", named="sector", paths="sectors__slug")
    group = CountedFacet(_("OIC group"), word="in_groups", choices=Country.OICGroup, paths="country__oic_group")
    country = CountedFacet(_("Country"), word="in_countries", named="country", paths="country__iso2")
    kind = CountedFacet(_("Kind"), word="of_kinds", choices=Institution.Kind, paths="kind")
    language = CountedFacet(_("Working language"), word="working_in", named="language", paths="languages__code")
    rung = CountedFacet(
        _("Verification"), word="on_rungs", choices=Verification, paths=lambda: verification_on(localdate())
    )

    class Meta:
        model = Institution
        fields = []

    @property
    def map_url(self):
        return self.url(self.pairs(), "partners:map")
