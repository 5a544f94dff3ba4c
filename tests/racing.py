"""Several at the same moment, each over a connection of its own; for tests with `transaction=True`."""

import time
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection, transaction


def race(*acts):
    """Let all `acts` begin at once; give what each answered: "done", or the message of its `ValidationError`, sorted."""
    barrier, answers = Barrier(len(acts)), []

    def run(act):
        try:
            barrier.wait()
            act()
            answers.append("done")
        except ValidationError as error:
            answers.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(acts), "an act ended with an error of another kind"
    return sorted(answers)


def overtaken(act, by, then=lambda: None):
    """Let `act` begin while what `by` does is not certain yet, so that it waits for that; give what `act` answered.

    While it waits, `then` is done as well.
    """
    answers = []

    def run():
        try:
            answers.append(act())
        finally:
            connection.close()

    thread = Thread(target=run, daemon=True)
    with transaction.atomic():
        by()
        thread.start()
        until = time.monotonic() + 60
        while not _somebody_waits_for_us():
            assert thread.is_alive(), "it waited for nothing"
            assert time.monotonic() < until, "it waits for something else"
            time.sleep(0.01)
        then()
    thread.join()
    assert answers, "it ended with an error"
    return answers[0]


def _somebody_waits_for_us():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]
