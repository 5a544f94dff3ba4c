"""The Centre decides here on other names of listed experts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from classifications.proposals import ProposalsAdmin, steps_of_changes
from classifications.steps import Queue
from experts.models import Expert, ProposedName


@admin.register(ProposedName)
class ProposedNameAdmin(ProposalsAdmin):
    list_display = ["name_on_record", "change", "age", "outcome"]
    search_fields = ["expert__name"]
    fields = readonly_fields = ["name_on_record", "change", "proposed_at", "age", "outcome"]
    step_template = "admin/experts/proposedname/step.html"
    steps = steps_of_changes(_("refused. The expert was told."))

    def get_queryset(self, request):
        """Those of experts whom the reader may read: of nobody who does not agree to be kept."""
        return super().get_queryset(request).of(Expert.objects.readable_by(request.user))

    def queues(self, request):
        rows = ProposedName.objects.of(Expert.objects.readable_by(request.user)).waiting()
        return [
            Queue.of(_("Names of experts to decide on"), rows, self.address("changelist") + "?waits=yes", "proposed_at")
        ]

    def name_of(self, change):
        return change.expert.name

    @admin.display(description=_("expert"))
    def name_on_record(self, change):
        return change.expert.name

    def step_context(self, request, row, step):
        return {"what": self.change(row), "expert": row.expert}
