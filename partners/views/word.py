"""What a national focal point says on an application of their country: endorse it, return it with a question, object."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keeping import signed_in
from accounts.second_factor import with_second_factor
from partners.applications import Role
from partners.forms import EndorsementForm, WordForm
from partners.merging import facts_of
from partners.models import Institution, ReviewRules

FORM = ["GET", "HEAD", "POST"]


def _waiting(request, slug):
    """The application, where the reader's word on it is asked for."""
    return get_object_or_404(Institution.objects.for_word_of(request.user).select_related("country", "city"), slug=slug)


def _say(request, institution, form, verb, done, words):
    """Show the form of one word, and say it where it was sent."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, done)
        return redirect("desk")
    context = {"institution": institution, "form": form, **words}
    return render(request, "partners/word_form.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@with_second_factor
@require_safe
def application(request, slug):
    institution = _waiting(request, slug)
    context = {
        "institution": institution,
        "facts": [(label, values) for label, values in facts_of(institution) if values],
        "people": institution.representations.acting().for_listing(),
        "reviews": institution.reviews.select_related("by", "person"),
        "days": (now() - institution.waiting_since).days,
        "rules": ReviewRules.current(),
    }
    return render(request, "partners/word.html", context)


@signed_in
@with_second_factor
@require_http_methods(FORM)
def endorse(request, slug):
    institution = _waiting(request, slug)
    words = {"title": _("Endorse the institution"), "button": _("Endorse"), "note": _("The Centre decides next.")}
    return _say(
        request, institution, EndorsementForm(request.answers),
        lambda answers: institution.endorse(request.user, answers["until"], answers["reason"]),
        _("Endorsed. The Centre decides next."), words,
    )  # fmt: skip


@signed_in
@with_second_factor
@require_http_methods(FORM)
def return_application(request, slug):
    institution = _waiting(request, slug)
    help_text = _("What has to be corrected or explained. The applicant reads it as you write it.")
    form = WordForm(request.answers, label=_("Question"), help_text=help_text)
    note = _("It comes back to you once it is answered.")
    words = {"title": _("Return it with a question"), "button": _("Send the question"), "note": note}
    return _say(
        request, institution, form,
        lambda answers: institution.return_with(answers["reason"], request.user, Role.FOCAL_POINT),
        _("Returned. The applicant was told."), words,
    )  # fmt: skip


@signed_in
@with_second_factor
@require_http_methods(FORM)
def object_to(request, slug):
    institution = _waiting(request, slug)
    help_text = _("Only the Centre reads it.")
    form = WordForm(request.answers, label=_("Reason"), help_text=help_text)
    note = _("That does not end the application: the Centre reads why, and decides.")
    words = {"title": _("Object to the application"), "button": _("Object"), "note": note}
    return _say(
        request, institution, form, lambda answers: institution.object_to(request.user, answers["reason"]),
        _("Noted. The Centre decides next."), words,
    )  # fmt: skip
