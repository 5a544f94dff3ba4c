"""Designations: never two in force for one seat, nobody acts after the end, each step told once, vacancies counted."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.designations import ask_countries, tell
from notifications.models import Letter
from programmes.models import DesignationStep, FocalPoint, YearlyQuestion
from programmes.seats import seats_of, vacant
from tests.factories import CountryFactory, FocalPointFactory, LanguageFactory, ProgrammeFactory, UserFactory
from tests.programmes.test_admin import imported

TODAY = localdate()
DAY = timedelta(days=1)


def unsaved(**facts):
    return FocalPoint(**{"office_en": "Successor", "designated_on": TODAY} | facts)


# --- What must never be ---------------------------------------------------------------------------------------------


def two(first, second, **other):
    point = FocalPointFactory(**first)
    seat = {"country": point.country, "programme": point.programme, "role": point.role} | other
    with transaction.atomic():
        FocalPointFactory(**seat | second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"designated_on": TODAY}),
        ({"term_ends_on": TODAY}, {"designated_on": TODAY}),
        ({"ended_on": TODAY}, {"designated_on": TODAY - DAY}),
        ({"designated_on": TODAY}, {"term_ends_on": TODAY}),
    ],
)
def test_the_database_refuses_two_on_one_day(db, first, second):
    with pytest.raises(IntegrityError, match="one_acting_focal_point"):
        two(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"term_ends_on": TODAY - DAY}, {"designated_on": TODAY}),
        ({"ended_on": TODAY}, {"designated_on": TODAY}),
        ({"designated_on": TODAY, "ended_on": TODAY}, {"designated_on": TODAY}),
        ({}, {"role": "deputy"}),
    ],
)
def test_one_after_the_other_and_a_deputy_beside(db, first, second):
    two(first, second)
    assert FocalPoint.objects.count() == 2


def test_another_network_has_a_focal_point_of_its_own(db):
    two({}, {}, programme=ProgrammeFactory())
    assert FocalPoint.objects.acting().count() == 2


@pytest.mark.parametrize("field", ["term_ends_on", "ended_on"])
def test_nothing_ends_before_it_begins(db, field):
    with pytest.raises(IntegrityError, match="after_start|range lower bound"), transaction.atomic():
        FocalPointFactory(designated_on=TODAY, **{field: TODAY - DAY})


STEP = st.one_of(
    st.tuples(st.just("designate"), st.integers(-3, 6), st.none() | st.integers(-3, 9)),
    st.tuples(st.just("end"), st.integers(-3, 6), st.none()),
    st.tuples(st.just("succeed"), st.integers(-3, 6), st.none() | st.integers(-3, 9)),
    st.tuples(st.just("edit"), st.integers(-3, 6), st.none() | st.integers(-3, 9)),
    st.tuples(st.just("import"), st.integers(-3, 6), st.none() | st.integers(-3, 9)),
)


def day(number):
    return None if number is None else TODAY + number * DAY


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=8))
def test_no_sequence_leaves_two_acting_or_one_acting_after_the_end(db, client, superuser, sequence):
    FocalPoint.objects.all().delete()
    country, programme = CountryFactory(iso2="GM"), ProgrammeFactory(slug=f"p{ProgrammeFactory().pk}")
    seat = {"country": country, "programme": programme, "user": superuser}
    for verb, first, last in sequence:
        point = FocalPoint.objects.order_by("?").first()
        with suppress(ValidationError):
            if verb == "designate":
                FocalPoint.designate(None, office_en="Office", designated_on=day(first), term_ends_on=day(last), **seat)
            elif verb == "import":
                line = f"GM,{programme.slug},{day(first)},{day(last) or ''},Office\n"
                with suppress(AttributeError, KeyError, TypeError):  # the preview tells of faults, and offers no import
                    imported(client, "focalpoint", f"country,programme,designated_on,term_ends_on,office_en\n{line}")
            elif point and verb == "end":
                point.end(None, day(first))
            elif point and verb == "succeed":
                point.succeed(None, unsaved(designated_on=day(first), term_ends_on=day(last)))
            elif point and verb == "edit":
                point.designated_on, point.term_ends_on = day(first), day(last)
                point.full_clean()
                point.save()
        for number in range(-4, 12):
            acting = FocalPoint.objects.acting(day(number)).filter(country=country, programme=programme)
            assert acting.count() <= 1, "two in force on one day"
            for one in acting:
                assert one.designated_on <= day(number)
                assert one.term_ends_on is None or day(number) <= one.term_ends_on
                assert one.ended_on is None or day(number) < one.ended_on


def test_one_and_the_set_agree_on_who_is_in_force(db):
    for fields in ({}, {"term_ends_on": TODAY}, {"ended_on": TODAY}, {"designated_on": TODAY + DAY}):
        FocalPointFactory(**fields)
    assert {one.pk for one in FocalPoint.objects.all() if one.is_acting} == set(
        FocalPoint.objects.acting().values_list("pk", flat=True)
    )


@pytest.mark.parametrize("ends", [{}, {"term_ends_on": TODAY}, {"ended_on": TODAY}])
def test_any_empty_day_can_be_checked(db, ends):
    FocalPointFactory(**ends).full_clean()


# --- Verbs ----------------------------------------------------------------------------------------------------------


def test_succession_is_one_step(client, superuser):
    old = FocalPointFactory(email="old@example.org")
    LanguageFactory(code="fr")
    heir = UserFactory(language="fr")
    address = reverse("admin:programmes_focalpoint_succeed", args=[old.pk])
    assert "Successor of" in client.get(address).text
    data = {"office_en": "New office", "designated_on": str(TODAY), "user": heir.pk}
    assert client.post(address, data).status_code == 302
    old.refresh_from_db()
    new = FocalPoint.objects.exclude(pk=old.pk).get()
    assert (old.ended_on, old.ended_because) == (TODAY, "Succeeded by: New office")
    assert (new.country, new.programme, new.role, new.user) == (old.country, old.programme, old.role, heir)
    assert list(FocalPoint.objects.acting()) == [new]
    tell()
    tell()
    letters = {letter.recipients[0]: letter for letter in Letter.objects.all()}
    assert set(letters) == {"old@example.org", heir.email}
    assert "New office" in letters["old@example.org"].text
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("first", [date(2019, 1, 1), date(2020, 1, 1)])
def test_a_successor_begins_after_its_predecessor(client, superuser, first):
    old = FocalPointFactory()
    address = reverse("admin:programmes_focalpoint_succeed", args=[old.pk])
    response = client.post(address, {"office_en": "New office", "designated_on": str(first)})
    assert response.context["adminform"].form.errors == {"designated_on": ["A successor begins after its predecessor."]}
    assert FocalPoint.objects.count() == 1


def test_a_form_explains_what_the_database_would_refuse(client, superuser):
    old = FocalPointFactory()
    data = {"country": old.country_id, "programme": old.programme_id, "role": old.role, "office_en": "Another"}
    response = client.post(reverse("admin:programmes_focalpoint_add"), data | {"designated_on": str(TODAY)})
    assert "another designation to this seat is in force" in response.text
    assert FocalPoint.objects.count() == 1


def test_ending_is_a_step_of_its_own_and_happens_once(client, superuser):
    point = FocalPointFactory(email="office@example.org")
    address = reverse("admin:programmes_focalpoint_end", args=[point.pk])
    assert client.post(address, {"on": "2019-01-01"}).status_code == 400
    assert client.post(address, {"on": str(TODAY), "because": "By letter."}).status_code == 302
    assert client.post(address, {"on": str(TODAY)}).status_code == 400
    point.refresh_from_db()
    assert (point.is_acting, point.ended_because) == (False, "By letter.")
    assert list(point.steps.values_list("what", "by")) == [(DesignationStep.What.ENDED, superuser.pk)]
    tell()
    assert Letter.objects.get().recipients == ["office@example.org"]


def test_a_successor_needs_no_second_end(db):
    """Where a term was over already, its last day stays as it was."""
    old = FocalPointFactory(term_ends_on=TODAY - 30 * DAY)
    old.succeed(None, unsaved())
    old.refresh_from_db()
    assert old.ended_on is None


# --- The letter of designation --------------------------------------------------------------------------------------


def test_a_letter_of_designation_is_for_staff(client, sign_in):
    point = FocalPointFactory(letter=SimpleUploadedFile("letter.pdf", b"%PDF-1.7\n"))
    address = reverse("admin:programmes_focalpoint_letter", args=[point.pk])
    assert client.get(address).status_code == 302
    point.user = sign_in()
    point.save()
    assert client.get(address).status_code == 302
    sign_in(is_staff=True)
    assert client.get(address).status_code == 403
    sign_in(is_staff=True, group="Editors")
    assert b"".join(client.get(address)) == b"%PDF-1.7\n"
    assert client.get(reverse("admin:programmes_focalpoint_letter", args=[FocalPointFactory().pk])).status_code == 404


def test_a_letter_is_a_pdf(client, superuser):
    data = {
        "country": CountryFactory().pk, "programme": ProgrammeFactory().pk, "role": "focal_point", "office_en": "Office",
        "designated_on": str(TODAY), "letter": SimpleUploadedFile("letter.docx", b"PK\x03\x04"),
    }  # fmt: skip
    response = client.post(reverse("admin:programmes_focalpoint_add"), data)
    assert response.context["adminform"].form.errors == {"letter": ["Choose a PDF."]}


# --- Vacancies ------------------------------------------------------------------------------------------------------


def test_since_when_a_seat_is_vacant(client, superuser):
    programme = ProgrammeFactory(slug="net")
    never, once, held = (CountryFactory(iso2=code) for code in ("AA", "BB", "CC"))
    FocalPointFactory(country=once, programme=programme, term_ends_on=date(2021, 1, 1))
    FocalPointFactory(country=once, programme=programme, designated_on=date(2021, 6, 1), ended_on=date(2022, 3, 4))
    FocalPointFactory(country=once, programme=programme, role="deputy")
    FocalPointFactory(country=held, programme=programme, term_ends_on=date(2021, 1, 1))
    point = FocalPointFactory(country=held, programme=programme, designated_on=date(2022, 1, 1))
    seats = seats_of("net")
    assert [(seat.country, seat.point, seat.vacant_since) for seat in seats] == [
        (never, None, None),
        (once, None, date(2022, 3, 4)),
        (held, point, None),
    ]
    assert vacant(seats) == 2
    page = client.get(reverse("admin:programmes_focalpoint_vacancies")).text
    assert "4 March 2022" in page
    assert f"?country={once.pk}&amp;programme={programme.pk}" in page


# --- Once a year ----------------------------------------------------------------------------------------------------


def test_each_country_is_asked_once_in_a_year(db):
    senegal = CountryFactory(iso2="SN")
    senegal.languages.set([LanguageFactory(code="fr")])
    FocalPointFactory(country=senegal, email="office@example.org")
    FocalPointFactory(country=senegal, email="office@example.org")
    FocalPointFactory(country=senegal, email="gone@example.org", ended_on=date(2024, 1, 1))
    CountryFactory(iso2="ML")
    CountryFactory(iso2="XX", oic_group="", joined_year=None)
    with time_machine.travel(datetime(2026, 12, 30, 12, tzinfo=UTC)) as clock:
        for _day in range(370):
            ask_countries()
            clock.shift(DAY)
    asked = YearlyQuestion.objects.order_by("country__iso2", "year").values_list("country__iso2", "year", "addresses")
    assert list(asked) == [
        ("ML", 2026, []), ("ML", 2027, []), ("ML", 2028, []),
        ("SN", 2026, ["office@example.org"]), ("SN", 2027, ["office@example.org"]), ("SN", 2028, ["office@example.org"]),
    ]  # fmt: skip
    assert Letter.objects.count() == 3


def test_staff_note_what_a_country_confirmed(client, superuser):
    old, new = FocalPointFactory(), FocalPointFactory(designated_on=TODAY)
    listed = reverse("admin:programmes_focalpoint_changelist")
    assert list(client.get(listed, {"confirmed": "no"}).context["cl"].queryset) == [old]
    client.post(listed, {"action": "confirm", "_selected_action": [old.pk]})
    assert list(client.get(listed, {"confirmed": "no"}).context["cl"].queryset) == []
    assert set(client.get(listed, {"confirmed": "yes"}).context["cl"].queryset) == {old, new}
    assert old.steps.get().by == superuser


def test_terms_that_end_soon(client, superuser):
    soon = FocalPointFactory(term_ends_on=TODAY + 90 * DAY)
    FocalPointFactory(term_ends_on=TODAY + 91 * DAY)
    FocalPointFactory(term_ends_on=TODAY - DAY)
    listed = client.get(reverse("admin:programmes_focalpoint_changelist"), {"term-ending": "yes"})
    assert list(listed.context["cl"].queryset) == [soon]
