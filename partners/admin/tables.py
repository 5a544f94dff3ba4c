"""Institutions as a table: which line of a file is which institution on record, and what a file may not change.

A line with an address (`slug`) is that institution, or a new one of this address. A line without one is the institution of
the same English, French or Arabic name in the same country, small differences of writing apart (case, accents, blanks). Any
other line is new, and refused where an earlier line of the file has one of its names, or the host of its website, in the
same country. Where something on record looks like it, the preview says so, and who gives its address updates that instead.

What comes in new is listed by the Centre. A state is never imported: it changes by steps, which somebody takes and which
are told.
"""

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import CharWidget

from classifications.exchange import CityWidget, DayWidget, KeyLoader, Table, WholeNumberWidget, link, links
from classifications.models import Country, Language, Sector
from classifications.search import Folded, fold
from partners.models import FormerAddress, Institution
from partners.models.institution import host_of
from partners.models.representation import people_acting_for

LOOKED_UP = 300  # new lines of one file for which look-alikes are searched: each is a search of its own
SHOWN = 3  # look-alikes of one line
NAMES = ["name_en", "name_fr", "name_ar"]
SAME_LINE = gettext_lazy("Another line of this file is the same institution.")


class MatchingLoader(KeyLoader):
    """Finds the institution of a line, as the head of this module tells, and refuses a new one that is in the file already."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = (
            set()
        )  # what the lines until now are called, and their websites: triples of country, column and value

    def get_instance(self, row):
        marks = _marks_of(row)
        if not row.get("slug"):
            self._refuse([mark for mark in marks if mark[1] in NAMES])
        institution = self._addressed(row) if row.get("slug") else self._called(row, marks)
        if institution is None:
            self._refuse(marks)
        self.seen.update(marks)
        return institution

    def _refuse(self, marks):
        if repeated := [column for country, column, value in marks if (country, column, value) in self.seen]:
            raise ValidationError({repeated[0]: SAME_LINE})

    def _addressed(self, row):
        if former := FormerAddress.objects.filter(slug=row["slug"]).select_related("institution").first():
            raise ValidationError(
                {
                    "slug": _("This is a former address. Give the present one: %(slug)s")
                    % {"slug": former.institution.slug}
                }
            )
        return super().get_instance(row)

    def _called(self, row, marks):
        """The institution of one of the line's names in its country."""
        names = [(column, name) for _country, column, name in marks if column in NAMES]
        slugs = _slugs_called(row.get("country", ""), names) if names else []
        if len(slugs) > 1:
            raise ValidationError(
                {
                    "slug": _("Several are called so. Give the address of the one meant: %(slugs)s")
                    % {"slugs": ", ".join(slugs)}
                }
            )
        if not slugs:
            return None
        row["slug"] = slugs[0]
        if (slugs[0],) not in self.stored:
            raise ValidationError({names[0][0]: SAME_LINE})
        return super().get_instance(row)


def _marks_of(row):
    """By what a line may be found to repeat another: triples of country, column, and folded name or host of the website."""
    columns = [column for column in NAMES if row.get(column)]
    marks = list(zip(columns, fold([str(row[column]) for column in columns]), strict=True))
    if host := host_of(str(row.get("website") or "")):
        marks.append(("website", host))
    return [(row.get("country", ""), *mark) for mark in marks]


def _slugs_called(country, names):
    """The addresses of the institutions of a country that have one of these names, as pairs of column and folded name."""
    called = Q()
    for column, name in names:
        called |= Q(**{f"folded_{column}": name})
    rows = Institution.objects.in_use().filter(country__iso2=country)
    folded = {f"folded_{column}": Folded(F(column)) for column in NAMES}
    return list(rows.alias(**folded).filter(called).order_by("slug").values_list("slug", flat=True))


class InstitutionTable(Table):
    """The last columns are there to be read: what they hold comes about by steps, and a file cannot change it."""

    country = link("country", Country, "iso2")
    city = Field("city", "city", CityWidget())
    sectors = links("sectors", Sector, "slug", among="below_themes")
    languages = links("languages", Language, "code")
    status = Field("status", "status", CharWidget(), readonly=True)
    verification = Field("rung__level", "verification", CharWidget(), readonly=True)
    verified_until = Field("rung__until", "verified_until", DayWidget(), readonly=True)
    representatives = Field("people", "representatives", WholeNumberWidget(), readonly=True)

    class Meta:
        model = Institution
        instance_loader_class = MatchingLoader
        import_id_fields = ["slug"]
        fields = [
            "slug", "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city", "city_name", "website",
            "founded", "staff", "sectors", "languages", "offers", "seeks", "written_in", "source_url", "status",
            "verification", "verified_until", "representatives",
        ]  # fmt: skip

    def filter_export(self, queryset, **kwargs):
        return super().filter_export(queryset, **kwargs).annotate(people=people_acting_for("pk"))

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.warnings = []
        self.looked_up = 0
        if "slug" not in dataset.headers:
            dataset.append_col([""] * len(dataset), header="slug")

    def import_instance(self, instance, row, **kwargs):
        try:
            super().import_instance(instance, row, **kwargs)
        finally:
            if not instance.slug and instance.country_id:
                instance.slug = Institution.free_slug(instance)
        if row.get("status", "") not in ("", instance.status):
            raise ValidationError(
                {"status": _("A state is not imported: take the step on the page of the institution.")}
            )

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Without a country no address can be made: then the country is what is wrong."""
        try:
            super().validate_instance(instance, import_validation_errors, validate_unique)
        except ValidationError as error:
            told = error.error_dict
            if not instance.slug and "slug" not in (import_validation_errors or {}) and len(told) > 1:
                told.pop("slug", None)
            raise

    def save_instance(self, instance, is_create, row, **kwargs):
        """Note what looks like a new one, while it is not on record itself."""
        if is_create and kwargs.get("dry_run") and self.looked_up < LOOKED_UP:
            self.looked_up += 1
            if alike := looking_like(instance):
                self.warnings.append((self.lines[kwargs["row_number"] - 1], instance.name, alike))
        super().save_instance(instance, is_create, row, **kwargs)
        if is_create:
            instance.enter(kwargs.get("user"))

    def do_instance_save(self, instance, is_create):
        """Write what a file may change and nothing else: a step that somebody takes meanwhile must not be undone."""
        if is_create:
            super().do_instance_save(instance, is_create)
        else:
            columns = [each.attribute for each in self.get_import_fields() if not each.readonly]
            instance.save(update_fields=[name for name in columns if name not in ("slug", "sectors", "languages")])

    def after_import(self, dataset, result, **kwargs):
        super().after_import(dataset, result, **kwargs)
        result.warnings = self.warnings
        result.not_looked_up = max(0, result.totals["new"] - self.looked_up) if kwargs.get("dry_run") else 0


def looking_like(institution):
    """The institutions on record that may be this new one: with the same website, or alike by name in the same country."""
    names = [institution.name_en, institution.name_fr, institution.name_ar]
    others = Institution.objects.in_use().exclude(pk=institution.pk)
    alike = others.resembling(names, institution.acronym, institution.website)
    same = Q(country=institution.country_id)
    if host := host_of(institution.website):
        same |= Q(website_host=host)
    return list(alike.filter(same).for_choice()[:SHOWN])
