"""Staff review institutions here, and keep the record of them."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import NullIf
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from classifications.exchange import TableAdmin
from classifications.office import LinkedInline
from classifications.search import Folded
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from classifications.written import dates
from notifications.audience import audience_link
from partners.admin import merge
from partners.admin.forms import InstitutionForm, LetterForm, QuestionForm, UntilForm
from partners.admin.tables import InstitutionTable, looking_like
from partners.applications import Application, Role, Status
from partners.merging import facts_of
from partners.models import Institution, Representation, Review
from partners.models.representation import people_acting_for

KEPT = gettext_noop(
    "Other records belong to this institution, and would be lost: it cannot be deleted. Merge it with its duplicate, or "
    "suspend it."
)
WAITING = "waits"  # the parameter of the filter
REVIEW, ORPHANED, UNMANAGED = "review", "orphaned", "unmanaged"


class WaitingFilter(admin.SimpleListFilter):
    """What waits for staff, each with the queryset's word for it."""

    title = gettext_lazy("what waits")
    parameter_name = WAITING
    WORDS = {
        REVIEW: (gettext_lazy("Waiting for review"), lambda rows: rows.waiting_for_review()),
        "answer": (gettext_lazy("Returned, waiting for the applicant"), lambda rows: rows.returned()),
        ORPHANED: (gettext_lazy("Nobody represents it any more"), lambda rows: rows.orphaned()),
        UNMANAGED: (gettext_lazy("Nobody manages its people"), lambda rows: rows.unmanaged()),
        "unrepresented": (gettext_lazy("Listed, never represented"), lambda rows: rows.never_represented()),
    }

    def lookups(self, request, model_admin):
        return [(name, label) for name, (label, _word) in self.WORDS.items()]

    def queryset(self, request, queryset):
        return self.WORDS[self.value()][1](queryset) if self.value() in self.WORDS else queryset


class RepresentationInline(ReadOnly, LinkedInline):
    """Who speaks for it; what can be done about each stands on a page of its own."""

    model = Representation
    fields = readonly_fields = ["user", "position", "is_manager", "asked_at", "accepted_at", "ended_at"]
    show_change_link = True
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).for_listing()


class ReviewInline(ReadOnly, LinkedInline):
    """What was decided about it. Whoever may see the institution may read this."""

    model = Review
    fields = readonly_fields = ["at", "decision", "by", "role", "person", "words"]
    verbose_name_plural = gettext_lazy("history of its review")
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by", "person")


def _is(*states):
    return lambda institution: institution.status in states


STEPS = [
    Step(
        "approve", gettext_lazy("Approve"), lambda row, by, answers: row.approve(by, answers["reason"]),
        gettext_lazy("listed. The applicant was told."), _is(Status.APPLIED), WordsForm,
    ),
    Step(
        "return", gettext_lazy("Return with a question"), lambda row, by, answers: row.return_with(answers["reason"], by),
        gettext_lazy("returned. The applicant was told."), _is(Status.APPLIED), QuestionForm,
    ),
    Step(
        "decline", gettext_lazy("Decline"), lambda row, by, answers: row.decline(answers["reason"], by),
        gettext_lazy("declined. The applicant was told."), _is(*Application.UNDER_REVIEW), ReasonForm,
    ),
    Step(
        "suspend", gettext_lazy("Suspend"), lambda row, by, answers: row.suspend(answers["reason"], by),
        gettext_lazy("suspended. Its page is not public now."), _is(Status.LISTED), ReasonForm,
    ),
    Step(
        "reinstate", gettext_lazy("List again"), lambda row, by, answers: row.reinstate(by, answers["reason"]),
        gettext_lazy("listed again."), _is(Status.SUSPENDED), WordsForm,
    ),
    Step(
        "verify", gettext_lazy("Verify for the Centre"),
        lambda row, by, answers: row.verify(by, answers["until"], answers["reason"]),
        gettext_lazy("verified. Everybody sees it."), _is(Status.APPLIED, Status.RETURNED, Status.LISTED, Status.SUSPENDED),
        UntilForm,
    ),
    Step(
        "confirm", gettext_lazy("Confirm for the focal point"),
        lambda row, by, answers: row.confirm(by, answers["until"], answers["reason"], role=Role.CENTRE),
        gettext_lazy("confirmed. Everybody sees it."), _is(Status.APPLIED, Status.RETURNED, Status.LISTED, Status.SUSPENDED),
        LetterForm,
    ),
]  # fmt: skip


@admin.register(Institution)
class InstitutionAdmin(StepsAdmin, TableAdmin):
    form = InstitutionForm
    resource_classes = [InstitutionTable]
    steps = STEPS
    step_template = "admin/partners/institution/step.html"
    change_form_template = "admin/partners/institution/change_form.html"
    list_display = ["title", "acronym", "kind", "country", "town", "status", "verification", "representatives"]
    list_of_waiting = ["title", "kind", "country", "town", "site", "applicant", "waiting", "looks_like"]
    list_filter = [WaitingFilter, "status", "kind", ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["country", "city"]
    search_fields = ["name_en"]
    search_help_text = gettext_lazy("Names, acronym, what it offers and looks for, in any of the three languages.")
    autocomplete_fields = ["country", "city", "sectors", "languages"]
    readonly_fields = ["status", "waiting", "verification", "profile_confirmed_at", "created_at"]
    inlines = [RepresentationInline, ReviewInline]
    actions = ["approve", "merge"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["name_en", "name_fr", "name_ar", "acronym", "slug", "kind"]}),
        (None, {"fields": ["country", "city", "city_name", "website", ("founded", "staff")]}),
        (gettext_lazy("Profile"), {"fields": ["sectors", "languages", "offers", "seeks", "written_in"]}),
        (gettext_lazy("Where it stands"), {"fields": readonly_fields}),
        (None, {"fields": ["source_url"]}),
    ]

    def get_urls(self):
        return [*merge.urls(self), *super().get_urls()]

    def queues(self, request):
        waits = self.address("changelist") + f"?{WAITING}="
        rows = Institution.objects
        return [
            Queue.of(
                gettext_lazy("Applications to review"), rows.waiting_for_review(), waits + REVIEW, "waiting_since"
            ),
            Queue(
                gettext_lazy("Institutions that nobody represents any more"), rows.orphaned().count(), waits + ORPHANED
            ),
            Queue(
                gettext_lazy("Institutions whose people nobody manages"), rows.unmanaged().count(), waits + UNMANAGED
            ),
        ]

    # --- The list -----------------------------------------------------------------------------------------------------

    def is_queue(self, request):
        return request.GET.get(WAITING) == REVIEW

    def get_queryset(self, request):
        rows = super().get_queryset(request).annotate(people=people_acting_for("pk"))
        return rows.annotate(applicant=_applicant(), looks_like=_looks_like()) if self.is_queue(request) else rows

    def get_list_display(self, request):
        return self.list_of_waiting if self.is_queue(request) else self.list_display

    def get_ordering(self, request):
        return ["waiting_since", "pk"] if self.is_queue(request) else ["name_en", "pk"]

    @admin.display(description=gettext_lazy("name"), ordering="name_en")
    def title(self, institution):
        return institution.name

    @admin.display(description=gettext_lazy("city"))
    def town(self, institution):
        return institution.place

    @admin.display(description=gettext_lazy("website"))
    def site(self, institution):
        return format_html(
            '<a href="{0}" rel="noopener nofollow">{1}</a>', institution.website, institution.website_host
        )

    @admin.display(description=gettext_lazy("applicant"))
    def applicant(self, institution):
        return institution.applicant

    @admin.display(description=gettext_lazy("waiting for"), ordering="waiting_since")
    def waiting(self, institution):
        return age(institution.waiting_since)

    @admin.display(description=gettext_lazy("duplicate"))
    def looks_like(self, institution):
        return _("perhaps: look") if institution.looks_like else ""

    @admin.display(description=gettext_lazy("verification"))
    def verification(self, institution):
        return "; ".join(
            _("%(level)s until %(day)s") % {"level": rung.level.label, "day": dates(rung.until)}
            if rung.until
            else str(rung.level.label)
            for rung in institution.rungs
        )

    @admin.display(description=gettext_lazy("representatives"), ordering="people")
    def representatives(self, institution):
        return institution.people

    # --- The form -----------------------------------------------------------------------------------------------------

    def more_tools(self, row):
        return audience_link(row) if row.is_under_review else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def view_on_site(self, institution):
        return institution.get_absolute_url() if institution.is_listed else None

    def save_model(self, request, institution, form, change):
        """Write what was typed and nothing else: a step that somebody takes meanwhile must not be undone."""
        if change:
            concrete = {field.name for field in Institution._meta.concrete_fields}
            institution.save(update_fields=[name for name in form.changed_data if name in concrete])
        else:
            super().save_model(request, institution, form, change)
            institution.enter(request.user)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["may_merge"] = change and self.has_step_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def step_context(self, request, row, step):
        return {
            "facts": facts_of(row),
            "people": row.representations.acting().for_listing(),
            "alike": looking_like(row),
            "reviews": row.reviews.select_related("by", "person"),
        }

    # --- Deleting: only what nothing points to ------------------------------------------------------------------------

    def get_actions(self, request):
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(self, request, object_id, extra_context=None):
        institution = self.get_object(request, unquote(object_id))
        if institution and self.has_delete_permission(request, institution) and institution.is_pointed_to:
            self.message_user(request, _(KEPT), messages.ERROR)
            return redirect(self.address("change", institution.pk))
        return super().delete_view(request, object_id, extra_context)

    # --- Actions ------------------------------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Approve the chosen applications"), permissions=["change"])
    def approve(self, request, queryset):
        if count := self.approve_each(request, queryset):
            told = ngettext("%(count)s application was approved.", "%(count)s applications were approved.", count)
            self.message_user(request, told % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Merge two records of the same institution"), permissions=["change"])
    def merge(self, request, queryset):
        if len(queryset) == 2:
            return redirect(merge.address(*merge.better_first(*queryset)))
        self.message_user(request, _("Choose exactly two records to merge."), messages.ERROR)
        return None


def _applicant():
    """The address of whoever manages the people of an application."""
    people = Representation.objects.acting().filter(institution=OuterRef("pk")).order_by("-is_manager", "accepted_at")
    return Subquery(people.values("user__email")[:1])


def _looks_like():
    """Whether something else on record may be the same: a like name in its country, or the same website."""
    named = Q()
    for name in ("name_en", "name_fr", "name_ar"):
        named |= Q(search_key__trigram_word_similar=Folded(NullIf(OuterRef(name), Value(""))))
    named &= Q(country=OuterRef("country"))
    hosted = ~Q(website="") & Q(website_host=OuterRef("website_host"))
    return Exists(Institution.objects.in_use().exclude(pk=OuterRef("pk")).filter(named | hosted))
