import pytest
from celery import current_app
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from tests.accounts.helpers import PASSWORD, address, confirmed_user, sign_in, sign_up

pytestmark = pytest.mark.django_db


def test_a_page_that_asks_for_a_login_asks_in_its_language(client):
    response = client.get(address("desk", "ar"))
    assertRedirects(response, f"{address('account_login', 'ar')}?next={address('desk', 'ar')}")


def test_after_signing_in_the_wanted_page_comes(client):
    user = confirmed_user()
    form = {"login": user.email, "password": PASSWORD, "next": address("mfa_index", "fr")}
    assertRedirects(client.post(address("account_login", "fr"), form), address("mfa_index", "fr"))


def test_a_wrong_password_is_answered_beside_what_was_typed(client):
    confirmed_user(email="ali@example.org")
    response = sign_in(client, "ali@example.org", "wrong")
    assertContains(response, 'class="errors" role="alert"')
    assertContains(response, 'value="ali@example.org"')


def test_too_many_failures_for_one_address_are_refused_in_words(client):
    confirmed_user(email="ali@example.org")
    for _attempt in range(5):
        sign_in(client, "ali@example.org", "wrong")
    assertContains(sign_in(client, "ali@example.org"), "Too many attempts have failed.")


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_too_many_attempts_get_a_page_of_the_portal(client, settings, language, direction):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _attempt in range(2):
        sign_in(client, "nobody@example.org", language=language)
    response = sign_in(client, "nobody@example.org", language=language)
    assertContains(response, f'<html lang="{language}" dir="{direction}">', status_code=429)
    assert response.templates[0].name == "429.html"


def test_a_closed_account_is_told_so(client):
    user = confirmed_user(is_active=False)
    assertRedirects(sign_in(client, user.email), address("account_inactive"))


def test_signing_out_takes_a_button(client):
    client.force_login(confirmed_user())
    assertContains(client.get(address("account_logout")), '<form class="form" method="post"')
    assertRedirects(client.post(address("account_logout")), address("home"), fetch_redirect_response=False)
    assertRedirects(client.get(address("desk")), f"{address('account_login')}?next={address('desk')}")


def test_sessions_are_listed_and_the_others_closed(client):
    user = confirmed_user()
    phone = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    other = Client(headers={"user-agent": phone})
    sign_in(other, user.email)
    sign_in(client, user.email)
    page = client.get(address("usersessions_list"))
    assertContains(page, "Firefox, Android")
    assertContains(page, "This browser", count=1)
    client.post(address("usersessions_list"))
    assertRedirects(other.get(address("desk")), f"{address('account_login')}?next={address('desk')}")
    assertContains(client.get(address("desk")), user.get_full_name())


@pytest.fixture
def no_broker():
    """The address of a broker that does not answer, for a while."""
    app = current_app._get_current_object()
    before = app.conf.broker_url
    _lead_to(app, "redis+socket:///nonexistent")
    yield
    _lead_to(app, before)


def _lead_to(app, url):
    app.conf.broker_url = app.conf.broker_write_url = url
    app._pool = app.amqp._producer_pool = None


@pytest.mark.usefixtures("no_broker")
def test_people_come_in_while_the_broker_is_down(client, django_capture_on_commit_callbacks, caplog):
    user = confirmed_user()
    with django_capture_on_commit_callbacks(execute=True):
        assertRedirects(sign_in(client, user.email), address("desk"))
    with django_capture_on_commit_callbacks(execute=True) as called:
        assertRedirects(
            sign_up(Client(), "new@example.org"),
            address("account_email_verification_sent"),
            fetch_redirect_response=False,
        )
    assert called
    assert "The broker does not answer" in caplog.text
