"""Shortlists of the Centre's staff and of focal points: keeping, comparing, and taking out of the portal (staff only)."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from accounts.second_factor import lead_to_second_factor
from classifications.written import number
from experts.forms import ChosenExpertsForm, ExportForm, NoteForm, ShortlistForm
from experts.models import Expert, Export, Shortlist
from experts.readers import Reader, is_staff, lacks_second_factor_alone, may_shortlist
from experts.tables import MOST_COMPARED, columns_for, compared, file_of, take_out

BOTH = ["GET", "HEAD", "POST"]


def for_keepers(view):
    """For those who may keep shortlists; `request.reader` says as whom they read. To all others there is nothing here."""

    @signed_in
    @wraps(view)
    def checked(request, *args, **kwargs):
        request.reader = Reader.of(request.user)
        if may_shortlist(request.reader):
            return view(request, *args, **kwargs)
        if lacks_second_factor_alone(request.user):
            return lead_to_second_factor(request)
        raise Http404

    return checked


def _mine(request, pk):
    return get_object_or_404(Shortlist.objects.readable_by(request.user), pk=pk)


def _profiles(shortlist, reader):
    """Pairs of an entry and the profile, of those whom the reader may see today."""
    return [(entry, reader.profile_of(entry.expert)) for entry in shortlist.entries_for(reader)]


@for_keepers
@require_http_methods(BOTH)
def shortlists(request):
    """All of them, and a form that begins a new one."""
    form = ShortlistForm(request.answers)
    if request.method == "POST" and form.is_valid():
        return redirect("experts:shortlist", Shortlist.begin(request.user, form.cleaned_data["name"]).pk)
    rows = Shortlist.objects.readable_by(request.user).with_sizes().latest_first().select_related("owner")
    context = {"shortlists": rows, "form": form}
    return render(request, "experts/shortlists.html", context, status=400 if request.method == "POST" else 200)


@for_keepers
@require_http_methods(BOTH)
def choose(request):
    """Put experts who were chosen in a list on a shortlist, an old or a new one."""
    readable = Expert.objects.readable_as(request.reader).listed()
    kept = Shortlist.objects.readable_by(request.user).latest_first()
    form = ChosenExpertsForm(readable, kept, request.answers, initial={"expert": request.GET.getlist("expert")})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        shortlist = answers.get("shortlist") or Shortlist.begin(request.user, answers["name"])
        return _added(request, shortlist, answers["expert"])
    context = {"form": form, "experts": [request.reader.profile_of(each) for each in form.chosen]}
    return render(request, "experts/choose_shortlist.html", context, status=400 if request.method == "POST" else 200)


def _added(request, shortlist, experts):
    try:
        count = shortlist.add(experts)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        told = ngettext("%(n)s expert was added.", "%(n)s experts were added.", count)
        messages.success(request, told % {"n": number(count)})
    return redirect("experts:shortlist", shortlist.pk)


@for_keepers
@require_safe
def shortlist(request, pk):
    reader, one = request.reader, _mine(request, pk)
    entries = _profiles(one, reader)
    context = {
        "shortlist": one,
        "entries": [(entry, profile, NoteForm(instance=entry, auto_id=f"id_%s_{entry.pk}")) for entry, profile in entries],
        "hidden": one.entries.count() - len(entries),
        "may_export": is_staff(request.user),
        "most": MOST_COMPARED,
        "form": ShortlistForm(initial={"name": one.name}),
    }  # fmt: skip
    return render(request, "experts/shortlist.html", context)


@for_keepers
@require_POST
def rename(request, pk):
    form, one = ShortlistForm(request.POST), _mine(request, pk)
    if form.is_valid():
        one.rename(form.cleaned_data["name"])
        messages.success(request, _("Renamed."))
    else:
        messages.error(request, " ".join(message for each in form.errors.values() for message in each))
    return redirect("experts:shortlist", pk)


@for_keepers
@require_http_methods(BOTH)
def delete(request, pk):
    """Ask on a page of its own, for the notes go with it, and delete."""
    one = _mine(request, pk)
    if request.method != "POST":
        return render(request, "experts/delete_shortlist.html", {"shortlist": one, "count": one.entries.count()})
    one.delete()
    messages.success(request, _("The shortlist was deleted."))
    return redirect("experts:shortlists")


@for_keepers
@require_POST
def note(request, pk, key):
    form, one = NoteForm(request.POST), _mine(request, pk)
    expert = get_object_or_404(Expert.objects.filter(entries__shortlist=one), key=key)
    if form.is_valid():
        one.note(expert, form.cleaned_data["note"])
        messages.success(request, _("The note is kept."))
    else:
        messages.error(request, " ".join(message for each in form.errors.values() for message in each))
    return redirect("experts:shortlist", pk)


@for_keepers
@require_POST
def remove(request, pk, key):
    one = _mine(request, pk)
    one.remove(get_object_or_404(Expert.objects.filter(entries__shortlist=one), key=key))
    messages.success(request, _("Taken off the shortlist."))
    return redirect("experts:shortlist", pk)


@for_keepers
@require_safe
def compare(request, pk):
    """Experts of a shortlist side by side: those chosen, or the first ones."""
    reader, one = request.reader, _mine(request, pk)
    entries, chosen = _profiles(one, reader), set(request.GET.getlist("expert"))
    picked = [each for each in entries if str(each[1].key) in chosen] or entries
    shown = picked[:MOST_COMPARED]
    context = {"shortlist": one, "entries": shown, "rows": compared(shown), "left": len(picked) - len(shown)}
    return render(request, "experts/compare.html", context)


@for_keepers
@require_http_methods(BOTH)
def export(request, pk):
    """Take chosen columns of a shortlist out of the portal; the Centre's staff only, and it is written down."""
    if not is_staff(request.user):
        raise Http404
    one, reader = _mine(request, pk), request.reader
    form = ExportForm(columns_for(reader.kind), request.answers)
    if request.method != "POST" or not form.is_valid():
        context = {"shortlist": one, "form": form, "exports": one.exports.select_related("by")[:10]}
        return render(request, "experts/export.html", context, status=400 if request.method == "POST" else 200)
    kind, columns = form.cleaned_data["form"], form.cleaned_data["columns"]
    header, lines = take_out(one, _profiles(one, reader), columns, kind, request.user)
    if kind == Export.Form.PRINT:
        return render(
            request, "experts/print.html", {"shortlist": one, "header": header, "lines": lines, "today": localdate()}
        )
    data, content_type = file_of(kind, header, lines)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="experts.{kind}"'
    return response
