"""The figures of the home page, all from the tally of events."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.timezone import localdate

from classifications.facets import year_strip
from classifications.written import alphabetical
from events.models import Event
from events.tally import Tally
from sesric_portal.maps import stars

LOOK_BACK = 5  # years in which to look for the month of the next event


@dataclass
class HomeFigures:
    tally: Tally

    @cached_property
    def total(self):
        return len(self.tally.ids)

    @cached_property
    def held(self):
        return self.tally.values("when")[Event.When.HELD].bit_count()

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
    def themes(self):
        """Triples of name, address in the catalogue, and number of programmes, for each theme that has any."""
        numbers = {}
        for programme in self.tally.names["programme"].values():
            numbers[programme.theme] = numbers.get(programme.theme, 0) + 1
        catalogue = reverse("programmes:programme-list")
        themes = [(self.tally.name("theme", slug), f"{catalogue}#{slug}", number) for slug, number in numbers.items()]
        return sorted(themes, key=lambda theme: alphabetical(theme[0]))

    @cached_property
    def participants(self):
        """The sum of participants, and at how many events they are known."""
        return self.tally.participants(self.tally.everything)

    @cached_property
    def strip(self):
        listing = reverse("events:event-list")
        counts = self.tally.count_by_year(self.tally.everything)
        return year_strip(self.tally.years, counts, lambda year: f"{listing}{year}/")

    @cached_property
    def stars(self):
        return stars(self.tally)

    @cached_property
    def next_expected(self):
        """The month in which the next event is likely, as its first day: the first from now on in which events began in
        most of the last five years; None where the record is too thin to say."""
        today = localdate()
        for ahead in range(12):
            month = (today.month - 1 + ahead) % 12 + 1
            year = today.year + (today.month - 1 + ahead) // 12
            past = [f"{year - back}-{month:02}" for back in range(1, LOOK_BACK + 1)]
            years = {day[:4] for day in self.tally.masks["first_day"] if day[:7] in past}
            if len(years) * 2 > LOOK_BACK:
                return today.replace(year=year, month=month, day=1)
        return None
