"""The parts that show events."""

from django import template
from django.utils.safestring import mark_safe

from classifications.written import page_language
from events import rows

register = template.Library()


@register.simple_tag
def event_rows(events):
    """The rows of a list of events."""
    return rows.draw(events)


@register.simple_tag
def event_place(event):
    """Where an event is held."""
    return mark_safe(rows.place(event, page_language()))  # noqa: S308  escaped there
