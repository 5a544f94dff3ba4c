"""Registering in steps, and keeping one's profile by the same steps."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.steps import StepViews
from experts.models import Expert
from experts.registration import Registration
from partners.applications import Status


def _new(request):
    return Registration(request.user)


def _own(request):
    """The profile of a listed expert, or of one whose application was returned."""
    expert = Expert.objects.of(request.user)
    if expert is None or expert.status not in (Status.LISTED, Status.RETURNED):
        raise Http404
    return Registration(request.user, expert)


def _sent(request, expert):
    if expert.is_listed and expert.name_to_come:
        messages.success(request, _("Saved. Your page keeps the name it has until the Centre accepts the new one."))
    elif expert.is_listed:
        messages.success(request, _("Saved. The page shows it now."))
    elif expert.cv:
        messages.success(request, _("Sent. You will be told of every decision by e-mail."))
    else:
        messages.success(request, _("Sent. You will be told of every decision by e-mail. Add your CV now."))
    return redirect("experts:desk")


def _already_sent(request):
    return redirect("experts:desk" if Expert.objects.of(request.user) else "experts:register-begin")


def _beside(registration, step, form):
    """The reviewers' question, and whether it is asked which institution was meant."""
    returned = registration.about and registration.about.status == Status.RETURNED
    return {
        "question": registration.about.last_question if returned else "",
        "is_asked": form.is_bound and _asks_first(registration, step, form),
    }


def _asks_first(registration, step, form):
    """Whether somebody has yet to say which listed institution employs them, where one looks like what they wrote."""
    return step == "expertise" and form.asks_about_employer


class Registering(StepViews):
    """Registering anew; who is registered is led to what they have."""

    def begin(self, request):
        expert = Expert.objects.of(request.user)
        if expert and expert.status not in Expert.ENDED:
            messages.info(request, _("You are registered already. This is your profile."))
            return redirect("experts:desk")
        return super().begin(request)


_how = {
    "template": "experts/register_step.html",
    "sent": _sent,
    "gone": _already_sent,
    "beside": _beside,
    "pauses": _asks_first,
}
register = Registering(_new, **_how)
profile = StepViews(_own, **_how)
