"""Staff decide here on changes of facts that others vouched for, and on requests to represent an institution."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from classifications.office import YesOrNoFilter
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from partners.applications import Role
from partners.models import ProposedChange, Representation


class UndecidedFilter(YesOrNoFilter):
    title = _("decision")
    parameter_name = "waits"
    yes, no = _("Waiting"), _("Decided")

    def are(self, changes):
        return changes.waiting()


@admin.register(ProposedChange)
class ProposedChangeAdmin(ReadOnly, StepsAdmin):
    list_display = ["institution", "what", "proposed_by", "age", "outcome"]
    list_filter = [UndecidedFilter]
    search_fields = ["institution__name_en", "institution__name_fr", "institution__name_ar", "institution__slug"]
    ordering = ["-decided_at", "proposed_at"]  # PostgreSQL sorts what has no day first here
    fields = readonly_fields = ["institution", "what", "proposed_by", "proposed_at", "age", "outcome"]
    step_template = "admin/partners/proposedchange/step.html"
    steps = [
        Step(
            "accept", _("Accept the change"), lambda row, by, answers: row.accept(by),
            _("accepted. The page shows it now."), lambda row: row.decided_at is None,
        ),
        Step(
            "refuse", _("Refuse the change"), lambda row, by, answers: row.refuse(by, answers["reason"]),
            _("refused. The applicant was told."), lambda row: row.decided_at is None, ReasonForm,
        ),
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).for_listing()

    def queues(self, request):
        rows, url = ProposedChange.objects.waiting(), self.address("changelist") + "?waits=yes"
        return [Queue.of(_("Changes to decide on"), rows, url, "proposed_at")]

    def step_context(self, request, row, step):
        return {"what": self.what(row), "institution": row.institution}

    @admin.display(description=_("change"))
    def what(self, change):
        """What stands on record and what is to stand there; once it is decided, what was proposed."""
        is_open = change.decided_at is None
        told = [(label, old if is_open else "", new) for label, old, new in change.differences()]
        return format_html_join(
            "", '<div class="difference"><span>{}</span> {} <ins dir="auto">{}</ins></div>',
            [(label, format_html('<del dir="auto">{}</del>', old) if old else "", new or "—") for label, old, new in told],
        )  # fmt: skip

    @admin.display(description=_("waiting for"), ordering="proposed_at")
    def age(self, change):
        return "" if change.decided_at else age(change.proposed_at)

    @admin.display(description=_("outcome"))
    def outcome(self, change):
        if change.decided_at is None:
            return _("Waiting")
        return _("Accepted") if change.was_accepted else _("Refused")


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
