"""Following a list, by an account or an address; what one follows; the inbox. Nothing changes by a link alone."""

import re

import pytest
from allauth.account.signals import email_changed
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.timezone import now
from pytest_django.asserts import assertContains

from accounts.models import User
from notifications.matching import announce
from notifications.models import Follower, Interest, Letter, Notification
from notifications.tasks import fan_out
from tests.factories import (
    ExpertFactory,
    FollowerFactory,
    InstitutionFactory,
    InterestFactory,
    NotificationFactory,
    OpportunityFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)

LISTS = {
    "event": "/events/", "opportunity": "/trop/opportunities/", "institution": "/partners/search/",
    "notice": "/partners/notices/",
}  # fmt: skip


@pytest.fixture
def water(db):
    return SectorFactory(slug="water", name_en="Water")


@pytest.fixture
def user(client, db):
    user = UserFactory(email="reader@example.org")
    client.force_login(user)
    return user


def asked(interest):
    return interest.kind, interest.choices, interest.words, interest.frequency


# --- Following ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_leads_to_following_it_as_it_is_filtered(client, db, kind):
    response = client.get(LISTS[kind] + "?q=water&mode=online&when=past&sort=newest")
    address = reverse("notifications:follow", args=[kind])
    assert f'href="{address}?q=water' in response.content.decode()
    assert "water" in strip_tags(client.get(f"{address}?q=water").text)


def test_somebody_signed_in_follows_at_once(client, user, water):
    address = "/notifications/follow/opportunity/?sector=water&q=irrigation&when=past&sector=nonsense&sort=newest"
    assert "Water" in client.get(address).content.decode()
    response = client.post(address, {"frequency": "weekly"})
    assert response["Location"] == "/notifications/interests/"
    [interest] = Interest.objects.of(user).active()
    assert asked(interest) == ("opportunity", {"sector": ["water"]}, "irrigation", "weekly")
    client.post(address, {"frequency": "daily"})
    assert asked(Interest.objects.get()) == ("opportunity", {"sector": ["water"]}, "irrigation", "daily")
    page = client.get("/notifications/interests/").content.decode()
    assert "irrigation" in page
    assert "Once a day" in page


def test_by_an_address_nothing_is_followed_before_it_is_confirmed(client, water):
    address = "/fr/notifications/follow/opportunity/?sector=water"
    response = client.post(address, {"frequency": "at-once", "email": "New@example.org"})
    assert response["Location"] == "/fr/notifications/follow/opportunity/sent/"
    interest = Interest.objects.get()
    assert (interest.follower.email, interest.follower.reads) == ("new@example.org", "fr")
    assert not Interest.objects.active().exists()
    letter = Letter.objects.get()
    confirm = f"/fr/notifications/confirm/{interest.key}/"
    assert letter.recipients == ["New@example.org"]
    assert f"http://testserver{confirm}" in letter.text
    assert ">Oui, informez-moi</button>" in client.get(confirm).text
    assert not Interest.objects.active().exists()
    assert client.post(confirm)["Location"] == f"/fr/notifications/by-letter/{interest.follower.key}/"
    assert list(Interest.objects.active()) == [interest]


def test_an_address_with_an_account_gets_the_same_answer_and_no_second_reader(client, water):
    known = FollowerFactory(user=UserFactory(email="known@example.org"))
    response = client.post("/notifications/follow/event/", {"frequency": "daily", "email": "known@example.org"})
    assert response["Location"] == "/notifications/follow/event/sent/"
    assert (Follower.objects.get(), Interest.objects.accepted().count()) == (known, 0)


def test_what_a_program_typed_is_dropped(client, db):
    client.post("/notifications/follow/event/", {"frequency": "daily", "email": "a@example.org", "leave_empty": "x"})
    assert (Follower.objects.count(), Letter.objects.count()) == (0, 0)


def test_one_connection_cannot_have_letters_sent_without_end(client, db):
    answers = [
        client.post("/notifications/follow/event/", {"frequency": "daily", "email": f"a{n}@example.org"}).status_code
        for n in range(12)
    ]
    assert answers == [302] * 10 + [400] * 2


@pytest.mark.parametrize("data", [{}, {"frequency": "hourly"}, {"frequency": "daily", "email": "no address"}])
def test_a_form_filled_in_wrongly_says_so(client, db, data):
    assert client.post("/notifications/follow/event/", data).status_code == 400
    assert client.get("/notifications/follow/nonsense/").status_code == 404
    assertContains(client.get("/notifications/follow/event/?q=%00&kind=%00&year=x"), 'name="frequency"')


# --- What one follows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "left"), [("pause", "paused"), ("resume", "active"), ("remove", "gone")])
def test_an_interest_is_paused_gone_on_with_and_removed(client, user, verb, left):
    interest = InterestFactory(follower=Follower.for_user(user), paused_at=now() if verb == "resume" else None)
    address = f"/notifications/interests/{interest.key}/{verb}/"
    assert client.get(address).status_code == 405
    assert client.post(address)["Location"] == "/notifications/interests/"
    state = {
        each.paused_at is None: "active" if each.paused_at is None else "paused" for each in Interest.objects.all()
    }
    assert list(state.values()) == ([] if left == "gone" else [left])


def test_what_is_asked_for_can_be_changed(client, user, water):
    OpportunityFactory(sectors=[water], mode="online")
    follower = Follower.for_user(user)
    interest, other = (
        InterestFactory(follower=follower, choices={"sector": ["water"]}),
        InterestFactory(follower=follower),
    )
    address = f"/notifications/interests/{interest.key}/edit/"
    page = client.get(address).content.decode()
    assert 'value="water" checked' in page
    assert client.post(address, {"frequency": "at-once"}).status_code == 400  # the other one asks for everything
    response = client.post(address, {"mode": ["online"], "q": "pumps", "frequency": "daily"})
    assert response["Location"] == "/notifications/interests/"
    assert asked(Interest.objects.get(pk=interest.pk)) == ("opportunity", {"mode": ["online"]}, "pumps", "daily")
    assert Interest.objects.get(pk=interest.pk).facts == ["opportunity/mode:online"]
    assert asked(Interest.objects.get(pk=other.pk)) == ("opportunity", {}, "", "at-once")


def test_what_is_no_longer_on_the_portal_is_told_and_kept_and_never_taken_for_everything(client, user, water):
    gone = SectorFactory(slug="gone", name_en="Gone")
    follower = Follower.for_user(user)
    void = InterestFactory(follower=follower, choices={"sector": ["gone"]}, frequency="at-once")
    partly = InterestFactory(follower=follower, choices={"sector": ["gone", "water"]})
    InterestFactory(follower=follower, choices={"sector": ["water"]}, kind="notice")
    gone.delete()
    page = client.get("/notifications/interests/").text
    assert (
        page.count("gone (no longer on the portal)</bdi>") + page.count("<span>Sector: gone (no longer on the portal)")
        == 2
    )
    assert page.count("Nothing new can fit this any more") == 1
    for interest, boxes in ((void, ["gone"]), (partly, ["gone", "water"])):
        address = f"/notifications/interests/{interest.key}/edit/"
        form = client.get(address).text
        assert re.findall(r'name="sector" value="(\w+)" checked', form) == boxes
        client.post(address, {"frequency": "daily", "sector": boxes})
        assert asked(Interest.objects.get(pk=interest.pk)) == ("opportunity", {"sector": boxes}, "", "daily")
    announce("opportunity", OpportunityFactory(sectors=[water]).pk)
    fan_out()
    assert [each.interests for each in Notification.objects.all()] == [[partly.pk]]
    client.post(f"/notifications/interests/{partly.key}/edit/", {"frequency": "daily", "sector": "water"})
    assert Interest.objects.get(pk=partly.pk).choices == {"sector": ["water"]}


def test_a_year_in_which_nothing_is_planned_now_stays_asked_for(client, user):
    interest = InterestFactory(follower=Follower.for_user(user), kind="event", choices={"year": ["2090"]})
    address = f"/notifications/interests/{interest.key}/edit/"
    assert 'name="year" value="2090"' in client.get(address).text
    client.post(address, {"frequency": "weekly", "year": "2090"})
    assert asked(Interest.objects.get()) == ("event", {"year": ["2090"]}, "", "weekly")
    assert "no longer" not in client.get("/notifications/interests/").text


@pytest.mark.parametrize("each_kind", [1, 3])
def test_what_one_follows_is_as_many_queries_for_many_as_for_few(
    client, user, water, django_assert_max_num_queries, each_kind
):
    follower = Follower.for_user(user)
    for kind in LISTS:
        for number in range(each_kind):
            InterestFactory(follower=follower, kind=kind, words=f"word{number}", choices={"sector": ["water"]})
    client.get("/notifications/interests/")  # what is read once in a process
    with django_assert_max_num_queries(10):
        page = client.get("/notifications/interests/").text
    assert page.count("Words: word") == 4 * each_kind
    with django_assert_max_num_queries(8):
        assert client.get(f"/notifications/by-letter/{follower.key}/").text.count("Words: word") == 4 * each_kind


def test_nobody_follows_more_by_another_sign_in(client, user):
    InterestFactory()
    assert client.get("/notifications/interests/").context["interests"] == []


def test_all_letters_are_stopped_and_wanted_again(client, user):
    InterestFactory(follower=Follower.for_user(user))
    client.get("/notifications/interests/pause/")
    assert Follower.objects.reachable().exists()
    client.post("/notifications/interests/pause/")
    assert not Follower.objects.reachable().exists()
    announce("opportunity", OpportunityFactory(title="Seen on the site").pk)
    fan_out()
    assert not Notification.objects.due().exists()
    assert "Seen on the site" in client.get(reverse("notifications:inbox")).text
    client.post("/notifications/interests/resume/")
    assert Follower.objects.reachable().exists()


# --- What a profile proposes --------------------------------------------------------------------------------------------


def test_a_representative_is_asked_once_whether_to_follow_what_fits(client, user, water):
    institution = InstitutionFactory()
    institution.sectors.set([water])
    RepresentationFactory(institution=institution, user=user)
    assert "Be told about what fits your profile" in client.get("/desk/").content.decode()
    assert [asked(each)[:2] for each in client.get("/notifications/interests/").context["proposals"]] == [
        ("opportunity", {"sector": ["water"]}), ("notice", {"sector": ["water"]}),
    ]  # fmt: skip
    assert not Interest.objects.exists()
    client.post("/notifications/interests/proposed/")
    assert Interest.objects.active().count() == 2
    assert "Be told about what fits your profile" not in client.get("/desk/").content.decode()


def test_an_expert_may_decline_what_is_proposed(client, user, water):
    ExpertFactory(user=user, sectors=[water])
    [proposed] = client.get("/notifications/interests/").context["proposals"]
    assert asked(proposed)[:2] == ("notice", {"kind": ["request"], "sector": ["water"]})
    client.post("/notifications/interests/proposed/", {"decline": "1"})
    assert (Interest.objects.count(), client.get("/notifications/interests/").context["proposals"]) == (0, [])


def test_each_offer_stands_until_it_is_answered_whatever_is_followed_already(client, user, water):
    """And whatever a stranger typed: an address that nobody confirmed says nothing about its owner."""
    Client().post("/notifications/follow/event/", {"frequency": "daily", "email": user.email})
    InterestFactory(follower=Follower.for_user(user), kind="event", words="soil")
    ExpertFactory(user=user, sectors=[water])
    assert len(client.get("/notifications/interests/").context["proposals"]) == 1
    client.post("/notifications/interests/proposed/", {"decline": "1"})
    assert client.get("/notifications/interests/").context["proposals"] == []
    institution = RepresentationFactory(user=user).institution
    institution.sectors.set([water])
    offered = client.get("/notifications/interests/").context["proposals"]
    assert [asked(each)[:2] for each in offered] == [
        ("opportunity", {"sector": ["water"]}),
        ("notice", {"sector": ["water"]}),
    ]


def test_who_wants_no_letters_at_an_address_gets_none_by_the_account_that_takes_it(client, user):
    by_address = FollowerFactory(user=None, email="other@example.org", paused_at=now())
    InterestFactory(follower=by_address)
    InterestFactory(follower=Follower.for_user(user), kind="event")
    user.email = "other@example.org"
    user.save()
    email_changed.send(User, request=None, user=user, from_email_address=None, to_email_address=None)
    assert Follower.objects.count() == 2  # not confirmed: it may be anybody's
    user.emailaddress_set.create(email="other@example.org", verified=True, primary=True)
    email_changed.send(User, request=None, user=user, from_email_address=None, to_email_address=None)
    follower = Follower.objects.get()
    assert (follower.user, follower.is_reachable, follower.interests.count()) == (user, False, 2)


def test_who_follows_again_and_confirms_is_told_again_as_often_as_they_chose(client, water):
    follower = FollowerFactory(user=None, email="a@example.org", paused_at=now())
    interest = InterestFactory(follower=follower, choices={"sector": ["water"]}, paused_at=now(), frequency="daily")
    client.post("/notifications/follow/opportunity/?sector=water", {"frequency": "weekly", "email": "a@example.org"})
    interest.refresh_from_db()
    assert (interest.paused_at is None, interest.frequency) == (False, "daily")
    [link] = re.findall(r"http://testserver(/notifications/confirm/\S+)", Letter.objects.get().text)
    client.post(link)
    interest.refresh_from_db()
    follower.refresh_from_db()
    assert (interest.paused_at, interest.frequency, follower.is_reachable) == (None, "weekly", True)


# --- Ways out in letters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "button"), [("", "No more for this reason"), ("/ar", "لا مزيد لهذا السبب")])
def test_muting_a_reason_takes_a_button(client, db, prefix, button):
    interest = InterestFactory()
    address = f"{prefix}/notifications/mute/{interest.key}/"
    assert f">{button}</button>" in client.get(address).text
    assert Interest.objects.active().exists()
    assert client.post(address)["Location"] == f"{prefix}/notifications/by-letter/{interest.follower.key}/"
    assert not Interest.objects.active().exists()


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", "What this letter was sent for is no longer followed: no letters come for this reason."),
        ("/fr", "Ce qui a motivé ce courriel n’est plus suivi : aucun courriel n’est envoyé pour cette raison."),
    ],
)
def test_an_old_letter_still_says_that_no_more_come_for_its_reason(client, db, prefix, words):
    interest = InterestFactory()
    address = f"{prefix}/notifications/mute/{interest.key}/"
    assert words not in client.get(address).text
    interest.delete()
    for answer in (client.get(address), client.post(address)):
        assert (answer.status_code, words in answer.text) == (404, True)


def test_mail_programs_unsubscribe_by_one_post_without_a_form_of_ours(db):
    from django.test import Client  # noqa: PLC0415  one that checks forms

    interest = InterestFactory()
    client = Client(enforce_csrf_checks=True)
    address = f"/notifications/unsubscribe/{interest.follower.key}/"
    assert ">No more letters</button>" in client.get(address).text
    assert Follower.objects.reachable().exists()
    for _again in range(2):
        assert "<h1>No more letters come</h1>" in client.post(address, {"List-Unsubscribe": "One-Click"}).text
    assert not Follower.objects.reachable().exists()
    page = f"/notifications/by-letter/{interest.follower.key}/"
    assert "You get no letters at present." in client.get(page).content.decode()
    assert client.post(page + "resume/").status_code == 403  # this one is a form of ours


def test_a_key_opens_the_readers_own_things_only(client, db):
    mine, other = InterestFactory(), InterestFactory(kind="event")
    page = client.get(f"/notifications/by-letter/{mine.follower.key}/")
    assert list(page.context["interests"]) == [mine]
    assert other.follower.address not in page.content.decode()
    for name in ("mute", "unsubscribe", "confirm", "by-letter", "feed"):
        assert client.get(f"/notifications/{name}/6ba7b810-9dad-11d1-80b4-00c04fd430c8/").status_code == 404
    assert client.get(f"/notifications/mute/{InterestFactory(accepted_at=None).key}/").status_code == 404


# --- The inbox --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_shows_what_fits_with_as_many_queries_for_three_as_for_one(
    client, user, water, django_assert_max_num_queries, count
):
    interest = InterestFactory(follower=Follower.for_user(user), choices={"sector": ["water"]})
    opportunities = [OpportunityFactory(sectors=[water]) for _number in range(count)]
    for each in opportunities:
        announce("opportunity", each.pk)
    fan_out()
    NotificationFactory()  # of somebody else
    with django_assert_max_num_queries(11):
        response = client.get("/notifications/")
    told = response.content.decode()
    assert [entry.item.title for entry in response.context["entries"]] == [each.title for each in opportunities[::-1]]
    assert told.count("You follow: Sector: Water") == count
    assert interest.follower.notifications.unread().count() == count
    assert f"{count} not read" in client.get("/desk/").content.decode()
    client.get("/notifications/read/")
    assert interest.follower.notifications.unread().count() == count
    client.post("/notifications/read/")
    assert interest.follower.notifications.unread().count() == 0
    assert Notification.objects.unread().count() == 1


def test_what_is_no_longer_public_is_not_in_the_inbox(client, user):
    InterestFactory(follower=Follower.for_user(user))
    opportunity = OpportunityFactory()
    announce("opportunity", opportunity.pk)
    fan_out()
    type(opportunity).objects.update(status="draft")
    assert client.get("/notifications/").context["entries"] == []


def test_a_feed_brings_the_same(client, db):
    interest = InterestFactory()
    opportunity = OpportunityFactory(title="Pumps &\x0bwells")
    announce("opportunity", opportunity.pk)
    fan_out()
    text = client.get(f"/notifications/feed/{interest.follower.key}/").content.decode()
    assert "Pumps &amp; wells" in text
    assert f"http://testserver{opportunity.get_absolute_url()}" in text
    assert "<author><name>SESRIC" in text


def test_what_is_hidden_now_takes_no_place_in_the_inbox(client, user):
    InterestFactory(follower=Follower.for_user(user))
    shown, hidden = OpportunityFactory(title="Still shown"), OpportunityFactory.create_batch(26)
    for each in [shown, *hidden]:
        announce("opportunity", each.pk)
    fan_out()
    for each in hidden:
        type(each).objects.filter(pk=each.pk).update(status="draft")
    page = client.get(reverse("notifications:inbox")).text
    assert "Still shown" in page
    assert "1 not read" in page
    assert 'class="pager"' not in page
