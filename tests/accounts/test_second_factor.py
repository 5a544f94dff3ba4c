import re

import pytest
from allauth.mfa.models import Authenticator
from pytest_django.asserts import assertContains, assertRedirects

from tests.accounts.helpers import PASSWORD, address, app_code, confirmed_user, last_letter, show_it_is_me, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    """Somebody signed in whose second factor has just been set up."""
    user = confirmed_user()
    sign_in(client, user.email)
    show_it_is_me(client)
    secret = client.get(address("mfa_activate_totp")).context["form"].secret
    response = client.post(address("mfa_activate_totp"), {"code": app_code(secret)})
    assertRedirects(response, address("mfa_view_recovery_codes"))
    user.secret = secret
    return user


def test_setting_up_shows_the_key_as_text_and_as_a_drawing(client):
    sign_in(client, confirmed_user().email)
    show_it_is_me(client)
    response = client.get(address("mfa_activate_totp"))
    secret = response.context["form"].secret
    page = response.content.decode()
    assert f"{secret[:4]} {secret[4:8]}" in page
    assert '<svg role="img" aria-label="Square to scan with the app"' in page
    assert "data:" not in page


def test_a_wrong_code_sets_nothing_up(client):
    sign_in(client, confirmed_user().email)
    show_it_is_me(client)
    secret = client.get(address("mfa_activate_totp")).context["form"].secret
    response = client.post(address("mfa_activate_totp"), {"code": "12345"})
    assertContains(response, 'aria-invalid="true"')
    assert response.context["form"].secret == secret
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)  # the letter is written on commit
def test_signing_in_asks_for_the_code(client, user):
    assert last_letter().subject == "Your account has a second factor now"
    client.logout()
    assertRedirects(sign_in(client, user.email), address("mfa_authenticate"))
    assertContains(client.post(address("mfa_authenticate"), {"code": "000"}), 'aria-invalid="true"')
    response = client.post(address("mfa_authenticate"), {"code": app_code(user.secret)})
    assertRedirects(response, address("desk"))


@pytest.mark.parametrize(("periods", "is_taken"), [(-3, False), (-1, True), (3, False)])
def test_a_code_that_ended_while_it_was_sent_is_taken(client, user, periods, is_taken):
    client.logout()
    sign_in(client, user.email)
    response = client.post(address("mfa_authenticate"), {"code": app_code(user.secret, periods)})
    if is_taken:
        assertRedirects(response, address("desk"))
    else:
        assertContains(response, 'aria-invalid="true"')


def test_a_recovery_code_signs_in_once(client, user):
    page = client.get(address("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<code><bdi[^>]*>([^<]+)</bdi></code>", page)
    assert len(codes) == 10
    assert client.get(address("mfa_download_recovery_codes")).content.decode().split() == codes
    client.logout()
    sign_in(client, user.email)
    assertRedirects(client.post(address("mfa_authenticate"), {"code": codes[0]}), address("desk"))
    client.logout()
    sign_in(client, user.email)
    assertContains(client.post(address("mfa_authenticate"), {"code": codes[0]}), 'aria-invalid="true"')
    assert client.get(address("desk")).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("user")
def test_new_codes_replace_the_old(client):
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assertContains(client.get(address("mfa_generate_recovery_codes")), "stop working")
    response = client.post(address("mfa_generate_recovery_codes"))
    assertRedirects(response, address("mfa_view_recovery_codes"))
    assert not set(old) & set(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes())
    assert last_letter().subject == "New recovery codes were made for your account"


@pytest.mark.usefixtures("user")
def test_it_can_be_switched_off(client):
    assertContains(client.get(address("mfa_deactivate_totp")), "Switch it off")
    assertRedirects(client.post(address("mfa_deactivate_totp")), address("mfa_index"))
    assert not Authenticator.objects.exists()
    assert last_letter().subject == "The second factor of your account is switched off"


def test_setting_up_asks_for_the_password_once_more(client):
    sign_in(client, confirmed_user().email)
    wanted = address("mfa_activate_totp")
    response = client.get(wanted)
    assertRedirects(response, f"{address('account_reauthenticate')}?next={wanted.replace('/', '%2F')}")
    assertContains(client.get(response["Location"]), "Is it you?")
    form = {"password": "wrong", "next": wanted}
    assertContains(client.post(address("account_reauthenticate"), form), "Incorrect password.", count=2)
    assertRedirects(client.post(address("account_reauthenticate"), form | {"password": PASSWORD}), wanted)
