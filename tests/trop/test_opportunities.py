"""The way of an opportunity: drafts, reviews and trust, deadlines, and what the public may ever see."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from notifications.models import Announcement, Letter
from partners.applications import Role
from partners.applications import Status as Listing
from tests.factories import (
    CityFactory,
    CountryFactory,
    LanguageFactory,
    MembershipFactory,
    OpportunityFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.racing import race
from trop.models import Membership, OpportunityReview, ProposedRewrite, TrainingOpportunity
from trop.models.states import Decision, Period, Status

Cost, Mode = TrainingOpportunity.Cost, TrainingOpportunity.Mode


@pytest.fixture
def member(db):
    return MembershipFactory(institution=RepresentationFactory().institution)


def person(member):
    return member.institution.representations.get().user


def facts(**changed):
    """All that a complete opportunity says, as the form gives it."""
    today = localdate()
    return {
        "title": "Solar water pumps", "summary": "Maintenance.", "written_in": "en", "category": "workshop",
        "level": "advanced", "mode": "in_person", "sectors": [SectorFactory()],
        "languages": [LanguageFactory(code="en")], "open_to": [], "city_name": "Tunis", "seats": 4, "cost": "",
        "covered": ["tuition"], "how_to_apply": "Write.", "application_url": "", "apply_by": today + timedelta(days=30),
        "starts_on": today + timedelta(days=60), "ends_on": today + timedelta(days=62),
    } | changed  # fmt: skip


def draft_of(member, **changed):
    draft = TrainingOpportunity.begin(member.institution, person(member))
    draft.rewrite(person(member), **facts(**changed))
    return draft


def steps(opportunity):
    return list(opportunity.reviews.order_by("pk").values_list("decision", flat=True))


# --- Drafts -------------------------------------------------------------------------------------------------------------


def test_two_clicks_begin_one_draft(member):
    first = TrainingOpportunity.begin(member.institution, person(member))
    assert TrainingOpportunity.begin(member.institution, person(member)) == first
    assert steps(first) == ["begun"]
    first.rewrite(person(member), **facts())
    assert TrainingOpportunity.begin(member.institution, person(member)) != first


def test_two_empty_drafts_of_one_person_are_refused_by_the_database(member):
    first = TrainingOpportunity.begin(member.institution, person(member))
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingOpportunity.objects.create(institution=first.institution, made_by=first.made_by)
    assert TrainingOpportunity.begin(member.institution, UserFactory()) != first


def test_a_draft_may_lack_all_but_its_title(member):
    empty = dict.fromkeys(["starts_on", "ends_on", "apply_by", "seats"]) | dict.fromkeys(
        ["summary", "category", "level", "mode", "city_name", "how_to_apply"], ""
    )
    draft = draft_of(member, **empty, sectors=[], languages=[], covered=[])
    assert [str(name) for name in draft.missing] == [
        "what it teaches, and to whom", "sectors", "category", "level", "languages of teaching", "mode", "first day",
        "last day", "apply by", "how to apply",
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="still missing: what it teaches"):
        draft.publish(person(member))
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_a_city_on_record_is_linked(member):
    city = CityFactory(name_en="Tunis", country=member.institution.country)
    assert draft_of(member).city == city
    elsewhere = draft_of(member, city_name="Sfax")
    assert (elsewhere.city, elsewhere.city_name, elsewhere.place) == (None, "Sfax", "Sfax")


def test_a_copy_leaves_the_days_out_and_is_made_once(member):
    original = draft_of(member, open_to=[CountryFactory()])
    copy = original.duplicate(person(member))
    assert original.duplicate(UserFactory()) == copy
    assert (copy.title, copy.status, copy.starts_on, copy.apply_by, copy.slug) == (
        original.title, Status.DRAFT, None, None, "",
    )  # fmt: skip
    for name in TrainingOpportunity.LINKED:
        assert list(getattr(copy, name).all()) == list(getattr(original, name).all())
    assert steps(copy) == ["copied"]
    copy.rewrite(person(member), **facts(title="Again"))
    assert original.duplicate(person(member)) != copy


def test_what_has_no_title_is_not_copied(member):
    with pytest.raises(ValidationError, match="title"):
        TrainingOpportunity.begin(member.institution, person(member)).duplicate(person(member))


# --- Reviews and trust --------------------------------------------------------------------------------------------------


def test_the_first_opportunity_is_reviewed(member):
    one = draft_of(member)
    one.publish(person(member))
    assert (one.status, one.published_at) == (Status.WAITING, None)
    assert not one.is_public
    one.return_with("Which pumps?", UserFactory())
    assert (one.status, one.last_question) == (Status.DRAFT, "Which pumps?")
    assert list(TrainingOpportunity.objects.returned()) == [one]
    one.publish(person(member))
    assert not TrainingOpportunity.objects.returned().exists()
    one.approve(UserFactory())
    assert one.is_public
    assert one.published_at is not None
    assert steps(one) == ["begun", "submitted", "returned", "submitted", "approved"]


def test_what_a_trusted_member_publishes_is_public_at_once(member):
    member.trust(UserFactory())
    one = draft_of(member)
    one.publish(person(member))
    assert one.is_public
    assert steps(one) == ["begun", "published"]


def test_a_member_is_trusted_after_its_first_approved_opportunities(member):
    for number in range(Membership.TRUSTED_AFTER):
        member.refresh_from_db()
        assert not member.is_trusted
        one = draft_of(member, title=f"Number {number}")
        one.publish(person(member))
        one.approve(UserFactory())
    member.refresh_from_db()
    assert member.is_trusted


def test_approved_twice_counts_once(member):
    """Changes of one opportunity say no more of an institution than the opportunity did."""
    one = published(member)
    for number in range(Membership.TRUSTED_AFTER):
        one.rewrite(person(member), **facts(title=f"Version {number}")).accept(UserFactory())
    member.refresh_from_db()
    assert not member.is_trusted


def published(member):
    one = draft_of(member)
    one.publish(person(member))
    one.approve(UserFactory())
    return one


def stored(one):
    """All that is on record of it, by which nothing of a change is to be seen before it is accepted."""
    row = TrainingOpportunity.objects.filter(pk=one.pk).values().get()
    del row["touched_at"]  # that somebody works on it
    return row, [sorted(getattr(one, name).values_list("pk", flat=True)) for name in one.LINKED]


class TestAChangeOfWhatIsPublished:
    def test_waits_while_the_page_stays_as_it_is(self, member, client):
        one = published(member)
        before, page = stored(one), client.get(one.get_absolute_url()).content
        change = one.rewrite(person(member), **facts(title="Cheap loans", seats=9, sectors=[SectorFactory()]))
        assert stored(one) == before
        assert (one.status, one.is_public, one.title) == (Status.PUBLISHED, True, "Solar water pumps")
        assert client.get(one.get_absolute_url()).content == page
        assert (list(one.proposed_rewrites.waiting()), steps(one)[-1]) == ([change], Decision.CHANGE_PROPOSED)
        assert set(change.facts) == {"title", "seats", "sectors"}

    def test_is_public_once_it_is_accepted_under_the_same_address(self, member):
        one, other = published(member), published(MembershipFactory(institution=RepresentationFactory().institution))
        appeared, revision, before = one.published_at, one.revision, stored(other)
        sector = SectorFactory()
        later = localdate() + timedelta(days=40)
        change = one.rewrite(person(member), **facts(title="Cheap loans", seats=None, apply_by=later, sectors=[sector],
                                                     covered=["travel", "meals"], city_name="Elsewhere"))  # fmt: skip
        change.accept(UserFactory())
        one.refresh_from_db()
        assert (one.title, one.seats, one.apply_by, one.city_name) == ("Cheap loans", None, later, "Elsewhere")
        assert (list(one.sectors.all()), sorted(one.covered)) == ([sector], ["meals", "travel"])
        assert (one.slug, one.published_at, one.is_public) == ("solar-water-pumps", appeared, True)
        assert one.revision > revision  # calendars take it anew
        assert (steps(one)[-1], stored(other)) == (Decision.CHANGE_ACCEPTED, before)
        assert not one.proposed_rewrites.waiting().exists()

    def test_is_forgotten_once_it_is_refused_or_taken_back(self, member):
        one = published(member)
        before = stored(one)
        one.rewrite(person(member), **facts(title="Cheap loans")).refuse(UserFactory(), "Not what you teach.")
        one.rewrite(person(member), **facts(title="Dear loans"))
        one.take_back_change(person(member))
        assert stored(one) == before
        assert steps(one)[-4:] == [
            Decision.CHANGE_PROPOSED, Decision.CHANGE_REFUSED, Decision.CHANGE_PROPOSED, Decision.CHANGE_TAKEN_BACK,
        ]  # fmt: skip
        with pytest.raises(ValidationError, match="in the meantime"):
            one.take_back_change(person(member))

    def test_is_refused_with_a_reason_only(self, member):
        change = published(member).rewrite(person(member), **facts(title="Cheap loans"))
        with pytest.raises(ValidationError, match="Say why"):
            change.refuse(UserFactory(), " ")

    def test_is_one_of_which_the_last_version_counts(self, member):
        one = published(member)
        first = one.rewrite(
            person(member), **facts(title="Cheap loans", languages=one.languages.all(), sectors=one.sectors.all())
        )
        again = one.rewrite(
            person(member), **facts(title="Cheap loans", languages=one.languages.all(), sectors=one.sectors.all())
        )
        assert first == again  # sent twice
        second = one.rewrite(
            person(member), **facts(title="Dear loans", languages=one.languages.all(), sectors=one.sectors.all())
        )
        assert list(one.proposed_rewrites.all()) == [second]
        as_it_was = facts(languages=one.languages.all(), sectors=one.sectors.all())
        assert one.rewrite(person(member), **as_it_was) is None
        assert not one.proposed_rewrites.exists()

    def test_has_to_fit(self, member):
        one = published(member)
        before = stored(one)
        for wrong in (
            {"ends_on": localdate()},
            {"title": ""},
            {"sectors": []},
            {"apply_by": localdate() - timedelta(days=1)},
        ):
            with pytest.raises(ValidationError):
                one.rewrite(person(member), **facts(**wrong))
            one.refresh_from_db()
        assert stored(one) == before
        assert not one.proposed_rewrites.exists()

    def test_is_live_at_once_where_the_member_is_trusted(self, member):
        one = published(member)
        one.rewrite(person(member), **facts(title="Cheap loans"))
        member.refresh_from_db()
        member.trust(UserFactory())
        assert one.rewrite(person(member), **facts(title="Wind pumps")) is None
        assert (one.title, one.is_public) == ("Wind pumps", True)
        assert not one.proposed_rewrites.exists()  # nobody accepts an older version over it

    @pytest.mark.parametrize("verb", ["close", "withdraw"])
    def test_is_dropped_with_the_next_state(self, member, verb):
        one, other = published(member), published(member)
        change, stays = (each.rewrite(person(member), **facts(title="Cheap loans")) for each in (one, other))
        one.close(person(member)) if verb == "close" else one.withdraw("Called off.", person(member))
        with pytest.raises(ValidationError, match="in the meantime"):
            change.accept(UserFactory())
        one.refresh_from_db()
        assert (one.title, list(ProposedRewrite.objects.waiting())) == ("Solar water pumps", [stays])

    def test_is_not_accepted_where_the_institution_may_not_publish(self, member):
        change = published(member).rewrite(person(member), **facts(title="Cheap loans"))
        member.refresh_from_db()
        member.end("Never answers.", UserFactory())
        with pytest.raises(ValidationError, match="listed institution that is a member"):
            change.accept(UserFactory())
        assert change.opportunity.proposed_rewrites.waiting().exists()

    def test_is_accepted_on_what_the_centre_corrected_meanwhile(self, member):
        one = published(member)
        change = one.rewrite(person(member), **facts(title="Cheap loans", sectors=one.sectors.all()))
        one.correct(UserFactory(), {"seats": 12})
        change.accept(UserFactory())
        one.refresh_from_db()
        assert (one.title, one.seats) == ("Cheap loans", 12)

    def test_prolongs_what_has_expired_while_it_waited(self, member):
        one = published(member)
        change = one.rewrite(person(member), **facts(apply_by=localdate() + timedelta(days=50)))
        with time_machine.travel(now() + timedelta(days=40)):
            assert not one.is_open
            change.accept(UserFactory())
            one.refresh_from_db()
            assert one.is_open

    def test_is_told_to_its_people(self, member):
        one = published(member)
        Letter.objects.all().delete()
        one.rewrite(person(member), **facts(title="<b>Loans</b>")).refuse(UserFactory(), "Not <i>that</i>.")
        assert "Not <i>that</i>." in Letter.objects.get().text
        assert Letter.objects.get().subject == "Change refused: Solar water pumps"
        one.rewrite(person(member), **facts(title="Loans")).accept(UserFactory())
        accepted = Letter.objects.order_by("-pk").first()
        assert accepted.subject == "Change published: Loans"
        assert "Solar water pumps → Loans" in accepted.text
        assert Letter.objects.count() == 2

    def test_is_told_to_each_in_their_own_language(self, member, client):
        reader, editor = person(member), UserFactory(language="en")
        User.objects.filter(pk=reader.pk).update(language="ar")
        one = published(member)
        chad = CountryFactory(iso2="TD", name_en="Chad", name_fr="Tchad", name_ar="تشاد")
        new = facts(mode="online", open_to=[chad], title="W" * 100, covered=["travel"])
        one.rewrite(reader, **new).accept(editor)
        [proposed, accepted] = one.reviews.filter(decision__startswith="change-").order_by("pk")
        for language, country in (("en", "Chad"), ("fr", "Tchad"), ("ar", "تشاد")):
            with translation.override(language):
                assert proposed.words == accepted.words
                assert f"— → {country}" in proposed.words
                assert f" → {Cost.TRAVEL.label}" in proposed.words
                assert f"{Mode.IN_PERSON.label} → {Mode.ONLINE.label}" in proposed.words
                assert f"Solar water pumps → {'W' * 80}…" in proposed.words
        [letter] = Letter.objects.filter(recipients=[reader.email]).order_by("-pk")[:1]
        assert "— → تشاد" in letter.text
        assert "Chad" not in letter.text
        assert "⟦" not in letter.text
        client.force_login(reader)
        page = client.get(f"/fr/trop/panel/{member.institution.slug}/{one.pk}/").text
        assert page.count("— → Tchad") == 2
        assert "⟦" not in page

    @pytest.mark.django_db(transaction=True)
    def test_is_decided_once(self, member):
        change = published(member).rewrite(person(member), **facts(title="Cheap loans"))
        one, two = UserFactory(), UserFactory()
        changes = ProposedRewrite.objects
        outcomes = race(
            lambda: changes.get(pk=change.pk).accept(one), lambda: changes.get(pk=change.pk).refuse(two, "No.")
        )
        assert outcomes == ["This has been decided in the meantime.", "done"]


def test_readers_are_told_once_when_it_first_appears(member):
    one = draft_of(member)
    one.publish(person(member))
    assert not Announcement.objects.exists()
    one.approve(UserFactory())
    one.rewrite(person(member), **facts(title="Changed")).accept(UserFactory())
    one.close(person(member))
    one.reopen(person(member))
    assert [each.subject_pk for each in Announcement.objects.all()] == [one.pk]


@pytest.mark.parametrize("verb", ["publish", "approve", "reopen"])
def test_only_a_listed_member_publishes(member, verb):
    status = {"publish": Status.DRAFT, "approve": Status.WAITING, "reopen": Status.CLOSED}[verb]
    for changed in ("suspended", "ended"):
        membership = MembershipFactory()
        one = OpportunityFactory(institution=membership.institution, status=status)
        if changed == "suspended":
            membership.institution.suspend("Complaints.", None)
        else:
            membership.end("Never answers.", None)
        with pytest.raises(ValidationError, match="listed institution that is a member"):
            getattr(one, verb)(UserFactory())
        one.refresh_from_db()
        assert one.status == status


@pytest.mark.parametrize("verb", ["publish", "approve", "reopen"])
def test_what_is_expired_is_not_published(db, verb):
    status = {"publish": Status.DRAFT, "approve": Status.WAITING, "reopen": Status.CLOSED}[verb]
    one = OpportunityFactory(status=status, apply_by=localdate() - timedelta(days=1))
    with pytest.raises(ValidationError, match="last day to apply is over"):
        getattr(one, verb)(UserFactory())


def test_what_is_with_the_reviewers_stays_as_they_read_it(member):
    one = draft_of(member)
    one.publish(person(member))
    with pytest.raises(ValidationError, match="cannot be changed"):
        one.rewrite(person(member), **facts(title="Something else"))
    one.take_back(person(member))
    one.rewrite(person(member), **facts(title="Something else"))
    assert one.status == Status.DRAFT


def test_what_is_open_is_not_archived(db):
    one = OpportunityFactory()
    with pytest.raises(ValidationError, match="close or withdraw"):
        one.archive(UserFactory())
    one.close(UserFactory())
    one.archive(UserFactory())
    assert (one.status, one.is_public) == (Status.ARCHIVED, False)
    expired = OpportunityFactory(apply_by=localdate() - timedelta(days=1))
    expired.archive(UserFactory())
    assert expired.status == Status.ARCHIVED


def test_withdrawing_says_why(db):
    one = OpportunityFactory()
    with pytest.raises(ValidationError, match="Say why"):
        one.withdraw("", UserFactory())
    one.withdraw("Called off.", UserFactory())
    assert (one.status, one.is_public) == (Status.WITHDRAWN, False)


def test_the_later_of_two_reviewers_is_told(db):
    one = OpportunityFactory(status=Status.WAITING)
    stale = TrainingOpportunity.objects.get(pk=one.pk)
    one.approve(UserFactory())
    with pytest.raises(ValidationError, match="Its state is now: Published"):
        stale.return_with("Why?", UserFactory())
    assert steps(one) == ["approved"]


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_the_second_is_told():
    one = OpportunityFactory(status=Status.WAITING)
    first, second = (TrainingOpportunity.objects.get(pk=one.pk) for _reviewer in range(2))
    told, done = race(lambda: first.approve(None), lambda: second.return_with("Why?", None))
    assert done == "done"
    assert told.startswith("This has been decided in the meantime")
    assert len(steps(one)) == 1


# --- Addresses ----------------------------------------------------------------------------------------------------------


def test_addresses_are_made_once_and_never_twice(member):
    member.trust(UserFactory())
    titles = ["Feed", "Feed", "ضخ المياه"]
    slugs = []
    for title in titles:
        one = draft_of(member, title=title)
        one.publish(person(member))
        slugs.append(one.slug)
    assert slugs == ["feed-2", "feed-3", f"workshop-{member.institution.slug}"]
    one.rewrite(person(member), **facts(title="Pumps"))
    assert one.slug == slugs[-1]


# --- Days ---------------------------------------------------------------------------------------------------------------


def test_it_expires_by_itself_after_the_last_day_to_apply(db):
    with time_machine.travel("2027-03-01T12:00Z"):
        one = OpportunityFactory(apply_by=localdate() + timedelta(days=3), published_at=now())
    for day, period, left in [(1, Period.OPEN, 3), (4, Period.OPEN, 0), (5, Period.PAST, -1)]:
        with time_machine.travel(f"2027-03-0{day}T12:00Z"):
            assert (one.period_on(localdate()), one.is_open, one.days_left) == (period, period == Period.OPEN, left)
            assert list(TrainingOpportunity.objects.open_on(localdate())) == ([one] if period == Period.OPEN else [])
            assert list(TrainingOpportunity.objects.past_on(localdate())) == ([one] if period == Period.PAST else [])


@pytest.mark.parametrize(("days", "short"), [(13, True), (14, False)])
def test_fewer_than_fourteen_days_are_warned_of_but_allowed(member, days, short):
    member.trust(UserFactory())
    one = draft_of(member, apply_by=localdate() + timedelta(days=days))
    assert one.is_short_notice is short
    one.publish(person(member))
    assert one.is_public


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": localdate(), "apply_by": localdate()},
        {"starts_on": localdate() + timedelta(days=90), "ends_on": localdate() + timedelta(days=89)},
        {"seats": 0},
    ],
)
def test_impossible_facts_are_refused_by_verb_and_database(member, wrong):
    with pytest.raises(ValidationError):
        draft_of(member, **wrong)
    one = OpportunityFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingOpportunity.objects.filter(pk=one.pk).update(**wrong)


@pytest.mark.parametrize("name", ["title", "slug", "summary", "category", "level", "mode", "how_to_apply"])
def test_the_database_refuses_a_public_opportunity_that_lacks_something(db, name):
    one = OpportunityFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingOpportunity.objects.filter(pk=one.pk).update(**{name: ""})


# --- One and set --------------------------------------------------------------------------------------------------------


def _every_kind():
    for status in Status:
        for days in (-1, 0, 30):
            for listed in (Listing.LISTED, Listing.SUSPENDED):
                for member in (Membership.Status.APPROVED, Membership.Status.ENDED):
                    membership = MembershipFactory(status=member, institution__status=listed)
                    OpportunityFactory(
                        institution=membership.institution, status=status, apply_by=localdate() + timedelta(days=days)
                    )


def test_one_and_set_agree(db):
    _every_kind()
    everything = list(TrainingOpportunity.objects.select_related("institution"))
    published = set(TrainingOpportunity.objects.published())
    assert {one for one in everything if one.is_public} == published
    assert len(published) == 6
    today = localdate()
    assert {one for one in published if one.is_open} == set(TrainingOpportunity.objects.open_on(today))
    assert {one for one in published if not one.is_open} == set(TrainingOpportunity.objects.past_on(today))
    assert {one.period_on(today) for one in published} == set(Period)
    assert set(TrainingOpportunity.objects.in_periods([Period.OPEN, Period.PAST])) == published
    assert TrainingOpportunity.objects.closing_within(7, today).count() == 1


def test_editable_is_what_listed_members_of_the_reader_s_have(db):
    _every_kind()
    user = UserFactory()
    for one in TrainingOpportunity.objects.all():
        RepresentationFactory(institution=one.institution, user=user)
    theirs = OpportunityFactory()
    editable = set(TrainingOpportunity.objects.editable_by(user))
    assert {one for one in TrainingOpportunity.objects.all() if one.institution.is_listed and one != theirs} > editable
    assert len(editable) == len(Status) * 3
    user.representations.update(ended_at=now(), is_manager=False)
    assert not TrainingOpportunity.objects.editable_by(user).exists()


# --- Letters ------------------------------------------------------------------------------------------------------------


def test_people_are_told_what_the_centre_decided(member):
    one = draft_of(member, title="<b>Pumps</b>")
    one.publish(person(member))
    one.return_with("Which <i>pumps</i>?\n\n-- \nx", UserFactory())
    one.publish(person(member))
    one.approve(UserFactory())
    one.withdraw("Complaints.", UserFactory(), Role.CENTRE)
    letters = list(Letter.objects.order_by("pk"))
    assert [letter.subject for letter in letters] == [
        "A question about: <b>Pumps</b>", "Published: <b>Pumps</b>", "Taken off the record: <b>Pumps</b>",
    ]  # fmt: skip
    assert "Which <i>pumps</i>?" in letters[0].text
    assert "Which &lt;i&gt;pumps&lt;/i&gt;?" in letters[0].html
    assert all(letter.recipients == [person(member).email] for letter in letters)


# --- Whatever is tried in whatever order --------------------------------------------------------------------------------


def _change(one):
    if change := one.proposed_rewrites.waiting().first():
        return change
    raise ValidationError("Nothing waits.")


VERBS = {
    "publish": lambda one, by: one.publish(by),
    "rewrite": lambda one, by: one.rewrite(by, **facts(title=f"Title {now().timestamp()}")),
    "accept": lambda one, by: _change(one).accept(by),
    "refuse": lambda one, by: _change(one).refuse(by, "No."),
    "take_back_change": lambda one, by: one.take_back_change(by),
    "take_back": lambda one, by: one.take_back(by),
    "approve": lambda one, by: one.approve(by),
    "return": lambda one, by: one.return_with("Why?", by),
    "close": lambda one, by: one.close(by),
    "reopen": lambda one, by: one.reopen(by),
    "withdraw": lambda one, by: one.withdraw("Off.", by),
    "archive": lambda one, by: one.archive(by),
    "duplicate": lambda one, by: one.duplicate(by),
    "trust": lambda one, by: one.institution.trop_membership.trust(by),
    "stop_trusting": lambda one, by: one.institution.trop_membership.stop_trusting("Complaints.", by),
    "leave": lambda one, by: one.institution.trop_membership.leave(by),
    "join": lambda one, by: Membership.apply(one.institution, by, "Again."),
    "admit": lambda one, by: one.institution.trop_membership.approve(by),
    "suspend": lambda one, by: one.institution.suspend("Complaints.", by),
    "reinstate": lambda one, by: one.institution.reinstate(by),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.booleans()), max_size=14))
def test_no_sequence_of_verbs_shows_what_nobody_allowed(db, client, sequence):
    membership = MembershipFactory()
    people = [UserFactory(), UserFactory(is_staff=True)]
    one = TrainingOpportunity.begin(membership.institution, people[0])
    one.rewrite(people[0], **facts())
    for verb, by_staff in sequence:
        stale = TrainingOpportunity.objects.get(pk=one.pk)
        with suppress(ValidationError):
            VERBS[verb](stale, people[by_staff])
        for each in TrainingOpportunity.objects.filter(institution=membership.institution):
            _check(each, client)


def _check(each, client):
    last = each.reviews.exclude(decision__startswith="change-").first()
    begun = last.decision in (Decision.BEGUN, Decision.COPIED)
    assert each.status == (Status.DRAFT if begun else TrainingOpportunity.STEPS[last.decision].to), (
        "a state without its row"
    )
    if change := each.proposed_rewrites.waiting().first():
        assert each.status == Status.PUBLISHED, "a change waits beside what is published only"
        assert change.facts["title"] != each.title, "what nobody accepted is on record"
    membership = Membership.objects.select_related("institution").get(institution=each.institution_id)
    page = client.get(f"/trop/opportunities/{each.slug}/") if each.slug else None
    if page is not None and page.status_code != 404:
        assert page.context["opportunity"] == each
        assert membership.is_current
        assert each.status in TrainingOpportunity.PUBLIC
        allowed = OpportunityReview.objects.filter(
            opportunity=each, decision__in=[Decision.APPROVED, Decision.PUBLISHED]
        ).first()
        assert allowed, "public without anybody's word"
        if allowed.decision == Decision.PUBLISHED:  # then it was trusted at that moment
            trust = membership.reviews.filter(
                decision__in=["trusted", "trust-taken", "left"], at__lt=allowed.at
            ).first()
            assert trust.decision == "trusted"
