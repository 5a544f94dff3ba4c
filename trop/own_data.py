"""What is held about the people of TROP members."""

from trop.models import MembershipReview, OpportunityReview, ProposedRewrite, TrainingOpportunity


def held_about(user):
    begun = TrainingOpportunity.objects.filter(made_by=user).select_related("institution")
    of_memberships = MembershipReview.objects.filter(by=user).select_related("membership__institution")
    of_opportunities = OpportunityReview.objects.filter(by=user).select_related("opportunity")
    return {
        "opportunities begun": [
            {"institution": str(each.institution), "title": each.title, "state": str(each.get_status_display())}
            for each in begun
        ],
        "changes proposed": [
            {"opportunity": str(each.opportunity), "when": each.proposed_at, "new values": each.facts}
            for each in ProposedRewrite.objects.filter(proposed_by=user).select_related("opportunity")
        ],
        "steps taken": [
            {"about": str(about), "step": str(each), "when": each.at, "words": each.words}
            for each, about in [
                *((each, each.membership) for each in of_memberships),
                *((each, each.opportunity) for each in of_opportunities),
            ]
        ],
    }


def forget(user):
    """What an institution offers is its own, and stays; nobody is left there to be named as the one who began it."""
    TrainingOpportunity.objects.filter(made_by=user).update(made_by=None)
