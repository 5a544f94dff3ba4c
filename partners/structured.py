"""Institutions as linked data (schema.org), for search engines and programs."""

from django.conf import settings


def institution_as_linked_data(institution):
    """What schema.org calls an Organization, in the page's language where there is a name in it."""
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": institution.name,
        "url": settings.PORTAL_URL + institution.get_absolute_url(),
        "address": {"@type": "PostalAddress", "addressCountry": institution.country.iso2},
    }
    names = {institution.name_en, institution.name_fr, institution.name_ar, institution.acronym}
    others = sorted(names - {"", institution.name})
    if others:
        data["alternateName"] = others
    if institution.place:
        data["address"]["addressLocality"] = institution.place
    if institution.website:
        data["sameAs"] = [institution.website]
    if institution.founded:
        data["foundingDate"] = str(institution.founded)
    return data
