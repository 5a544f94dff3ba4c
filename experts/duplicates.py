"""Which records of experts look like one and the same person.

Two do where their names are equal once folded (case, accents, forms of Arabic letters apart), in either script, or where
their e-mail addresses are, but for what stands behind a plus sign. What the Centre said is not the same is not asked again.
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from experts.models import Apart, Expert
from experts.readers import Kind, Reader

MOST = 100  # pairs shown at once, those recorded last first
COUNTED = "experts.duplicates"
NAME, EMAIL = _("the same name"), _("the same e-mail address")

_PAIRS = """
WITH known AS MATERIALIZED (
  SELECT e.id, nullif(fold_text(e.name), '') AS name, nullif(fold_text(e.name_ar), '') AS name_ar,
    regexp_replace(lower(u.email), '[+][^@]*@', '@') AS email
  FROM experts_expert e JOIN accounts_user u ON u.id = e.user_id
  WHERE e.is_kept AND e.status NOT IN ('declined', 'withdrawn')),
alike AS (
  SELECT a.id AS one, b.id AS other, 'name' AS by FROM known a JOIN known b ON b.name = a.name AND b.id > a.id
  UNION SELECT a.id, b.id, 'name' FROM known a JOIN known b ON b.name_ar = a.name_ar AND b.id > a.id
  UNION SELECT a.id, b.id, 'email' FROM known a JOIN known b ON b.email = a.email AND b.id > a.id)
SELECT one, other, array_agg(DISTINCT by) FROM alike
WHERE NOT EXISTS (SELECT 1 FROM experts_apart said WHERE said.one_id = alike.one AND said.other_id = alike.other)
GROUP BY one, other ORDER BY other DESC, one LIMIT %s
"""


@dataclass
class Pair:
    """Two experts who look like one, the one recorded first before the other, and why."""

    one: Expert
    other: Expert
    reasons: list


def pairs():
    """All such pairs, at most `MOST`."""
    found = _found()
    experts = Expert.objects.readable_as(Reader(Kind.STAFF)).for_listing()
    experts = experts.in_bulk({key for one, other, _by in found for key in (one, other)})
    return [
        Pair(experts[one], experts[other], [EMAIL if each == "email" else NAME for each in by])
        for one, other, by in found
        if one in experts and other in experts
    ]


def count():
    """How many pairs there were some minutes ago, at most `MOST`: all names are compared for it."""
    return cache.get_or_set(COUNTED, lambda: len(_found()), 600)


def _found():
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [MOST])
        return cursor.fetchall()


def part(one, other, by):
    """Remember that two records are of two people."""
    first, second = sorted([one, other], key=lambda each: each.pk)
    Apart.objects.get_or_create(one=first, other=second, defaults={"by": by})
    cache.delete(COUNTED)
