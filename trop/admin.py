"""Staff decide here which institutions are members, which of them are trusted, and what their first opportunities need."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext, pgettext
from import_export.fields import Field

from classifications.exchange import ChoicesWidget, CityWidget, OutgoingTableAdmin, Table, link, links
from classifications.models import Country, Language, Sector
from classifications.office import LinkedInline, YesOrNoFilter
from classifications.proposals import ProposalsAdmin, steps_of_changes
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from notifications.audience import audience_link
from partners.applications import Role
from partners.models import Institution
from trop.models import Membership, MembershipReview, OpportunityReview, ProposedRewrite, TrainingOpportunity


class MembershipTable(Table):
    institution = link("institution", Institution, "slug")

    class Meta:
        model = Membership
        fields = ["institution", "status", "joined_on", "is_trusted", "courses"]


class OpportunityTable(Table):
    institution = link("institution", Institution, "slug")
    city = Field("city", "city", CityWidget())
    sectors = links("sectors", Sector, "slug")
    languages = links("languages", Language, "code")
    open_to = links("open_to", Country, "iso2")
    covered = Field("covered", "covered", ChoicesWidget({cost.value: cost.value for cost in TrainingOpportunity.Cost}))

    class Meta:
        model = TrainingOpportunity
        fields = [
            "institution", "title", "written_in", "status", "category", "level", "mode", "sectors", "languages", "city",
            "city_name", "starts_on", "ends_on", "apply_by", "seats", "cost", "covered", "open_to", "summary",
            "how_to_apply", "application_url", "published_at",
        ]  # fmt: skip


class WaitingFilter(YesOrNoFilter):
    title = gettext_lazy("what waits")
    parameter_name = "waits"
    yes, no = gettext_lazy("Waiting for review"), gettext_lazy("Not waiting")

    def are(self, rows):
        return rows.waiting_for_review()


class OpenFilter(YesOrNoFilter):
    title = gettext_lazy("applications")
    parameter_name = "open"
    yes, no = TrainingOpportunity.Period.OPEN.label, gettext_lazy("Not open")

    def are(self, opportunities):
        return opportunities.in_periods([TrainingOpportunity.Period.OPEN])


class HistoryInline(ReadOnly, LinkedInline):
    """What was decided, by whom and why. Whoever may see the record may read this."""

    fields = readonly_fields = ["at", "decision", "who", "words"]
    verbose_name_plural = gettext_lazy("history of its review")
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")

    @admin.display(description=gettext_lazy("who"))
    def who(self, review):
        """A name and in which part; addresses of accounts are not for everybody here."""
        return " · ".join(filter(None, [review.by.name if review.by else "", review.get_role_display()]))


class MembershipHistoryInline(HistoryInline):
    model = MembershipReview


class OpportunityHistoryInline(HistoryInline):
    model = OpportunityReview


class ReviewedAdmin(StepsAdmin, OutgoingTableAdmin):
    """Rows that institutions bring about and the Centre decides on; those that wait come first."""

    QUEUE = ""
    ordering = [F("waiting_since").asc(nulls_last=True), "-pk"]
    actions = ["approve"]

    def has_add_permission(self, request):
        return False

    def queues(self, request):
        rows, url = self.model.objects.waiting_for_review(), self.address("changelist") + "?waits=yes"
        return [Queue.of(self.QUEUE, rows, url, "waiting_since")]

    @admin.display(description=gettext_lazy("waiting for"), ordering="waiting_since")
    def waiting(self, row):
        return age(row.waiting_since)

    @admin.action(description=gettext_lazy("Approve the chosen ones"), permissions=["step"])
    def approve(self, request, queryset):
        if count := self.approve_each(request, queryset):
            message = ngettext("%(count)s was approved.", "%(count)s were approved.", count)
            self.message_user(request, message % {"count": count}, messages.SUCCESS)


def _step(decision, label, take, done, form=WordsForm):
    """A step of the table of the model: offered where the state allows it."""
    return Step(
        decision.value, label, lambda row, by, answers: take(row, by, answers["reason"]), done,
        lambda row: row.may(decision), form,
    )  # fmt: skip


TOLD = gettext_lazy("done. The institution was told.")


@admin.register(Membership)
class MembershipAdmin(ReadOnly, ReviewedAdmin):
    restores = False
    QUEUE = gettext_lazy("Requests to join TROP")
    steps = [
        _step(
            Membership.Decision.APPROVED, gettext_lazy("Approve"), lambda row, by, words: row.approve(by, words), TOLD
        ),
        _step(
            Membership.Decision.DECLINED, gettext_lazy("Decline"), lambda row, by, words: row.decline(words, by), TOLD,
            ReasonForm,
        ),
        _step(
            Membership.Decision.TRUSTED, gettext_lazy("Let it publish unreviewed"),
            lambda row, by, words: row.trust(by, words), TOLD,
        ),
        _step(
            Membership.Decision.TRUST_TAKEN, gettext_lazy("Review what it publishes"),
            lambda row, by, words: row.stop_trusting(words, by), TOLD, ReasonForm,
        ),
        _step(
            Membership.Decision.ENDED, gettext_lazy("End the membership"), lambda row, by, words: row.end(words, by),
            TOLD, ReasonForm,
        ),
    ]  # fmt: skip
    resource_classes = [MembershipTable]
    list_display = ["institution", "country", "status", "waiting", "joined_on", "is_trusted"]
    list_filter = [WaitingFilter, "status", "is_trusted", ("institution__country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["institution__country"]
    search_fields = ["institution__name_en", "institution__name_fr", "institution__name_ar", "institution__acronym"]
    fields = readonly_fields = ["institution", "status", "waiting", "courses", "joined_on", "is_trusted"]
    inlines = [MembershipHistoryInline]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("institution__country")

    @admin.display(description=gettext_lazy("country"))
    def country(self, membership):
        return membership.institution.country

    def view_on_site(self, membership):
        return membership.get_absolute_url() if membership.is_current else None


class CorrectionForm(forms.ModelForm):
    """What the Centre corrects; where the verb `refused` it, the form says why and keeps what was typed."""

    refused = None

    def clean(self):
        if self.refused:
            raise self.refused
        return super().clean()


@admin.register(TrainingOpportunity)
class TrainingOpportunityAdmin(ReviewedAdmin):
    restores = False
    puts_back = True

    def more_tools(self, row):
        return [] if row.published_at else audience_link(row)

    QUEUE = gettext_lazy("Training opportunities to review")
    steps = [
        _step(
            TrainingOpportunity.Decision.APPROVED, gettext_lazy("Approve and publish"),
            lambda row, by, words: row.approve(by, words), TOLD,
        ),
        _step(
            TrainingOpportunity.Decision.RETURNED, gettext_lazy("Return with a question"),
            lambda row, by, words: row.return_with(words, by), TOLD, ReasonForm,
        ),
        _step(
            TrainingOpportunity.Decision.WITHDRAWN, gettext_lazy("Take off the record"),
            lambda row, by, words: row.withdraw(words, by, Role.CENTRE), TOLD, ReasonForm,
        ),
    ]  # fmt: skip
    resource_classes = [OpportunityTable]
    list_display = ["__str__", "institution", "status", "waiting", "category", "starts_on", "apply_by"]
    list_filter = [
        WaitingFilter, OpenFilter, "status", "category", "mode", ("institution__country", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["institution"]
    date_hierarchy = "starts_on"
    search_fields = ["title"]
    autocomplete_fields = ["sectors", "languages", "city", "open_to"]
    readonly_fields = ["institution", "status", "waiting", "published_at", "updated_at", "touched_at"]
    inlines = [OpportunityHistoryInline]
    form = CorrectionForm
    fieldsets = [
        (None, {"fields": ["institution", "status", "waiting", "title", "summary", "written_in"]}),
        (gettext_lazy("What"), {"fields": ["category", "level", "sectors", "languages"]}),
        (gettext_lazy("When"), {"fields": [("starts_on", "ends_on"), "apply_by"]}),
        (gettext_lazy("Where"), {"fields": ["mode", "city", "city_name"]}),
        (gettext_lazy("For whom, at what cost"), {"fields": ["open_to", "seats", "cost", "covered"]}),
        (gettext_lazy("How to apply"), {"fields": ["how_to_apply", "application_url"]}),
        (gettext_lazy("Publication"), {"fields": ["published_at", "updated_at", "touched_at"]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "covered":
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name), choices=TrainingOpportunity.Cost, required=False,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refused = getattr(request, "refused", None)
        return form

    def changeform_view(self, request, *args, **kwargs):
        """Where the correction is refused nothing of it is saved, and the form is shown again with the reason."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            request.refused = error
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        """All of it is written with what is linked, by the verb below."""

    def save_related(self, request, form, formsets, change):
        if form.changed_data:
            form.instance.correct(request.user, {name: form.cleaned_data[name] for name in form.changed_data})
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def view_on_site(self, opportunity):
        return opportunity.get_absolute_url() if opportunity.is_public else None


@admin.register(ProposedRewrite)
class ProposedRewriteAdmin(ProposalsAdmin):
    """What members not trusted yet would change of what is published; the page stays as it is meanwhile."""

    QUEUE = gettext_lazy("Changes of training opportunities to decide on")
    list_display = ["opportunity", "institution", "what", "proposed_by", "age", "outcome"]
    search_fields = ["opportunity__title", *(f"opportunity__{name}" for name in MembershipAdmin.search_fields)]
    fields = readonly_fields = ["opportunity", "institution", "change", "proposed_by", "proposed_at", "age", "outcome"]
    step_template = "admin/trop/proposedrewrite/step.html"
    steps = steps_of_changes(gettext_lazy("refused. The institution was told."))

    def step_context(self, request, row, step):
        return {"what": self.change(row), "opportunity": row.opportunity}

    @admin.display(description=gettext_lazy("institution"))
    def institution(self, change):
        return change.opportunity.institution

    @admin.display(description=gettext_lazy("change"))
    def what(self, change):
        """What it changes, without the values, which are texts of any length."""
        return pgettext("between names in a list", ", ").join(str(label) for label in change.labels)
