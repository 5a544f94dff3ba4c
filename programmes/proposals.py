"""Staff decide here on what focal points propose: deputies, and corrections of what is on record."""

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from classifications.proposals import ProposalsAdmin, UndecidedFilter, is_open
from classifications.steps import ReasonForm, Step
from programmes.models import Proposal


@admin.register(Proposal)
class ProposalAdmin(ProposalsAdmin):
    restores = False
    QUEUE, NOT_ACCEPTED = _("Proposals of focal points"), _("Declined")
    list_display = ["__str__", "country", "proposed_by", "age", "outcome"]
    list_filter = [UndecidedFilter, "kind", ("point__country", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["point__country__name_en", "point__country__name_fr", "point__country__name_ar", "words"]
    fields = readonly_fields = [
        "kind", "about", "country", "what", "words", "proposed_by", "proposed_at", "age", "outcome", "reason",
    ]  # fmt: skip
    step_template = "admin/programmes/proposal/step.html"
    steps = [
        Step(
            "accept", _("Accept"), lambda row, by, answers: row.accept(by),
            _("accepted. The focal point is told."), is_open,
        ),
        Step(
            "decline", _("Decline"), lambda row, by, answers: row.decline(by, answers["reason"]),
            _("declined. The focal point is told."), is_open, ReasonForm,
        ),
    ]  # fmt: skip

    def step_context(self, request, row, step):
        return {"what": self.what(row), "about": self.about(row)}

    @admin.display(description=_("country"))
    def country(self, proposal):
        return proposal.point.country

    @admin.display(description=_("about"))
    def about(self, proposal):
        """The record, with a link to its page here."""
        record = proposal.record
        if record is None:
            return "—"
        try:
            url = reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
        except NoReverseMatch:  # pragma: no cover  all that can be corrected is in the admin
            return str(record)
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, record)

    @admin.display(description=_("change"))
    def what(self, proposal):
        """The new values; of a deputy, what the focal point wrote."""
        return self.change(proposal) or proposal.words
