"""An expert's application waits for the focal point of their state, then for the deputy too, then for the Centre."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate, now

from experts.emails import UNTOLD
from experts.models import Expert
from notifications.models import Letter
from partners.applications import Decision, Role, Status
from partners.models import WeeklyLetter
from partners.routing import route_all, write_weekly_letters
from tests.factories import CountryFactory, ExpertFactory, FocalPointFactory, UserFactory
from tests.partners.test_routing import DAY, START, days_of, letters_to, routed


@pytest.fixture
def country(db):
    return CountryFactory(iso2="SN")


@pytest.fixture
def head(country):
    return FocalPointFactory(country=country, user=UserFactory(email="head@example.org"))


@pytest.fixture
def deputy(country):
    return FocalPointFactory(country=country, role="deputy", user=UserFactory(email="deputy@example.org"))


def applied(country, **facts):
    return ExpertFactory(
        nationality=country, status=Status.APPLIED, waiting_since=now(), **{"purposes": ["kept"]} | facts
    )


def page(name, expert):
    return reverse(f"experts:{name}", args=[expert.key])


def with_second_factor(client, user):
    user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    client.force_login(user)


def test_each_step_once_in_sixty_days(country, head, deputy):
    with time_machine.travel(START, tick=False) as clock:
        one = applied(country, name="Zaynab Samplename")
        for _hour in range(60 * 24 // 6):
            route_all()
            route_all()
            clock.shift(timedelta(hours=6))
    assert days_of(one) == {Decision.ASKED: 0, Decision.DEPUTY_TOLD: 7, Decision.CENTRE_TAKES: 14}
    assert routed(one) == [Decision.ASKED, Decision.DEPUTY_TOLD, Decision.CENTRE_TAKES]
    assert [len(letters_to(each)) for each in ("head@example.org", "deputy@example.org", "centre@example.org")] == [
        1
    ] * 3
    assert len(letters_to(one.user.email)) == 0
    assert "Zaynab" not in "".join(f"{each.subject} {each.text}" for each in Letter.objects.all())


def test_with_no_focal_point_the_centre_takes_it_at_once(country):
    one = applied(country)
    route_all()
    assert routed(one) == [Decision.CENTRE_TAKES]


def test_nobody_is_asked_about_themselves(country, head):
    one = applied(country, user=head.user)
    assert list(Expert.objects.for_word_of(head.user)) == []
    route_all()
    assert routed(one) == [Decision.CENTRE_TAKES]


def test_who_does_not_agree_to_be_kept_is_shown_to_nobody(country, head):
    one = applied(country)
    one.take_back("kept")
    route_all()
    assert routed(one) == []
    assert list(Expert.objects.for_word_of(head.user)) == []


def test_it_is_for_the_focal_point_of_the_state(client, country, head, deputy):
    one = applied(country)
    route_all()
    over = FocalPointFactory(country=country, user=UserFactory(), term_ends_on=localdate() - DAY)
    abroad = FocalPointFactory(user=UserFactory())
    for name in ("word", "return", "object"):
        client.logout()
        assert "/accounts/login/" in client.get(page(name, one)).headers["Location"]
    for user, status in {
        head.user: 200,
        deputy.user: 404,
        over.user: 404,
        abroad.user: 404,
        UserFactory(): 404,
    }.items():
        client.force_login(user)
        assert client.get(page("word", one)).headers["Location"].endswith("/accounts/2fa/totp/activate/")
        with_second_factor(client, user)
        for name in ("word", "return", "object"):
            assert client.get(page(name, one)).status_code == status, (user, name)
            if status == 404 and name != "word":
                assert client.post(page(name, one), {"reason": "No."}).status_code == 404
    assert one.reviews.count() == 1
    with time_machine.travel(now() + 7 * DAY):
        route_all()
        assert list(Expert.objects.for_word_of(deputy.user)) == [one]


@pytest.fixture
def asked(country, head, client):
    one = applied(country, name="Zaynab Samplename")
    route_all()
    with_second_factor(client, head.user)
    return one


def test_what_waits_stands_on_the_desk(client, asked):
    assert page("word", asked) in client.get(reverse("desk")).text
    assert page("word", asked) in client.get(reverse("country:index")).text
    assert page("word", asked) in client.get(reverse("country:experts_expert_change", args=[asked.pk])).text
    text = client.get(page("word", asked)).text
    assert all(words in text for words in ("Zaynab Samplename", "Waits for the national focal point"))
    assert asked.user.email not in text


def test_endorsing_is_a_word(client, asked):
    client.post(page("endorse", asked), {"words": "Known for years."})
    asked.refresh_from_db()
    assert (asked.status, asked.endorsed_on) == (Status.APPLIED, localdate())
    assert client.get(page("word", asked)).status_code == 404
    assert "endorsed by the focal point" in letters_to("centre@example.org")[0]
    route_all()
    assert routed(asked) == [Decision.ASKED]


def test_returning_and_being_asked_again(client, asked):
    assert client.post(page("return", asked), {"reason": " "}).status_code == 400
    assert client.post(page("return", asked), {"reason": "Which school?"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.last_question, asked.reviews.first().role) == (
        Status.RETURNED, "Which school?", Role.FOCAL_POINT
    )  # fmt: skip
    assert len(letters_to(asked.user.email)) == 1
    asked.send_again(asked.user)
    route_all()
    assert routed(asked) == [Decision.ASKED, Decision.ASKED]


def test_what_the_centre_wrote_to_the_expert_is_not_for_the_focal_point(client, asked, head):
    """It may quote a referee, who was promised that only the Centre reads what they wrote; which step it was is told."""
    asked.return_with("Your referee calls you a wombat. Why?", None)
    asked.send_again(asked.user)
    route_all()
    asked.refresh_from_db()
    asked.return_with("Which school?", head.user, Role.FOCAL_POINT)
    asked.send_again(asked.user)
    route_all()
    record = [reverse(f"country:experts_expert_{name}", args=[asked.pk]) for name in ("change", "history")]
    for address in (page("word", asked), *record):
        text = client.get(address).text
        assert ("wombat" in text, "Which school?" in text) == (False, True), address
        assert len(re.findall("returned", text, re.IGNORECASE)) == 2, address
        assert ("the expert" in text, "the institution" in text) == (True, False), address  # who sent it again


def test_objecting_ends_nothing_and_is_for_the_centre(client, asked):
    client.post(page("object", asked), {"reason": "Not known to us."})
    asked.refresh_from_db()
    assert asked.status == Status.APPLIED
    assert "Not known to us." in Letter.objects.get(recipients=["centre@example.org"]).text
    assert letters_to(asked.user.email) == []
    client.force_login(asked.user)
    assert "Not known to us." not in client.get(reverse("experts:desk")).text
    with pytest.raises(ValidationError, match="with the Centre"):
        asked.object_to(None, "No.")


def test_the_weekly_letter_tells_of_experts_without_their_names(country, head):
    with time_machine.travel(datetime(2026, 3, 4, 9, tzinfo=UTC), tick=False) as clock:  # a Wednesday
        one = applied(country, name="Zaynab Samplename")
        for _day in range(14):
            write_weekly_letters()
            clock.shift(DAY)
    assert letters_to("head@example.org") == ["1 application waits for your word"] * 2
    text = Letter.objects.first().text
    assert (str(one) in text, "Zaynab" in text) == (True, False)
    assert [each.monday for each in WeeklyLetter.objects.order_by("monday")] == [date(2026, 3, 9), date(2026, 3, 16)]


def test_every_step_that_an_expert_is_told_of_has_words_of_its_own(country):
    one, subjects = applied(country), {}
    told = {each.value for each in Expert.STEPS} | {Decision.CONFIRMED, Decision.MERGED, Decision.APPLIED}
    for decision in sorted(told - UNTOLD):
        Letter.objects.all().delete()
        one.record(decision, None, Role.CENTRE, "Because.")
        subjects[decision] = Letter.objects.to(one.user.email).get().subject
    assert "" not in subjects.values()
    assert subjects.pop(Decision.SENT_AGAIN) == subjects[Decision.APPLIED]  # a receipt of either
    assert len(set(subjects.values())) == len(subjects) >= 9
