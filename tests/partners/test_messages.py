"""Institutions write to each other: what is sent, who reads it, what is refused, and that no address is ever shown."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import User
from notifications.models import Letter
from partners.merging import merge
from partners.models import Block, Conversation, Institution, Message, Report, Side, message
from partners.models.limits import TooMany
from partners.models.message import obstacle
from sesric_portal.own_data import forget, held_about
from tests.factories import (
    BlockFactory,
    InstitutionFactory,
    MessageFactory,
    RepresentationFactory,
    SideFactory,
    UserFactory,
)
from tests.pages import PREFIXES

TEXT = "Dear colleagues,\n\nmay we visit you? <b>Soon</b>\n-- \nSee: http://testserver/accounts/logout/"


class Two:
    """Two listed institutions, each with somebody who speaks for it."""

    def __init__(self):
        self.mine = InstitutionFactory(name_en="Mine", slug="mine")
        self.theirs = InstitutionFactory(name_en="Theirs", name_fr="Les leurs", slug="theirs")
        self.me = UserFactory(name="Amina", email="amina@mine.example.org")
        self.them = UserFactory(name="Bilal", email="bilal@theirs.example.org", language="fr")
        self.my_part = RepresentationFactory(institution=self.mine, user=self.me, position="Director")
        self.their_part = RepresentationFactory(institution=self.theirs, user=self.them, position="Dean")

    def begin(self, text="Hello.", key=None, subject="A visit"):
        return Conversation.begin(self.mine, self.theirs, self.me, subject, text, key or uuid.uuid4())

    def their_side(self):
        return Side.objects.get(institution=self.theirs)

    def addresses(self):
        return list(User.objects.values_list("email", flat=True))


@pytest.fixture
def two(db):
    return Two()


@pytest.fixture
def signed_in(two):
    """A browser in which the first institution's representative is signed in."""
    client = Client()
    client.force_login(two.me)
    return client


@pytest.fixture
def partner(two):
    client = Client()
    client.force_login(two.them)
    return client


def filled(**changes):
    return {
        "key": str(uuid.uuid4()), "institution": "mine", "subject": "A visit", "text": "Hello."
    } | changes  # fmt: skip


def names(response):
    return [side.partner.name_en for side in response.context["page_obj"]]


# --- Writing and answering --------------------------------------------------------------------------------------------


def test_a_message_begins_a_conversation_with_two_sides(signed_in, two):
    response = signed_in.post("/partners/theirs/write/", filled(text="Hello.\r\n\r\nGood day."))
    side = Side.objects.get(institution=two.mine)
    assert (response.status_code, response.headers["Location"]) == (302, f"/partners/messages/{side.pk}/")
    assert {(each.institution.slug, each.partner.slug) for each in Side.objects.all()} == {
        ("mine", "theirs"), ("theirs", "mine")
    }  # fmt: skip
    [sent] = side.conversation.messages
    assert (sent.side, sent.author, sent.position, sent.text) == (side, two.me, "Director", "Hello.\r\n\r\nGood day.")
    assert [each.institution.slug for each in Side.objects.unread()] == ["theirs"]
    assert [each.institution.slug for each in Side.objects.unanswered()] == ["theirs"]


def test_it_is_read_and_answered_on_the_site(signed_in, partner, two):
    side = two.begin()
    theirs = two.their_side()
    assert names(partner.get("/partners/messages/")) == ["Mine"]
    assert "New</span>" in partner.get("/partners/messages/").text
    page = partner.get(f"/partners/messages/{theirs.pk}/")
    assert "Hello." in page.text
    assert "Amina, Director" in page.text
    assert not Side.objects.unread().exists()
    assert "Not answered</span>" in partner.get("/partners/messages/").text
    answer = {"key": str(uuid.uuid4()), "text": "Welcome."}
    assert partner.post(f"/partners/messages/{theirs.pk}/", answer).status_code == 302
    assert [each.text for each in side.conversation.messages] == ["Hello.", "Welcome."]
    assert [each.pk for each in Side.objects.unread()] == [side.pk]
    assert [each.pk for each in Side.objects.unanswered()] == [side.pk]
    assert "Welcome." in signed_in.get(f"/partners/messages/{side.pk}/").text


def test_a_message_that_came_while_the_page_was_made_stays_unread(two):
    side = two.begin()
    theirs = two.their_side()  # as a view fetched it
    side.answer(two.me, "One more thing.", uuid.uuid4())
    theirs.mark_read()
    assert [each.institution.slug for each in Side.objects.unread()] == ["theirs"]
    two.their_side().mark_read()
    assert not Side.objects.unread().exists()


def test_what_needs_no_answer_leaves_the_desk(partner, two):
    two.begin()
    theirs = two.their_side()
    assert [(task.title, task.url) for task in partner.get("/desk/").context["tasks"]] == [
        ("Answer a message from Mine", f"/partners/messages/{theirs.pk}/")
    ]
    assert partner.post(f"/partners/messages/{theirs.pk}/set-aside/").status_code == 302
    assert partner.get("/desk/").context["tasks"] == []
    two.begin("Another.").answer(two.me, "And more.", uuid.uuid4())
    assert len(partner.get("/desk/").context["tasks"]) == 1


def test_the_unread_come_first_then_the_last(partner, two):
    for hours, subject in ((3, "Oldest, unread"), (2, "Older"), (1, "Newer")):
        with time_machine.travel(now() - timedelta(hours=hours), tick=False):
            two.begin(subject=subject)
    for side in Side.objects.filter(institution=two.theirs).exclude(conversation__subject__startswith="Oldest"):
        side.mark_read()
    shown = [side.conversation.subject for side in partner.get("/partners/messages/").context["page_obj"]]
    assert shown == ["Oldest, unread", "Newer", "Older"]


def test_who_speaks_for_several_chooses_in_whose_name(signed_in, two):
    page = signed_in.get("/partners/theirs/write/")
    assert 'type="hidden" name="institution" value="mine"' in page.text
    second = InstitutionFactory(name_en="Second", slug="second")
    RepresentationFactory(institution=second, user=two.me)
    page = signed_in.get("/partners/theirs/write/")
    assert [each.slug for each in page.context["form"].fields["institution"].queryset] == ["mine", "second"]
    signed_in.post("/partners/theirs/write/", filled(institution="second"))
    assert Message.objects.get().side.institution == second
    assert names(signed_in.get("/partners/messages/")) == ["Theirs"]


def test_nobody_writes_to_an_institution_of_their_own(signed_in, two):
    assert signed_in.get("/partners/mine/write/").status_code == 403
    RepresentationFactory(institution=InstitutionFactory(slug="second"), user=two.me)
    page = signed_in.get("/partners/mine/write/")
    assert [each.slug for each in page.context["form"].fields["institution"].queryset] == ["second"]


def test_the_list_asks_as_much_for_three_as_for_one_and_has_pages(partner, two):
    counted = []
    for more in (1, 2):
        for _each in range(more):
            two.begin()
        with CaptureQueriesContext(connection) as queries:
            partner.get("/partners/messages/")
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 8
    page = partner.get("/partners/messages/?page=zero")
    assert page.context["page_obj"].number == 1


def test_a_conversation_asks_as_much_for_three_messages_as_for_one(partner, two):
    side = two.begin()
    theirs = two.their_side()
    counted = []
    for _round in range(3):
        partner.get(f"/partners/messages/{theirs.pk}/")
        with CaptureQueriesContext(connection) as queries:
            partner.get(f"/partners/messages/{theirs.pk}/")
        counted.append(len(queries))
        side.answer(two.me, "More.", uuid.uuid4())
        partner.get(f"/partners/messages/{theirs.pk}/")
    assert len(set(counted)) == 1


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_the_letter_holds_the_text_as_plain_text_in_the_language_of_its_reader(two):
    RepresentationFactory(institution=two.theirs, user=UserFactory(language="ar"), is_manager=False)
    former = RepresentationFactory(institution=two.theirs, is_manager=False, ended_at=now())
    two.begin(TEXT, subject="A visit")
    letters = {letter.recipients[0]: letter for letter in Letter.objects.all()}
    assert two.them.email in letters
    assert former.user.email not in letters
    assert len(letters) == 2
    french = letters[two.them.email]
    assert "Amina, Director:\n> Dear colleagues,\n>\n> may we visit you? <b>Soon</b>\n> --\n> See: http" in french.text
    assert f"http://testserver/fr/partners/messages/{two.their_side().pk}/" in french.text
    assert "Les leurs" in french.text
    assert "&lt;b&gt;Soon&lt;/b&gt;" in french.html
    buttons = re.findall(r'class="button" href="([^"]+)"', french.html)
    assert buttons == [f"http://testserver/fr/partners/messages/{two.their_side().pk}/"]
    assert french.reply_to == []
    assert french.subject.endswith(": A visit")
    [arabic] = [letter for letter in letters.values() if 'dir="rtl"' in letter.html]
    assert "/ar/partners/messages/" in arabic.text


def test_no_address_stands_in_any_page_or_letter(signed_in, partner, two):
    nameless = RepresentationFactory(institution=two.theirs, user=UserFactory(name=""), is_manager=False)
    side = two.begin()
    theirs = two.their_side()
    theirs.answer(nameless.user, "Welcome.", uuid.uuid4())
    last = Message.objects.latest("pk")
    assert last.writer == "Head of Training"
    mine = ["/partners/messages/", "/partners/theirs/write/", f"/partners/messages/{side.pk}/"]
    mine += [f"{mine[-1]}block/", f"{mine[-1]}report/{last.pk}/"]
    shown = [signed_in.get(prefix + path) for prefix in PREFIXES.values() for path in mine]
    shown += [partner.get(path) for path in ("/partners/messages/", f"/partners/messages/{theirs.pk}/")]
    shown += [Client().get("/partners/theirs/"), Client().get("/partners/theirs/write/", follow=True)]
    assert {response.status_code for response in shown} == {200}
    found = [
        (response.request["PATH_INFO"], each) for response in shown for each in two.addresses() if each in response.text
    ]
    assert found == []
    Report.file(last, two.mine, two.me, "Rude.").handle(UserFactory(is_staff=True), "Talked to them.")
    letters = Letter.objects.all()
    assert len(letters) == 5
    texts = [letter.subject + letter.text + letter.html for letter in letters]
    assert [each for text in texts for each in two.addresses() if each in text] == []
    assert {tuple(letter.reply_to) for letter in letters} == {()}


def test_who_left_is_named_no_more(two):
    side = two.begin()
    forget(two.me)
    [sent] = side.conversation.messages
    assert (sent.writer, sent.text) == ("", "Hello.")


def test_people_take_along_what_they_wrote(two):
    two.begin("My own words.")
    two.their_side().answer(two.them, "Another’s words.", uuid.uuid4())
    [mine] = held_about(two.me)["institutions"]["messages"]
    assert (mine["institution"], mine["to"], mine["about"], mine["text"]) == (
        "Mine",
        "Theirs",
        "A visit",
        "My own words.",
    )


# --- Once, and within limits ------------------------------------------------------------------------------------------


def test_a_double_click_makes_one_message(signed_in, two):
    form = filled()
    first, second = (signed_in.post("/partners/theirs/write/", form) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Conversation.objects.count(), Message.objects.count(), Letter.objects.count()) == (1, 1, 1)
    address = first.headers["Location"]
    answer = {"key": str(uuid.uuid4()), "text": "One more thing."}
    for _click in range(2):
        assert signed_in.post(address, answer).status_code == 302
    assert Message.objects.count() == 2


def test_a_form_sends_one_message_says_the_database_too(two):
    side = two.begin()
    key = Message.objects.get().key
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(side=side, author=two.me, key=key)
    MessageFactory(side=side, author=two.them, key=key)  # a key of somebody else's is no obstacle


@pytest.mark.parametrize("key", ["", "nonsense", None])
def test_a_form_without_a_proper_key_is_a_new_one(signed_in, two, key):
    form = filled(key=key or "")
    if key is None:
        form.pop("key")
    assert signed_in.post("/partners/theirs/write/", form).status_code == 302
    assert Message.objects.count() == 1


def test_too_many_conversations_in_a_day_are_refused_clearly(signed_in, two, monkeypatch):
    monkeypatch.setattr(message, "CONVERSATIONS_A_DAY", 2)
    with time_machine.travel(now() - timedelta(days=1, minutes=1)):
        two.begin()
    two.begin()
    assert signed_in.post("/partners/theirs/write/", filled()).status_code == 302
    refused = signed_in.post("/partners/theirs/write/", filled(text="Kept as typed."))
    assert refused.status_code == 429
    assert "You have begun 2 conversations within a day" in refused.text
    assert "Kept as typed." in refused.text
    assert Conversation.objects.count() == 3
    answered = signed_in.post(f"/partners/messages/{Side.objects.filter(institution=two.mine).first().pk}/", filled())
    assert answered.status_code == 302


def test_too_many_messages_in_a_day_are_refused_clearly(signed_in, two, monkeypatch):
    monkeypatch.setattr(message, "MESSAGES_A_DAY", 1)
    side = two.begin()
    refused = signed_in.post(f"/partners/messages/{side.pk}/", filled(text="Kept as typed."))
    assert refused.status_code == 429
    assert "You have sent 1 messages within a day" in refused.text
    assert "Kept as typed." in refused.text
    two.their_side().answer(two.them, "Others may go on.", uuid.uuid4())
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        side.answer(two.me, "The next day.", uuid.uuid4())
    assert Message.objects.count() == 3


def in_parallel(work, arguments):
    """Call `work` with each argument at the same moment, each in a connection of its own; give what came of it."""

    def one(argument):
        close_old_connections()
        try:
            return work(argument)
        except (ValidationError, TooMany) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(one, arguments))


@pytest.mark.django_db(transaction=True)
def test_parallel_posts_do_not_exceed_the_limits(monkeypatch):
    two = Two()
    monkeypatch.setattr(message, "CONVERSATIONS_A_DAY", 3)
    results = in_parallel(lambda key: two.begin(key=key), [uuid.uuid4() for _n in range(8)])
    assert sum(isinstance(each, TooMany) for each in results) == 5
    assert (Conversation.objects.count(), Message.objects.count()) == (3, 3)
    monkeypatch.setattr(message, "MESSAGES_A_DAY", 5)
    side = Side.objects.filter(institution=two.mine).first()
    results = in_parallel(lambda key: side.answer(two.me, "More.", key), [uuid.uuid4() for _n in range(8)])
    assert sum(isinstance(each, TooMany) for each in results) == 6
    assert Message.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_parallel_posts_of_one_form_make_one_message():
    two = Two()
    key = uuid.uuid4()
    results = in_parallel(lambda _n: two.begin(key=key).pk, range(6))
    assert len(set(results)) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_block_or_suspension_at_the_same_moment_waits_or_is_seen():
    """No message is newer than the block that forbids it."""
    two = Two()
    two.begin()
    steps = [lambda: Block.place(two.theirs, two.mine, two.them), *[lambda: two.begin()] * 6]
    in_parallel(lambda step: step(), steps)
    block = Block.objects.get()
    assert Message.objects.filter(sent_at__gt=block.at + timedelta(seconds=1)).count() == 0
    with pytest.raises(ValidationError):
        two.begin()


# --- Who cannot write, or be written to -------------------------------------------------------------------------------

NOT_RECEIVING = "This institution does not receive messages at present."


@pytest.mark.parametrize("why", ["blocked", "unrepresented", "suspended"])
def test_the_reasons_of_the_other_side_look_alike(signed_in, two, why):
    side = two.begin()
    if why == "blocked":
        Block.place(two.theirs, two.mine, two.them)
    elif why == "unrepresented":
        two.their_part.end(two.them, "applicant")
    else:
        two.theirs.suspend("Spam.", UserFactory(is_staff=True))
    page = signed_in.get(f"/partners/messages/{side.pk}/")
    assert NOT_RECEIVING in page.text
    assert page.context["form"].is_bound is False
    refused = signed_in.post(f"/partners/messages/{side.pk}/", filled(text="Kept as typed."))
    assert refused.status_code == 400
    assert NOT_RECEIVING in refused.text
    assert "Kept as typed." in refused.text
    for word in ("block", "suspend"):
        assert word not in refused.text.lower().replace("block this institution", "").replace(f"{side.pk}/block/", "")
    assert Message.objects.count() == 1


@pytest.mark.parametrize("why", ["", "blocked", "has blocked", "unrepresented", "suspended", "not listed itself"])
def test_the_desk_asks_for_an_answer_exactly_where_one_can_be_given(signed_in, two, why):
    """The row of the set and the question of one agree."""
    side = two.begin()
    two.their_side().answer(two.them, "With pleasure.", uuid.uuid4())
    changes = {
        "": lambda: None,
        "blocked": lambda: Block.place(two.theirs, two.mine, two.them),
        "has blocked": lambda: BlockFactory(institution=two.mine, blocked=two.theirs),
        "unrepresented": lambda: two.their_part.end(two.them, "applicant"),
        "suspended": lambda: two.theirs.suspend("Spam.", UserFactory(is_staff=True)),
        "not listed itself": lambda: two.mine.suspend("Spam.", UserFactory(is_staff=True)),
    }
    changes[why]()
    side.refresh_from_db()
    asked = [task.url for task in signed_in.get("/desk/").context["tasks"]]
    can_answer = obstacle(two.mine, two.theirs, two.me) is None
    assert can_answer == (why == "")
    assert (side.get_absolute_url() in asked, side.is_unanswered) == (can_answer, True)


def test_a_blocked_institution_begins_nothing_new(signed_in, partner, two):
    two.begin()
    theirs = two.their_side()
    asked = partner.get(f"/partners/messages/{theirs.pk}/block/")
    assert "Block this institution?" in asked.text
    for _click in range(2):
        assert partner.post(f"/partners/messages/{theirs.pk}/block/").status_code == 302
    block = Block.objects.get()
    assert (block.institution, block.blocked, block.by) == (two.theirs, two.mine, two.them)
    told = signed_in.get("/partners/theirs/write/").text
    assert (NOT_RECEIVING in told, "<textarea" in told) == (True, False)
    told = partner.get("/partners/mine/write/").text
    assert ("Lift the block to write to it." in told, "<textarea" in told) == (True, False)
    refused = signed_in.post("/partners/theirs/write/", filled())
    assert (refused.status_code, NOT_RECEIVING in refused.text) == (400, True)
    assert "<textarea" in signed_in.get("/partners/theirs/write/").text  # what was typed is kept, and stands there
    assert partner.get("/desk/").context["tasks"] == []
    own = partner.get(f"/partners/messages/{theirs.pk}/")
    assert "Your institution has blocked this one." in own.text
    assert "Lift the block" in own.text
    partner.post(f"/partners/messages/{theirs.pk}/unblock/")
    block.refresh_from_db()
    assert (block.lifted_at is not None, block.lifted_by) == (True, two.them)
    assert signed_in.post("/partners/theirs/write/", filled()).status_code == 302
    partner.post(f"/partners/messages/{theirs.pk}/block/")
    assert Block.objects.count() == 2


def test_a_suspended_institution_neither_writes_nor_is_written_to(signed_in, partner, two):
    side = two.begin()
    two.mine.suspend("Spam.", UserFactory(is_staff=True))
    assert signed_in.get("/partners/theirs/write/").status_code == 403
    assert signed_in.post("/partners/theirs/write/", filled()).status_code == 403
    own = signed_in.get(f"/partners/messages/{side.pk}/")
    assert "Your institution is not listed at present" in own.text
    assert signed_in.post(own.request["PATH_INFO"], filled()).status_code == 400
    assert partner.get("/partners/mine/write/").status_code == 404
    assert partner.post(f"/partners/messages/{two.their_side().pk}/", filled()).status_code == 400
    assert Message.objects.count() == 1


def test_nobody_speaks_for_it(signed_in, two):
    InstitutionFactory(slug="silent")
    page = signed_in.get("/partners/silent/write/")
    assert page.status_code == 403
    assert 'href="/partners/silent/represent/"' in page.text
    assert 'href="/contact/?about=/partners/silent/"' in page.text
    assert 'href="/partners/silent/represent/"' in Client().get("/partners/silent/").text
    assert "/write/" not in Client().get("/partners/silent/").text
    assert 'href="/partners/theirs/write/"' in Client().get("/partners/theirs/").text
    assert Message.objects.count() == 0


# --- Who finds what ---------------------------------------------------------------------------------------------------


def addresses_of(side, received):
    own = f"/partners/messages/{side.pk}/"
    return [own, f"{own}set-aside/", f"{own}block/", f"{own}unblock/", f"{own}report/{received.pk}/"]


def test_a_visitor_signs_in_first_and_loses_nothing_that_was_typed(two):
    client = Client()
    sent = client.post("/partners/theirs/write/", filled(text="Typed before."))
    assert sent.headers["Location"] == "/accounts/login/?next=/partners/theirs/write/"
    client.force_login(two.me)
    assert "Typed before." in client.get("/partners/theirs/write/").text
    assert Message.objects.count() == 0


@pytest.mark.parametrize("who", ["stranger", "third", "former", "inactive", "staff"])
def test_nobody_else_finds_a_conversation(two, who):
    two.begin()
    theirs, received = two.their_side(), Message.objects.get()
    person = UserFactory(is_staff=who == "staff", is_superuser=who == "staff")
    if who == "third":
        RepresentationFactory(user=person)
    if who == "former":
        RepresentationFactory(institution=two.theirs, user=person, is_manager=False, ended_at=now())
    if who == "inactive":
        RepresentationFactory(institution=two.theirs, user=person, is_manager=False, accepted_at=None)
    client = Client()
    client.force_login(person)
    before = list(Side.objects.values())
    for path in addresses_of(theirs, received):
        for method in ("get", "post"):
            status = getattr(client, method)(path, filled()).status_code
            assert status == (405 if method == "get" and path.endswith(("aside/", "unblock/")) else 404), (method, path)
    assert names(client.get("/partners/messages/")) == []
    assert client.post("/partners/theirs/write/", filled()).status_code in (302 if who == "third" else 403, 400)
    assert list(Side.objects.values()) == before
    assert (Message.objects.count(), Report.objects.count(), Block.objects.count()) == (1, 0, 0)


def test_one_side_does_not_find_the_address_of_the_other(signed_in, two):
    two.begin()
    paths = addresses_of(two.their_side(), Message.objects.get())
    assert {signed_in.post(path, filled()).status_code for path in paths} == {404}


def test_forged_fields_change_nothing(signed_in, two):
    third = RepresentationFactory(institution=InstitutionFactory(slug="third"))
    forged = signed_in.post("/partners/theirs/write/", filled(institution="third", author=third.user.pk, side="1"))
    assert forged.status_code == 400
    assert Message.objects.count() == 0
    side = two.begin()
    extra = filled(
        side=two.their_side().pk, author=two.them.pk, institution="third", position="King", sent_at="2000-01-01"
    )
    signed_in.post(f"/partners/messages/{side.pk}/", extra)
    last = Message.objects.latest("pk")
    assert (last.side, last.author, last.position) == (side, two.me, "Director")
    assert last.sent_at > now() - timedelta(minutes=1)


@pytest.mark.parametrize("missing", ["text", "subject"])
def test_what_is_missing_is_said_and_what_was_typed_stays(signed_in, two, missing):
    typed = {"text": "A long message.", "subject": "A long subject"} | {missing: "  "}
    response = signed_in.post("/partners/theirs/write/", filled(**typed))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [missing]
    assert "A long" in response.text
    assert Message.objects.count() == 0


def test_a_subject_is_one_line(signed_in, two):
    signed_in.post("/partners/theirs/write/", filled(subject="A visit\r\nBcc: all@example.org"))
    assert Conversation.objects.get().subject == "A visit Bcc: all@example.org"
    assert "\n" not in Letter.objects.get().subject


def test_merged_institutions_keep_what_they_wrote_to_others(two):
    third = RepresentationFactory(institution=InstitutionFactory(slug="third"), user=UserFactory(name="Carim"))
    two.begin("Between the two.")
    Conversation.begin(two.theirs, third.institution, two.them, "Kept", "To a third.", uuid.uuid4())
    Block.place(two.theirs, two.mine, two.them)
    merge(two.mine, two.theirs, UserFactory(is_staff=True))
    assert {(each.institution.slug, each.partner.slug) for each in Side.objects.all()} == {
        ("mine", "third"),
        ("third", "mine"),
    }
    assert [each.text for each in Message.objects.all()] == ["To a third."]
    assert Side.objects.get(institution=third.institution).answer(third.user, "Thank you.", uuid.uuid4())
    assert Block.objects.count() == 0


# --- Reports ----------------------------------------------------------------------------------------------------------


def test_a_report_goes_to_the_centre_once(partner, two):
    side = two.begin("Rude words.")
    theirs, received = two.their_side(), Message.objects.get()
    path = f"/partners/messages/{theirs.pk}/report/{received.pk}/"
    assert "Rude words." in partner.get(path).text
    assert partner.post(path, {"reason": " "}).status_code == 400
    for _click in range(2):
        assert partner.post(path, {"reason": "It is rude."}).status_code == 302
    report = Report.objects.get()
    assert (report.message, report.institution, report.by, report.reason) == (
        received,
        two.theirs,
        two.them,
        "It is rude.",
    )
    [letter] = Letter.objects.filter(recipients=["centre@example.org"])
    assert "Rude words." not in letter.text
    assert f"/admin/partners/report/{report.pk}/change/" in letter.text
    assert "Reported to SESRIC" in partner.get(f"/partners/messages/{theirs.pk}/").text
    mine = Client()
    mine.force_login(two.me)
    assert "Reported" not in mine.get(f"/partners/messages/{side.pk}/").text


def test_nobody_reports_their_own_message_or_one_of_elsewhere(signed_in, two):
    side = two.begin()
    own = Message.objects.get()
    elsewhere = MessageFactory(side=SideFactory())
    for each in (own, elsewhere):
        path = f"/partners/messages/{side.pk}/report/{each.pk}/"
        assert signed_in.post(path, {"reason": "Rude."}).status_code == 404
    assert Report.objects.count() == 0


def reported(two):
    two.begin("Rude words.")
    return Report.file(Message.objects.latest("pk"), two.theirs, two.them, "It is rude.")


def test_staff_read_a_conversation_only_where_a_message_was_reported(client, superuser, two):
    report = reported(two)
    other = MessageFactory(side=SideFactory(), text="Private words.")
    page = client.get(reverse("admin:partners_report_change", args=[report.pk]))
    assert "Rude words." in page.text
    assert [each for each in (two.me.email, two.them.email) if each in page.text] == []
    index = client.get("/admin/").text + client.get(reverse("admin:partners_report_changelist")).text
    assert other.text not in index
    for model in ("message", "conversation", "side"):
        assert client.get(f"/admin/partners/{model}/").status_code == 404


def test_a_report_is_handled_with_a_note(client, superuser, two):
    report = reported(two)
    path = reverse("admin:partners_report_change", args=[report.pk])
    assert "This field is required." in client.post(path, {"note": ""}).text
    assert Report.objects.waiting().count() == 1
    assert client.post(path, {"note": "Talked to them.", "suspend_because": ""}).status_code == 302
    report.refresh_from_db()
    assert (report.note, report.handled_by, report.handled_at is not None) == ("Talked to them.", superuser, True)
    assert Institution.objects.get(slug="mine").is_listed
    assert Letter.objects.filter(recipients=[two.them.email], subject__contains="Mine").count() == 2
    assert client.post(path, {"note": "Again."}).status_code == 403
    waiting = client.get(reverse("admin:partners_report_changelist"), {"handled": "no"})
    assert list(waiting.context["cl"].queryset) == []


def test_who_closed_the_account_since_is_not_told(superuser, two):
    report = reported(two)
    forget(two.them)
    before = Letter.objects.count()
    Report.objects.get(pk=report.pk).handle(superuser, "Talked to them.")
    assert Letter.objects.count() == before


def test_the_institution_that_wrote_is_suspended_through_its_verb(client, superuser, two):
    report = reported(two)
    path = reverse("admin:partners_report_change", args=[report.pk])
    client.post(path, {"note": "Suspended.", "suspend_because": "Insults."})
    mine = Institution.objects.get(slug="mine")
    assert mine.status == "suspended"
    step = mine.reviews.get(decision="suspended")
    assert (step.by, step.reason) == (superuser, "Insults.")


def test_of_two_who_handle_one_report_the_second_is_told(client, superuser, two):
    report = reported(two)
    Report.objects.get(pk=report.pk).handle(UserFactory(is_staff=True), "First.")
    with pytest.raises(ValidationError, match="handled in the meantime"):
        report.handle(superuser, "Second.")
    report.refresh_from_db()
    assert report.note == "First."


def test_a_suspension_that_cannot_be_undoes_the_rest(client, superuser, two):
    report = reported(two)
    Institution.objects.filter(slug="mine").update(status="suspended")
    path = reverse("admin:partners_report_change", args=[report.pk])
    response = client.post(path, {"note": "Suspended.", "suspend_because": "Insults."}, follow=True)
    assert "This has been decided in the meantime" in str(next(iter(response.context["messages"])))
    assert len(list(response.context["messages"])) == 1
    assert Report.objects.waiting().count() == 1


def test_constraints_of_what_must_never_be(two):
    side = two.begin()
    report = reported(two)
    wrong = [
        lambda: Side.objects.filter(pk=side.pk).update(partner=two.mine),
        lambda: Side.objects.create(conversation=side.conversation, institution=two.mine, partner=two.theirs),
        lambda: MessageFactory(side=side, text=""),
        lambda: Block.objects.create(institution=two.mine, blocked=two.mine),
        lambda: Block.objects.bulk_create([Block(institution=two.mine, blocked=two.theirs) for _n in range(2)]),
        lambda: Report.objects.create(message=report.message, institution=two.theirs, reason="x"),
        lambda: Report.objects.filter(pk=report.pk).update(handled_at=now()),
    ]
    for act in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
