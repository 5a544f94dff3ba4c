"""The mail backend of the portal: what is sent becomes a row, and a worker posts the rows.

So a page never waits for a mail server, and a server that is down costs minutes, never letters.
"""

import logging
from contextlib import suppress
from functools import partial
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from kombu.exceptions import OperationalError

from notifications.models import Letter

logger = logging.getLogger(__name__)


class LetterBackend(BaseEmailBackend):
    """Store each message as a `Letter`, in the transaction of what caused it, and wake the worker on commit."""

    def send_messages(self, messages):
        letters = [
            Letter(
                recipients=message.recipients(),
                reply_to=list(message.reply_to),
                sender=message.from_email,
                subject=" ".join(message.subject.split()),
                text=message.body,
                html=next((part[0] for part in getattr(message, "alternatives", ()) if part[1] == "text/html"), ""),
            )
            for message in messages
        ]
        Letter.objects.bulk_create(letters)
        transaction.on_commit(partial(wake_worker))
        return len(letters)


def wake_worker():
    """Ask a worker to deliver now; without a broker the letters wait for the next round of beat."""
    from notifications.tasks import deliver_letters  # noqa: PLC0415  tasks import this module

    try:
        deliver_letters.delay()
    except OperationalError:
        logger.warning("The broker does not answer; letters wait for the next round.")


def deliver(letter):
    """Try to post one letter and note on it what came of it. An address refused for good is not tried again."""
    domain = urlsplit(settings.PORTAL_URL).hostname
    connection = get_connection(settings.LETTER_BACKEND)
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=letter.sender,
        to=letter.recipients,
        reply_to=letter.reply_to,
        headers={"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _answer in refusal.recipients.values()]
        letter.mark_failed(str(refusal), for_good=all(code >= 500 for code in codes))
    except (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError) as answer:  # says nothing about this letter
        letter.mark_failed(str(answer), for_good=False)
    except SMTPResponseException as answer:
        letter.mark_failed(str(answer), for_good=answer.smtp_code >= 500)
    except (SMTPException, OSError) as error:
        letter.mark_failed(repr(error), for_good=False)
    except ValueError as error:  # a header that cannot be written: no later attempt would fare better
        letter.mark_failed(repr(error), for_good=True)
    else:
        letter.mark_sent()
    finally:
        with suppress(SMTPException, OSError):
            connection.close()  # Django leaves it open where signing in to the server failed
