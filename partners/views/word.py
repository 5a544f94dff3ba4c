"""What a national focal point says on an application of their country: endorse it, return it with a question, object."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keeping import signed_in
from accounts.second_factor import with_second_factor
from classifications.written import marked
from partners.forms import EndorsementForm
from partners.merging import facts_of
from partners.models import Institution, ReviewRules
from partners.views.saying import FORM, Saying


def _waiting(request, slug):
    """The application, where the reader's word on it is asked for."""
    return get_object_or_404(Institution.objects.for_word_of(request.user).select_related("country", "city"), slug=slug)


def _saying(request, slug):
    institution = _waiting(request, slug)
    return Saying(request, institution, marked(institution.name), reverse("partners:word", args=[slug]))


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
    saying = _saying(request, slug)
    return saying.say(
        EndorsementForm(request.answers),
        lambda answers: saying.row.endorse(request.user, answers["until"], answers["reason"]),
        _("Endorsed. The Centre decides next."),
        title=_("Endorse the institution"), button=_("Endorse"), note=_("The Centre decides next."),
    )  # fmt: skip


@signed_in
@with_second_factor
@require_http_methods(FORM)
def return_application(request, slug):
    return _saying(request, slug).return_with_a_question()


@signed_in
@with_second_factor
@require_http_methods(FORM)
def object_to(request, slug):
    return _saying(request, slug).object(_("Object to the application"), _("Only the Centre reads it."))
