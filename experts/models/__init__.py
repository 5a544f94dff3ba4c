"""Rosters, the experts on them, and what experts have agreed to."""

from experts.models.consent import Consent, Purpose
from experts.models.expert import Expert, ExpertReview
from experts.models.linked import Assignment, Availability, ExpertLanguage, RosterMembership
from experts.models.reference import Reference
from experts.models.reminder import Reminder
from experts.models.roster import Roster

__all__ = [
    "Assignment",
    "Availability",
    "Consent",
    "Expert",
    "ExpertLanguage",
    "ExpertReview",
    "Purpose",
    "Reference",
    "Reminder",
    "Roster",
    "RosterMembership",
]
