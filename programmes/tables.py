"""Designations as a table that comes in: thousands of lines are checked in memory, and written in two goes.

The database refuses what must never be, but one line at a time and without naming a column. Here each line is held against
what is on record and against the lines before it, so that all faults of a file are told at once, each with its column.
"""

from collections import defaultdict
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import CharWidget

from classifications.exchange import Table, link
from classifications.models import Country
from programmes.models import DesignationStep, FocalPoint, Programme

OFFICES = ["office_en", "office_fr", "office_ar"]
KEY = ["country", "programme", "role", "designated_on"]
PERSON = ["may_publish_person", "person", "email"]
END = ["ended_on", "ended_because"]
BATCH = 1000  # rows in one statement


class DesignationTable(Table):
    """Designations as they go out to anybody who may see them. Who is not agreed to be named does not."""

    country = link("country", Country, "iso2")
    programme = link("programme", Programme, "slug")
    person = Field("person", "person", CharWidget(allow_blank=True))
    email = Field("email", "email", CharWidget(allow_blank=True))

    class Meta:
        model = FocalPoint
        import_id_fields = KEY
        fields = [*KEY, "term_ends_on", "ended_on", *OFFICES, *PERSON]
        use_bulk = True
        batch_size = None  # all at the end

    def dehydrate_person(self, focal_point):
        return focal_point.person if focal_point.may_publish_person else ""

    def dehydrate_email(self, focal_point):
        return focal_point.email if focal_point.may_publish_person else ""


class FocalPointTable(DesignationTable):
    """Designations as they go out to staff, with why they ended, and come in.

    An empty cell for a person leaves what is on record. A line that gives a designation its last day ends it, as the
    step in the admin does; one that ended stays so.
    """

    ended_because = Field("ended_because", "ended_because", CharWidget(allow_blank=True))

    class Meta(DesignationTable.Meta):
        fields = [*KEY, "term_ends_on", *END, *OFFICES, *PERSON]

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.by = kwargs.get("user")

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if field.column_name in ("person", "email") and not row.get(field.column_name):
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    # --- What is wrong in a line ----------------------------------------------------------------------------------------

    @cached_property
    def on_record(self):
        """The days of what is on record, by key: as they are before any line is read into it."""
        days = ("country", "programme", "role", "designated_on", "term_ends_on", "ended_on")
        return {point.pk: point for point in FocalPoint.objects.only(*days)}

    @cached_property
    def held(self):
        """The days of each seat, as lists of `[designation, first day, first day no longer]`: on record, and by lines read."""
        seats = defaultdict(list)
        for point in self.on_record.values():
            seats[point.country_id, point.programme_id, point.role].append((point.pk, *_days_of(point)))
        return seats

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Check all cells of a line and its days. What a cell names was found already, so it is not asked for again."""
        errors = dict(import_validation_errors or {})
        named = [name for name in ("country", "programme") if getattr(instance, f"{name}_id")]
        try:
            instance.clean_fields(exclude={*errors, *named})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if "designated_on" not in errors:
            errors |= self._faults_of_term(instance, errors)
        if not errors.keys() & {*self.Meta.import_id_fields, "term_ends_on", "ended_on", "ended_because"}:
            errors |= self._faults_of_seat(instance)
        if errors:
            raise ValidationError(errors)

    def _faults_of_term(self, point, known):
        """Give the faults of a line's days by column, those aside that are `known` already."""
        first, faults = point.designated_on, {}
        if not known.keys() & {"term_ends_on", "ended_on"}:
            faults = point.reopened(self.on_record[point.pk]) if point.pk else {}
        if "term_ends_on" not in known and point.term_ends_on and point.term_ends_on < first:
            faults["term_ends_on"] = _("The term ends before it begins.")
        if "ended_on" not in known and point.ended_on and point.ended_on < first:
            faults["ended_on"] = _("It ends before it begins.")
        if "ended_on" not in known and point.ended_because and not point.ended_on:
            faults["ended_because"] = _("Say in the column ended_on when it ended.")
        return faults

    def _faults_of_seat(self, point):
        """Give what speaks against a line's days in its seat; where nothing does, note them for the lines that follow."""
        first, end = _days_of(point)
        seat = self.held[point.country_id, point.programme_id, point.role]
        others = [each for each in seat if point.pk is None or each[0] != point.pk]
        if any(from_day == first for _key, from_day, _end in others):
            return {"designated_on": _("This designation is named on another line, or on record, already.")}
        if any(first < until and from_day < end for _key, from_day, until in others if from_day < until):
            return {"designated_on": _("On some of these days another designation to this seat is in force.")}
        seat[:] = [*others, (point.pk, first, end)]
        return {}

    # --- Into the database ----------------------------------------------------------------------------------------------

    def bulk_create(self, using_transactions, dry_run, raise_errors, batch_size=None, result=None):
        """Write what changed, line by line, then what is new: in this order no two hold a seat at once in between.

        A preview writes nothing, since all that could be wrong was found before.
        """
        if dry_run:
            return
        try:
            with transaction.atomic():
                FocalPoint.hold_seats_of(
                    *{each.country_id for each in (*self.update_instances, *self.create_instances)}
                )
                for point in self.update_instances:
                    self._update(point)
                FocalPoint.objects.bulk_create(self.create_instances, batch_size=BATCH)
        except Exception as error:  # as the library does: nothing is written, and the page says why
            self.handle_import_error(result, error, raise_errors)

    def _update(self, point):
        """Write a line to what is on record; its last day by the verb, which leaves a step and has letters written."""
        ended = self.on_record[point.pk].ended_on is not None
        on, because = point.ended_on, point.ended_because
        left_out = {*KEY, "ended_on"} if ended else {*KEY, *END}
        columns = (each.attribute for each in self.get_import_fields())
        point.save(update_fields=[name for name in columns if name not in left_out])
        if on and not ended:
            point.end(self.by, on, because)

    def bulk_update(self, *args, **kwargs):
        """Nothing is left: `bulk_create` wrote it."""

    def after_import(self, dataset, result, **kwargs):
        """Note what is new. Nobody is told of that: what comes in a file was arranged elsewhere."""
        DesignationStep.objects.bulk_create(
            (
                DesignationStep(focal_point=point, what=DesignationStep.What.DESIGNATED, by=self.by, told_at=now())
                for point in self.create_instances
                if point.pk
            ),
            batch_size=BATCH,
        )


def _days_of(point):
    """The first day on which a designation is in force and the first on which it no longer is, as the database has it."""
    return point.designated_on, point.first_day_after or date.max
