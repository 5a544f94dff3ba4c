"""Which institutions take part in TROP, and the training they offer.

    membership   applied ──approve──▶ member ──leave, end──▶ ended         declined, ended ──apply again──▶ applied
                    └──decline──▶ declined

    opportunity  draft ──publish──▶ published ──close──▶ closed ──reopen──▶ published
                   │  ▲                 ▲
             submit│  │return,          │
                   ▼  │take back        │approve
                 with the reviewers ────┘
                 published, closed, with the reviewers ──withdraw──▶ withdrawn
                 draft, closed, withdrawn, expired ──archive──▶ archived

What a member that is not trusted yet changes of a published one waits beside it (`ProposedRewrite`): accepted, refused, taken
back, or dropped with the opportunity's next state.

That an opportunity has expired is no state of its row: it follows from the day by which to apply.
"""

from trop.models.membership import Membership, MembershipReview
from trop.models.opportunity import OpportunityReview, TrainingOpportunity
from trop.models.proposed import ProposedRewrite

__all__ = ["Membership", "MembershipReview", "OpportunityReview", "ProposedRewrite", "TrainingOpportunity"]
