"""Who serves a programme in each member state, and since when a seat is vacant. Vacancies are shown; they hold up nothing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef

from classifications.models import Country
from programmes.models import FocalPoint

OIC_VET = "oic-vet"  # the programme whose pages stand at /oic-vet/


@dataclass
class CountrySeat:
    """The seat of one country: who holds it today, or None; then `vacant_since` is known if somebody held it before."""

    country: Country
    point: FocalPoint | None
    vacant_since: date | None = None


def seats_of(programme):
    """Give the seat of every member state for a programme, named by its address, in the alphabet of the page's language."""
    points = FocalPoint.objects.filter(programme__slug=programme)
    acting = {point.country_id: point for point in points.acting().heads()}
    states = Country.objects.member_states().by_name().annotate(vacated=points.vacated_in(OuterRef("pk")))
    return [
        CountrySeat(country, acting.get(country.pk), None if country.pk in acting else country.vacated)
        for country in states
    ]


def vacant(seats):
    """How many seats nobody holds."""
    return sum(seat.point is None for seat in seats)
