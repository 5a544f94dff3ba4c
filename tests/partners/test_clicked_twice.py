"""What is sent twice at the same moment is done once; what ended with a person cannot be used after them."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.models import User
from notifications.models import Letter
from partners.applications import Decision, Role, Status
from partners.models import Institution, Invitation, ProposedChange, Representation, Review
from partners.models.representation import INVITATIONS_A_DAY
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    InvitationFactory,
    LanguageFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.partners.test_registration import CONSENT
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
def test_invitations_sent_at_once_are_counted_together():
    mine = RepresentationFactory()
    for n in range(INVITATIONS_A_DAY - 2):
        Invitation.send(mine.institution, f"{n}@example.org", mine.user)
    others = [lambda n=n: Invitation.send(mine.institution, f"new{n}@example.org", mine.user) for n in range(4)]
    refused = "You have sent many invitations today. Send more tomorrow."
    assert race(*others) == [refused, refused, "done", "done"]
    assert Invitation.objects.count() == INVITATIONS_A_DAY


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


# --- The second click finds the first done -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_change_proposed_twice_waits_once():
    mine = RepresentationFactory()
    propose = [lambda: ProposedChange.propose(mine.institution, mine.user, {"website": "https://new.example.org"})] * 4
    assert race(*propose) == ["done"] * 4
    assert mine.institution.reviews.filter(decision=Decision.CHANGE_PROPOSED).count() == 1


def test_the_change_that_waits_keeps_its_number_until_another_is_proposed(db):
    mine = RepresentationFactory()
    first, again = (ProposedChange.propose(mine.institution, mine.user, {"name_en": "A"}) for _click in range(2))
    other = ProposedChange.propose(mine.institution, mine.user, {"name_en": "B"})
    assert (first == again, first == other) == (True, False)
    assert list(ProposedChange.objects.waiting()) == [other]
    assert mine.institution.reviews.filter(decision=Decision.CHANGE_PROPOSED).count() == 2


@pytest.mark.parametrize("verb", ["verify", "confirm"])
@pytest.mark.django_db(transaction=True)
def test_vouched_for_twice_at_once_is_one_row_and_one_letter(verb):
    mine, by, until = RepresentationFactory(), UserFactory(), localdate() + timedelta(days=9)
    clicks = [Institution.objects.get(pk=mine.institution_id) for _click in range(3)]
    assert race(*[lambda one=one: getattr(one, verb)(by, until, "Seen. ") for one in clicks]) == ["done"] * 3
    letters = Letter.objects.filter(recipients=[mine.user.email])
    assert (mine.institution.reviews.count(), letters.count()) == (1, 1)


@pytest.mark.parametrize("what", ["day", "words", "person", "later"])
def test_vouching_for_it_anew_is_another_step(db, what):
    institution, by, until = InstitutionFactory(), UserFactory(), localdate() + timedelta(days=9)
    institution.verify(by, until, "Seen.")
    if what == "later":
        institution.reviews.update(at=now() - timedelta(minutes=1))
    institution.verify(
        UserFactory() if what == "person" else by,
        until + timedelta(days=1) if what == "day" else until,
        "Seen again." if what == "words" else "Seen.",
    )
    assert institution.reviews.count() == 2


@pytest.fixture
def manager(client, db):
    mine = RepresentationFactory()
    client.force_login(mine.user)
    return mine


def at(name, mine, *rest):
    return reverse(f"partners:{name}", args=[mine.institution.slug, *rest])


def hands_over(mine):
    return at("hand-over", mine, RepresentationFactory(institution=mine.institution, is_manager=False).pk)


def removes(mine):
    return at("remove", mine, RepresentationFactory(institution=mine.institution, is_manager=False).pk)


def accepts(mine):
    asked = RepresentationFactory(institution=mine.institution, is_manager=False, accepted_at=None)
    return at("accept-request", mine, asked.pk)


def declines(mine):
    asked = RepresentationFactory(institution=mine.institution, is_manager=False, accepted_at=None)
    return at("decline-request", mine, asked.pk)


def withdraws(mine):
    Institution.objects.filter(pk=mine.institution_id).update(status=Status.RETURNED)
    return at("withdraw", mine)


def leaves(mine):
    return at("leave", mine)


def corrects(mine):
    Institution.objects.filter(pk=mine.institution_id).update(
        status=Status.RETURNED, offers="Courses.", country=CountryFactory(iso2="UG")
    )
    mine.institution.sectors.add(SectorFactory())
    mine.institution.languages.add(LanguageFactory(code="en"))
    User.objects.filter(pk=mine.user_id).update(name="Somebody Sample")
    return at("correct-send", mine)


STEPS = [hands_over, removes, accepts, declines, leaves, withdraws, corrects]
SENT = CONSENT | {"reason": "Not known here."}


@pytest.mark.parametrize("step", STEPS)
def test_who_clicks_twice_reads_the_same_twice(client, manager, step):
    path = step(manager)
    first = client.post(path, SENT)
    said = [str(each) for each in get_messages(first.wsgi_request)]
    again = client.post(path, SENT)
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])
    assert [str(each) for each in get_messages(again.wsgi_request)][-1:] == said
    assert manager.institution.reviews.count() == 1


@pytest.mark.parametrize("step", [step for step in STEPS if step is not withdraws])
def test_nobody_else_is_told_that_it_was_done(client, manager, step):
    path = step(manager)
    client.post(path, SENT)
    for stranger in (UserFactory(), RepresentationFactory().user):
        client.force_login(stranger)
        assert client.post(path, SENT).status_code == 404
    client.force_login(manager.user)
    Review.objects.update(at=now() - timedelta(minutes=1))
    assert client.post(path, SENT).status_code == 404


@pytest.mark.parametrize("name", ["remove", "accept-request", "hand-over"])
def test_what_was_done_about_one_is_not_told_of_another(client, manager, name):
    client.post(removes(manager))
    other = RepresentationFactory()
    assert client.post(at(name, manager, other.pk)).status_code == 404


def test_an_invitation_withdrawn_twice_is_withdrawn(client, manager):
    invitation = InvitationFactory(institution=manager.institution, made_by=manager.user)
    path = at("withdraw-invitation", manager, invitation.pk)
    assert [client.post(path)["Location"] for _click in range(2)] == [at("desk", manager)] * 2
    assert not Invitation.objects.open().exists()


def test_an_invitation_that_was_accepted_is_not_withdrawn(client, manager):
    invitation = InvitationFactory(institution=manager.institution, made_by=manager.user, accepted_at=now())
    assert client.post(at("withdraw-invitation", manager, invitation.pk)).status_code == 404


def test_declining_without_a_reason_asks_for_it_and_declines_nothing(client, manager):
    path = declines(manager)
    response = client.post(path, {"reason": ""})
    assert response.status_code == 400
    assert [str(each) for each in get_messages(response.wsgi_request)] == []
    assert manager.institution.representations.asked().count() == 1


def test_a_late_click_on_withdrawing_is_told_that_it_is_too_late(client, manager):
    path = withdraws(manager)
    client.post(path)
    client.force_login(UserFactory())
    assert client.post(path).status_code == 404
    client.force_login(manager.user)
    Review.objects.update(at=now() - timedelta(minutes=1))
    late = client.post(path)
    assert [each.level_tag for each in get_messages(late.wsgi_request)][-1:] == ["error"]
    assert manager.institution.reviews.count() == 1
