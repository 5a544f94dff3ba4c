"""Every public page for search engines, in three languages, each naming the other two; an index leads to the parts."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Value
from django.urls import reverse
from django.utils.timezone import localdate

from classifications.models import Country
from classifications.written import LANGUAGES
from events.models import Event
from experts.models import Expert, Roster, RosterMembership
from partners.models import Institution, Notice
from programmes.models import Programme
from sesric_portal.frame import PREFIXES
from trop.models import TrainingOpportunity

STANDING = [
    "home", "programmes:programme-list", "events:event-list", "events:archive", "country-list", "partners:institution-list",
    "partners:search", "partners:map", "partners:register", "partners:notice-list",
    "oic-vet:about", "oic-vet:programme-types", "oic-vet:committee", "oic-vet:focal-points", "oic-vet:summary", "trop:about",
    "trop:opportunity-list", "trop:institution-list", "trop:join",
    "experts:about", "experts:search", "search", "about", "links", "contact", "privacy", "accessibility",
]  # fmt: skip


class Part(Sitemap):
    """Some rows, given by `items()`: where the pages of each are, on the portal's own host, and when they changed."""

    limit = 10_000  # each stands there three times, an institution six; a file may hold 50,000 addresses (sitemaps.org)

    def paths(self, row):
        return [row.get_absolute_url()]

    def lastmod(self, row):
        return None

    def get_latest_lastmod(self):
        """None: the index would read every row to tell it."""

    def get_urls(self, page=1, site=None, protocol=None):
        rows = self.paginator.page(page).object_list
        return [entry for row in rows for path in self.paths(row) for entry in _entries(path, self.lastmod(row))]


def _entries(path, changed):
    places = {code: settings.PORTAL_URL + PREFIXES[code] + path for code in LANGUAGES}
    others = [{"lang_code": code, "location": place} for code, place in places.items()]
    return [{"location": place, "lastmod": changed, "alternates": others} for place in places.values()]


class Pages(Part):
    """The pages that always stand, and those of years, programmes, countries and rosters."""

    def items(self):
        years = sorted(Event.objects.published().count_by_year())
        kept = [
            Programme.objects.order_by().values_list(Value("programmes:programme-detail"), "slug"),
            Country.objects.order_by().values_list(Value("country-detail"), "iso2"),
            Roster.objects.order_by().values_list(Value("experts:roster"), "slug"),
        ]
        named = kept[0].union(*kept[1:], all=True)
        return (
            [(name, []) for name in STANDING]
            + [("events:year", [y]) for y in years]
            + [(n, [s.lower()]) for n, s in named]
        )

    def paths(self, row):
        name, args = row
        return [reverse(name, args=args)]


class Events(Part):
    def items(self):
        return Event.objects.published().only("slug", "year", "updated_at").order_by("pk")

    def lastmod(self, event):
        return event.updated_at


class Institutions(Part):
    """Listed institutions; members of TROP have a second page there."""

    def items(self):
        return Institution.objects.listed().order_by("pk").values_list("slug", "trop_membership__joined_on")

    def paths(self, row):
        slug, joined_on = row
        names = ["partners:institution-detail", "trop:institution-detail"][: 2 if joined_on else 1]
        return [reverse(name, args=[slug]) for name in names]


class Notices(Part):
    def items(self):
        return Notice.objects.open_on(localdate()).only("changed_at").order_by("pk")

    def lastmod(self, notice):
        return notice.changed_at


class Opportunities(Part):
    def items(self):
        return TrainingOpportunity.objects.published().only("slug", "updated_at").order_by("pk")

    def lastmod(self, opportunity):
        return opportunity.updated_at


class Experts(Part):
    """The pages that experts agreed to be public, on each of their rosters."""

    def items(self):
        public = RosterMembership.objects.filter(expert__in=Expert.objects.public())
        return public.order_by("pk").values_list("roster__slug", "expert__key")

    def paths(self, row):
        return [reverse("experts:expert", args=row)]


PARTS = {
    "pages": Pages, "events": Events, "institutions": Institutions, "notices": Notices, "opportunities": Opportunities,
    "experts": Experts,
}  # fmt: skip
