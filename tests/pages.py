"""Every public page type with rows to show, and what tests ask of a page's HTML."""

import json
from datetime import date
from html.parser import HTMLParser

from sesric_portal.sitemaps import PARTS
from tests.factories import (
    CityFactory,
    CommitteeFactory,
    CountryFactory,
    EventDocumentFactory,
    EventFactory,
    ExpertFactory,
    FocalPointFactory,
    FormerAddressFactory,
    InstitutionFactory,
    LanguageFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
    PageFactory,
    ParticipationFactory,
    ProgrammeDocumentFactory,
    ProgrammeFactory,
    ReferenceFactory,
    RosterFactory,
    SeatFactory,
    SectorFactory,
    SeriesFactory,
)

WRITTEN = [
    "about", "links", "privacy", "accessibility", "trop", "experts", "oic-vet", "oic-vet-programme-types",
    "oic-vet-committee", "oic-vet-focal-points",
]  # fmt: skip
KEY = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"  # of what is found by a key that nobody can guess
PREFIXES = {"en": "", "fr": "/fr", "ar": "/ar"}

# One address of every type of page that a visitor reads, as they are after `populate()`.
READING = [
    "/", "/events/", "/events/?q=course&kind=training_course&sort=oldest", "/events/2011/", "/events/2011/lead/",
    "/events/archive/", "/programmes/", "/programmes/oic-vet/", "/programmes/oic-vet/?year=2011", "/oic-vet/",
    "/oic-vet/programme-types/", "/oic-vet/committee/", "/oic-vet/focal-points/", "/oic-vet/summary/", "/countries/",
    "/countries/aa/", "/partners/", "/partners/search/", "/partners/search/?part=offers&kind=ministry",
    "/partners/map/", "/partners/register/", "/partners/register/?q=lead", "/partners/lead/",
    "/partners/notices/", "/partners/notices/999999/",
    "/search/", "/search/?q=lead", "/about/", "/links/",
    "/privacy/", "/accessibility/", "/experts/", "/experts/lead/", "/experts/search/",
    "/experts/lead/?q=lead&degree=master&sort=fresh",
    "/experts/lead/6ba7b810-9dad-11d1-80b4-00c04fd430c8/",
    "/trop/", "/trop/join/", "/trop/institutions/", "/trop/institutions/lead/", "/trop/opportunities/",
    "/trop/opportunities/lead/",
]  # fmt: skip
# What programs read, and what is downloaded.
FILES = [
    "/partners/notices/feed/", "/events/calendar.ics", "/events/feed/", "/events/table.csv", "/events/archive/table.csv",
    "/events/2011/lead/event.ics",
    "/trop/opportunities/calendar.ics", "/trop/opportunities/feed/", "/trop/opportunities/lead/opportunity.ics",
]  # fmt: skip
SITEMAPS = ["/sitemap.xml", *(f"/sitemap-{part}.xml" for part in PARTS)]
STANDING = ["/robots.txt", *SITEMAPS, "/health/live", "/health/ready", "/event-detail.php?id=1"]


def populate(count=1):
    """Fill every page with `count` rows of everything it can show; give the event whose page is shown."""
    country = CountryFactory(iso2="AA")
    for slug in WRITTEN:
        PageFactory(slug=slug)
    programme = ProgrammeFactory(slug="oic-vet", name_en="Lead programme", acronym="OIC-VET", summary_en="Summary.")
    programme.sectors.set(SectorFactory.create_batch(count, theme=programme.theme))
    ProgrammeDocumentFactory.create_batch(count, programme=programme)
    ProgrammeFactory.create_batch(count, theme=programme.theme)
    committee = CommitteeFactory(programme=programme)
    SeatFactory.create_batch(count, committee=committee)
    states = [CountryFactory(iso2=f"B{chr(65 + n // 26)}"[:1] + chr(65 + n % 26)) for n in range(min(count, 25))]
    for state in [country, *states]:
        FocalPointFactory(country=state, programme=programme)
    country.languages.set(LanguageFactory.create_batch(count))
    institution = InstitutionFactory(slug="lead", name_en="Lead institution", country=country)
    providers = [institution, *InstitutionFactory.create_batch(count, country=country)]
    about = {"institution": institution, "sectors": programme.sectors.all(), "countries": [country, *states]}
    NoticeFactory(pk=999999, title="Lead request", **about)
    NoticeFactory.create_batch(count, **about)
    series = SeriesFactory()
    city = CityFactory(country=country)
    links = {
        "country": country, "city": city, "series": series, "programmes": [programme], "providers": providers,
        "provider_countries": [country, *states], "languages": LanguageFactory.create_batch(count),
    }  # fmt: skip
    lead = EventFactory(slug="lead", title_en="Lead course", number_in_series=1, **links)
    EventDocumentFactory.create_batch(count, event=lead)
    FormerAddressFactory(event=lead, number=1)
    for event in [lead, *(EventFactory(number_in_series=n + 2, **links) for n in range(count))]:
        for state in [country, *states]:
            ParticipationFactory(event=event, country=state)
    offered = {"sectors": programme.sectors.all(), "languages": links["languages"], "open_to": [country, *states]}
    MembershipFactory(institution=institution)
    OpportunityFactory(slug="lead", title="Lead opportunity", institution=institution, city=city, **offered)
    OpportunityFactory.create_batch(count, institution=institution, city=city, **offered)
    OpportunityFactory.create_batch(count, institution=institution, status="closed", **offered)
    MembershipFactory.create_batch(count)
    EventFactory(
        slug="to-come",
        title_en="Lead to come",
        starts_on=date(2090, 1, 1),
        status="planned",
        **links | {"series": None},
    )
    rosters = [RosterFactory(slug="lead", name_en="Lead roster")]
    sectors = SectorFactory.create_batch(count)
    spoken = {language.code: 5 for language in LanguageFactory.create_batch(count)}
    expert = ExpertFactory(
        key=KEY, name="Lead expert", nationality=country, rosters=rosters, sectors=sectors, speaks=spoken
    )
    for year in range(count):
        expert.assignments.create(what="Lead assignment", country=country, year=2000 + year)
    ReferenceFactory(expert=expert, key=KEY)
    for _number in range(count):
        ExpertFactory(nationality=country, rosters=rosters, sectors=sectors, speaks=spoken)
    return lead


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
        self.data = []
        self._in_data = False

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._in_data = (tag, dict(attributes).get("type")) == ("script", "application/ld+json")

    def handle_endtag(self, tag):
        self._in_data = False

    def handle_data(self, text):
        if self._in_data:
            self.data.append(json.loads(text))


def parsed(response):
    """The tags of a page in order, as pairs of name and attributes, and its blocks of linked data."""
    parser = _Parser()
    parser.feed(response.content.decode())
    return parser


def links(response, rel):
    """The `<link>`s of one kind in the head of a page."""
    return [attributes for tag, attributes in parsed(response).tags if tag == "link" and attributes.get("rel") == rel]


def titles(response):
    """The titles of the events that a list shows, in its order."""
    return [event.title_en for event in response.context["object_list"]]
