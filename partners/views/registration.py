"""Registering an institution: first a search for it, then a form in steps; the same form corrects a returned application."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.steps import StepViews
from classifications.facets import WordsField
from partners.models import Institution
from partners.registration import Registration

ALIKE = 6  # look-alikes shown


@require_safe
def find(request):
    """Search before you register: what is on record and looks like it."""
    words = WordsField().clean(request.GET.get("q", ""))
    alike = Institution.objects.listed().resembling(words).for_choice()[:ALIKE] if words else []
    return render(request, "partners/register.html", {"words": words, "alike": alike})


def _registration(request, slug=None):
    """What the reader fills in: a new application, or that of an institution of theirs that was returned."""
    if slug is None:
        return Registration(request.user)
    returned = Institution.objects.represented_by(request.user).returned()
    return Registration(request.user, get_object_or_404(returned, slug=slug))


def _sent(request, institution):
    messages.success(request, _("Sent. You will be told of every step by e-mail."))
    return redirect("partners:desk", institution.slug)


def _already_sent(request):
    """Lead to the application that another click has sent."""
    sent = Institution.objects.represented_by(request.user).under_review().newest_first().first()
    return redirect("partners:desk", sent.slug) if sent else redirect("partners:register")


def _beside(registration, step, form):
    """The reviewers' question, and institutions on record that resemble what is being registered."""
    question = registration.about.last_question if registration.about else ""
    if step != registration.first or not form.is_bound:
        return {"question": question}
    names = [form.data.get(name, "") for name in ("name_en", "name_fr", "name_ar")]
    name = WordsField().clean(next((each for each in names if each.strip()), ""))
    others = Institution.objects.listed().resembling(name, form.data.get("website", "")).for_choice()
    return {"question": question, "alike": [each for each in others[:ALIKE] if each != registration.about]}


steps = StepViews(_registration, template="partners/register_step.html", sent=_sent, gone=_already_sent, beside=_beside)
