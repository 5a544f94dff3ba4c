"""Asked once a year whether it is still right: at 60, 30 and 7 days, each once; a link that renews by a button."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from experts.emails import SALT, renewal_token
from experts.models import Expert, Reminder
from experts.tasks import ask_whether_still_right
from notifications.models import Letter
from partners.applications import Status
from tests.factories import ExpertFactory, RosterFactory

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def expert(db):
    return ExpertFactory(renewed_at=START)


def days_of_letters(days=(0, 200, *range(300, 370), 500, 800)):
    """Run the task as beat does, on these days and twice on each; give the days on which letters were written."""
    written = []
    for day in days:
        with time_machine.travel(START + timedelta(days=day, hours=1), tick=False):
            for _twice in range(2):
                before = Letter.objects.count()
                ask_whether_still_right()
                written += [day] * (Letter.objects.count() - before)
    return written


@pytest.mark.parametrize(
    ("language", "by"), [("fr", "au plus tard le 31 décembre 2026"), ("ar", "في موعد أقصاه ٣١ كانون الأول/ديسمبر ٢٠٢٦")]
)
def test_the_letter_names_the_last_day_and_not_the_one_before(expert, language, by):
    expert.user.language = language
    expert.user.save()
    days_of_letters([305])
    assert by in Letter.objects.get().text


def test_three_letters_and_no_more(expert):
    assert days_of_letters() == [305, 335, 358]
    assert set(Reminder.objects.values_list("days", flat=True)) == {60, 30, 7}


def test_a_portal_that_stood_still_writes_one_letter_not_three(expert):
    assert days_of_letters([0, 360, 720]) == [360]


def test_a_renewal_begins_a_new_year(expert):
    days_of_letters([306, 336])
    Expert.objects.update(renewed_at=START + timedelta(days=341))
    with time_machine.travel(START + timedelta(days=341 + 306), tick=False):
        ask_whether_still_right()
    assert Letter.objects.count() == 3


@pytest.mark.parametrize("how", ["not listed", "not kept", "on no roster", "account shut"])
def test_others_are_left_alone(expert, how):
    if how == "not kept":
        expert.take_back("kept")
    elif how == "on no roster":
        expert.leave(RosterFactory())
    elif how == "account shut":
        expert.user.is_active = False
        expert.user.save()
    else:
        Expert.objects.update(status=Status.SUSPENDED)
    assert days_of_letters() == []


def test_the_link_shows_a_button_and_only_the_button_renews(client, expert):
    address = reverse("experts:renew-by-letter", args=[renewal_token(expert)])
    with time_machine.travel(START + timedelta(days=600), tick=False):
        assert not Expert.objects.public().exists()
        page = client.get(address)
        assert expert.name not in page.content.decode()
        assert not Expert.objects.public().exists()
        assert client.post(address).context["is_renewed"]
        assert Expert.objects.public().get() == expert
        assert client.get(address).context["is_renewed"]
        renewed = Expert.objects.get().renewed_at
    with time_machine.travel(START + timedelta(days=700), tick=False):
        client.post(address)  # of a year that is over
        assert Expert.objects.get().renewed_at == renewed
        assertContains(client.get(address), "It holds until")
    with time_machine.travel(START + timedelta(days=1000), tick=False):  # lapsed again since
        for page in (client.get(address), client.post(address)):
            assertContains(page, "This letter is of an earlier year")
            assertNotContains(page, "It holds until")
        assert Expert.objects.get().renewed_at == renewed


def test_the_day_in_the_letter_is_the_last_on_which_it_holds(expert):
    for day, is_lapsed in ((expert.holds_until, False), (expert.holds_until + timedelta(days=1), True)):
        with time_machine.travel(datetime.combine(day, time(12), UTC), tick=False):
            assert expert.is_lapsed is is_lapsed
    with time_machine.travel(START + timedelta(days=306), tick=False):
        ask_whether_still_right()
    assert "Confirm your profile by 31 December 2026" in Letter.objects.get().text


def test_the_letter_leads_to_the_link_in_the_reader_s_language(client, expert):
    expert.user.language = "fr"
    expert.user.save()
    with time_machine.travel(START + timedelta(days=306), tick=False):
        ask_whether_still_right()
        letter = Letter.objects.get()
        assert f"/fr/experts/renew/{renewal_token(expert)}/" in letter.text
        assert expert.name not in letter.text


@pytest.mark.parametrize("token", ["lead", "a:b:c", "%00", "of another salt"])
def test_a_link_not_signed_here_leads_nowhere(client, expert, token):
    if token == "of another salt":
        token = signing.dumps(["x", "y"], salt="another")
    assert client.post(reverse("experts:renew-by-letter", args=[token])).status_code == 404


def test_a_link_of_an_expert_who_is_gone_leads_nowhere(client, expert):
    token = renewal_token(expert)
    assert signing.loads(token, salt=SALT)[0] == str(expert.key)
    expert.erase()
    assert client.get(reverse("experts:renew-by-letter", args=[token])).status_code == 404


def test_one_click_on_the_desk_brings_it_back(client, expert):
    client.force_login(expert.user)
    with time_machine.travel(START + timedelta(days=600), tick=False):
        client.force_login(expert.user)
        desk = client.get(reverse("experts:desk"))
        assertContains(desk, "One click brings it back.")
        assertContains(desk, "Everything is still right", count=1)  # one button, where it is spoken of
        assert "Is your profile still right?" in client.get(reverse("desk")).content.decode()
        client.post(reverse("experts:renew"))
        assert Expert.objects.public().exists()
