"""The parts that show institutions."""

from django import template

from partners import rows

register = template.Library()


@register.simple_tag
def institution_rows(institutions):
    """The rows of a list of institutions."""
    return rows.draw(institutions)
