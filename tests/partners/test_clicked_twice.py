"""What is sent twice at the same moment is done once; what ended with a person cannot be used after them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from notifications.models import Letter
from partners.applications import Role
from partners.models import Institution, Invitation, Representation
from tests.factories import CountryFactory, InstitutionFactory, InvitationFactory, RepresentationFactory, UserFactory
from tests.racing import race

FACTS = {"kind": Institution.Kind.NGO}


@pytest.mark.django_db(transaction=True)
def test_who_asks_twice_to_represent_asked_once():
    institution, user = InstitutionFactory(), UserFactory()
    assert race(*[lambda: Representation.ask(institution, user, "Clerk")] * 4) == ["done"] * 4
    assert Representation.objects.asked().count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_address_invited_twice_has_one_letter():
    mine = RepresentationFactory()
    invite = [lambda: Invitation.send(mine.institution, "New@Example.org", mine.user)] * 4
    assert race(*invite) == ["done"] * 4
    assert Invitation.objects.count() == 1
    assert Letter.objects.filter(recipients__contains=["new@example.org"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_apply_for_one_institution_at_once_make_one_application():
    country = CountryFactory()
    one, other = UserFactory(), UserFactory()
    refused, done = race(
        lambda: Institution.apply(one, "Head", name_fr="Institut Révision du Sahel", country=country, **FACTS),
        lambda: Institution.apply(other, "Head", name_en="INSTITUT REVISION DU SAHEL", country=country, **FACTS),
    )
    assert (refused, done) == ("An institution of this name is on record in this country.", "done")
    assert Institution.objects.count() == 1


def test_the_same_name_elsewhere_is_another_institution(db):
    for _country in range(2):
        Institution.apply(UserFactory(), "Head", name_fr="Institut", country=CountryFactory(), **FACTS)
    assert Institution.objects.count() == 2


def test_a_manager_whose_account_was_closed_makes_room(db):
    gone = RepresentationFactory(user__is_active=False)
    heir = RepresentationFactory(institution=gone.institution, accepted_at=None, is_manager=False)
    heir.accept(UserFactory(), Role.CENTRE)
    gone.refresh_from_db()
    assert (heir.is_manager, gone.is_manager) == (True, False)


@pytest.mark.parametrize("how", ["removed", "closed"])
def test_an_invitation_ends_with_whoever_sent_it(client, db, how):
    manager = RepresentationFactory()
    invitation = InvitationFactory(institution=manager.institution, made_by=manager.user)
    other = InvitationFactory(institution=manager.institution, made_by=RepresentationFactory().user)
    if how == "removed":
        manager.end(UserFactory(), Role.CENTRE, "Fraud.")
    else:
        manager.user.is_active = False
        manager.user.save()
    assert list(Invitation.objects.open()) == [other]
    invitee = UserFactory(email=invitation.email)
    invitee.emailaddress_set.update_or_create(email=invitation.email, defaults={"verified": True})
    with pytest.raises(ValidationError, match="no longer open"):
        invitation.accept(invitee, "Clerk")


def test_a_second_click_on_asking_leads_on(client, db):
    client.force_login(UserFactory())
    path = reverse("partners:represent", args=[InstitutionFactory().slug])
    answers = [
        client.post(path, {"person": "Somebody", "position": "Clerk", "agrees": "on", "may_speak": "on"})
        for _click in range(2)
    ]
    assert [(answer.status_code, answer.get("Location")) for answer in answers] == [(302, answers[0]["Location"])] * 2
