"""Joining TROP: what it asks for, and the request of an institution."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import answers_of, signed_in
from accounts.models import Draft
from accounts.steps import as_initial
from partners.models import Institution
from trop.forms import JoinForm
from trop.models import Membership

FORM = "trop-join"


@require_safe
def join(request):
    """How an institution joins; for those who are signed in, which of theirs can."""
    mine = Institution.objects.represented_by(request.user).listed().select_related("country", "trop_membership")
    return render(request, "trop/join.html", {"institutions": mine.by_name()})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, slug):
    institution = get_object_or_404(Institution.objects.represented_by(request.user).listed(), slug=slug)
    draft = Draft.objects.of(request.user, FORM, institution.pk)
    kept = as_initial(JoinForm, draft.answers_to("")) if draft else {}
    form = JoinForm(request.answers, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            Membership.apply(institution, request.user, form.cleaned_data["courses"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            Draft.objects.filter(user=request.user, form=FORM, subject=str(institution.pk)).delete()
            messages.success(request, _("Sent. You will be told by e-mail when it is decided."))
            return redirect("trop:panel", slug)
    context = {"institution": institution, "form": form, "draft": draft}
    return render(request, "trop/join_form.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@require_POST
def keep(request, slug):
    """Keep what was typed so far, while it is being typed."""
    institution = get_object_or_404(Institution.objects.represented_by(request.user).listed(), slug=slug)
    draft = Draft.save_answers(request.user, FORM, institution.pk, "", answers_of(request.POST))
    return render(request, "includes/_kept.html", {"draft": draft})
