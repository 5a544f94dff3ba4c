import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from notifications.models import Letter
from tests.accounts.helpers import PASSWORD, address, code_in, confirmed_user, last_letter, plain, sign_in

pytestmark = pytest.mark.django_db
NEW = "seven quiet rivers"


def test_a_new_password_by_code(client):
    user = confirmed_user(email="ali@example.org", language="ar", time_zone="Africa/Dakar")
    response = client.post(address("account_reset_password"), {"email": "Ali@example.org"})
    assertRedirects(response, address("account_confirm_password_reset_code"))
    letter = last_letter()
    assert 'lang="ar" dir="rtl"' in letter.html  # the language of the reader, not that of the page
    response = client.post(address("account_confirm_password_reset_code"), {"code": code_in(letter)})
    assertRedirects(response, address("account_complete_password_reset"))
    response = client.post(address("account_complete_password_reset"), {"password1": NEW, "password2": NEW})
    assertRedirects(response, address("account_password_reset_completed"))
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert Letter.objects.count() == 2
    assert "Africa/Dakar" in last_letter().text


def test_known_and_unknown_addresses_get_the_same_answer():
    confirmed_user(email="known@example.org")
    answers = []
    for email in ("known@example.org", "other@example.org"):
        client = Client()
        response = client.post(address("account_reset_password"), {"email": email})
        page = client.get(response["Location"])
        again = client.post(response["Location"], {"code": "000000000"})
        answers.append((response.status_code, response["Location"], plain(page, email), plain(again, email)))
    assert answers[0] == answers[1]
    assert Letter.objects.get(recipients=["other@example.org"]).subject == "No account has this e-mail address"


def test_changing_the_password_tells_its_owner(client):
    user = confirmed_user(language="fr")
    sign_in(client, user.email)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assertRedirects(client.post(address("account_change_password"), form), address("account_change_password"))
    letter = last_letter()
    assert letter.recipients == [user.email]
    assert 'lang="fr"' in letter.html
    assertContains(client.get(address("desk")), user.get_full_name())


def test_a_short_password_is_refused_in_the_language_of_the_page(client):
    client.force_login(confirmed_user())
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    response = client.post(address("account_change_password", "ar"), form)
    assertContains(response, "كلمة المرور قصيرة جدا. يجب ألا تقل عن ١٠ أحرف.")
