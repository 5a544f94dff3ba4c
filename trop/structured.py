"""An opportunity as search engines read it (schema.org)."""

from django.conf import settings

from trop.models import TrainingOpportunity

MODE = {
    TrainingOpportunity.Mode.IN_PERSON: "Onsite",
    TrainingOpportunity.Mode.ONLINE: "Online",
    TrainingOpportunity.Mode.HYBRID: "Blended",
}


def opportunity_as_linked_data(opportunity):
    """Give the opportunity as a dict for JSON-LD: a course with the one time it is held."""
    institution = opportunity.institution
    held = {
        "@type": "CourseInstance",
        "courseMode": MODE[opportunity.mode],
        "startDate": opportunity.starts_on.isoformat(),
        "endDate": opportunity.ends_on.isoformat(),
        "inLanguage": [language.code for language in opportunity.languages.all()],
        "courseSchedule": {
            "@type": "Schedule",
            "duration": f"P{opportunity.day_count}D",
            "repeatCount": 1,
            "repeatFrequency": "Daily",
            "startDate": opportunity.starts_on.isoformat(),
            "endDate": opportunity.ends_on.isoformat(),
        },
    }
    if not opportunity.is_online:
        address = {"@type": "PostalAddress", "addressCountry": institution.country.iso2}
        if opportunity.place:
            address["addressLocality"] = opportunity.place
        held["location"] = {"@type": "Place", "address": address}
    if opportunity.seats:
        held["maximumAttendeeCapacity"] = opportunity.seats
    # The cost is told in the institution's own words: neither a sum nor a currency can be read out of them.
    offer = {"@type": "Offer", "url": settings.PORTAL_URL + opportunity.get_absolute_url()}
    if opportunity.is_open:
        offer["availabilityEnds"] = opportunity.apply_by.isoformat()
    if "tuition" in opportunity.covered:
        offer["category"] = "Free"
    if opportunity.cost:
        offer["description"] = opportunity.cost
    return {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": opportunity.title,
        "description": opportunity.summary,
        "url": settings.PORTAL_URL + opportunity.get_absolute_url(),
        "inLanguage": opportunity.written_in,
        "educationalLevel": opportunity.get_level_display(),
        "provider": {
            "@type": "Organization",
            "name": institution.name,
            "url": settings.PORTAL_URL + institution.get_absolute_url(),
        },
        "hasCourseInstance": held,
        "offers": offer,
    }
