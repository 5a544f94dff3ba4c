"""Staff see how letters go, never what they say."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from notifications.models import Letter
from tests.factories import LetterFactory

LIST = "admin:notifications_letter_changelist"


@pytest.mark.parametrize("page", ["changelist", "change", "history"])
def test_the_text_is_never_shown(client, superuser, page):
    letter = LetterFactory()
    args = [] if page == "changelist" else [letter.pk]
    response = client.get(reverse(f"admin:notifications_letter_{page}", args=args))
    assert response.status_code == 200
    assert "SECRET-42" not in response.text


def test_the_text_cannot_be_searched_for(client, superuser):
    LetterFactory()
    assert list(client.get(reverse(LIST), {"q": "SECRET-42"}).context["cl"].queryset) == []


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
