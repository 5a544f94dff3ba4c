"""What waits for experts, and for the focal points who may endorse them."""

from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Draft
from accounts.waiting import Task, Turn
from experts.models import Expert
from experts.registration import Registration
from partners.applications import Status


def tasks_of(user):
    """Yield what waits for a person: a question, a profile to renew, a registration begun, nationals to endorse."""
    expert, desk = Expert.objects.of(user), reverse("experts:desk")
    if expert and expert.status == Status.RETURNED:
        last = expert.reviews.first()
        yield Task(
            _("Answer the reviewers’ question"), _("Roster of experts"), _("Correct"), reverse("experts:profile-begin"),
            last.at if last else None, Turn.RETURNED,
        )  # fmt: skip
    if expert and expert.is_listed and expert.is_lapsed:
        title, since = _("Is your profile still right?"), expert.renewed_at
        yield Task(title, _("Roster of experts"), _("Confirm it"), desk, since, Turn.CLOSES)
    draft = Draft.objects.of(user, Registration.FORM)
    if draft:
        url = Registration(user).address_of("step", draft.step)
        title = pgettext("of an expert", "Go on with your registration")
        yield Task(title, _("Roster of experts"), _("Go on"), url, draft.saved_at, Turn.BEGUN)
    asking = list(Expert.objects.for_word_of(user))
    names_them = bool(asking) and is_mfa_enabled(user)  # who it is, a focal point reads with a second factor only
    for each in asking:
        title = _("An expert of your country asks to be listed")
        about = each.name if names_them else _("Roster of experts")
        yield Task(title, about, _("Review"), each.word_address, each.waiting_since)
