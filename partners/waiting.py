"""What waits for the representatives of institutions."""

from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import drafts
from accounts.models import Draft
from accounts.waiting import Task, Turn
from classifications.written import dates
from partners.drafts import ALL
from partners.models import Institution, Notice, Representation, Side
from partners.registration import Registration


def tasks_of(user):
    """Yield what waits for a person: returned applications, what is to be answered, what closes, a registration begun."""
    for institution in Institution.objects.represented_by(user).returned().annotate(returned_at=Max("reviews__at")):
        url = reverse("partners:correct-begin", args=[institution.slug])
        title, since = _("Answer the reviewers’ question"), institution.returned_at
        yield Task(title, institution.name, _("Correct"), url, since, Turn.RETURNED)
    for asked in Representation.objects.answerable_by(user).select_related("institution", "user"):
        title = _("%(person)s asks to represent an institution of yours") % {"person": asked.user}
        url = reverse("partners:desk", args=[asked.institution.slug])
        yield Task(title, asked.institution.name, _("Answer"), url, asked.asked_at)
    for institution in Institution.objects.for_word_of(user):
        url = reverse("partners:word", args=[institution.slug])
        yield Task(_("Say your word on an application"), institution.name, _("Review"), url, institution.waiting_since)
    for side in Side.objects.of(user).unanswered().for_listing():
        title = _("Answer a message from %(institution)s") % {"institution": side.partner.name}
        yield Task(title, side.conversation.subject, _("Answer"), side.get_absolute_url(), side.heard_at)
    for notice in Notice.objects.editable_by(user).closing_on(localdate()).for_listing():
        title = _("“%(title)s” closes on %(day)s") % {"title": notice.title, "day": dates(notice.closes_on)}
        url = reverse("partners:extend-notice", args=[notice.institution.slug, notice.pk])
        yield Task(title, notice.institution.name, _("Extend"), url, turn=Turn.CLOSES)
    yield from drafts.tasks_of(user, *ALL)
    draft = Draft.objects.of(user, Registration.FORM)
    if draft:
        registration = Registration(user)
        yield Task(
            _("Go on with your registration"),
            name_in(draft),
            _("Go on"),
            registration.address_of("step", draft.step),
            draft.saved_at,
            Turn.BEGUN,
        )


def name_in(draft):
    """The name of the institution as far as it was typed."""
    answers = draft.answers.get("institution", {})
    names = (answers.get(f"name_{language}", [""])[0] for language in ("en", "fr", "ar"))
    return next((name for name in names if name), _("No name yet"))
