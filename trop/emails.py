"""Letters to the people of member institutions, each in their own language; one text file for each kind."""

from notifications.writing import write_to
from partners.applications import Role
from trop.models.membership import Decision as OfMembership
from trop.models.states import Decision as OfOpportunity

# Steps of which all who speak for the institution hear; the others are their own, or the portal's affair.
MEMBERSHIP_TOLD = {
    OfMembership.APPROVED, OfMembership.DECLINED, OfMembership.LEFT, OfMembership.ENDED, OfMembership.TRUSTED,
    OfMembership.TRUST_TAKEN,
}  # fmt: skip
OPPORTUNITY_TOLD = {
    OfOpportunity.APPROVED, OfOpportunity.RETURNED, OfOpportunity.WITHDRAWN, OfOpportunity.CHANGE_ACCEPTED,
    OfOpportunity.CHANGE_REFUSED,
}  # fmt: skip


def people_of(institution, but=None):
    """Those who speak for an institution today, but the one whose own step it is."""
    acting = institution.representations.acting().select_related("user")
    return [each.user for each in acting if each.user_id != but]


def tell_of_membership(review):
    if review.decision in MEMBERSHIP_TOLD:
        institution = review.membership.institution
        for reader in people_of(institution, but=review.by_id):
            write_to(reader, "trop/email/membership.txt", {"review": review, "institution": institution})


def tell_of_opportunity(review):
    """The Centre's steps; of what one representative does, the others hear on their desk."""
    if review.decision in OPPORTUNITY_TOLD and review.role == Role.CENTRE:
        opportunity = review.opportunity
        context = {"review": review, "opportunity": opportunity, "institution": opportunity.institution}
        for reader in people_of(opportunity.institution, but=review.by_id):
            write_to(reader, "trop/email/opportunity.txt", context)


def tell_of_correction(review, names):
    """Tell all who speak for the institution which facts, by the names of their fields, the Centre corrected."""
    opportunity = review.opportunity
    context = {
        "review": review, "opportunity": opportunity, "institution": opportunity.institution,
        "facts": [opportunity._meta.get_field(name).verbose_name for name in names],
    }  # fmt: skip
    for reader in people_of(opportunity.institution, but=review.by_id):
        write_to(reader, "trop/email/opportunity.txt", context)


def remind_of_draft(opportunity):
    """Tell whoever began a draft that it waits; all who speak for the institution where that person no longer does."""
    people = people_of(opportunity.institution)
    for reader in [each for each in people if each.pk == opportunity.made_by_id] or people:
        write_to(
            reader, "trop/email/stale_draft.txt", {"opportunity": opportunity, "institution": opportunity.institution}
        )
