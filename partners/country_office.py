"""The admin of a national focal point: the records of their own country, to read, and corrections to propose.

It is a site of its own beside that of staff, so that what is not registered here does not exist for a focal point. Scope is
one queryset for each model: lists, search, detail pages, history and choices all ask it. Access follows the designation:
it begins on its first day, and ends with its term.
"""

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.keeping import KeepsAnswers
from classifications.office import LinkedInline, RecordAdmin
from classifications.steps import ReadOnly, age
from partners import emails
from partners.applications import Role
from partners.forms import VerifiedFactsForm
from partners.models import Institution, ProposedChange, Review
from programmes.models import FocalPoint


class CountryOffice(KeepsAnswers, admin.AdminSite):
    site_header = gettext_lazy("Training and Technical Cooperation")
    site_title = gettext_lazy("Training and Technical Cooperation")
    index_title = gettext_lazy("The focal point’s records")
    index_template = "admin/country_office.html"
    enable_nav_sidebar = False

    def has_permission(self, request):
        """Whoever holds a designation today and has a second factor."""
        user = request.user
        return user.is_active and user.designations.acting().exists() and is_mfa_enabled(user)

    def login(self, request, extra_context=None):
        """Lead to the portal's sign-in; a focal point without a second factor to setting one up."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("country:index"), reverse("account_login"))
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
            for each in Institution.objects.for_word_of(request.user).select_related("country")
        ]
        return super().index(request, {"waiting": waiting, **(extra_context or {})})


country_office = CountryOffice(name="country")


class Scoped(ReadOnly, RecordAdmin):
    """Records of the countries whose focal point the reader is today; others are not found."""

    keeps_deleted = False  # what was deleted is not sorted by country
    actions = None

    def get_queryset(self, request):
        countries = request.user.designations.acting().values("country")
        return super().get_queryset(request).filter(country__in=countries)

    def has_module_permission(self, request):
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request) and (
            obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()
        )


class HistoryInline(ReadOnly, LinkedInline):
    model = Review
    fields = readonly_fields = ["at", "decision", "role", "reason"]
    verbose_name_plural = gettext_lazy("history of its review")
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True


class CorrectionForm(VerifiedFactsForm):
    """Facts of an institution but its country, of which others know nothing here."""

    country = None


@admin.register(Institution, site=country_office)
class CountryInstitutionAdmin(Scoped):
    list_display = ["name_en", "acronym", "kind", "place", "status", "waiting"]
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
        context["may_say_word"] = Institution.objects.for_word_of(request.user).filter(pk=obj.pk).exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def propose_view(self, request, pk):
        """Propose a correction of facts; it waits for the Centre, and the page stays as it is until then."""
        institution = self.get_queryset(request).listed().filter(pk=pk).first()
        if institution is None:
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
    list_display = ["programme", "role", "office_en", "designated_on", "term_ends_on", "ended_on"]
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
        context["is_own"] = self._own(request).filter(pk=obj.pk).exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _own(self, request):
        """The reader's own designations, of focal points; deputies propose none."""
        return request.user.designations.acting().heads()

    def deputy_view(self, request, pk):
        """Propose a deputy to the Centre."""
        point = self._own(request).select_related("country", "programme").filter(pk=pk).first()
        if point is None:
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
