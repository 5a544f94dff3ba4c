"""Who serves a programme in each member state, and since when a seat is vacant. Vacancies are shown; they hold up nothing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from classifications.models import Country
from programmes.models import FocalPoint, Programme

OIC_VET = "oic-vet"  # the programme whose pages stand at /oic-vet/
# What the table of seats shows of who holds one.
SHOWN = ("office_en", "office_fr", "office_ar", "person", "may_publish_person", "designated_on", "is_sample")


@dataclass
class CountrySeat:
    """The seat of one country: who holds it today, or None; then `vacant_since` is known if somebody held it before."""

    country: Country
    point: FocalPoint | None
    vacant_since: date | None = None


def seats_of(programme):
    """Give the seat of every member state for a programme, named by its address, in the alphabet of the page's language."""
    points = FocalPoint.objects.filter(programme__slug=programme)
    states = (
        Country.objects.member_states()
        .by_name()
        .annotate(vacated=points.vacated(country=OuterRef("pk")))
        .gathering("focal_points", *SHOWN, among=points.acting().heads())
    )
    acting = [(country, next(iter(country.focal_points.all()), None)) for country in states]
    return [CountrySeat(country, point, None if point else country.vacated) for country, point in acting]


def states_of(programme):
    """Give the member states that have their seat in a programme held today, and those that do not, with `vacated`, since when.

    One query. Where no state ever had a focal point there are no seats, and so no vacant ones.
    """
    points = FocalPoint.objects.filter(programme=programme)
    served = points.acting().heads().filter(country=OuterRef("pk"))
    states = Country.objects.member_states().by_name()
    states = list(states.annotate(is_served=Exists(served), vacated=points.vacated(country=OuterRef("pk"))))
    held = [state for state in states if state.is_served]
    has_seats = held or any(state.vacated for state in states)
    return held, [state for state in states if has_seats and not state.is_served]


def vacant(seats):
    """How many seats nobody holds."""
    return sum(seat.point is None for seat in seats)


def programmes_with_seats():
    """The programmes that have, or had, a focal point: in each of them every member state has a seat."""
    return Programme.objects.filter(pk__in=FocalPoint.objects.values("programme")).by_name()


@dataclass
class VacantSeat:
    """A seat that one country has and nobody holds; `since` is known if somebody held it before."""

    programme: Programme
    since: date | None


def vacant_seats_of(country, acting):
    """Give the vacant seats of a member state, whose designations in force today are `acting`, in the order of programmes."""
    held = {point.programme_id for point in acting if point.role == FocalPoint.Role.FOCAL_POINT}
    since = FocalPoint.objects.vacated(country=country.pk, programme=OuterRef("pk"))
    programmes = programmes_with_seats().annotate(vacated=since)
    return [VacantSeat(each, each.vacated) for each in programmes if each.pk not in held]
