"""Staff decide here on what focal points propose: deputies, and corrections of what is on record."""

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from classifications.office import YesOrNoFilter
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, age
from programmes.models import Proposal


class UndecidedFilter(YesOrNoFilter):
    title = _("decision")
    parameter_name = "waits"
    yes, no = _("Waiting"), _("Decided")

    def are(self, proposals):
        return proposals.waiting()


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, StepsAdmin):
    restores = False
    list_display = ["__str__", "country", "proposed_by", "age", "outcome"]
    list_filter = [UndecidedFilter, "kind", ("point__country", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["point__country__name_en", "point__country__name_fr", "point__country__name_ar", "words"]
    ordering = ["-decided_at", "proposed_at"]  # PostgreSQL sorts what has no day first here
    fields = readonly_fields = [
        "kind", "about", "country", "what", "words", "proposed_by", "proposed_at", "age", "outcome", "reason",
    ]  # fmt: skip
    step_template = "admin/programmes/proposal/step.html"
    steps = [
        Step(
            "accept", _("Accept"), lambda row, by, answers: row.accept(by),
            _("accepted. The focal point is told."), lambda row: row.is_open,
        ),
        Step(
            "decline", _("Decline"), lambda row, by, answers: row.decline(by, answers["reason"]),
            _("declined. The focal point is told."), lambda row: row.is_open, ReasonForm,
        ),
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).for_listing()

    def queues(self, request):
        url = self.address("changelist") + "?waits=yes"
        return [Queue.of(_("Proposals of focal points"), Proposal.objects.waiting(), url, "proposed_at")]

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
        """What stands on record and what is to stand there; once it is decided, what was proposed."""
        told = [
            (label, format_html('<del dir="auto">{}</del>', old) if proposal.is_open and old else "", new or "—")
            for label, old, new in proposal.differences()
        ]
        return format_html_join(
            "", '<div class="difference"><span>{}</span> {} <ins dir="auto">{}</ins></div>', told
        ) or proposal.words  # fmt: skip

    @admin.display(description=_("waiting for"), ordering="proposed_at")
    def age(self, proposal):
        return age(proposal.proposed_at) if proposal.is_open else ""

    @admin.display(description=_("outcome"))
    def outcome(self, proposal):
        if proposal.is_open:
            return _("Waiting")
        return _("Accepted") if proposal.was_accepted else _("Declined")
