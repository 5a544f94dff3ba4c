"""Asking a worker to begin at once; without a broker the work waits for the next round of beat, since rows say what is owed."""

import logging
from functools import partial
from time import monotonic

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SILENT_FOR = 10  # seconds in which a broker that did not answer is not asked again: a page waits for it once

_silent_until = 0.0


def wake(task):
    """Wake a worker for a task, by name, when the transaction commits."""
    transaction.on_commit(partial(ask, task), robust=True)


def ask(task):
    """Send a task to the broker now, unless it was silent a moment ago."""
    global _silent_until
    if monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, expires=600)  # by name: pages do not import the tasks
    except (OperationalError, OSError):
        _silent_until = monotonic() + SILENT_FOR
        logger.warning("The broker does not answer; what is owed waits for the next round.")
