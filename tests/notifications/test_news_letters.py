"""Letters about news: one for each reader, in their language, with reasons; what no longer holds is not sent."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.timezone import localdate, now

from events.models import Event
from notifications.delivery import Post, take
from notifications.digests import MOST_BYTES
from notifications.matching import announce, announce_change
from notifications.models import Announcement, Follower, Interest, Letter, MailStop, Notification, RefusedAddress
from notifications.tasks import deliver_letters, fan_out, forget_unconfirmed, write_letters
from tests.factories import (
    EventFactory,
    FollowerFactory,
    InterestFactory,
    LanguageFactory,
    MembershipFactory,
    NotificationFactory,
    OpportunityFactory,
    SectorFactory,
    UserFactory,
)
from tests.notifications.test_letters import sink  # noqa: F401  a fixture
from trop.models import TrainingOpportunity


def news(**fields):
    """Publish an opportunity and do what the workers do, up to the letter's row."""
    opportunity = OpportunityFactory(**fields)
    announce("opportunity", opportunity.pk)
    fan_out()
    write_letters()
    return opportunity


def reader(language="en", **fields):
    user = UserFactory(language=language)
    return InterestFactory(follower=FollowerFactory(user=user), **fields)


def body(message):
    return message.get_body(("plain",)).get_content()


# --- What it says -------------------------------------------------------------------------------------------------------


def test_the_first_lines_are_the_facts_then_why_and_ways_out(db, sink):  # noqa: F811
    sector = SectorFactory(name_en="Water", slug="water")
    interest = reader(choices={"sector": ["water"]})
    opportunity = news(
        title="Irrigation", sectors=[sector], starts_on=date(2090, 3, 1), ends_on=date(2090, 3, 3), mode="online",
        apply_by=date(2090, 2, 1), languages=[LanguageFactory(code="fr", name_en="French")],
        institution=MembershipFactory(institution__name_en="Water College").institution,
    )  # fmt: skip
    deliver_letters()
    [(recipients, message)] = sink.taken
    address, key = interest.follower.address, interest.follower.key
    assert recipients == [address]
    assert message["Subject"] == "Training course: Irrigation"
    assert body(message).splitlines()[:9] == [
        "Training course: Irrigation",
        "",
        "Offered by: Water College",
        "Where: Online",
        "When: 1–3 March 2090",
        "Apply by: 1 February 2090",
        "Language: French",
        f"http://testserver{opportunity.get_absolute_url()}",
        "You follow: Sector: Water",
    ]
    assert f"http://testserver/notifications/mute/{interest.key}/" in body(message)
    assert message["List-Unsubscribe"].strip() == f"<http://testserver/notifications/unsubscribe/{key}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<training-opportunities.testserver>"
    assert "<img" not in message.get_body(("html",)).get_content()


@pytest.mark.parametrize(("language", "path", "direction"), [("fr", "/fr/", 'dir="ltr"'), ("ar", "/ar/", 'dir="rtl"')])
def test_each_letter_stands_in_the_readers_language(db, sink, language, path, direction):  # noqa: F811
    sector = SectorFactory(name_en="Water", name_fr="Eau", name_ar="المياه", slug="water")
    reader(language, choices={"sector": ["water"]})
    opportunity = news(title="Irrigation", sectors=[sector])
    deliver_letters()
    [(_recipients, message)] = sink.taken
    html = message.get_body(("html",)).get_content()
    assert f"http://testserver{path}trop/opportunities/{opportunity.slug}/" in body(message)
    assert {"fr": "Eau", "ar": "المياه"}[language] in body(message)
    assert f'<html lang="{language}" {direction}>' in html


def test_a_letter_is_set_as_its_language_is(db, sink):  # noqa: F811
    """French parts a colon from its word, Arabic has commas and semicolons of its own; one thing stands there once."""
    languages = [LanguageFactory(code=code, name_fr=fr, name_ar=ar) for code, fr, ar in
                 [("ar", "Arabe", "العربية"), ("fr", "Français", "الفرنسية")]]  # fmt: skip
    for code in ("fr", "ar"):
        reader(code, choices={"language": ["ar"], "mode": ["online"]})
    news(title="Irrigation", mode="online", languages=languages)
    deliver_letters()
    texts = {message["To"]: message for _to, message in sink.taken}
    french, arabic = (texts[each.follower.address] for each in Interest.objects.order_by("pk"))
    said = body(french).replace("\u00a0", " ")
    assert "Langue : Arabe, Français" in said.splitlines()
    assert "Vous suivez : Langue d’enseignement : Arabe ; Forme : En ligne" in said.splitlines()
    assert "اللغة: العربية، الفرنسية" in body(arabic).splitlines()
    assert "؛ " in body(arabic)
    for message in (french, arabic):
        assert body(message).count("Irrigation") == 1
        assert re.search(r"<h1><a [^>]+>.*Irrigation.*</a>\s*</h1>", message.get_body(("html",)).get_content())


@pytest.mark.parametrize("has_account", [True, False])
def test_many_items_are_letters_under_forty_kilobytes(db, sink, has_account):  # noqa: F811
    own = {} if has_account else {"follower": FollowerFactory(user=None, email="a@example.org", language="ar")}
    interest = InterestFactory(**own) if own else reader("ar")
    Interest.objects.update(frequency="weekly")
    for words in ("تدريب", "تدر", "تد"):
        InterestFactory(follower=interest.follower, words=words, frequency="weekly")
    for _number in range(60):
        opportunity = OpportunityFactory(title="تدريب " * 20, languages=[LanguageFactory(code="ar", name_ar="العربية")])
        announce("opportunity", opportunity.pk)
    fan_out()
    Notification.objects.update(due_at=now())
    write_letters()
    deliver_letters()
    while Notification.objects.due().exists():
        write_letters()
        deliver_letters()
    assert all(len(message.as_bytes()) < 1.4 * MOST_BYTES for _to, message in sink.taken)  # 1.4: what base64 adds
    assert all(len((letter.text + letter.html).encode()) <= MOST_BYTES for letter in Letter.objects.all())
    assert not interest.follower.notifications.filter(letter=None).exists()
    text = "".join(body(message) for _to, message in sink.taken)
    told = [each.slug for each in TrainingOpportunity.objects.all() if f"/{each.slug}/" in text]
    if has_account:
        assert ("٦٠" in sink.taken[0][1]["Subject"], len(sink.taken), 0 < len(told) < 60) == (True, 1, True)
    else:  # no inbox: nothing is left out
        assert (len(told), len(sink.taken) > 1) == (60, True)


def test_three_reasons_stand_in_one_letter(db, sink):  # noqa: F811
    first = reader(choices={"mode": ["in_person"]})
    InterestFactory(follower=first.follower, choices={"language": ["en"]})
    InterestFactory(follower=first.follower)
    news()
    deliver_letters()
    [(_recipients, message)] = sink.taken
    assert body(message).count("You follow: ") == 3
    assert "You follow: How: In person" in body(message)
    assert "You follow: Training opportunities" in body(message)


# --- Asked again at the moment of sending ---------------------------------------------------------------------------------


def pause_follower(interest, opportunity):
    interest.follower.pause()


def mute(interest, opportunity):
    interest.pause()


def remove(interest, opportunity):
    interest.delete()


def expire(interest, opportunity):
    TrainingOpportunity.objects.update(apply_by=localdate() - timedelta(days=1))


def hide(interest, opportunity):
    TrainingOpportunity.objects.update(status="draft")


def refuse(interest, opportunity):
    RefusedAddress.mark(interest.follower.address.upper(), "550")


def close_account(interest, opportunity):
    type(interest.follower.user).objects.update(is_active=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (pause_follower, "paused"), (mute, "muted"), (remove, "muted"), (expire, "over"), (hide, "hidden"),
        (refuse, "refused"), (close_account, "paused"),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)  # fmt: skip
def test_what_changed_while_a_letter_waited_is_not_sent_and_says_so(db, sink, change, why):  # noqa: F811
    interest = reader()
    opportunity = news()
    change(interest, opportunity)
    deliver_letters()
    [row] = Notification.objects.all()
    letter = Letter.objects.get()
    assert (sink.taken, row.withheld, letter.state) == ([], why, "cancelled")
    assert letter.error == Notification.Withheld(why).label


def test_of_two_items_the_one_that_holds_is_sent(db, sink):  # noqa: F811
    reader()
    announce("opportunity", OpportunityFactory(title="Over soon", apply_by=localdate()).pk)
    news(title="Still open")
    with time_machine.travel(now() + timedelta(days=1)):
        deliver_letters()
    [(_recipients, message)] = sink.taken
    assert "Still open" in body(message)
    assert "Over soon" not in body(message)


def test_an_event_called_off_before_the_letter_left_is_not_announced(db, sink):  # noqa: F811
    reader(kind="event")
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    fan_out()
    event.call_off(Event.Status.CANCELLED)
    fan_out()
    write_letters()
    deliver_letters()
    assert sink.taken == []
    assert [(each.withheld, each.due_at is None) for each in Notification.objects.order_by("pk")] == [
        ("over", False),
        ("", True),  # of the change, on the site alone
    ]


def test_who_had_the_letter_hears_that_it_is_called_off(db, sink):  # noqa: F811
    reader(kind="event")
    event = EventFactory(title_en="Course", starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    for change in (None, Event.Status.POSTPONED):
        if change:
            event.call_off(change)
        for work in (fan_out, write_letters, deliver_letters):
            work()
    assert [message["Subject"].strip() for _to, message in sink.taken] == [
        "Training course: Course", "Postponed · Training course: Course",
    ]  # fmt: skip


# --- Digests ----------------------------------------------------------------------------------------------------------------


def test_a_digest_due_while_workers_were_down_is_sent_once(db, sink):  # noqa: F811
    reader(frequency="daily")
    for _day in range(3):
        news()
    assert Letter.objects.count() == 0
    with time_machine.travel(now() + timedelta(days=5)):
        for _round in range(2):
            write_letters()
            deliver_letters()
    [(_recipients, message)] = sink.taken
    assert message["Subject"].startswith("3 new for you, among them: ")


def test_who_wants_no_letters_has_the_rows_on_the_site(db, sink):  # noqa: F811
    reader(frequency="never")
    news()
    with time_machine.travel(now() + timedelta(days=30)):
        write_letters()
    assert (Letter.objects.count(), Notification.objects.count()) == (0, 1)


# --- Delivery -----------------------------------------------------------------------------------------------------------------


def test_an_address_refused_for_good_is_marked_and_written_to_no_more(db, sink):  # noqa: F811
    interest = reader()
    sink.refused[interest.follower.address] = "550 Nobody here"
    news()
    deliver_letters()
    assert Letter.objects.get().state == "given_up"
    assert RefusedAddress.objects.get().address == interest.follower.address
    news()
    deliver_letters()
    RefusedAddress.objects.all().delete()
    RefusedAddress.objects.create(address=interest.follower.address.upper())  # as staff may type it
    news()
    deliver_letters()
    assert [each.withheld for each in Notification.objects.order_by("pk")] == ["", "refused", "refused"]


def test_one_poison_letter_stops_nothing(db, sink, caplog):  # noqa: F811
    poisoned, other = reader(), reader()
    news()
    Notification.objects.filter(follower=poisoned.follower).update(reasons=[{"wrong": 1}])
    deliver_letters()
    assert [recipients for recipients, _message in sink.taken] == [[other.follower.address]]
    letter = Letter.objects.get(follower=poisoned.follower)
    assert (letter.attempts, letter.state) == (1, "waiting")
    assert "KeyError" in letter.error


def test_while_all_mail_is_stopped_letters_wait(db, sink):  # noqa: F811
    """What came due meanwhile comes in one letter afterwards, beside the one that was written before."""
    interest = reader()
    news()
    stop = MailStop.objects.create(reason="Wrong text")
    for _day in range(3):
        news()
        deliver_letters()
    assert (sink.taken, interest.follower.notifications.due().count()) == ([], 3)
    stop.lift()
    write_letters()
    deliver_letters()
    subjects = [message["Subject"] for _to, message in sink.taken]
    assert len(subjects) == 2
    assert subjects[1].startswith("3 new for you, among them: ")


def test_a_letter_whose_worker_died_is_posted_again_under_its_number_and_says_so(db, sink):  # noqa: F811
    reader()
    news()
    letter = Letter.objects.get()
    died_at = now() - timedelta(seconds=5)
    Letter.objects.update(posting_at=died_at)
    deliver_letters()
    assert sink.taken == []  # a moment ago: another worker may be about to hold the row
    died_at -= timedelta(minutes=1)
    Letter.objects.update(posting_at=died_at)
    deliver_letters()
    deliver_letters()
    [(_recipients, message)] = sink.taken
    assert message["Message-ID"] == f"<{letter.message_id}@testserver>"
    letter.refresh_from_db()
    assert (letter.outcomes_unknown, letter.unknown_at, letter.state) == (1, died_at, "sent")
    assert list(Letter.objects.uncertain()) == [letter]


def test_a_letter_at_which_workers_keep_dying_waits_for_somebody_to_look(db, sink):  # noqa: F811
    reader()
    news()
    for _death in range(Letter.MOST_UNKNOWN):
        Letter.objects.update(posting_at=now() - timedelta(minutes=5), outcomes_unknown=2)
    deliver_letters()
    letter = Letter.objects.get()
    assert (sink.taken, letter.state) == ([], "given_up")


def test_a_cancelled_letter_is_not_sent(db, sink):  # noqa: F811
    reader()
    news()
    letter = Letter.objects.get()
    assert letter.cancel("Not this one")
    deliver_letters()
    assert (sink.taken, letter.cancel()) == ([], False)


def test_a_letter_at_which_a_worker_died_can_be_cancelled_one_being_posted_cannot(db):
    reader()
    news()
    letter = Letter.objects.get()
    Letter.objects.update(posting_at=now())
    assert not letter.cancel()
    died_at = now() - timedelta(minutes=5)
    Letter.objects.update(posting_at=died_at)
    assert letter.cancel()
    letter.refresh_from_db()
    assert (letter.state, letter.unknown_at) == ("cancelled", died_at)  # it may have left all the same


# --- Who is who -----------------------------------------------------------------------------------------------------------------


def test_who_followed_by_address_and_signs_up_is_one_reader(db):
    by_address = FollowerFactory(user=None, email="reader@example.org")
    InterestFactory(follower=by_address)
    NotificationFactory(follower=by_address)
    user = UserFactory(email="reader@example.org")
    assert Follower.for_user(user) != by_address  # nobody confirmed yet whose address it is
    Follower.objects.filter(user=user).delete()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    assert Follower.for_user(user) == by_address
    other = FollowerFactory(user=None, email="other@example.org")
    mine = InterestFactory(follower=other, kind="event")
    InterestFactory(follower=other)  # the same is there
    user.email = "other@example.org"
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True)
    follower = Follower.for_user(user)
    assert set(follower.interests.values_list("kind", flat=True)) == {"opportunity", mine.kind}
    assert Follower.objects.count() == 1


def test_a_typed_address_nobody_confirms_is_forgotten(db):
    for days in (6, 8):
        FollowerFactory(user=None, email=f"a{days}@example.org").interests.create(
            kind="event", made_at=now() - timedelta(days=days)
        )
    forget_unconfirmed()
    assert list(Follower.objects.values_list("email", flat=True)) == ["a6@example.org"]


def test_a_person_follows_at_most_so_much(db):
    follower = FollowerFactory()
    Interest.objects.bulk_create(
        Interest(follower=follower, kind="event", words=str(number), accepted_at=now())
        for number in range(Interest.MOST)
    )
    Interest.objects.create(follower=FollowerFactory(), kind="event")
    assert Interest.follow(follower, "event", {}, "more", "daily", accepted=True) is None
    assert Interest.follow(follower, "event", {}, "1", "weekly", accepted=True).frequency == "weekly"


@pytest.fixture(autouse=True)
def _back_to_english():
    yield
    translation.deactivate()


# --- Many letters in one go -----------------------------------------------------------------------------------------------


def test_each_reads_it_in_their_language_and_the_second_letter_asks_less(db, sink):  # noqa: F811
    for language in ("en", "fr", "en", "fr"):
        reader(language=language)
    news(title="Irrigation", mode="online")
    with translation.override("en"):
        post, asked = Post(), []
        for _number in range(4):
            letter = take()
            with CaptureQueriesContext(connection) as queries:
                post.deliver(letter)
            asked.append(len(queries))
        post.close()
    assert [message["Subject"] for _to, message in sink.taken] == [
        "Training course: Irrigation",
        "Cours de formation : Irrigation",
    ] * 2
    assert max(asked[2:]) < min(asked[:2])


@pytest.mark.parametrize("happens", ["withdrawn", "over"])
def test_what_happens_between_two_letters_of_one_go_counts(db, sink, happens):  # noqa: F811
    reader()
    reader()
    opportunity = news(mode="online")
    post = Post()
    post.deliver(take())
    days = {"apply_by": localdate() - timedelta(days=1), "starts_on": localdate(), "ends_on": localdate()}
    TrainingOpportunity.objects.filter(pk=opportunity.pk).update(
        **{"status": "withdrawn"} if happens == "withdrawn" else days
    )
    post.deliver(take())
    post.close()
    withheld = {"withdrawn": Notification.Withheld.HIDDEN, "over": Notification.Withheld.OVER}[happens]
    assert len(sink.taken) == 1
    assert sorted(Notification.objects.values_list("withheld", flat=True)) == ["", withheld]


def test_those_who_were_told_hear_that_it_was_withdrawn(db, sink):  # noqa: F811
    reader()
    opportunity = news(title="Irrigation", mode="online")
    deliver_letters()
    reader()  # follows since, and was told nothing
    opportunity.withdraw("No teacher.", None)
    fan_out()
    write_letters()
    deliver_letters()
    subjects = [message["Subject"] for _to, message in sink.taken]
    assert [subject for subject in subjects if "Irrigation" in subject] == [
        "Training course: Irrigation", "Cancelled · Training course: Irrigation"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "edit",
    [
        {"frequency": "never"},
        {"choices": {"mode": ["in_person"]}},
        {"words": "elsewhere"},
        {"choices": {"mode": ["online"]}},
    ],
    ids=str,
)
def test_what_is_followed_is_asked_again_when_the_letter_leaves(db, sink, edit):  # noqa: F811
    reader()
    news(title="Irrigation", mode="online")
    Interest.objects.update(**edit)
    deliver_letters()
    still_wanted = edit == {"choices": {"mode": ["online"]}}
    assert (len(sink.taken), Notification.objects.get().withheld) == ((1, "") if still_wanted else (0, "muted"))


def test_a_change_told_between_two_letters_of_one_go_stands_in_the_second(db, sink):  # noqa: F811
    first, second = reader(kind="event"), reader(kind="event")
    event = EventFactory(starts_on=date(2090, 1, 1), ends_on=date(2090, 1, 2), status="planned", published_at=None)
    event.publish()
    fan_out()
    write_letters()
    post = Post()
    post.deliver(take())
    Event.objects.filter(pk=event.pk).update(starts_on=date(2090, 5, 5), ends_on=date(2090, 5, 6))
    announce_change("event", event.pk)
    fan_out()
    post.deliver(take())
    post.close()
    old, new = (body(message) for _to, message in sink.taken)
    assert ("1–2 January 2090" in old, "5–6 May 2090" in new) == (True, True)
    change = Announcement.objects.get(occasion="moved")
    assert {each.follower: each.due_at is not None for each in change.notifications.all()} == {
        first.follower: True, second.follower: False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("happens", "why"),
    [({"published_at": None}, "hidden"), ({"ends_on": date(2020, 1, 2), "starts_on": date(2020, 1, 1)}, "over")],
)
def test_a_change_that_waited_too_long_is_not_told(db, sink, happens, why):  # noqa: F811
    reader(kind="event")
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned", published_at=None)
    event.publish()
    fan_out()
    write_letters()
    deliver_letters()
    Event.objects.filter(pk=event.pk).update(starts_on=date(2090, 5, 5), ends_on=date(2090, 5, 6))
    announce_change("event", event.pk)
    fan_out()
    write_letters()
    Event.objects.filter(pk=event.pk).update(**happens)
    deliver_letters()
    assert len(sink.taken) == 1
    letter = Letter.objects.latest("pk")
    assert (letter.cancelled_at is None, letter.error, Notification.objects.latest("pk").withheld) == (
        False, str(Notification.Withheld(why).label), why,
    )  # fmt: skip
