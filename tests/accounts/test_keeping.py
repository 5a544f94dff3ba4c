"""What somebody posted without a session waits for them behind the sign-in."""

from django.urls import reverse

from accounts.keeping import KEPT
from tests.accounts.helpers import PASSWORD, confirmed_user
from tests.factories import InstitutionFactory, RepresentationFactory


def test_through_the_real_sign_in(client, db):
    user = confirmed_user()
    one = RepresentationFactory(user=user).institution
    path = reverse("partners:edit", args=[one.slug])
    response = client.post(path, {"offers": "Long text typed for an hour", "csrfmiddlewaretoken": "x"})
    assert KEPT in client.session
    assert "csrfmiddlewaretoken" not in client.session[KEPT]["answers"]
    response = client.post(response["Location"], {"login": user.email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == path
    assert "Long text typed for an hour" in response.content.decode()
    assert KEPT not in client.session


def test_what_another_page_kept_is_not_shown(client, db):
    user = confirmed_user()
    client.post(reverse("partners:represent", args=[InstitutionFactory().slug]), {"position": "Clerk"})
    client.force_login(user)
    assert "Clerk" not in client.get(reverse("partners:represent", args=[InstitutionFactory().slug])).content.decode()


def test_reading_sets_no_cookie(client, db):
    response = client.get(reverse("partners:represent", args=[InstitutionFactory().slug]))
    assert response.status_code == 302
    assert not client.cookies


def test_more_than_a_form_holds_is_not_kept(client, db):
    client.post(reverse("partners:represent", args=[InstitutionFactory().slug]), {"words": "x" * 200_000})
    assert KEPT not in client.session
