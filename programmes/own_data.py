"""What is held about focal points."""

from programmes.models import DesignationStep, Proposal


def held_about(user):
    """Designations stay on record with their state, also after the account that acted for one is closed."""
    return {
        "focal point": [
            {
                "country": each.country.name_en,
                "programme": str(each.programme),
                "role": str(each.get_role_display()),
                "office": each.office_en,
                "person": each.person,
                "e-mail address": each.email,
                "agreed to be named": each.may_publish_person,
                "designated": each.designated_on,
                "ended": each.ended_on,
            }
            for each in user.designations.select_related("country", "programme")
        ],
        "steps taken": [
            {"step": str(each.get_what_display()), "when": each.at, "words": each.words}
            for each in DesignationStep.objects.filter(by=user)
        ],
        "proposals": [
            {
                "what": str(each.get_kind_display()),
                "when": each.proposed_at,
                "new values": each.facts,
                "words": each.words,
                "accepted": each.was_accepted,
            }
            for each in Proposal.objects.filter(proposed_by=user)
        ],
        "proposals decided": [
            {"when": each.decided_at, "accepted": each.was_accepted, "reason": each.reason}
            for each in Proposal.objects.filter(decided_by=user)
        ],
    }
