"""What Django's admin only shows, in lists, forms and tables: days, moments and numbers as the pages write them.

Django's own have Latin digits in Arabic too, and other dates. It takes a callable for a column or a field that can only be read,
so each of these is put in the place of the name that an admin says.
"""

from django.contrib.admin.utils import flatten_fieldsets, label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.db import models

from classifications.written import plain

DAYS_AND_NUMBERS = models.DateField | models.TimeField | models.IntegerField


class Written:
    """The column or field `name` of an admin, which writes what it shows; sorts and is called as before."""

    def __init__(self, office, name, label, order):
        self.office, self.__name__, self.short_description, self.admin_order_field = office, name, label, order

    def __str__(self):
        return self.__name__

    def __call__(self, row):
        value = plain(lookup_field(self.__name__, row, self.office)[-1])
        return self.office.get_empty_value_display() if value is None else value


def written(office, name):
    """What to put in the place of a name: the name itself where it may be another thing than a day, a moment or a number."""
    if not isinstance(name, str) or name in ("action_checkbox", "__str__"):
        return name
    label, own = label_for_field(name, office.model, office, return_attr=True)
    if own is not None:
        return (
            name
            if getattr(own, "boolean", False)
            else Written(office, name, label, getattr(own, "admin_order_field", None))
        )
    field = office.opts.get_field(name)
    return Written(office, name, label, name) if isinstance(field, DAYS_AND_NUMBERS) and not field.flatchoices else name


class WrittenList(ChangeList):
    """A list of such columns."""

    def __init__(self, request, model, list_display, list_display_links, *args, **kwargs):
        super().__init__(request, model, list_display, list_display_links, *args, **kwargs)
        links = self.list_display_links or ()
        self.list_display = [name if name in links else written(self.model_admin, name) for name in self.list_display]


def write_what_is_read(form, office, *, only_read=False):
    """Put such fields into an `AdminForm` or an `InlineAdminFormSet`, in the place of those that can only be read."""
    names = flatten_fieldsets(form.fieldsets) if only_read else form.readonly_fields
    fields = {name: written(office, name) for name in names}
    form.fieldsets = [
        (title, options | {"fields": [_replaced(each, fields) for each in options["fields"]]})
        for title, options in form.fieldsets
    ]
    form.readonly_fields = [*form.readonly_fields, *fields.values()]


def _replaced(line, fields):
    """A name or a function of its own, or several that stand in one line."""
    if isinstance(line, (list, tuple)):
        return [fields.get(name, name) for name in line]
    return fields.get(line, line)
