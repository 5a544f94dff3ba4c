"""Requests and offers: what everybody reads of them, and what the institution's representatives do with theirs."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from classifications.lists import ListPage
from partners import drafts
from partners.feeds import atom_of
from partners.filters import NoticeFilter
from partners.forms import ClosingDayForm, NewNoticeForm, NoticeForm
from partners.models import Institution, Notice

FORM = ["GET", "HEAD", "POST"]
WRITTEN = ["kind", "title", "text", "written_in"]


class NoticeList(ListPage):
    filterset_class = NoticeFilter
    template_name = "partners/notice_list.html"

    def get_queryset(self):
        return Notice.objects.published()


@require_safe
def feed(request):
    filterset = NoticeFilter(request.GET, Notice.objects.published())
    return HttpResponse(atom_of(filterset), content_type="application/atom+xml; charset=utf-8")


@require_safe
def notice_detail(request, pk):
    notice = get_object_or_404(Notice.objects.published().select_related("institution__country"), pk=pk)
    context = {
        "notice": notice,
        "institution": notice.institution,
        "sectors": notice.sectors.by_name(),
        "countries": notice.countries.by_name(),
        "is_represented": notice.institution.representations.acting().exists(),
        "is_mine": Notice.objects.editable_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "partners/notice_detail.html", context)


# --- What representatives do ------------------------------------------------------------------------------------------


def _mine(request, slug):
    return get_object_or_404(Institution.objects.represented_by(request.user).listed(), slug=slug)


def _notice(request, slug, pk):
    notices = Notice.objects.editable_by(request.user).select_related("institution")
    return get_object_or_404(notices, pk=pk, institution__slug=slug)


def _status(request):
    return 400 if request.method == "POST" else 200


@signed_in
@require_safe
def own_notices(request, slug):
    """The notices of an institution of the reader's, the past ones too."""
    institution = _mine(request, slug)
    context = {"institution": institution, "notices": institution.notices.for_listing()}
    return render(request, "partners/own_notices.html", context)


@drafts.NEW_NOTICE.view
def publish_notice(request, institution):
    form = NewNoticeForm(request.answers, initial=request.kept.over({"written_in": request.user.language}))
    if request.method == "POST" and form.is_valid():
        try:
            notice = Notice.publish(institution, request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _told_of_end(notice))
            return redirect(notice)
    context = {"institution": institution, "form": form}
    return render(request, "partners/publish_notice.html", context, status=_status(request))


def _told_of_end(notice):
    if notice.is_reminded_late:
        return _("Published. You will be reminded a day before it closes.")
    return _("Published. You will be reminded a week before it closes.")


@drafts.NOTICE.view
def edit_notice(request, notice):
    known = {name: getattr(notice, name) for name in WRITTEN}
    known |= {"sectors": notice.sectors.all(), "countries": notice.countries.all()}
    form = NoticeForm(request.answers, initial=request.kept.over(known))
    if request.method == "POST" and form.is_valid():
        notice.rewrite(**form.cleaned_data)
        messages.success(request, _("Saved. The page shows it now."))
        return redirect(notice)
    context = {"institution": notice.institution, "notice": notice, "form": form}
    return render(request, "partners/edit_notice.html", context, status=_status(request))


@signed_in
@require_http_methods(FORM)
def extend_notice(request, slug, pk):
    """Keep a notice open until another day, or open it again."""
    notice = _notice(request, slug, pk)
    form = ClosingDayForm(request.answers, initial={"closes_on": notice.closes_on})
    if request.method == "POST" and form.is_valid():
        notice.extend(form.cleaned_data["closes_on"])
        messages.success(request, _("Open until the day you chose."))
        return redirect(notice)
    context = {"institution": notice.institution, "notice": notice, "form": form}
    return render(request, "partners/extend_notice.html", context, status=_status(request))


@signed_in
@require_POST
def close_notice(request, slug, pk):
    notice = _notice(request, slug, pk)
    notice.close()
    messages.success(request, _("Closed. It stays among the past ones, and you can open it again."))
    return redirect(notice)
