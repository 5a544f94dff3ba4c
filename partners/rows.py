"""One line of a list of institutions, as HTML.

Drawn in Python and not by a template, as the lines of events are, for the same reason: a list has 25 of them
(`script/bench partners`). This is the only place that knows the markup of the part; its look and its classes are in the style
guide ("Result row").
"""

from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, override, pgettext

from classifications.written import marked, page_language
from partners.models import Institution, Verification


@lru_cache
def _words(language):
    """The words of a row in one language; they do not change while the portal runs."""
    with override(language):
        return {
            "partners": reverse("partners:institution-list"),
            "kind": {kind.value: escape(kind.label) for kind in Institution.Kind},
            "rung": {level: escape(level.label) for level in Verification},
            "acronym": '<span><bdi lang="en">{}</bdi></span> ' if language == "ar" else "<span>{}</span> ",
            "in a place": escape(pgettext("between city and country", ", ")),
            "sample": escape(gettext("Sample")),
            "offers": escape(gettext("Offers training or expertise")),
            "seeks": escape(gettext("Looks for training or expertise")),
        }


def draw(institutions):
    """Draw the rows of institutions as `for_listing` reads them."""
    words = _words(page_language())
    return mark_safe("\n".join(_row(each, words) for each in institutions))  # noqa: S308  every value is escaped


def _row(institution, words):
    acronym = words["acronym"].format(escape(institution.acronym)) if institution.acronym else ""
    place = f"{marked(institution.place)}{words['in a place']}" if institution.place else ""
    sample = f' <span class="badge badge-line">{words["sample"]}</span>' if institution.is_sample else ""
    return (
        f'<li class="row row-plain"><h3 class="row-title"><a href="{words["partners"]}{institution.slug}/">'
        f"{marked(institution.name)}</a></h3>"
        f'<p class="row-facts">{acronym}<span>{words["kind"][institution.kind]}</span> '
        f"<span>{place}{marked(institution.country.name)}</span>{sample}</p>"
        f"{_parts(institution, words)}{_state(institution, words)}</li>"
    )


def _parts(institution, words):
    offers = f"<span>{words['offers']}</span>" if institution.offers_any else ""
    seeks = f"<span>{words['seeks']}</span>" if institution.seeks_any else ""
    return f'<p class="row-facts">{" ".join(filter(None, [offers, seeks]))}</p>' if offers or seeks else ""


def _state(institution, words):
    level = institution.rung.level
    return (
        f'<p class="row-state"><span class="badge badge-green">{words["rung"][level]}</span></p>'
        if level != Verification.DECLARED
        else ""
    )
