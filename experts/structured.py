"""Experts as linked data (schema.org): what everybody may see of them, and nothing else."""

from django.conf import settings
from django.urls import reverse


def expert_as_linked_data(profile, roster):
    """What schema.org calls a Person, of an expert's public profile."""
    data = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": profile.name,
        "url": settings.PORTAL_URL + reverse("experts:expert", args=[roster.slug, profile.key]),
        "nationality": {"@type": "Country", "name": profile.nationality.name},
        "knowsAbout": [sector.name for sector in profile.sectors_by_name],
        "knowsLanguage": [each.language.code for each in profile.languages_by_level],
    }
    if profile.name_ar:
        data["alternateName"] = [profile.name_ar]
    if profile.employer_name:
        data["worksFor"] = {"@type": "Organization", "name": profile.employer_name}
    return data
