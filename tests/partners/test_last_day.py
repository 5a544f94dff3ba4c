"""A designation is in force from the midnight before its first day to the midnight after its last, by the Centre's clock.

Whoever is signed in then has a session that was open before: it shows and takes nothing more from the first second on.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from notifications.models import Letter
from partners.applications import ROUTES, Decision, Role
from partners.models import Institution
from partners.tasks import route_applications, write_weekly_letters
from programmes.models import FocalPoint, Proposal
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    LanguageFactory,
    UserFactory,
)
from tests.racing import race

LAST = date(2026, 3, 31)  # two days after most of Europe changed its clocks, which Turkey does not
MIDNIGHT = datetime(2026, 3, 31, 21, tzinfo=UTC)  # of the Centre, which is three hours ahead all the year
SECOND = timedelta(seconds=1)
ENDS = {"term": {"term_ends_on": LAST}, "ended": {"ended_on": LAST + timedelta(days=1)}}
FACTS = {"name_en": "Sample Institute", "kind": Institution.Kind.TRAINING, "offers": "Courses.", "written_in": "en"}


@pytest.fixture
def clock(db):
    with time_machine.travel(MIDNIGHT - timedelta(days=20), tick=False) as clock:
        yield clock


@pytest.fixture
def country(clock):
    return CountryFactory(iso2="SN", name_en="Senegal")


@pytest.fixture(params=ENDS)
def point(request, country):
    LanguageFactory(code="ar")
    user = UserFactory(email="head@example.org", language="ar")
    user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    return FocalPointFactory(country=country, user=user, **ENDS[request.param])


@pytest.fixture
def open_session(point, clock):
    """Signed in some minutes before the end."""
    clock.move_to(MIDNIGHT - timedelta(minutes=10))
    client = Client()
    client.force_login(point.user)
    return client


def places(point, one, expert):
    """What a focal point opens, with what each shows of their country."""
    record = [
        reverse(f"country:programmes_focalpoint_{page}", args=[point.pk])
        for page in ("change", "history", "propose", "deputy")
    ]
    lists = [reverse(f"country:{model}_{page}") for model in ("partners_institution", "experts_expert", "trop_trainingopportunity",
             "programmes_focalpoint") for page in ("changelist", "export")]  # fmt: skip
    words = [reverse(f"partners:{name}", args=[one.slug]) for name in ("word", "endorse", "return", "object")]
    words += [reverse(f"experts:{name}", args=[expert.key]) for name in ("word", "endorse")]
    return [reverse("country:index"), *record, *lists, *words]


def test_the_open_session_shows_nothing_from_midnight_on(point, open_session, country, clock):
    one = Institution.apply(UserFactory(), "Head", country=country, **FACTS)
    expert = ExpertFactory(nationality=country, name="Amina Sample", status="applied", waiting_since=now())
    route_applications()
    clock.move_to(MIDNIGHT - SECOND)
    paths = places(point, one, expert)
    assert {path: open_session.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert reverse("partners:word", args=[one.slug]) in open_session.get("/desk/").text

    clock.move_to(MIDNIGHT)
    answers = {path: open_session.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {302, 404}
    assert [path for path, answer in answers.items() if "Sample" in answer.text] == []
    desk = open_session.get("/desk/")
    assert (desk.status_code, list(desk.context["designations"])) == (200, [])
    assert "Sample Institute" not in desk.text
    for path in paths:
        told = {
            "words": "x",
            "office_en": "Taken",
            "reason": "No.",
            "until": "2027-01-01",
            "format": "0",
            "resource": "0",
        }
        answer = open_session.post(path, told)
        assert (path, answer.status_code in (302, 403, 404, 405), answer.streaming) == (path, True, False)
    assert not Proposal.objects.exists()
    assert not one.reviews.filter(role=Role.FOCAL_POINT).exists()
    assert FocalPoint.objects.get(pk=point.pk).office_en == point.office_en


def test_no_letter_asks_whoever_is_over(point, country, clock):
    one = Institution.apply(UserFactory(), "Head", country=country, **FACTS)
    route_applications()
    clock.move_to(MIDNIGHT - timedelta(days=1))  # a Tuesday
    write_weekly_letters()
    before = Letter.objects.filter(recipients=["head@example.org"]).count()
    assert before == 2
    clock.move_to(MIDNIGHT)
    two = Institution.apply(UserFactory(), "Head", country=country, **FACTS | {"name_en": "Second Institute"})
    route_applications()
    for days in (0, 7, 14):
        clock.move_to(MIDNIGHT + timedelta(days=days))
        write_weekly_letters()
        route_applications()
    assert Letter.objects.filter(recipients=["head@example.org"]).count() == before
    decisions = [
        list(each.reviews.filter(decision__in=ROUTES).order_by("pk").values_list("decision", flat=True))
        for each in (one, two)
    ]
    assert decisions == [[Decision.ASKED, Decision.CENTRE_TAKES], [Decision.CENTRE_TAKES]]


def test_the_verbs_refuse_whoever_is_over(point, country, clock):
    one = Institution.apply(UserFactory(), "Head", country=country, **FACTS)
    clock.move_to(MIDNIGHT)
    for say in (
        lambda: one.endorse(point.user, LAST + timedelta(days=90)),
        lambda: one.object_to(point.user, "No."),
        lambda: one.return_with("Which department?", point.user, Role.FOCAL_POINT),
    ):
        with pytest.raises(ValidationError, match="your designation is over"):
            say()
    assert one.reviews.count() == 1


def test_a_designation_begins_with_its_first_day(country, clock):
    user = UserFactory()
    user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    FocalPointFactory(country=country, user=user, designated_on=LAST + timedelta(days=1))
    client = Client()
    clock.move_to(MIDNIGHT - SECOND)
    client.force_login(user)
    assert client.get(reverse("country:index")).status_code == 302
    clock.move_to(MIDNIGHT)
    assert client.get(reverse("country:index")).context["app_list"] != []  # what is the country’s to look after


@pytest.mark.django_db(transaction=True)
def test_a_word_is_said_before_the_end_or_not_at_all():
    point = FocalPointFactory(user=UserFactory())
    one = Institution.apply(UserFactory(), "Head", country=point.country, **FACTS)
    day = now().date() + timedelta(days=90)
    answers = race(lambda: one.endorse(point.user, day), lambda: point.end(None))
    said = one.reviews.filter(role=Role.FOCAL_POINT).count()
    assert answers.count("done") == 1 + said, answers
    assert not FocalPoint.objects.get(pk=point.pk).is_acting
