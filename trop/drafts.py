"""What somebody is writing of an opportunity: as it was typed, valid or not, until it is saved."""

from accounts.keeping import answers_of
from accounts.models import Draft
from accounts.steps import as_initial
from trop.forms import OpportunityForm

FORM = "opportunity"


def kept_of(opportunity, user):
    """What this person typed and did not save, as a `Draft`; None where the opportunity was saved since."""
    draft = Draft.objects.of(user, FORM, opportunity.pk)
    return draft if draft and draft.saved_at > opportunity.updated_at else None


def keep(opportunity, user, posted):
    """Keep what was posted as it is; give the `Draft`."""
    opportunity.touch()
    return Draft.save_answers(user, FORM, opportunity.pk, "", answers_of(posted))


def forget(opportunity, user):
    """Drop what was kept: it was saved, or is not wanted any more."""
    Draft.objects.filter(user=user, form=FORM, subject=str(opportunity.pk)).delete()


def form_of(opportunity, kept=None, posted=None):
    """The form of an opportunity: filled with what was posted, else with what was kept, else with what is on record."""
    is_draft = opportunity.status == opportunity.Status.DRAFT
    if posted is not None:
        return OpportunityForm(posted, is_draft=is_draft)
    initial = as_initial(OpportunityForm, kept.answers_to("")) if kept else facts_of(opportunity)
    return OpportunityForm(initial=initial, is_draft=is_draft)


def facts_of(opportunity):
    """What is on record, as the form takes it."""
    facts = {name: getattr(opportunity, name) for name in OpportunityForm.base_fields if hasattr(opportunity, name)}
    return facts | {
        "city_name": opportunity.place,
        **{name: getattr(opportunity, name).all() for name in opportunity.LINKED},
    }
