"""Addresses of the training opportunities programme; `RESERVED` in the model names what stands beside an opportunity.

`<institution:slug>` is an address of an institution, see `partners/former.py`.
"""

from django.urls import path, register_converter

from classifications.addresses import Named
from trop.models import TrainingOpportunity
from trop.views import joining, pages, panel


class OpportunityConverter(Named):
    """The address of a published opportunity."""

    def records(self, user):
        return TrainingOpportunity.objects.published()


register_converter(OpportunityConverter, "opportunity")

app_name = "trop"

OPPORTUNITY = "panel/<institution:slug>/<int:pk>/"

urlpatterns = [
    path("", pages.about, name="about"),
    path("opportunities/", pages.OpportunityList.as_view(), name="opportunity-list"),
    path("opportunities/calendar.ics", pages.calendar, name="calendar"),
    path("opportunities/feed/", pages.feed, name="feed"),
    path("opportunities/<opportunity:slug>/", pages.opportunity_detail, name="opportunity-detail"),
    path("opportunities/<opportunity:slug>/opportunity.ics", pages.opportunity_calendar, name="opportunity-calendar"),
    path("institutions/", pages.MemberList.as_view(), name="institution-list"),
    path("institutions/<institution:slug>/", pages.institution_detail, name="institution-detail"),
    path("join/", joining.join, name="join"),
    path("join/<institution:slug>/", joining.ask, name="ask"),
    path("panel/", panel.institutions, name="panel-institutions"),
    path("panel/<institution:slug>/", panel.panel, name="panel"),
    path("panel/<institution:slug>/new/", panel.begin, name="panel-begin"),
    path("panel/<institution:slug>/leave/", panel.leave, name="panel-leave"),
    path(OPPORTUNITY, panel.opportunity, name="panel-opportunity"),
    path(f"{OPPORTUNITY}edit/", panel.edit, name="panel-edit"),
    path(f"{OPPORTUNITY}publish/", panel.publish, name="panel-publish"),
    path(f"{OPPORTUNITY}take-back/", panel.take_back, name="panel-take-back"),
    path(f"{OPPORTUNITY}take-back-change/", panel.take_back_change, name="panel-take-back-change"),
    path(f"{OPPORTUNITY}close/", panel.close, name="panel-close"),
    path(f"{OPPORTUNITY}reopen/", panel.reopen, name="panel-reopen"),
    path(f"{OPPORTUNITY}withdraw/", panel.withdraw, name="panel-withdraw"),
    path(f"{OPPORTUNITY}archive/", panel.archive, name="panel-archive"),
    path(f"{OPPORTUNITY}duplicate/", panel.duplicate, name="panel-duplicate"),
]
