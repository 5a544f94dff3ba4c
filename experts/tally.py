"""Counting and finding experts among a million: exact counts of every value of every facet, in one query.

For each label there is a bitmap with a bit for each expert, cut into chunks. What is asked for is ANDs and ORs of bitmaps;
how many experts have a further label is the number of bits that one more AND leaves. The bitmaps are made by a task, some
minutes after a change; whoever changed since is masked out of them and counted row by row. So a count is exact at any
moment, and as dear for a million experts who fit as for ten.

A bitmap is drawn as text: between the ones of two keys stand as many zeros as there are keys between them. It is read the
same way: cut at its ones, the lengths of the pieces tell the keys.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from experts.models.finding import CHUNK, Mark
from experts.questions import Among, Masks

CHANGED = Among("changed", "SELECT expert_id FROM experts_findable WHERE NOT is_counted")
FOLDING = 4_096_002  # the number of the lock under which bitmaps are made

_DRAWN = f"""
SELECT label, chunk, rpad(string_agg(repeat('0', gap) || '1', '' ORDER BY place), {CHUNK}, '0')::varbit AS bits
FROM (SELECT label, key / {CHUNK} AS chunk, mod(key, {CHUNK}) AS place,
        (mod(key, {CHUNK}) - coalesce(lag(mod(key, {CHUNK})) OVER (PARTITION BY label, key / {CHUNK} ORDER BY key), -1) - 1)::int
          AS gap
      FROM ((PAIRS)) AS pairs (label, key)) AS places
GROUP BY label, chunk
"""  # noqa: S608  a constant


@dataclass
class Counting:
    """Numbers to be counted under a condition: how many experts have each of some labels, or how many there are."""

    name: str
    condition: object
    labels: tuple = ()  # none: the experts themselves

    def in_bitmaps(self, column):
        if not self.labels:
            return f"SELECT '{self.name}', 0, sum(bit_count({column})) FROM asked"  # noqa: S608
        return (  # the OFFSET has each label looked up: to the planner it is as well to read all bitmaps that there are
            f"SELECT '{self.name}', label, n FROM unnest('{{{_listed(self.labels)}}}'::int[]) AS wanted (label), LATERAL ("  # noqa: S608
            f" SELECT sum(bit_count(bits & {column})) AS n FROM experts_tally JOIN asked USING (chunk)"
            " WHERE experts_tally.label = wanted.label OFFSET 0) AS counted"
        )

    def in_rows(self, column):
        """The same of those who changed since the bitmaps were made."""
        if not self.labels:
            return f"SELECT '{self.name}', 0, count(*) FROM apart WHERE {column}"  # noqa: S608
        return (
            f"SELECT '{self.name}', label, count(*) FROM apart, unnest(labels) label"  # noqa: S608
            f" WHERE {column} AND label = ANY('{{{_listed(self.labels)}}}'::int[]) GROUP BY label"
        )


@dataclass
class Keys:
    """The experts themselves under a condition, each counted under their key; some at most where they are more than `most`."""

    name: str
    condition: object
    most: int

    def in_bitmaps(self, column):
        few = f"(SELECT sum(bit_count({column})) FROM asked) <= {int(self.most)}"  # noqa: S608  our own name and number
        return (
            f"SELECT '{self.name}', chunk::bigint * {CHUNK} + place, 1 FROM ("  # noqa: S608
            f" SELECT chunk, sum(octet_length(zeros) + 1) OVER (PARTITION BY chunk ORDER BY nth) - 1 AS place"
            f" FROM asked, string_to_table({column}::text, '1') WITH ORDINALITY AS pieces (zeros, nth) WHERE {few}) AS places"
            f" WHERE place < {CHUNK}"
        )

    def in_rows(self, column):
        return f"(SELECT '{self.name}', expert_id, 1 FROM apart WHERE {column} LIMIT {int(self.most) + 1})"  # noqa: S608


def count(countings):
    """Count in one query: give a dict from name to the number of experts under each label (0: of all who fit)."""
    conditions = list(dict.fromkeys(each.condition for each in countings))
    begun, params = _asked(conditions)
    parts = []
    for each in countings:
        column = f"c{conditions.index(each.condition)}"
        parts += [each.in_bitmaps(column), each.in_rows(column)]
    counted = {each.name: {} for each in countings}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {begun} SELECT name, label, sum(n)::bigint FROM ({' UNION ALL '.join(parts)}) AS parts (name, label, n)"  # noqa: S608
            " GROUP BY name, label HAVING sum(n) > 0",
            params,
        )
        for name, label, number in cursor:
            counted[name][label] = number
    return counted


def walk(condition, order, parts, first, last):
    """Give the keys of those under a condition from place `first` to `last` of an order that an index has.

    The index alone is gone through, and of each expert in it one bit is looked up, until enough are found. `parts` come one
    after the other: triples of SQL of a further condition, its parameters, and how many are needed of the part. That and
    `order` are of `renewed_on`, `first_year` and `expert_id`.
    """
    begun, params = _asked([condition])
    columns = "expert_id, renewed_on, first_year FROM experts_findable f"
    bits = (  # made once; to look for the row of a chunk among the others would take most of the time
        "(ARRAY(SELECT c0 FROM generate_series(0, (SELECT max(chunk) FROM asked)) AS chunk"  # noqa: S608  a constant
        f" LEFT JOIN asked USING (chunk) ORDER BY chunk))[(f.expert_id / {CHUNK} + 1)::int]"
    )
    among = [
        f"{columns} WHERE get_bit({bits}, mod(f.expert_id, {CHUNK})::int) = 1",
        f"{columns} WHERE expert_id IN (SELECT expert_id FROM apart WHERE c0)",  # noqa: S608  our own pieces
    ]
    walks = []
    for number, (within, own, needed) in enumerate(parts):
        for rows in among:
            walks.append(f"(SELECT {number} AS part, {rows} AND {within} ORDER BY {order} LIMIT {int(needed)})")
            params = [*params, *own]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {begun} SELECT expert_id FROM ({' UNION ALL '.join(walks)}) AS found"  # noqa: S608  our own pieces
            f" ORDER BY part, {order} LIMIT {int(last - first)} OFFSET {int(first)}",
            params,
        )
        return [key for (key,) in cursor]


def _named(sets):
    params = [each for one in sets for each in one.params]
    return ", ".join(f"{one.name} AS MATERIALIZED ({one.sql})" for one in sets), params


def _asked(conditions):
    """The first part of a query, with its parameters.

    `asked` holds a bitmap for each condition (c0, c1, …) of each chunk; `apart` holds whoever has changed since, with the same
    columns, which there say whether the condition holds.
    """
    masks = Masks()
    changed = CHANGED.bits(masks)
    under = ", ".join(f"{condition.bits(masks)} & ~{changed} AS c{n}" for n, condition in enumerate(conditions))
    sets, params = _named(masks.sets.values())
    pairs = " UNION ALL ".join(f"SELECT {n}, expert_id FROM {one.name}" for n, one in masks.sets.items())  # noqa: S608
    columns = ", ".join(
        f"coalesce(bit_or(bits) FILTER (WHERE label IN ({_listed(labels)})), nobody) AS {name}"
        for name, labels in masks.columns.items()
    )
    worked = "".join(f", {sql} AS {name}" for name, sql in masks.worked.values())
    rows = [condition.rows() for condition in conditions]
    holds = ", ".join(f"{sql} AS c{n}" for n, (sql, _own) in enumerate(rows))
    params = [*params, *(each for _sql, own in rows for each in own)]
    needed = _listed({label for labels in masks.columns.values() for label in labels if label > 0})
    known = (
        f"SELECT label, bits FROM experts_tally WHERE chunk = each.chunk AND label IN ({needed})"  # noqa: S608  our own numbers
        " UNION ALL SELECT label, bits FROM drawn WHERE chunk = each.chunk"
    )
    of_chunks = (  # whoever has any label is listed, so there are no other chunks
        f"SELECT each.chunk, masks.* FROM (SELECT repeat('0', {CHUNK})::varbit AS nobody OFFSET 0) AS none,"  # noqa: S608
        f" experts_tally AS each, LATERAL (SELECT {columns} FROM ({known}) AS known) AS masks WHERE each.label = {Mark.LISTED}"
    )
    return (  # the OFFSETs have each bitmap worked out once
        f"{sets}, drawn AS MATERIALIZED ({_DRAWN.replace('(PAIRS)', pairs)}),"  # noqa: S608  our own numbers and names
        f" asked AS MATERIALIZED (SELECT chunk, {under} FROM (SELECT *{worked} FROM ({of_chunks} OFFSET 0) AS m OFFSET 0) AS w),"
        f" apart AS MATERIALIZED (SELECT expert_id, labels, {holds} FROM experts_findable f WHERE NOT is_counted)"
    ), params


def _listed(labels):
    return ", ".join(str(int(label)) for label in sorted(labels))


@transaction.atomic
def fold():
    """Put into the bitmaps whatever changed since they were made; give in how many chunks something had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDING])
        cursor.execute(f"SELECT DISTINCT expert_id / {CHUNK} FROM experts_findable WHERE NOT is_counted ORDER BY 1")  # noqa: S608
        chunks = [chunk for (chunk,) in cursor.fetchall()]
        for chunk in chunks:
            cursor.execute(_FOLD, {"chunk": chunk, "first": chunk * CHUNK, "last": (chunk + 1) * CHUNK - 1})
    return len(chunks)


# The rows are locked first: who changes one meanwhile waits, and marks it again.
_FOLD = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS experts_folding (key bigint, labels int[]) ON COMMIT DROP;
TRUNCATE experts_folding;
INSERT INTO experts_folding SELECT expert_id, labels FROM experts_findable
  WHERE NOT is_counted AND expert_id BETWEEN %(first)s AND %(last)s ORDER BY expert_id FOR UPDATE;
WITH gone AS (SELECT bits FROM ({_DRAWN.replace("(PAIRS)", "SELECT 0, key FROM experts_folding")}) AS drawn),
  new AS ({_DRAWN.replace("(PAIRS)", "SELECT label, key FROM experts_folding, unnest(labels) label")}),
  old AS (SELECT label, bits FROM experts_tally WHERE chunk = %(chunk)s),
  both_of AS (SELECT label, old.bits AS was, coalesce(old.bits & ~gone.bits, new.bits) AS kept, new.bits AS come
    FROM old FULL JOIN new USING (label) CROSS JOIN gone)
INSERT INTO experts_tally (label, chunk, bits)
  SELECT label, %(chunk)s, coalesce(kept | come, kept) FROM both_of
  WHERE was IS DISTINCT FROM coalesce(kept | come, kept)
  ON CONFLICT (label, chunk) DO UPDATE SET bits = EXCLUDED.bits;
UPDATE experts_findable SET is_counted = true WHERE expert_id IN (SELECT key FROM experts_folding);
DELETE FROM experts_findable f USING experts_folding WHERE expert_id = key
  AND NOT EXISTS (SELECT 1 FROM experts_expert e WHERE e.id = f.expert_id);
"""  # noqa: S608  constants
