"""What interests are matched by."""

from django.db import migrations

# The choices of an interest as "kind/facet:value".
FACTS = """
CREATE FUNCTION interest_facts(kind text, choices jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ARRAY(
    SELECT kind || '/' || facet.key || ':' || one
    FROM jsonb_each(choices) AS facet, jsonb_array_elements_text(facet.value) AS one ORDER BY 1)
$$
"""

# The same as a query over the facts of an announcement: in each facet one of the values; of all kinds of news this one.
ASKS = """
CREATE FUNCTION interest_asks(kind text, choices jsonb) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(one_of, ' & '), quote_literal(kind))::tsquery FROM (
    SELECT '(' || string_agg(quote_literal(kind || '/' || facet.key || ':' || one), ' | ') || ')' AS one_of
    FROM jsonb_each(choices) AS facet, jsonb_array_elements_text(facet.value) AS one GROUP BY facet.key) AS facets
$$
"""

# The values of the facet that leaves least, by which an index finds the few interests that may fit: any of them is a fact of
# whatever the interest fits. An interest without choices is found by its kind.
ANCHORS = """
CREATE FUNCTION interest_anchors(kind text, choices jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce((
    SELECT ARRAY(SELECT kind || '/' || facet || ':' || value FROM jsonb_array_elements_text(choices -> facet) AS value)
    FROM unnest(ARRAY['programme', 'sector', 'country', 'provider', 'beneficiary', 'venue', 'month', 'year', 'theme',
      'language', 'group', 'wanted', 'open_to', 'covered', 'kind', 'network', 'mode', 'part', 'rung']) WITH ORDINALITY AS f (facet, place)
    WHERE choices ? facet ORDER BY place LIMIT 1), ARRAY[kind])
$$
"""

# As `SearchableQuerySet.search` asks it of a row: every word in one of the texts, as a part of its folded form or by its stem.
WORDS = """
CREATE FUNCTION words_occur(words text, keys text[], stems text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT NOT EXISTS (
    SELECT FROM unnest(string_to_array(words, ' ')) AS word
    WHERE NOT EXISTS (
      SELECT FROM unnest(keys, stems) AS said (key, stem)
      WHERE strpos(key, public.fold_text(word)) > 0 OR stem::tsvector @@ public.search_query(word)))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("classifications", "0003_quicker_folding")]

    operations = [
        migrations.RunSQL(FACTS, "DROP FUNCTION interest_facts(text, jsonb)"),
        migrations.RunSQL(ASKS, "DROP FUNCTION interest_asks(text, jsonb)"),
        migrations.RunSQL(ANCHORS, "DROP FUNCTION interest_anchors(text, jsonb)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION words_occur(text, text[], text[])"),
    ]
