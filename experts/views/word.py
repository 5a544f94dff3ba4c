"""What a national focal point says of an expert of their state: endorse, return the application with a question, object."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keeping import signed_in
from accounts.second_factor import with_second_factor
from experts.forms import EndorsementForm
from experts.models import Expert
from experts.readers import Reader
from partners.applications import Role
from partners.forms import WordForm
from partners.models import ReviewRules

FORM = ["GET", "HEAD", "POST"]


def _waiting(request, key):
    """The application, where the reader's word on it is asked for."""
    return get_object_or_404(Expert.objects.for_word_of(request.user).for_listing(), key=key)


def _say(request, expert, form, verb, done, words):
    """Show the form of one word, and say it where it was sent."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, done)
        return redirect("desk")
    context = {"profile": Reader.of(request.user).profile_of(expert), "form": form, **words}
    return render(request, "experts/word_form.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@with_second_factor
@require_safe
def application(request, key):
    expert = _waiting(request, key)
    context = {
        "profile": Reader.of(request.user).profile_of(expert),
        "reviews": expert.reviews.select_related("by"),
        "days": (now() - expert.waiting_since).days,
        "rules": ReviewRules.current(),
    }
    return render(request, "experts/word.html", context)


@signed_in
@with_second_factor
@require_http_methods(FORM)
def endorse(request, key):
    """Endorse an expert who waits, or one who is listed already."""
    expert = get_object_or_404(Expert.objects.endorsable_by(request.user).for_listing(), key=key)
    note = _("Your endorsement is shown on the expert’s page. Nothing waits for it: the Centre decides on the listing.")
    return _say(
        request, expert, EndorsementForm(request.answers),
        lambda answers: expert.endorse(request.user, answers["words"]),
        _("Endorsed. The Centre and the expert are told."),
        {"title": _("Endorse an expert"), "button": _("Endorse"), "note": note},
    )  # fmt: skip


@signed_in
@with_second_factor
@require_http_methods(FORM)
def return_application(request, key):
    expert = _waiting(request, key)
    help_text = _("What has to be corrected or explained. The applicant reads it as you write it.")
    form = WordForm(request.answers, label=_("Question"), help_text=help_text)
    note = _("It comes back to you once it is answered.")
    words = {"title": _("Return it with a question"), "button": _("Send the question"), "note": note}
    return _say(
        request, expert, form, lambda answers: expert.return_with(answers["reason"], request.user, Role.FOCAL_POINT),
        _("Returned. The applicant was told."), words,
    )  # fmt: skip


@signed_in
@with_second_factor
@require_http_methods(FORM)
def object_to(request, key):
    expert = _waiting(request, key)
    help_text = _(
        "The Centre reads it. It is not shown to the expert, but handed out to who asks for all data on them."
    )
    form = WordForm(request.answers, label=_("Reason"), help_text=help_text)
    note = _("That does not end the application: the Centre reads why, and decides.")
    words = {"title": _("Object to the application"), "button": _("Object"), "note": note}
    return _say(
        request, expert, form, lambda answers: expert.object_to(request.user, answers["reason"]),
        _("Noted. The Centre decides next."), words,
    )  # fmt: skip
