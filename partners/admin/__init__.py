"""Staff review applications here, decide on changes and requests, and keep the record of institutions."""

from partners.admin.institutions import InstitutionAdmin
from partners.admin.notices import NoticeAdmin
from partners.admin.queues import ProposedChangeAdmin, RepresentationAdmin
from partners.admin.reports import ReportAdmin
from partners.admin.rules import ReviewRulesAdmin

__all__ = [
    "InstitutionAdmin",
    "NoticeAdmin",
    "ProposedChangeAdmin",
    "ReportAdmin",
    "RepresentationAdmin",
    "ReviewRulesAdmin",
]
