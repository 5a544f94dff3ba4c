"""Tables of what was proposed to the Centre and waits for its decision: new facts about a record, or somebody for a seat."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from classifications.office import YesOrNoFilter
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, age


class UndecidedFilter(YesOrNoFilter):
    title = _("decision")
    parameter_name = "waits"
    yes, no = _("Waiting"), _("Decided")

    def are(self, proposals):
        return proposals.waiting()


def is_open(proposal):
    """Whether nobody has decided on it yet."""
    return proposal.decided_at is None


def steps_of_changes(told):
    """Accepting and refusing a change; `told` says whom the portal tells why it was refused."""
    return [
        Step(
            "accept", _("Accept the change"), lambda row, by, answers: row.accept(by),
            _("accepted. The page shows it now."), is_open,
        ),
        Step(
            "refuse", _("Refuse the change"), lambda row, by, answers: row.refuse(by, answers["reason"]),
            told, is_open, ReasonForm,
        ),
    ]  # fmt: skip


class ProposalsAdmin(ReadOnly, StepsAdmin):
    """For a model with `proposed_by`, `proposed_at`, `decided_at`, `was_accepted`, and `differences()`: triples of a fact's
    label, its value on record and the proposed one. Its queryset knows `waiting()` and `for_listing()`.
    """

    QUEUE = None  # what the first page calls those that wait
    NOT_ACCEPTED = _("Refused")
    list_filter = [UndecidedFilter]
    ordering = ["-decided_at", "proposed_at"]  # PostgreSQL sorts what has no day first here

    def get_queryset(self, request):
        return super().get_queryset(request).for_listing()

    def queues(self, request):
        url = self.address("changelist") + "?waits=yes"
        return [Queue.of(self.QUEUE, self.model.objects.waiting(), url, "proposed_at")]

    @admin.display(description=_("change"))
    def change(self, proposal):
        """What stands on record and what is to stand there; once it is decided, what was proposed."""
        told = [
            (label, format_html('<del dir="auto">{}</del>', old) if is_open(proposal) and old else "", new or "—")
            for label, old, new in proposal.differences()
        ]
        return format_html_join(
            "", '<div class="difference"><span>{}</span> {} <ins dir="auto">{}</ins></div>', told
        )  # fmt: skip

    @admin.display(description=_("waiting for"), ordering="proposed_at")
    def age(self, proposal):
        return age(proposal.proposed_at) if is_open(proposal) else ""

    @admin.display(description=_("outcome"))
    def outcome(self, proposal):
        if is_open(proposal):
            return _("Waiting")
        return _("Accepted") if proposal.was_accepted else self.NOT_ACCEPTED
