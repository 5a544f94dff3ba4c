"""Staff review experts here, decide on names, make one record of two, keep the rosters, see figures and what was taken out."""

from experts.admin.experts import ExpertAdmin
from experts.admin.exports import ExportAdmin
from experts.admin.names import ProposedNameAdmin
from experts.admin.rosters import RosterAdmin

__all__ = ["ExpertAdmin", "ExportAdmin", "ProposedNameAdmin", "RosterAdmin"]
