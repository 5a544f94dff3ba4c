"""Rosters, the experts on them, and what experts have agreed to."""

from experts.models.consent import Consent, Purpose
from experts.models.expert import Expert, ExpertReview
from experts.models.finding import Findable, OtherWords, Tally, Word
from experts.models.linked import Assignment, Availability, ExpertLanguage, FormerAddress, RosterMembership
from experts.models.reference import Reference
from experts.models.reminder import Reminder
from experts.models.renaming import ProposedName
from experts.models.roster import Roster
from experts.models.shortlist import Apart, Entry, Export, Shortlist

__all__ = [
    "Apart",
    "Assignment",
    "Availability",
    "Consent",
    "Entry",
    "Expert",
    "ExpertLanguage",
    "ExpertReview",
    "Export",
    "Findable",
    "FormerAddress",
    "OtherWords",
    "ProposedName",
    "Purpose",
    "Reference",
    "Reminder",
    "Roster",
    "RosterMembership",
    "Shortlist",
    "Tally",
    "Word",
]
