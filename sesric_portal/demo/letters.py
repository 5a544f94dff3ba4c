"""The letters of a trial: each one a file, so that whoever tries the portal, or a browser test, can read what it sent."""

import os
import time
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.timezone import get_current_timezone


class EmailBackend(BaseEmailBackend):
    """Writes each letter into EMAIL_FILE_PATH.

    Django's own writes those of one connection into one file, named by the second and an address in memory: two
    connections of the same second may share it.
    """

    def send_messages(self, email_messages):
        """Write the letters; give their number. A file is there whole or not at all, and the names go by time."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            unfinished = folder / f"{time.time_ns():020}-{uuid4().hex[:8]}.part"
            unfinished.write_bytes(message.message().as_bytes())
            os.replace(unfinished, unfinished.with_suffix(".eml"))
        return len(email_messages)


def files(folder):
    """Give the files of the letters in a folder, the newest first."""
    return sorted(Path(folder).glob("*.eml"), reverse=True)


def read(path):
    """Read one letter: `name` of its file, `subject`, `to`, `at` (when it was written) and its `text`."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "name": path.stem,
        "subject": message["subject"],
        "to": message["to"],
        "at": datetime.fromtimestamp(path.stat().st_mtime, get_current_timezone()),
        "text": body.get_content() if body else "",
    }
