"""Experts at events: suggested with reasons that are true, invited, answered for, delivered, rated for staff's eyes."""

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.models import User
from events.models import Engagement, Event
from events.suggested import MOST_SUGGESTED, suggest
from experts.models import Expert
from experts.models.linked import Level, RosterMembership
from notifications.models import Letter
from partners.applications import Role
from tests.factories import (
    CountryFactory,
    EngagementFactory,
    EventFactory,
    ExpertFactory,
    LanguageFactory,
    ProgrammeFactory,
    SectorFactory,
    ThemeFactory,
    UserFactory,
)

ASKED = ["kept", "contacted"]
FIRST, LAST = date(2090, 3, 3), date(2090, 3, 6)


@pytest.fixture
def event(db):
    """A course on irrigation in Senegal, in French and Arabic, four days long."""
    theme = ThemeFactory(slug="water")
    event = EventFactory(
        title_en="Irrigation course", status="planned", starts_on=FIRST, ends_on=LAST, country=CountryFactory(iso2="SN"),
        programmes=[ProgrammeFactory(theme=theme)], languages=[LanguageFactory(code="fr"), LanguageFactory(code="ar")],
    )  # fmt: skip
    event.sectors.set([SectorFactory(slug="irrigation", name_en="Irrigation", theme=theme)])
    return event


def expert(event, **facts):
    facts = {"purposes": ASKED, "sectors": list(event.sectors.all()), "speaks": {"fr": Level.C1}} | facts
    return ExpertFactory(**facts)


def staff():
    client = Client()
    user = UserFactory(is_staff=True, is_superuser=True)
    user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    client.force_login(user)
    return client


# --- Who is suggested -----------------------------------------------------------------------------------------------------


def names(event):
    return [each.expert.name for each in suggest(event)]


def test_who_fits_is_suggested_with_reasons(event):
    far = SectorFactory()
    near = SectorFactory(theme=event.sectors.get().theme, name_en="Drainage")
    best = expert(event, name="Best", first_year=localdate().year - 12, residence=CountryFactory(iso2="SN"))
    best.periods.create(starts_on=FIRST - timedelta(days=9), until=LAST)
    Expert.objects.filter(pk=best.pk).update(endorsed_on=localdate())
    expert(event, name="Near", sectors=[near], speaks={"en": Level.C2})
    expert(event, name="Far", sectors=[far])
    first, second = suggest(event)
    assert (first.expert, second.expert.name) == (best, "Near")
    assert first.reasons == [
        "works in Irrigation", "Language fr C1", "free on its days", "lives in Country SN", "12 years of experience",
        "endorsed by the focal point",
    ]  # fmt: skip
    assert second.reasons[0] == "works near it: Drainage"
    assert first.points > second.points


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": ["kept", "public"]},
        {"status": "suspended"},
        {"status": "applied", "waiting_since": now},
        {"renewed_at": lambda: now() - timedelta(days=549)},
        {"way": "online"},
    ],
)
def test_who_is_not_suggested(event, change):
    expert(event, name="Listed")
    expert(event, name="Not", **{name: value() if callable(value) else value for name, value in change.items()})
    assert names(event) == ["Listed"]


def test_who_is_engaged_is_not_suggested_again_nor_on_the_same_days(event):
    busy, free, invited = (expert(event, name=name) for name in ("Busy", "Free", "Invited"))
    EngagementFactory(event__starts_on=LAST, event__ends_on=LAST, expert=busy, status="accepted")
    EngagementFactory(event__starts_on=LAST + timedelta(days=1), expert=free, status="accepted")
    EngagementFactory(event=event, expert=invited)
    assert names(event) == ["Free"]


def test_without_sectors_languages_decide(db):
    event = EventFactory(status="planned", starts_on=FIRST, ends_on=LAST, languages=[LanguageFactory(code="ar")])
    expert(event, name="Speaks", sectors=[], speaks={"ar": Level.B2})
    expert(event, name="Does not", sectors=[], speaks={"ar": Level.B1})
    assert names(event) == ["Speaks"]


def test_who_has_not_confirmed_the_profile_for_a_year_comes_last_and_the_page_says_so(event):
    expert(event, name="Lapsed", first_year=1980, renewed_at=now() - timedelta(days=365))
    expert(event, name="Current", first_year=2020, renewed_at=now() - timedelta(days=364))
    assert names(event) == ["Current", "Lapsed"]
    page = staff().get(reverse("admin:events_event_experts", args=[event.pk])).text
    current, lapsed = page.split("<strong><bdi>Lapsed</bdi>")
    assert ("Not confirmed for a year" in current, "Not confirmed for a year" in lapsed) == (False, True)


def test_the_best_is_found_behind_any_number_of_fresher_ones(event):
    """Who confirmed the profile last comes before others only where the points are the same."""
    best = expert(event, name="Best", first_year=1980, renewed_at=now() - timedelta(days=300))
    near, plain = SectorFactory(theme=event.sectors.get().theme), ExpertFactory(purposes=ASKED)
    users = User.objects.bulk_create(User(email=f"fresh{number}@example.org") for number in range(450))
    facts = {"nationality": best.nationality, "residence": best.residence, "degree": "master", "way": "both",
             "status": "listed", "is_kept": True, "may_be_contacted": True, "first_year": 2020}  # fmt: skip
    made = Expert.objects.bulk_create(Expert(user=user, name="Fresh", **facts) for user in users)
    roster = plain.memberships.get().roster
    RosterMembership.objects.bulk_create(RosterMembership(expert=each, roster=roster) for each in made)
    through = Expert.sectors.through
    through.objects.bulk_create(through(expert=each, sector=near) for each in made)
    found = suggest(event)
    assert [each.expert.name for each in found] == ["Best"] + ["Fresh"] * (MOST_SUGGESTED - 1)
    assert [each.points for each in found] == [each.expert.points for each in found]


def test_who_has_lapsed_comes_last_and_it_is_said(event):
    """However good they are, until they confirm the profile."""
    best = expert(event, name="Best", first_year=1980, renewed_at=now() - timedelta(days=366))
    nearly = expert(event, name="Nearly", first_year=1990, renewed_at=now() - timedelta(days=363))
    expert(event, name="New", first_year=2020)
    page, lapsed = reverse("admin:events_event_experts", args=[event.pk]), "Not confirmed for a year"
    assert names(event) == ["Nearly", "New", "Best"]
    told = staff().get(page).text
    assert told.count(lapsed) == 1
    assert told.index("Best") < told.index(lapsed)
    best.renew()
    assert names(event) == ["Best", "Nearly", "New"]
    assert lapsed not in staff().get(page).text
    assert list(Expert.objects.lapsed()) == []
    Expert.objects.filter(pk=nearly.pk).update(renewed_at=now() - timedelta(days=366))
    assert list(Expert.objects.lapsed()) == [nearly]


def test_points_are_the_same_with_nothing_to_go_by(db):
    """No sector, no language, no country: an online event."""
    event = EventFactory(status="planned", starts_on=FIRST, ends_on=LAST, mode="online", country=None)
    expert(event, sectors=[], first_year=localdate().year - 3)
    found = suggest(event)
    assert [(each.points, each.expert.points) for each in found] == [(3, 3)]


def test_many_cost_no_more_queries(event):
    expert(event)
    with CaptureQueriesContext(connection) as one:
        suggest(event)
    for _number in range(MOST_SUGGESTED + 3):
        expert(event)
    with CaptureQueriesContext(connection) as many:
        assert len(suggest(event)) == MOST_SUGGESTED
    assert len(many) == len(one)


# --- From the invitation to the rating --------------------------------------------------------------------------------------


def test_the_whole_way(event):
    one, client, own = expert(event, name="Zaynab Samplename"), staff(), Client()
    page = reverse("admin:events_event_experts", args=[event.pk])
    assert "works in Irrigation" in client.get(page).text
    assert page in client.get(reverse("admin:events_event_change", args=[event.pk])).text
    invite = reverse("admin:events_event_invite", args=[event.pk, one.pk])
    asked = client.get(invite).text
    assert ('value="Invite"' in asked, 'name="reason"' in asked, "Zaynab Samplename" in asked) == (True, True, True)
    assert Engagement.objects.count() == 0
    client.post(invite, {"reason": "We would like you to come."})
    engagement = Engagement.objects.get()
    letter = Letter.objects.to(one.user.email).get()
    assert ("We would like you to come." in letter.text, "Zaynab" in letter.text) == (True, False)

    own.force_login(one.user)
    assert engagement.get_absolute_url() in own.get(reverse("desk")).text
    assert engagement.get_absolute_url() in own.get(reverse("experts:desk")).text
    assert "We would like you to come." in own.get(engagement.get_absolute_url()).text
    own.post(reverse("events:accept-invitation", args=[engagement.pk]))
    assert [each.subject for each in Letter.objects.to("centre@example.org")] == [f"Irrigation course: {one} accepted"]

    Event.objects.filter(pk=event.pk).update(starts_on=date(2020, 3, 3), ends_on=date(2020, 3, 6))
    home = {str(each.label): each.count for each in client.get("/admin/").context["queues"]}
    assert home["Experts of events that are over, to be marked"] == 1
    client.post(reverse("admin:events_engagement_deliver", args=[engagement.pk]), {"reason": ""})
    rate = reverse("admin:events_engagement_rate", args=[engagement.pk])
    assert client.post(rate, {"rating": "6"}).status_code == 400
    client.post(rate, {"rating": "4", "reason": "Wombat of a teacher."})
    engagement.refresh_from_db()
    assert (engagement.status, engagement.rating) == ("delivered", 4)
    assert list(engagement.reviews.values_list("decision", flat=True)) == ["rated", "delivered", "accepted", "invited"]
    assert "Wombat" in client.get(reverse("admin:experts_expert_change", args=[one.pk])).text
    assert "Delivered" in own.get(reverse("experts:desk")).text


def test_staff_mark_experts_on_the_page_of_the_event(event):
    """Each row offers what its state allows, and a step leads back to the event."""
    client = staff()
    page = reverse("admin:events_event_experts", args=[event.pk])
    coming = EngagementFactory(event=event, expert__name="Zaynab Samplename", status="accepted")
    declined = EngagementFactory(event=event, expert__name="Gone Samplename", status="declined")
    steps = {
        name: reverse(f"admin:events_engagement_{name}", args=[coming.pk]) for name in ("deliver", "decline", "rate")
    }

    def offered():
        shown = client.get(page).text
        return {name for name, address in steps.items() if f'"{address}"' in shown}

    assert offered() == {"decline"}  # before it has begun nothing is delivered
    Event.objects.filter(pk=event.pk).update(starts_on=localdate(), ends_on=localdate())
    assert offered() == {"decline", "deliver"}
    asked = client.get(steps["deliver"]).text
    assert ("Zaynab Samplename: Irrigation course" in asked, "no letter is sent" in asked) == (True, True)
    letters = Letter.objects.count()
    assert client.post(steps["deliver"], {"reason": ""}).url == page
    assert (offered(), Letter.objects.count()) == ({"rate"}, letters)
    shown = client.get(page).text
    assert shown.index("Zaynab Samplename") < shown.index("Gone Samplename")
    assert "Nobody else on the rosters fits." in shown
    assert reverse("admin:events_engagement_decline", args=[declined.pk]) not in shown


def test_whoever_may_be_invited_is_found_by_words_too(event):
    """Who fits too little to be suggested, and who declined before; not who is invited, or does not agree."""
    client, page = staff(), reverse("admin:events_event_experts", args=[event.pk])
    other = expert(event, name="Other Samplename", sectors=[SectorFactory()])
    declined = EngagementFactory(event=event, expert=expert(event, name="Gone Samplename"), status="declined").expert
    invited = EngagementFactory(event=event, expert=expert(event, name="Coming Samplename")).expert
    silent = expert(event, name="Silent Samplename", purposes=["kept"])
    shown = client.get(page, {"q": "samplename"}).text
    invite = [
        reverse("admin:events_event_invite", args=[event.pk, each.pk]) for each in (other, declined, invited, silent)
    ]
    assert [address in shown for address in invite] == [True, True, False, False]
    assert "Nobody found who agrees" in client.get(page, {"q": "nobody of this name"}).text


def test_staff_read_who_it_is_and_who_answered(event):
    engagement = Engagement.invite(event, expert(event, name="Zaynab Samplename"), None)
    engagement.accept(engagement.expert.user)
    shown = staff().get(reverse("admin:events_engagement_change", args=[engagement.pk])).text
    assert "Zaynab Samplename: Irrigation course" in shown
    assert reverse("admin:experts_expert_change", args=[engagement.expert_id]) in shown
    assert engagement.get_absolute_url() not in shown  # the expert's own page
    assert ("the expert" in shown, "the institution" in shown) == (True, False)


def test_the_rating_is_for_staff_and_handed_out_to_who_asks_for_their_data(event):
    engagement = EngagementFactory(
        event=event, expert=expert(event, purposes=[*ASKED, "public", "partners"]), status="accepted"
    )
    Event.objects.filter(pk=event.pk).update(starts_on=date(2020, 3, 3), ends_on=date(2020, 3, 6))
    engagement.refresh_from_db()
    engagement.deliver(None)
    engagement.rate(None, 2, "Wombat of a teacher.")
    own = Client()
    own.force_login(engagement.expert.user)
    roster = engagement.expert.rosters_in_order[0]
    pages = [
        engagement.get_absolute_url(), reverse("experts:desk"), reverse("desk"), event.get_absolute_url(),
        reverse("experts:expert", args=[roster.slug, engagement.expert.key]), reverse("experts:preview", args=["staff"]),
    ]  # fmt: skip
    assert [page for page in pages if "Wombat" in own.get(page).text] == []
    assert "Wombat" not in "".join(letter.text for letter in Letter.objects.all())
    own.post(reverse("account_reauthenticate"), {"password": "a long enough password"})
    packed = zipfile.ZipFile(BytesIO(own.get(reverse("experts:download-file")).content))
    (held,) = json.loads(packed.read("expert.json"))["events"]
    assert (held["rating"], held["words of the rating"]) == (2, "Wombat of a teacher.")


def test_erasing_takes_it_along(event):
    engagement = EngagementFactory(event=event)
    Engagement.invite(EventFactory(starts_on=FIRST, ends_on=LAST, status="planned"), engagement.expert, None, "Come.")
    address = engagement.expert.user.email
    engagement.expert.erase()
    assert (Engagement.objects.count(), Letter.objects.to(address).count()) == (0, 0)


def test_declining_and_being_invited_again(event):
    one, client = expert(event), Client()
    first = Engagement.invite(event, one, None)
    client.force_login(one.user)
    address = reverse("events:decline-invitation", args=[first.pk])
    asked = client.get(address).text
    assert "<h1>Decline the invitation</h1>" in asked
    assert 'name="reason"' in asked
    assert first.reviews.count() == 1  # asking answers nothing
    client.post(address, {"reason": "I teach elsewhere."})
    first.refresh_from_db()
    assert (first.status, first.reviews.first().reason) == ("declined", "I teach elsewhere.")
    client.post(reverse("events:accept-invitation", args=[first.pk]))
    first.refresh_from_db()
    assert first.status == "declined"
    Engagement.invite(event, one, None)
    assert one.engagements.standing().count() == 1


@pytest.mark.parametrize(
    "change",
    [{"status": "cancelled"}, {"status": "postponed"}, {"starts_on": date(2020, 3, 3), "ends_on": date(2020, 3, 6)}],
)
def test_nobody_is_asked_to_answer_for_what_is_over_or_called_off(event, change):
    """The Centre may still note what the expert told it."""
    engagement, own = Engagement.invite(event, expert(event), None), Client()
    own.force_login(engagement.expert.user)
    page, accept = engagement.get_absolute_url(), reverse("events:accept-invitation", args=[engagement.pk])
    assert (page in own.get(reverse("desk")).text, accept in own.get(page).text) == (True, True)
    Event.objects.filter(pk=event.pk).update(**change)
    assert (page in own.get(reverse("desk")).text, accept in own.get(page).text) == (False, False)
    assert "Nothing is left to answer." in own.get(page).text
    assert "The event is over or called off." in own.post(accept, follow=True).text
    engagement.refresh_from_db()
    assert engagement.status == "invited"
    engagement.accept(None, Role.CENTRE)
    assert engagement.status == "accepted"


def test_what_is_not_possible(event):
    one = expert(event)
    Engagement.invite(event, one, None)
    for wrong, who in [(event, one), (event, expert(event, purposes=["kept"])), (EventFactory(), expert(event))]:
        with pytest.raises(ValidationError):
            Engagement.invite(wrong, who, None)
    engagement = one.engagements.get()
    for verb in (
        lambda: engagement.deliver(None), lambda: engagement.rate(None, 5), lambda: engagement.call_off(None, " "),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            verb()
    with pytest.raises(IntegrityError, match="only_what_was_delivered"), transaction.atomic():
        Engagement.objects.update(rating=5)
    with pytest.raises(IntegrityError, match="invited_once"), transaction.atomic():
        EngagementFactory(event=event, expert=one)


def test_for_whom_each_page_is(event, sign_in, client):
    engagement = EngagementFactory(event=event)
    own = [reverse(f"events:{name}", args=[engagement.pk]) for name in ("invitation", "decline-invitation")]
    office = [
        reverse("admin:events_event_experts", args=[event.pk]),
        reverse("admin:events_event_invite", args=[event.pk, expert(event).pk]),
    ]
    sign_in()
    assert [client.get(page).status_code for page in [*own, *office]] == [404, 404, 302, 302]
    assert client.post(reverse("events:accept-invitation", args=[engagement.pk])).status_code == 404
    sign_in(is_staff=True)
    assert [client.get(page).status_code for page in office] == [403, 403]
    sign_in(is_staff=True, group="Editors")
    assert [client.get(page).status_code for page in office] == [200, 200]
    engagement.expert.take_back("kept")
    assert list(client.get(reverse("admin:events_engagement_changelist")).context["cl"].queryset) == []
    engagement.refresh_from_db()
    assert engagement.status == "invited"


@pytest.mark.parametrize(
    ("language", "invite", "invitation", "decline", "desk"),
    [
        ("fr", "Qui inviter", "Le Centre vous demande d’y participer comme expert.", "Décliner l’invitation", "Mon profil"),
        ("ar", "من يُدعى", "يطلب المركز مشاركتكم بصفة خبير.", "الاعتذار عن الدعوة", "ملفي بصفتي خبيرا"),
    ],
)  # fmt: skip
def test_its_pages_stand_in_each_language(event, language, invite, invitation, decline, desk):
    engagement = EngagementFactory(event=event)
    client, own = staff(), Client()
    own.force_login(engagement.expert.user)
    for who, page, words in [
        (client, reverse("admin:events_event_experts", args=[event.pk]), invite),
        (own, engagement.get_absolute_url(), invitation),
        (own, reverse("events:decline-invitation", args=[engagement.pk]), decline),
        (own, reverse("experts:desk"), desk),
    ]:
        shown = who.get(f"/{language}{page}").text
        assert f'<html lang="{language}"' in shown
        assert words in shown
