"""The pages on which staff find records of one person, say that they are not, or make one of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from classifications.facets import WordsField, query_string
from classifications.merging import MergeForm, side_by_side
from experts import duplicates
from experts.merging import GONE, PARTS, better_first, merge

OFFERED = 10  # records among which the other one is chosen
A_PAGE = 50  # pairs


def address(stays, goes):
    return reverse("admin:experts_expert_merge", args=[stays.pk, goes.pk])


def urls(office):
    """The addresses, for the admin of experts."""

    def of(view):
        return office.admin_site.admin_view(lambda request, *args, **kwargs: view(office, request, *args, **kwargs))

    return [
        path("duplicates/", of(found), name="experts_expert_duplicates"),
        path("<int:pk>/merge/", of(choose), name="experts_expert_merge_choose"),
        path("<int:pk>/merge/<int:other>/", of(compare), name="experts_expert_merge"),
        path("<int:pk>/apart/<int:other>/", of(part), name="experts_expert_apart"),
    ]


def found(office, request):
    """The pairs of records that look like one person, page by page."""
    if not office.has_step_permission(request):
        raise Http404
    page = Paginator(duplicates.Pairs(), A_PAGE).get_page(request.GET.get("page"))
    pairs = [(pair, address(*better_first(pair.one, pair.other))) for pair in page]
    context = _frame(office, request, None, _("Experts who may be recorded twice")) | {"pairs": pairs, "page": page}
    return TemplateResponse(request, "admin/experts/expert/duplicates.html", context)


def part(office, request, pk, other):
    """Remember that two records are not of one person."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    both = _both(office, request, pk, other)
    if both is None:
        return redirect(office.address("duplicates"))
    duplicates.part(*both, request.user)
    messages.success(request, _("Noted: these are two people. You are not asked again."))
    return redirect(office.address("duplicates") + query_string([("page", request.POST.get("page", "1"))]))


def choose(office, request, pk):
    """Choose the other record, among those that look like one person or found by words."""
    expert = office.row_for_step(request, pk)
    words = WordsField().clean(request.GET.get("q", ""))
    others = office.get_queryset(request).exclude(pk=pk)
    rows = others.search(words)[:OFFERED] if words else duplicates.like(expert, OFFERED)
    pairs = [(each, address(*better_first(expert, each))) for each in rows]
    context = _frame(office, request, expert, _("Merge with a duplicate")) | {"words": words, "pairs": pairs}
    return TemplateResponse(request, "admin/experts/expert/merge_choose.html", context)


def compare(office, request, pk, other):
    """Compare two records, and merge them; the first one stays."""
    both = _both(office, request, pk, other)
    if both is None:
        return redirect(office.address("duplicates"))
    stays, goes = both
    form = MergeForm(PARTS, stays, goes, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            merged = merge(stays, goes, request.user, form.taken())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _merged(office, request, merged, other)
    context = _frame(office, request, stays, _("Merge two records")) | {
        "stays": stays, "goes": goes, "form": form, "swapped": address(goes, stays), "pointing": side_by_side(stays, goes),
        "consents": [[str(each) for each in row.consents.in_force()] for row in (stays, goes)],
    }  # fmt: skip
    return TemplateResponse(request, "admin/experts/expert/merge.html", context, status=400 if form.is_bound else 200)


def _both(office, request, pk, other):
    """The two records; None, which the next page tells, where somebody merged or erased one in the meantime."""
    if pk == other:
        raise Http404
    try:
        return office.row_for_step(request, pk), office.row_for_step(request, other)
    except Http404:
        messages.error(request, GONE)
        return None


def _merged(office, request, merged, other):
    office.log_change(
        request, merged, _("Merged with %(other)s.") % {"other": _("expert no. %(number)s") % {"number": other}}
    )
    messages.success(request, _("Merged: there is one record now. The expert was told."))
    return redirect(office.address("change", merged.pk))


def _frame(office, request, expert, title):
    return {
        **office.admin_site.each_context(request), "opts": office.opts, "original": expert, "title": title,
        "subtitle": expert and expert.name,
    }  # fmt: skip
