"""Registering an institution: first a search for it, then a form in steps; the same form corrects a returned application."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.steps import StepViews
from classifications.facets import WordsField
from partners.applications import Decision
from partners.models import Institution
from partners.registration import Registration

ALIKE = 6  # look-alikes shown


@require_safe
def find(request):
    """Search before you register: what is on record and looks like it."""
    words = WordsField().clean(request.GET.get("q", ""))
    website = words if "." in words and " " not in words else ""
    alike = Institution.objects.listed().resembling([words], words, website).for_choice()[:ALIKE] if words else []
    return render(request, "partners/register.html", {"words": words, "alike": alike})


def _registration(request, slug=None):
    """What the reader fills in: a new application, or that of an institution of theirs that was returned."""
    if slug is None:
        return Registration(request.user)
    returned = Institution.objects.represented_by(request.user).returned()
    return Registration(request.user, get_object_or_404(returned, slug=slug))


def _sent(request, institution):
    messages.success(request, _("Sent. You will be told of every decision by e-mail."))
    return redirect("partners:desk", institution.slug)


def _already_sent(request):
    """Lead to the application that another click has sent."""
    sent = Institution.objects.represented_by(request.user).under_review().newest_first().first()
    return redirect("partners:desk", sent.slug) if sent else redirect("partners:register")


def _just_corrected(request, slug=None):
    """The application that another click of the same person has corrected and sent again, moments ago."""
    mine = Institution.objects.represented_by(request.user).under_review()
    return mine.just_moved_by(request.user, Decision.SENT_AGAIN).filter(slug=slug).first()


def _alike(registration, form):
    """Institutions on record that resemble, by a name, the acronym or the website, what is being registered."""
    typed = {
        name: WordsField().clean(form.data.get(name, ""))
        for name in ("name_en", "name_fr", "name_ar", "acronym", "website")
    }
    website, acronym = typed.pop("website"), typed.pop("acronym")
    found = Institution.objects.listed().resembling(typed.values(), acronym, website).for_choice()[:ALIKE]
    return [each for each in found if each != registration.about]


def _beside(registration, step, form):
    """The reviewers' question, and institutions on record that resemble what is being registered."""
    question = registration.about.last_question if registration.about else ""
    if step != registration.first or not form.is_bound:
        return {"question": question}
    return {
        "question": question,
        "alike": _alike(registration, form),
        "is_asked": _asks_first(registration, step, form),
    }


def _asks_first(registration, step, form):
    """Whether somebody has yet to say that theirs is none of those on record that look like it."""
    is_new = step == registration.first and registration.about is None
    return is_new and form.is_valid() and "another" not in form.data and bool(_alike(registration, form))


steps = StepViews(
    _registration,
    template="partners/register_step.html",
    sent=_sent,
    gone=_already_sent,
    beside=_beside,
    pauses=_asks_first,
    just_sent=_just_corrected,
)
