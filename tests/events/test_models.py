"""What an event can never be, and that one event and the set of them answer alike."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from events.models import Event
from events.tasks import mark_past_events_held
from tests.factories import CityFactory, CountryFactory, EventFactory, SeriesFactory


@pytest.mark.parametrize("first", [date(1899, 12, 31), date(211, 7, 5), date(2100, 1, 1)])
def test_no_event_is_in_a_year_without_a_page(db, first):
    event = EventFactory.build(starts_on=first)
    with pytest.raises(ValidationError, match="between 1900 and 2099"):
        event.full_clean()
    with pytest.raises(IntegrityError, match="event_in_a_year_that_has_a_page"), transaction.atomic():
        EventFactory(starts_on=first)


@pytest.mark.parametrize("first", [date(1900, 1, 1), date(2099, 12, 31)])
def test_the_first_and_the_last_year_have_pages(client, db, first):
    event = EventFactory(starts_on=first, ends_on=first)
    assert client.get(event.get_absolute_url()).context["event"] == event
    assert list(client.get(f"/events/{first.year}/").context["object_list"]) == [event]


def test_no_event_ends_before_it_begins(db):
    with pytest.raises(IntegrityError, match="event_ends_after_start"), transaction.atomic():
        EventFactory(ends_on=date(2011, 7, 4))


def test_no_two_events_are_the_same(db):
    one = EventFactory(series=SeriesFactory(), number_in_series=1)
    for same in (
        {"title_en": one.title_en},
        {"slug": one.slug},
        {"series": one.series, "number_in_series": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EventFactory(**same)
    EventFactory(title_en=one.title_en, slug=one.slug, starts_on=date(2012, 7, 5))
    assert Event.objects.count() == 2


def test_a_zone_that_does_not_exist_is_refused(db):
    """A calendar could not be written with it."""
    with pytest.raises(ValidationError, match="not the name of a time zone") as refusal:
        EventFactory.build(time_zone="Istanbul", begins_at=time(9)).full_clean()
    assert set(refusal.value.message_dict) == {"time_zone"}
    EventFactory.build(time_zone="Africa/Dakar", begins_at=time(9)).full_clean()


def test_a_city_of_another_country_is_refused(db):
    with pytest.raises(ValidationError) as refusal:
        EventFactory.build(city=CityFactory(), country=CountryFactory()).full_clean()
    assert set(refusal.value.message_dict) == {"city"}


@pytest.mark.parametrize("status", Event.Status.values)
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_one_event_and_the_set_agree_on_when_it_is(db, status, days):
    today = localdate()
    event = EventFactory(
        status=status, starts_on=today + timedelta(days=days - 1), ends_on=today + timedelta(days=days)
    )
    agreeing = [when for when in Event.When if Event.objects.in_states([when]).filter(pk=event.pk).exists()]
    assert agreeing == [event.when]
    assert Event.objects.to_come().exists() == (event.when == "to-come")
    assert Event.objects.held().exists() == (event.when == "held")
    assert Event.objects.called_off().exists() == event.is_called_off


def test_an_event_that_is_over_is_marked_held(db):
    yesterday = localdate() - timedelta(days=1)
    fields = {"starts_on": yesterday, "ends_on": yesterday}
    events = {status: EventFactory(status=status, **fields) for status in Event.Status.values}
    last_day = EventFactory(status="open", starts_on=yesterday, ends_on=localdate())
    mark_past_events_held()
    mark_past_events_held()
    after = {status: Event.objects.get(pk=event.pk).status for status, event in events.items()}
    assert after == {status: "held" if status in ("planned", "open") else status for status in Event.Status.values}
    last_day.refresh_from_db()
    assert last_day.status == "open"


def test_calling_off_is_for_what_was_announced(db):
    event = EventFactory(status="open")
    event.call_off(Event.Status.CANCELLED)
    event.refresh_from_db()
    assert (event.status, event.revision) == ("cancelled", 1)
    with pytest.raises(ValidationError):
        event.call_off(Event.Status.POSTPONED)
    with pytest.raises(ValidationError):
        EventFactory(status="held").call_off(Event.Status.CANCELLED)


def test_publishing_twice_changes_nothing(db):
    event = EventFactory(published_at=None)
    event.publish()
    first = Event.objects.get().published_at
    event.publish()
    assert first == Event.objects.get().published_at is not None
