"""Joining TROP: what it asks for, and the request of an institution."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners.models import Institution
from trop import drafts
from trop.forms import JoinForm
from trop.models import Membership


@require_safe
def join(request):
    """How an institution joins; for those who are signed in, which of theirs can."""
    mine = Institution.objects.represented_by(request.user).listed().select_related("country", "trop_membership")
    return render(request, "trop/join.html", {"institutions": mine.by_name()})


@drafts.REQUEST.view
def ask(request, institution):
    form = JoinForm(request.answers, initial=request.kept.over({}))
    if request.method == "POST" and form.is_valid():
        try:
            Membership.apply(institution, request.user, form.cleaned_data["courses"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Sent. You will be told by e-mail when it is decided."))
            return redirect("trop:panel", institution.slug)
    context = {"institution": institution, "form": form}
    return render(request, "trop/join_form.html", context, status=400 if request.method == "POST" else 200)
