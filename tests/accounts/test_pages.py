"""First look: every page answers."""

import pytest
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_inactive", "account_password_reset_completed"]
)
def test_entrance(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200


@pytest.mark.parametrize(
    "name", ["accounts:preferences", "account_email", "account_change_password", "mfa_index", "usersessions_list",
             "account_logout", "account_reauthenticate", "mfa_activate_totp"])
def test_manage(client, name):
    user = UserFactory()
    client.post(reverse("account_login"), {"login": user.email, "password": "a long enough password"})
    client.force_login(user)
    response = client.get(reverse(name), follow=True)
    assert response.status_code == 200
    print(response.content.decode()[1500:])
