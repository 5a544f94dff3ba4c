"""The list of events under every filter and order, one event, the archive, the former addresses."""

import re
from datetime import date, time, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext, override

from events.filters import EventFilter
from events.models import Event
from sesric_portal.templatetags.portal import event_count
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventDocumentFactory,
    EventFactory,
    FormerAddressFactory,
    InstitutionFactory,
    LanguageFactory,
    ProgrammeFactory,
    SectorFactory,
    SeriesFactory,
    ThemeFactory,
)
from tests.pages import PREFIXES, links, parsed, titles

LIST = "/events/"


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_shows_published_only(client, db, django_assert_num_queries, item_count):
    published = EventFactory.create_batch(item_count)
    EventFactory(published_at=None)
    client.get(LIST)
    with django_assert_num_queries(2):  # the tally's version, the rows
        response = client.get(LIST)
    assert list(response.context["object_list"]) == sorted(published, key=lambda event: event.pk, reverse=True)
    assert response.context["paginator"].count == item_count


def _world():
    """One event that has everything another has not: a pair (in, out) that every facet tells apart."""
    tunisia, mali = CountryFactory(iso2="TN"), CountryFactory(iso2="ML", oic_group="African")
    training = ProgrammeFactory(slug="in", theme=ThemeFactory(slug="in-theme"))
    other = ProgrammeFactory(slug="out", theme=ThemeFactory(slug="out-theme"))
    training.sectors.add(SectorFactory(slug="in-sector"))
    other.sectors.add(SectorFactory(slug="out-sector"))
    shared = {"starts_on": date(2011, 7, 5)}
    EventFactory(
        title_en="In", kind="seminar", mode="hybrid", country=tunisia, programmes=[training], provider_countries=[tunisia],
        beneficiary_countries=[tunisia], languages=[LanguageFactory(code="fr")], status="cancelled",
        providers=[InstitutionFactory(slug="in-house")], **shared,
    )  # fmt: skip
    EventFactory(
        title_en="Out", kind="meeting", mode="in_person", country=mali, programmes=[other], provider_countries=[mali],
        beneficiary_countries=[mali], languages=[LanguageFactory(code="en")], status="held", starts_on=date(2012, 7, 5),
        providers=[InstitutionFactory(slug="out-house")],
    )  # fmt: skip
    EventFactory(title_en="Bare", mode="online", country=tunisia, **shared | {"starts_on": date(2013, 1, 1)})


FACETS = {
    "year": ("2011", "2012"),
    "when": ("cancelled", "held"),
    "kind": ("seminar", "meeting"),
    "mode": ("hybrid", "in_person"),
    "theme": ("in-theme", "out-theme"),
    "programme": ("in", "out"),
    "institution": ("in-house", "out-house"),
    "provider": ("TN", "ML"),
    "beneficiary": ("TN", "ML"),
    "venue": ("TN", "ML"),
    "sector": ("in-sector", "out-sector"),
    "provider_group": ("Arab", "African"),
    "beneficiary_group": ("Arab", "African"),
    "venue_group": ("Arab", "African"),
    "language": ("fr", "en"),
}


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_keeps_what_has_the_value_and_no_other(client, db, facet):
    _world()
    wanted, other = FACETS[facet]
    bare = ["Bare"] if (facet, other) == ("when", "held") else []
    assert titles(client.get(LIST, {facet: wanted})) == ["In"]
    assert titles(client.get(LIST, {facet: other})) == [*bare, "Out"]
    both = client.get(LIST, {facet: [wanted, other, wanted]})
    assert titles(both) == [*bare, "Out", "In"]
    assert both.context["paginator"].count == 2 + len(bare)
    assert {chip.url for chip in both.context["filter"].chips} == {
        both.context["filter"].url([(facet, other)]), both.context["filter"].url([(facet, wanted)])
    }  # fmt: skip


@pytest.mark.parametrize("facet", ["theme", "programme", "institution", "provider", "beneficiary", "venue", "language"])
def test_none_finds_what_has_no_value(client, db, facet):
    _world()
    assert titles(client.get(LIST, {facet: "none"})) == ["Bare"]
    assert titles(client.get(LIST, {facet: ["none", FACETS[facet][0]]})) == ["Bare", "In"]


def test_values_of_one_facet_widen_and_facets_narrow(client, db):
    EventFactory(title_en="Seminar online", kind="seminar", mode="online")
    EventFactory(title_en="Seminar there", kind="seminar")
    EventFactory(title_en="Meeting online", kind="meeting", mode="online")
    EventFactory(title_en="Course online", kind="training_course", mode="online")
    found = titles(client.get(LIST, {"kind": ["seminar", "meeting"], "mode": "online", "sort": "oldest"}))
    assert found == ["Seminar online", "Meeting online"]


def test_words_narrow_too(client, db):
    EventFactory(title_en="Course on sampling", kind="seminar")
    EventFactory(title_en="Course on weights", kind="seminar")
    EventFactory(title_en="Sampling again", kind="meeting")
    assert titles(client.get(LIST, {"q": "SAMPLING", "kind": "seminar"})) == ["Course on sampling"]


def _counts(response, facet):
    facet = next(each for each in response.context["filter"].facets if each.name == facet)
    return {tick.value: tick.count for tick in [*facet.shown, *facet.folded]}


def test_counts_respect_the_other_filters_and_not_their_own(client, db):
    EventFactory(title_en="a", kind="seminar", mode="online")
    EventFactory(title_en="b", kind="seminar", mode="in_person")
    EventFactory(title_en="c", kind="meeting", mode="online")
    EventFactory(title_en="d", kind="meeting", mode="online", published_at=None)
    response = client.get(LIST, {"kind": "seminar", "mode": "online"})
    assert titles(response) == ["a"]
    assert _counts(response, "kind") == {"seminar": 1, "meeting": 1}
    assert _counts(response, "mode") == {"online": 1, "in_person": 1}
    worded = client.get(LIST, {"q": "c"})
    assert _counts(worded, "kind") == {"meeting": 1, "seminar": 0} or _counts(worded, "kind") == {"meeting": 1}


def test_every_count_is_what_following_it_shows(client, db):
    _world()
    response = client.get(LIST, {"when": ["held", "cancelled"]})
    for facet in response.context["filter"].facets:
        if facet.name == "when":
            continue
        for tick in [*facet.shown, *facet.folded]:
            found = client.get(LIST, {"when": ["held", "cancelled"], facet.name: tick.value})
            assert (facet.name, tick.value, found.context["paginator"].count) == (facet.name, tick.value, tick.count)


def test_the_strip_counts_under_the_filters_and_leads_to_the_year(client, db):
    _world()
    strip = client.get(LIST, {"kind": "seminar", "year": "2012"}).context["filter"].strip
    assert [(year.year, year.count, year.url, year.chosen) for year in strip] == [
        (2011, 1, "/events/2011/?kind=seminar", False),
        (2012, 0, "", True),
        (2013, 0, "", False),
    ]


def test_orders(client, db):
    EventFactory(title_en="few", starts_on=date(2011, 1, 1), participants=3)
    EventFactory(title_en="unknown", starts_on=date(2013, 1, 1))
    EventFactory(title_en="many", starts_on=date(2012, 1, 1), participants=30)
    EventFactory(title_en="none", starts_on=date(2010, 1, 1), participants=0)
    orders = {
        "": ["unknown", "many", "few", "none"],
        "newest": ["unknown", "many", "few", "none"],
        "oldest": ["none", "few", "many", "unknown"],
        "participants": ["many", "few", "none", "unknown"],
    }
    assert {sort: titles(client.get(LIST, {"sort": sort})) for sort in orders} == orders
    current = [url for _label, url, chosen in client.get(LIST, {"sort": "oldest"}).context["filter"].sorts if chosen]
    assert current == ["/events/?sort=oldest"]


def test_of_what_is_to_come_the_next_stands_first(client, db):
    EventFactory(title_en="held")
    for year in (2091, 2090, 2092):
        EventFactory(title_en=str(year), status="planned", starts_on=date(year, 1, 1))
    to_come = client.get(LIST, {"when": "to-come"})
    assert titles(to_come) == ["2090", "2091", "2092"]
    assert [(str(label), url, chosen) for label, url, chosen in to_come.context["filter"].sorts] == [
        ("Soonest first", "/events/?when=to-come", True),
        ("Latest first", "/events/?when=to-come&sort=newest", False),
    ]
    assert titles(client.get(LIST, {"when": "to-come", "sort": "newest"})) == ["2092", "2091", "2090"]
    assert titles(client.get(LIST, {"when": ["to-come", "held"]})) == ["2092", "2091", "2090", "held"]


PAGES = {
    "": 1,
    "1": 1,
    "2": 2,
    "3": 3,
    "0": 3,
    "-1": 3,
    "4": 3,
    "999999": 3,
    "abc": 1,
    "1e3": 1,
    "2.0": 1,
    "٢": 2,
    "9" * 5000: 1,
}


def test_pages(client, db):
    """A number beyond the last shows the last page, what is no number the first."""
    first = date(2011, 1, 1)
    for number in range(51):
        EventFactory(title_en=f"Event {number}", starts_on=first + timedelta(days=number))
    found = {asked: client.get(LIST, {"page": asked, "sort": "oldest"}).context["page_obj"].number for asked in PAGES}
    assert found == PAGES
    response = client.get(LIST, {"page": 2, "sort": "oldest", "q": "event"})
    assert titles(response) == [f"Event {number}" for number in range(25, 50)]
    pager = {
        attributes["rel"]: attributes["href"]
        for tag, attributes in parsed(response).tags
        if tag == "a" and attributes.get("rel") in ("prev", "next")
    }
    assert pager == {"prev": "?page=1&sort=oldest&q=event", "next": "?page=3&sort=oldest&q=event"}
    assert titles(client.get(LIST, {"page": 3, "sort": "oldest"})) == ["Event 50"]


LEFT_OUT = {
    "year=abc": ("Year", "abc"),
    "year=99999": ("Year", "99999"),
    "year=2012": ("Year", "2012"),
    "kind=party": ("Kind", "party"),
    "mode=telepathy": ("How", "telepathy"),
    "when=yesterday": ("When", "yesterday"),
    "programme=no-such": ("Programme", "no-such"),
    "theme=in-theme%00": ("Theme", "in-theme\x00"),
    "provider=XX": ("Taught by a country", "XX"),
    "beneficiary=sn": ("Received by a country", "sn"),
    "venue=%FF": ("Held in a country", "\ufffd"),
    "language=tlh": ("Language of teaching", "tlh"),
    "sort=random": ("Sort by", "random"),
    "kind=" + "x" * 10_000: ("Kind", "x" * 60 + "…"),
    "q=" + "x" * 10_000: ("Words", "x" * 60 + "…"),
    "q=one+two+three+four+five+six+seven+eight+nine+ten": ("Words", "nine ten"),
}


@pytest.mark.parametrize("query", LEFT_OUT, ids=lambda query: query[:40])
def test_what_names_nothing_is_left_out_and_told(client, db, query):
    EventFactory(title_en="x" * 200 + " one two three four five six seven eight")
    response = client.get(LIST, QUERY_STRING=query)
    label, value = LEFT_OUT[query]
    assert response.context["filter"].left_out == [(label, value)]
    assert len(titles(response)) == 1
    assert f"<li>{label}: <bdi>{value}</bdi></li>" in response.content.decode()
    assert {"name": "robots", "content": "noindex"} in [
        attributes for tag, attributes in parsed(response).tags if tag == "meta"
    ]


def test_nothing_is_told_where_everything_is_known(client, db):
    _world()
    response = client.get(
        LIST, {"kind": "seminar", "q": "in", "sort": "oldest", "programme": ["in", "none"], "nonsense": "x"}
    )
    assert response.context["filter"].left_out == []
    assert "was left out" not in response.content.decode()


def test_each_list_keeps_its_own_of_what_was_asked(db):
    """Filters and fields are shared as far as nothing changes in them; who asks for nonsense is told so, and nobody else."""
    EventFactory(kind="workshop")
    one, other = (EventFilter(QueryDict(query)) for query in ("kind=nonsense&q=x%00&sort=odd", "kind=workshop"))
    assert [value for _label, value in one.left_out] == ["nonsense", "odd"]
    assert other.left_out == []
    assert (one.chosen["kind"], other.chosen["kind"]) == ([], ["workshop"])
    assert one.left_out != []
    assert EventFilter(QueryDict()).left_out == []


def test_known_and_unknown_values_of_one_facet(client, db):
    _world()
    response = client.get(LIST, {"kind": ["party", "seminar"]})
    assert titles(response) == ["In"]
    assert response.context["filter"].left_out == [("Kind", "party")]


def test_where_nothing_fits_each_choice_can_be_left_out(client, db):
    _world()
    response = client.get(LIST, {"kind": "seminar", "mode": "online"})
    assert titles(response) == []
    ways = [(chip.url, count) for chip, count in response.context["filter"].ways_out]
    assert ways == [("/events/?mode=online", 1), ("/events/?kind=seminar", 1)]


@pytest.mark.parametrize(("language", "colon"), [("en", ": "), ("fr", "\N{NO-BREAK SPACE}: "), ("ar", ": ")])
def test_a_label_and_its_value_are_kept_apart_as_the_language_does(client, db, language, colon):
    _world()
    page = client.get(
        f"{PREFIXES[language]}{LIST}", {"kind": "seminar", "mode": "online", "venue": "XX"}
    ).content.decode()
    with override(language):
        venue, one = gettext("Held in a country"), event_count(1)
    assert page.count(f"</a>{colon}{one}</li>") == 2
    assert f"<li>{venue}{colon}<bdi>XX</bdi></li>" in page
    feed = client.get(f"{PREFIXES[language]}/events/feed/", {"kind": "seminar"}).content.decode()
    with override(language):
        assert f"<title>{gettext('Events')}{colon}{gettext('Seminar')}</title>" in feed


def test_year_page(client, db):
    _world()
    response = client.get("/events/2011/")
    assert titles(response) == ["In"]
    assert links(response, "canonical") == [{"rel": "canonical", "href": "http://testserver/events/2011/"}]
    # One year in the query is the year's page; the path's year stands against another in the query.
    assert links(client.get(LIST, {"year": "2011"}), "canonical")[0]["href"] == "http://testserver/events/2011/"
    assert titles(client.get("/events/2011/", {"year": "2012"})) == ["In"]


@pytest.mark.parametrize("language", PREFIXES)
def test_a_year_without_events_is_said_in_our_page(client, db, language):
    EventFactory(starts_on=date(2012, 1, 1), published_at=None)
    EventFactory(starts_on=date(2011, 1, 1))
    response = client.get(f"{PREFIXES[language]}/events/2012/")
    assert (response.status_code, response.templates[0].name) == (404, "404.html")
    with override(language):
        reason = gettext("No event of this year is on record.")
    assert f'<p class="lead">{reason}</p>' in response.content.decode()
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("path", ["/events/1899/", "/events/2100/", "/events/201/", "/events/20111/", "/events/٢٠١١/"])
def test_what_is_no_year_is_not_found(client, db, path):
    EventFactory()
    assert client.get(path).status_code == 404


# --- One event -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item_count", [1, 3])
def test_event_page_lists_its_documents_and_no_others(client, db, django_assert_num_queries, item_count):
    event, french = EventFactory(), LanguageFactory(name_en="French", name_fr="français", name_ar="الفرنسية")
    for number in range(item_count, 0, -1):
        EventDocumentFactory(event=event, title_en=f"Report {number}", title_fr=f"Rapport {number}", language=french)
    EventDocumentFactory(title_en="Of another event")
    client.get(event.get_absolute_url())
    with django_assert_num_queries(2):  # the version of the tally; the event with its documents
        page = client.get(f"/fr{event.get_absolute_url()}").content.decode()
    told = re.findall(r'<a href="/fr/events/documents/(\d+)/">([^<]+)</a> <span class="muted">\(([^<]+), ', page)
    named = {each.pk: each.title_fr for each in event.documents.all()}
    assert told == [(str(pk), title, "français") for pk, title in sorted(named.items(), key=lambda each: each[1])]
    assert (len(told), page.count('<bdi lang="en">PDF</bdi>')) == (item_count, item_count)


def test_event_page_shows_what_is_known(client, db):
    country = CountryFactory(iso2="TN", name_en="Tunisia")
    event = EventFactory(
        slug="known", country=country, city=CityFactory(name_en="Tunis", country=country), participants=1234,
        providers=[InstitutionFactory(name_en="Office of Statistics", slug="office")], provider_countries=[country],
    )  # fmt: skip
    html = client.get("/events/2011/known/").content.decode()
    for shown in ("5–6 July 2011", "Tunis", "1,234", "Office of Statistics", "/partners/office/", "(2 days)"):
        assert shown in html
    bare = EventFactory(slug="bare")
    html = client.get(bare.get_absolute_url()).content.decode()
    assert "Office of Statistics" not in html
    assert html.count("Not recorded") >= 3
    assert event != bare


DATES = {
    (date(2011, 7, 5), date(2011, 7, 6)): ("5–6 July 2011", "5-6 juillet 2011", "٥–٦ تموز/يوليو ٢٠١١"),
    (date(2011, 7, 5), date(2011, 7, 5)): ("5 July 2011", "5 juillet 2011", "٥ تموز/يوليو ٢٠١١"),
    (date(2011, 7, 1), date(2011, 8, 2)): ("1 July – 2 August 2011", "1er juillet – 2 août 2011", "١ تموز/يوليو – ٢ آب/أغسطس ٢٠١١"),
    (date(2011, 12, 30), date(2012, 1, 2)): (
        "30 December 2011 – 2 January 2012",
        "30 décembre 2011 – 2 janvier 2012",
        "٣٠ كانون الأول/ديسمبر ٢٠١١ – ٢ كانون الثاني/يناير ٢٠١٢",
    ),
}  # fmt: skip


@pytest.mark.parametrize("days", DATES)
def test_days_as_each_language_writes_them(client, db, days):
    first, last = days
    event = EventFactory(slug="days", starts_on=first, ends_on=last)
    for prefix, written in zip(PREFIXES.values(), DATES[days], strict=True):
        time_tag = f'<time datetime="{first.isoformat()}">{written}</time>'
        for path in (LIST, f"/events/{first.year}/days/"):
            assert time_tag in client.get(prefix + path).content.decode(), (prefix, path)
    assert event.year == first.year


def test_figures_in_the_digits_of_the_language(client, db):
    EventFactory(slug="big", participants=12400)
    shown = {
        language: client.get(f"{prefix}/events/2011/big/").content.decode() for language, prefix in PREFIXES.items()
    }
    for language, number in {"en": "12,400", "fr": "12\u202f400", "ar": "١٢٬٤٠٠"}.items():
        assert {code: number in html for code, html in shown.items()} == {code: code == language for code in PREFIXES}


def test_a_title_in_another_language_is_marked(client, db):
    EventFactory(slug="one", title_en="English only <b>")
    EventFactory(slug="three", title_en="Course", title_fr="Cours", title_ar="دورة", starts_on=date(2010, 1, 1))
    marked = '<bdi lang="en" dir="ltr">English only &lt;b&gt;</bdi>'
    for path in (LIST, "/events/2011/one/"):
        assert marked in client.get("/ar" + path).content.decode()
        assert marked in client.get("/fr" + path).content.decode()
        assert marked not in client.get(path).content.decode()
    arabic = client.get("/ar/events/2010/three/").content.decode()
    assert "<h1>دورة</h1>" in arabic
    assert "Course" not in arabic


@pytest.mark.parametrize(
    ("status", "days", "label", "notice"),
    [
        ("postponed", 30, "Postponed", "This event has been postponed."),
        ("cancelled", 30, "Cancelled", "This event has been cancelled."),
        ("cancelled", -30, "Cancelled", "This event has been cancelled."),
        ("planned", 30, "To come", ""),
        ("open", 30, "Open for registration", ""),
        ("planned", -30, "", ""),
    ],
)
def test_what_is_called_off_or_to_come_is_marked(client, db, status, days, label, notice):
    EventFactory(slug="marked", status=status, starts_on=localdate() + timedelta(days=days))
    event = Event.objects.get()
    badges = [f">{word}</span>" for word in ("Postponed", "Cancelled", "To come", "Open for registration")]
    rows = client.get(LIST).content.decode().partition('<ol class="rows"')[2]
    assert [badge for badge in badges if badge in rows] == ([f">{label}</span>"] if label else [])
    page = client.get(event.get_absolute_url()).content.decode()
    notices = [text for text in ("This event has been postponed.", "This event has been cancelled.") if text in page]
    assert notices == ([notice] if notice else [])


SCHEMA = "https://schema.org/"


@pytest.mark.parametrize(
    ("status", "mode", "kind", "expected"),
    [
        ("held", "in_person", "training_course", ("EventScheduled", "OfflineEventAttendanceMode", "EducationEvent")),
        ("postponed", "online", "meeting", ("EventPostponed", "OnlineEventAttendanceMode", "Event")),
        ("cancelled", "hybrid", "workshop", ("EventCancelled", "MixedEventAttendanceMode", "EducationEvent")),
    ],
)
def test_linked_data(client, db, status, mode, kind, expected):
    country = CountryFactory(iso2="TN")
    EventFactory(
        slug="ld", title_en="</script><b>&", status=status, mode=mode, kind=kind, country=country, begins_at=time(9),
        city=CityFactory(name_en="Tunis", country=country),
    )  # fmt: skip
    [data] = parsed(client.get("/events/2011/ld/")).data
    found = (data["eventStatus"].removeprefix(SCHEMA), data["eventAttendanceMode"].removeprefix(SCHEMA), data["@type"])
    assert found == expected
    assert (data["name"], data["startDate"], data["endDate"]) == (
        "</script><b>&",
        "2011-07-05T09:00:00+03:00",
        "2011-07-06",
    )
    assert data["url"] == "http://testserver/events/2011/ld/"
    places = data["location"] if isinstance(data["location"], list) else [data["location"]]
    kinds = {"in_person": ["Place"], "online": ["VirtualLocation"], "hybrid": ["Place", "VirtualLocation"]}[mode]
    assert [place["@type"] for place in places] == kinds
    if mode != "online":
        assert places[0]["address"] == {"@type": "PostalAddress", "addressLocality": "Tunis", "addressCountry": "TN"}
    [arabic] = parsed(client.get("/ar/events/2011/ld/")).data
    assert (arabic["inLanguage"], arabic["url"]) == ("ar", "http://testserver/ar/events/2011/ld/")


@pytest.mark.parametrize(
    ("times", "expected", "told"),
    [
        ({}, ("2011-07-05", "2011-07-06"), None),
        ({"finishes_at": time(17)}, ("2011-07-05", "2011-07-06"), None),
        ({"begins_at": time(9)}, ("2011-07-05T09:00:00+01:00", "2011-07-06"), "from 09:00, time of Africa/Tunis"),
        (
            {"begins_at": time(9), "finishes_at": time(17, 30)},
            ("2011-07-05T09:00:00+01:00", "2011-07-06T17:30:00+01:00"),
            "from 09:00 to 17:30, time of Africa/Tunis",
        ),
    ],
)
def test_times_are_told_where_they_are_known(client, db, times, expected, told):
    EventFactory(slug="at", time_zone="Africa/Tunis", **times)
    page = client.get("/events/2011/at/")
    [data] = parsed(page).data
    assert (data["startDate"], data["endDate"]) == expected
    assert re.findall(r"from [^<]* time of [^<]*", page.content.decode()) == ([told] if told else [])


def test_series_leads_to_the_next_and_the_one_before(client, db):
    series = SeriesFactory()
    days = [date(2010, 1, 1), date(2011, 1, 1), date(2012, 1, 1), date(2013, 1, 1), date(2014, 1, 1)]
    one, two, three, draft, five = (
        EventFactory(title_en=f"Session {day.year}", starts_on=day, series=series, number_in_series=number)
        for number, day in enumerate(days, 1)
    )
    Event.objects.filter(pk=draft.pk).update(published_at=None)
    EventFactory(title_en="Another series", starts_on=date(2012, 6, 1), series=SeriesFactory())
    neighbours = {
        event: list(client.get(event.get_absolute_url()).context["neighbours"]) for event in (one, two, three, five)
    }
    assert neighbours == {one: [two], two: [three, one], three: [five, two], five: [three]}
    assert client.get(EventFactory().get_absolute_url()).context["neighbours"] == []


def test_related_events_are_the_nearest_of_the_programme(client, db):
    programme = ProgrammeFactory()
    events = [EventFactory(starts_on=date(2011, month, 1), programmes=[programme]) for month in range(1, 8)]
    EventFactory(starts_on=date(2011, 4, 2), programmes=[ProgrammeFactory()])
    EventFactory(starts_on=date(2011, 4, 3))
    EventFactory(starts_on=date(2011, 4, 4), programmes=[programme], published_at=None)
    related = client.get(events[3].get_absolute_url()).context["related"]
    assert len(related) == 3
    assert {events[2], events[4]} < set(related) <= {events[1], events[2], events[4], events[5]}
    alone = EventFactory(programmes=[ProgrammeFactory()])
    assert list(client.get(alone.get_absolute_url()).context["related"]) == []


def test_archive_counts_by_programme_and_year(client, db):
    one, two = ProgrammeFactory(slug="one"), ProgrammeFactory(slug="two")
    EventFactory(programmes=[one, two])
    EventFactory(programmes=[one])
    EventFactory(starts_on=date(2013, 1, 1))
    EventFactory(programmes=[one], published_at=None)
    matrix = client.get("/events/archive/").context["matrix"]
    rows = {row.name: ([cell.count for cell in row.cells], row.total) for group in matrix.groups for row in group.rows}
    assert rows == {one.name_en: ([2, 0, 0], 2), two.name_en: ([1, 0, 0], 1), "Events of no programme": ([0, 0, 1], 1)}
    assert ([cell.count for cell in matrix.totals], matrix.total) == ([2, 0, 1], 3)
    for row in (row for group in matrix.groups for row in group.rows):
        assert [span for _cell, span in row.stretches] == {2: [1, 2], 1: [2, 1] if row.cells[2].count else [1, 2]}[
            row.total
        ]
        for cell in row.cells:
            if cell.count:
                assert client.get(cell.url).context["paginator"].count == cell.count
    assert client.get("/events/archive/").content.decode().count("?programme=one") == 1


# --- Former addresses ----------------------------------------------------------------------------------------------

FORMER = ["/event-detail.php", "/event-details.php", "/event-print.php"]


@pytest.mark.parametrize("path", FORMER)
@pytest.mark.parametrize(("variant", "prefix"), [("", ""), ("-fr", "/fr"), ("-ar", "/ar")])
def test_a_former_address_leads_to_its_event(client, db, path, variant, prefix):
    FormerAddressFactory(number=45, event__slug="now")
    FormerAddressFactory(number=46, event__slug="other")
    response = client.get(path.replace(".php", f"{variant}.php"), {"id": "45"})
    assert (response.status_code, response.headers["Location"]) == (301, f"{prefix}/events/2011/now/")


def test_a_former_number_used_twice_leads_to_the_earlier_event(client, db):
    FormerAddressFactory(number=45, event__slug="later", event__starts_on=date(2011, 7, 12))
    FormerAddressFactory(number=45, event__slug="earlier", event__starts_on=date(2011, 7, 5))
    FormerAddressFactory(number=45, event__slug="draft", event__starts_on=date(2011, 7, 1), event__published_at=None)
    assert client.get("/event-detail.php", {"id": "45"}).headers["Location"] == "/events/2011/earlier/"


@pytest.mark.parametrize("number", ["46", "", "abc", "-45", "4.5", "45 ", "٤٥", "9" * 40, "45\x00", "0x2d"])
def test_a_former_number_of_nothing_is_not_found(client, db, number):
    FormerAddressFactory(number=45)
    response = client.get("/event-detail.php", {"id": number})
    assert response.status_code == 404
    assert response.context["reason"] in response.content.decode()


@pytest.mark.parametrize(
    ("variant", "language", "direction"), [("", "en", "ltr"), ("-fr", "fr", "ltr"), ("-ar", "ar", "rtl")]
)
def test_a_former_address_of_nothing_speaks_its_language(client, db, variant, language, direction):
    response = client.get(f"/event-detail{variant}.php", {"id": "1"})
    assert response.status_code == 404
    assert f'<html lang="{language}" dir="{direction}">' in response.content.decode()
    assert client.get("/event-detail.php", {"id": "1"}).headers["Content-Language"] == "en"


def test_other_former_pages_lead_to_the_new_ones(client, db):
    EventFactory()
    expected = {
        "/activities-archive.php?year=2011": "/events/2011/",
        "/activities-archive.php?year=2012": "/events/archive/",
        "/activities-archive.php?year=abc": "/events/archive/",
        "/activities-archive.php": "/events/archive/",
        "/activities-oicvet.php?year=2011": "/programmes/oic-vet/?year=2011",
        "/activities-oicvet.php?year=2011%26x": "/programmes/oic-vet/",
        "/activities-oicvet.php": "/programmes/oic-vet/",
        "/egovwg.php": "/programmes/oic-egovwg/",
        "/trop-index.php": reverse("trop:about"),
        "/governance.php": "/oic-vet/committee/",
    }
    found = {path: client.get(path) for path in expected}
    assert {path: (response.status_code, response.headers["Location"]) for path, response in found.items()} == {
        path: (301, to) for path, to in expected.items()
    }


def test_an_event_is_shared_without_scripts_too(client, db):
    event = EventFactory(title_en="Tea & statistics", slug="tea")
    page = client.get(f"/ar{event.get_absolute_url()}").content.decode()
    shared = "mailto:?subject=Tea%20%26%20statistics&amp;body=http%3A//testserver/ar/events/2011/tea/"
    assert f'href="{shared}"' in page


def test_the_page_of_an_institution_leads_to_all_its_events_and_no_others(client, db):
    academy, other = InstitutionFactory(name_en="Academy of Water"), InstitutionFactory(name_en="Water")
    mine = [EventFactory(title_en=f"Course {number}", providers=[academy]) for number in range(12)]
    EventFactory(title_en="About the Academy of Water", providers=[other])
    (led,) = re.findall(r'href="(/events/\?[^"]+)">All its events', client.get(academy.get_absolute_url()).text)
    response = client.get(led)
    assert sorted(titles(response)) == sorted(each.title_en for each in mine)
    assert [str(chip.label) for chip in response.context["filter"].chips] == ["Academy of Water"]
    shown = [facet.name for facet in response.context["filter"].facets]
    assert ("institution" in shown, "Water</label>" in response.text) == (True, False)
    unfiltered = [facet.name for facet in client.get(LIST).context["filter"].facets]
    assert ("institution" in unfiltered, "provider" in unfiltered) == (False, False)
