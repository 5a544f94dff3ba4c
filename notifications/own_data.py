"""What the outbox holds about a person, what they follow, and what they were told."""

from notifications.models import Follower, Letter, MailStop, Notification, RefusedAddress


def held_about(user):
    follower = Follower.objects.of(user)
    interests = follower.interests.order_by("made_at") if follower else []
    told = Notification.objects.of(user).order_by("made_at").select_related("announcement")
    return {
        "letters": [
            {"subject": each.subject, "written": each.written_at, "sent": each.sent_at, "text": each.text}
            for each in Letter.objects.to(user.email).order_by("written_at")
        ],
        "no letters about news since": follower.paused_at if follower else None,
        "lists followed": [
            {
                "of what": each.kind,
                "choices": each.choices,
                "words": each.words,
                "how often": each.frequency,
                "since": each.made_at,
                "paused": each.paused_at,
            }
            for each in interests
        ],
        "news": [
            {"what": str(each.announcement), "why": each.reasons, "when": each.made_at, "read": each.read_at}
            for each in told
        ],
        "mail stopped": [
            {"when": each.stopped_at, "reason": each.reason} for each in MailStop.objects.filter(stopped_by=user)
        ],
    }


def forget_address(address):
    """Take away what went to an address, sent or waiting, what is followed from it, and what was told there."""
    Letter.objects.to(address).delete()
    Follower.objects.at(address).delete()
    RefusedAddress.objects.filter(address__iexact=address).delete()
