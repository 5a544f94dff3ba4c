"""What the values of facets are called: the names of countries, sectors, themes and languages, read at once.

They change a few times a year and are asked for on every list, so they are one query of narrow rows and no more.
"""

from django.db.models import CharField, Value

from classifications.models import Country, Language, Sector
from classifications.written import Text, page_language

ORDER = ("en", "fr", "ar")


class Names:
    """Names by what they name and by key: `names.of("country", "TR")`; `more` are further rows with names, and their keys.

    `known` holds the names, `ids` the numbers of the rows, both by what and by key.
    """

    def __init__(self, **more):
        parts = [
            _named(Country.objects.all(), "country", "iso2"),
            _named(Sector.objects.below_themes(), "sector", "slug"),
            _named(Sector.objects.themes(), "theme", "slug"),
            _named(Language.objects.all(), "language", "code"),
            *(_named(rows, what, key) for what, (rows, key) in more.items()),
        ]
        self.known = {what: {} for what in ("country", "sector", "theme", "language", *more)}
        self.ids = {what: {} for what in self.known}
        for what, key, number, *names in parts[0].union(*parts[1:], all=True):
            self.known[what][key] = names
            self.ids[what][key] = number

    def of(self, what, key):
        """The name in the page's language, or in another where there is none, as a `Text`."""
        names = dict(zip(ORDER, self.known[what].get(key, (key, "", "")), strict=True))
        wanted = page_language()
        return next(Text(names[each], each) for each in (wanted, *ORDER) if names[each])


def _named(rows, what, key):
    what = Value(what, output_field=CharField())
    return rows.order_by().values_list(what, key, "pk", "name_en", "name_fr", "name_ar")
