"""The rosters, and the experts on them as each reader may see them."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keeping import signed_in
from classifications.addresses import NotOnRecord
from classifications.lists import ListPage
from experts.filters import ExpertFilter
from experts.fit import MOST_SHOWN, reasons
from experts.models import Expert, Roster
from experts.readers import Kind, Reader, is_staff, may_shortlist
from experts.structured import expert_as_linked_data
from programmes.views import page


@require_safe
def about(request):
    """What rosters are for, which there are and how many experts everybody may see on each, and how one joins."""
    public = Count("memberships", Q(memberships__expert__in=Expert.objects.public()))
    return page(request, "experts", "experts/experts.html", rosters=Roster.objects.annotate(n=public).in_order())


class SearchPage(ListPage):
    """The experts whom the reader may see and who fit what is asked; of each, what the reader may read, and why it fits."""

    filterset_class = ExpertFilter
    template_name = "experts/search.html"
    roster = None

    @cached_property
    def reader(self):
        return Reader.of(self.request.user)

    def get_queryset(self):
        return Expert.objects.none()  # the filter finds them

    def get_filterset_kwargs(self, filterset_class):
        return super().get_filterset_kwargs(filterset_class) | {"reader": self.reader, "roster": self.roster}

    def get_paginator(self, queryset, per_page, **kwargs):
        return RankedPages(queryset, per_page, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        profiles = [self.reader.profile_of(expert) for expert in context.pop("object_list")]
        wish = context["filter"].wish
        return context | {
            "roster": self.roster,
            "found": [(profile, reasons(profile, wish)) for profile in profiles],
            "kind": self.reader.kind,
            "may_shortlist": may_shortlist(self.reader),
        }


class RosterPage(SearchPage):
    """The search on one roster."""

    template_name = "experts/roster.html"

    @cached_property
    def roster(self):
        return get_object_or_404(Roster, slug=self.kwargs["slug"])


class RankedPages(Paginator):
    """Pages of `Ranked`; of those who are too many to be ranked the first ones only."""

    @cached_property
    def count(self):
        return self.object_list.count

    @cached_property
    def num_pages(self):
        shown = self.count if self.object_list.is_ranked else MOST_SHOWN
        return max(1, -(-shown // self.per_page))


@require_safe
def expert_detail(request, slug, key):
    roster, reader = get_object_or_404(Roster, slug=slug), Reader.of(request.user)
    readable = Expert.objects.readable_as(reader).on_roster(roster).for_listing()
    expert = get_object_or_404(readable, key=key)
    profile = reader.profile_of(expert)
    context = {
        "roster": roster,
        "profile": profile,
        "may_shortlist": may_shortlist(reader) and expert.is_listed,
        "record": expert.pk if profile.kind == Kind.STAFF else None,
    }
    if profile.kind == Kind.PUBLIC:
        context["linked_data"] = expert_as_linked_data(profile, roster)
    return render(request, "experts/expert_detail.html", context)


@signed_in
@require_safe
def cv(request, key):
    """Hand out a CV, to the expert and to the Centre's staff."""
    kept = Expert.objects.filter(is_kept=True) if is_staff(request.user) else Expert.objects.filter(user=request.user)
    expert = get_object_or_404(kept.exclude(cv=""), key=key)
    try:
        file = expert.cv.open("rb")
    except FileNotFoundError:
        raise NotOnRecord(_("This document is not available at the moment.")) from None
    return FileResponse(file, as_attachment=True, filename="cv.pdf", content_type="application/pdf")
