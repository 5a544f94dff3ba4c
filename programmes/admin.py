"""Staff keep programmes here, the offices and committees that serve them, and the pages on OIC-VET and the portal."""

import tablib
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localdate, now
from django.utils.translation import get_language_info, gettext, override, pgettext
from django.utils.translation import gettext_lazy as _

from classifications.admin import NAMES, SUMMARIES
from classifications.charts import Chart, Number, Row
from classifications.exchange import Table, TableAdmin, link, links
from classifications.history import changes_of
from classifications.models import Sector
from classifications.office import DocumentInline, LinkedInline, NamesFilter, YesOrNoFilter, download_link
from classifications.spreadsheets import CSV, XLSX
from classifications.steps import Queue
from classifications.written import LANGUAGES, marked
from programmes import proposals  # noqa: F401  registers what focal points propose
from programmes.exchange import CommitteeTable, DocumentTable, PageTable, SeatTable
from programmes.forms import EndForm, FocalPointForm, VacancyFilters
from programmes.models import Committee, DesignationStep, FocalPoint, Page, Programme, ProgrammeDocument, Seat, Theme
from programmes.seats import OIC_VET, programmes_with_seats, seats_of, vacant
from programmes.tables import OFFICES, FocalPointTable

BACKGROUNDS = ["background_en", "background_fr", "background_ar"]


class ThemeTable(Table):
    class Meta:
        model = Theme
        import_id_fields = ["slug"]
        fields = ["slug", *NAMES, *SUMMARIES]


@admin.register(Theme)
class ThemeAdmin(TableAdmin):
    resource_classes = [ThemeTable]
    list_display = [*NAMES, "programme_count"]
    list_filter = [NamesFilter]
    search_fields = ["slug", *NAMES]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [*NAMES, "slug", *SUMMARIES]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(programme_count=Count("programmes"))

    def deletions(self):
        return super().deletions().filter(theme=None)

    @admin.display(description=_("programmes"), ordering="programme_count")
    def programme_count(self, theme):
        return theme.programme_count


class ProgrammeTable(Table):
    theme = link("theme", Theme, "slug")
    sectors = links("sectors", Sector, "slug", among="below_themes")

    class Meta:
        model = Programme
        import_id_fields = ["slug"]
        fields = [
            "slug", *NAMES, "acronym", "aliases", "nature", "theme", "sectors", "launched_year", *SUMMARIES,
            *BACKGROUNDS, "source_url",
        ]  # fmt: skip


class ProgrammeDocumentInline(DocumentInline):
    model = ProgrammeDocument
    fields = ["purpose", "activity", "title_en", "title_fr", "title_ar", "language", "file", "download", "version"]
    readonly_fields = ["download", "version"]

    def get_queryset(self, request):
        return super().get_queryset(request).current()


@admin.register(Programme)
class ProgrammeAdmin(TableAdmin):
    resource_classes = [ProgrammeTable]
    list_display = ["name_here", "acronym", "nature", "theme", "launched_year"]
    list_filter = ["nature", NamesFilter, "theme"]
    list_select_related = ["theme"]
    search_fields = ["name_en"]
    autocomplete_fields = ["theme", "sectors"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [ProgrammeDocumentInline]
    fieldsets = [
        (None, {"fields": [*NAMES, "acronym", "aliases", "slug", "nature", "launched_year"]}),
        (_("Theme and sectors"), {"fields": ["theme", "sectors"]}),
        (_("Texts"), {"fields": [*SUMMARIES, *BACKGROUNDS, "source_url"]}),
    ]

    @admin.display(description=_("name"), ordering="name_en")
    def name_here(self, programme):
        return marked(programme.name)

    def label(self, programme):
        return f"{programme.acronym} · {programme.name}" if programme.acronym else programme.name


class CurrentFilter(YesOrNoFilter):
    title = _("version")
    parameter_name = "current"
    yes, no = _("Current"), _("Replaced by a newer version")

    def are(self, documents):
        return documents.current()


@admin.register(ProgrammeDocument)
class ProgrammeDocumentAdmin(TableAdmin):
    resource_classes = [DocumentTable]
    list_display = [
        "title_en", "purpose", "activity", "programme", "language", "version", "is_current", "download", "published_on",
    ]  # fmt: skip
    list_filter = [CurrentFilter, "purpose", "activity", "language"]
    list_select_related = ["programme", "language"]
    search_fields = ["title_en", "title_fr", "title_ar", "programme__name_en", "programme__acronym"]
    autocomplete_fields = ["programme", "language"]
    readonly_fields = ["download", "version", "published_on", "replaced_at"]
    fields = [
        "programme", "purpose", "activity", "title_en", "title_fr", "title_ar", "language", "file", "download", "version",
        "published_on", "replaced_at",
    ]  # fmt: skip

    @admin.display(description=_("current"), boolean=True)
    def is_current(self, document):
        return document.replaced_at is None

    @admin.display(description=_("stored file"))
    def download(self, document):
        return download_link(document)


class ActingFilter(YesOrNoFilter):
    title = _("in force")
    parameter_name = "in-force"
    yes, no = _("In force"), _("To come or over")

    def are(self, focal_points):
        return focal_points.acting()


class TermEndingFilter(YesOrNoFilter):
    title = _("term ends within 90 days")
    parameter_name = "term-ending"
    yes, no = _("Yes"), _("No")

    def are(self, focal_points):
        return focal_points.ending_within(days=90)


class ConfirmedFilter(YesOrNoFilter):
    title = _("confirmed this year")
    parameter_name = "confirmed"
    yes, no = _("Yes"), _("No")

    def are(self, focal_points):
        return focal_points.confirmed_in(localdate().year)


class MemberStateFilter(YesOrNoFilter):
    title = _("member state")
    parameter_name = "member-state"
    yes, no = _("Yes"), _("No")

    def are(self, focal_points):
        return focal_points.of_member_states()


class DesignationStepInline(LinkedInline):
    model = DesignationStep
    fields = readonly_fields = ["at", "what", "by", "words", "told_at"]
    template = "admin/history_inline.html"
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


@admin.register(FocalPoint)
class FocalPointAdmin(TableAdmin):
    """Designations. They begin by being added, or by succeeding another one, and end by a step; each is told by letter."""

    form = FocalPointForm
    resource_classes = [FocalPointTable]
    list_display = [
        "country", "network", "role", "office_here", "designated_on", "term_ends_on", "ended_on", "confirmed_on",
    ]  # fmt: skip
    list_filter = [
        ActingFilter, TermEndingFilter, ConfirmedFilter, MemberStateFilter, "role", "country__oic_group",
        ("country", admin.RelatedOnlyFieldListFilter), ("programme", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["country", "programme"]
    search_fields = [
        "country__name_en", "country__name_fr", "country__name_ar", "country__iso2", "programme__name_en",
        "programme__acronym", *OFFICES, "person", "email",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["country", "programme", "role"]}),
        (_("Office"), {"fields": OFFICES}),
        (_("Person"), {"fields": ["person", "email", "may_publish_person", "user"]}),
        (_("Term"), {"fields": ["designated_on", "term_ends_on", "letter", "stored_letter"]}),
        (_("End"), {"fields": ["ended_on", "ended_because", "confirmed_on"]}),
    ]
    SEAT = ["country", "programme", "role"]
    VACANCIES_AS = {"csv": CSV, "xlsx": XLSX}
    readonly_fields = ["stored_letter", "ended_on", "ended_because", "confirmed_on"]
    autocomplete_fields = ["country", "programme", "user"]
    inlines = [DesignationStepInline]
    actions = ["confirm"]
    change_form_template = "admin/focal_point/change_form.html"
    import_export_change_list_template = "admin/focal_point/change_list.html"

    def queues(self, request):
        """What the first page of the admin says of focal points."""
        listed = reverse("admin:programmes_focalpoint_changelist")
        oic_vet = reverse("admin:programmes_focalpoint_vacancies") + f"?programme={OIC_VET}"
        seats = seats_of(OIC_VET)
        ending, unconfirmed = (
            FocalPoint.objects.ending_within(days=90).count(),
            FocalPoint.objects.acting().exclude(pk__in=FocalPoint.objects.confirmed_in(localdate().year)).count(),
        )
        return [
            Queue(_("Vacant seats of OIC-VET"), vacant(seats), oic_vet),
            Queue(_("Terms that end within 90 days"), ending, f"{listed}?term-ending=yes"),
            Queue(_("Focal points not confirmed this year"), unconfirmed, f"{listed}?in-force=yes&confirmed=no"),
        ]

    def charts(self, request):
        """Vacant and held seats of each programme that has, or had, a focal point."""
        vacancies = reverse("admin:programmes_focalpoint_vacancies")
        held = reverse("admin:programmes_focalpoint_changelist") + "?in-force=yes&role__exact=focal_point"
        rows = []
        for programme in programmes_with_seats():
            seats = seats_of(programme.slug)
            n = vacant(seats)
            in_states = f"{held}&programme__id__exact={programme.pk}&member-state=yes"
            numbers = [Number(n, f"{vacancies}?programme={programme.slug}"), Number(len(seats) - n, in_states)]
            rows.append(Row(programme.short_name, numbers))
        return (
            [Chart(_("Seats of focal points"), _("Programme"), [_("Vacant"), pgettext("a seat", "Held")], rows)]
            if rows
            else []
        )

    # --- Steps --------------------------------------------------------------------------------------------------------

    def get_urls(self):
        name = "programmes_focalpoint"
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/succeed/", view(self.succeed_view), name=f"{name}_succeed"),
            path("<int:pk>/end/", view(self.end_view), name=f"{name}_end"),
            path("<int:pk>/letter/", view(self.letter_view), name=f"{name}_letter"),
            path("vacancies/", view(self.vacancies_view), name=f"{name}_vacancies"),
            path("vacancies/<str:kind>/", view(self.vacancies_export_view), name=f"{name}_vacancies_export"),
            *super().get_urls(),
        ]

    def _found(self, request, pk):
        if not self.has_change_permission(request):
            raise PermissionDenied
        point = self.get_object(request, str(pk))
        if point is None:
            raise Http404
        return point

    def succeed_view(self, request, pk):
        """The form of a new designation that takes the seat of this one: one step ends the old and begins the new."""
        request.predecessor = self._found(request, pk)
        title = gettext("Successor of: %(focal_point)s") % {"focal_point": request.predecessor}
        try:
            return self.add_view(request, extra_context={"title": title, "predecessor": request.predecessor})
        except ValidationError as error:  # somebody was faster
            messages.error(request, " ".join(error.messages))
            return redirect("admin:programmes_focalpoint_change", pk)

    def end_view(self, request, pk):
        point = self._found(request, pk)
        form = EndForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                point.end(request.user, form.cleaned_data["on"], form.cleaned_data["because"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                self.log_change(request, point, gettext("Ended."))
                if point.is_reached:
                    messages.success(request, gettext("Ended. The office will be told."))
                else:
                    messages.warning(
                        request,
                        gettext("Ended. Nobody is told: the designation has neither an address nor an account."),
                    )
                return redirect("admin:programmes_focalpoint_change", pk)
        title = gettext("End the designation")
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": point, "form": form, "title": title
        }  # fmt: skip
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/focal_point/end.html", context, status=status)

    def letter_view(self, request, pk):
        """The letter of designation, for staff alone."""
        point = self._found(request, pk)
        if not point.letter or not point.letter.storage.exists(point.letter.name):
            raise Http404
        name = f"{point.country.iso2}-{point.programme.slug}-{point.designated_on}.pdf"
        return FileResponse(point.letter.open("rb"), as_attachment=True, filename=name)

    def _vacancies(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return VacancyFilters(request.GET)

    def vacancies_view(self, request):
        """The vacant seats of every programme that has, or had, a focal point."""
        filters = self._vacancies(request)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": gettext("Vacant seats"),
            "found": filters.found(), "filters": filters,
        }  # fmt: skip
        return TemplateResponse(request, "admin/focal_point/vacancies.html", context)

    def vacancies_export_view(self, request, kind):
        """The same as a table."""
        filters = self._vacancies(request)
        if kind not in self.VACANCIES_AS:
            raise Http404
        table = tablib.Dataset(headers=["programme", "country", "name", "oic_group", "vacant_since"])
        for programme, seats in filters.found():
            for each in seats:
                country = each.country
                table.append(
                    [programme.slug, country.iso2, str(country.name), country.oic_group, each.vacant_since or ""]
                )
        written = self.VACANCIES_AS[kind]()
        data = written.export_data(table)
        return HttpResponse(
            data if written.is_binary() else data.encode(self.to_encoding),
            content_type=written.get_content_type(),
            headers={"Content-Disposition": f'attachment; filename="vacancies-{localdate()}.{kind}"'},
        )

    @admin.action(description=_("Confirmed by the country today"), permissions=["change"])
    def confirm(self, request, focal_points):
        in_force = list(focal_points.acting())
        for point in in_force:
            point.confirm(request.user)
        if in_force:
            messages.success(request, gettext("Noted."))
        if len(in_force) < focal_points.count():
            messages.warning(request, gettext("Left out: designations that are not in force today."))

    def save_model(self, request, obj, form, change):
        if change:
            obj.save(update_fields=form.changed_data)  # not the day on which somebody else has ended it meanwhile
            if "user" in form.changed_data:
                obj.steps.create(what=DesignationStep.What.ACCOUNT_CHANGED, by=request.user, told_at=now())
        elif predecessor := getattr(request, "predecessor", None):
            predecessor.succeed(request.user, obj)
        else:
            obj.begin(request.user)

    # --- Lists and forms ----------------------------------------------------------------------------------------------

    @admin.display(description=_("programme or network"), ordering="programme__name_en")
    def network(self, point):
        return point.programme.short_name

    @admin.display(description=_("office"), ordering="office_en")
    def office_here(self, point):
        return point.office

    @admin.display(description=_("stored file"))
    def stored_letter(self, point):
        if not point.pk or not point.letter:
            return ""
        return format_html('<a href="{}">PDF</a>', reverse("admin:programmes_focalpoint_letter", args=[point.pk]))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.predecessor = getattr(request, "predecessor", None)
        return form

    def get_readonly_fields(self, request, obj=None):
        """A designation stays with its seat: another seat is another designation."""
        return [*self.readonly_fields, *self.SEAT] if obj else self.readonly_fields

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_exclude(self, request, obj=None):
        """Who may not see accounts may not search them here either."""
        return [] if self._may_see_accounts(request) else ["user"]

    def get_fieldsets(self, request, obj=None):
        left_out = [] if self._may_see_accounts(request) else ["user"]
        if getattr(request, "predecessor", None):
            left_out = [*left_out, *self.SEAT]
        shown = self.fieldsets if obj else self.fieldsets[:-1]
        fieldsets = [(title, [name for name in given["fields"] if name not in left_out]) for title, given in shown]
        return [(title, {"fields": fields}) for title, fields in fieldsets if fields]

    def _may_see_accounts(self, request):
        return request.user.has_perm("accounts.view_user")


class SeatInline(LinkedInline):
    model = Seat
    fields = ["position", *NAMES, "acronym", "part_en", "part_fr", "part_ar", "website"]


@admin.register(Committee)
class CommitteeAdmin(TableAdmin):
    resource_classes = [CommitteeTable]
    list_display = [*NAMES, "programme"]
    list_filter = [NamesFilter, ("programme", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["programme"]
    search_fields = NAMES
    autocomplete_fields = ["programme"]
    inlines = [SeatInline]
    fields = ["programme", *NAMES, "task_en", "task_fr", "task_ar", "meetings"]

    def changes_of(self, row):
        """Those of the seats too, each difference under the name of its seat."""
        found = super().changes_of(row)
        for seat in row.seats.all():
            changes = changes_of(seat)
            for difference in (each for change in changes for each in change.differences):
                difference.label, difference.name = f"{seat}: {difference.label}", ""
            found += changes
        return sorted(found, key=lambda change: change.at, reverse=True)


@admin.register(Seat)
class SeatAdmin(TableAdmin):
    """Seats are edited on the page of their committee, too; here they come and go as a table."""

    resource_classes = [SeatTable]
    list_display = ["name_en", "committee", "position", "acronym", "part_en"]
    list_filter = [NamesFilter, ("committee", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["committee"]
    search_fields = [*NAMES, "acronym", "part_en", "part_fr", "part_ar"]
    autocomplete_fields = ["committee"]
    fields = ["committee", "position", *NAMES, "acronym", "part_en", "part_fr", "part_ar", "website"]


class BehindFilter(YesOrNoFilter):
    title = _("translation")
    parameter_name = "behind"
    yes, no = _("A language is behind the English text"), _("All languages say the same")

    def are(self, pages):
        return pages.behind()


@admin.register(Page)
class PageAdmin(TableAdmin):
    resource_classes = [PageTable]
    list_filter = [BehindFilter]
    # Where each page is shown; what else staff might write has no address yet.
    ADDRESSES = {
        "about": "about",
        "links": "links",
        "privacy": "privacy",
        "accessibility": "accessibility",
        "oic-vet": "oic-vet:about",
        "oic-vet-programme-types": "oic-vet:programme-types",
        "oic-vet-committee": "oic-vet:committee",
        "oic-vet-focal-points": "oic-vet:focal-points",
    }
    list_display = ["slug", "title_en", "title_fr", "title_ar", "behind", "preview"]
    change_form_template = "admin/programmes/page/change_form.html"
    search_fields = ["slug", "title_en", "title_fr", "title_ar", "body_en", "body_fr", "body_ar"]
    readonly_fields = ["preview", "behind"]
    fieldsets = [
        (None, {"fields": ["slug", "preview", "behind"]}),
        (_("English"), {"fields": ["title_en", "lead_en", "body_en"]}),
        (_("French"), {"fields": ["title_fr", "lead_fr", "body_fr"]}),
        (_("Arabic"), {"fields": ["title_ar", "lead_ar", "body_ar"]}),
    ]

    def get_urls(self):
        name = "programmes_page"
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/<str:language>/", view(self.preview_view), name=f"{name}_preview"),
            path("<int:pk>/settle/", view(self.settle_view), name=f"{name}_settle"),
            *super().get_urls(),
        ]

    def _found(self, request, pk):
        page = self.get_object(request, str(pk)) if self.has_change_permission(request) else None
        if page is None or request.method != "POST":
            raise Http404
        return page

    def preview_view(self, request, pk, language):
        """The page as it would be, from what stands in the form; nothing is stored."""
        page = self._found(request, pk)
        if language not in LANGUAGES:
            raise Http404
        for name in [f"{part}_{each}" for part in Page.WRITTEN for each in LANGUAGES]:
            setattr(page, name, request.POST.get(name, "").replace("\x00", ""))
        with override(language):
            return HttpResponse(render_to_string("programmes/preview.html", {"page": page}, request))

    def settle_view(self, request, pk):
        """Note that all languages say the same."""
        self._found(request, pk).settle()
        messages.success(request, gettext("Noted: all languages say the same."))
        return redirect("admin:programmes_page_change", pk)

    @admin.display(description=_("behind the English text"))
    def behind(self, page):
        return ", ".join(get_language_info(language)["name_local"] for language in page.languages_behind) or "—"

    def view_on_site(self, page):
        return reverse(self.ADDRESSES[page.slug]) if page.slug in self.ADDRESSES else None

    @admin.display(description=_("on the portal"))
    def preview(self, page):
        """A link to the page in each language."""
        links = []
        for language in LANGUAGES if page.slug in self.ADDRESSES else ():
            with override(language):
                links.append((reverse(self.ADDRESSES[page.slug]), language, get_language_info(language)["name_local"]))
        return format_html_join(" · ", '<a href="{}" lang="{}">{}</a>', links)
