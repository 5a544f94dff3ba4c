"""What a national focal point says of an expert of their state: endorse, return the application with a question, object."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keeping import signed_in
from accounts.second_factor import with_second_factor
from experts.forms import EndorsementForm
from experts.models import Expert
from experts.readers import Reader
from partners.models import ReviewRules
from partners.views.saying import FORM, Saying


def _waiting(request, key):
    """The application, where the reader's word on it is asked for."""
    return get_object_or_404(Expert.objects.for_word_of(request.user).for_listing(), key=key)


def _saying(request, expert):
    name = Reader.of(request.user).profile_of(expert).name
    return Saying(request, expert, format_html("<bdi>{}</bdi>", name), reverse("desk"))


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
    return _saying(request, expert).say(
        EndorsementForm(request.answers),
        lambda answers: expert.endorse(request.user, answers["words"]),
        _("Endorsed. The Centre and the expert are told."),
        title=_("Endorse an expert"),
        button=_("Endorse"),
        note=_(
            "Your endorsement is shown with the expert’s profile. Nothing waits for it: the Centre decides on the listing."
        ),
    )


@signed_in
@with_second_factor
@require_http_methods(FORM)
def return_application(request, key):
    return _saying(request, _waiting(request, key)).return_with_a_question()


@signed_in
@with_second_factor
@require_http_methods(FORM)
def object_to(request, key):
    read_by = _("The Centre reads it. It is not shown to the expert, but handed out to who asks for all data on them.")
    return _saying(request, _waiting(request, key)).object(_("Object to the application"), read_by)
