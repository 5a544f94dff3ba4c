"""Some things are done with a second factor only; who has none is led to setting one up, and back."""

from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _


def with_second_factor(view):
    """For a signed-in person: let those in whose account has a second factor, lead others to setting one up."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if not is_mfa_enabled(request.user):
            return lead_to_second_factor(request)
        return view(request, *args, **kwargs)

    return checked


def lead_to_second_factor(request):
    """Lead somebody to setting up the second factor that is all they lack."""
    messages.warning(request, _("This opens once your account has a second factor. Set it up here."))
    return redirect("mfa_activate_totp")
