"""Tables in and out of the admin: CSV and XLSX files in which everything is named by its natural key.

A file that comes in is shown first with what it would change; one bad cell and nothing is written, then or later. What
a cell names (`TR`, `statcab`) must be on record; several names in one cell have semicolons between them. A column that
is left out leaves what is on record, an empty cell empties it. What goes out can come in again.
"""

import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources, widgets
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.exceptions import FieldError
from import_export.fields import Field
from import_export.forms import ExportForm, ImportForm
from import_export.instance_loaders import ModelInstanceLoader
from import_export.results import RowResult
from import_export.tmp_storages import CacheStorage

from classifications.models import City
from classifications.office import RecordAdmin
from classifications.spreadsheets import CSV, XLSX, unescaped

LARGEST = 5 * 1024 * 1024  # bytes
SHOWN = 200  # characters of a cell in the preview


# --- The files ------------------------------------------------------------------------------------------------------


class FileGone(Exception):
    """The file to import has been waiting too long."""


class WaitingFile(CacheStorage):
    """The file between preview and confirmation: in the database's cache, so that any process can go on with it."""

    CACHE_PREFIX = "import-"

    def read(self):
        data = super().read()
        if data is None:
            raise FileGone
        return data


class FileForm(ImportForm):
    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 5 MB."))
        return file


# --- The cells ------------------------------------------------------------------------------------------------------


class DayWidget(widgets.DateWidget):
    """A day as 2011-07-05; other orders of day and month are refused, since they can be read in two ways."""

    def __init__(self, **kwargs):
        super().__init__("%Y-%m-%d")

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime):
            return value.date()
        if value == "" or isinstance(value, date):
            return value or None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValueError(_("not a day as year-month-day, such as 2011-07-05")) from None


class ClockWidget(widgets.TimeWidget):
    """A time of day as 09:30."""

    def __init__(self, **kwargs):
        super().__init__("%H:%M")

    def clean(self, value, row=None, **kwargs):
        if value == "" or isinstance(value, time):
            return value or None
        try:
            return time.fromisoformat(str(value))
        except ValueError:
            raise ValueError(_("not a time of day such as 09:30")) from None


class WholeNumberWidget(widgets.IntegerWidget):
    def clean(self, value, row=None, **kwargs):
        if self.is_empty(value):
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or number != number.to_integral_value() or number.adjusted() > 12:
            raise ValueError(_("not a whole number"))
        return int(number)

    def render(self, value, obj=None, **kwargs):
        return value if kwargs.get("force_native_type") else "" if value is None else str(value)


class YesNoWidget(widgets.BooleanWidget):
    ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}

    def clean(self, value, row=None, **kwargs):
        try:
            return self.ANSWERS[str(value).lower()]
        except KeyError:
            raise ValueError(_("neither “yes” nor “no”")) from None

    def render(self, value, obj=None, **kwargs):
        return "yes" if value else "no"


class TimeZoneWidget(widgets.CharWidget):
    def clean(self, value, row=None, **kwargs):
        if value and value not in _time_zones():
            raise ValueError(_("not the name of a time zone, such as Africa/Dakar"))
        return value


@cache
def _time_zones():
    return zoneinfo.available_timezones()  # reads the disk, and would do so for each line


class ChoicesWidget(widgets.Widget):
    """Several values of a fixed list, by name; `names` maps each name to its value."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def clean(self, value, row=None, **kwargs):
        parts = _parts(value)
        if unknown := [part for part in parts if part not in self.names]:
            raise ValueError(_("not known: %(names)s") % {"names": ", ".join(unknown)})
        return [self.names[part] for part in parts]

    def render(self, value, obj=None, **kwargs):
        return ";".join(name for name, each in self.names.items() if each in (value or ()))


class _Keyed:
    """Looks rows up by their natural key; all are fetched once for each file."""

    def __init__(self, model, key, among):
        self.among = among
        super().__init__(model, field=key)

    @cached_property
    def known(self):
        return {str(getattr(row, self.field)): row for row in getattr(self.model._default_manager, self.among)()}

    def named(self, key):
        try:
            return self.known[key]
        except KeyError:
            raise ValueError(_("“%(key)s” is not on record") % {"key": key}) from None


class KeyWidget(_Keyed, widgets.ForeignKeyWidget):
    """One record by its key: `KeyWidget(Country, "iso2")`."""

    def __init__(self, model, key, among="all"):
        super().__init__(model, key, among)

    def clean(self, value, row=None, **kwargs):
        return self.named(str(value)) if value != "" else None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(getattr(value, self.field))


class KeysWidget(_Keyed, widgets.ManyToManyWidget):
    """Several records by their keys, semicolons between; `among` is the queryset's word for those to choose from."""

    def __init__(self, model, key, among="all"):
        super().__init__(model, key, among)

    def clean(self, value, row=None, **kwargs):
        return [self.named(part) for part in _parts(value)]

    def keys(self, rows):
        return sorted(str(getattr(row, self.field)) for row in rows)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else ";".join(self.keys(value.all()))


class CityWidget(widgets.Widget):
    """A city by its English name, in the country that the column `country` of the same line names."""

    @cached_property
    def known(self):
        return {(city.country.iso2, city.name_en): city for city in City.objects.select_related("country")}

    def clean(self, value, row=None, **kwargs):
        if value == "":
            return None
        try:
            return self.known[row.get("country", ""), value]
        except KeyError:
            raise ValueError(_("“%(city)s” is not on record in this country") % {"city": value}) from None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.name_en


def _parts(value):
    return list(dict.fromkeys(part.strip() for part in str(value).split(";") if part.strip()))


def link(name, model, key):
    """A column for a foreign key."""
    return Field(name, name, KeyWidget(model, key))


def links(name, model, key, among="all"):
    """A column for a many-to-many field."""
    return Field(name, name, KeysWidget(model, key, among))


# --- The tables -----------------------------------------------------------------------------------------------------


class Difference(resources.Diff):
    """What a line would change, without the inline styles that the portal's content security policy forbids."""

    def __init__(self, resource, instance, new):
        self.left = resource.cells(instance)
        self.right = []
        self.new = new

    def compare_with(self, resource, instance):
        self.right = resource.cells(instance)

    def as_html(self):
        return [self._cell(before, after) for before, after in zip(self.left, self.right, strict=True)]

    def _cell(self, before, after):
        before, after = (text if len(text) <= SHOWN else f"{text[:SHOWN]}…" for text in (str(before), str(after)))
        if self.new or before == after:
            return format_html("{}", after)
        if not before:
            return format_html("<ins>{}</ins>", after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, after)


class KeyLoader(ModelInstanceLoader):
    """Finds what is on record by its natural key; all is fetched once for each file.

    Each record is given once: a second line for it is read as a new one, and refused as such.
    """

    @cached_property
    def keys(self):
        return [self.resource.fields[name] for name in self.resource.get_import_id_fields()]

    @cached_property
    def stored(self):
        rows = self.resource.filter_export(self.get_queryset())
        return {tuple(key.get_value(row) for key in self.keys): row for row in rows}

    def get_instance(self, row):
        return self.stored.pop(tuple(key.clean(row) for key in self.keys), None)


def _lines(text):
    return (text or "").replace("\r\n", "\n").strip()


class Table(resources.ModelResource):
    """One model as a table. Subclasses name their `fields` and the natural key (`import_id_fields`) in `Meta`."""

    WIDGETS_MAP = resources.ModelResource.WIDGETS_MAP | {
        "BooleanField": YesNoWidget,
        "DateField": DayWidget,
        "PositiveIntegerField": WholeNumberWidget,
        "PositiveSmallIntegerField": WholeNumberWidget,
        "TextField": widgets.CharWidget,
        "TimeField": ClockWidget,
    }

    class Meta:
        instance_loader_class = KeyLoader
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    @classmethod
    def get_diff_class(cls):
        return Difference

    def import_data(self, dataset, *args, **kwargs):
        """As the library does it; each row with a fault has the `line` of the file on which it stands."""
        self.lines = getattr(dataset, "lines", range(2, len(dataset) + 2))
        result = super().import_data(dataset, *args, **kwargs)
        for row in (*result.invalid_rows, *result.error_rows):
            row.line = self.lines[row.number - 1]
        return result

    def before_import(self, dataset, **kwargs):
        names = {field.column_name for field in self.get_import_fields()}
        headers = ["" if each is None else str(each).strip() for each in dataset.headers or []]
        dataset.headers = headers
        if unknown := [name or _("(no name)") for name in headers if name not in names]:
            raise FieldError(
                _("Unknown columns: %(unknown)s. Known are: %(known)s.")
                % {"unknown": ", ".join(unknown), "known": ", ".join(sorted(names))}
            )
        if twice := sorted({name for name in headers if headers.count(name) > 1}):
            raise FieldError(_("Columns that occur twice: %(names)s.") % {"names": ", ".join(twice)})

    def _check_import_id_fields(self, headers):
        """Called by the library once `before_import` is done; its own words are for those who write the code."""
        keys = [self.fields[name].column_name for name in self.get_import_id_fields()]
        if missing := [name for name in keys if name not in headers]:
            raise FieldError(_("Columns that are missing: %(names)s.") % {"names": ", ".join(missing)})

    def before_import_row(self, row, **kwargs):
        for column, cell in row.items():
            row[column] = unescaped(cell)
            if "\x00" in str(cell):
                raise ValidationError({column: _("holds a NUL character")})

    def get_instance(self, instance_loader, row):
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:  # the key cannot be read: `import_instance` tells, with all else that is wrong in the line
            return None

    def after_init_instance(self, instance, new, row, **kwargs):
        """Note the keys of what is linked, once: the library would ask for them with each comparison."""
        instance.linked_keys = {
            each.attribute: [] if new else each.widget.keys(getattr(instance, each.attribute).all())
            for each in self._links()
        }

    def _links(self, row=None):
        """The columns of many-to-many fields; those that a line has, if one is given."""
        columns = [each for each in self.get_import_fields() if isinstance(each.widget, KeysWidget)]
        return columns if row is None else [each for each in columns if each.column_name in row]

    def cells(self, instance):
        return [
            ";".join(instance.linked_keys[each.attribute])
            if isinstance(each.widget, KeysWidget)
            else each.export(instance)
            for each in self.get_import_fields()
        ]

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """Leave out what is on record as the line has it."""
        if import_validation_errors or original.pk is None:
            return False
        links = self._links(row)
        others = [each for each in self.get_import_fields() if not isinstance(each.widget, KeysWidget)]
        return all(each.get_value(instance) == each.get_value(original) for each in others) and all(
            each.widget.keys(each.clean(row)) == original.linked_keys[each.attribute] for each in links
        )

    def save_m2m(self, instance, row, **kwargs):
        for each in self._links(row):
            rows = each.clean(row)
            if (keys := each.widget.keys(rows)) != instance.linked_keys[each.attribute]:
                getattr(instance, each.attribute).set(rows)
                instance.linked_keys[each.attribute] = keys

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        """As the library does it; a text that differs only by its line ends, which spreadsheets change, stays as it was."""
        before = getattr(instance, field.attribute, None) if isinstance(field.widget, widgets.CharWidget) else None
        super().import_field(field, instance, row, is_m2m, **kwargs)
        if before and _lines(before) == _lines(getattr(instance, field.attribute)):
            setattr(instance, field.attribute, before)

    def import_instance(self, instance, row, **kwargs):
        """Read all cells of a line, those of many-to-many fields too, so that every fault is told at once."""
        errors = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for column in self._links(row):
            try:
                column.clean(row)
            except ValueError as error:
                errors[column.attribute] = [ValidationError(str(error))]
        if errors:
            raise ValidationError(errors)

    def filter_export(self, queryset, **kwargs):
        """Fetch at once what the columns show."""
        columns = [self.fields[name] for name in self.get_export_order()]
        one = [each.attribute for each in columns if isinstance(each.widget, KeyWidget | CityWidget)]
        several = [each.attribute for each in columns if isinstance(each.widget, KeysWidget)]
        return (
            queryset.defer(None)
            .select_related(None)
            .select_related(*one)
            .prefetch_related(None)
            .prefetch_related(*several)
        )


# --- The pages ------------------------------------------------------------------------------------------------------


class OutgoingTableAdmin(ExportMixin, RecordAdmin):
    """The admin of a model whose rows go out as a `Table`, named in `resource_classes`, to whoever may see them."""

    export_formats = [CSV, XLSX]
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"  # with the mark by which Excel knows UTF-8

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_valid_export_item_pks(self, request):
        """What may be chosen: rows that the reader finds, where the library would take any."""
        return self.get_queryset(request).values_list("pk", flat=True)

    def get_export_data(self, file_format, request, queryset, encoding=None, **kwargs):
        """As the library does it, which knows only its own formats for those that keep numbers and days."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        table = self.get_data_for_export(request, queryset, force_native_type=file_format.is_binary(), **kwargs)
        data = file_format.export_data(table)
        return data if file_format.is_binary() else data.encode(encoding)


class ImportFilter(admin.SimpleListFilter):
    """The rows that one import made or changed, and that are still there; reached from the first page of the admin."""

    title = gettext_lazy("import")
    parameter_name = "import"
    KINDS = {"new": ADDITION, "changed": CHANGE}

    def lookups(self, request, model_admin):
        return [(self.value(), _("The chosen import"))] if self.value() else []

    def queryset(self, request, queryset):
        return rows_of_import(queryset, self.value()) if self.value() else queryset


def rows_of_import(queryset, named):
    """Those of `queryset` that an import made or changed, named as `<number of its entry>-new` or `-changed`."""
    number, _hyphen, kind = named.partition("-")
    entry = imports().filter(pk=number).first() if number.isascii() and number.isdigit() and len(number) < 16 else None
    if entry is None or kind not in ImportFilter.KINDS:
        return queryset.none()
    rows = LogEntry.objects.filter(
        content_type=entry.content_type_id, user=entry.user_id, action_time=entry.action_time,
        action_flag=ImportFilter.KINDS[kind], object_id__isnull=False,
    )  # fmt: skip
    return queryset.filter(pk__in=rows.values_list(Cast("object_id", BigIntegerField()), flat=True))


def imports():
    """The imports on record, the last first."""
    return LogEntry.objects.filter(object_id=None, action_flag=ADDITION).order_by("-action_time", "-pk")


class TableAdmin(ImportExportMixin, OutgoingTableAdmin):
    """The admin of a model whose rows come and go as a `Table`; whoever may add and change rows may import them."""

    import_formats = [CSV, XLSX]
    import_form_class = FileForm
    import_template_name = "admin/import_table.html"
    tmp_storage_class = WaitingFile

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def get_import_data_kwargs(self, **kwargs):
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, error):
        """The library tells the name of a Python exception."""
        form.add_error(
            "import_file",
            _("This file cannot be read. Save it as CSV in UTF-8, or as XLSX, and choose the same format here."),
        )

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except FileGone:
            messages.error(request, _("The file has been waiting too long. Choose it again."))
            return self._back_to_import()

    def process_result(self, result, request):
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request, _("Nothing was imported: the records have changed since the preview. Choose the file again.")
            )
            return self._back_to_import()
        return super().process_result(result, request)

    def _back_to_import(self):
        return redirect(reverse("admin:{}_{}_import".format(*self.get_model_info())))

    def generate_log_entries(self, result, request):
        """Note each row, and the import as a whole: an entry about no row, made at the same moment."""
        model, moment, note = ContentType.objects.get_for_model(self.model), now(), _("Imported from a file.")
        about = {"user": request.user, "content_type": model, "action_time": moment, "change_message": note}
        entries = [
            LogEntry(action_flag=ADDITION, object_id=None, object_repr=str(self.opts.verbose_name_plural), **about)
        ]
        for kind, flag in ((RowResult.IMPORT_TYPE_NEW, ADDITION), (RowResult.IMPORT_TYPE_UPDATE, CHANGE)):
            rows = [row.instance for row in result if row.import_type == kind]
            entries += [
                LogEntry(action_flag=flag, object_id=str(row.pk), object_repr=str(row)[:200], **about) for row in rows
            ]
        if len(entries) > 1:
            LogEntry.objects.bulk_create(entries, batch_size=1000)

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ImportFilter]

    def add_success_message(self, result, request):
        counts = {
            "new": result.totals[RowResult.IMPORT_TYPE_NEW],
            "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
            "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
        }
        messages.success(request, _("Imported: %(new)s new, %(changed)s changed, %(same)s as they were.") % counts)
