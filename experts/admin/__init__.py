"""Staff review experts here, make one record of two, keep the rosters, and see figures and what was taken out."""

from experts.admin.experts import ExpertAdmin
from experts.admin.exports import ExportAdmin
from experts.admin.rosters import RosterAdmin

__all__ = ["ExpertAdmin", "ExportAdmin", "RosterAdmin"]
