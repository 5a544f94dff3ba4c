"""The parts that show experts."""

from django import template

from experts import rows

register = template.Library()


@register.simple_tag
def expert_rows(found, may_choose):
    """The rows of a list of experts."""
    return rows.draw(found, may_choose=may_choose)
