"""What staff and focal points typed into their admin when the session had ended waits behind the sign-in."""

import re
from html import unescape

from django.urls import reverse

from accounts.keeping import KEPT
from classifications.models import City
from tests.factories import CountryFactory, FocalPointFactory, UserFactory

ADD = reverse("admin:classifications_city_add")


def sent_again(client, page):
    """Send the form that a page of kept answers holds."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    fields += re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page.text)
    return client.post(ADD, {name: unescape(value) for name, value in fields})


def test_a_form_is_sent_again_with_one_click(client, superuser):
    country = CountryFactory()
    typed = {"name_en": "Sousse", "country": country.pk, "aliases": "A long list of other names " * 4, "_save": "Save"}
    client.logout()
    assert client.post(ADD, typed)["Location"].startswith(reverse("admin:login"))
    client.force_login(superuser)
    page = client.get(ADD)
    assert "Your session had ended" in page.text
    assert not City.objects.exists()
    assert sent_again(client, page).status_code == 302
    assert City.objects.get().name_en == "Sousse"
    assert "Your session had ended" not in client.get(ADD).text


def test_it_is_shown_to_nobody_who_may_not_send_it(client, db):
    client.post(ADD, {"name_en": "Sousse"})
    client.force_login(UserFactory())
    assert "Sousse" not in client.get(ADD, follow=True).text


def test_a_focal_point_loses_nothing_either(client, db):
    focal_point = FocalPointFactory(user=UserFactory())
    path = reverse("country:index")
    client.post(path, {"words": "typed before", "password1": "secret"})
    assert client.session[KEPT]["answers"] == {"words": ["typed before"]}
    client.force_login(focal_point.user)
    assert "typed before" not in client.get(path, follow=True).text  # no second factor yet
