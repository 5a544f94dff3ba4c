"""Institutions as a part of addresses, also under the names that they bore before they were merged.

Addresses of institutions are marked in `urls.py` by the converter: `<institution:slug>`. Where such a page answers that there
is nothing, `classifications.addresses.lead_on` leads to the one that is meant.
"""

from django.urls import register_converter

from classifications.addresses import Named
from partners.models import FormerAddress, Institution


class InstitutionConverter(Named):
    """The address of an institution that the reader may see, as a part of others."""

    def records(self, user, **others):
        return Institution.objects.listed() | Institution.objects.represented_by(user)

    def meant(self, written, user, **others):
        if present := super().meant(written, user, **others):
            return present
        visible = self.records(user).order_by().values("pk")
        former = FormerAddress.objects.filter(institution__in=visible, slug__iexact=written)
        return former.values_list("institution__slug", flat=True).first()


register_converter(InstitutionConverter, "institution")
