import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from notifications.models import Letter
from tests.accounts.helpers import address, code_in, confirmed_user, last_letter, plain, sign_in, sign_up
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "ar"])
def test_from_sign_up_to_the_desk(client, language):
    response = sign_up(client, "Ali@Example.org", language)
    assertRedirects(response, address("account_email_verification_sent", language))
    letter = last_letter()
    assert letter.recipients == ["ali@example.org"]
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in letter.html
    assert code_in(letter) in letter.html
    response = client.post(address("account_email_verification_sent", language), {"code": code_in(letter)})
    assertRedirects(response, address("desk", language))
    assertContains(client.get(address("desk", language)), "ali@example.org")
    assert User.objects.get().language == language


def test_the_code_may_be_typed_in_arabic_digits(client):
    sign_up(client, "ali@example.org", "ar")
    code = code_in(last_letter()).replace("-", "").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    response = client.post(address("account_email_verification_sent", "ar"), {"code": code})
    assertRedirects(response, address("desk", "ar"))


def test_a_wrong_code_is_answered_and_a_new_one_can_be_had(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "9/m/key"}
    sign_up(client, "ali@example.org")
    page = address("account_email_verification_sent")
    assertContains(client.post(page, {"code": "000000000"}), 'aria-invalid="true"')
    first = code_in(last_letter())
    client.post(page, {"action": "resend"})
    assertContains(client.post(page, {"code": first}), 'aria-invalid="true"')
    assertRedirects(client.post(page, {"code": code_in(last_letter())}), address("desk"))


def test_known_and_unknown_addresses_get_the_same_answer():
    confirmed_user(email="known@example.org")
    answers = []
    for email in ("known@example.org", "other@example.org"):
        browser = Client()
        response = sign_up(browser, email)
        page = browser.get(response["Location"])
        again = browser.post(response["Location"], {"code": "000000000"})
        answers.append(
            (response.status_code, response["Location"], page.status_code, plain(page, email), plain(again, email))
        )
    assert answers[0] == answers[1]
    assert User.objects.filter(email="known@example.org").count() == 1
    assert Letter.objects.get(recipients=["known@example.org"]).subject == "You have an account already"


def test_an_address_is_one_in_whatever_case_it_is_typed(client):
    user = confirmed_user(email="ali@example.org")
    sign_up(client, "Ali@Example.ORG")
    assert User.objects.get() == user
    assertRedirects(sign_in(Client(), "ALI@example.org"), address("desk"), fetch_redirect_response=False)


def test_the_database_refuses_an_address_in_another_case():
    UserFactory(email="ali@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="Ali@example.org")
