"""What is held about those who decide on experts at events."""

from events.models import EngagementReview


def held_about(user):
    """What an expert did at events stands with the expert: see `experts.own_data`."""
    return {
        "steps taken": [
            {"step": str(each), "when": each.at, "words": each.reason}
            for each in EngagementReview.objects.filter(by=user)
        ]
    }
