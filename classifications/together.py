"""Of two who have the form of one record open, the later to save is told what the other changed before writing over it.

A form carries a mark of each value that it began with. Where the record has another value by the time it is sent, and the sender's
is neither the old nor the new one, it is asked to be sent again: what was typed stays, and the second time it is written.
"""

import json
from zlib import crc32

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

NAME = "begun_with"  # of the field that carries the marks


def marks_of(form):
    """The marks of what a form begins with, as the text of a field."""
    return json.dumps({name: _mark(form, name) for name in form.fields})


def _mark(form, name):
    """A number for what the form begins with in a field; linked rows count by their keys."""
    value = form.get_initial_for_field(form.fields[name], name)
    if isinstance(value, list | tuple):
        value = sorted(str(getattr(each, "pk", each)) for each in value)
    return crc32(str(value).encode())


class TellsOfOthers:
    """A form of a record in use, for a form class to begin with."""

    def clean(self):
        cleaned = super().clean()
        if others := [str(self.fields[name].label) for name in self._changed_by_others()]:
            told = _(
                "This record was changed after you opened it: %(fields)s. Nothing was saved yet. What you entered is "
                "still here: save again to write it over the other change."
            )
            self.add_error(None, told % {"fields": pgettext("between names in a list", ", ").join(others)})
        return cleaned

    def _changed_by_others(self):
        """The fields in which somebody else wrote meanwhile what this form would write over."""
        try:
            begun_with = dict(json.loads(self.data.get(NAME, "{}")))
        except (ValueError, TypeError):
            return []
        return [name for name in self.changed_data if name in begun_with and begun_with[name] != _mark(self, name)]
