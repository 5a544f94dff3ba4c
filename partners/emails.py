"""Letters to the people of an institution, each in their own language; one function and one text file for each letter."""

from django.conf import settings
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse
from django.utils.translation import get_language

from notifications.writing import write, write_to
from partners.applications import Decision, Role
from partners.models import Institution

# Who hears of a step: all who speak for the institution, the person it is about, or the manager. Others concern nobody.
TO_ALL = {
    Decision.APPLIED, Decision.SENT_AGAIN, Decision.RETURNED, Decision.APPROVED, Decision.DECLINED, Decision.WITHDRAWN,
    Decision.SUSPENDED, Decision.REINSTATED, Decision.CONFIRMED, Decision.VERIFIED, Decision.CHANGE_PROPOSED,
    Decision.CHANGE_ACCEPTED, Decision.CHANGE_REFUSED, Decision.MERGED,
}  # fmt: skip
TO_THE_PERSON = {Decision.REPRESENTATIVE_ACCEPTED, Decision.REPRESENTATIVE_DECLINED, Decision.REPRESENTATIVE_LEFT}
TO_THE_MANAGER = {Decision.REPRESENTATIVE_ASKED, Decision.REPRESENTATIVE_LEFT, Decision.HANDED_OVER}


def tell_of_review(review):
    """Tell those whom a step of an institution's history concerns, but not the one who took it of what they did."""
    readers = {}
    people = review.institution.representations.acting().select_related("user")
    if review.decision in TO_ALL:
        readers |= {each.user_id: each.user for each in people}
    if review.decision in TO_THE_MANAGER:
        readers |= {each.user_id: each.user for each in people if each.is_manager}
    if review.decision in TO_THE_PERSON and review.person:
        readers[review.person_id] = review.person
    if review.decision not in (Decision.APPLIED, Decision.SENT_AGAIN):  # of these the sender has a receipt
        readers.pop(review.by_id, None)
    context = {"review": review, "institution": review.institution, "until": _holds_until(review)}
    for reader in readers.values():
        if not reader.is_active:  # an account that was closed
            continue
        write_to(reader, "partners/email/review.txt", context)
    if review.role == Role.FOCAL_POINT and review.decision in (Decision.CONFIRMED, Decision.OBJECTED):
        tell_centre_of_application(review.institution, review.decision, review.reason)
    if review.decision == Decision.REPRESENTATIVE_LEFT and Institution.objects.orphaned().filter(
        pk=review.institution_id
    ):
        tell_centre_of_orphan(review.institution)


def _holds_until(review):
    """The day until which the focal point or the Centre vouches for the institution; none after any other step."""
    if review.decision == Decision.CONFIRMED:
        return review.institution.confirmed_until
    return review.institution.verified_until if review.decision == Decision.VERIFIED else None


def tell_centre_of_orphan(institution):
    address = reverse("admin:partners_institution_change", args=[institution.pk])
    write(settings.CENTRE_EMAIL, "en", "partners/email/orphan.txt", {"institution": institution, "address": address})


def invite(invitation):
    """Invite an address, in the language of the page from which it was sent."""
    write(invitation.email, get_language(), "partners/email/invitation.txt", {"invitation": invitation})


def tell_of_message(message):
    """Bring a message to all who speak for the institution it is for; nobody's address is in it, and it is no HTML."""
    partner = message.side.partner
    theirs = message.side.conversation.sides.get(institution=partner)
    context = {
        "message": message,
        "sender": message.side.institution,
        "partner": partner,
        "side": theirs,
        "lines": "\n".join(f"> {line}".rstrip() for line in message.text.splitlines()),
    }
    for person in partner.representations.acting().select_related("user"):
        write_to(person.user, "partners/email/message.txt", context)


def tell_centre_of_report(report):
    address = reverse("admin:partners_report_change", args=[report.pk])
    context = {"report": report, "sender": report.message.side.institution, "address": address}
    write(settings.CENTRE_EMAIL, "en", "partners/email/report.txt", context)


def tell_of_handled_report(report):
    """Tell who reported a message that somebody looked at it, unless the account is closed."""
    if report.by and report.by.is_active:
        write_to(report.by, "partners/email/report_handled.txt", {"sender": report.message.side.institution})


def remind_of_closing(notice):
    """Tell all who speak for an institution that a notice of theirs closes soon."""
    for person in notice.institution.representations.acting().select_related("user"):
        context = {"notice": notice, "institution": notice.institution, "days": notice.days_left}
        write_to(person.user, "partners/email/notice_closes.txt", context)


def ask_for_word(application, focal_points, decision):
    """Tell focal points, or deputies, that an application waits for their word."""
    for point in {each.user_id: each for each in focal_points}.values():
        context = {"application": application, "point": point, "decision": decision}
        write_to(point.user, "partners/email/word.txt", context)


def tell_centre_of_application(application, decision, reason=""):
    """Tell the Centre that it is its turn: the focal point has spoken, or is not asked any longer."""
    address = reverse(admin_urlname(application._meta, "change"), args=[application.pk])
    context = {"application": application, "decision": decision, "reason": reason, "address": address}
    write(settings.CENTRE_EMAIL, "en", "partners/email/centre_turn.txt", context)


def write_weekly(user, waiting):
    write_to(user, "partners/email/weekly.txt", {"waiting": waiting})


def tell_centre_of_deputy(step):
    """Tell the Centre whom a focal point proposes as deputy."""
    address = reverse("admin:programmes_proposal_changelist") + "?waits=yes&kind__exact=deputy"
    write(settings.CENTRE_EMAIL, "en", "partners/email/deputy.txt", {"step": step, "address": address})
