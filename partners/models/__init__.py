"""Institutions, who speaks for them, what is decided about them, and what they have to say to each other."""

from partners.models.change import ProposedChange
from partners.models.institution import FormerAddress, Institution, Review
from partners.models.ladder import Verification
from partners.models.message import Block, Conversation, Message, Report, Side
from partners.models.notice import Notice
from partners.models.representation import Invitation, Representation
from partners.models.rules import ReviewRules, WeeklyLetter
from partners.models.word import Worded

__all__ = [
    "Block", "Conversation", "FormerAddress", "Institution", "Invitation", "Message", "Notice", "ProposedChange", "Report",
    "Representation", "Review", "ReviewRules", "Side", "Verification", "WeeklyLetter", "Worded",
]  # fmt: skip
