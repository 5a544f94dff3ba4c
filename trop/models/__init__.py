"""Which institutions take part in TROP, and the training they offer."""

from trop.models.membership import Membership, MembershipReview
from trop.models.opportunity import OpportunityReview, TrainingOpportunity

__all__ = ["Membership", "MembershipReview", "OpportunityReview", "TrainingOpportunity"]
