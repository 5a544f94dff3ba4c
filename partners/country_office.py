"""The admin of a national focal point: the records of their own country, to read, and corrections to propose.

It is a site of its own beside that of staff, so that what is not registered here does not exist for a focal point. Scope is
one queryset for each model: lists, search, detail pages, history, export and choices all ask it. Access follows the
designation: it begins on its first day, and ends with its term. The apps above register what they have in a module of the
same name. Staff may look at it as a focal point sees it, see `previewing.py`.
"""

from copy import copy
from operator import attrgetter

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db.models import CharField, DateField, TextField, URLField
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from import_export.fields import Field

from accounts.keeping import KeepsAnswers
from classifications.exchange import CityWidget, OutgoingTableAdmin, Table, link
from classifications.fields import LineField, LinesField
from classifications.history import changes_of
from classifications.models import Country
from classifications.office import LeadsToOwnRecords, LinkedInline, in_its_direction
from classifications.steps import ReadOnly, age
from partners import emails
from partners.applications import Role
from partners.forms import VerifiedFactsForm
from partners.models import Institution, ProposedChange, Review
from partners.previewing import SAFE, begin, end, may_preview, previewed
from partners.routing import waiting_for
from programmes.models import FocalPoint, Proposal
from programmes.tables import DesignationTable


class CountryOffice(KeepsAnswers, LeadsToOwnRecords, admin.AdminSite):
    site_header = gettext_lazy("Training and Technical Cooperation")
    site_title = gettext_lazy("Training and Technical Cooperation")
    index_title = gettext_lazy("The focal point’s records")
    index_template = "admin/country_office.html"
    enable_nav_sidebar = False

    def has_permission(self, request):
        """Whoever holds a designation today and has a second factor; staff while they look at what one sees."""
        user = request.user
        if not user.is_active:
            return False
        if previewed(request):
            return request.method in SAFE
        return user.designations.acting().exists() and is_mfa_enabled(user)

    def designations(self, request):
        """Those whose records are shown: the reader's own, or the one that staff look at."""
        if point := previewed(request):
            return FocalPoint.objects.acting().filter(pk=point.pk)
        return request.user.designations.acting()

    def reader(self, request):
        """Whose word is asked for: the reader's, or that of the one whom staff look at; an account or nobody."""
        point = previewed(request)
        return request.user if point is None else point.user or AnonymousUser()

    def may_read(self, request, model):
        """Whether a kind of records is shown at all: in a preview only what staff may see anyway."""
        return previewed(request) is None or request.user.has_perm(
            f"{model._meta.app_label}.view_{model._meta.model_name}"
        )

    def each_context(self, request):
        return super().each_context(request) | {"previewed": previewed(request)}

    def get_urls(self):
        return [
            path("preview/<int:pk>/", self.preview, name="preview"),
            path("leave/", self.leave, name="leave"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def preview(self, request, pk):
        """Staff begin to look at what one focal point sees; it is noted in the history of the designation."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        acting = FocalPoint.objects.acting() if may_preview(request.user) else FocalPoint.objects.none()
        point = get_object_or_404(acting.select_related("country", "programme"), pk=pk)
        if request.method == "POST":
            begin(request, point)
            note = _("Looked at what the focal point sees.")
            LogEntry.objects.log_actions(request.user.pk, [point], CHANGE, note, single_object=True)
            return redirect("country:index")
        context = {**admin.site.each_context(request), "original": point, "opts": point._meta,
                   "title": _("Look at what the focal point sees")}  # fmt: skip
        return TemplateResponse(request, "admin/focal_point/preview.html", context)

    @method_decorator(require_POST)
    def leave(self, request):
        """End the preview, and go back to the designation in the admin of staff."""
        point = end(request)
        return redirect("admin:programmes_focalpoint_change", point.pk) if point else redirect("country:index")

    def login(self, request, extra_context=None):
        """Lead to the portal's sign-in; a focal point without a second factor to setting one up."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("country:index"), reverse("account_login"))
        if previewed(request):
            messages.error(request, _("A preview changes nothing."))
            return redirect("country:index")
        if self.has_permission(request):
            return redirect("country:index")
        if request.user.designations.acting().exists():
            messages.warning(request, _("This opens once your account has a second factor. Set it up here."))
            return redirect("mfa_activate_totp")
        messages.error(request, _("This account does not belong to a national focal point in office."))
        return redirect("desk")

    def index(self, request, extra_context=None):
        waiting = [
            (each, age(each.waiting_since))
            for each in waiting_for(self.reader(request))
            if self.may_read(request, type(each))
        ]
        return super().index(request, {"waiting": waiting, **(extra_context or {})})


country_office = CountryOffice(name="country")


def proposal_form(model):
    """A form of the fields of `model` that a focal point may propose to correct, and of words to the Centre."""
    words = forms.CharField(
        label=gettext_lazy("Words to the Centre"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}), help_text=gettext_lazy("Why it is to change. May stay empty."),
    )  # fmt: skip
    base = type("ProposalForm", (forms.ModelForm,), {"words": words})
    return forms.modelform_factory(model, base, fields=model.PROPOSABLE, formfield_callback=_asked)


def _asked(column, **options):
    """The field of a form that asks for a column."""
    if isinstance(column, DateField):
        options["widget"] = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    if isinstance(column, URLField):
        options["assume_scheme"] = "https"
    elif isinstance(column, CharField) and not column.choices:
        options["form_class"] = LineField
    elif isinstance(column, TextField):
        options["form_class"] = LinesField
    return in_its_direction(column, column.formfield(**options))


class Scoped(ReadOnly, OutgoingTableAdmin):
    """Records of the countries whose focal point the reader is today; others are not found. `STATE` leads to the country."""

    STATE = "country"
    keeps_deleted = False  # what was deleted is not sorted by country
    actions = None

    def get_queryset(self, request):
        countries = self.admin_site.designations(request).values("country")
        return super().get_queryset(request).filter(**{f"{self.STATE}__in": countries})

    def has_module_permission(self, request):
        return self.admin_site.has_permission(request) and self.admin_site.may_read(request, self.model)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request) and (
            obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()
        )

    # --- Proposing a correction -----------------------------------------------------------------------------------------

    change_form_template = "admin/country_record.html"

    def get_urls(self):
        if not hasattr(self.model, "PROPOSABLE"):
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_propose"
        view = self.admin_site.admin_view(self.propose_correction_view)
        return [path("<int:pk>/propose/", view, name=name), *super().get_urls()]

    def may_be_corrected(self, row):
        """Whether a record is such that corrections can be proposed; what is no fact for readers yet is not."""
        return True

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if hasattr(self.model, "PROPOSABLE") and previewed(request) is None and self.may_be_corrected(obj):
            context["propose_url"] = f"country:{self.opts.app_label}_{self.opts.model_name}_propose"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def propose_correction_view(self, request, pk):
        """Propose other values of what is on record; the record stays as it is until the Centre has decided."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or previewed(request) or not self.may_be_corrected(row):
            raise Http404
        form = proposal_form(self.model)(request.POST if request.method == "POST" else None, instance=copy(row))
        if form.is_valid():
            country = attrgetter(f"{self.STATE}_id".replace("__", "."))(row)
            point = self.admin_site.designations(request).filter(country=country).order_by("-role", "pk").first()
            facts = {name: form.cleaned_data[name] for name in self.model.PROPOSABLE}
            words = form.cleaned_data["words"]
            proposal = Proposal.propose(point, request.user, Proposal.Kind.CORRECTION, row, facts, words)
            messages.success(
                request, _("Sent. It stays as it is until it is decided on.") if proposal else _("Nothing differs.")
            )
            return redirect(f"country:{self.opts.app_label}_{self.opts.model_name}_change", pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": row, "form": form,
            "title": _("Propose a correction"), "subtitle": str(row),
        }  # fmt: skip
        return TemplateResponse(request, "admin/country_propose.html", context, status=400 if form.is_bound else 200)

    def lookup_allowed(self, lookup, value, request=None):
        """Only what the filters beside the list ask: other questions could tell of what is not shown."""
        named = [each if isinstance(each, str) else each[0] for each in self.list_filter if not isinstance(each, type)]
        asked = [*named, *(each.parameter_name for each in self.list_filter if isinstance(each, type))]
        known = any(lookup == name or lookup.startswith(f"{name}__") for name in asked)
        return known and super().lookup_allowed(lookup, value, request)

    def history_view(self, request, object_id, extra_context=None):
        """What changed and what was decided, and when; who did it is for the Centre."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "object": row, "original": row,
            "title": _("History: %(record)s") % {"record": row}, "changes": changes_of(row),
            "steps": row.reviews.all() if hasattr(row, "reviews") else [],
        }  # fmt: skip
        return TemplateResponse(request, "admin/country_history.html", context)


class HistoryInline(ReadOnly, LinkedInline):
    model = Review
    fields = readonly_fields = ["at", "decision", "role", "words"]
    verbose_name_plural = gettext_lazy("history of its review")
    template = "admin/history_inline.html"
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True


class CorrectionForm(VerifiedFactsForm):
    """Facts of an institution but its country, of which others know nothing here."""

    country = None


class CountryInstitutionTable(Table):
    """What the page of an institution shows."""

    country = link("country", Country, "iso2")
    city = Field("city", "city", CityWidget())

    class Meta:
        model = Institution
        import_id_fields = ["slug"]
        fields = [
            "slug", "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city", "city_name", "website", "offers",
            "seeks", "status", "confirmed_on", "confirmed_until", "verified_on", "verified_until",
        ]  # fmt: skip


@admin.register(Institution, site=country_office)
class CountryInstitutionAdmin(Scoped):
    resource_classes = [CountryInstitutionTable]
    list_display = ["name_here", "acronym", "kind", "place", "status", "waiting"]
    list_filter = ["status", "kind"]
    list_select_related = ["country", "city"]
    search_fields = ["name_en"]
    fields = readonly_fields = [
        "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "place", "website", "offers", "seeks", "status",
        "confirmed_on", "confirmed_until", "verified_on", "verified_until", "profile_confirmed_at",
    ]  # fmt: skip
    inlines = [HistoryInline]
    change_form_template = "admin/country_institution.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.propose_view)
        return [path("<int:pk>/propose/", view, name="partners_institution_propose"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        waiting = Institution.objects.for_word_of(request.user).filter(pk=obj.pk)
        context["may_say_word"] = previewed(request) is None and waiting.exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def propose_view(self, request, pk):
        """Propose a correction of facts; it waits for the Centre, and the page stays as it is until then."""
        institution = self.get_queryset(request).listed().filter(pk=pk).first()
        if institution is None or previewed(request):
            raise Http404
        facts = {name: getattr(institution, name) for name in Institution.VERIFIED_FACTS}
        form = CorrectionForm(request.POST if request.method == "POST" else None, initial=facts)
        if form.is_valid():
            change = ProposedChange.propose(institution, request.user, form.cleaned_data, role=Role.FOCAL_POINT)
            messages.success(
                request, _("Sent. The page stays as it is until it is decided on.") if change else _("Nothing differs.")
            )
            return redirect("country:partners_institution_change", pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": institution, "form": form,
            "title": _("Propose a correction"), "subtitle": str(institution),
        }  # fmt: skip
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/country_propose.html", context, status=status)

    @admin.display(description=gettext_lazy("institution"), ordering="name_en")
    def name_here(self, institution):
        return institution.name

    @admin.display(description=gettext_lazy("city"))
    def place(self, institution):
        return institution.place

    @admin.display(description=gettext_lazy("waiting for"), ordering="waiting_since")
    def waiting(self, institution):
        return age(institution.waiting_since)


class DeputyForm(forms.Form):
    """Proposing a deputy."""

    words = forms.CharField(
        label=gettext_lazy("Office of the deputy, and how to reach it"), max_length=1000,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=gettext_lazy("The Centre reads it. It designates once your authorities have written."),
    )  # fmt: skip


@admin.register(FocalPoint, site=country_office)
class CountryFocalPointAdmin(Scoped):
    resource_classes = [DesignationTable]
    list_display = ["network", "role", "office_here", "designated_on", "term_ends_on", "ended_on"]
    list_filter = ["role"]
    list_select_related = ["country", "programme"]
    search_fields = ["programme__name_en", "programme__acronym", "office_en", "office_fr", "office_ar"]
    fields = readonly_fields = [
        "country", "programme", "role", "office_en", "office_fr", "office_ar", "designated_on", "term_ends_on", "ended_on",
        "confirmed_on",
    ]  # fmt: skip
    change_form_template = "admin/country_focal_point.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.deputy_view)
        return [path("<int:pk>/deputy/", view, name="programmes_focalpoint_deputy"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["is_own"] = previewed(request) is None and self._own(request).filter(pk=obj.pk).exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=gettext_lazy("programme or network"), ordering="programme__name_en")
    def network(self, point):
        return point.programme.short_name

    @admin.display(description=gettext_lazy("office"), ordering="office_en")
    def office_here(self, point):
        return point.office

    def may_be_corrected(self, row):
        return row.is_acting

    def _own(self, request):
        """The reader's own designations, of focal points; deputies propose none."""
        return self.admin_site.designations(request).heads()

    def deputy_view(self, request, pk):
        """Propose a deputy to the Centre."""
        point = self._own(request).select_related("country", "programme").filter(pk=pk).first()
        if point is None or previewed(request):
            raise Http404
        form = DeputyForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            emails.tell_centre_of_deputy(point.propose_deputy(request.user, form.cleaned_data["words"]))
            messages.success(request, _("Sent. The Centre will write to you."))
            return redirect("country:programmes_focalpoint_change", pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": point, "form": form,
            "title": _("Propose a deputy"), "subtitle": str(point),
        }  # fmt: skip
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/country_deputy.html", context, status=status)
