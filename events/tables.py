"""Events as tables for a spreadsheet (CSV, UTF-8 with a mark that Excel understands)."""

import csv

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classifications.spreadsheets import escaped


def table_response(events):
    """Give one line for each event, in the page's language."""
    header = [
        _("Title"), _("Kind"), _("Status"), _("First day"), _("Last day"), _("How"), _("City"), _("Country"), _("Programmes"),
        _("Provider institutions"), _("Provider countries"), _("Beneficiary countries"), _("Languages of teaching"),
        _("Participants"), _("Address"), _("Source"),
    ]  # fmt: skip
    return _response([header], (_line(event) for event in events.iterator(2000)), "events.csv")


def _line(event):
    return [
        event.title,
        event.get_kind_display(),
        event.when.label,
        event.starts_on.isoformat(),
        event.ends_on.isoformat(),
        event.get_mode_display(),
        event.linked.city or "",
        event.linked.country or "",
        _several(programme.short_name for programme in event.linked.programmes),
        _several(event.linked.providers),
        _several(event.linked.provider_countries),
        _several(participation.country for participation in event.participations.all()),
        _several(event.linked.languages),
        "" if event.participants is None else event.participants,
        settings.PORTAL_URL + event.get_absolute_url(),
        event.source_url,
    ]


def matrix_response(matrix):
    """Give the archive: one line for each programme, one column for each year."""
    header = [_("Theme"), _("Programme"), *matrix.years, pgettext("all years", "All")]
    lines = (
        [group.name, row.name, *(cell.count for cell in row.cells), row.total]
        for group in matrix.groups
        for row in group.rows
    )
    return _response([header], lines, "archive.csv")


def _several(names):
    return "; ".join(str(name) for name in names)


class _Echo:
    def write(self, line):
        return line


def _response(header, lines, name):
    writer = csv.writer(_Echo())

    def parts():
        yield "\ufeff"
        for line in header:
            yield writer.writerow([escaped(str(cell)) for cell in line])
        for line in lines:
            yield writer.writerow([escaped(str(cell)) for cell in line])

    return StreamingHttpResponse(
        parts(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
