"""Staff keep events: they find, publish, call off, import, export, and see what changed."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate
from pytest_django.asserts import assertContains, assertNotContains

from classifications.written import moment
from events.models import Event
from programmes.models import Programme
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventDocumentFactory,
    EventFactory,
    InstitutionFactory,
    LanguageFactory,
    ProgrammeFactory,
    UserFactory,
)

LIST = "admin:events_event_changelist"
IMPORT = "admin:events_event_import"
CSV, XLSX = "0", "1"


def listed(client, **query):
    return set(client.get(reverse(LIST), query).context["cl"].queryset)


def act(client, name, *events):
    data = {"action": name, "_selected_action": [event.pk for event in events]}
    response = client.post(reverse(LIST), data, follow=True)
    return [str(message) for message in response.context["messages"]]


# --- The list ---------------------------------------------------------------------------------------------------------


def test_search_folds_arabic(client, editor):
    in_ankara = EventFactory(title_ar="دورة في أنقرة")
    EventFactory(title_ar="دورة في جدة")
    assert listed(client, q="انقره") == {in_ankara}


def test_search_finds_what_is_linked(client, editor):
    event = EventFactory(providers=[InstitutionFactory(name_fr="Institut de Développement")])
    EventFactory()
    assert listed(client, q="developpement") == {event}


def test_the_list_in_arabic_has_commas_and_words_of_arabic(client, editor):
    turkey = CountryFactory(iso2="TR", name_ar="تركيا")
    event = EventFactory(city=CityFactory(name_ar="أنقرة", country=turkey), country=turkey)
    event.programmes.add(ProgrammeFactory(acronym="A-CaB"), ProgrammeFactory(acronym="B-CaB"))
    page = client.get(f"/ar{reverse(LIST)}").text
    assert [page.count(words) for words in ("أنقرة، تركيا", "أنقرة, تركيا", "A-CaB، B-CaB", "A-CaB, B-CaB")] == [
        1,
        0,
        1,
        0,
    ]
    assert "<h1>اختيار فعالية للتعديل</h1>" in page


def test_filters(client, editor):
    programme = ProgrammeFactory()
    draft = EventFactory(published_at=None, starts_on=date(2012, 1, 1))
    planned = EventFactory(status=Event.Status.PLANNED, programmes=[programme])
    assert listed(client, published="yes") == {planned}
    assert listed(client, published="no") == {draft}
    assert listed(client, year="2012") == {draft}
    assert listed(client, status__exact="planned") == {planned}
    assert listed(client, programmes__id__exact=programme.pk) == {planned}


# --- Verbs ------------------------------------------------------------------------------------------------------------


def test_publish(client, editor):
    draft = EventFactory(published_at=None)
    assert act(client, "publish", draft) == ["1 event: Published."]
    draft.refresh_from_db()
    assert draft.published_at is not None
    assert LogEntry.objects.get().get_change_message() == "Published."


@pytest.mark.parametrize(("action", "status"), [("postpone", "postponed"), ("cancel", "cancelled")])
def test_call_off_what_can_be_and_tell_what_cannot(client, editor, action, status):
    planned = EventFactory(status=Event.Status.PLANNED, starts_on=localdate())
    held = EventFactory(title_en="Over")
    messages = act(client, action, planned, held)
    assert messages[0] == "Over: Only an event that is planned or open can be postponed or cancelled."
    assert len(messages) == 2
    planned.refresh_from_db()
    held.refresh_from_db()
    assert (planned.status, held.status) == (status, "held")


def test_who_only_looks_has_no_verbs(client, sign_in):
    user = sign_in(is_staff=True)
    user.user_permissions.add(permission("view_event"))
    draft = EventFactory(published_at=None)
    act(client, "publish", draft)
    draft.refresh_from_db()
    assert draft.published_at is None
    assert client.get(reverse(IMPORT)).status_code == 403
    assert 'name="format"' in client.get(reverse("admin:events_event_export")).text


def permission(codename):
    return Permission.objects.get(codename=codename)


# --- The form ---------------------------------------------------------------------------------------------------------

FORM = {
    "title_en": "Course on Censuses",
    "title_fr": "",
    "title_ar": "",
    "slug": "",
    "kind": "training_course",
    "status": "planned",
    "mode": "in_person",
    "starts_on": "2030-05-01",
    "ends_on": "2030-05-02",
    "time_zone": "Africa/Dakar",
    **{
        f"{name}-{count}_FORMS": 0
        for name in ("participations", "documents", "former_addresses")
        for count in ("TOTAL", "INITIAL")
    },
}


def test_an_event_is_added_with_an_address_of_its_own(client, editor):
    senegal = CountryFactory(name_en="Senegal")
    EventFactory(slug="course-on-censuses", starts_on=date(2030, 1, 1))
    data = FORM | {
        "participations-TOTAL_FORMS": 1,
        "participations-0-country": senegal.pk,
        "participations-0-participants": "7",
    }
    response = client.post(reverse("admin:events_event_add"), data)
    assert response.status_code == 302
    event = Event.objects.get(title_en="Course on Censuses")
    assert event.slug == "course-on-censuses-2"
    assert [(each.country, each.participants) for each in event.participations.all()] == [(senegal, 7)]


def test_a_city_elsewhere_is_refused(client, editor):
    data = FORM | {"city": CityFactory().pk, "country": CountryFactory().pk}
    response = client.post(reverse("admin:events_event_add"), data)
    assert response.context["adminform"].form.errors == {"city": ["This city is in another country."]}


def test_a_draft_is_not_shown_on_the_site(client, editor):
    draft, event = EventFactory(published_at=None), EventFactory()
    EventDocumentFactory(event=draft)
    assert b"viewsitelink" not in client.get(reverse("admin:events_event_change", args=[draft.pk])).content
    assert event.get_absolute_url() in client.get(reverse("admin:events_event_change", args=[event.pk])).text


# --- History ----------------------------------------------------------------------------------------------------------


def test_a_form_sent_as_it_was_shown_leaves_no_trace(client, editor):
    """The boxes of a moment show no parts of a second; what nobody touched stays as it is all the same."""
    event = EventFactory(published_at=datetime(2026, 3, 1, 9, 30, 15, 654321, tzinfo=UTC), country=CountryFactory())
    form = client.get(reverse("admin:events_event_change", args=[event.pk])).context["adminform"].form
    data = FORM | {name: form[name].value() for name in form.fields if name != "published_at" and form[name].value()}
    day, time = form["published_at"].field.widget.decompress(form["published_at"].value())
    shown = {"published_at_0": str(day), "published_at_1": time.strftime("%H:%M:%S")}
    response = client.post(reverse("admin:events_event_change", args=[event.pk]), data | shown)
    assert response.status_code == 302, response.context["adminform"].form.errors
    before = event.published_at
    event.refresh_from_db()
    assert event.published_at == before
    assert client.get(reverse("admin:events_event_history", args=[event.pk])).context["changes"] == []
    later = {"published_at_0": "2026-03-02", "published_at_1": "10:00:00"}
    client.post(reverse("admin:events_event_change", args=[event.pk]), data | later)
    [change] = client.get(reverse("admin:events_event_history", args=[event.pk])).context["changes"]
    assert [each.label for each in change.differences] == ["published"]


def test_history_tells_who_changed_what(client, editor):
    libya, mali = CountryFactory(name_en="Libya"), CountryFactory(name_en="Mali")
    event = EventFactory(title_en="First", country=libya, published_at=None)
    Event.objects.filter(pk=event.pk).update(title_en="Second", country=mali)
    act(client, "publish", event)
    response = client.get(reverse("admin:events_event_history", args=[event.pk]))
    changes = response.context["changes"]
    told = [(change.by, [(each.label, each.before, each.after) for each in change.differences]) for change in changes]
    published = Event.objects.get().published_at
    assert told == [
        (editor, [("published", "", moment(published))]),
        (None, [("title in English", "First", "Second"), ("country of the venue", "Libya", "Mali")]),
    ]
    assert "Libya" in response.text


def test_history_asks_as_much_for_many_changes_as_for_one(client, editor, django_assert_num_queries):
    event = EventFactory(country=CountryFactory())
    address = reverse("admin:events_event_history", args=[event.pk])
    Event.objects.filter(pk=event.pk).update(title_en="1")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(3):
        Event.objects.filter(pk=event.pk).update(title_en=f"again {number}", country=CountryFactory())
    with django_assert_num_queries(len(one)):
        client.get(address)


# --- Import -----------------------------------------------------------------------------------------------------------


def upload(client, content, name="events.csv", format=CSV):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(reverse(IMPORT), {"import_file": file, "format": format, "resource": "0"})


def confirm(client, preview):
    form = preview.context["confirm_form"]
    return client.post(reverse("admin:events_event_process_import"), form.initial, follow=True)


def faults(response):
    return {
        (row.number, field, *errors)
        for row in response.context["result"].invalid_rows
        for field, errors in row.error_dict.items()
    }


@pytest.fixture
def known(db):
    turkiye = CountryFactory(iso2="TR")
    CityFactory(name_en="Ankara", country=turkiye)
    CountryFactory(iso2="SN")
    CountryFactory(iso2="ML")
    LanguageFactory(code="fr")
    ProgrammeFactory(slug="statcab")
    InstitutionFactory(slug="turkstat", country=turkiye)


GOOD = """title_en,starts_on,ends_on,kind,country,city,programmes,providers,beneficiary_countries,languages,participants
Course on Censuses,2011-07-05,2011-07-06,training_course,TR,Ankara,statcab,turkstat,SN; ML,fr,12
Workshop on Prices,2011-08-05,2011-08-06,workshop,,,,,,,
"""


def test_a_good_file_is_shown_first_then_written(client, editor, known):
    preview = upload(client, GOOD)
    assert not preview.context["result"].has_validation_errors()
    assert "Course on Censuses" in preview.text
    assert " style=" not in preview.text
    assert Event.objects.count() == 0
    response = confirm(client, preview)
    assert [str(each) for each in response.context["messages"]] == ["Imported: 2 new, 0 changed, 0 as they were."]
    event = Event.objects.get(title_en="Course on Censuses")
    assert event.published_at is None
    assert (event.city.name_en, event.participants, event.slug) == ("Ankara", 12, "course-on-censuses")
    assert {country.iso2 for country in event.beneficiary_countries.all()} == {"SN", "ML"}
    assert {entry.get_change_message() for entry in LogEntry.objects.all()} == {"Imported from a file."}


def test_the_same_file_changes_nothing_the_second_time(client, editor, known):
    confirm(client, upload(client, GOOD))
    before = list(Event.objects.values())
    response = confirm(client, upload(client, GOOD))
    assert [str(each) for each in response.context["messages"]] == ["Imported: 0 new, 0 changed, 2 as they were."]
    assert list(Event.objects.values()) == before


def test_one_bad_line_and_nothing_is_written(client, editor, known):
    bad = GOOD + "Seminar,5/7/2011,2011-07-05,feast,XX,,nothing,,,,many\n"
    response = upload(client, bad)
    assert faults(response) == {
        (3, "starts_on", "not a day as year-month-day, such as 2011-07-05"),
        (3, "kind", "Value 'feast' is not a valid choice."),
        (3, "country", "“XX” is not on record"),
        (3, "programmes", "“nothing” is not on record"),
        (3, "participants", "not a whole number"),
    }
    assert "“nothing” is not on record" in response.text
    assert '<th scope="row">4</th>' in response.text  # as a spreadsheet counts, with the header
    assert "confirm_form" not in response.context
    assert Event.objects.count() == 0


def test_what_became_wrong_after_the_preview_is_not_written(client, editor, known):
    preview = upload(client, GOOD)
    Programme.objects.all().delete()
    response = confirm(client, preview)
    assert "Nothing was imported" in str(next(iter(response.context["messages"])))
    assert Event.objects.count() == 0


def test_a_file_that_waited_too_long(client, editor, known):
    preview = upload(client, GOOD)
    confirm(client, preview)
    response = confirm(client, preview)
    assert "waiting too long" in str(next(iter(response.context["messages"])))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("title_en,starts_on,sectro\nA,2011-01-01,x\n", "Unknown columns: sectro"),
        ("title_en,starts_on,title_en\nA,2011-01-01,x\n", "Columns that occur twice: title_en"),
        ("title_en\nA\n", "Columns that are missing: starts_on."),
        (b"\xff\xfe\x00bad", "This file cannot be read."),
    ],
)
def test_files_of_a_wrong_form_are_explained(client, editor, content, told):
    response = upload(client, content)
    assertContains(response, told)
    assertNotContains(response, "Traceback")
    assert Event.objects.count() == 0


def test_a_preview_counts_all_lines_and_shows_those_that_change_something(client, editor, known):
    confirm(client, upload(client, GOOD))
    again = upload(client, GOOD)
    assertContains(again, f"New: 0. Changed: 0. As they were: {Event.objects.count()}.")
    assertNotContains(again, "Course on Censuses")
    assertNotContains(again, 'name="confirm"')
    changed = upload(client, "title_en,starts_on,participants\nCourse on Censuses,2011-07-05,15\n")
    assertContains(changed, "New: 0. Changed: 1. As they were: 0.")
    assertContains(changed, "Course on Censuses")
    assertContains(changed, 'name="confirm"')


@pytest.mark.parametrize("on_record", [False, True])
def test_a_line_that_occurs_twice_is_refused(client, editor, known, on_record):
    if on_record:
        confirm(client, upload(client, GOOD))
    line = GOOD.splitlines()[2]
    response = upload(client, GOOD + line)
    assert (3, "__all__", "An event of this title and first day is on record.") in faults(response)


def test_a_column_left_out_leaves_what_is_on_record(client, editor, known):
    confirm(client, upload(client, GOOD))
    confirm(client, upload(client, "title_en,starts_on,participants\nCourse on Censuses,2011-07-05,15\n"))
    event = Event.objects.get(title_en="Course on Censuses")
    assert (event.participants, event.city.name_en, event.beneficiary_countries.count()) == (15, "Ankara", 2)


# --- Export -----------------------------------------------------------------------------------------------------------


def exported(client, format=CSV, **query):
    return client.post(reverse("admin:events_event_export", query=query), {"format": format, "resource": "0"})


def test_export_escapes_what_a_spreadsheet_would_run(client, editor):
    EventFactory(title_en="=cmd|' /C calc'!A0", venue="+1", title_fr="@x", title_ar="-y")
    content = exported(client).content.decode("utf-8-sig")
    for escaped in ("'=cmd|' /C calc'!A0", "'+1", "'@x", "'-y"):
        assert f",{escaped}," in f",{content.splitlines()[1]},"


@pytest.mark.parametrize(("format", "name"), [(CSV, "e.csv"), (XLSX, "e.xlsx")])
def test_what_goes_out_comes_in_unchanged(client, editor, known, format, name):
    confirm(client, upload(client, GOOD))
    EventFactory(title_en="=1+1", venue="@home", title_ar="دورة", begins_at="09:30")
    response = upload(client, exported(client, format).content, name, format)
    assert {row.import_type for row in response.context["result"].rows} == {"skip"}


def test_numbers_and_days_stay_themselves_in_xlsx(client, editor):
    EventFactory(title_en="A", participants=12)
    EventFactory(title_en="B", participants=None)
    sheet = openpyxl.load_workbook(io.BytesIO(exported(client, XLSX).content)).active
    header, *rows = sheet.iter_rows(values_only=True)
    assert {row[header.index("participants")] for row in rows} == {12, None}
    assert {row[header.index("starts_on")].date() for row in rows} == {date(2011, 7, 5)}


@pytest.mark.parametrize("format", [CSV, XLSX])
def test_a_sign_that_no_spreadsheet_may_hold_keeps_nothing_from_going_out(client, editor, known, format):
    EventFactory(title_en="Course\x0bof \ufffetaxes")
    response = upload(client, exported(client, format).content, "e.xlsx" if format == XLSX else "e.csv", format)
    assert "Course of  taxes" in response.text


def test_export_follows_the_filters_and_asks_as_much_for_three_rows_as_for_one(client, editor, known):
    def event(**fields):
        return EventFactory(programmes=[ProgrammeFactory()], city=CityFactory(), **fields)

    event(kind=Event.Kind.WORKSHOP)
    EventFactory()
    exported(client, kind__exact="workshop")
    with CaptureQueriesContext(connection) as one:
        content = exported(client, kind__exact="workshop").text
    assert len(content.splitlines()) == 2
    event(kind=Event.Kind.WORKSHOP)
    event(kind=Event.Kind.WORKSHOP)
    with CaptureQueriesContext(connection) as three:
        exported(client, kind__exact="workshop")
    assert len(three) == len(one)


def test_who_is_not_staff_gets_no_table(client, db):
    client.force_login(UserFactory())
    assert exported(client).status_code == 302
    assert upload(client, GOOD).status_code == 302
