"""Letters to experts and to those they name; one function and one text file for each letter.

A letter to an expert names nobody. Each bears the key of the expert or of the reference, by which `experts.erasing` finds it again.
"""

from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language, override

from notifications.writing import write, write_to
from partners.applications import ROUTES, Decision, Role
from partners.emails import tell_centre_of_application

SALT = "experts.renew"


# Of these nobody is told here: who reviews next stands on the desk, and what a focal point advises is for the Centre.
UNTOLD = {*ROUTES, Decision.OBJECTED}


def tell_of_review(review):
    """Tell the expert of a step, a receipt of what they sent themselves, too; the Centre of a focal point's word."""
    user = review.expert.user
    if user and user.is_active and review.decision not in UNTOLD:
        write_to(user, "experts/email/review.txt", {"review": review}, record=review.expert.key)
    if review.role == Role.FOCAL_POINT and review.decision in (Decision.CONFIRMED, Decision.OBJECTED):
        tell_centre_of_application(review.expert, review.decision, review.reason)


def ask_for_reference(reference):
    """Ask a person whether they know the expert's work, in the language of the page on which they were named."""
    context = {"reference": reference}
    write(reference.email, get_language(), "experts/email/reference.txt", context, record=reference.key)


def ask_whether_still_right(expert):
    """Ask the expert whether the profile is still right, with a link that needs no sign-in."""
    with override(expert.user.language):
        address = reverse("experts:renew-by-letter", args=[renewal_token(expert)])
    context = {"address": address, "day": expert.holds_until}
    write_to(expert.user, "experts/email/still_right.txt", context, record=expert.key)


def renewal_token(expert):
    """A signed token that names the expert by key and the renewal it follows: it serves for one year only."""
    return signing.dumps([str(expert.key), expert.renewed_at.isoformat()], salt=SALT)
