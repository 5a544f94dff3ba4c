"""Small worlds of rows, made at random for properties that have to hold in all of them."""

from contextlib import contextmanager

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from experts.models import ExpertLanguage
from experts.models.linked import Level
from tests.factories import LanguageFactory

PROPERTY = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@contextmanager
def undone():
    """Take back what is done within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def people(least=2, most=5, **facts):
    """Give facts of several, each with a strategy of its own: most of them differ from the first in little, or in nothing."""
    little = st.lists(st.fixed_dictionaries({}, optional=facts), min_size=least - 1, max_size=most - 1)
    return st.builds(
        lambda one, changes: [one, *(one | each for each in changes)], st.fixed_dictionaries(facts), little
    )


def level_in_words(level):
    """As reasons tell how well a language is spoken, after its name."""
    return "(first language)" if level == Level.NATIVE else Level(level).label


def link(expert, facts, sectors, ordered=sorted):
    """Write all anew that is linked to an expert, each kind in the order that `ordered` gives it; `sectors` are rows by name."""
    expert.sectors.clear()
    for name in ordered(facts["sectors"]):
        expert.sectors.add(sectors[name])
    expert.languages.all().delete()
    for code, level in ordered(facts["speaks"].items()):
        ExpertLanguage.objects.create(expert=expert, language=LanguageFactory(code=code), level=level)
    expert.periods.all().delete()
    for first, last in ordered(facts["free"]):
        expert.periods.create(starts_on=first, until=last)
