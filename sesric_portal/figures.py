"""The figures of the home page, all from the tally of events."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.urls import reverse
from django.utils.timezone import localdate

from classifications.facets import year_strip
from classifications.written import alphabetical
from events.models import Event
from events.tally import Tally
from sesric_portal.maps import stars

LOOK_BACK = 5  # years in which to look for the month of the next event


@lru_cache(maxsize=1)
def figures_of(tally):
    """The figures of a tally, made once for each reading of it."""
    return HomeFigures(tally)


@dataclass
class HomeFigures:
    """What is kept (`cached_property`) follows from the tally alone; the rest from the day or the reader's language too."""

    tally: Tally

    @cached_property
    def total(self):
        return len(self.tally.ids)

    @property
    def held(self):
        return self.tally.values("when")[Event.When.HELD].bit_count()

    @property
    def institutions(self):
        return self.tally.institutions

    @cached_property
    def first_year(self):
        return self.tally.years[0] if self.total else localdate().year

    @cached_property
    def years_of_record(self):
        return len(self.tally.years)

    @cached_property
    def programme_count(self):
        return len(self.tally.names["programme"])

    @cached_property
    def programmes_by_theme(self):
        """The number of programmes by the key of their theme, for each theme that has any."""
        return Counter(programme.theme for programme in self.tally.names["programme"].values())

    @property
    def themes(self):
        """Triples of name, address in the catalogue, and number of programmes, for each theme that has any."""
        catalogue = reverse("programmes:programme-list")
        themes = [
            (self.tally.name("theme", slug), f"{catalogue}#{slug}", number)
            for slug, number in self.programmes_by_theme.items()
        ]
        return sorted(themes, key=lambda theme: alphabetical(theme[0]))

    @cached_property
    def participants(self):
        """The sum of participants, and at how many events they are known."""
        return self.tally.participants(self.tally.everything)

    @cached_property
    def _by_year(self):
        return self.tally.count_by_year(self.tally.everything)

    @property
    def strip(self):
        listing = reverse("events:event-list")
        return year_strip(self.tally.years, self._by_year, lambda year: f"{listing}{year}/")

    @cached_property
    def stars(self):
        return stars(self.tally)

    @cached_property
    def _months(self):
        """The months in which events began, such as "2019-05"."""
        return {day[:7] for day in self.tally.masks["first_day"]}

    @property
    def next_expected(self):
        """The month in which the next event is likely, as its first day: the first from now on in which events began in
        most of the last five years; None where the record is too thin to say."""
        today = localdate()
        for ahead in range(12):
            month = (today.month - 1 + ahead) % 12 + 1
            year = today.year + (today.month - 1 + ahead) // 12
            began = sum(f"{year - back}-{month:02}" in self._months for back in range(1, LOOK_BACK + 1))
            if began * 2 > LOOK_BACK:
                return today.replace(year=year, month=month, day=1)
        return None
