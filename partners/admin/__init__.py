"""Staff review applications here, decide on changes and requests, and keep the record of institutions."""

from partners.admin.institutions import InstitutionAdmin
from partners.admin.queues import ProposedChangeAdmin, RepresentationAdmin

__all__ = ["InstitutionAdmin", "ProposedChangeAdmin", "RepresentationAdmin"]
