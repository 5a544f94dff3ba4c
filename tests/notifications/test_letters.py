"""Letters against a mail server that listens: delivered once, tried again with patience, given up, forgotten."""

import socket
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from time import sleep

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils.timezone import now

from notifications.delivery import Post, take
from notifications.models import Letter
from notifications.tasks import deliver_letters, forget_old_letters
from tests.processes import run_python


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """A mail server that keeps what it takes; `answer` is what it says to a message, `refused` to a recipient."""

    def __init__(self):
        self.taken = []
        self.answer = "250 Taken"
        self.refused = {}
        self.refuses_sender = ""
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refuses_sender:
            return self.refuses_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.arrived.set()
        self.may_answer.wait(10)
        if self.answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer


def serve(sink, settings, **options):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=settings.EMAIL_PORT, ready_timeout=30, **options)
    controller.start()
    return controller


@pytest.fixture
def sink(settings):
    sink = Sink()
    controller = serve(sink, settings)
    yield sink
    controller.stop()


def write(subject="Subject", to=("a@example.org",), **more):
    """Write a letter as any part of the portal does, and give its row."""
    EmailMultiAlternatives(subject, "Text with é and ع\n", to=list(to), **more).send()
    return Letter.objects.latest("pk")


def test_a_letter_is_a_row_until_a_worker_posts_it(db, sink):
    letter = write(reply_to=["b@example.org"])
    assert (sink.taken, letter.sent_at, letter.attempts) == ([], None, 0)
    deliver_letters()
    deliver_letters()
    [(recipients, message)] = sink.taken
    assert recipients == ["a@example.org"]
    assert (message["Subject"], message["To"], message["Reply-To"]) == ("Subject", "a@example.org", "b@example.org")
    assert message["Message-ID"] == f"<{letter.message_id}@testserver>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "Text with é and ع"
    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert (letter.attempts, letter.error, letter.given_up_at) == (1, "", None)


def test_the_part_in_html_comes_along(db, sink):
    message = EmailMultiAlternatives("Subject", "Plain", to=["a@example.org"])
    message.attach_alternative("<p>Rich</p>", "text/html")
    message.send()
    deliver_letters()
    [(_recipients, message)] = sink.taken
    assert message.get_body(("plain",)).get_content().strip() == "Plain"
    assert message.get_body(("html",)).get_content().strip() == "<p>Rich</p>"


def test_what_rolls_back_owes_no_letter(db, sink):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    deliver_letters()
    assert (Letter.objects.count(), sink.taken) == (0, [])


def waited(letter):
    """The minutes that a letter waits from now; None if it waits no more."""
    letter.refresh_from_db()
    return None if letter.given_up_at else round((letter.try_after - now()).total_seconds() / 60)


def test_a_refusal_for_now_waits_longer_each_time_and_gives_up_after_eight(db, sink):
    letter = write()
    sink.answer = "451 Try again later"
    waits = []
    for _attempt in range(10):
        deliver_letters()
        deliver_letters()  # not due: nothing more is tried
        waits.append(waited(letter))
        Letter.objects.filter(given_up_at=None).update(try_after=now())
    assert waits == [2, 4, 8, 16, 32, 64, 128, None, None, None]
    assert letter.attempts == 8
    assert "Try again later" in letter.error
    assert list(Letter.objects.given_up()) == [letter]
    sink.answer = "250 Taken"
    letter.try_again()
    deliver_letters()
    [(_recipients, message)] = sink.taken
    assert message["Message-ID"] == f"<{letter.message_id}@testserver>"


def test_a_letter_taken_at_the_second_try_keeps_its_number(db, sink):
    letter = write()
    sink.answer = "421 Busy"
    deliver_letters()
    sink.answer = "250 Taken"
    Letter.objects.update(try_after=now())
    deliver_letters()
    [(_recipients, message)] = sink.taken
    letter.refresh_from_db()
    assert message["Message-ID"] == f"<{letter.message_id}@testserver>"
    assert (letter.attempts, letter.error) == (2, "")


@pytest.mark.parametrize("answer", ["550 Nobody here", "554 Spam"])
def test_a_refusal_for_good_is_given_up_at_once(db, sink, answer):
    refused, other = write(), write("Other", ["c@example.org"])
    sink.refused["a@example.org"] = answer
    deliver_letters()
    assert waited(refused) is None
    assert refused.attempts == 1
    assert answer[4:] in refused.error
    assert [recipients for recipients, _message in sink.taken] == [["c@example.org"]]
    assert list(Letter.objects.given_up()) == [refused]
    other.refresh_from_db()
    assert other.sent_at is not None


def test_a_recipient_refused_for_now_is_tried_again(db, sink):
    letter = write()
    sink.refused["a@example.org"] = "450 Greylisted"
    deliver_letters()
    assert waited(letter) == 2


@pytest.mark.parametrize(
    ("answer", "waits"), [("550 Not from you", [2, 0]), ("451 Later", [2, 0]), ("552 Too large", [None, None])]
)
def test_a_sender_that_is_refused_costs_minutes_whatever_the_answer(db, sink, answer, waits):
    """It is the portal's own address: whoever mends that finds the letters waiting. A size is of the letter itself."""
    letters = [write(), write()]
    sink.refuses_sender = answer
    deliver_letters()
    assert [waited(letter) for letter in letters] == waits
    assert answer[4:] in letters[0].error


def test_a_message_refused_for_good_is_given_up_at_once(db, sink):
    letter = write()
    sink.answer = "552 Too large"
    deliver_letters()
    assert waited(letter) is None


def test_a_server_that_is_down_costs_minutes(db, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    letter = write()
    deliver_letters()
    assert waited(letter) == 2
    assert "refused" in letter.error.lower()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_server_that_refuses_our_password_costs_minutes(db, settings):
    """The fault is the portal's set-up, not the letter's: whoever mends it finds the letters waiting."""
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "expired"
    controller = serve(
        Sink(), settings, auth_required=True, auth_require_tls=False,
        authenticator=lambda *login: AuthResult(success=False, handled=False),
    )  # fmt: skip
    try:
        letter = write()
        deliver_letters()
    finally:
        controller.stop()
    assert waited(letter) == 2
    assert "535" in letter.error


def test_a_subject_of_several_lines_becomes_one(db, sink):
    write("One\nBcc: victim@example.org\r\n two")
    deliver_letters()
    [(recipients, message)] = sink.taken
    assert (recipients, message["Subject"], message["Bcc"]) == (
        ["a@example.org"],
        "One Bcc: victim@example.org two",
        None,
    )


def test_a_letter_whose_address_cannot_be_written_holds_up_no_other(db, sink):
    bad = write()
    Letter.objects.filter(pk=bad.pk).update(reply_to=["x\nBcc: y@example.org"], try_after=now() - timedelta(days=1))
    good = write()
    deliver_letters()
    assert waited(bad) is None
    good.refresh_from_db()
    assert good.sent_at is not None
    assert len(sink.taken) == 1


@pytest.mark.django_db(transaction=True, available_apps=["notifications"])
def test_two_workers_post_a_letter_once(sink):
    letter = write()
    sink.may_answer.clear()

    def work():
        deliver_letters()
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    try:
        assert sink.arrived.wait(20)
        deliver_letters()  # while the first is at it: the row is passed over, nothing is waited for
        assert Letter.objects.get().attempts == 0
    finally:
        sink.may_answer.set()
        first.join()
    letter.refresh_from_db()
    assert (len(sink.taken), letter.attempts) == (1, 1)


@pytest.mark.django_db(transaction=True, available_apps=["notifications"])
def test_who_only_looks_for_a_letter_keeps_nobody_from_posting_it(sink):
    write()
    letter, held = take(), threading.Event()

    def look():
        with transaction.atomic():
            Letter.objects.select_for_update().get()
            held.set()
            sleep(0.5)
        connection.close()

    looking = threading.Thread(target=look)
    looking.start()
    assert held.wait(20)
    post = Post()
    post.deliver(letter)
    post.close()
    looking.join()
    letter.refresh_from_db()
    assert (len(sink.taken), letter.state, letter.outcomes_unknown) == (1, "sent", 0)


@pytest.mark.parametrize("broker", ["down", "frozen"])
def test_a_page_does_not_wait_for_a_broker_that_is_away(broker):
    """The letter is a row by then; beat finds it."""
    code = """
import django
django.setup()
from time import monotonic, sleep
from notifications.waking import ask
begun = monotonic()
ask("notifications.tasks.deliver_letters")
print(monotonic() - begun < 15)
"""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if broker == "frozen":
            server.listen()  # takes connections and never says a word
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        done = run_python(code, DEBUG="1", DATABASE_URL="postgres://nobody@/none", REDIS_URL=url, LOG_LEVEL="WARNING")
    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr
    assert "The broker does not answer" in done.stderr


def test_old_texts_are_forgotten_and_facts_stay(db):
    old, ago = now() - timedelta(days=91), now() - timedelta(days=89)
    letters = {name: write(name) for name in ("sent long ago", "given up long ago", "sent lately", "waits")}
    for name, fields in {
        "sent long ago": {"sent_at": old},
        "given up long ago": {"given_up_at": old},
        "sent lately": {"sent_at": ago},
        "waits": {"written_at": old},
    }.items():
        Letter.objects.filter(pk=letters[name].pk).update(html="<p>", **fields)
    forget_old_letters()
    kept = {
        letter.subject: (bool(letter.text), bool(letter.html), letter.recipients) for letter in Letter.objects.all()
    }
    to = ["a@example.org"]
    assert kept == {
        "sent long ago": (False, False, to),
        "given up long ago": (False, False, to),
        "sent lately": (True, True, to),
        "waits": (True, True, to),
    }
