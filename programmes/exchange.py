"""What staff bring in and take out as tables beside designations: committees, their seats, pages, facts of documents."""

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.fields import Field

from classifications.exchange import DayWidget, KeyWidget, Table, WholeNumberWidget, link
from classifications.gathering import NAMES
from classifications.models import Language
from classifications.written import LANGUAGES
from programmes.models import Committee, Page, Programme, ProgrammeDocument, Seat


class CommitteeTable(Table):
    programme = link("programme", Programme, "slug")

    class Meta:
        model = Committee
        import_id_fields = ["programme", "name_en"]
        fields = ["programme", *NAMES, "task_en", "task_fr", "task_ar", "meetings"]

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Refuse a second line for a committee, which would make a second committee of the same name."""
        errors = dict(import_validation_errors or {})
        if instance.pk is None and not errors.keys() & {"programme", "name_en"}:
            same = Committee.objects.filter(programme=instance.programme_id, name_en=instance.name_en)
            if instance.programme_id and same.exists():
                errors["name_en"] = [ValidationError(_("This committee is named on another line already."))]
        super().validate_instance(instance, errors, validate_unique)


class CommitteeWidget(KeyWidget):
    """A committee by its English name, as in the file of seats that a fresh portal starts with."""

    def __init__(self):
        super().__init__(Committee, "name_en")

    @cached_property
    def ambiguous(self):
        names = list(Committee.objects.values_list("name_en", flat=True))
        return {name for name in names if names.count(name) > 1}

    def named(self, key):
        if key in self.ambiguous:
            raise ValueError(_("Several programmes have a committee “%(name)s”.") % {"name": key})
        return super().named(key)


class SeatTable(Table):
    committee = Field("committee", "committee", CommitteeWidget())

    class Meta:
        model = Seat
        import_id_fields = ["committee", "position"]
        fields = ["committee", "position", *NAMES, "acronym", "part_en", "part_fr", "part_ar", "website"]


class PageTable(Table):
    class Meta:
        model = Page
        import_id_fields = ["slug"]
        fields = ["slug", *(f"{part}_{language}" for language in LANGUAGES for part in Page.WRITTEN)]


class DocumentTable(Table):
    """Facts of documents, by the number in their address. A file can only be uploaded, so no document begins here."""

    number = Field("id", "number", WholeNumberWidget())
    programme = link("programme", Programme, "slug")
    language = link("language", Language, "code")
    published_on = Field("published_on", "published_on", DayWidget(), readonly=True)
    version = Field("version", "version", WholeNumberWidget(), readonly=True)
    kind = Field("kind", "kind", readonly=True)

    class Meta:
        model = ProgrammeDocument
        import_id_fields = ["number"]
        fields = [
            "number", "programme", "purpose", "activity", "title_en", "title_fr", "title_ar", "language", "version",
            "published_on", "kind",
        ]  # fmt: skip

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        if instance._state.adding:
            fault = _(
                "No document has this number, or an earlier line names it. A new document is uploaded with its file."
            )
            raise ValidationError({"number": [ValidationError(fault)]})
        super().validate_instance(instance, import_validation_errors, validate_unique)
