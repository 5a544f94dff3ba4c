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
