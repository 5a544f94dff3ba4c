"""News of institutions, and of what they request and offer: what readers of the two lists can follow."""

from django.utils.timezone import localdate
from django.utils.translation import get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from classifications.models import Sector
from classifications.search import Folded, joined
from classifications.written import dates
from notifications.subjects import Item, Standing, Subject
from partners.filters import InstitutionFilter, NoticeFilter
from partners.models import Institution, Notice

CITY = ["city__name_en", "city__name_fr", "city__name_ar", "city__aliases"]


def texts_of_institutions(rows):
    """What institutions say, and what their countries and cities are called: the same as `InstitutionQuerySet.saying`."""
    own = rows.values_list("search_key", "search_stems")
    countries = rows.values_list("country__search_key", "country__search_stems")
    return [*own, *countries, *texts_of_cities(rows)]


def texts_of_cities(rows):
    """What the cities of rows are called: the same as `CityQuerySet.named_with`."""
    return [(key, "") for key in rows.values_list(Folded(joined(CITY)), flat=True) if key]


class InstitutionNews(Subject):
    kind = Institution.NEWS
    label = gettext_lazy("Partner institutions")
    list_id = "partners"
    filterset = InstitutionFilter
    model = Institution

    def public(self):
        return Institution.objects.listed()

    def open(self):
        return self.public()

    def standing(self, pk):
        institution = self.public().filter(pk=pk).first()
        return institution and Standing(str(institution.name))

    def values_of(self, rows):
        return InstitutionFilter.values_of(rows, self.facets)

    def texts_of(self, rows):
        return texts_of_institutions(rows)

    def items(self, pks):
        found = self.public().filter(pk__in=pks).for_choice()
        return {
            it.pk: Item(
                it.name, it.get_absolute_url(), it.get_kind_display(),
                [(_("Where"), _place([it.place, it.country.name]))],
            )
            for it in found
        }  # fmt: skip


class NoticeNews(Subject):
    kind = Notice.NEWS
    label = gettext_lazy("Requests and offers")
    list_id = "requests-and-offers"
    filterset = NoticeFilter
    model = Notice
    TIMELESS = ("when",)

    def public(self):
        return Notice.objects.published()

    def open(self):
        return Notice.objects.open_on(localdate())

    def standing(self, pk):
        notice = self.public().filter(pk=pk).first()
        return notice and Standing(notice.title, is_open=notice.is_open)

    def values_of(self, rows):
        return NoticeFilter.values_of(rows, self.facets)

    def texts_of(self, rows):
        return [*super().texts_of(rows), *texts_of_institutions(Institution.objects.filter(notices__in=rows))]

    def items(self, pks):
        found = self.public().filter(pk__in=pks).for_listing()
        return {notice.pk: _item(notice) for notice in found}


def _place(parts):
    return pgettext("between city and country", ", ").join(str(part) for part in parts if part)


def _item(notice):
    facts = [
        (_("From"), _place([notice.institution.name, notice.institution.country.name])),
        (_("Open until"), dates(notice.closes_on)),
        (_("Language"), _(get_language_info(notice.written_in)["name"])),
    ]
    return Item(
        notice.heading,
        notice.get_absolute_url(),
        notice.get_kind_display(),
        facts,
        "" if notice.is_open else Notice.State.PAST.label,
    )


def proposals_to(user):
    """Interests that fit the institutions for which somebody speaks: training and notices in their sectors."""
    institutions = Institution.objects.represented_by(user)
    slugs = sorted(Sector.objects.filter(institutions__in=institutions).distinct().values_list("slug", flat=True))
    if slugs:
        yield "opportunity", {"sector": slugs}
        yield Notice.NEWS, {"sector": slugs}
