"""What was deleted is told, and can be put back as it was."""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from classifications.history import deletions, restore
from classifications.models import City, Country, Language, Sector
from events.models import Event, Series
from notifications.matching import announce, announce_change
from notifications.models import Announcement
from partners.models import Institution, Notice
from programmes.models import Committee, FocalPoint, Page, Programme, Seat, Theme
from tests import factories
from tests.factories import CountryFactory, EventFactory, PageFactory, SeriesFactory

MADE_BY = {
    Language: factories.LanguageFactory,
    Country: lambda: CountryFactory(weekend=[5, 6], aliases="Former name", time_zone="Africa/Dakar"),
    City: factories.CityFactory,
    Sector: factories.SectorFactory,
    Theme: factories.ThemeFactory,
    Series: SeriesFactory,
    Event: EventFactory,
    Institution: factories.InstitutionFactory,
    Programme: factories.ProgrammeFactory,
    FocalPoint: factories.FocalPointFactory,
    Page: PageFactory,
    Committee: factories.CommitteeFactory,
    Seat: factories.SeatFactory,
}


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def back(client, model):
    """Press the button of the record deleted last."""
    return client.post(address(model, "deleted_restore", deletions(model).first().pk), follow=True)


def values(row):
    names = [field.attname for field in type(row).pgh_event_models["delete"]._meta.fields]
    return {name: getattr(row, name) for name in names if not name.startswith("pgh_")}


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_every_tracked_model_is_tried_here():
    tracked = {model for model, own in admin.site._registry.items() if getattr(own, "keeps_deleted", False)}
    assert tracked == set(MADE_BY)


@pytest.mark.parametrize("model", MADE_BY)
def test_a_record_comes_back_as_it_was(client, superuser, model):
    row = MADE_BY[model]()
    before = values(model.objects.get(pk=row.pk))
    row_pk = row.pk
    row.delete()
    page = client.get(address(model, "deleted"))
    (deletion,) = page.context["deleted"]
    columns = [each.name for each in model.pgh_event_models["delete"]._meta.fields if not each.name.startswith("pgh_")]
    columns += [link.name for link in model._meta.many_to_many]
    assert [label for label, _value in deletion.values] == [
        model._meta.get_field(each).verbose_name for each in columns
    ]
    response = back(client, model)
    assert response.redirect_chain == [(address(model, "change", row_pk), 302)]
    assert values(model.objects.get(pk=row_pk)) == before
    assert list(deletions(model)) == []
    assert client.get(address(model, "deleted")).context["deleted"] == []
    assert LogEntry.objects.get().object_id == str(row_pk)


def test_an_institution_comes_back_with_all_that_it_said(client, superuser):
    said = {
        "offers": "Courses on soils.",
        "seeks": "Trainers.",
        "written_in": "fr",
        "city_name": "Dosso",
        "founded": 1961,
        "staff": "50-249",
    }
    row = factories.InstitutionFactory(**said)
    row.delete()
    back(client, Institution)
    assert {name: getattr(Institution.objects.get(), name) for name in said} == said


def test_it_is_told_who_deleted_what_and_from_where(client, superuser):
    event = EventFactory(title_en="Gone", country=CountryFactory(name_en="Mali"), starts_on=date(2011, 7, 5))
    client.post(address(Event, "delete", event.pk), {"post": "yes"})
    response = client.get(address(Event, "deleted"))
    (deletion,) = response.context["deleted"]
    assert (deletion.by, deletion.url) == (superuser, address(Event, "delete", event.pk))
    assert {"title in English": "Gone", "country of the venue": "Mali"}.items() <= dict(deletion.values).items()
    assert superuser.email in response.text


def test_the_list_leads_there(client, editor):
    link = f'href="{address(Event, "deleted")}"'
    assert link in client.get(address(Event, "changelist")).text
    assert "deleted/" not in client.get(address(Notice, "changelist")).text


def test_themes_and_sectors_have_each_their_own(client, superuser):
    """They are rows of one table."""
    sector = factories.SectorFactory(name_en="Some sector")
    theme = sector.theme
    sector_pk, theme_pk = sector.pk, theme.pk
    sector.delete()
    theme.delete()
    shown = {model: client.get(address(model, "deleted")).context["deleted"] for model in (Sector, Theme)}
    assert {model: [str(each.row) for each in found] for model, found in shown.items()} == {
        Sector: ["Some sector"],
        Theme: [str(theme)],
    }
    of_sector = shown[Sector][0].key
    client.post(address(Theme, "deleted_restore", of_sector))
    assert not Sector.objects.exists()
    *_others, reason = told(client.post(address(Sector, "deleted_restore", of_sector), follow=True))
    assert reason.startswith("It cannot be restored: ")
    client.post(address(Theme, "deleted_restore", shown[Theme][0].key))
    client.post(address(Sector, "deleted_restore", of_sector))
    assert (Sector.objects.get(pk=sector_pk).theme_id, Theme.objects.get().pk) == (theme_pk, theme_pk)


@pytest.mark.parametrize("model", [Language, Country, City, Sector, Theme, Series])
def test_a_change_of_a_list_is_told_field_by_field_with_who_made_it(client, superuser, model):
    row = MADE_BY[model]()
    form = client.get(address(model, "change", row.pk)).context["adminform"].form
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: "" if value is None else getattr(value, "pk", value) for name, value in sent.items()}
    response = client.post(address(model, "change", row.pk), sent | {"name_fr": "Nouveau nom"})
    assert response.status_code == 302
    (change,) = client.get(address(model, "history", row.pk)).context["changes"]
    assert change.by == superuser
    (difference,) = change.differences
    assert (difference.label, difference.before, difference.after) == ("name in French", row.name_fr, "Nouveau nom")
    model.objects.filter(pk=row.pk).update(name_en=row.name_en)  # nothing changed: nothing to tell
    assert len(client.get(address(model, "history", row.pk)).context["changes"]) == 1


def test_rest_days_are_told_by_their_names(client, superuser):
    country = CountryFactory(weekend=[5, 6])
    Country.objects.filter(pk=country.pk).update(weekend=[6, 7])
    (change,) = client.get(address(Country, "history", country.pk)).context["changes"]
    assert [(each.before, each.after) for each in change.differences] == [("Friday; Saturday", "Saturday; Sunday")]
    (change,) = client.get(f"/ar{address(Country, 'history', country.pk)}").context["changes"]
    assert [(each.before, each.after) for each in change.differences] == [("الجمعة؛ السبت", "السبت؛ الأحد")]


def test_what_was_deleted_twice_is_told_once(client, superuser):
    event = EventFactory(title_en="First")
    event.delete()
    back(client, Event)
    Event.objects.update(title_en="Second")
    Event.objects.all().delete()
    assert [former.title_en for former in deletions(Event)] == ["Second"]


def test_a_second_press_changes_nothing(client, superuser):
    EventFactory().delete()
    key = deletions(Event).get().pk
    back(client, Event)
    response = client.post(address(Event, "deleted_restore", key), follow=True)
    assert told(response) == ["This record is there again."]
    assert Event.objects.count() == 1


def test_two_presses_at_once_restore_one(db):
    EventFactory().delete()
    former = deletions(Event).get()
    restore(Event, former)
    with pytest.raises(ValidationError):
        restore(Event, former)


def test_what_it_named_may_be_gone(client, superuser):
    series = SeriesFactory()
    EventFactory(series=series, number_in_series=1).delete()
    series.delete()
    (reason,) = told(back(client, Event))
    assert reason.startswith("It cannot be restored: ")
    assert not Event.objects.exists()


def test_a_city_that_is_gone_too_is_a_reason_and_no_failure(client, superuser):
    event = EventFactory(city=factories.CityFactory())
    city, city_pk = event.city, event.city_id
    event.delete()
    city.delete()
    (reason,) = told(back(client, Event))
    assert reason.startswith("It cannot be restored: ")
    back(client, City)
    back(client, Event)
    assert Event.objects.get().city_id == city_pk


def test_its_address_may_be_taken(client, superuser):
    PageFactory(slug="about").delete()
    PageFactory(slug="about")
    (reason,) = told(back(client, Page))
    assert reason == "It cannot be restored: Page with this Address already exists."


def test_reading_restores_nothing(client, superuser):
    EventFactory().delete()
    assert client.get(address(Event, "deleted_restore", deletions(Event).get().pk)).status_code == 405
    assert not Event.objects.exists()


def test_who_may_not_add_may_not_restore(client, sign_in):
    sign_in(is_staff=True)
    EventFactory().delete()
    assert client.get(address(Event, "deleted")).status_code == 403
    assert back(client, Event).status_code == 403
    assert not Event.objects.exists()


def test_pages_of_deleted_records_ask_as_much_for_many_as_for_one(client, superuser, django_assert_num_queries):
    EventFactory(country=CountryFactory()).delete()
    client.get(address(Event, "deleted"))
    with CaptureQueriesContext(connection) as one:
        client.get(address(Event, "deleted"))
    for _number in range(30):
        EventFactory(country=CountryFactory()).delete()
    with django_assert_num_queries(len(one)):
        page = client.get(address(Event, "deleted"))
    assert len(page.context["deleted"]) == 25
    assert len(client.get(address(Event, "deleted"), {"page": "2"}).context["deleted"]) == 6
    assert client.get(address(Event, "deleted"), {"page": "no"}).context["page"].number == 1


# --- One value put back -----------------------------------------------------------------------------------------------------


def put_back(client, row, name, change=0):
    """Press the button beside what stood in a field before its `change`th change, the latest first."""
    page = client.get(address(type(row), "history", row.pk))
    differences = [each for one in page.context["changes"] for each in one.differences if each.name == name]
    return client.post(address(type(row), "put_back", row.pk, differences[change].key, name), follow=True)


def test_one_value_is_put_back_and_the_others_stay(client, superuser):
    event = EventFactory(title_en="As it was", city=factories.CityFactory(name_en="Sfax"), starts_on=date(2011, 7, 5))
    Event.objects.update(title_en="Spoilt", starts_on=date(2011, 7, 6))
    page = put_back(client, event, "title_en")
    assert told(page) == ["Put back: Title in English"]
    now = Event.objects.get()
    assert (now.title_en, now.starts_on, now.city.name_en) == ("As it was", date(2011, 7, 6), "Sfax")
    latest, _first = page.context["changes"]
    assert [(each.before, each.after) for each in latest.differences] == [("Spoilt", "As it was")]
    assert latest.by == superuser
    assert LogEntry.objects.get().change_message == "Put back: Title in English"


@pytest.mark.parametrize(
    ("model", "name", "was", "spoilt"),
    [
        (Event, "starts_on", date(2011, 7, 4), date(2011, 7, 5)),
        (Event, "kind", "workshop", "seminar"),
        (Event, "participants", 12, None),
        (Institution, "offers", "Courses", ""),
        (Institution, "founded", 1961, 1962),
        (Programme, "launched_year", None, 2011),
        (Page, "body_fr", "Texte d’avant.", "Perdu."),
        (Committee, "name_en", "Committee", "Comittee"),
        (FocalPoint, "may_publish_person", True, False),
        (FocalPoint, "term_ends_on", date(2090, 1, 1), None),
        (factories.TrainingOpportunity, "seats", 12, 13),
    ],
)
def test_values_of_every_kind_come_back(client, superuser, model, name, was, spoilt):
    factory = MADE_BY.get(model, factories.OpportunityFactory)
    row = factory(**{name: was})
    model.objects.filter(pk=row.pk).update(**{name: spoilt})
    put_back(client, row, name)
    assert getattr(model.objects.get(pk=row.pk), name) == was


def test_what_a_value_names_comes_back_too(client, superuser):
    mali, chad = CountryFactory(name_en="Mali"), CountryFactory(name_en="Chad")
    event = EventFactory(country=mali)
    Event.objects.update(country=chad)
    put_back(client, event, "country")
    assert Event.objects.get().country == mali


def test_a_value_that_does_not_fit_what_stands_now_is_refused(client, superuser):
    event = EventFactory(starts_on=date(2011, 7, 20), ends_on=date(2011, 7, 21))
    Event.objects.update(starts_on=date(2011, 7, 5), ends_on=date(2011, 7, 6))
    (reason,) = told(put_back(client, event, "starts_on"))
    assert reason.startswith("It cannot be put back: ")
    assert Event.objects.get().starts_on == date(2011, 7, 5)


def test_what_ended_is_not_begun_again_by_it(client, superuser):
    point = factories.FocalPointFactory(designated_on=date(2020, 1, 1), term_ends_on=None)
    FocalPoint.objects.update(term_ends_on=date(2021, 1, 1))
    (reason,) = told(put_back(client, point, "term_ends_on"))
    assert "that stays: designate anew" in reason
    assert FocalPoint.objects.get().term_ends_on == date(2021, 1, 1)


def test_only_what_a_form_changes_has_a_button(client, superuser):
    """Steps change how an application stands, and the address of a page stays."""
    one = factories.InstitutionFactory(status="applied", slug="was", name_en="Was", waiting_since=now())
    Institution.objects.update(status="listed", waiting_since=None, slug="is", name_en="Is")
    page = client.get(address(Institution, "history", one.pk))
    (change,) = page.context["changes"]
    keys = {each.name: each.key for each in change.differences}
    assert {"status", "slug", "name_en"} <= set(keys)
    assert page.text.count("Put back: ") == 1
    for name in ("status", "slug", "pk", "no_such_field"):
        path = address(Institution, "put_back", one.pk, keys["name_en"], name)
        assert (name, client.post(path).status_code) == (name, 404)
    another = factories.InstitutionFactory(name_en="Another")
    assert client.post(address(Institution, "put_back", another.pk, keys["name_en"], "name_en")).status_code == 404
    assert set(Institution.objects.values_list("name_en", "status")) == {("Is", "listed"), ("Another", "listed")}


def test_what_stands_there_already_has_no_button(client, superuser):
    event = EventFactory(title_en="One")
    Event.objects.update(title_en="Two")
    Event.objects.update(title_en="One")
    page = client.get(address(Event, "history", event.pk))
    assert [each.is_current for change in page.context["changes"] for each in change.differences] == [False, True]
    assert page.text.count("Put back: ") == 1


def test_reading_puts_nothing_back_and_neither_does_who_may_only_read(client, sign_in):
    event = EventFactory(title_en="One")
    Event.objects.update(title_en="Two")
    key = Event.pgh_event_models["update"].objects.get().pk
    path = address(Event, "put_back", event.pk, key, "title_en")
    reader = sign_in(is_staff=True)
    assert client.post(path).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert client.post(path).status_code == 403
    assert "Put back" not in client.get(address(Event, "history", event.pk)).text
    reader.user_permissions.add(Permission.objects.get(codename="change_event"))
    assert client.get(path).status_code == 405
    assert Event.objects.get().title_en == "Two"
    assert client.post(path).status_code == 302
    assert Event.objects.get().title_en == "One"


def test_moved_days_put_back_are_told_as_any_change(client, superuser):
    event = EventFactory(starts_on=date(2090, 1, 1), status="planned")
    announce("event", event.pk)
    Event.objects.update(starts_on=date(2090, 2, 1), ends_on=date(2090, 2, 3))
    announce_change("event", event.pk)
    put_back(client, event, "starts_on")
    assert [each.occasion for each in Announcement.objects.order_by("pk")] == ["appeared", "moved", "moved"]
