"""The SQL functions of the search, as the first migration makes them."""

import pytest
from django.db import connection


@pytest.mark.parametrize("function", ["fold_text", "stems_of", "search_vector", "search_query"])
@pytest.mark.django_db
def test_a_dump_can_be_restored(function):
    """pg_restore works under an empty search path, where a function that names another without its schema fails."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(f"SELECT public.{function}('Développement') IS NOT NULL")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
        ("أإآٱ ىة ؤئ مُحَمَّد ـ", "اااا يه وي محمد"),
        ("ا\u0653 ي\u0654 e\u0301", "ا ي e"),
        ("١٢٣ ۱۲۳ ½ ﻻ ﬁ ㎏", "123 123 1 2 لا fi kg"),
        ("N'Djamena, Côte d’Ivoire – x", "ndjamena cote divoire x"),
        (" . ", ""),
    ],
)
@pytest.mark.django_db
def test_folding(text, folded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])
        assert cursor.fetchone() == (folded,)
