"""An application waits for the focal point, then for the deputy too, then for the Centre: each step once, none held up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate, now

from notifications.models import Letter
from partners.applications import ROUTES, Decision, Role, Status
from partners.models import Institution, Review, ReviewRules, WeeklyLetter
from partners.routing import route_all, write_weekly_letters
from partners.tasks import route_applications
from programmes.models import FocalPoint
from tests.factories import CountryFactory, FocalPointFactory, ProgrammeFactory, UserFactory
from tests.racing import race

FACTS = {"name_en": "Sample Institute", "kind": Institution.Kind.TRAINING, "offers": "Courses.", "written_in": "en"}
DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # four weeks before most of Europe changes its clocks


@pytest.fixture
def country(db):
    return CountryFactory(iso2="SN")


@pytest.fixture
def head(country):
    return FocalPointFactory(country=country, user=UserFactory(email="head@example.org"))


@pytest.fixture
def deputy(country):
    return FocalPointFactory(country=country, role="deputy", user=UserFactory(email="deputy@example.org"))


def apply(country, **facts):
    return Institution.apply(UserFactory(), "Head", country=country, **FACTS | facts)


def routed(institution):
    return [row.decision for row in institution.reviews.filter(decision__in=ROUTES).order_by("pk")]


def letters_to(address):
    return [letter.subject for letter in Letter.objects.order_by("pk") if address in letter.recipients]


def days_of(institution):
    """After how many days each step was taken."""
    return {row.decision: (row.at - row.waiting_since).days for row in institution.reviews.filter(decision__in=ROUTES)}


# --- The way of an application --------------------------------------------------------------------------------------


# Ends the connection of whoever waits to write a letter.
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'notifications_letter'::regclass
"""


class Beats:
    """Two beats that wake two workers at the same moment, and a worker that is killed while it takes a step."""

    def tick(self):
        race(route_applications, route_applications, write_weekly_letters, write_weekly_letters)

    def kill_one(self):
        """Begin to route, and end the worker's connection after it has left the row of a step and before its letter is written."""
        begun = ThreadPoolExecutor(1).submit(self._killed)
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("LOCK TABLE notifications_letter IN EXCLUSIVE MODE")
            while not begun.done():
                cursor.execute(KILL)
                sleep(0.01)
        return begun.result()

    def _killed(self):
        """Whether there was a step to be killed in."""
        try:
            route_applications()
        except DatabaseError:
            return True
        finally:
            connection.close()
        return False


@pytest.mark.django_db(transaction=True)
def test_sixty_days_with_two_beats_restarts_and_summer_time(settings):
    settings.TIME_ZONE = "Europe/Paris"
    country = CountryFactory(iso2="SN")
    for role in ("head", "deputy"):
        role_of = {} if role == "head" else {"role": "deputy"}
        FocalPointFactory(country=country, user=UserFactory(email=f"{role}@example.org"), **role_of)
    ReviewRules.objects.get_or_create(pk=1)
    beats, killed = Beats(), 0
    with time_machine.travel(START, tick=False) as clock:
        one = apply(country)
        for half_day in range(60 * 2):
            stopped = 3 * 2 < half_day < 4 * 2 or 30 * 2 < half_day < 32 * 2
            if not stopped:
                killed += beats.kill_one()
                beats.tick()
            clock.shift(DAY / 2)
    assert killed == 3, "a step that nobody was killed in, or one that was taken in spite of it"
    assert routed(one) == [Decision.ASKED, Decision.DEPUTY_TOLD, Decision.CENTRE_TAKES]
    assert days_of(one) == {Decision.ASKED: 0, Decision.DEPUTY_TOLD: 7, Decision.CENTRE_TAKES: 14}
    waits = "1 application waits for your word"
    assert letters_to("head@example.org") == ["An application waits for your word: Sample Institute", waits, waits]
    assert letters_to("deputy@example.org") == [
        "An application still waits for your country: Sample Institute", waits, waits
    ]  # fmt: skip
    assert letters_to("centre@example.org") == ["Sample Institute: the application is with the Centre"]


def test_what_was_missed_while_all_stood_still_is_made_up_for_at_once(country, head, deputy):
    """What has waited beyond the Centre's day when the portal comes back goes to the Centre; the deputy is not asked in vain."""
    with time_machine.travel(START, tick=False) as clock:
        one = apply(country)
        route_all()
        clock.shift(20 * DAY)
        route_all()
        route_all()
    assert routed(one) == [Decision.ASKED, Decision.CENTRE_TAKES]
    assert letters_to("deputy@example.org") == []


@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 22, 22, 30, tzinfo=UTC), datetime(2026, 10, 18, 22, 30, tzinfo=UTC)]
)
def test_the_change_of_the_clock_moves_no_step(country, head, deputy, settings, start):
    """Seven days after the hour of the application by elapsed time, in a week of 167 hours and in one of 169."""
    settings.TIME_ZONE = "Europe/Paris"
    with time_machine.travel(start, tick=False) as clock:
        one = apply(country)
        route_all()
        clock.shift(7 * DAY - timedelta(seconds=1))
        route_all()
        assert routed(one) == [Decision.ASKED]
        clock.shift(timedelta(seconds=1))
        route_all()
    assert routed(one) == [Decision.ASKED, Decision.DEPUTY_TOLD]


@pytest.mark.parametrize("seat", ["none", "no account", "closed account", "over", "deputy alone", "another country"])
def test_a_vacant_seat_holds_nothing_up(country, seat):
    if seat == "no account":
        FocalPointFactory(country=country)
    if seat == "closed account":
        FocalPointFactory(country=country, user=UserFactory(is_active=False))
    if seat == "over":
        FocalPointFactory(country=country, user=UserFactory(), term_ends_on=localdate() - DAY)
    if seat == "deputy alone":
        FocalPointFactory(country=country, user=UserFactory(), role="deputy")
    if seat == "another country":
        FocalPointFactory(user=UserFactory())
    one = apply(country)
    route_all()
    route_all()
    assert routed(one) == [Decision.CENTRE_TAKES]


def test_a_seat_that_becomes_vacant_meanwhile(country, head):
    one = apply(country)
    route_all()
    head.end(None)
    route_all()
    assert routed(one) == [Decision.ASKED, Decision.CENTRE_TAKES]


def test_what_is_sent_again_is_asked_again(country, head):
    one = apply(country)
    route_all()
    one.return_with("Which department?", head.user, Role.FOCAL_POINT)
    route_all()
    assert routed(one) == [Decision.ASKED]
    one.send_again(one.representations.get().user)
    route_all()
    assert routed(one) == [Decision.ASKED, Decision.ASKED]


def test_staff_set_the_periods_and_the_network(country, head, client, superuser):
    network = ProgrammeFactory()
    other = FocalPointFactory(country=country, programme=network, user=UserFactory(email="other@example.org"))
    page = reverse("admin:partners_reviewrules_change", args=[1])
    data = {"network": network.pk, "deputy_after": 2, "centre_after": 2}
    assert "has to be told before" in client.post(page, data).text
    assert client.post(page, data | {"centre_after": 3}).status_code == 302
    with time_machine.travel(START, tick=False) as clock:
        one = apply(country)
        for _hour in range(5 * 24):
            route_all()
            clock.shift(timedelta(hours=1))
    assert days_of(one) == {Decision.ASKED: 0, Decision.CENTRE_TAKES: 3}
    assert letters_to("head@example.org") == []
    assert len(letters_to(other.user.email)) == 1


def test_without_a_network_each_focal_point_of_the_country_is_asked(country, head):
    FocalPointFactory(country=country, user=UserFactory(email="second@example.org"))
    FocalPointFactory(country=country, user=head.user)
    apply(country)
    route_all()
    assert [len(letters_to(each)) for each in ("head@example.org", "second@example.org")] == [1, 1]


def test_the_database_refuses_a_second_row(country, head):
    one = apply(country)
    route_all()
    row = Review.objects.get(decision=Decision.ASKED)
    row.pk = None
    with pytest.raises(IntegrityError, match="routed_once"), transaction.atomic():
        row.save()
    assert routed(one) == [Decision.ASKED]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once():
    country = CountryFactory(iso2="SN")
    FocalPointFactory(country=country, user=UserFactory(email="head@example.org"))
    one = apply(country)
    race(*[route_all] * 4)
    assert routed(one) == [Decision.ASKED]
    assert len(letters_to("head@example.org")) == 1


# --- The word of the focal point ------------------------------------------------------------------------------------


@pytest.fixture
def asked(country, head):
    one = apply(country)
    route_all()
    return one


@pytest.fixture
def signed_in_head(sign_in, head):
    head.user = sign_in()
    head.save()
    return head.user


def page(name, institution):
    return reverse(f"partners:{name}", args=[institution.slug])


def test_what_waits_stands_on_the_desk(client, asked, signed_in_head):
    assert page("word", asked) in client.get(reverse("desk")).text
    text = client.get(page("word", asked)).text
    assert all(words in text for words in ("Sample Institute", "Courses.", "Waits for the national focal point"))


def test_endorsing(client, asked, signed_in_head):
    until = localdate() + 365 * DAY
    assert client.post(page("endorse", asked), {"until": str(until)}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.confirmed_until) == (Status.APPLIED, until)
    assert client.get(page("word", asked)).status_code == 404
    assert "endorsed by the focal point" in letters_to("centre@example.org")[0]
    route_all()
    assert routed(asked) == [Decision.ASKED]


def test_returning(client, asked, signed_in_head):
    assert client.post(page("return", asked), {"reason": " "}).status_code == 400
    assert client.post(page("return", asked), {"reason": "Which department?"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.last_question) == (Status.RETURNED, "Which department?")
    assert asked.reviews.first().role == Role.FOCAL_POINT


def test_objecting_ends_nothing_and_is_for_the_centre(client, asked, signed_in_head):
    client.post(page("object", asked), {"reason": "Not known to us."})
    asked.refresh_from_db()
    assert asked.status == Status.APPLIED
    assert "Not known to us." in Letter.objects.get(recipients=["centre@example.org"]).text
    client.force_login(asked.representations.get().user)
    assert "Not known to us." not in client.get(page("desk", asked)).text
    asked.approve(None)
    assert asked.is_listed


@pytest.mark.parametrize("verb", ["endorse", "object_to"])
def test_one_word_is_enough(asked, verb):
    asked.object_to(None, "No.")
    with pytest.raises(ValidationError, match="with the Centre"):
        asked.object_to(None, "No.") if verb == "object_to" else asked.endorse(None, localdate())


def readers(country, head, deputy):
    """Who may say the word, and who may not."""
    over = FocalPointFactory(country=country, user=UserFactory(), term_ends_on=localdate() - DAY)
    abroad = FocalPointFactory(user=UserFactory())
    return {head.user: 200, deputy.user: 404, over.user: 404, abroad.user: 404, UserFactory(): 404}


@pytest.mark.parametrize("name", ["word", "endorse", "return", "object"])
def test_it_is_for_the_focal_point_of_the_country(client, sign_in, asked, country, head, deputy, name):
    for user, status in readers(country, head, deputy).items():
        client.force_login(user)
        assert client.get(page(name, asked)).headers["Location"].endswith("/accounts/2fa/totp/activate/")
        user.authenticator_set.create(type="totp", data={"secret": "not shown"})
        assert client.get(page(name, asked)).status_code == status, user
        if status == 404 and name != "word":
            assert client.post(page(name, asked), {"reason": "No.", "until": "2999-01-01"}).status_code == 404
    assert asked.reviews.count() == 2


@pytest.mark.parametrize("name", ["word", "endorse", "return", "object"])
def test_nobody_judges_their_own_institution(client, country, asked, head, name):
    own = Institution.apply(head.user, "Head", country=country, **FACTS | {"name_en": "Own Institute"})
    assert list(Institution.objects.for_word_of(head.user)) == [asked]
    head.user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    client.force_login(head.user)
    assert client.get(page(name, own)).status_code == 404
    assert str(asked) in client.get(page(name, asked)).text


def test_the_verbs_refuse_whoever_speaks_for_the_applicant(country, head):
    own = Institution.apply(head.user, "Head", country=country, **FACTS)
    for say in (
        lambda: own.endorse(head.user, localdate() + DAY),
        lambda: own.object_to(head.user, "No."),
        lambda: own.return_with("Which department?", head.user, Role.FOCAL_POINT),
    ):
        with pytest.raises(ValidationError, match="others judge it"):
            say()
    own.representations.update(ended_at=now())
    own.endorse(head.user, localdate() + DAY)
    assert own.confirmed_until


def test_an_institution_of_the_only_focal_point_goes_to_the_centre_at_once(country, head, deputy):
    own = Institution.apply(head.user, "Head", country=country, **FACTS)
    other = FocalPointFactory(user=UserFactory())
    route_all()
    assert routed(own) == [Decision.CENTRE_TAKES]
    assert letters_to("head@example.org") == ["Your application for Sample Institute has arrived"]
    assert letters_to(other.user.email) == []


def test_a_second_focal_point_of_the_country_is_asked_instead(country, head):
    FocalPointFactory(country=country, user=UserFactory(email="second@example.org"))
    own = Institution.apply(head.user, "Head", country=country, **FACTS)
    route_all()
    assert routed(own) == [Decision.ASKED]
    assert letters_to("head@example.org") == ["Your application for Sample Institute has arrived"]
    assert len(letters_to("second@example.org")) == 1


def test_the_deputy_answers_once_told(asked, deputy):
    assert list(Institution.objects.for_word_of(deputy.user)) == []
    with time_machine.travel(now() + 7 * DAY):
        route_all()
        assert list(Institution.objects.for_word_of(deputy.user)) == [asked]


def test_a_successor_has_what_waited(asked, head):
    heir = UserFactory(email="heir@example.org")
    head.succeed(None, FocalPoint(office_en="Office", designated_on=localdate(), user=heir))
    assert list(Institution.objects.for_word_of(heir)) == [asked]
    assert list(Institution.objects.for_word_of(head.user)) == []


def test_access_ends_with_the_term(asked, head):
    head.term_ends_on = localdate()
    head.save()
    assert list(Institution.objects.for_word_of(head.user)) == [asked]
    with time_machine.travel(now() + DAY):
        assert list(Institution.objects.for_word_of(head.user)) == []


# --- Once a week ----------------------------------------------------------------------------------------------------


def test_a_letter_each_week_while_something_waits(country, head):
    ReviewRules.objects.update(deputy_after=30, centre_after=60)
    FocalPointFactory(user=UserFactory(email="idle@example.org"))
    with time_machine.travel(datetime(2026, 3, 4, 9, tzinfo=UTC), tick=False) as clock:  # a Wednesday
        one = apply(country)
        for hour in range(0, 24 * 28, 3):
            write_weekly_letters()
            write_weekly_letters()
            if hour == 24 * 15:
                one.endorse(None, localdate())
            clock.shift(timedelta(hours=3))
    assert letters_to("head@example.org") == ["1 application waits for your word"] * 2
    assert letters_to("idle@example.org") == []
    assert [str(each.monday) for each in WeeklyLetter.objects.order_by("monday")] == ["2026-03-09", "2026-03-16"]
