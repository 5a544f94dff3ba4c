"""People take their data along, and take their account away."""

import json

from django.urls import reverse

from accounts.models import Draft, User
from notifications.models import Follower, Letter
from partners.models import Invitation, Representation
from tests.accounts.helpers import confirmed_user, show_it_is_me
from tests.factories import (
    FollowerFactory,
    InstitutionFactory,
    InterestFactory,
    LetterFactory,
    NotificationFactory,
    RepresentationFactory,
)


def test_both_ask_for_the_password_once_more(client, db):
    client.force_login(confirmed_user())
    for name in ("own-data", "close-account"):
        for method in ("get", "post"):
            response = getattr(client, method)(reverse(name))
            assert response.status_code == 302
            assert "/reauthenticate/" in response["Location"]


def test_everything_held_is_handed_out(client, db):
    user = confirmed_user(name="Somebody Sample")
    one = RepresentationFactory(
        user=user, position="Head of Seeds", institution__name_en="Sample Institute"
    ).institution
    Invitation.send(one, "friend@example.org", user)
    Draft.save_answers(user, "institution", "", "institution", {"name_en": ["Half an institute"]})
    LetterFactory(recipients=[user.email], text="A letter to me")
    LetterFactory(recipients=["other@example.org"], text="A letter to another")
    follower = FollowerFactory(user=user)
    InterestFactory(follower=follower, words="what I look for")
    NotificationFactory(follower=follower, announcement__title="News for me")
    InterestFactory(words="what another looks for")
    client.force_login(user)
    show_it_is_me(client)
    response = client.get(reverse("own-data"))
    held = json.loads(response.content)
    text = json.dumps(held)
    for value in (
        user.email,
        "Somebody Sample",
        "Head of Seeds",
        "Sample Institute",
        "friend@example.org",
        "Half an institute",
        "A letter to me",
        "what I look for",
        "News for me",
    ):
        assert value in text
    assert "what another looks for" not in text
    assert "A letter to another" not in text
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'


def test_where_a_password_is_asked_for_programs_that_keep_them_are_told_whose(client, db):
    user = confirmed_user()
    client.force_login(user)
    field = f'<input type="text" value="{user.email}" autocomplete="username" hidden>'
    for page in (client.get(reverse("close-account"), follow=True), client.get(reverse("account_change_password"))):
        assert 'type="password"' in page.text
        assert field in page.text


def test_a_closed_account_leaves_no_name_behind(client, db):
    user = confirmed_user(name="Somebody Sample")
    email = user.email
    mine = RepresentationFactory(user=user)
    heir = RepresentationFactory(institution=mine.institution, is_manager=False)
    Representation.ask(InstitutionFactory(), user, "Clerk", "My words")
    LetterFactory(recipients=[email])
    InterestFactory(follower=FollowerFactory(user=user))
    Draft.save_answers(user, "institution", "", "institution", {"name_en": ["x"]})
    client.force_login(user)
    show_it_is_me(client)
    assert "no longer speak for" in client.get(reverse("close-account")).content.decode()
    assert client.post(reverse("close-account")).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.is_active, user.has_usable_password()) == ("", False, False)
    assert str(user) == "a closed account"
    assert not user.emailaddress_set.exists()
    assert not Draft.objects.exists()
    assert not Follower.objects.exists()
    assert list(mine.institution.representations.managing()) == [heir]
    assert not Letter.objects.to(email).exists()
    told = Letter.objects.values_list("text", flat=True)
    assert not any("Somebody Sample" in text for text in told)
    assert client.get(reverse("desk")).status_code == 302
    assert User.objects.filter(email=email).count() == 0


def test_others_keep_their_account(client, db):
    other = confirmed_user()
    client.force_login(confirmed_user())
    show_it_is_me(client)
    client.post(reverse("close-account"))
    other.refresh_from_db()
    assert other.is_active
