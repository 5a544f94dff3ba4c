"""Addresses that only take what a form sends: what opens there by itself, and what was typed before the session ended."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from partners.models import Notice
from tests.factories import NoticeFactory, RepresentationFactory, UserFactory


@pytest.mark.parametrize(("prefix", "told"), [("", "Nothing opens here by itself"), ("/ar", "لا شيء يُفتح هنا مباشرة")])
def test_what_takes_no_such_request_says_so(client, db, prefix, told):
    response = client.post(f"{prefix}/events/")
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert f"<h1>{told}</h1>" in response.text


def test_what_was_typed_for_an_address_without_a_page_is_shown_behind_the_sign_in(client, db):
    mine = RepresentationFactory()
    path = reverse("partners:invite", args=[mine.institution.slug])
    client.post(path, {"email": "colleague@example.org"})
    client.force_login(mine.user)
    page = client.get(path)
    assert "<h1>Your session had ended</h1>" in page.text
    assert 'name="email" value="colleague@example.org"' in page.text
    assert client.post(path, {"email": "colleague@example.org"}).status_code == 302
    assert mine.institution.invitations.get().email == "colleague@example.org"
    assert client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("prefix", "button"), [("", "Send it again"), ("/fr", "Envoyer de nouveau"), ("/ar", "إعادة الإرسال")]
)
def test_a_button_without_fields_is_given_back_behind_the_sign_in(client, db, prefix, button):
    mine = RepresentationFactory()
    notice = NoticeFactory(institution=mine.institution)
    path = prefix + reverse("partners:close-notice", args=[mine.institution.slug, notice.pk])
    assert "/accounts/login/" in client.post(path)["Location"]
    client.force_login(mine.user)
    page = client.get(path).text
    assert f'<form class="form" method="post" action="{path}">' in page
    assert f"{button}</button>" in page
    assert Notice.objects.open_on(localdate()).exists()
    client.post(path)
    assert not Notice.objects.open_on(localdate()).exists()
    assert client.get(path).status_code == 405


def test_it_is_shown_to_nobody_who_is_not_signed_in(client, db):
    path = reverse("partners:invite", args=[RepresentationFactory().institution.slug])
    client.post(path, {"email": "colleague@example.org"})
    assert "colleague@example.org" not in client.get(path, follow=True).text


def test_a_name_typed_into_the_settings_is_not_lost(client, db):
    path = reverse("accounts:preferences")
    client.post(path, {"name": "Typed before", "language": "fr", "time_zone": "Africa/Tunis"})
    client.force_login(UserFactory())
    assert "Typed before" in client.get(path).text


def test_a_draft_kept_in_passing_is_refused_without_a_page(client, db):
    path = reverse("partners:register-keep", args=["institution"])
    assert client.post(path, {"name_en": "x"}, headers={"HX-Request": "true"}).status_code == 401
