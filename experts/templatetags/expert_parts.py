"""The parts that show experts."""

from django import template

from experts import rows
from experts.readers import Kind, Profile

register = template.Library()


@register.simple_tag
def expert_rows(found, may_choose):
    """The rows of a list of experts."""
    return rows.draw(found, may_choose=may_choose)


@register.simple_tag
def public_expert_rows(experts):
    """The rows of experts found by words alone, so that none has to say why it fits; of each, what everybody may read."""
    return rows.draw((Profile(expert, Kind.PUBLIC), ()) for expert in experts)
