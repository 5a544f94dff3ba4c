"""What the pages of the admin have in common: search that folds, history that tells, fields that fit their values."""

import zoneinfo

from django import forms
from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.http import Http404, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classifications.columns import WrittenList, write_what_is_read
from classifications.fields import LinesField
from classifications.history import changes_of, deletions, restore, told, value_before
from classifications.search import MOST_WORDS, Folded
from classifications.together import NAME, TellsOfOthers, marks_of

# What is stored has no address of its own, so a field of a file shows no link; see `download_link`.
DELETED_PER_PAGE = 25
ADDRESSES = models.EmailField | models.URLField | models.SlugField
FORM_FIELDS = {
    models.FileField: {"widget": forms.FileInput},
    models.URLField: {"assume_scheme": "https"},
    models.TextField: {"form_class": LinesField},
}


def in_its_direction(db_field, form_field):
    """Let a text be typed as its language is written, an address from left to right, and any other as it begins."""
    if form_field is None or not isinstance(db_field, models.CharField | models.TextField) or db_field.choices:
        return form_field
    language = db_field.name[-2:] if db_field.name[-3:] in ("_en", "_fr", "_ar") else ""
    if language:
        form_field.widget.attrs |= {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    else:
        form_field.widget.attrs |= {"dir": "ltr" if isinstance(db_field, ADDRESSES) else "auto"}
    return form_field


def search_folded(queryset, fields, words):
    """Keep the rows in which every word of `words` occurs in one of `fields`, folded as `search.py` tells."""
    keys = {f"folded_{number}": Folded(F(name)) for number, name in enumerate(fields)}
    found = queryset.alias(**keys)
    for word in words.replace("\x00", " ").split()[:MOST_WORDS]:
        folded = Folded(Value(word))
        wanted = Q()
        for key in keys:
            wanted |= Q(**{f"{key}__contains": folded})
        found = found.filter(wanted)
    return found


class LeadsToOwnRecords:
    """An admin site whose address `r/<kind>/<key>/` leads to the page of records that it shows to the reader.

    Django's own takes the number of any kind, those without a table too, which is a failure, and asks nobody's permission.
    """

    def admin_view(self, view, cacheable=False):
        return super().admin_view(self.page_of_record if view is shortcut else view, cacheable)

    def page_of_record(self, request, content_type_id, object_id):
        number = int(content_type_id) if content_type_id.isascii() and content_type_id.isdigit() else 0
        kind = ContentType.objects.filter(pk=number).first() if number < 2**31 else None
        office = self._registry.get(kind.model_class()) if kind else None
        if not (office and office.has_view_permission(request) and office.get_object(request, object_id)):
            raise Http404
        return shortcut(request, content_type_id, object_id)


class RecordAdmin(admin.ModelAdmin):
    """The admin of one model.

    `search_fields` name the columns to look in where the model has no `search()` of its own; where it has one, they
    only make the search box appear.
    """

    list_per_page = 50
    formfield_overrides = FORM_FIELDS
    object_history_template = "admin/record_history.html"

    def get_urls(self):
        return [*self._urls_of_deleted(), *self._urls_of_values(), *super().get_urls()]

    def get_readonly_fields(self, request, obj=None):
        """The address of what is on record stays as it is: links, feeds and what people follow hold it."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "slug"] if obj and "slug" in self.prepopulated_fields else fields

    def get_changelist(self, request, **kwargs):
        return WrittenList

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (TellsOfOthers, form), {}) if obj else form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"]
        if change:
            context |= {"marks": marks_of(form.form), "name_of_marks": NAME}
        write_what_is_read(form, self)
        for table in context["inline_admin_formsets"]:
            write_what_is_read(
                table, table.opts, only_read=not (table.has_change_permission or table.has_add_permission)
            )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_search_results(self, request, queryset, search_term):
        if hasattr(queryset, "search"):
            return queryset.search(search_term), False
        return search_folded(queryset, self.get_search_fields(request), search_term), False

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        if row := getattr(response, "context_data", {}).get("object"):
            response.context_data["changes"] = self.changes_of(row)
            response.context_data["may_put_back"] = self._may_put_back(request, row)
            response.context_data["name_of_put_back"] = f"admin:{self.opts.app_label}_{self.opts.model_name}_put_back"
        return response

    def changes_of(self, row):
        """What the page of its history tells; of what belongs to it too, where a subclass says so."""
        return changes_of(row)

    # Rows that come about by acts of others, and go by them, are not put back by hand.
    restores = True

    def deletions(self):
        """The last states of deleted rows that can be seen and put back; None where none are kept."""
        return deletions(self.model) if self.restores else None

    @property
    def keeps_deleted(self):
        """Whether rows that were deleted can be seen and put back."""
        return self.deletions() is not None

    def _urls_of_deleted(self):
        if not self.keeps_deleted:
            return []
        name = f"{self.opts.app_label}_{self.opts.model_name}_deleted"
        return [
            path("deleted/", self.admin_site.admin_view(self.deleted_view), name=name),
            path("deleted/<int:key>/", self.admin_site.admin_view(self.restore_view), name=f"{name}_restore"),
        ]

    def deleted_view(self, request):
        """What was deleted of this model, when, by whom, with its last values."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        page = Paginator(self.deletions(), DELETED_PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Deleted: %(models)s") % {"models": self.opts.verbose_name_plural},
            "page": page,
            "deleted": told(self.model, list(page)),
            "may_restore": self.has_add_permission(request),
            "name_of_restore": f"admin:{self.opts.app_label}_{self.opts.model_name}_deleted_restore",
        }
        return TemplateResponse(request, "admin/deleted_records.html", context)

    def restore_view(self, request, key):
        """Put back a row that was deleted."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        former = self.deletions().filter(pk=key).first()
        if former is None:
            messages.warning(request, gettext("This record is there again."))
            return redirect(f"{name}_deleted")
        try:
            row = restore(self.model, former)
        except ValidationError as error:
            for reason in error.messages:
                messages.error(request, gettext("It cannot be restored: %(reason)s") % {"reason": reason})
            return redirect(f"{name}_deleted")
        self.log_addition(request, row, gettext("Restored after it was deleted."))
        messages.success(
            request, gettext("Restored. Look through it: what history does not keep has to be entered again.")
        )
        return redirect(reverse(f"{name}_change", args=[row.pk]))

    # --- Single values that stood in a record ---------------------------------------------------------------------------

    @property
    def puts_back(self):
        """Whether a value of the past can take its place again."""
        return self.keeps_deleted

    def _urls_of_values(self):
        if not self.puts_back:
            return []
        view, name = (
            self.admin_site.admin_view(self.put_back_view),
            f"{self.opts.app_label}_{self.opts.model_name}_put_back",
        )
        return [path("<int:pk>/history/<int:state>/<slug:name>/", view, name=name)]

    def _may_put_back(self, request, row):
        """The fields that this reader may change in the form of a row; what steps change, and files, are not among them."""
        if not (self.puts_back and self.has_change_permission(request, row)):
            return []
        fields = self.get_form(request, row).base_fields
        return [name for name, field in fields.items() if not isinstance(field, forms.FileField)]

    def put_back_view(self, request, pk, state, name):
        """Write one value as it stood, as the form of the record would: with its checks, and what follows from a change."""
        row = self.get_object(request, str(pk))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if row is None or name not in self._may_put_back(request, row) or not (value := value_before(row, state, name)):
            raise Http404
        label = capfirst(self.model._meta.get_field(name).verbose_name)
        try:
            self._put_back(request, pk, name, *value)
        except ValidationError as error:
            reason = " ".join(error.messages)
            messages.error(request, gettext("It cannot be put back: %(reason)s") % {"reason": reason})
        else:
            messages.success(request, gettext("Put back: %(field)s") % {"field": label})
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[pk]))

    def _put_back(self, request, pk, name, value):
        try:
            with transaction.atomic():
                self.model._base_manager.select_for_update(of=["self"]).get(pk=pk)  # of two presses one waits here
                row = self.get_object(request, str(pk))
                form = self.get_form(request, row, change=True, fields=[name])
                form = form(_as_posted(form.base_fields[name], name, value), instance=row)
                if not form.is_valid():
                    raise ValidationError([each for errors in form.errors.values() for each in errors])
                changed = self.save_form(request, form, change=True)
                changed.validate_constraints()  # a form of one field looks at none that name others
                self.save_model(request, changed, form, change=True)
                self.save_related(request, form, [], change=True)
                field = str(self.model._meta.get_field(name).verbose_name)
                self.log_change(request, changed, gettext("Put back: %(field)s") % {"field": capfirst(field)})
        except IntegrityError:
            raise ValidationError(gettext("Another record stands in its way.")) from None

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "time_zone":
            return time_zone_field(db_field)
        return in_its_direction(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return _labelled(self, super().formfield_for_foreignkey(db_field, request, **kwargs))

    def label(self, row):
        """How a row is named where it is chosen."""
        return str(row)


def _as_posted(field, name, value):
    """What a form would send if a value stood in a field of it."""
    posted, widget = (
        QueryDict(mutable=True),
        getattr(field.widget, "widget", field.widget),
    )  # without the links beside it
    if isinstance(widget, forms.CheckboxInput):
        posted.setlist(name, ["on"] if value else [])
    elif isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets_names, widget.widgets, widget.decompress(value), strict=True)
        for suffix, part, each in parts:
            posted[name + suffix] = part.format_value(each) or ""
    else:
        sent = widget.format_value(field.prepare_value(value))
        posted.setlist(name, sent if isinstance(sent, list) else [sent or ""])
    return posted


def time_zone_field(db_field):
    """A choice of all time zones, since a name typed wrongly would break calendars later."""
    zones = sorted(zoneinfo.available_timezones())
    return forms.ChoiceField(
        label=capfirst(db_field.verbose_name), choices=[(zone, zone) for zone in zones], help_text=db_field.help_text,
        initial=db_field.get_default(),
    )  # fmt: skip


def _labelled(own, form_field):
    """Name the rows of a choice as the admin of their model does."""
    if form_field is not None:
        other = own.admin_site._registry.get(form_field.queryset.model)
        if isinstance(other, RecordAdmin):
            form_field.label_from_instance = other.label
    return form_field


class NamedFields(forms.BaseInlineFormSet):
    """Fields in the cells of a table, each named for readers who do not see the head of its column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label:
                field.widget.attrs.setdefault("aria-label", field.label)


class LinkedInline(admin.TabularInline):
    """Rows that belong to the record above them."""

    extra = 0
    formset = NamedFields
    template = "admin/linked_inline.html"
    formfield_overrides = FORM_FIELDS

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return in_its_direction(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return _labelled(self, super().formfield_for_foreignkey(db_field, request, **kwargs))


class DocumentInline(LinkedInline):
    """The documents of a record."""

    autocomplete_fields = ["language"]
    readonly_fields = ["download", "published_on"]

    @admin.display(description=_("stored file"))
    def download(self, document):
        return download_link(document)


def download_link(document):
    """A link to the stored file of a `PublishedDocument`, or nothing before it is saved."""
    if not document.pk:
        return ""
    return format_html('<a href="{}">{}</a>', document.get_absolute_url(), document.kind)


class NamesFilter(admin.SimpleListFilter):
    """Which names are still to be translated."""

    title = _("translation")
    parameter_name = "without-name"

    def lookups(self, request, model_admin):
        return [("fr", _("No name in French")), ("ar", _("No name in Arabic"))]

    def queryset(self, request, queryset):
        known = self.value() in dict(self.lookup_choices)
        return queryset.without_name_in(self.value()) if known else queryset


class YesOrNoFilter(admin.SimpleListFilter):
    """A filter of two answers, each a word of the queryset: subclasses say which."""

    def lookups(self, request, model_admin):
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        rows = self.are(queryset.model._default_manager).values("pk")
        return queryset.filter(pk__in=rows) if self.value() == "yes" else queryset.exclude(pk__in=rows)
