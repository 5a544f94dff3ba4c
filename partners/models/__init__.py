"""Institutions, who speaks for them, and what is decided about them."""

from partners.models.change import ProposedChange
from partners.models.institution import FormerAddress, Institution, Review, Verification
from partners.models.representation import Invitation, Representation

__all__ = ["FormerAddress", "Institution", "Invitation", "ProposedChange", "Representation", "Review", "Verification"]
