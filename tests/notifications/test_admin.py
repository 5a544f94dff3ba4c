"""Staff see how letters go, never what they say."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from notifications.models import Letter, MailStop, Notification, RefusedAddress
from notifications.tasks import fan_out, watch_mail
from tests.factories import (
    AnnouncementFactory,
    EventFactory,
    ExpertFactory,
    FocalPointFactory,
    FollowerFactory,
    InterestFactory,
    LetterFactory,
    MembershipFactory,
    NotificationFactory,
    OpportunityFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from trop.models import TrainingOpportunity

LIST = "admin:notifications_letter_changelist"


@pytest.mark.parametrize("page", ["changelist", "change", "history"])
def test_the_text_is_never_shown(client, superuser, page):
    letter = LetterFactory(subject="Subject that may be read", text="Code SECRET-42", html="<p>SECRET-42</p>")
    args = [] if page == "changelist" else [letter.pk]
    response = client.get(reverse(f"admin:notifications_letter_{page}", args=args))
    assert "Subject that may be read" in response.text
    assert "SECRET-42" not in response.text


def test_the_text_cannot_be_searched_for(client, superuser):
    LetterFactory()
    assert list(client.get(reverse(LIST), {"q": "SECRET-42"}).context["cl"].queryset) == []


def test_letters_are_found_by_whom_they_go_to(client, superuser):
    reader = FollowerFactory(user=UserFactory(name="Aminata Traoré", email="at@example.org"))
    letter, _other = LetterFactory(follower=reader, recipients=["at@example.org"]), LetterFactory()
    for words in ("aminata traoré", "at@example", "traoré at@example.org"):
        assert list(client.get(reverse(LIST), {"q": words}).context["cl"].queryset) == [letter]


@pytest.mark.parametrize("state", ["waiting", "sent", "given-up"])
def test_filter_by_delivery(client, superuser, state):
    letters = {
        "waiting": LetterFactory(),
        "sent": LetterFactory(sent_at=now()),
        "given-up": LetterFactory(given_up_at=now()),
    }
    assert list(client.get(reverse(LIST), {"delivery": state}).context["cl"].queryset) == [letters[state]]


def test_nothing_is_added_changed_or_deleted(client, superuser):
    letter = LetterFactory()
    assert client.get(reverse("admin:notifications_letter_add")).status_code == 403
    assert (
        client.post(reverse("admin:notifications_letter_change", args=[letter.pk]), {"subject": "x"}).status_code == 403
    )
    assert (
        client.post(reverse("admin:notifications_letter_delete", args=[letter.pk]), {"post": "yes"}).status_code == 403
    )
    assert Letter.objects.get().subject == letter.subject


def test_try_again_wakes_those_given_up_only(client, superuser):
    given_up, sent = LetterFactory(given_up_at=now(), attempts=8), LetterFactory(sent_at=now(), attempts=1)
    data = {"action": "try_again", "_selected_action": [given_up.pk, sent.pk]}
    response = client.post(reverse(LIST), data, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["1 letter waits again."]
    assert list(Letter.objects.due()) == [given_up]
    sent.refresh_from_db()
    assert (sent.attempts, sent.sent_at is None) == (1, False)


# --- Announcements and their readers ------------------------------------------------------------------------------------


def test_the_preview_counts_exactly_the_rows_that_are_then_written(client, superuser):
    sector = SectorFactory(slug="water", name_en="Water")
    asks = {"choices": {"sector": ["water"]}}
    partner, expert = RepresentationFactory().user, ExpertFactory(user=UserFactory(language="fr")).user
    for user in (partner, expert):
        InterestFactory(follower=FollowerFactory(user=user), **asks)
    FocalPointFactory(user=partner)
    FocalPointFactory(user=expert, term_ends_on=localdate() - timedelta(days=1))
    InterestFactory(follower=FollowerFactory(user=None, email="a@example.org"), **asks)
    InterestFactory(follower=FollowerFactory(paused_at=now()), **asks)
    InterestFactory(accepted_at=None, **asks)
    InterestFactory(choices={"sector": ["energy"]})
    InterestFactory(frequency="never")
    InterestFactory(words="irrigation")
    InterestFactory(words="deserts")
    RefusedAddress.mark("A@example.org", "550")
    member = MembershipFactory(is_trusted=True)
    draft = OpportunityFactory(
        status="draft", institution=member.institution, sectors=[sector], slug="", title="Irrigation"
    )
    page = client.get(f"/admin/trop/trainingopportunity/{draft.pk}/change/").content.decode()
    address = f"/admin/notifications/announcement/audience/opportunity/{draft.pk}/"
    assert address in page
    found = client.get(address).context
    audience = found["audience"]
    assert (audience.count, audience.left_out, audience.on_site_only) == (6, {"unconfirmed": 1, "paused": 0}, 3)
    assert audience.parts == {"partners": 1, "experts": 1, "focal_points": 1, "without_account": 1}
    assert audience.languages == [("English", 5), ("Français", 1)]
    assert found["reasons"] == [("Sector: Water", 4), ("Words: irrigation", 1), ("Everything in this list", 1)]
    draft.publish(superuser)
    fan_out()
    assert Notification.objects.count() == audience.count


def test_the_preview_is_for_those_who_may_publish(client, sign_in):
    sign_in(is_staff=True)
    assert client.get(f"/admin/notifications/announcement/audience/event/{EventFactory().pk}/").status_code == 403


@pytest.mark.parametrize("path", ["event/999999/", "nonsense/1/"])
def test_there_is_no_preview_of_nothing(client, superuser, path):
    assert client.get(f"/admin/notifications/announcement/audience/{path}").status_code == 404


def test_an_announcement_tells_how_far_its_letters_are(client, superuser):
    announcement = AnnouncementFactory()
    for fields in (
        {"letter": LetterFactory(sent_at=now())}, {}, {"withheld": "over"}, {"due_at": None},
        {"letter": LetterFactory(given_up_at=now())},
    ):  # fmt: skip
        NotificationFactory(announcement=announcement, **fields)
    [row] = client.get("/admin/notifications/announcement/").context["cl"].result_list
    assert (row.count_told, row.count_sent, row.count_waiting, row.count_withheld) == (5, 1, 1, 1)
    letters = client.get(f"/admin/notifications/letter/?notifications__announcement={announcement.pk}")
    assert letters.context["cl"].queryset.count() == 2


def test_how_a_letter_reads_is_sent_to_a_test_address(client, superuser):
    announcement = AnnouncementFactory(subject_pk=OpportunityFactory(title="Pumps").pk)
    address = f"/admin/notifications/announcement/{announcement.pk}/test/"
    client.post(address, {"email": "me@example.org", "language": "fr"})
    letter = Letter.objects.get()
    assert (letter.recipients, "Pumps" in letter.text, "/fr/" in letter.text) == (["me@example.org"], True, True)
    TrainingOpportunity.objects.update(status="draft")
    assert client.post(address, {"email": "me@example.org", "language": "fr"}).status_code == 400


def test_letters_are_found_by_person_and_cancelled(client, superuser):
    mine, other = LetterFactory(recipients=["amina@example.org"]), LetterFactory()
    assert list(client.get(reverse(LIST), {"q": "AMINA@"}).context["cl"].queryset) == [mine]
    client.post(reverse(LIST), {"action": "cancel", "_selected_action": [mine.pk]})
    assert list(Letter.objects.cancelled()) == [mine]
    assert list(Letter.objects.due()) == [other]


def test_all_mail_is_stopped_and_let_go_again(client, superuser):
    client.post("/admin/notifications/mailstop/add/", {"reason": "Wrong text"})
    stop = MailStop.objects.get()
    assert (MailStop.in_force(), stop.stopped_by) == (True, superuser)
    assert "All mail is stopped" in client.get("/admin/").content.decode()
    client.post(f"/admin/notifications/mailstop/{stop.pk}/lift/")
    assert not MailStop.in_force()


# --- Alarms -----------------------------------------------------------------------------------------------------------------


def alarms():
    return Letter.objects.filter(subject__startswith="Portal: something is wrong").count()


def test_failures_ring_once_a_day(db):
    for _number in range(9):
        LetterFactory(given_up_at=now())
    watch_mail()
    assert alarms() == 0
    LetterFactory(given_up_at=now())
    watch_mail()
    watch_mail()
    assert alarms() == 1


@pytest.mark.parametrize(("number", "age", "rings"), [(10, 61, 1), (9, 61, 0), (10, 59, 0)])
def test_letters_that_wait_for_over_an_hour_ring(db, number, age, rings):
    LetterFactory.create_batch(number, written_at=now() - timedelta(minutes=age))
    watch_mail()
    assert alarms() == rings


@pytest.mark.parametrize(("before", "rings"), [(0, 1), (120, 0)])
def test_far_more_letters_than_usual_ring(db, before, rings):
    letters = [LetterFactory.build(written_at=now() - timedelta(days=2), sent_at=now()) for _number in range(before)]
    letters += [LetterFactory.build() for _number in range(501)]
    Letter.objects.bulk_create(letters)
    watch_mail()
    assert alarms() == rings


def test_addresses_and_kinds_are_told_in_words(client, superuser):
    LetterFactory(recipients=["one@example.org", "two@example.org"], reply_to=["three@example.org"])
    listed = client.get(reverse("admin:notifications_letter_changelist")).text
    assert "one@example.org, two@example.org" in listed
    letter = client.get(reverse("admin:notifications_letter_change", args=[Letter.objects.get().pk])).text
    assert "three@example.org" in letter
    assert "[&quot;" not in listed + letter
    event, opportunity = AnnouncementFactory(kind="event"), AnnouncementFactory(kind="opportunity")
    page = client.get(reverse("admin:notifications_announcement_changelist") + "?kind=event")
    assert (event in page.context["cl"].queryset, opportunity in page.context["cl"].queryset) == (True, False)
    assert '<a href="?kind=opportunity">Training opportunities</a>' in " ".join(page.text.split())
