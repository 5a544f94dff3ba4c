"""What the outbox holds about a person."""

from notifications.models import Letter


def held_about(user):
    return [
        {"subject": each.subject, "written": each.written_at, "sent": each.sent_at, "text": each.text}
        for each in Letter.objects.to(user.email).order_by("written_at")
    ]


def forget(user):
    """Take away the person's letters, sent or waiting."""
    Letter.objects.to(user.email).delete()
