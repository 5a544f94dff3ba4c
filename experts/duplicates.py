"""Which records of experts look like one and the same person.

Two do where a name of the one, in either script, equals one of the other once folded (case, accents, forms of Arabic letters
apart), or where their e-mail addresses are equal but for what stands behind a plus sign. What the Centre said is not the same
is not asked again.
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from experts.models import Apart, Expert
from experts.readers import Kind, Reader

COUNTED = "experts.duplicates"
NAME, EMAIL = _("the same name"), _("the same e-mail address")

# Folding a name is dear: two indexes hold the folded ones (`Expert.Meta`), and are gone through without the rows. No two
# accounts have the same address, so one of those alike has a plus sign.
_PAIRS = """
WITH known AS NOT MATERIALIZED (
  SELECT id, user_id, name, name_ar FROM experts_expert WHERE is_kept AND status NOT IN ('declined', 'withdrawn')),
tagged AS (
  SELECT id, regexp_replace(lower(email), '[+][^@]*@', '@') AS email FROM accounts_user WHERE email LIKE '%%+%%'),
boxes AS (
  SELECT id, email FROM tagged
  UNION ALL SELECT id, lower(email) FROM accounts_user WHERE lower(email) IN (SELECT email FROM tagged)),
alike AS (
  SELECT array_agg(id) AS ids, 'name' AS by FROM known
    GROUP BY fold_text(name) HAVING count(*) > 1 AND fold_text(name) <> ''
  UNION ALL SELECT array_agg(id), 'name' FROM known WHERE name_ar <> ''
    GROUP BY fold_text(name_ar) HAVING count(*) > 1 AND fold_text(name_ar) <> ''
  UNION ALL SELECT ARRAY[one.id, other.id], 'name' FROM known one JOIN known other
    ON fold_text(one.name) = fold_text(other.name_ar) WHERE one.name ~ '[ء-ي]' AND other.name_ar <> ''
  UNION ALL SELECT array_agg(known.id), 'email' FROM known JOIN boxes ON boxes.id = user_id
    GROUP BY email HAVING count(*) > 1),
pairs AS (
  SELECT one, other, array_agg(DISTINCT by) AS reasons FROM alike, unnest(ids) one, unnest(ids) other
  WHERE one < other AND NOT EXISTS (SELECT 1 FROM experts_apart said WHERE said.one_id = one AND said.other_id = other)
  GROUP BY one, other)
"""


@dataclass
class Pair:
    """Two experts who look like one, the one recorded first before the other, and why."""

    one: Expert
    other: Expert
    reasons: list

    @property
    def both(self):
        return [self.one, self.other]


class Pairs:
    """All such pairs, those of one e-mail address and then those recorded last first; `Paginator` takes a part of them."""

    def count(self):
        return _ask("SELECT count(*) FROM pairs", [])[0][0]

    def __getitem__(self, part):
        order = "ORDER BY 'email' = ANY (reasons) DESC, other DESC, one LIMIT %s OFFSET %s"
        return _read(order, [part.stop - part.start, part.start])


def like(expert, most):
    """The records that look like one person with `expert`, some at most."""
    pairs = _read("WHERE %s IN (one, other) ORDER BY other DESC, one LIMIT %s", [expert.pk, most])
    return [pair.other if pair.one == expert else pair.one for pair in pairs]


def count():
    """How many pairs there were some minutes ago: all names are compared for it."""
    return cache.get_or_set(COUNTED, Pairs().count, 600)


def _read(which, params):
    found = _ask(f"SELECT one, other, reasons FROM pairs {which}", params)  # noqa: S608  our own pieces
    experts = Expert.objects.readable_as(Reader(Kind.STAFF)).for_listing()
    experts = experts.in_bulk({key for one, other, _by in found for key in (one, other)})
    return [
        Pair(experts[one], experts[other], [EMAIL if each == "email" else NAME for each in by])
        for one, other, by in found
        if one in experts and other in experts
    ]


def _ask(question, params):
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS + question, params)
        return cursor.fetchall()


def part(one, other, by):
    """Remember that two records are of two people."""
    first, second = sorted([one, other], key=lambda each: each.pk)
    Apart.objects.get_or_create(one=first, other=second, defaults={"by": by})
    cache.delete(COUNTED)
