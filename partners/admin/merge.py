"""The pages on which staff make one record out of two: choosing the other one, and comparing both fact by fact."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from classifications.facets import WordsField
from classifications.merging import MergeForm, side_by_side
from partners.admin.tables import looking_like
from partners.merging import PARTS, better_first, merge
from partners.models import Institution

__all__ = ["address", "better_first", "urls"]

OFFERED = 10  # records among which the other one is chosen


def address(stays, goes):
    return reverse("admin:partners_institution_merge", args=[stays.pk, goes.pk])


def urls(office):
    """The addresses, for the admin of institutions."""
    choose_view, compare_view = (
        office.admin_site.admin_view(lambda request, *args, view=view, **kwargs: view(office, request, *args, **kwargs))
        for view in (choose, compare)
    )
    return [
        path("<int:pk>/merge/", choose_view, name="partners_institution_merge_choose"),
        path("<int:pk>/merge/<int:other>/", compare_view, name="partners_institution_merge"),
    ]


def choose(office, request, pk):
    """Choose the other record: among those that look like it, or those found by words."""
    institution = office.row_for_step(request, pk)
    words = WordsField().clean(request.GET.get("q", ""))
    others = Institution.objects.exclude(pk=pk)
    found = others.search(words).for_choice()[:OFFERED] if words else looking_like(institution)
    pairs = [(each, address(*better_first(institution, each))) for each in found]
    context = _frame(office, request, institution, _("Merge with a duplicate")) | {"words": words, "pairs": pairs}
    return TemplateResponse(request, "admin/partners/institution/merge_choose.html", context)


def compare(office, request, pk, other):
    """Compare two records, and merge them; the first one stays."""
    if pk == other:
        raise Http404
    rows = Institution.objects.select_related("country", "city").in_bulk([pk, other])
    stays = office.row_for_step(request, pk) if pk in rows else None
    if stays is None or other not in rows:
        return _gone(office, request, rows)
    goes = rows[other]
    form = MergeForm(PARTS, stays, goes, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            merge(stays, goes, request.user, form.taken())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _merged(office, request, stays, rows[other])
    context = _frame(office, request, stays, _("Merge two records")) | {
        "stays": stays, "goes": goes, "form": form, "swapped": address(goes, stays), "pointing": side_by_side(stays, goes),
        "people": [each.representations.acting().for_listing() for each in (stays, goes)],
    }  # fmt: skip
    return TemplateResponse(
        request, "admin/partners/institution/merge.html", context, status=400 if form.is_bound else 200
    )


def _merged(office, request, stays, goes):
    stays.refresh_from_db()
    office.log_change(request, stays, _("Merged with %(other)s.") % {"other": goes.slug})
    messages.success(
        request, _("Merged. The address “%(slug)s” leads to this record from now on.") % {"slug": goes.slug}
    )
    return redirect(office.address("change", stays.pk))


def _gone(office, request, rows):
    """One of the two is not there; lead to the one that is."""
    messages.error(request, _("One of the two is no longer on record: it was merged or deleted in the meantime."))
    return redirect(office.address("change", next(iter(rows)))) if rows else redirect(office.address("changelist"))


def _frame(office, request, institution, title):
    return {
        **office.admin_site.each_context(request), "opts": office.opts, "original": institution, "title": title,
        "subtitle": str(institution),
    }  # fmt: skip
