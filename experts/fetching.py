"""The experts of one page of the search, with what a row shows of each (`experts/rows.py`, `experts.fit.reasons`).

`ExpertQuerySet.for_listing` serves any page and makes each linked row anew for each expert, which takes longer than to find
them (`script/bench experts`). Here one narrow query tells their keys, and each sector, language and country is made once, of
the names that the page has read already. Whatever else is asked of such an expert is read when it is asked for.
"""

from functools import cache

from django.db import connection
from django.utils.timezone import localdate

from classifications.models import Country, Language, Sector
from classifications.names import ORDER
from classifications.written import alphabetical
from experts.models import Availability, Expert, ExpertLanguage, Roster

FIELDS = [
    "id", "key", "title", "name", "nationality_id", "first_year", "endorsed_on", "renewed_at", "is_for_focal_points",
    "is_for_partners", "is_sample",
]  # fmt: skip
_SQL = f"""
SELECT {", ".join(f"e.{field}" for field in FIELDS)},
  ARRAY(SELECT ARRAY[s.id, coalesce(s.theme_id, 0)] FROM experts_expert_sectors l JOIN classifications_sector s
        ON s.id = l.sector_id WHERE l.expert_id = e.id),
  ARRAY(SELECT ARRAY[language_id, level] FROM experts_expertlanguage WHERE expert_id = e.id),
  ARRAY(SELECT r.id FROM experts_rostermembership m JOIN experts_roster r ON r.id = m.roster_id WHERE m.expert_id = e.id
        ORDER BY r.position, r.id),
  ARRAY(SELECT ARRAY[starts_on, until] FROM experts_availability WHERE expert_id = e.id AND until >= %s ORDER BY starts_on, id)
FROM experts_expert e WHERE e.id = ANY(%s)
"""  # noqa: S608  names of columns


def fetch(keys, names):
    """The experts with these keys, in their order; whoever is gone meanwhile is left out."""
    made = _Made(names)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [localdate(), list(keys)])
        found = {row[0]: made.expert(row) for row in cursor}
    return [found[key] for key in keys if key in found]


class _Made:
    """What is linked to experts, each made once, of `Names`."""

    MODELS = {"country": Country, "sector": Sector, "theme": Sector, "language": Language, "roster": Roster}

    def __init__(self, names):
        self.names = names
        self.known = {what: {number: key for key, number in names.ids[what].items()} for what in self.MODELS}
        self.named = cache(self.named)
        self.sector = cache(self.sector)
        self.language = cache(self.language)

    def expert(self, row):
        expert = Expert.from_db(connection.alias, _ATTRIBUTES, _in_order(row))
        nationality, (sectors, languages, rosters, periods) = expert.nationality_id, row[len(FIELDS) :]
        expert.nationality = nationality and self.named("country", nationality)
        sectors = sorted(self.sector(*each) for each in sectors)
        languages = sorted(self.language(*each) for each in languages)
        vars(expert).update(  # what the expert would read on being asked
            sectors_by_name=[sector for *_order, sector in sectors],
            languages_by_level=[spoken for *_order, spoken in languages],
            rosters_in_order=[self.named("roster", number) for number in rosters],
            periods_to_come=[Availability(starts_on=first, until=last) for first, last in periods],
        )
        return expert

    def named(self, what, number, **more):
        key = self.known[what].get(number)
        if key is None:  # it came after the names were read
            return self.MODELS[what].objects.get(pk=number)
        texts = dict(zip((f"name_{each}" for each in ORDER), self.names.known[what][key], strict=True))
        name_of_key = {"country": "iso2", "language": "code"}.get(what, "slug")
        return self.MODELS[what](pk=number, **{name_of_key: key}, **texts, **more)

    def sector(self, number, theme):
        """A sector behind what it is sorted by."""
        sector = self.named("sector", number, theme_id=theme) if theme else self.named("theme", number)
        return alphabetical(sector.name), number, sector

    def language(self, number, level):
        """A language at a level, behind what it is sorted by."""
        language = self.named("language", number)
        return -level, alphabetical(language.name), number, ExpertLanguage(language=language, level=level)


_ATTRIBUTES = [field.attname for field in Expert._meta.concrete_fields if field.attname in FIELDS]
_PLACES = [FIELDS.index(each) for each in _ATTRIBUTES]


def _in_order(row):
    """The values of a row in the order in which the model has its fields."""
    return [row[place] for place in _PLACES]
