"""The small parts that rows and pages of opportunities show in the middle of a line."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from classifications.written import marked, number

register = template.Library()


@register.simple_tag
def opportunity_place(opportunity):
    """Where it is held, in the page's language; a country where the city is not known."""
    if opportunity.is_online:
        return opportunity.get_mode_display()
    comma = pgettext("between city and country", ", ")
    parts = [marked(part) for part in (opportunity.place, opportunity.institution.country.name) if part]
    place = mark_safe(conditional_escape(comma).join(parts))  # noqa: S308  `marked` escapes
    return format_html("{} ({})", place, opportunity.get_mode_display()) if opportunity.mode == "hybrid" else place


@register.filter
def days_left(count):
    """How long one can still apply, from the number of days after today."""
    if count == 0:
        return gettext("Today is the last day to apply")
    return ngettext("%(n)s day left to apply", "%(n)s days left to apply", count) % {"n": number(count)}


@register.filter
def several(names):
    """Names one after another, as the language parts them."""
    return pgettext("between names in a list", ", ").join(str(name) for name in names)
