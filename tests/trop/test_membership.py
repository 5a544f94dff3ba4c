"""Joining TROP, leaving it, and being trusted: every step leaves a row, and only listed institutions are members."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from notifications.models import Letter
from partners.applications import Role, Status
from partners.models import Institution
from tests.factories import (
    InstitutionFactory,
    MembershipFactory,
    OpportunityFactory,
    RepresentationFactory,
    UserFactory,
)
from trop.models import Membership, TrainingOpportunity


@pytest.fixture
def applied(db):
    representation = RepresentationFactory(user__language="fr")
    return Membership.apply(representation.institution, representation.user, "Courses.")


def steps(row):
    return list(row.reviews.order_by("pk").values_list("decision", "role", "reason"))


def test_asking_to_join_waits_for_the_centre(applied):
    assert (applied.status, applied.joined_on, applied.is_trusted) == ("applied", None, False)
    assert steps(applied) == [("applied", "applicant", "")]
    assert list(Membership.objects.waiting_for_review()) == [applied]
    assert not Membership.objects.current().exists()


def test_asking_twice_waits_once(applied):
    again = Membership.apply(applied.institution, UserFactory(), "Other words.")
    assert (again, again.courses) == (applied, "Courses.")
    assert len(steps(applied)) == 1


def test_only_a_listed_institution_can_ask(db):
    with pytest.raises(ValidationError, match="not listed"):
        Membership.apply(InstitutionFactory(status=Status.SUSPENDED), UserFactory(), "Courses.")
    assert not Membership.objects.exists()


def test_approved_it_is_a_member_from_that_day(applied):
    applied.approve(UserFactory())
    assert (applied.status, applied.joined_on, applied.waiting_since) == ("approved", localdate(), None)
    assert list(Membership.objects.current()) == [applied]
    with pytest.raises(ValidationError, match="decided in the meantime"):
        applied.decline("No.", UserFactory())


def test_declined_it_may_ask_again(applied):
    applied.decline("Say more.", UserFactory())
    assert (applied.may_apply, applied.last_words) == (True, "Say more.")
    again = Membership.apply(applied.institution, UserFactory(), "Much more.")
    assert (again.pk, again.status, again.courses) == (applied.pk, "applied", "Much more.")
    assert [step[0] for step in steps(again)] == ["applied", "declined", "applied-again"]


@pytest.mark.parametrize("verb", ["decline", "end", "stop_trusting"])
def test_what_an_institution_has_to_understand_needs_a_reason(db, verb):
    membership = MembershipFactory(is_trusted=True) if verb != "decline" else MembershipFactory(status="applied")
    with pytest.raises(ValidationError, match="Say why"):
        getattr(membership, verb)(" ", UserFactory())
    assert steps(membership) == []


def test_an_ended_membership_takes_its_trust_along(db):
    membership = MembershipFactory(is_trusted=True)
    offered = OpportunityFactory(institution=membership.institution)
    assert list(TrainingOpportunity.objects.published()) == [offered]
    membership.end("Never answers.", UserFactory())
    assert (membership.status, membership.joined_on, membership.is_trusted) == ("ended", None, False)
    assert not TrainingOpportunity.objects.published().exists()


def test_trust_is_given_and_taken_in_turn(db):
    membership = MembershipFactory()
    membership.trust(UserFactory())
    assert membership.is_trusted
    with pytest.raises(ValidationError, match="Nothing differs"):
        membership.trust(UserFactory())
    membership.stop_trusting("Complaints.", UserFactory())
    assert not membership.is_trusted
    assert steps(membership) == [("trusted", "centre", ""), ("trust-taken", "centre", "Complaints.")]


def test_only_a_member_can_be_trusted(applied):
    with pytest.raises(ValidationError):
        applied.trust(UserFactory())


def test_trust_is_earned_once_by_the_first_opportunities(db):
    membership = MembershipFactory()
    membership.earn_trust(Membership.TRUSTED_AFTER - 1)
    assert not membership.is_trusted
    membership.earn_trust(Membership.TRUSTED_AFTER)
    assert membership.is_trusted
    assert steps(membership) == [("trusted", Role.PORTAL, "")]
    membership.stop_trusting("Complaints.", UserFactory())
    membership.earn_trust(99)
    assert not membership.is_trusted, "the Centre decided on it"


def test_trust_that_was_earned_is_earned_again_after_leaving(db):
    membership = MembershipFactory()
    membership.earn_trust(Membership.TRUSTED_AFTER)
    membership.leave(None)
    Membership.apply(membership.institution, None, "Courses.").approve(None)
    membership.refresh_from_db()
    assert not membership.is_trusted
    membership.earn_trust(Membership.TRUSTED_AFTER + 1)
    membership.earn_trust(Membership.TRUSTED_AFTER + 2)
    assert membership.is_trusted
    assert steps(membership).count(("trusted", Role.PORTAL, "")) == 2


def test_one_and_set_agree_on_who_is_a_member(db):
    for status in Membership.Status:
        for listed in (Status.LISTED, Status.SUSPENDED):
            MembershipFactory(status=status, institution__status=listed)
    current = set(Membership.objects.current())
    assert {each for each in Membership.objects.all() if each.is_current} == current
    assert len(current) == 1
    members = Institution.objects.listed().of_networks([Institution.Network.TROP])
    assert {each.trop_membership for each in members} == current
    assert not Institution.objects.of_networks([]).exists()


def test_people_are_told_of_a_decision_in_their_language(applied):
    applied.approve(UserFactory(), "Welcome.")
    [letter] = Letter.objects.all()
    assert letter.recipients == [applied.institution.representations.get().user.email]
    assert f"/fr/trop/panel/{applied.institution.slug}/" in letter.text
    assert "Welcome." in letter.text
    assert 'lang="fr"' in letter.html


def test_the_words_given_with_trust_reach_the_institution(db):
    member = MembershipFactory(institution=RepresentationFactory().institution)
    member.trust(UserFactory(), "Well done.")
    assert "Well done." in Letter.objects.latest("pk").text


def test_who_takes_a_step_is_not_told_of_it(applied):
    applied.leave(applied.institution.representations.get().user, "A mistake.")
    assert applied.status == "ended"
    assert not Letter.objects.exists()
