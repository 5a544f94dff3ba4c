"""The admin's entrance: staff come in through the portal's own sign-in, with a second factor."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.keeping import KeepsAnswers
from classifications.charts import Chart, Number, Row
from classifications.exchange import ImportFilter, imports, rows_of_import
from classifications.office import LeadsToOwnRecords
from classifications.steps import AGES

LAST_IMPORTS = 5
gettext_noop("View")  # the link beside what one may only read: Django's own Arabic and French name a way of showing it


def _ages(queues):
    """The chart of what waits, by how long it has been waiting; none where nothing does."""
    rows = [Row(queue.label, list(queue.by_age)) for queue in queues if queue.by_age and queue.count]
    return [Chart(gettext_lazy("How long it has been waiting"), gettext_lazy("What waits"), AGES, rows)] if rows else []


def yes_or_no(value):
    """The tick or the cross of a column, or the question mark where nothing is known, with a word for those who hear it."""
    name, word = {True: ("yes", _("Yes")), False: ("no", _("No")), None: ("unknown", _("Unknown"))}[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), word)


class LabelledChoices(AutocompleteJsonView):
    """The choices of a search field, named as the admin of their model names them."""

    def serialize_result(self, obj, to_field_name):
        label = getattr(self.model_admin, "label", str)
        return super().serialize_result(obj, to_field_name) | {"text": label(obj)}


class PortalAdminSite(KeepsAnswers, LeadsToOwnRecords, admin.AdminSite):
    site_header = gettext_lazy("Training and Technical Cooperation")
    site_title = gettext_lazy("Training and Technical Cooperation")
    index_title = gettext_lazy("The Centre’s desk")
    enable_nav_sidebar = False

    def has_permission(self, request):
        """Active staff whose account has a second factor; allauth asks for it at sign-in wherever there is one."""
        return super().has_permission(request) and is_mfa_enabled(request.user)

    def index(self, request, extra_context=None):
        """The first page, with what waits for staff and how things stand: each admin that knows something says so itself."""
        offices = [office for office in self._registry.values() if office.has_view_permission(request)]
        queues = [queue for office in offices if hasattr(office, "queues") for queue in office.queues(request)]
        charts = [chart for office in offices if hasattr(office, "charts") for chart in office.charts(request)]
        context = {"queues": queues, "charts": [*_ages(queues), *charts], "imports": self._last_imports(request)}
        return super().index(request, context | (extra_context or {}))

    def _last_imports(self, request):
        """The last imports of what the reader may see, as pairs of the entry and its numbers of new and changed rows."""
        seen = []
        for entry in imports().select_related("user", "content_type")[:LAST_IMPORTS]:
            office = self._registry.get(entry.content_type.model_class())
            if office and office.has_view_permission(request):
                listed = reverse(admin_urlname(office.opts, "changelist"))
                names = [f"{entry.pk}-{kind}" for kind in ImportFilter.KINDS]
                rows = office.get_queryset(request)
                seen.append(
                    (entry, [Number(rows_of_import(rows, each).count(), f"{listed}?import={each}") for each in names])
                )
        return seen

    def login(self, request, extra_context=None):
        """Lead to the portal's sign-in; staff without a second factor to setting one up."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        if request.user.is_staff and not is_mfa_enabled(request.user):
            messages.warning(request, _("The admin opens once your account has a second factor. Set it up here."))
            return redirect("mfa_activate_totp")
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.designations.acting().exists():
            return redirect("country:index")
        messages.error(request, _("This account does not belong to the staff of the Centre."))
        return redirect("desk")

    def autocomplete_view(self, request):
        return LabelledChoices.as_view(admin_site=self)(request)
