"""The names of what an event is linked to, as its row holds them.

Triggers keep them (`events/migrations/0002_triggers.py`), so that a list of 25 events is one query without joins.
"""

from dataclasses import dataclass

from django.urls import reverse

from classifications.written import translated


@dataclass(slots=True)
class Link:
    """One programme, institution, country, city, language or sector: its key in addresses and its names."""

    key: str
    name_en: str
    name_fr: str
    name_ar: str
    acronym: str = ""
    theme: str = ""

    def __str__(self):
        return self.name

    @property
    def name(self):
        return translated(self, "name")

    @property
    def short_name(self):
        return self.acronym or self.name

    @property
    def iso2(self):
        """The key of a country."""
        return self.key


class Programme(Link):
    def get_absolute_url(self):
        return reverse("programmes:programme-detail", args=[self.key])


class Provider(Link):
    def get_absolute_url(self):
        return reverse("partners:institution-detail", args=[self.key])


class Country(Link):
    def get_absolute_url(self):
        return reverse("country-detail", args=[self.key.lower()])


@dataclass(slots=True)
class Linked:
    """All links of one event; `city` and `country` may be None."""

    city: Link | None
    country: Country | None
    programmes: list
    providers: list
    provider_countries: list
    languages: list
    sectors: list

    @classmethod
    def of(cls, names):
        """Read what the database wrote into `Event.names`."""

        def several(kind, name):
            return [kind(*values) for values in names.get(name) or ()]

        city, country = names.get("city"), names.get("country")
        return cls(
            Link(*city) if city else None,
            Country(*country) if country else None,
            several(Programme, "programmes"),
            several(Provider, "providers"),
            several(Country, "provider_countries"),
            several(Link, "languages"),
            several(Link, "sectors"),
        )
