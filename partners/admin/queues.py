"""Staff decide here on changes of facts that others vouched for, and on requests to represent an institution."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from classifications.proposals import ProposalsAdmin, steps_of_changes
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from partners.applications import Role
from partners.models import ProposedChange, Representation


@admin.register(ProposedChange)
class ProposedChangeAdmin(ProposalsAdmin):
    QUEUE = _("Changes to decide on")
    list_display = ["institution", "change", "proposed_by", "age", "outcome"]
    search_fields = ["institution__name_en", "institution__name_fr", "institution__name_ar", "institution__slug"]
    fields = readonly_fields = ["institution", "change", "proposed_by", "proposed_at", "age", "outcome"]
    step_template = "admin/partners/proposedchange/step.html"
    steps = steps_of_changes(_("refused. The applicant was told."))

    def step_context(self, request, row, step):
        return {"what": self.change(row), "institution": row.institution}


class StateFilter(admin.SimpleListFilter):
    """How it stands, each with the queryset's word for it."""

    title = _("state")
    parameter_name = "state"
    WORDS = {"asked": _("Asked, not answered"), "acting": _("Speaks for it"), "ended": _("Spoke for it once")}

    def lookups(self, request, model_admin):
        return list(self.WORDS.items())

    def queryset(self, request, queryset):
        return getattr(queryset, self.value())() if self.value() in self.WORDS else queryset


def _hand_over(row, by, answers):
    row.take_over(by, Role.CENTRE)


@admin.register(Representation)
class RepresentationAdmin(ReadOnly, StepsAdmin):
    list_display = ["user", "institution", "position", "is_manager", "state", "age"]
    list_filter = [StateFilter, "is_manager"]
    list_select_related = ["user", "institution"]
    search_fields = [
        "user__email",
        "user__name",
        "institution__name_en",
        "institution__name_fr",
        "institution__name_ar",
    ]
    ordering = ["-asked_at"]
    fields = readonly_fields = [
        "institution", "user", "email", "position", "words", "is_manager", "state", "asked_at", "accepted_at",
        "ended_at", "agreed_at",
    ]  # fmt: skip
    step_template = "admin/partners/representation/step.html"
    steps = [
        Step(
            "accept", _("Accept the request"), lambda row, by, answers: row.accept(by, Role.CENTRE),
            _("accepted. The person was told."), lambda row: row.is_asked,
        ),
        Step(
            "decline", _("Decline the request"), lambda row, by, answers: row.decline(by, Role.CENTRE, answers["reason"]),
            _("declined. The person was told."), lambda row: row.is_asked, ReasonForm,
        ),
        Step(
            "hand-over", _("Make the manager"), _hand_over,
            _("manages the people of the institution now."), lambda row: row.is_acting and not row.is_manager,
        ),
        Step(
            "end", _("End the representation"), lambda row, by, answers: row.end(by, Role.CENTRE, answers["reason"]),
            _("no longer speaks for it. The person was told."), lambda row: row.accepted_at and not row.ended_at, WordsForm,
        ),
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "institution")

    def get_ordering(self, request):
        return ["asked_at"] if request.GET.get("state") == "asked" else self.ordering

    def queues(self, request):
        rows, url = Representation.objects.asked(), self.address("changelist") + "?state=asked"
        return [Queue.of(_("Requests to represent an institution"), rows, url, "asked_at")]

    def step_context(self, request, row, step):
        return {"people": row.institution.representations.acting().for_listing(), "institution": row.institution}

    @admin.display(description=_("e-mail address"))
    def email(self, representation):
        return representation.user.email

    @admin.display(description=_("state"))
    def state(self, representation):
        if representation.ended_at:
            return StateFilter.WORDS["ended"] if representation.accepted_at else _("Declined or taken back")
        return StateFilter.WORDS["acting" if representation.accepted_at else "asked"]

    @admin.display(description=_("waiting for"), ordering="asked_at")
    def age(self, representation):
        return age(representation.asked_at) if representation.is_asked else ""
