"""Several at the same moment, each over a connection of its own; for tests with `transaction=True`."""

from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection


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
