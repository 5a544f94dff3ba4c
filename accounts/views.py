"""A person's own settings."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import MEMBER_STATE_ZONES, PreferencesForm
from accounts.keeping import signed_in


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
