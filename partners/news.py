"""News of institutions, and of what they request and offer: what readers of the two lists can follow."""

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classifications.models import Country, Sector
from classifications.written import dates
from notifications.subjects import Item, Standing, Subject
from partners.filters import InstitutionFilter, NoticeFilter
from partners.models import Institution, Notice


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

    def items(self, pks):
        found = self.public().filter(pk__in=pks).for_choice()
        return {
            it.pk: Item(
                it.name, it.get_absolute_url(), it.get_kind_display(),
                [(_("Where"), ", ".join(str(part) for part in (it.place, it.country.name) if part))],
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
        """What wants no country in particular is open to each."""
        values = NoticeFilter.values_of(rows, self.facets)
        if NoticeFilter.ALL in values["wanted"]:
            values["wanted"] = set(Country.objects.values_list("iso2", flat=True))
        return values

    def items(self, pks):
        found = self.public().filter(pk__in=pks).for_listing()
        return {notice.pk: _item(notice) for notice in found}


def _item(notice):
    facts = [
        (_("From"), f"{notice.institution.name}, {notice.institution.country.name}"),
        (_("Open until"), dates(notice.closes_on)),
        (_("Language"), notice.get_written_in_display()),
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
