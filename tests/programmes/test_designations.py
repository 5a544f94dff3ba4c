"""Designations: never two in force for one seat, nobody acts after the end, each step told once, vacancies counted."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.contrib.admin import site
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.forms import modelform_factory
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext

from classifications.history import deletions
from classifications.written import labelled
from notifications.designations import ask_countries, tell
from notifications.models import Letter
from programmes.models import Committee, DesignationStep, FocalPoint, Seat, YearlyQuestion
from programmes.seats import seats_of, vacant
from sesric_portal.templatetags.portal import day as day_in_words
from tests.factories import (
    CommitteeFactory,
    CountryFactory,
    FocalPointFactory,
    LanguageFactory,
    ProgrammeFactory,
    SeatFactory,
    UserFactory,
)
from tests.programmes.days import dated, day
from tests.programmes.test_admin import exported
from tests.programmes.test_import import confirmed, previewed, told


def unsaved(**facts):
    return FocalPoint(**{"office_en": "Successor", "designated_on": localdate()} | facts)


# --- What must never be ---------------------------------------------------------------------------------------------


def two(first, second, **other):
    point = FocalPointFactory(**dated(first))
    seat = {"country": point.country, "programme": point.programme, "role": point.role} | other
    with transaction.atomic():
        FocalPointFactory(**seat | dated(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"designated_on": 0}),
        ({"term_ends_on": 0}, {"designated_on": 0}),
        ({"ended_on": 0}, {"designated_on": -1}),
        ({"designated_on": 0}, {"term_ends_on": 0}),
    ],
)
def test_the_database_refuses_two_on_one_day(db, first, second):
    with pytest.raises(IntegrityError, match="one_acting_focal_point"):
        two(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"term_ends_on": -1}, {"designated_on": 0}),
        ({"ended_on": 0}, {"designated_on": 0}),
        ({"designated_on": 0, "ended_on": 0}, {"designated_on": 0}),
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
        FocalPointFactory(designated_on=localdate(), **{field: day(-1)})


def test_one_and_the_set_agree_on_who_is_in_force(db):
    for fields in ({}, {"term_ends_on": localdate()}, {"ended_on": localdate()}, {"designated_on": day(1)}):
        FocalPointFactory(**fields)
    assert {one.pk for one in FocalPoint.objects.all() if one.is_acting} == set(
        FocalPoint.objects.acting().values_list("pk", flat=True)
    )


@pytest.mark.parametrize("ends", [{}, {"term_ends_on": 0}, {"ended_on": 0}])
def test_any_empty_day_can_be_checked(db, ends):
    FocalPointFactory(**dated(ends)).full_clean()


# --- Verbs ----------------------------------------------------------------------------------------------------------


def test_succession_is_one_step(client, superuser):
    old = FocalPointFactory(email="old@example.org")
    LanguageFactory(code="fr")
    heir = UserFactory(language="fr")
    address = reverse("admin:programmes_focalpoint_succeed", args=[old.pk])
    assert "Successor of" in client.get(address).text
    data = {"office_en": "New office", "designated_on": str(localdate()), "user": heir.pk}
    assert client.post(address, data).status_code == 302
    old.refresh_from_db()
    new = FocalPoint.objects.exclude(pk=old.pk).get()
    assert (old.ended_on, old.ended_because) == (localdate(), "Succeeded by: New office")
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
    response = client.post(reverse("admin:programmes_focalpoint_add"), data | {"designated_on": str(localdate())})
    assert "another designation to this seat is in force" in response.text
    assert FocalPoint.objects.count() == 1


def test_ending_is_a_step_of_its_own_and_happens_once(client, superuser):
    point = FocalPointFactory(email="office@example.org")
    address = reverse("admin:programmes_focalpoint_end", args=[point.pk])
    assert client.post(address, {"on": "2019-01-01"}).status_code == 400
    assert client.post(address, {"on": str(localdate()), "because": "By letter."}).status_code == 302
    assert client.post(address, {"on": str(localdate())}).status_code == 400
    point.refresh_from_db()
    assert (point.is_acting, point.ended_because) == (False, "By letter.")
    assert list(point.steps.values_list("what", "by")) == [(DesignationStep.What.ENDED, superuser.pk)]
    tell()
    assert Letter.objects.get().recipients == ["office@example.org"]


def test_a_successor_needs_no_second_end(db):
    """Where a term was over already, its last day stays as it was."""
    old = FocalPointFactory(term_ends_on=day(-30))
    old.succeed(None, unsaved())
    old.refresh_from_db()
    assert old.ended_on is None


# --- What ended stays so --------------------------------------------------------------------------------------------

OVER = {
    "ended": {"ended_on": -9},
    "ends soon": {"ended_on": 9},
    "term over": {"term_ends_on": -9},
}


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("field", ["ended_on", "term_ends_on"])
@pytest.mark.parametrize("to", [None, 30])
def test_a_designation_that_ended_is_not_taken_up_again(db, over, field, to):
    point = FocalPointFactory(**dated(OVER[over]))
    former = FocalPoint.objects.get(pk=point.pk)
    setattr(point, field, day(to))
    if getattr(former, field) is None:
        return point.full_clean()  # a term beside an end changes nothing, nor does an end after a term
    with pytest.raises(ValidationError, match="designate anew"):
        point.full_clean()


def test_a_term_that_runs_is_prolonged_and_one_that_is_over_is_put_right(db):
    runs, over = FocalPointFactory(term_ends_on=localdate()), FocalPointFactory(term_ends_on=day(-9))
    runs.term_ends_on = day(9)
    over.term_ends_on = day(-5)
    runs.full_clean()
    over.full_clean()


def test_the_form_says_to_designate_anew(client, superuser):
    point = FocalPointFactory(term_ends_on=day(-9), user=UserFactory())
    address = reverse("admin:programmes_focalpoint_change", args=[point.pk])
    data = {
        "office_en": "Office", "designated_on": "2020-01-01", "term_ends_on": "", "user": point.user.pk,
        "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = client.post(address, data)
    assert page.context["adminform"].form.errors == {"__all__": ["Its term is over, and that stays: designate anew."]}
    assert not FocalPoint.objects.acting().exists()


def test_an_earlier_export_does_not_take_up_again_what_ended(client, superuser):
    point = FocalPointFactory(user=UserFactory())
    before = exported(client, "focalpoint")
    point.end(superuser, localdate(), "Resigned.")
    preview = previewed(client, before)
    assert told(preview) == {(2, "ended_on")}
    assert "designate anew" in preview.text
    assert told(previewed(client, before.replace(",2020-01-01,,,", f",2020-01-01,,{day(1)},"))) == {(2, "ended_on")}
    assert "confirm_form" in previewed(client, exported(client, "focalpoint")).context
    assert not FocalPoint.objects.acting().exists()


def line_of(point, **cells):
    cells = {"country": point.country.iso2, "programme": point.programme.slug, "role": point.role} | cells
    cells = cells | {"designated_on": point.designated_on, "office_en": point.office_en}
    return f"{','.join(cells)}\n{','.join(str(cell) for cell in cells.values())}\n"


def test_a_term_that_is_over_is_not_prolonged_by_import(client, superuser):
    point = FocalPointFactory(term_ends_on=day(-1))
    assert told(previewed(client, line_of(point, term_ends_on=""))) == {(2, "term_ends_on")}
    assert told(previewed(client, line_of(point, term_ends_on=localdate()))) == {(2, "term_ends_on")}


def test_an_import_ends_as_the_step_does(client, superuser):
    point = FocalPointFactory(email="office@example.org")
    content = line_of(point, ended_on=localdate(), ended_because="By letter.", office_fr="Bureau")
    assert "Imported: 0 new, 1 changed" in confirmed(client, previewed(client, content)).text
    point.refresh_from_db()
    assert (point.ended_on, point.ended_because, point.office_fr) == (localdate(), "By letter.", "Bureau")
    assert list(point.steps.values_list("what", "by")) == [(DesignationStep.What.ENDED, superuser.pk)]
    tell()
    assert Letter.objects.get().recipients == ["office@example.org"]
    assert "Imported: 0 new, 0 changed, 1 as they were" in confirmed(client, previewed(client, content)).text
    assert (point.steps.count(), Letter.objects.count()) == (1, 1)


def test_a_reason_needs_a_day(client, superuser):
    point = FocalPointFactory()
    assert told(previewed(client, line_of(point, ended_because="By letter."))) == {(2, "ended_because")}


def test_a_form_that_was_open_when_it_ended_leaves_it_ended(client, superuser):
    point = FocalPointFactory()
    form = modelform_factory(FocalPoint, fields=["office_en"])({"office_en": "New"}, instance=point)
    assert form.is_valid()
    FocalPoint.objects.get(pk=point.pk).end(None, localdate())
    request = RequestFactory().post("/")
    site.get_model_admin(FocalPoint).save_model(request, point, form, change=True)
    assert FocalPoint.objects.values_list("office_en", "ended_on").get() == ("New", localdate())


# --- History --------------------------------------------------------------------------------------------------------


def test_the_history_tells_of_the_account_and_of_the_end_but_not_of_the_person(client, superuser):
    before, after = UserFactory(), UserFactory()
    point = FocalPointFactory(user=before, person="Former Person", email="former@example.org")
    data = {
        "office_en": point.office_en, "designated_on": str(point.designated_on), "user": after.pk, "person": "Later Person",
        "email": "later@example.org", "may_publish_person": "on", "letter": SimpleUploadedFile("l.pdf", b"%PDF-1.7\n"),
        "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert client.post(reverse("admin:programmes_focalpoint_change", args=[point.pk]), data).status_code == 302
    point.refresh_from_db()
    point.confirm(superuser)
    point.end(superuser, localdate(), "By letter.")
    page = client.get(reverse("admin:programmes_focalpoint_history", args=[point.pk]))
    changed = {each.label for change in page.context["changes"] for each in change.differences}
    assert changed == {
        "account that may act", "the person has agreed to be named", "letter of designation", "last confirmed by the country on",
        "ended on", "why it ended",
    }  # fmt: skip
    assert not {"Former Person", "former@example.org"} & set(page.text.split())
    assert list(point.steps.order_by("pk").values_list("what", "by")) == [
        ("account", superuser.pk), ("confirmed", superuser.pk), ("ended", superuser.pk),
    ]  # fmt: skip
    tell()
    assert [letter.recipients for letter in Letter.objects.all()] == [["later@example.org"]]


def test_a_change_of_the_office_leaves_no_step(client, superuser):
    point = FocalPointFactory(user=UserFactory())
    data = {
        "office_en": "New", "designated_on": str(point.designated_on), "user": point.user.pk,
        "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0,
    }  # fmt: skip
    client.post(reverse("admin:programmes_focalpoint_change", args=[point.pk]), data)
    assert (FocalPoint.objects.get().office_en, point.steps.count()) == ("New", 0)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_designation_that_was_deleted_comes_back_with_its_account_if_that_is_there(client, superuser, is_there):
    user = UserFactory()
    FocalPointFactory(user=user, ended_on=localdate(), ended_because="By letter.", may_publish_person=True).delete()
    if not is_there:
        user.delete()
    restored = reverse("admin:programmes_focalpoint_deleted_restore", args=[deletions(FocalPoint).get().pk])
    assert client.post(restored).status_code == 302
    point = FocalPoint.objects.get()
    assert (point.user, point.ended_because) == (user if is_there else None, "By letter.")


def test_the_history_of_a_committee_tells_of_its_seats(client, superuser):
    committee = CommitteeFactory(task_en="Advises.")
    seat = SeatFactory(committee=committee, name_en="A body", part_en="Member")
    SeatFactory(part_en="Elsewhere")
    Committee.objects.update(task_en="Monitors.")
    Seat.objects.filter(pk=seat.pk).update(part_en="Observer")
    page = client.get(reverse("admin:programmes_committee_history", args=[committee.pk]))
    told = {(each.label, each.before, each.after) for change in page.context["changes"] for each in change.differences}
    assert told == {
        ("task in English", "Advises.", "Monitors."), ("A body: part in English", "Member", "Observer"),
    }  # fmt: skip


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
        "designated_on": str(localdate()), "letter": SimpleUploadedFile("letter.docx", b"PK\x03\x04"),
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


@pytest.fixture
def vacant_seats(db):
    """In two networks the seats of two states, one of them held."""
    vet, osh = ProgrammeFactory(slug="oic-vet"), ProgrammeFactory(slug="osh")
    gambia = CountryFactory(iso2="GM", oic_group="African")
    yemen = CountryFactory(iso2="YE", oic_group="Arab")
    FocalPointFactory(country=gambia, programme=vet)
    FocalPointFactory(country=yemen, programme=vet, ended_on=date(2022, 3, 4))
    FocalPointFactory(country=yemen, programme=osh, ended_on=date(2023, 5, 6))


YE_VET, GM_OSH, YE_OSH = ("oic-vet", "YE", "2022-03-04"), ("osh", "GM", ""), ("osh", "YE", "2023-05-06")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {YE_VET, GM_OSH, YE_OSH}),
        ({"programme": "osh"}, {GM_OSH, YE_OSH}),
        ({"country": "YE"}, {YE_VET, YE_OSH}),
        ({"group": "African"}, {GM_OSH}),
        ({"programme": "osh", "group": "Arab"}, {YE_OSH}),
        ({"programme": "nothing", "country": "0", "group": "x"}, {YE_VET, GM_OSH, YE_OSH}),
    ],
)
def test_vacancies_are_filtered_and_go_out_as_they_are_shown(client, superuser, vacant_seats, query, wanted):
    page = client.get(reverse("admin:programmes_focalpoint_vacancies"), query)
    shown = {
        (programme.slug, seat.country.iso2, str(seat.vacant_since or ""))
        for programme, seats in page.context["found"]
        for seat in seats
    }
    assert shown == wanted
    address = reverse("admin:programmes_focalpoint_vacancies_export", args=["csv"])
    assert f'href="{address}' in page.text
    rows = csv.DictReader(io.StringIO(client.get(address, query).content.decode("utf-8-sig")))
    assert {(row["programme"], row["country"], row["vacant_since"]) for row in rows} == wanted
    book = client.get(reverse("admin:programmes_focalpoint_vacancies_export", args=["xlsx"]), query)
    assert openpyxl.load_workbook(io.BytesIO(book.content)).active.max_row == len(wanted) + 1


def test_vacancies_are_for_staff(client, sign_in, superuser):
    address = reverse("admin:programmes_focalpoint_vacancies_export", args=["csv"])
    assert client.get(reverse("admin:programmes_focalpoint_vacancies_export", args=["pdf"])).status_code == 404
    sign_in(is_staff=True)
    assert client.get(address).status_code == 403


def test_designations_go_out_as_filtered(client, superuser):
    here, there = FocalPointFactory(country=CountryFactory(iso2="GM")), FocalPointFactory()
    listed = reverse("admin:programmes_focalpoint_changelist")
    query = f"?country__id__exact={here.country_id}"
    assert list(client.get(listed + query).context["cl"].queryset) == [here]
    assert "country" in [
        each.field_path for each in client.get(listed).context["cl"].filter_specs if hasattr(each, "field_path")
    ]
    address = reverse("admin:programmes_focalpoint_export") + query
    content = client.post(address, {"format": "0", "resource": "0"}).content.decode("utf-8-sig")
    assert [row["country"] for row in csv.DictReader(io.StringIO(content))] == ["GM"]
    assert there.country.iso2 not in content


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
            clock.shift(timedelta(days=1))
    asked = YearlyQuestion.objects.order_by("country__iso2", "year").values_list("country__iso2", "year", "addresses")
    centre = ["centre@example.org"]
    assert list(asked) == [
        ("ML", 2026, centre), ("ML", 2027, centre), ("ML", 2028, centre),
        ("SN", 2026, ["office@example.org"]), ("SN", 2027, ["office@example.org"]), ("SN", 2028, ["office@example.org"]),
    ]  # fmt: skip
    assert Letter.objects.count() == 6


@pytest.fixture
def networks(db):
    """Two networks, and what Senegal has in them: one seat held, one vacated."""
    senegal = CountryFactory(iso2="SN", name_en="Senegal")
    vet, osh = ProgrammeFactory(slug="oic-vet", acronym="OIC-VET"), ProgrammeFactory(acronym="OIC-OSHNET")
    FocalPointFactory(country=senegal, programme=vet, email="office@example.org", office_en="Ministry")
    FocalPointFactory(country=senegal, programme=vet, role="deputy", email="")
    FocalPointFactory(country=senegal, programme=osh, ended_on=date(2024, 3, 4), email="gone@example.org")
    FocalPointFactory(country=senegal, programme=osh, role="deputy", email="")
    return vet, osh


def test_a_country_is_asked_about_its_vacant_seats_by_name_and_day(networks):
    ask_countries()
    letter = Letter.objects.get()
    assert letter.recipients == ["office@example.org"]
    assert "- OIC-VET: Ministry" in letter.text
    assert "- OIC-OSHNET: Vacant since 4 March 2024" in letter.text
    assert "OIC-VET: Vacant" not in letter.text
    assert "To the Centre" not in letter.text


def test_nothing_is_said_of_vacant_seats_where_all_are_held(networks):
    FocalPointFactory(country=CountryFactory(iso2="SN"), programme=networks[1], designated_on=localdate())
    ask_countries()
    assert not any("vacant:" in letter.text for letter in Letter.objects.all())


def test_a_country_without_an_address_is_asked_by_way_of_the_centre(networks, settings):
    mali, chad = CountryFactory(iso2="ML", name_en="Mali"), CountryFactory(iso2="TD", name_en="Chad")
    FocalPointFactory(country=mali, programme=networks[0], ended_on=date(2023, 1, 2), email="gone@example.org")
    FocalPointFactory(country=chad, programme=networks[0], email="", user=None)
    ask_countries()
    letters = {
        letter.subject: letter for letter in Letter.objects.all() if letter.recipients == [settings.CENTRE_EMAIL]
    }
    year = localdate().year
    assert set(letters) == {f"To be forwarded: focal points of {name} in {year}" for name in ("Mali", "Chad")}
    text = letters[f"To be forwarded: focal points of Mali in {year}"].text
    assert "Please forward this letter to its authorities." in text
    assert "- OIC-VET: Vacant since 2 January 2023" in text
    assert "- OIC-OSHNET: No designation is on record" in text
    assert "None is on record today." in text
    assert YearlyQuestion.objects.count() == 3


@pytest.mark.parametrize("code", ["en", "fr", "ar"])
def test_the_yearly_letter_in_three_languages(networks, code):
    mali = CountryFactory(iso2="ML")
    for country in (mali, CountryFactory(iso2="SN")):
        country.languages.set([LanguageFactory(code=code)])
    ask_countries()
    letters = {letter.recipients[0]: letter.text for letter in Letter.objects.all()}
    with translation.override(code):
        since = gettext("Vacant since %(day)s") % {"day": day_in_words(date(2024, 3, 4))}
        assert f"- {labelled('OIC-OSHNET', since)}" in letters["office@example.org"]
        assert f"- {labelled('OIC-OSHNET', gettext('No designation is on record'))}" in letters["centre@example.org"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"email": "office@example.org"}, "Ended. The office will be told."),
        ({"email": "", "user": None}, "Ended. Nobody is told: the designation has neither an address nor an account."),
    ],
)
def test_staff_read_whether_anybody_is_told_of_the_end(client, superuser, facts, told):
    point = FocalPointFactory(**facts)
    page = client.post(
        reverse("admin:programmes_focalpoint_end", args=[point.pk]), {"on": str(localdate())}, follow=True
    )
    assert [str(message) for message in page.context["messages"]] == [told]
    tell()
    assert Letter.objects.exists() == bool(point.address)


def test_staff_note_what_a_country_confirmed(client, superuser):
    old, new = FocalPointFactory(), FocalPointFactory(designated_on=localdate())
    listed = reverse("admin:programmes_focalpoint_changelist")
    assert list(client.get(listed, {"confirmed": "no"}).context["cl"].queryset) == [old]
    client.post(listed, {"action": "confirm", "_selected_action": [old.pk]})
    assert list(client.get(listed, {"confirmed": "no"}).context["cl"].queryset) == []
    assert set(client.get(listed, {"confirmed": "yes"}).context["cl"].queryset) == {old, new}
    assert old.steps.get().by == superuser


def test_terms_that_end_soon(client, superuser):
    soon = FocalPointFactory(term_ends_on=day(90))
    FocalPointFactory(term_ends_on=day(91))
    FocalPointFactory(term_ends_on=day(-1))
    listed = client.get(reverse("admin:programmes_focalpoint_changelist"), {"term-ending": "yes"})
    assert list(listed.context["cl"].queryset) == [soon]


def test_what_is_not_in_force_is_not_confirmed(client, superuser):
    point, ended, to_come = (
        FocalPointFactory(),
        FocalPointFactory(ended_on=localdate()),
        FocalPointFactory(designated_on=day(1)),
    )
    chosen = {"action": "confirm", "_selected_action": [point.pk, ended.pk, to_come.pk]}
    page = client.post(reverse("admin:programmes_focalpoint_changelist"), chosen, follow=True)
    assert [str(each) for each in page.context["messages"]] == [
        "Noted.", "Left out: designations that are not in force today.",
    ]  # fmt: skip
    assert list(FocalPoint.objects.filter(confirmed_on=localdate())) == [point]


@pytest.mark.parametrize(("begins", "told"), [(0, "now waits for you"), (9, "From that day on")])
def test_a_successor_reads_from_when_on_what_waits_is_theirs(db, begins, told):
    old = FocalPointFactory()
    old.succeed(None, unsaved(designated_on=day(begins), user=UserFactory(email="heir@example.org")))
    tell()
    text = Letter.objects.get(recipients=["heir@example.org"]).text
    assert [words for words in ("now waits for you", "From that day on") if words in text] == [told]
