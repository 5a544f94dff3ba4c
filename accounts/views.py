"""A person's own settings."""

from allauth.account.views import EmailView
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.drafts import Kept, drafted_as
from accounts.forms import MEMBER_STATE_ZONES, PreferencesForm
from accounts.keeping import signed_in


class EmailAddressesView(EmailView):
    """A person's addresses; one that was typed before a sign-in was asked for stands in the form again."""

    def get_initial(self):
        answers = self.request.answers or {}
        return super().get_initial() | {"email": answers.get("email", "")}


email_addresses = signed_in(EmailAddressesView.as_view())


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    form = PreferencesForm(request.answers, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:preferences")
    context = {"form": form, "zones": MEMBER_STATE_ZONES}
    return render(request, "account/preferences.html", context, status=400 if request.method == "POST" else 200)


def _kept(request, form, pk):
    if not (drafted := drafted_as(form)):
        raise Http404
    return Kept(drafted, request.user, get_object_or_404(drafted.rows(request.user), pk=pk))


@signed_in
@require_POST
def keep_draft(request, form, pk):
    """Keep what was typed into a form so far: in passing, or because somebody wants to go on later."""
    kept = _kept(request, form, pk)
    kept.save(request.POST)
    if "HX-Request" in request.headers:
        return render(request, "includes/_kept.html", {"draft": kept.draft})
    messages.success(request, _("Saved. Your desk leads you back to it."))
    return redirect("desk")


@signed_in
@require_POST
def discard_draft(request, form, pk):
    """Drop what was typed into a form, and show it as it is on record."""
    kept = _kept(request, form, pk)
    kept.forget()
    messages.success(request, _("What was not saved is gone."))
    return redirect(kept.drafted.address(kept.row))
