"""Requests and offers: published, found, closed by themselves, and their people reminded once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate, now

from accounts.models import User
from notifications.models import Letter
from notifications.subjects import subject_of
from partners.filters import NoticeFilter
from partners.models import Institution, Notice
from partners.tasks import remind_of_closing_notices
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    LanguageFactory,
    NoticeFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.pages import PREFIXES

ATOM = "{http://www.w3.org/2005/Atom}"
LIST = "/partners/notices/"


def on(days):
    return localdate() + timedelta(days=days)


def past_notice(**fields):
    """One that closed itself yesterday."""
    return NoticeFactory(opened_on=on(-30), closes_on=on(-1), **fields)


def shown(response):
    return {notice.title for notice in response.context["object_list"]}


@pytest.fixture
def mine(db):
    return InstitutionFactory(name_en="Mine", slug="mine")


@pytest.fixture
def representative(mine):
    """A browser in which somebody who speaks for the institution is signed in."""
    user = UserFactory(name="Amina", email="amina@mine.example.org")
    RepresentationFactory(institution=mine, user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sector(db):
    return SectorFactory(slug="water", name_en="Water")


def filled(**changes):
    return {
        "key": str(uuid.uuid4()), "kind": "offer", "title": "Places in a course", "text": "On drip irrigation.",
        "written_in": "en", "sectors": ["water"], "closes_on": on(60).isoformat(),
    } | changes  # fmt: skip


# --- What the public sees ---------------------------------------------------------------------------------------------


def test_open_ones_are_listed_and_past_ones_one_click_away(client, db):
    NoticeFactory(title="Open")
    NoticeFactory(title="Closes today", closes_on=localdate())
    past_notice(title="Over")
    NoticeFactory(title="Closed by hand", closed_at=now())
    NoticeFactory(title="Suspended", institution__status="suspended")
    page = client.get(LIST)
    assert [notice.title for notice in page.context["object_list"]] == ["Closes today", "Open"]
    assert page.context["paginator"].count == 2
    [(_open, _url, is_open), (_past, past_url, is_past)] = page.context["filter"].states
    assert (is_open, is_past, past_url) == (True, False, "/partners/notices/?when=past")
    assert 'href="/partners/notices/?when=past"' in page.text
    assert shown(client.get(past_url)) == {"Over", "Closed by hand"}
    assert shown(client.get(LIST, {"when": ["open", "past"]})) == {"Open", "Closes today", "Over", "Closed by hand"}
    assert page.context["filter"].canonical_url == client.get(LIST, {"when": "open"}).context["filter"].canonical_url
    assert page.context["filter"].chips == []


def test_the_object_is_asked_as_the_set_is(db):
    NoticeFactory()
    NoticeFactory(closes_on=localdate())
    past_notice()
    NoticeFactory(closed_at=now())
    open_ones = set(Notice.objects.open_on(localdate()))
    assert {notice for notice in Notice.objects.all() if notice.is_open} == open_ones
    assert set(Notice.objects.past_on(localdate())) == set(Notice.objects.all()) - open_ones
    assert set(Notice.objects.in_states(["open"])) == open_ones
    assert len(open_ones) == 2


def test_it_closes_itself(client, db):
    notice = NoticeFactory(closes_on=on(3))
    page = f"/partners/notices/{notice.pk}/"
    assert "3 days left" in client.get(page).text
    with time_machine.travel(now() + timedelta(days=3)):
        assert "Closes today" in client.get(page).text
        assert len(client.get(LIST).context["object_list"]) == 1
    with time_machine.travel(now() + timedelta(days=4)):
        closed = client.get(page)
        assert "Closed</span>" in closed.text
        assert "This is closed. The institution may still be written to." in closed.text
        assert list(client.get(LIST).context["object_list"]) == []
        assert len(client.get(LIST, {"when": "past"}).context["object_list"]) == 1


def test_a_row_says_in_which_language_its_title_is(client, db):
    notice = NoticeFactory(title="Formation", written_in="fr")
    for page in (LIST, notice.institution.get_absolute_url(), "/search/?q=formation"):
        assert [client.get(f"{start}{page}").text.count(words) for start, words in (
            ("", "Title in French"), ("/fr", "Titre en français"), ("/ar", "العنوان بالفرنسية"),
        )] == [1, 0, 1]  # fmt: skip


@pytest.mark.parametrize(("language", "told"), [("en", "French"), ("fr", "Français"), ("ar", "الفرنسية")])
def test_a_letter_names_the_language_of_a_notice_in_the_readers(db, language, told):
    notice = NoticeFactory(written_in="fr")
    with translation.override(language):
        facts = subject_of("notice").items([notice.pk])[notice.pk].facts
    assert facts[-1][1] == told


def test_a_page_tells_what_a_reader_came_for(client, sector):
    notice = NoticeFactory(
        title="Formation <b>", text="Ligne 1\nLigne 2", written_in="fr", sectors=[sector],
        countries=[CountryFactory(iso2="SN", name_en="Senegal")], institution__slug="mine",
    )  # fmt: skip
    page = client.get(f"/partners/notices/{notice.pk}/").text
    assert '<bdi lang="fr" dir="ltr">Formation &lt;b&gt;</bdi>' in page
    assert "Title in French" in page
    assert "Ligne 1<br>Ligne 2" in page
    assert "Senegal" in page
    assert "Water" in page
    assert "Nobody speaks for this institution" in page
    RepresentationFactory(institution=notice.institution)
    page = client.get(f"/partners/notices/{notice.pk}/").text
    assert f'href="/partners/mine/write/?about={notice.pk}"' in page
    assert "Institutions of all countries" in client.get(f"/partners/notices/{NoticeFactory().pk}/").text


def test_who_writes_about_a_notice_has_its_title_as_subject(representative, mine):
    notice = NoticeFactory(title="A request")
    RepresentationFactory(institution=notice.institution)
    write = f"/partners/{notice.institution.slug}/write/"
    elsewhere = NoticeFactory(title="Another’s").pk
    subjects = {
        about: representative.get(write, {"about": about}).context["form"].initial["subject"]
        for about in (notice.pk, elsewhere, "x", "٣", "9" * 40, "")
    }
    assert subjects == {notice.pk: "A request", elsewhere: "", "x": "", "٣": "", "9" * 40: "", "": ""}


def test_what_is_suspended_is_nowhere(client, db):
    notice = NoticeFactory(title="Unseen", institution__status="suspended", institution__slug="gone")
    paths = [LIST, f"{LIST}feed/", f"{LIST}?when=past", "/search/?q=unseen", "/sitemap-notices.xml"]
    assert [path for path in paths if "Unseen" in client.get(path).text.replace("q=unseen", "")] == []
    assert f"/notices/{notice.pk}/" not in client.get("/sitemap-notices.xml").text
    assert client.get(f"/partners/notices/{notice.pk}/").status_code == 404


def test_it_stands_on_the_institutions_page_in_search_and_in_the_sitemap(client, mine):
    notice = NoticeFactory(title="Élections: a course", institution=mine)
    past = past_notice(title="Elections, past", institution=mine)
    page = client.get("/partners/mine/")
    assert notice.get_absolute_url() in page.text
    assert past.get_absolute_url() not in page.text
    assert client.get("/search/", {"q": "elections"}).context["notices"].rows == [notice]
    sitemap = client.get("/sitemap-notices.xml").text
    assert f"http://testserver/ar/partners/notices/{notice.pk}/" in sitemap
    assert f"/partners/notices/{past.pk}/" not in sitemap


# --- Filters ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(db):
    """Notices that differ in every facet."""
    tr, sn, ml = (CountryFactory(iso2=iso2) for iso2 in ("TR", "SN", "ML"))
    LanguageFactory(code="en")
    LanguageFactory(code="fr")
    upper = SectorFactory(slug="environment", theme=None)
    water, soil = (SectorFactory(slug=slug, name_en=slug, theme=upper) for slug in ("water", "soil"))
    turkish, malian = InstitutionFactory(country=tr), InstitutionFactory(country=ml)
    NoticeFactory(title="A", institution=turkish, sectors=[water, soil], countries=[sn, ml])
    NoticeFactory(title="B", institution=turkish, sectors=[water], kind="offer", countries=[sn])
    NoticeFactory(title="C", institution=malian, sectors=[soil], written_in="fr")
    past_notice(title="D", institution=malian, sectors=[soil])
    NoticeFactory(title="E", institution__status="suspended", sectors=[water])


CHOICES = {
    "kind=request": "AC", "kind=offer": "B", "kind=request&kind=offer": "ABC", "theme=environment": "ABC", "sector=water": "AB",
    "sector=soil": "AC", "wanted=SN": "ABC", "wanted=ML": "AC", "wanted=TR": "C", "country=ML": "C", "country=TR": "AB",
    "language=fr": "C", "when=past": "D", "when=past&sector=water": "", "when=open&when=past&country=ML": "CD",
    "q=course": "ABC", "q=nothing": "", "sector=water&wanted=ML": "A", "kind=castle": "ABC",
}  # fmt: skip


@pytest.mark.parametrize("query", CHOICES)
def test_each_choice(client, several, query):
    assert shown(client.get(f"{LIST}?{query}")) == set(CHOICES[query])


@pytest.mark.parametrize("query", CHOICES)
def test_every_count_is_that_of_a_plain_count(client, several, query):
    page = client.get(f"{LIST}?{query}")
    asked = page.context["filter"]
    assert asked.count == asked.qs.count() == page.context["paginator"].count
    compared = 0
    for facet in asked.facets:
        for tick in [*facet.shown, *facet.folded]:
            other = asked.chosen | {facet.name: [tick.value]}
            rows = Notice.objects.published()
            rows = rows.search(asked.words) if asked.words else rows
            for name, values in other.items():
                rows = getattr(rows, NoticeFilter.base_filters[name].word)(values) if values else rows
            assert tick.count == len(set(rows)), (facet.name, tick.value)
            compared += 1
    assert compared > 3 or query == "q=nothing"


def test_nothing_found_says_which_choice_to_drop(client, several):
    page = client.get(LIST, {"sector": "water", "when": "past"})
    ways = {str(chip.label): (chip.url, count) for chip, count in page.context["filter"].ways_out}
    assert ways == {"Past": (f"{LIST}?sector=water", 2), "water": (f"{LIST}?when=past", 1)}
    assert client.get(ways["Past"][0]).context["paginator"].count == ways["Past"][1]


def test_the_list_asks_as_much_for_three_as_for_one(client, db):
    counted = []
    for more in (1, 2):
        NoticeFactory.create_batch(more, countries=[CountryFactory()], sectors=[SectorFactory()])
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 8


# --- Feeds ------------------------------------------------------------------------------------------------------------


def read(response):
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314  our own output


def test_feeds_of_any_filtered_list(client, several):
    feed = read(client.get(f"{LIST}feed/", {"sector": "water", "kind": ["request", "castle"]}))
    [entry] = feed.findall(f"{ATOM}entry")
    notice = Notice.objects.get(title="A")
    assert entry.findtext(f"{ATOM}title") == "A"
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{notice.uid}"
    assert entry.findtext(f"{ATOM}summary").startswith("Request · Institution ")
    links = {link.get("rel", "alternate"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver{LIST}feed/?kind=request&sector=water"
    assert links["alternate"] == f"http://testserver{LIST}?kind=request&sector=water"
    page = client.get(LIST, {"sector": "water", "kind": "request"})
    assert page.context["filter"].feed_url == f"{LIST}feed/?kind=request&sector=water"
    assert {each.findtext(f"{ATOM}title") for each in read(client.get(f"{LIST}feed/")).iter(f"{ATOM}entry")} == set(
        "ABC"
    )
    french = read(client.get(f"/fr{LIST}feed/?sector=water&kind=request")).find(f"{ATOM}entry")
    assert french.findtext(f"{ATOM}id") == entry.findtext(f"{ATOM}id")


# --- Publishing, editing, closing -------------------------------------------------------------------------------------


def test_publishing(representative, mine, sector):
    CountryFactory(iso2="SN", oic_group="African")
    response = representative.post("/partners/mine/notices/new/", filled(countries=["SN"]))
    notice = Notice.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/partners/notices/{notice.pk}/")
    assert (notice.institution, notice.kind, notice.title, notice.closes_on) == (
        mine,
        "offer",
        "Places in a course",
        on(60),
    )
    assert [each.slug for each in notice.sectors.all()] == ["water"]
    assert [each.iso2 for each in notice.countries.all()] == ["SN"]
    assert notice.published_by.name == "Amina"
    assert shown(Client().get(LIST)) == {"Places in a course"}
    own = representative.get("/partners/mine/notices/")
    assert "Places in a course" in own.text
    assert 'href="/partners/mine/notices/"' in representative.get("/partners/mine/desk/").text


def test_a_double_click_publishes_once(representative, sector):
    form = filled()
    first, second = (representative.post("/partners/mine/notices/new/", form) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_posts_of_one_form_publish_once():
    institution, sector, key = InstitutionFactory(), SectorFactory(), uuid.uuid4()
    facts = {"kind": "offer", "title": "A", "text": "B", "written_in": "en", "closes_on": on(9)}

    def publish(_number):
        try:
            return Notice.publish(institution, None, [sector], [], key, **facts).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        made = set(pool.map(publish, range(5)))
    assert made == {Notice.objects.get().pk}


WRONG = {
    "over": ({"closes_on": on(-1)}, "closes_on"),
    "too far": ({"closes_on": on(367)}, "closes_on"),
    "no day": ({"closes_on": "soon"}, "closes_on"),
    "no sector": ({"sectors": []}, "sectors"),
    "unknown sector": ({"sectors": ["castles"]}, "sectors"),
    "no title": ({"title": " \n "}, "title"),
    "no text": ({"text": ""}, "text"),
    "unknown kind": ({"kind": "gift"}, "kind"),
    "unknown language": ({"written_in": "tlh"}, "written_in"),
    "unknown country": ({"countries": ["ZZ"]}, "countries"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_stays(representative, sector, case):
    changes, field = WRONG[case]
    response = representative.post("/partners/mine/notices/new/", filled(**changes))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert Notice.objects.count() == 0
    if field not in ("title", "text"):
        assert "Places in a course" in response.text


def test_a_session_that_ended_loses_nothing(representative, sector):
    client = Client()
    assert client.post("/partners/mine/notices/new/", filled(title="Typed before")).status_code == 302
    client.force_login(User.objects.get(name="Amina"))
    assert "Typed before" in client.get("/partners/mine/notices/new/").text


def test_editing_leaves_the_closing_day_and_the_history(representative, mine, sector):
    notice = NoticeFactory(institution=mine, title="Before", sectors=[sector])
    path = f"/partners/mine/notices/{notice.pk}/edit/"
    assert "Before" in representative.get(path).text
    assert representative.post(path, filled(title="After", closes_on=on(300).isoformat())).status_code == 302
    edited = Notice.objects.get()
    assert (edited.title, edited.kind, edited.closes_on) == ("After", "offer", notice.closes_on)
    assert edited.changed_at > notice.changed_at
    assert [row.title for row in edited.pgh_event_models["update"].objects.filter(pgh_obj=notice.pk)] == ["Before"]
    assert representative.post(path, filled(text="")).status_code == 400


def test_closing_and_opening_again(representative, mine):
    notice = NoticeFactory(institution=mine, reminded_at=now())
    base = f"/partners/mine/notices/{notice.pk}/"
    ends = set()
    for _click in range(2):
        response = representative.post(f"{base}close/", follow=True)
        assert str(next(iter(response.context["messages"]))).startswith("Closed.")
        ends.add(Notice.objects.get().closed_at)
    assert len(ends) == 1  # when it ended is not written anew
    assert not Notice.objects.get().is_open
    assert "Open it again" in response.text
    assert representative.post(f"{base}extend/", {"closes_on": on(400).isoformat()}).status_code == 400
    assert representative.post(f"{base}extend/", {"closes_on": on(90).isoformat()}).status_code == 302
    notice.refresh_from_db()
    assert (notice.is_open, notice.closes_on, notice.opened_on, notice.reminded_at) == (True, on(90), localdate(), None)


def test_constraints_of_what_must_never_be(mine):
    notice = NoticeFactory(institution=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFactory(institution=mine, key=notice.key)
    for day in (on(-1), on(367)):
        with pytest.raises(IntegrityError), transaction.atomic():
            NoticeFactory(closes_on=day)
        with pytest.raises(ValidationError):
            notice.extend(day)
    NoticeFactory(closes_on=on(366))
    mine.suspend("Spam.", UserFactory(is_staff=True))
    with pytest.raises(ValidationError):
        Notice.publish(
            mine, None, [], [], uuid.uuid4(), kind="offer", title="A", text="B", written_in="en", closes_on=on(9)
        )


# --- Who may ----------------------------------------------------------------------------------------------------------


def addresses_of(slug, pk):
    base = f"/partners/{slug}/notices/"
    return [base, f"{base}new/", f"{base}{pk}/edit/", f"{base}{pk}/extend/", f"{base}{pk}/close/"]


@pytest.mark.parametrize("who", ["stranger", "other", "former", "asked", "suspended"])
def test_nobody_else_touches_a_notice(db, sector, who):
    notice = NoticeFactory(institution__slug="theirs", sectors=[sector])
    person = UserFactory()
    if who == "other":
        RepresentationFactory(user=person, institution__slug="mine")
    if who == "former":
        RepresentationFactory(institution=notice.institution, user=person, is_manager=False, ended_at=now())
    if who == "asked":
        RepresentationFactory(institution=notice.institution, user=person, is_manager=False, accepted_at=None)
    if who == "suspended":
        RepresentationFactory(institution=notice.institution, user=person)
        Institution.objects.update(status="suspended")
    client = Client()
    client.force_login(person)
    before = list(Notice.objects.values())
    paths = addresses_of("theirs", notice.pk)
    if who == "other":  # with one's own institution in the path, too
        paths += addresses_of("mine", notice.pk)[2:]
    for path in paths:
        for method in ("get", "post"):
            status = getattr(client, method)(path, filled()).status_code
            allowed = (404, 405) if path.endswith(("close/", "/notices/")) else (404,)
            assert status in allowed, (method, path)
    assert list(Notice.objects.values()) == before


def test_forged_fields_change_nothing(representative, mine, sector):
    other = InstitutionFactory(slug="other")
    forged = {
        "institution": other.pk,
        "published_by": "1",
        "is_sample": "on",
        "opened_on": "2000-01-01",
        "uid": str(uuid.uuid4()),
    }
    representative.post("/partners/mine/notices/new/", filled(**forged))
    notice = Notice.objects.get()
    assert (notice.institution, notice.is_sample, notice.opened_on) == (mine, False, localdate())
    assert str(notice.uid) != forged["uid"]
    representative.post(f"/partners/mine/notices/{notice.pk}/edit/", filled(**forged))
    notice.refresh_from_db()
    assert notice.institution == mine
    assert other.notices.count() == 0


def test_no_address_stands_in_any_page(representative, mine, sector):
    notice = NoticeFactory(institution=mine, sectors=[sector], published_by=User.objects.get(name="Amina"))
    paths = [LIST, f"{LIST}feed/", f"{LIST}{notice.pk}/", "/partners/mine/"]
    pages = [Client().get(prefix + path) for prefix in PREFIXES.values() for path in paths]
    pages += [representative.get(path) for path in addresses_of("mine", notice.pk)[:-1]]
    assert {page.status_code for page in pages} == {200}
    emails = User.objects.values_list("email", flat=True)
    assert [(page.request["PATH_INFO"], email) for page in pages for email in emails if email in page.text] == []


# --- Reminders --------------------------------------------------------------------------------------------------------


def test_its_people_are_reminded_once_a_week_before(mine):
    french = UserFactory(language="fr")
    RepresentationFactory(institution=mine, user=french)
    RepresentationFactory(institution=mine, is_manager=False, ended_at=now())
    notice = NoticeFactory(institution=mine, title="A request", closes_on=on(30))
    reminded = {}
    for day in (0, 22, 23, 24, 30, 31):
        with time_machine.travel(now() + timedelta(days=day)):
            for _run in range(2):
                remind_of_closing_notices()
            reminded[day] = Letter.objects.count()
    assert reminded == {0: 0, 22: 0, 23: 1, 24: 1, 30: 1, 31: 1}
    letter = Letter.objects.get()
    assert letter.recipients == [french.email]
    assert "A request" in letter.subject
    assert f"http://testserver/fr/partners/mine/notices/{notice.pk}/extend/" in letter.text
    assert french.email not in letter.text + letter.html
    notice.extend(on(60))
    with time_machine.travel(now() + timedelta(days=54)):
        remind_of_closing_notices()
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(("open_for", "reminded"), [(7, [6, 7]), (2, [1, 2]), (1, [0, 1]), (0, [0])])
def test_of_what_is_open_for_a_week_or_less_they_are_reminded_a_day_before(mine, open_for, reminded):
    RepresentationFactory(institution=mine)
    NoticeFactory(institution=mine, closes_on=on(open_for))
    due = []
    for day in range(open_for + 2):
        with time_machine.travel(now() + timedelta(days=day)):
            due += [day] * Notice.objects.to_remind_on(localdate()).count()
    assert due == reminded


def test_who_publishes_is_told_when_the_reminder_comes(representative, mine, sector):
    for days, told in ((8, "reminded a week before"), (7, "reminded a day before")):
        form = filled(closes_on=on(days).isoformat())
        assert told in representative.post("/partners/mine/notices/new/", form, follow=True).text


def test_who_is_not_reminded(mine):
    RepresentationFactory(institution=mine)
    NoticeFactory(institution=mine, closes_on=on(7))  # open for a week only: a day before
    NoticeFactory(institution=mine, opened_on=on(-20), closes_on=on(8))
    NoticeFactory(institution=mine, opened_on=on(-20), closes_on=on(3), closed_at=now())
    past_notice(institution=mine)
    suspended = NoticeFactory(opened_on=on(-20), closes_on=on(3), institution__status="suspended")
    RepresentationFactory(institution=suspended.institution)
    remind_of_closing_notices()
    assert Letter.objects.count() == 0
    NoticeFactory(institution=mine, opened_on=on(-20), closes_on=on(3))
    remind_of_closing_notices()
    assert Letter.objects.count() == 1


def test_what_closes_soon_waits_on_the_desk(representative, mine):
    NoticeFactory(institution=mine, closes_on=on(8))
    assert representative.get("/desk/").context["tasks"] == []
    soon = NoticeFactory(institution=mine, title="Soon", closes_on=on(5))
    [task] = representative.get("/desk/").context["tasks"]
    assert task.url == f"/partners/mine/notices/{soon.pk}/extend/"
    assert "Soon" in task.title


def test_beat_wakes_the_reminder(settings):
    assert "partners.tasks.remind_of_closing_notices" in {
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }


# --- Staff ------------------------------------------------------------------------------------------------------------


def test_staff_see_and_close_notices(client, editor, db):
    notice, past = NoticeFactory(title="Unseemly"), past_notice()
    address = reverse("admin:partners_notice_changelist")
    assert list(client.get(address, {"open": "yes"}).context["cl"].queryset) == [notice]
    chosen = {"action": "close", "_selected_action": [notice.pk, past.pk]}
    response = client.post(address, chosen, follow=True)
    assert [str(each) for each in response.context["messages"]][-1] == "1 notice was closed."
    assert not Notice.objects.get(pk=notice.pk).is_open
    assert "Unseemly" in client.get(reverse("admin:partners_notice_change", args=[notice.pk])).text
    assert client.post(reverse("admin:partners_notice_change", args=[notice.pk]), {"title": "X"}).status_code == 403


def test_days_are_written_in_the_readers_language(client, db):
    notice = NoticeFactory(opened_on=date(2026, 6, 1), closes_on=date(2026, 7, 5))
    with time_machine.travel("2026-06-20T12:00:00Z"):
        assert "5 July 2026" in client.get(LIST).text
        assert "5 juillet 2026" in client.get(f"/fr{LIST}").text
        assert "٥ تموز/يوليو ٢٠٢٦" in client.get(f"/ar{LIST}{notice.pk}/").text


def test_notices_of_one_oic_group_and_no_other(client, db):
    for iso2, group in (("TN", "Arab"), ("ML", "African")):
        NoticeFactory(institution__country=CountryFactory(iso2=iso2, oic_group=group), title=f"Of {iso2}")
    page = client.get(reverse("partners:notice-list"), {"group": "African"})
    assert [notice.title for notice in page.context["object_list"]] == ["Of ML"]
    (facet,) = [each for each in page.context["filter"].facets if each.name == "group"]
    assert {tick.value: tick.count for tick in facet.shown} == {"African": 1, "Arab": 1}
