"""Events, what is linked to them, and the experts who are asked to take part in them."""

from events.models.engagement import Engagement, EngagementReview
from events.models.event import (
    Change,
    Event,
    EventDocument,
    FormerAddress,
    Participation,
    Series,
    names_later,
)

__all__ = [
    "Change", "Engagement", "EngagementReview", "Event", "EventDocument", "FormerAddress", "Participation", "Series",
    "names_later",
]  # fmt: skip
