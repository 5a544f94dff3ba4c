"""A mail server that never answers: one deadline for all that a letter takes, and what is known of the letter afterwards."""

import pytest
from django.utils.timezone import now

from notifications.models import Letter
from notifications.tasks import deliver_letters
from tests.notifications.test_letters import write
from tests.silence import STEPS, Reluctant, serving


@pytest.fixture(autouse=True)
def _soon(settings):
    assert settings.EMAIL_TIMEOUT == 14  # a second less than the 15 within which the worker is free again
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.4


def deliver_to(server, settings):
    with serving(server) as settings.EMAIL_PORT:
        deliver_letters()


@pytest.mark.parametrize("step", STEPS)
def test_silence_at_any_step_frees_the_worker_and_only_after_the_text_is_the_outcome_unknown(db, settings, step):
    letter, other = write(), write()
    server = Reluctant(step)
    deliver_to(server, settings)
    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.attempts, letter.state, letter.posting_at, other.attempts) == (1, "waiting", None, 0)
    assert "timed out" in letter.error
    is_unknown = step == "text"
    assert (letter.outcomes_unknown, letter.unknown_at is not None, server.taken) == (is_unknown,) * 3
    assert list(Letter.objects.uncertain()) == [letter] * is_unknown
    assert server.hung_up == [True] * (step != "connection")


@pytest.mark.parametrize("step", ["banner", "ehlo", "text"])
def test_a_byte_now_and_then_buys_no_time(db, settings, step):
    """Each byte comes long before the socket's own time-out, and the whole answer would come in the end."""
    letter = write()
    server = Reluctant(step, every=0.02)
    deliver_to(server, settings)
    letter.refresh_from_db()
    assert (letter.attempts, letter.state, letter.outcomes_unknown) == (1, "waiting", step == "text")
    assert server.hung_up == [True]


def test_answers_that_are_late_each_are_late_together(db, settings):
    """Six answers, each within the time that all of them have."""
    letter = write()
    server = Reluctant(late=0.15)
    deliver_to(server, settings)
    letter.refresh_from_db()
    assert (letter.attempts, letter.state, server.taken) == (1, "waiting", 0)


def test_a_letter_of_unknown_outcome_is_posted_again_under_its_number_but_not_without_end(db, settings):
    letter = write()
    server = Reluctant("text")
    for _attempt in range(5):
        deliver_to(server, settings)
        Letter.objects.filter(given_up_at=None).update(try_after=now())
    letter.refresh_from_db()
    assert (server.taken, letter.outcomes_unknown, letter.state) == (
        Letter.MOST_UNKNOWN,
        Letter.MOST_UNKNOWN,
        "given_up",
    )
    letter.try_again()
    assert list(Letter.objects.uncertain()) == [letter]  # that it may have arrived before stays on record


def test_a_server_that_takes_it_at_last_is_believed(db, settings):
    letter = write()
    deliver_to(Reluctant("text"), settings)
    Letter.objects.update(try_after=now())
    settings.EMAIL_TIMEOUT = 10
    server = Reluctant()
    deliver_to(server, settings)
    letter.refresh_from_db()
    assert (server.taken, letter.state, letter.outcomes_unknown, letter.attempts) == (1, "sent", 1, 2)


def test_over_tls_the_deadline_holds_too(db, settings):
    """A server that says nothing to the first word of TLS."""
    settings.EMAIL_USE_SSL = True
    letter = write()
    server = Reluctant("banner")
    deliver_to(server, settings)
    letter.refresh_from_db()
    assert (letter.attempts, letter.state, server.hung_up) == (1, "waiting", [True])
    assert "timed out" in letter.error
