"""Word search: the same folding for what is stored, what is asked and how lists are sorted.

The SQL functions `fold_text` and `search_vector` are made by the first migration of this app. Folding takes away what
readers leave out when they type: case, Latin accents, Arabic vowel signs, the many forms of alif, ya and ta marbuta, and the
difference between Arabic-Indic and other digits. Stemming runs on the folded text in English, French and Arabic at once,
because one list holds titles in all three; a word is also found inside longer ones, for prefixes that Arabic joins on.
"""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import connection, models
from django.db.models import F, Func, Q, Value

MOST_WORDS = 8  # a longer question names no thing that is on record; each word costs two index look-ups


class Folded(Func):
    """The folded form of a text, for sorting and comparing."""

    function = "fold_text"
    output_field = models.TextField()


def fold(texts):
    """Give the folded forms of texts, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fold_text(text) FROM unnest(%s::text[]) WITH ORDINALITY AS part (text, place) ORDER BY place",
            [texts],
        )
        return [folded for (folded,) in cursor]


class Stems(Func):
    """The search vector of a text: its stems in English, French and Arabic."""

    function = "search_vector"
    output_field = SearchVectorField()


class _AsQuery(Func):
    function = "search_query"
    output_field = SearchQueryField()


class _Matches(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class Among(Func):
    """That a value is in an array.

    Of keys found in several tables the database so makes one look-up: no index answers an OR over tables, and a join with
    their union tempts the planner to walk all rows in the order of the list (measured with 200,000 institutions, half the time).
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()


class SearchableQuerySet(models.QuerySet):
    """For models with `search_key` (folded text) and `search_stems` (vector), both kept by the database."""

    def search(self, words):
        """Keep the rows in which every word of `words` occurs, in any of the three languages; all rows for no word."""
        found = self
        for word in words.replace("\x00", " ").split()[:MOST_WORDS]:
            ways = self.saying(word)
            if len(ways) == 1:
                found = found.filter(ways[0])
            else:
                rows = self.model._base_manager
                each = [rows.filter(way).order_by().values("pk") for way in ways]
                found = found.filter(Among(F("pk"), ArraySubquery(each[0].union(*each[1:], all=True))))
        return found

    def saying(self, word):
        """The conditions one of which makes a word occur; subclasses add those of what their rows are linked to."""
        folded = Folded(Value(word))
        return [Q(search_key__contains=folded) | Q(_Matches(F("search_stems"), _AsQuery(Value(word))))]


@dataclass
class Found:
    """The first rows that a search found, and whether there are more."""

    rows: list
    more: bool


def searched(queryset, words, most):
    """Search `queryset` and fetch the first `most` rows, in one query."""
    rows = list(queryset.search(words)[: most + 1])
    return Found(rows[:most], len(rows) > most)


def joined(fields):
    """The texts of `fields`, a space between each."""
    expression = F(fields[0])
    for field in fields[1:]:
        expression = Func(expression, Value(" "), F(field), template="(%(expressions)s)", arg_joiner=" || ")
    return expression


def key_column(*fields):
    """A generated column: the folded text of the row's own `fields`."""
    return models.GeneratedField(expression=Folded(joined(fields)), output_field=models.TextField(), db_persist=True)


def stems_column(*fields):
    """A generated column: the stems of the row's own `fields` in three languages."""
    return models.GeneratedField(expression=Stems(joined(fields)), output_field=SearchVectorField(), db_persist=True)


def search_indexes(prefix):
    """The two indexes that make `search()` fast; their names begin with `prefix`."""
    return [
        GinIndex(OpClass(F("search_key"), "gin_trgm_ops"), name=f"{prefix}_search_key"),
        GinIndex(fields=["search_stems"], name=f"{prefix}_search_stems"),
    ]
