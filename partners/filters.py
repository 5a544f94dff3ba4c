"""What a reader may ask of the institutions."""

from functools import cached_property

import django_filters
from django.utils.translation import gettext_lazy as _

from classifications.facets import FacetFilter, WordsFilter, left_out
from classifications.models import Country
from partners.models import Institution


class InstitutionFilter(django_filters.FilterSet):
    q = WordsFilter()
    kind = FacetFilter(_("Kind"), word="of_kinds", known=lambda: Institution.Kind.values)
    country = FacetFilter(
        _("Country"), word="in_countries", known=lambda: set(Country.objects.values_list("iso2", flat=True))
    )

    class Meta:
        model = Institution
        fields = []

    @cached_property
    def left_out(self):
        """What the reader asked for and nothing is known of."""
        return left_out(self.form)
