"""What is held about the people of institutions."""

from partners.applications import Role
from partners.models import Invitation, Review


def held_about(user):
    return {
        "representations": [
            {
                "institution": str(each.institution),
                "position": each.position,
                "words with the request": each.words,
                "manages the others": each.is_manager,
                "asked": each.asked_at,
                "accepted": each.accepted_at,
                "ended": each.ended_at,
            }
            for each in user.representations.select_related("institution")
        ],
        "steps taken": [
            {"institution": str(each.institution), "step": str(each), "when": each.at, "words": each.reason}
            for each in Review.objects.filter(by=user).select_related("institution")
        ],
        "invitations": [
            {"institution": str(each.institution), "to": each.email, "made": each.made_at}
            for each in Invitation.objects.filter(made_by=user).select_related("institution")
        ],
    }


def forget(user):
    """End what the person speaks for; an institution left without anybody is told to the Centre."""
    for each in user.representations.filter(ended_at=None).select_related("institution"):
        each.end(user, Role.PORTAL)
    user.representations.update(position="", words="")
