"""Posting letters: each row is tried by one worker at a time, and what came of it is noted on the row.

A letter is taken in two steps. First it is noted, and committed, that it is being posted; then its row is locked for as long
as the mail server takes. A worker that dies in between leaves the note behind: the next one sees that nobody knows whether
the letter left, says so on the row, and posts it again under the same Message-ID, by which mail programs know it for the same.
"""

import logging
from contextlib import suppress
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from notifications import digests
from notifications.models import Letter, MailStop, RefusedAddress
from notifications.smtp import Deadline, OutcomeUnknownError
from notifications.waking import wake

logger = logging.getLogger(__name__)

MOST_SILENCES = 1  # letters to which the mail server gave no answer: then the rest waits for the next round
TOO_LARGE = 552
NO_SUCH_ADDRESS = b"5.1."  # what an answer for good begins with where it is the address that is wrong (RFC 3463)


def deliver_due(most):
    """Post at most so many of the letters that are due; have another round begun where more may be."""
    post = Post()
    try:
        for _attempt in range(most):
            letter = take() if post.silences < MOST_SILENCES else None
            if letter is None:
                return
            post.deliver(letter)
        wake("notifications.tasks.deliver_letters")
    finally:
        post.close()


@transaction.atomic
def take():
    """Give the letter to be posted next, noted as being posted; None where none is due, or all mail is stopped."""
    if MailStop.in_force():
        return None
    due = Letter.objects.due().select_for_update(skip_locked=True).order_by("try_after", "pk")
    for letter in due[:10]:
        if letter.mark_posting():
            return letter
    return None


class Post:
    """A connection to the mail server, kept open from letter to letter; `silences` counts those without an answer."""

    def __init__(self):
        self.connection = None
        self.silences = 0
        self.deadline = Deadline()
        self.words = digests.Words()

    def deliver(self, letter):
        """Post a letter that was taken, under its row lock, and note what came of it."""
        with transaction.atomic():
            # Who else looks for a letter holds this row for a moment at most: to skip it then would leave it noted as being
            # posted, and nobody posting it.
            held = Letter.objects.select_for_update().filter(pk=letter.pk, posting_at=letter.posting_at)
            letter = held.first()
            if letter is not None and self._is_written(letter):
                self._post(letter)

    def _is_written(self, letter):
        """Write the text of a letter about news; tell whether there is something to post."""
        if letter.follower_id is None:
            return True
        try:
            with transaction.atomic():
                return digests.write(letter, self.words)
        except Exception as error:
            logger.exception("Letter %s cannot be written.", letter.pk)
            letter.mark_failed(repr(error), for_good=False)
            return False

    def _post(self, letter):
        answered = True
        self.deadline.restart()
        try:
            self._open()
            _message(letter, self.connection).send()
        except SMTPRecipientsRefused as refusal:
            codes = [code for code, _answer in refusal.recipients.values()]
            for_good = all(code >= 500 for code in codes)
            letter.mark_failed(str(refusal), for_good=for_good)
            if for_good:
                for address in refusal.recipients:
                    RefusedAddress.mark(address, str(refusal))
        except (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError) as answer:  # says nothing about this letter
            letter.mark_failed(str(answer), for_good=False)
            answered = False
        except SMTPSenderRefused as answer:  # the portal's own address, nothing of this letter but its size
            is_too_large = answer.smtp_code == TOO_LARGE
            letter.mark_failed(str(answer), for_good=is_too_large)
            answered = is_too_large
        except SMTPResponseException as answer:
            letter.mark_failed(str(answer), for_good=answer.smtp_code >= 500)
            if answer.smtp_code >= 500 and _bytes(answer.smtp_error).startswith(NO_SUCH_ADDRESS):
                for address in letter.recipients:
                    RefusedAddress.mark(address, str(answer))
        except OutcomeUnknownError as silence:
            letter.mark_unknown(str(silence))
            answered = False
        except (SMTPException, OSError) as error:
            letter.mark_failed(repr(error), for_good=False)
            answered = False
        except Exception as error:  # it cannot be written, such as a header of it: no later attempt would fare better
            logger.exception("Letter %s cannot be posted.", letter.pk)
            letter.mark_failed(repr(error), for_good=True)
        else:
            letter.mark_sent()
        self.silences = 0 if answered else self.silences + 1
        if letter.sent_at is None:
            self.close()

    def _open(self):
        """Have a connection that works: a mail server hangs up on those who are silent for long."""
        if smtp := getattr(self.connection, "connection", None):
            try:
                alive = smtp.noop()[0] == 250
            except (SMTPServerDisconnected, OSError):
                alive = False
            if not alive:
                self.close()
        if self.connection is None:
            self.connection = get_connection(settings.LETTER_BACKEND, deadline=self.deadline)
            self.connection.open()

    def close(self):
        """Hang up; Django leaves a connection open where signing in to the server failed."""
        if self.connection is not None:
            with suppress(SMTPException, OSError):
                self.connection.close()
            self.connection = None


def _bytes(text):
    return text if isinstance(text, bytes) else str(text).encode()


def _message(letter, connection):
    domain = urlsplit(settings.PORTAL_URL).hostname
    message = EmailMultiAlternatives(
        subject=letter.subject, body=letter.text, from_email=letter.sender, to=letter.recipients,
        reply_to=letter.reply_to, connection=connection,
        headers={"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated", **letter.headers},
    )  # fmt: skip
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message
