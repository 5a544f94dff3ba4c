"""An account that staff take out of use leaves no institution behind unseen."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from notifications.models import Letter
from partners.applications import Decision, Role
from partners.models import Institution, Representation
from tests.accounts.helpers import confirmed_user, show_it_is_me
from tests.accounts.test_admin import FORM
from tests.factories import InstitutionFactory, RepresentationFactory, UserFactory
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


# --- Who only asked ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(db):
    """Requests of one person that nobody answered: for an institution somebody manages, and for one nobody ever spoke for."""
    user = confirmed_user()
    rows = [RepresentationFactory().institution, InstitutionFactory()]
    requests = [Representation.ask(each, user, "Clerk", "My words") for each in rows]
    Letter.objects.all().delete()
    return requests


def close(client, user):
    client.force_login(user)
    show_it_is_me(client)
    assert client.post(reverse("close-account")).status_code == 302


def test_a_request_of_somebody_who_closes_the_account_is_gone_and_no_institution_is_called_orphaned(client, asked):
    other = Representation.ask(asked[1].institution, UserFactory(), "Clerk")
    assert set(Representation.objects.asked()) == {*asked, other}
    Letter.objects.all().delete()
    close(client, asked[0].user)
    assert not Letter.objects.filter(recipients=[settings.CENTRE_EMAIL]).exists()
    assert list(Representation.objects.asked()) == [other]
    for request in asked:
        assert not request.institution.reviews.filter(decision=Decision.REPRESENTATIVE_LEFT).exists()
    assert list(Institution.objects.orphaned()) == []


def test_a_request_of_an_account_taken_out_of_use_is_gone(client, staff, asked):
    save(client, asked[0].user)
    assert not Representation.objects.asked().exists()
    assert not to_centre().exists()


def test_closing_the_account_of_the_only_representative_is_told_to_the_centre(client, db):
    left = RepresentationFactory(user=confirmed_user(), institution__name_en="Left")
    close(client, left.user)
    assert "Left" in to_centre().get().subject


def test_an_application_that_ended_is_orphaned_by_nobody(client, db):
    ended = RepresentationFactory(user=confirmed_user(), institution__status="declined")
    close(client, ended.user)
    assert not to_centre().exists()
    ended.refresh_from_db()
    assert ended.ended_at


def test_a_request_that_was_answered_is_not_taken_back(asked):
    asked[0].accept(UserFactory(), Role.CENTRE)
    with pytest.raises(ValidationError):
        asked[0].take_back()
    with pytest.raises(ValidationError):
        asked[1].end(UserFactory(), Role.CENTRE)  # a request is declined, or taken back
