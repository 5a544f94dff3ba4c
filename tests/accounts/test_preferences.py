import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tests.accounts.helpers import address, confirmed_user

pytestmark = pytest.mark.django_db


def test_preferences_are_kept(client):
    user = confirmed_user()
    client.force_login(user)
    form = {"name": "Ali Sample", "language": "ar", "time_zone": "Africa/Dakar"}
    assertRedirects(client.post(address("accounts:preferences"), form), address("accounts:preferences"))
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == ("Ali Sample", "ar", "Africa/Dakar")


def test_a_time_zone_that_is_none_is_refused_and_what_was_typed_kept(client):
    user = confirmed_user()
    client.force_login(user)
    form = {"name": "Ali Sample", "language": "fr", "time_zone": "Dakar"}
    response = client.post(address("accounts:preferences"), form)
    assertContains(response, "“Dakar” is not the name of a time zone", status_code=400, count=2)
    assertContains(response, 'value="Dakar"', status_code=400)
    assertContains(response, 'value="Ali Sample"', status_code=400)
    assertContains(response, '<option value="fr" selected lang="fr">', status_code=400)
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("", "Europe/Istanbul")
