"""An account that staff take out of use leaves no institution behind unseen."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from notifications.models import Letter
from partners.applications import Decision, Role
from partners.models import Institution
from tests.accounts.test_admin import FORM
from tests.factories import RepresentationFactory
from tests.partners.office import application


def at(page, *args):
    return reverse(f"admin:accounts_user_{page}", args=args)


def save(client, user, **fields):
    """Save an account in the admin; without `is_active` among the fields it is taken out of use."""
    data = {name: value for name, value in FORM.items() if name != "is_active"}
    response = client.post(at("change", user.pk), data | {"email": user.email} | fields)
    assert response.status_code == 302, response.context["errors"]


@pytest.fixture
def staff(sign_in):
    return sign_in(is_staff=True, is_superuser=True)


def to_centre():
    return Letter.objects.filter(recipients=[settings.CENTRE_EMAIL])


def test_an_institution_left_without_anybody_is_told_and_shown(client, staff):
    kept, left = application(name_en="Kept"), application(name_en="Left")
    save(client, left.representations.get().user)
    assert list(Institution.objects.orphaned()) == [left]
    assert "Left" in to_centre().get().subject
    last = left.reviews.first()
    assert (last.decision, last.by, last.role) == (Decision.REPRESENTATIVE_LEFT, staff, Role.CENTRE)
    assert kept.representations.acting().count() == 1


def test_whoever_stays_manages_the_others(client, staff):
    one = application()
    heir = RepresentationFactory(institution=one, is_manager=False)
    save(client, one.representations.managing().get().user)
    assert list(one.representations.managing()) == [heir]
    assert not Institution.objects.unmanaged().exists()
    assert not to_centre().exists()


def test_a_change_of_another_kind_ends_nothing(client, staff):
    one = application()
    save(client, one.representations.get().user, name="Renamed", is_active="on")
    assert one.representations.managing().get().user.name == "Renamed"


def test_whose_name_stands_with_an_institution_is_not_deleted(client, staff):
    """Not even after it ended: the account is taken out of use instead, and the institution is not forgotten."""
    one = application()
    user = one.representations.get().user
    for _time in range(2):
        assert client.post(at("delete", user.pk), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
        assert client.post(at("changelist"), chosen).status_code == 403
        save(client, user)
    assert User.objects.filter(pk=user.pk).exists()
    assert list(Institution.objects.orphaned()) == [one]


def test_nobody_manages_where_only_closed_accounts_did(db):
    gone = RepresentationFactory(user__is_active=False)
    RepresentationFactory(institution=gone.institution, is_manager=False)
    managed = RepresentationFactory()
    RepresentationFactory(institution=managed.institution, is_manager=False)
    RepresentationFactory(user__is_active=False)  # nobody speaks for it at all
    assert list(Institution.objects.unmanaged()) == [gone.institution]
