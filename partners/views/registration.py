"""Registering an institution: first a search for it, then a form in steps that can be left and taken up again.

The same views correct an application that was returned; the address then names the institution.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from classifications.facets import WordsField
from partners.models import Institution
from partners.registration import LAST, STEPS, Registration

ALIKE = 6  # look-alikes shown


@require_safe
def find(request):
    """Search before you register: what is on record and looks like it."""
    words = WordsField().clean(request.GET.get("q", ""))
    alike = Institution.objects.listed().resembling(words).for_choice()[:ALIKE] if words else []
    return render(request, "partners/register.html", {"words": words, "alike": alike})


def _registration(request, slug):
    """What the reader fills in: a new application, or that of an institution of theirs that was returned."""
    if slug is None:
        return Registration(request.user)
    returned = Institution.objects.represented_by(request.user).returned()
    return Registration(request.user, get_object_or_404(returned, slug=slug))


@signed_in
@require_safe
def begin(request, slug=None):
    """Lead to the step at which the reader stopped."""
    registration = _registration(request, slug)
    return redirect(registration.address(registration.draft.step if registration.draft else next(iter(STEPS))))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, step, slug=None):
    """Show a step, or keep what was posted and go on to the next; the last one is sent from an address of its own."""
    registration = _registration(request, slug)
    if step not in STEPS:
        raise Http404
    if request.method == "POST" and step != LAST:
        registration.save(step, request.POST)
        if registration.form(step, request.POST).is_valid():
            return redirect(registration.address(registration.after(step)))
    return _show(request, registration, step, registration.form(step, request.answers))


@signed_in
@require_POST
def stop(request, step, slug=None):
    """Keep what was typed and go to the desk."""
    _keep(request, step, slug)
    messages.success(request, _("Saved. Your desk leads you back to it."))
    return redirect("desk")


@signed_in
@require_POST
def keep(request, step, slug=None):
    """Keep what was typed so far, while it is being typed."""
    return render(request, "partners/_kept.html", {"draft": _keep(request, step, slug)})


def _keep(request, step, slug):
    registration = _registration(request, slug)
    if step not in STEPS or step == LAST:
        raise Http404
    registration.save(step, request.POST)
    return registration.draft


@signed_in
@require_POST
def send(request, slug=None):
    """Send the application if all its steps hold; a second click finds it sent already."""
    registration = _registration(request, slug)
    if registration.is_gone:
        return _already_sent(request)
    if registration.first_open_step != LAST:
        messages.error(request, _("Something is still missing in this step."))
        return redirect(registration.address(registration.first_open_step))
    form = registration.form(LAST, request.POST)
    if form.is_valid():
        try:
            institution = registration.send()
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _sent(request, institution) if institution else _already_sent(request)
    return _show(request, registration, LAST, form)


def _sent(request, institution):
    messages.success(request, _("Sent. You will be told of every step by e-mail."))
    return redirect("partners:desk", institution.slug)


def _already_sent(request):
    """Lead to the application that another click has sent."""
    sent = Institution.objects.represented_by(request.user).under_review().newest_first().first()
    return redirect("partners:desk", sent.slug) if sent else redirect("partners:register")


def _show(request, registration, step, form):
    context = {
        "registration": registration,
        "step": step,
        "form": form,
        **{f"{name}_url": registration.address(step, name) for name in ("step", "keep", "stop")},
        "send_url": registration.address("", "send"),
        "question": registration.institution.last_question if registration.institution else "",
        "alike": _alike(registration, form) if step == next(iter(STEPS)) and form.is_bound else [],
    }
    return render(request, "partners/register_step.html", context, status=400 if request.method == "POST" else 200)


def _alike(registration, form):
    """Institutions on record that resemble what is being registered."""
    names = [form.data.get(name, "") for name in ("name_en", "name_fr", "name_ar")]
    name = WordsField().clean(next((each for each in names if each.strip()), ""))
    others = Institution.objects.listed().resembling(name, form.data.get("website", "")).for_choice()
    return [each for each in others[:ALIKE] if each != registration.institution]
