import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tests.accounts.helpers import PASSWORD, address, code_in, confirmed_user, last_letter, show_it_is_me, sign_in

pytestmark = pytest.mark.django_db


def test_an_address_is_added_by_code(client):
    user = confirmed_user(language="fr")
    sign_in(client, user.email)
    show_it_is_me(client)
    response = client.post(address("account_email"), {"email": "New@example.org", "action_add": ""})
    assertRedirects(response, address("account_email_verification_sent"))
    letter = last_letter()
    assert (letter.recipients, 'lang="fr"' in letter.html) == (["new@example.org"], True)
    response = client.post(address("account_email_verification_sent"), {"code": code_in(letter)})
    assert response.status_code == 302
    assert user.emailaddress_set.get(email="new@example.org").verified
    assertContains(client.get(address("account_email")), "Make it the main address")


def test_removing_an_address_tells_its_owner(client):
    user = confirmed_user(email="ali@example.org")
    user.emailaddress_set.create(email="second@example.org", verified=True)
    sign_in(client, user.email)
    show_it_is_me(client)
    client.post(address("account_email"), {"email": "second@example.org", "action_remove": ""})
    assert [each.email for each in user.emailaddress_set.all()] == ["ali@example.org"]
    assert "second@example.org" in last_letter().text


def test_an_address_typed_before_the_session_ended_stands_in_the_form_again(client):
    user = confirmed_user()
    sent = client.post(address("account_email"), {"email": "new@example.org", "action_add": ""})
    page = sign_in_at(client, sent["Location"], user)
    assert 'value="new@example.org"' in page.text
    assert not user.emailaddress_set.filter(email="new@example.org").exists()


def test_an_address_typed_before_the_password_is_asked_for_again_is_added(client):
    user = confirmed_user()
    client.force_login(user)
    asked = client.post(address("account_email"), {"email": "new@example.org", "action_add": ""})
    assert not user.emailaddress_set.filter(email="new@example.org").exists()
    done = client.post(asked["Location"], {"password": PASSWORD, "next": address("account_email")})
    assertRedirects(done, address("account_email_verification_sent"))
    assert last_letter().recipients == ["new@example.org"]


def sign_in_at(client, path, user):
    return client.post(path, {"login": user.email, "password": PASSWORD}, follow=True)
