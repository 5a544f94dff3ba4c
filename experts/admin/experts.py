"""The Centre's staff review experts here: a queue with its age, a page for each step, records to merge, figures.

What an expert says of themselves is theirs to change; staff read it, as far as the expert agrees to be kept.
"""

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from classifications.office import YesOrNoFilter
from classifications.steps import Queue, ReadOnly, ReasonForm, Step, StepsAdmin, WordsForm, age
from classifications.written import dates, digits, labelled, number
from experts import duplicates
from experts.admin import figures, merge
from experts.cv import link_to_cv
from experts.models import Expert
from experts.readers import is_staff
from partners.applications import Status


def _lines(rows):
    """Write rows one below the other; None, for which the admin writes a dash, where there are none."""
    lines = [(format_html_join(" · ", "<bdi>{}</bdi>", ((part,) for part in parts if part)),) for parts in rows]
    return format_html_join("", "<div>{}</div>", lines) or None


class ReasonToExpertForm(ReasonForm):
    """A step that is explained to the expert, who must not read in it what was said in confidence."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The expert reads it as you write it. Do not quote references: they were promised that only the Centre reads"
            " their words."
        )


def _fits(*states):
    return lambda expert: expert.status in states


class OnARosterFilter(YesOrNoFilter):
    title = _("place on a roster")
    parameter_name = "on-a-roster"
    yes, no = _("On a roster"), _("On none any more")

    def are(self, experts):
        return experts.on_rosters()


class WithExpertsFilter(admin.RelatedFieldListFilter):
    """Offers the values that any expert of the list has, each looked up: Django's own reads all experts to find them."""

    include_empty_choice = False  # nobody in the list lacks one

    def field_choices(self, field, request, model_admin):
        experts = model_admin.get_queryset(request).order_by()
        if field.many_to_many:  # a query in a query stays one look-up for each value, a join would read all links
            expert, value = field.m2m_field_name(), field.m2m_reverse_field_name()
            listed = IsNull(Subquery(experts.filter(pk=OuterRef(expert)).values("pk")[:1]), False)
            having = field.remote_field.through.objects.filter(Q(listed), **{value: OuterRef("pk")})
        else:
            having = experts.filter(**{field.name: OuterRef("pk")})
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=Q(Exists(having)))


class KeysFirst(Paginator):
    """Counts, and reads of the rows before a page, their keys alone, which an index has."""

    @cached_property
    def count(self):
        return self.object_list.values("pk").count()

    def _get_page(self, rows, *args):
        return super()._get_page(self.object_list.filter(pk__in=rows.values("pk")), *args)


@admin.register(Expert)
class ExpertAdmin(ReadOnly, StepsAdmin):
    change_list_template = "admin/experts/expert/change_list.html"
    change_form_template = "admin/experts/expert/change_form.html"
    list_display = ["name", "status", "age", "nationality", "on_rosters", "renewed_at", "endorsed_on"]
    list_filter = [
        "status", OnARosterFilter, "memberships__roster", "gender", ("sectors", WithExpertsFilter),
        ("nationality", WithExpertsFilter),
    ]  # fmt: skip
    search_fields = ["name"]
    paginator = KeysFirst
    ordering = ["waiting_since", "-created_at"]
    fields = readonly_fields = [
        "title", "name", "name_ar", "email", "nationality", "residence", "gender", "on_rosters", "in_sectors", "spoken",
        "degree", "years", "employer_name", "summary_en", "summary_fr", "summary_ar", "past_assignments", "way",
        "days_per_year", "free", "open_cv", "told_by_references", "agreed", "status", "at_events", "history", "renewed_at",
        "endorsed_on",
    ]  # fmt: skip
    steps = [
        Step(
            "approve", pgettext_lazy("to take up among the experts", "List"),
            lambda row, by, answers: row.approve(by, answers["reason"]),
            _("listed. The expert was told."), _fits(Status.APPLIED), WordsForm,
        ),
        Step(
            "return", _("Return with a question"), lambda row, by, answers: row.return_with(answers["reason"], by),
            _("returned. The expert was told."), _fits(Status.APPLIED), ReasonToExpertForm,
        ),
        Step(
            "decline", _("Decline"), lambda row, by, answers: row.decline(answers["reason"], by),
            _("declined. The expert was told."), _fits(Status.APPLIED, Status.RETURNED), ReasonToExpertForm,
        ),
        Step(
            "suspend", _("Suspend"), lambda row, by, answers: row.suspend(answers["reason"], by),
            _("suspended. The expert was told."), _fits(Status.LISTED), ReasonToExpertForm,
        ),
        Step(
            "reinstate", _("List again"), lambda row, by, answers: row.reinstate(by, answers["reason"]),
            _("listed again. The expert was told."), _fits(Status.SUSPENDED), WordsForm,
        ),
    ]  # fmt: skip

    def get_queryset(self, request):
        readable = Expert.objects.readable_by(request.user) if is_staff(request.user) else Expert.objects.none()
        return readable.select_related("nationality", "user").prefetch_related("memberships__roster")

    def get_urls(self):
        return [*merge.urls(self), *figures.urls(self), *super().get_urls()]

    def queues(self, request):
        rows = Expert.objects.waiting_for_review().filter(is_kept=True)
        url = self.address("changelist") + "?status__exact=applied"
        queues = [Queue.of(_("Experts to review"), rows, url, "waiting_since")]
        if self.has_step_permission(request):
            twice = Queue(_("Experts who may be recorded twice"), duplicates.count(), self.address("duplicates"))
            queues.append(twice)
        return queues

    def changelist_view(self, request, extra_context=None):
        more = {"may_merge": self.has_step_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["may_merge"] = change and self.has_step_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def name_of(self, expert):
        return expert.name

    def view_on_site(self, expert):
        rosters = expert.rosters_in_order
        return reverse("experts:expert", args=[rosters[0].slug, expert.key]) if rosters else None

    @admin.display(description=_("waiting for"), ordering="waiting_since")
    def age(self, expert):
        return age(expert.waiting_since)

    @admin.display(description=_("rosters"))
    def on_rosters(self, expert):
        return pgettext("between names in a list", ", ").join(str(each.roster) for each in expert.memberships.all())

    @admin.display(description=_("sectors"))
    def in_sectors(self, expert):
        return pgettext("between names in a list", ", ").join(str(sector) for sector in expert.sectors_by_name)

    @admin.display(description=_("languages"))
    def spoken(self, expert):
        return pgettext("between names in a list", ", ").join(
            str(each) for each in expert.languages.select_related("language")
        )

    @admin.display(description=_("e-mail address"))
    def email(self, expert):
        return expert.email

    @admin.display(description=_("years of experience"))
    def years(self, expert):
        return expert.years

    @admin.display(description=_("employer"))
    def employer_name(self, expert):
        return expert.employer_name or None

    @admin.display(description=_("past assignments"))
    def past_assignments(self, expert):
        return _lines(
            (each.what, digits(each.year), each.country and each.country.name, each.client)
            for each in expert.assignments_latest_first
        )

    @admin.display(description=_("free"))
    def free(self, expert):
        return _lines((dates(each.starts_on, each.until),) for each in expert.periods_to_come)

    @admin.display(description=_("CV"))
    def open_cv(self, expert):
        return link_to_cv(expert) if expert.cv else None

    @admin.display(description=_("references"))
    def told_by_references(self, expert):
        told = [(each.name, each.get_answer_display(), each.words) for each in expert.references.named()]
        return _lines((name, answer or _("not answered yet"), words) for name, answer, words in told)

    @admin.display(description=_("agrees to"))
    def agreed(self, expert):
        return pgettext("between names in a list", ", ").join(str(each) for each in expert.consents.in_force())

    @admin.display(description=_("assignments at events"))
    def at_events(self, expert):
        """What the Centre invited the expert to, with its rating."""
        return _lines(
            (
                format_html('<a href="{}">{}</a>', reverse("admin:events_engagement_change", args=[each.pk]), each.event),
                dates(each.event.starts_on, each.event.ends_on), each.get_status_display(),
                each.rating and labelled(_("Rating"), number(each.rating)), each.rating_words,
            )
            for each in expert.engagements.newest_first()
        )  # fmt: skip

    @admin.display(description=_("history"))
    def history(self, expert):
        return _lines((dates(localdate(each.at)), each, each.as_whom, each.words) for each in expert.reviews.all())
