"""A person's own settings."""

from allauth.account.views import EmailView
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

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
