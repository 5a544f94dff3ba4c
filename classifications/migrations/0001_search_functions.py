"""What search stands on: see `classifications/search.py` for what folding is for."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Immutable, so that generated columns and indexes may use it. `unaccent` is only declared stable because its dictionary
# could be edited; ours is not. Order: Arabic letters and digits, Latin accents, case, then everything that is neither
# letter nor digit becomes a space, apostrophes nothing («N'Djamena» is one word).
FOLD_TEXT = """
CREATE FUNCTION fold_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    lower(public.unaccent('public.unaccent'::regdictionary, translate(
      regexp_replace(normalize(value, NFKC), '[ـ\\u064B-\\u065F\\u0670''’ʼ`]', '', 'g'),
      'أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹İı', 'اااايهوي01234567890123456789ii'))),
    '[^[:alnum:]]+', ' ', 'g'))
$$
"""

# Functions name each other with their schema, because a dump is restored under an empty search path.
# One vector holds the stems of all three languages, since a list holds titles in all three.
STEMS_OF = """
CREATE FUNCTION stems_of(folded text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.english', folded) || to_tsvector('pg_catalog.french', folded)
      || to_tsvector('pg_catalog.arabic', folded)
$$
"""

SEARCH_VECTOR = """
CREATE FUNCTION search_vector(value text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT public.stems_of(public.fold_text(value)) $$
"""

SEARCH_QUERY = """
CREATE FUNCTION search_query(word text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT plainto_tsquery('pg_catalog.english', folded) || plainto_tsquery('pg_catalog.french', folded)
      || plainto_tsquery('pg_catalog.arabic', folded)
  FROM (SELECT public.fold_text(word) AS folded) AS once
$$
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(FOLD_TEXT, "DROP FUNCTION fold_text(text)"),
        migrations.RunSQL(STEMS_OF, "DROP FUNCTION stems_of(text)"),
        migrations.RunSQL(SEARCH_VECTOR, "DROP FUNCTION search_vector(text)"),
        migrations.RunSQL(SEARCH_QUERY, "DROP FUNCTION search_query(text)"),
    ]
