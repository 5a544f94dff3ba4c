"""Who is told of what: exactly those whose list would show it, once, with every reason; written with the publication."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate, now

from events.models import Event
from notifications import tasks
from notifications.matching import announce, announce_change, as_new, fan_out
from notifications.models import Announcement, Follower, Interest, Notification
from notifications.subjects import subject_of
from notifications.tasks import fan_out as fan_out_all
from partners.models import Institution, Notice
from tests.factories import (
    CountryFactory,
    EventFactory,
    FollowerFactory,
    InstitutionFactory,
    InterestFactory,
    LanguageFactory,
    MembershipFactory,
    OpportunityFactory,
    ProgrammeFactory,
    SectorFactory,
    UserFactory,
)
from trop.models import TrainingOpportunity


def told(kind, pk):
    """Announce a row and find its readers; give the followers who are told."""
    announce(kind, pk)
    fan_out_all()
    return set(
        Follower.objects.filter(notifications__announcement__subject_pk=pk, notifications__announcement__kind=kind)
    )


def follow(kind, query="", **fields):
    """An interest in the list of a kind under a query string."""
    choices, words = subject_of(kind).asked(QueryDict(query))
    return InterestFactory(kind=kind, choices=choices, words=words, **fields)


def test_interests_of_one_kind_hear_nothing_of_another(db):
    follow("event"), follow("institution")
    wanted = follow("opportunity")
    assert told("opportunity", OpportunityFactory().pk) == {wanted.follower}


def test_an_index_finds_the_few_that_may_fit(db):
    wanted = follow("opportunity", "language=en")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_interest (follower_id, kind, choices, words, frequency, accepted_at, made_at, key)"
            " SELECT %s, 'opportunity', jsonb_build_object('sector', jsonb_build_array('s' || n)), '', 'daily', now(), now(),"
            " gen_random_uuid() FROM generate_series(1, 20000) n",
            [wanted.follower_id],
        )
        cursor.execute("ANALYZE notifications_interest")
    matching = Interest.objects.matching(as_new("opportunity", OpportunityFactory().pk))
    assert list(matching) == [wanted]
    assert "interests_anchors" in matching.explain()


# --- Who is left out --------------------------------------------------------------------------------------------------


def test_only_what_was_accepted_and_is_not_paused_counts(db):
    active = follow("opportunity")
    follow("opportunity", accepted_at=None)
    follow("opportunity", paused_at=now())
    on_site = follow("opportunity", follower=FollowerFactory(paused_at=now()))
    follow("opportunity", follower=FollowerFactory(user=UserFactory(is_active=False)))
    follow("opportunity", follower=FollowerFactory(user=None, email="paused@example.org", paused_at=now()))
    by_address = follow("opportunity", follower=FollowerFactory(user=None, email="reader@example.org"))
    assert told("opportunity", OpportunityFactory().pk) == {active.follower, by_address.follower, on_site.follower}
    assert Notification.objects.get(follower=on_site.follower).due_at is None


@pytest.mark.parametrize("paused", [None, now()])
@pytest.mark.parametrize("is_active", [True, False])
def test_one_follower_and_all_agree_on_who_may_be_written_to(db, paused, is_active):
    follower = FollowerFactory(paused_at=paused, user=UserFactory(is_active=is_active))
    assert Follower.objects.reachable().filter(pk=follower.pk).exists() == follower.is_reachable


# --- Once, with every reason -------------------------------------------------------------------------------------------


def test_three_interests_of_one_person_are_one_row_with_three_reasons(db):
    sector = SectorFactory()
    language = LanguageFactory(code="ar")
    follower = FollowerFactory()
    three = [
        follow("opportunity", f"sector={sector.slug}", follower=follower, frequency="weekly"),
        follow("opportunity", "language=ar", follower=follower, frequency="daily"),
        follow("opportunity", f"q=water&sector={sector.slug}", follower=follower, frequency="never"),
    ]
    opportunity = OpportunityFactory(title="Water", sectors=[sector], languages=[language])
    told("opportunity", opportunity.pk)
    [row] = Notification.objects.all()
    assert row.interests == [each.pk for each in three]
    assert [each["facts"] for each in row.reasons] == [
        [f"opportunity/sector:{sector.slug}"], ["opportunity/language:ar"], [f"opportunity/sector:{sector.slug}"],
    ]  # fmt: skip
    assert [each["words"] for each in row.reasons] == ["", "", "water"]
    assert timedelta() < row.due_at - now() <= timedelta(days=1)  # the daily one


def test_told_twice_fanned_out_twice_told_once(db):
    follow("opportunity")
    opportunity = OpportunityFactory()
    announce("opportunity", opportunity.pk)
    announce("opportunity", opportunity.pk)
    [announcement] = Announcement.objects.all()
    assert (fan_out(announcement.pk), fan_out(announcement.pk)) == (1, 0)
    Announcement.objects.update(fanned_out_at=None)
    assert fan_out(announcement.pk) == 0
    assert Notification.objects.count() == 1


def test_what_rolls_back_tells_nobody(db):
    follow("opportunity")
    with transaction.atomic():
        announce("opportunity", OpportunityFactory().pk)
        transaction.set_rollback(True)
    fan_out_all()
    assert (Announcement.objects.count(), Notification.objects.count()) == (0, 0)


def test_what_is_over_or_hidden_is_no_news(db):
    follow("opportunity"), follow("event"), follow("notice"), follow("institution")
    assert announce("opportunity", OpportunityFactory(status="draft").pk) is None
    assert announce("opportunity", OpportunityFactory(apply_by=localdate() - timedelta(days=1)).pk) is None
    assert announce("event", EventFactory().pk) is None
    assert announce("event", EventFactory(starts_on=date(2090, 1, 1), status="cancelled").pk) is None
    assert announce("event", EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None).pk) is None
    assert announce("institution", InstitutionFactory(status="suspended").pk) is None
    assert announce("notice", 999) is None
    taken_back = OpportunityFactory()
    announce("opportunity", taken_back.pk)
    TrainingOpportunity.objects.update(status="withdrawn")
    fan_out_all()
    assert Notification.objects.count() == 0


# --- Where it begins ----------------------------------------------------------------------------------------------------


def announced():
    return list(Announcement.objects.order_by("pk").values_list("kind", "occasion"))


def test_publishing_a_notice_announces_it_once(db):
    institution, by = InstitutionFactory(), UserFactory()
    facts = {
        "kind": "offer",
        "title": "T",
        "text": "T",
        "written_in": "en",
        "closes_on": localdate() + timedelta(days=9),
    }
    for _click in range(2):
        Notice.publish(institution, by, [SectorFactory()], [], key="6ba7b810-9dad-11d1-80b4-00c04fd430c8", **facts)
    assert announced() == [("notice", "appeared")]


def test_listing_an_institution_announces_it(db):
    applied = InstitutionFactory(status="applied", waiting_since=now())
    applied.approve(UserFactory())
    suspended = InstitutionFactory(status="listed")
    suspended.suspend("Why", UserFactory())
    suspended.reinstate(UserFactory())
    Institution.objects.get(pk=InstitutionFactory().pk).enter(UserFactory())
    assert announced() == [("institution", "appeared")] * 2


def test_publishing_an_opportunity_announces_it_and_reopening_it_does_not(db):
    draft = OpportunityFactory(
        status="draft", slug="", published_at=None, institution=MembershipFactory(is_trusted=True).institution
    )
    by = UserFactory()
    draft.publish(by)
    draft.close(by)
    draft.reopen(by)
    assert announced() == [("opportunity", "appeared")]


def test_publishing_an_event_announces_it_once(db):
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    event.publish()
    EventFactory(published_at=None).publish()  # over
    assert announced() == [("event", "appeared")]


def test_the_form_of_the_admin_announces_what_it_publishes_with_all_that_belongs_to_it(client, superuser, db):
    programme = ProgrammeFactory(slug="water")
    wanted = follow("event", "programme=water")
    form = {
        "title_en": "New course", "kind": "workshop", "status": "planned", "mode": "online", "starts_on": "2090-01-01",
        "ends_on": "2090-01-02", "time_zone": "Europe/Istanbul", "programmes": [programme.pk],
        "published_at_0": "2026-01-01", "published_at_1": "10:00",
        **{f"{name}-{count}": 0 for name in ("participations", "documents", "former_addresses")
           for count in ("TOTAL_FORMS", "INITIAL_FORMS")},
    }  # fmt: skip
    assert client.post("/admin/events/event/add/", form).status_code == 302
    assert announced() == [("event", "appeared")]
    fan_out_all()
    assert [each.follower for each in Notification.objects.all()] == [wanted.follower]
    path = f"/admin/events/event/{Event.objects.get().pk}/change/"
    assert client.post(path, form | {"title_en": "Better title"}).status_code == 302
    assert announced() == [("event", "appeared")]
    assert client.post(path, form | {"starts_on": "2090-01-02"}).status_code == 302
    assert announced() == [("event", "appeared"), ("event", "moved")]


# --- Changes --------------------------------------------------------------------------------------------------------------


def read_by(follower):
    Notification.objects.filter(follower=follower).update(read_at=now())


def test_a_change_is_told_once_to_those_who_knew(db):
    knows, knows_not = follow("event"), follow("event")
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    fan_out_all()
    read_by(knows.follower)
    late = follow("event")
    event.call_off(Event.Status.POSTPONED)
    announce_change("event", event.pk)
    fan_out_all()
    [change] = Announcement.objects.exclude(occasion="appeared")
    assert change.occasion == "postponed"
    by_letter = {each.follower: each.due_at is not None for each in change.notifications.all()}
    assert by_letter == {
        knows.follower: True,
        knows_not.follower: False,
    }  # who may have seen it on the site sees it there
    assert late.follower not in by_letter


def test_who_wants_no_letters_hears_of_a_change_on_the_site_alone(db):
    silent, without_account = (
        follow("event", frequency="never"),
        follow("event", follower=FollowerFactory(user=None, email="a@example.org")),
    )
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    fan_out_all()
    read_by(silent.follower)
    event.call_off(Event.Status.CANCELLED)
    fan_out_all()
    change = Announcement.objects.get(occasion="cancelled")
    assert [(each.follower, each.due_at) for each in change.notifications.all()] == [(silent.follower, None)]
    assert (
        Notification.objects.filter(follower=without_account.follower).count() == 1
    )  # never had its letter, has no inbox


def test_what_is_on_again_is_told_as_that(db):
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    event.call_off(Event.Status.POSTPONED)
    Event.objects.filter(pk=event.pk).update(status="planned")
    assert announce_change("event", event.pk).occasion == "on-again"
    assert announce_change("event", event.pk) is None


def test_one_announcement_that_fails_stands_in_nobodys_way(db, monkeypatch):
    wanted = follow("opportunity")
    Announcement.objects.create(kind="nothing", subject_pk=1)
    announce("opportunity", OpportunityFactory().pk)
    tasks.fan_out()
    assert Notification.objects.get().follower == wanted.follower


def test_each_change_of_days_is_told_and_other_edits_are_not(db):
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    for change in (
        {"title_en": "X"},
        {"starts_on": date(2090, 1, 2)},
        {},
        {"starts_on": date(2090, 1, 1)},
        {"venue": "Y"},
    ):
        Event.objects.filter(pk=event.pk).update(**change)
        announce_change("event", event.pk)
    assert [occasion for _kind, occasion in announced()] == ["appeared", "moved", "moved"]


def test_what_was_never_announced_has_no_changes(db):
    announce_change("event", EventFactory(starts_on=date(2090, 1, 1), status="cancelled").pk)
    assert announced() == []


def test_a_withdrawn_opportunity_is_told_as_cancelled(db):
    opportunity = OpportunityFactory()
    announce("opportunity", opportunity.pk)
    opportunity.withdraw("Not held", UserFactory())
    assert announced() == [("opportunity", "appeared"), ("opportunity", "cancelled")]


def test_new_days_of_an_opportunity_are_told_when_it_is_public_again(db):
    opportunity = OpportunityFactory(institution=MembershipFactory(is_trusted=True).institution)
    announce("opportunity", opportunity.pk)
    by = UserFactory()
    facts = {
        "sectors": opportunity.sectors.all(),
        "languages": opportunity.languages.all(),
        "open_to": [],
        "city_name": "",
    }
    opportunity.rewrite(by, **facts, title="Other")
    assert announced() == [("opportunity", "appeared")]
    opportunity.rewrite(by, **facts, ends_on=opportunity.ends_on + timedelta(days=1))
    assert announced() == [("opportunity", "appeared"), ("opportunity", "moved")]


# --- What appears called off ------------------------------------------------------------------------------------------------


def test_an_event_published_while_postponed_is_announced_when_it_is_planned_again(db):
    reader, other = follow("event", "kind=workshop"), follow("event", "kind=seminar")
    event = EventFactory(kind="workshop", starts_on=date(2090, 1, 1), status="postponed", published_at=None)
    event.publish()
    fan_out_all()
    assert Notification.objects.count() == 0
    Event.objects.filter(pk=event.pk).update(starts_on=date(2090, 3, 1), ends_on=date(2090, 3, 2))
    announce_change("event", event.pk)  # nobody knows of it: nothing is told
    fan_out_all()
    assert Notification.objects.count() == 0
    for _twice in range(2):
        Event.objects.filter(pk=event.pk).update(status="planned")
        announce_change("event", event.pk)
        fan_out_all()
    (told_now,) = Notification.objects.all()
    assert (told_now.follower, told_now.announcement.occasion) == (reader.follower, "appeared")
    assert other.follower != reader.follower
    event.refresh_from_db()
    event.call_off(Event.Status.CANCELLED)
    fan_out_all()
    assert [each.occasion for each in Announcement.objects.order_by("pk")] == ["appeared", "cancelled"]


def test_one_that_is_hidden_planned_and_shown_again_is_announced_too(db):
    reader = follow("event")
    event = EventFactory(starts_on=date(2090, 1, 1), status="postponed", published_at=None)
    event.publish()
    Event.objects.filter(pk=event.pk).update(published_at=None, status="planned")
    event.refresh_from_db()
    event.publish()
    fan_out_all()
    assert [each.follower for each in Notification.objects.all()] == [reader.follower]


def test_what_is_cancelled_and_stays_so_is_told_to_nobody(db):
    follow("event")
    EventFactory(starts_on=date(2090, 1, 1), status="cancelled", published_at=None).publish()
    fan_out_all()
    assert Notification.objects.count() == 0
    assert not Announcement.objects.waiting().exists()


# --- What can be asked for ----------------------------------------------------------------------------------------------------


def test_what_no_row_has_yet_can_be_followed_and_what_is_followed_stays(client, db):
    """The form offers all values there are, not those of today's rows alone."""
    sector, other = SectorFactory(slug="water"), SectorFactory(slug="soil")
    CountryFactory(iso2="ML")
    OpportunityFactory(sectors=[other], category="seminar")
    interest = follow("opportunity", "sector=water&month=2031-05")
    address = reverse("notifications:edit", args=[interest.key])
    facets = {facet.name: [*facet.shown, *facet.folded] for facet in client.get(address).context["facets"]}
    assert {tick.value: tick.chosen for tick in facets["sector"]} == {"water": True, "soil": False}
    assert {tick.value for tick in facets["category"]} == set(TrainingOpportunity.Category.values)
    assert "ML" in {tick.value for tick in facets["country"]}
    assert [tick.value for tick in facets["month"] if tick.chosen] == ["2031-05"]
    shown = {name: [tick.value for tick in ticks if tick.chosen] for name, ticks in facets.items()}
    client.post(address, shown | {"country": ["ML"], "frequency": "daily"})
    interest = Interest.objects.get()
    assert interest.choices == {"sector": ["water"], "month": ["2031-05"], "country": ["ML"]}
    assert sector.slug in {tick.value for facet in interest.facets for tick in [*facet.shown, *facet.folded]}


def test_events_that_are_not_on_record_yet_can_be_followed(client, db):
    CountryFactory(iso2="ML")
    ProgrammeFactory(slug="new")
    interest = follow("event")
    facets = {facet.name: [*facet.shown, *facet.folded] for facet in interest.facets}
    assert {tick.value for tick in facets["kind"]} == set(Event.Kind.values)
    assert "ML" in {tick.value for tick in facets["beneficiary"]}
    assert {tick.value for tick in facets["programme"]} == {"new", "none"}
    assert {tick.value for tick in facets["venue_group"]} == {"African", "Arab", "Asian"}
    assert "institution" not in facets
