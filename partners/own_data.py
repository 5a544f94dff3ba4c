"""What is held about the people of institutions."""

from partners.applications import Role
from partners.models import Block, Invitation, Message, Notice, ProposedChange, Report, Review, Side, WeeklyLetter


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
            {"institution": str(each.institution), "step": str(each), "when": each.at, "words": each.words}
            for each in Review.objects.filter(by=user).select_related("institution")
        ],
        "steps about the person": [
            {"institution": str(each.institution), "step": str(each), "when": each.at, "words": each.words}
            for each in Review.objects.filter(person=user).select_related("institution")
        ],
        "changes proposed": [
            {"institution": str(each.institution), "when": each.proposed_at, "new values": each.facts}
            for each in ProposedChange.objects.filter(proposed_by=user).select_related("institution")
        ],
        "invitations": [
            {"institution": str(each.institution), "to": each.email, "made": each.made_at}
            for each in Invitation.objects.filter(made_by=user).select_related("institution")
        ],
        "invitations received": [
            {"institution": str(each.institution), "to": each.email, "made": each.made_at, "accepted": each.accepted_at}
            for each in Invitation.objects.received_by(user).select_related("institution")
        ],
        "conversations begun": [
            {
                "institution": str(each.institution),
                "with": str(each.partner),
                "about": each.conversation.subject,
                "begun": each.conversation.begun_at,
            }
            for each in Side.objects.filter(begun_by=user).select_related("institution", "partner", "conversation")
        ],
        "messages": [
            {
                "institution": str(each.side.institution),
                "to": str(each.side.partner),
                "about": each.side.conversation.subject,
                "sent": each.sent_at,
                "position": each.position,
                "text": each.text,
            }
            for each in Message.objects.filter(author=user).select_related(
                "side__institution", "side__partner", "side__conversation"
            )
        ],
        "messages reported": [
            {"institution": str(each.institution), "reported": each.at, "reason": each.reason}
            for each in Report.objects.filter(by=user).select_related("institution")
        ],
        "reports handled": [
            {"reported": each.at, "handled": each.handled_at, "note": each.note}
            for each in Report.objects.filter(handled_by=user)
        ],
        "institutions blocked": [
            {"institution": str(each.institution), "blocked": str(each.blocked), "when": each.at}
            for each in Block.objects.filter(by=user).select_related("institution", "blocked")
        ],
        "blocks lifted": [
            {"institution": str(each.institution), "blocked": str(each.blocked), "when": each.lifted_at}
            for each in Block.objects.filter(lifted_by=user).select_related("institution", "blocked")
        ],
        "requests and offers": [
            {
                "institution": str(each.institution),
                "title": each.title,
                "text": each.text,
                "published": each.published_at,
            }
            for each in Notice.objects.filter(published_by=user).select_related("institution")
        ],
        "weekly letters": [{"week of": each.monday} for each in WeeklyLetter.objects.filter(user=user)],
    }


def leave_with(user, by):
    """End what the person speaks for or asked to, before staff take the account out of use."""
    _end_all(user, by, Role.CENTRE)


def _end_all(user, by, role):
    for each in user.representations.filter(ended_at=None).select_related("institution"):
        if each.is_asked:
            each.take_back()
        else:
            each.end(by, role)


def forget_address(address):
    """Take away the invitations that an address was sent, whatever became of them."""
    Invitation.objects.to(address).delete()


def forget(user):
    """End what the person speaks for; an institution left without anybody is told to the Centre.

    What was written in an institution's name stays with both sides of the conversation, without who wrote it.
    """
    _end_all(user, user, Role.PORTAL)
    user.representations.update(position="", words="")
    Message.objects.filter(author=user).update(position="")
