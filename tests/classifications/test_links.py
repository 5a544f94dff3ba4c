"""What became of a record's links is told with who and when, and can be put back."""

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifications.history import deletions
from classifications.links import links_of, name_of
from classifications.models import Country, LinkChange
from events.models import Event
from programmes.models import Programme
from tests.factories import (
    CountryFactory,
    EventFactory,
    InstitutionFactory,
    LanguageFactory,
    ParticipationFactory,
    ProgrammeFactory,
    SectorFactory,
    UserFactory,
)


def page_of(client, row):
    return client.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk]))


def told(client, row):
    """Who changed which field of a row, what was taken away and what was added; the latest first."""
    return [
        (change.by, str(each.label), each.before, each.after)
        for change in page_of(client, row).context["changes"]
        for each in change.differences
    ]


def relink(client, row, **fields):
    """Send the form of a record with other links in it."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    page = client.get(url)
    form = page.context["adminform"].form
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: [each.pk for each in value] if isinstance(value, list) else value for name, value in sent.items()}
    sent = {name: getattr(value, "pk", value) for name, value in sent.items() if value is not None}
    for inline in page.context["inline_admin_formsets"]:
        sent |= {f"{inline.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    sent |= {name: [each.pk for each in sent] if isinstance(sent, list) else sent for name, sent in fields.items()}
    response = client.post(url, sent)
    assert response.status_code == 302, response.context["adminform"].form.errors


def test_every_link_of_every_model_with_a_history_is_recorded(db):
    recorded = {
        (link.remote_field.through._meta.db_table, name_of(link), link.m2m_column_name(), link.m2m_reverse_name())
        for model in apps.get_models() if hasattr(model, "pgh_event_models") for link in links_of(model)
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape'), count(*) FROM pg_trigger "
            "WHERE tgname LIKE 'keep_links%' GROUP BY 1, 2"
        )
        found = [(table, arguments.split("\\000"), number) for table, arguments, number in cursor]
    assert {(table, *arguments[:3]) for table, arguments, _number in found} == recorded
    assert {number for _table, _arguments, number in found} == {3}
    assert len(recorded) == 15


def draft():
    """An event whose form has no day and hour in two cells."""
    return EventFactory(published_at=None)


@pytest.mark.parametrize(
    ("factory", "name", "other"),
    [
        (ProgrammeFactory, "sectors", SectorFactory),
        (CountryFactory, "languages", LanguageFactory),
        (InstitutionFactory, "sectors", SectorFactory),
        (draft, "programmes", ProgrammeFactory),
        (draft, "providers", InstitutionFactory),
        (draft, "provider_countries", CountryFactory),
        (draft, "languages", LanguageFactory),
        (draft, "sectors", SectorFactory),
    ],
)
def test_a_change_in_the_admin_says_who_added_and_took_away_what(client, superuser, factory, name, other):
    row, stays, goes, comes = factory(), *other.create_batch(3)
    getattr(row, name).set([stays, goes])
    LinkChange.objects.all().delete()
    relink(client, row, **{name: [stays, comes]})
    label = row._meta.get_field(name).verbose_name
    assert told(client, row) == [(superuser, label, str(goes), str(comes))]
    text = page_of(client, row).text
    assert "Taken away: <del" in text
    assert "Added: <ins" in text


def test_a_form_that_changes_a_value_and_links_is_one_change(client, superuser):
    event, programme = EventFactory(title_en="One", published_at=None), ProgrammeFactory(name_en="Some programme")
    relink(client, event, title_en="Two", programmes=[programme])
    (change,) = page_of(client, event).context["changes"]
    assert [(each.label, each.before, each.after) for each in change.differences] == [
        ("title in English", "One", "Two"),
        ("programmes", "", "Some programme"),
    ]


def test_numbers_that_links_carry_are_told(client, superuser):
    took_part = ParticipationFactory(country=CountryFactory(name_en="Mali"), participants=12)
    took_part.participants = 15
    with pghistory.context(user=superuser.pk):
        took_part.save()
    found = told(client, took_part.event)
    assert (superuser, "beneficiary countries", "Mali (12)", "Mali (15)") in found


def test_what_is_saved_again_as_it_was_is_no_change(client, superuser):
    took_part = ParticipationFactory(participants=12)
    LinkChange.objects.all().delete()
    took_part.save()
    took_part.event.beneficiary_countries.set([took_part.country])
    assert LinkChange.objects.count() == 0
    assert told(client, took_part.event) == []


def test_what_was_linked_and_is_gone_is_told_by_its_last_name(client, superuser):
    programme, event = ProgrammeFactory(name_en="Gone for good"), EventFactory()
    with pghistory.context(user=superuser.pk):
        event.programmes.add(programme)
    other = UserFactory()
    with pghistory.context(user=other.pk):
        programme.delete()
    assert told(client, event) == [
        (other, "programmes", "Gone for good", ""),
        (superuser, "programmes", "", "Gone for good"),
    ]


def put_back(client, row, name):
    differences = [each for one in page_of(client, row).context["changes"] for each in one.differences]
    key = next(each.key for each in differences if each.name == name)
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_put_back", args=[row.pk, key, name])
    return client.post(url, follow=True)


def test_links_are_put_back_as_they_stood_before_a_change(client, superuser):
    was, stays, wrong, gone = SectorFactory.create_batch(4)
    programme = ProgrammeFactory()
    programme.sectors.set([was, stays, gone])
    relink(client, programme, sectors=[stays, wrong])
    gone.delete()
    page = put_back(client, programme, "sectors")
    assert [str(each) for each in page.context["messages"]] == ["Put back: Sectors"]
    assert set(programme.sectors.all()) == {was, stays}
    assert told(client, programme)[0] == (superuser, "sectors", str(wrong), str(was))


def test_what_stands_there_again_has_no_button(client, superuser):
    programme, sector = ProgrammeFactory(), SectorFactory()
    relink(client, programme, sectors=[sector])
    assert "Put back: Sectors" in page_of(client, programme).text
    relink(client, programme, sectors=[])
    changes = page_of(client, programme).context["changes"]
    assert [each.is_current for change in changes for each in change.differences] == [False, True]


def test_a_deleted_record_is_linked_again_with_what_is_still_there(client, superuser):
    sector, removed_before, gone, mali = (
        SectorFactory(),
        SectorFactory(),
        SectorFactory(),
        CountryFactory(name_en="Mali"),
    )
    event = EventFactory(title_en="Back")
    event.sectors.set([sector, removed_before, gone])
    ParticipationFactory(event=event, country=mali, participants=7)
    with pghistory.context(user=superuser.pk):
        event.sectors.remove(removed_before)
    client.post(reverse("admin:events_event_delete", args=[event.pk]), {"post": "yes"})
    gone.delete()
    (deletion,) = client.get(reverse("admin:events_event_deleted")).context["deleted"]
    values = {str(label): value for label, value in deletion.values}
    assert values["sectors"] == "; ".join(sorted([str(sector), str(gone)]))
    assert values["beneficiary countries"] == "Mali (7)"
    client.post(reverse("admin:events_event_deleted_restore", args=[deletions(Event).get().pk]))
    back = Event.objects.get(title_en="Back")
    assert list(back.sectors.all()) == [sector]
    assert list(back.participations.values_list("country", "participants")) == [(mali.pk, 7)]
    assert [each.name_en for each in back.linked.sectors] == [sector.name_en]


def test_it_takes_as_many_questions_for_many_changes_as_for_one(client, superuser):
    country = CountryFactory()
    url = reverse("admin:classifications_country_history", args=[country.pk])

    def asked():
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        return len(found)

    with pghistory.context(user=superuser.pk):
        country.languages.add(LanguageFactory())
    asked()
    once = asked()
    for user in UserFactory.create_batch(3):
        with pghistory.context(user=user.pk):
            country.languages.add(LanguageFactory())
    assert asked() == once
    assert len(client.get(url).context["changes"]) == 4


def test_plain_sql_is_seen_too(client, superuser):
    country, language = CountryFactory(), LanguageFactory(name_en="Fula")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO classifications_country_languages (country_id, language_id) VALUES (%s, %s)",
            [country.pk, language.pk],
        )
    assert told(client, country) == [(None, "languages", "", "Fula")]
    assert Country.objects.get().languages.get() == language


def test_programmes_merged_or_moved_in_place_are_told_as_one_gone_and_one_come(client, superuser):
    event, old, new = EventFactory(), ProgrammeFactory(name_en="Old"), ProgrammeFactory(name_en="New")
    event.programmes.add(old)
    with pghistory.context(user=superuser.pk):
        Event.programmes.through.objects.update(programme=new)
    assert told(client, event)[0] == (superuser, "programmes", "Old", "New")
    assert Programme.objects.count() == 2
