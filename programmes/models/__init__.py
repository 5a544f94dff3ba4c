"""Programmes, the offices that serve them in each state, their committees, and the pages that staff write."""

from programmes.models.committee import Committee, Seat
from programmes.models.focal_point import DesignationStep, FocalPoint, YearlyQuestion
from programmes.models.page import Page
from programmes.models.programme import Programme, ProgrammeDocument, Theme
from programmes.models.proposal import Proposal

__all__ = [
    "Committee",
    "DesignationStep",
    "FocalPoint",
    "Page",
    "Programme",
    "ProgrammeDocument",
    "Proposal",
    "Seat",
    "Theme",
    "YearlyQuestion",
]
