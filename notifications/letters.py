"""The mail backend of the portal: what is sent becomes a row, and a worker posts the rows (`delivery.py`).

So a page never waits for a mail server, and a server that is down costs minutes, never letters.
"""

from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import Letter
from notifications.waking import wake


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
                headers=dict(message.extra_headers),
                html=next((part[0] for part in getattr(message, "alternatives", ()) if part[1] == "text/html"), ""),
            )
            for message in messages
        ]
        Letter.objects.bulk_create(letters)
        wake("notifications.tasks.deliver_letters")
        return len(letters)
