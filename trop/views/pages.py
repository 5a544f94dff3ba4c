"""What everybody may read of TROP: what it is, its members, what they offer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from classifications.calendars import answer_with
from classifications.lists import ListPage
from partners.models import Institution
from programmes.views import page
from trop import calendars, feeds
from trop.filters import OpportunityFilter
from trop.models import Membership, TrainingOpportunity
from trop.structured import opportunity_as_linked_data

FEW = 4  # opportunities on the page that says what TROP is
PAST = 10  # past ones on an institution's page
TROP = [Institution.Network.TROP]


@require_safe
def about(request):
    """What TROP is, with what is open now."""
    published = TrainingOpportunity.objects.published()
    opportunities = TrainingOpportunity.objects.open_on(localdate())
    return page(
        request, "trop", "trop/about.html",
        opportunities=opportunities.for_plain_row().newest_first()[:FEW], open_count=opportunities.count(),
        published_count=published.count(), member_count=Membership.objects.current().count(),
    )  # fmt: skip


class OpportunityList(ListPage):
    """All opportunities that are open, or past, under the reader's filters."""

    filterset_class = OpportunityFilter
    template_name = "trop/opportunity_list.html"

    def get_queryset(self):
        return TrainingOpportunity.objects.published()


@require_safe
def opportunity_detail(request, slug):
    opportunity = get_object_or_404(TrainingOpportunity.objects.published().for_page(), slug=slug)
    context = {"opportunity": opportunity, "linked_data": opportunity_as_linked_data(opportunity)}
    return render(request, "trop/opportunity_detail.html", context)


@require_safe
def opportunity_calendar(request, slug):
    opportunity = get_object_or_404(TrainingOpportunity.objects.published().for_listing(), slug=slug)
    return answer_with(calendars.calendar_of([opportunity]), f"{slug}.ics")


@require_safe
def calendar(request):
    filterset = OpportunityFilter(request.GET, TrainingOpportunity.objects.published().for_listing())
    return answer_with(calendars.calendar_of(filterset.qs[: calendars.MOST], filterset), "opportunities.ics")


@require_safe
def feed(request):
    filterset = OpportunityFilter(request.GET, TrainingOpportunity.objects.published().for_listing())
    return HttpResponse(feeds.atom_of(filterset), content_type="application/atom+xml; charset=utf-8")


class MemberList(ListView):
    """The institutions that are members of TROP."""

    http_method_names = ["get", "head", "options"]
    paginate_by = 25
    template_name = "trop/institution_list.html"

    def get_queryset(self):
        return Institution.objects.listed().of_networks(TROP).for_listing()

    def paginate_queryset(self, queryset, page_size):
        """Give the page asked for; where there is none of this number, the nearest."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        if page.number > 1:
            self.request.canonical_url = f"{self.request.path}?page={page.number}"
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs):
        """Add the members of this page as pairs of institution and number of open opportunities."""
        context = super().get_context_data(**kwargs)
        shown = list(context["object_list"])
        open_now = TrainingOpportunity.objects.open_on(localdate()).filter(institution__in=shown)
        counts = open_now.count_by_institution()
        return context | {"members": [(each, counts.get(each.pk, 0)) for each in shown]}


@require_safe
def institution_detail(request, slug):
    members = Institution.objects.listed().of_networks(TROP).select_related("country", "city", "trop_membership")
    institution = get_object_or_404(members, slug=slug)
    offered, today = institution.opportunities.for_listing(), localdate()
    context = {
        "institution": institution,
        "membership": institution.trop_membership,
        "open_now": offered.open_on(today).closing_first(),
        "past": offered.past_on(today).closing_first()[:PAST],
    }
    return render(request, "trop/institution_detail.html", context)
