"""What the values of facets are called: the names of countries, sectors, themes and languages, read at once.

They change a few times a year and are asked for on every list, so they are one query of narrow rows and no more.
"""

from functools import cache

from django.db import connection
from django.db.models import CharField, Value

from classifications.models import Country, Language, Sector
from classifications.written import Text, page_language

ORDER = ("en", "fr", "ar")


class Names:
    """Names by what they name and by key: `names.of("country", "TR")`; `more` are further rows with names, and their keys.

    `known` holds the names, `ids` the numbers of the rows, both by what and by key.
    """

    def __init__(self, **more):
        self.known = {what: {} for what in ("country", "sector", "theme", "language", *more)}
        self.ids = {what: {} for what in self.known}
        with connection.cursor() as cursor:
            cursor.execute(*_compiled(*(_named(rows, what, key) for what, (rows, key) in more.items())))
            for what, key, number, *names in cursor:
                self.known[what][key] = names
                self.ids[what][key] = number

    def of(self, what, key):
        """The name in the page's language, or in another where there is none, as a `Text`."""
        names = dict(zip(ORDER, self.known[what].get(key, (key, "", "")), strict=True))
        wanted = page_language()
        return next(Text(names[each], each) for each in (wanted, *ORDER) if names[each])


def _compiled(*more):
    """The query of all names and its parameters."""
    sql, params = _of_classifications()
    for rows in more:
        own, own_params = rows.query.sql_with_params()
        sql, params = f"{sql} UNION ALL {own}", (*params, *own_params)
    return sql, params


@cache
def _of_classifications():
    """The query of the names that every list needs, and its parameters: the same in every request, and slow to compile."""
    parts = [
        _named(Country.objects.all(), "country", "iso2"),
        _named(Sector.objects.below_themes(), "sector", "slug"),
        _named(Sector.objects.themes(), "theme", "slug"),
        _named(Language.objects.all(), "language", "code"),
    ]
    return parts[0].union(*parts[1:], all=True).query.sql_with_params()


def _named(rows, what, key):
    what = Value(what, output_field=CharField())
    return rows.order_by().values_list(what, key, "pk", "name_en", "name_fr", "name_ar")
