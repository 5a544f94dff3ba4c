"""What the portal reminds of: stale drafts by letter, the rest on the desk."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from notifications.models import Letter
from partners.applications import Status as Listing
from sesric_portal.celery import app
from sesric_portal.desk import tasks_of
from tests.factories import MembershipFactory, OpportunityFactory, RepresentationFactory, UserFactory
from trop.models import Membership, TrainingOpportunity
from trop.tasks import remind_of_stale_drafts

AGO = now() - timedelta(days=15)


@pytest.fixture
def member(db):
    return MembershipFactory(institution=RepresentationFactory(user__language="fr").institution)


def person(member):
    return member.institution.representations.get(is_manager=True).user


def test_a_draft_left_alone_is_reminded_of_once(member):
    stale = OpportunityFactory(
        institution=member.institution, status="draft", slug="", touched_at=AGO, made_by=person(member), title="Pompes"
    )
    RepresentationFactory(institution=member.institution, is_manager=False)
    OpportunityFactory(institution=member.institution, status="draft", slug="")
    OpportunityFactory(institution=member.institution, touched_at=AGO)
    suspended = MembershipFactory(institution=RepresentationFactory(institution__status=Listing.SUSPENDED).institution)
    OpportunityFactory(institution=suspended.institution, status="draft", slug="", touched_at=AGO)
    remind_of_stale_drafts()
    remind_of_stale_drafts()
    [letter] = Letter.objects.all()
    assert letter.recipients == [person(member).email]
    assert f"/fr/trop/panel/{member.institution.slug}/{stale.pk}/edit/" in letter.text


def test_where_who_began_it_has_left_all_others_are_reminded(member):
    OpportunityFactory(institution=member.institution, status="draft", slug="", touched_at=AGO, made_by=UserFactory())
    other = RepresentationFactory(institution=member.institution, is_manager=False).user
    remind_of_stale_drafts()
    assert {letter.recipients[0] for letter in Letter.objects.all()} == {person(member).email, other.email}


def test_typing_is_working_on_it(member):
    draft = OpportunityFactory(institution=member.institution, status="draft", slug="", touched_at=AGO)
    draft.touch()
    assert not TrainingOpportunity.objects.stale().exists()


def typed(draft):
    draft.touch()


def written(draft):
    draft.rewrite(draft.made_by, sectors=[], languages=[], open_to=[], city_name="", title="Pumps")


def taken_back(draft):
    TrainingOpportunity.objects.filter(pk=draft.pk).update(status="waiting", slug="pumps", waiting_since=AGO)
    draft.take_back(draft.made_by)


@pytest.mark.parametrize("work", [typed, written, taken_back])
def test_a_draft_worked_on_and_left_alone_again_is_reminded_of_again(member, work):
    draft = OpportunityFactory(
        institution=member.institution, status="draft", slug="", touched_at=AGO, made_by=person(member)
    )
    remind_of_stale_drafts()
    work(draft)
    remind_of_stale_drafts()
    assert Letter.objects.count() == 1, "it was worked on today"
    TrainingOpportunity.objects.update(touched_at=AGO)
    remind_of_stale_drafts()
    remind_of_stale_drafts()
    assert Letter.objects.count() == 2


def test_beat_knows_the_task(settings):
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert remind_of_stale_drafts.name in scheduled
    app.loader.import_default_modules()
    assert scheduled <= set(app.tasks)


# --- The desk -----------------------------------------------------------------------------------------------------------


def on_desk(user):
    return [(str(task.title), str(task.about)) for task in tasks_of(user)]


def test_the_desk_shows_what_waits(member):
    house, user = member.institution, person(member)
    returned = OpportunityFactory(institution=house, status="waiting", title="Returned")
    returned.return_with("Why?", UserFactory())
    closing = OpportunityFactory(institution=house, title="Closing", apply_by=localdate() + timedelta(days=7))
    OpportunityFactory(institution=house, title="Later", apply_by=localdate() + timedelta(days=8))
    OpportunityFactory(institution=house, title="Over", apply_by=localdate() - timedelta(days=1))
    OpportunityFactory(institution=house, title="Mine", status="draft", slug="", made_by=user)
    OpportunityFactory(institution=house, title="A colleague's", status="draft", slug="")
    OpportunityFactory(title="Another's", apply_by=localdate())
    shown = on_desk(user)
    assert [about for _title, about in shown] == ["Returned", "Closing", "Mine"]
    assert shown[0][0] == "Answer the reviewers’ question"
    assert str(closing.apply_by.year) in shown[1][0]
    assert on_desk(UserFactory()) == []


def test_the_desk_tells_of_decisions_on_memberships(db):
    user = UserFactory()
    for name in ("Joined", "Declined", "Long ago"):
        house = RepresentationFactory(user=user, institution__name_en=name).institution
        membership = Membership.apply(house, user, "Courses.")
        membership.decline("No.", UserFactory()) if name != "Joined" else membership.approve(UserFactory())
        if name == "Long ago":
            membership.reviews.update(at=now() - timedelta(days=31))
    assert on_desk(user) == [
        ("TROP membership was declined: read why", "Declined"),
        ("Your institution joined TROP: offer a first training", "Joined"),
    ]


def test_once_something_was_begun_the_desk_asks_for_it_no_more(db):
    user = UserFactory()
    house = RepresentationFactory(user=user).institution
    Membership.apply(house, user, "Courses.").approve(UserFactory())
    OpportunityFactory(institution=house)
    assert on_desk(user) == []
