"""The counts kept in memory and the querysets give the same answers."""

from datetime import date, timedelta

from django.utils.timezone import localdate

from events import tally, tasks
from events.models import Change, Event
from partners.models import Institution
from tests.factories import (
    CountryFactory,
    EventFactory,
    InstitutionFactory,
    LanguageFactory,
    ProgrammeFactory,
    SectorFactory,
)

WORDS = {
    "year": "held_in_years",
    "kind": "of_kinds",
    "mode": "in_modes",
    "theme": "under_themes",
    "programme": "under_programmes",
    "provider": "taught_by",
    "institution": "given_by",
    "beneficiary": "received_by",
    "venue": "hosted_by",
    "sector": "in_sectors",
    "provider_group": "taught_by_groups",
    "beneficiary_group": "received_by_groups",
    "venue_group": "hosted_by_groups",
    "language": "taught_in",
    "when": "in_states",
}


def test_every_count_is_what_the_queryset_finds(real_data):
    EventFactory(title_en="A draft", published_at=None)
    EventFactory(title_en="Called off", status=Event.Status.CANCELLED, starts_on=date(2024, 5, 1))
    EventFactory(title_en="To come", status=Event.Status.PLANNED, starts_on=localdate())
    counted = tally.current()
    counts = {facet: counted.counts(facet, counted.everything) for facet in WORDS}
    for facet in ("sector", *tally.GROUPS):  # of which "none" is no choice
        counts[facet].pop(tally.NONE, None)
    assert min(len(values) for values in counts.values()) > 1
    assert counts == {
        facet: {value: getattr(Event.objects.published(), WORDS[facet])([value]).count() for value in values}
        for facet, values in counts.items()
    }


def test_the_newest_and_the_oldest_are_those_of_the_queryset(real_data):
    today = localdate()
    EventFactory(title_en="A draft", starts_on=today + timedelta(days=9), published_at=None)
    EventFactory(title_en="Called off", status=Event.Status.CANCELLED, starts_on=today + timedelta(days=9))
    EventFactory.create_batch(3, status=Event.Status.PLANNED, starts_on=today + timedelta(days=9))  # of one day, by key
    EventFactory(status=Event.Status.OPEN, starts_on=today)
    counted = tally.current()
    for state, mask in counted.values("when").items():
        events = Event.objects.published().in_states([state]).values_list("pk", flat=True)
        for most in (0, 3, 9):
            assert counted.newest(mask, most) == list(events.newest_first()[:most])
            assert counted.oldest(mask, most) == list(events.oldest_first()[:most])


def test_counts_follow_a_change_in_the_next_question(db):
    event = EventFactory()
    assert len(tally.current().ids) == 1
    Event.objects.filter(pk=event.pk).update(published_at=None)
    assert tally.current().ids == []


def test_nothing_is_read_again_without_a_change(db, django_assert_num_queries):
    EventFactory()
    tally.current()
    with django_assert_num_queries(1):
        tally.current()


def test_an_event_of_two_countries_counts_once_for_both(db):
    senegal, mali = CountryFactory.create_batch(2)
    EventFactory(provider_countries=[senegal], beneficiary_countries=[senegal, mali])
    counted = tally.current()
    assert counted.select({"beneficiary": [senegal.iso2, mali.iso2]}).bit_count() == 1
    assert counted.touching(senegal.iso2).bit_count() == Event.objects.touching(senegal).count() == 1


def test_a_new_name_is_shown_at_once(db):
    programme = ProgrammeFactory(name_en="Before")
    EventFactory(programmes=[programme], languages=[LanguageFactory()])
    assert tally.current().name("programme", programme.slug) == "Before"
    programme.name_en = "After"
    programme.save()
    assert tally.current().name("programme", programme.slug) == "After"


def test_an_institution_is_called_as_it_is_now_and_only_while_it_is_listed(db):
    institution = InstitutionFactory(name_en="Before")
    event = EventFactory()
    tally.current()
    event.providers.add(institution)
    assert tally.current().name("institution", institution.slug) == "Before"
    Institution.objects.filter(pk=institution.pk).update(name_en="After")
    assert tally.current().name("institution", institution.slug) == "After"
    version = tally.current().version
    Institution.objects.filter(pk=institution.pk).update(website="https://example.org/")
    assert tally.current().version == version
    Institution.objects.filter(pk=institution.pk).update(status="suspended")
    assert institution.slug not in tally.current().names["institution"]


def test_sectors_are_an_events_own_and_those_of_its_programmes(db):
    own, of_programme, of_none = SectorFactory.create_batch(3)
    programme = ProgrammeFactory()
    programme.sectors.add(of_programme)
    event = EventFactory(programmes=[programme])
    event.sectors.add(own)
    assert {own.slug, of_programme.slug} <= set(tally.current().counts("sector", tally.current().everything))
    programme.sectors.add(of_none)  # known in the next question
    found = tally.current().counts("sector", tally.current().everything)
    assert {slug for slug in found if slug != tally.NONE} == {own.slug, of_programme.slug, of_none.slug}
    assert list(Event.objects.in_sectors([own.slug, of_programme.slug])) == [event]
    programme.sectors.clear()
    found = tally.current().counts("sector", tally.current().everything)
    assert {slug for slug in found if slug != tally.NONE} == {own.slug}


def test_forgetting_old_traces_changes_no_count(db):
    EventFactory.create_batch(3)
    before = tally.current().ids
    tasks.forget_changes()
    assert Change.objects.count() == 1
    assert tally.current().ids == before
    EventFactory()
    assert len(tally.current().ids) == 4
