"""Which institutions take part in TROP, and the training they offer.

    membership   applied ──approve──▶ member ──leave, end──▶ ended         declined, ended ──apply again──▶ applied
                    └──decline──▶ declined

    opportunity  draft ──publish──▶ published ──close──▶ closed ──reopen──▶ published
                   │  ▲                 ▲  └──change, by a member not trusted yet──▶ with the reviewers
             submit│  │return,          │
                   ▼  │take back        │approve
                 with the reviewers ────┘
                 published, closed, with the reviewers ──withdraw──▶ withdrawn
                 draft, closed, withdrawn, expired ──archive──▶ archived

That an opportunity has expired is no state of its row: it follows from the day by which to apply.
"""

from trop.models.membership import Membership, MembershipReview
from trop.models.opportunity import OpportunityReview, TrainingOpportunity

__all__ = ["Membership", "MembershipReview", "OpportunityReview", "TrainingOpportunity"]
