"""The forms of member institutions' people of which what is typed is kept until it is saved or sent."""

from django.utils.translation import gettext_lazy as _

from accounts.drafts import Drafted
from partners.models import Institution
from trop.forms import JoinForm, OpportunityForm
from trop.models import TrainingOpportunity


class DraftedOpportunity(Drafted):
    def touch(self, row):
        """Note that somebody works on it, so that nobody is reminded of it."""
        row.touch()


REQUEST = Drafted(
    "trop-join", JoinForm, Institution, lambda user: Institution.objects.represented_by(user).listed(), "trop:ask",
    _("Go on with your request to join TROP"),
)  # fmt: skip
OPPORTUNITY = DraftedOpportunity(
    "opportunity", OpportunityForm, TrainingOpportunity, lambda user: TrainingOpportunity.objects.editable_by(user).for_page(),
    "trop:panel-edit", _("Go on with what you typed"), parts={"slug": "institution__slug", "pk": "pk"}, heading="heading",
    changed_at="updated_at",
)  # fmt: skip


def facts_of(opportunity):
    """What is on record, as the form takes it."""
    facts = {name: getattr(opportunity, name) for name in OpportunityForm.base_fields if hasattr(opportunity, name)}
    return facts | {
        "city_name": opportunity.place,
        **{name: getattr(opportunity, name).all() for name in opportunity.LINKED},
    }
