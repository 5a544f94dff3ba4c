"""What is offered to somebody to follow, because it fits their profile: each offer until they say yes or no to it."""

from notifications.models import Follower, Interest
from notifications.subjects import proposals_for


def open_proposals(user):
    """The offers that somebody has not answered and does not follow yet, as interests that are not stored."""
    offers = [Interest(kind=subject.kind, choices=choices) for subject, choices in proposals_for(user)]
    follower = Follower.objects.of(user) if offers else None
    if follower is None:
        return offers
    settled = {*follower.answered, *(each.as_proposal for each in follower.interests.accepted())}
    return [each for each in offers if each.as_proposal not in settled]
