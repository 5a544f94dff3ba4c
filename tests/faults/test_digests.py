"""Digests over 400 days, month ends and changes of the clock among them: each exactly once in its period."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils.timezone import now

from notifications.matching import announce
from notifications.models.follower import due_at, slots
from notifications.tasks import fan_out, write_letters
from tests.factories import FollowerFactory, InterestFactory, MembershipFactory, OpportunityFactory, UserFactory

pytestmark = pytest.mark.long

ZONES = ["Africa/Casablanca", "Europe/Istanbul", "America/New_York", "Asia/Tehran"]


@pytest.mark.parametrize("zone", ZONES)
def test_letters_are_due_at_seven_in_the_readers_morning(zone):
    zone = ZoneInfo(zone)
    for hour in range(0, 400 * 24, 5):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        daily, weekly = due_at("daily", zone, moment), due_at("weekly", zone, moment)
        assert daily.astimezone(zone).hour == weekly.astimezone(zone).hour == 7
        assert timedelta() < daily - moment <= timedelta(hours=25)
        assert timedelta() < weekly - moment <= timedelta(days=7, hours=1)
        assert weekly.astimezone(zone).weekday() == 0


def test_every_zone_has_its_slot_and_so_has_one_whose_name_is_gone(db):
    zones = ["Africa/Dakar", "Nowhere/Any_more", "Asia/Jakarta"]
    readers = [FollowerFactory(user=UserFactory(time_zone=zone)) for zone in zones[:2]]
    readers.append(FollowerFactory(user=None, email="a@example.org", time_zone=zones[2]))
    for reader in readers:
        InterestFactory(follower=reader, frequency="weekly")
    announce("opportunity", OpportunityFactory().pk)
    fan_out()
    for reader, zone in zip(readers, ["Africa/Dakar", settings.TIME_ZONE, "Asia/Jakarta"], strict=True):
        [row] = reader.notifications.all()
        assert row.due_at == due_at("weekly", ZoneInfo(zone), row.made_at)
    names, daily, weekly = slots(now())
    assert {"Africa/Dakar", "Asia/Jakarta", settings.TIME_ZONE} <= set(names)
    assert len(names) == len(daily) == len(weekly)
    assert all(moment > now() for moment in [*daily, *weekly])


def test_each_digest_comes_once_in_its_period_over_400_days(db):
    """Something new every day, month ends and changes of the clock among them; two beats look twice a day, once late."""
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    institution = MembershipFactory().institution
    readers = [
        InterestFactory(follower=FollowerFactory(user=UserFactory(time_zone=zone)), frequency=frequency)
        for zone in ZONES[:3]
        for frequency in ("daily", "weekly")
    ]
    for day in range(400):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            opportunity = OpportunityFactory(
                institution=institution, apply_by=date(2027, 12, 1), starts_on=date(2028, 1, 1)
            )
            announce("opportunity", opportunity.pk)
            fan_out()
        for hours in (7, 20 + day % 3):
            with time_machine.travel(start + timedelta(days=day, hours=hours), tick=False):
                for _beat in range(2):
                    write_letters()
    for interest in readers:
        zone = ZoneInfo(interest.follower.user.time_zone)
        owed = {
            each.pk: due_at(interest.frequency, zone, each.made_at) for each in interest.follower.notifications.all()
        }
        held = [
            {owed[pk] for pk in letter.notifications.values_list("pk", flat=True)}
            for letter in interest.follower.letters.all()
        ]
        assert len(owed) == 400
        assert all(len(periods) == 1 for periods in held)  # a letter of one period
        told = [period for periods in held for period in periods]
        assert len(told) == len(set(told))  # one letter of a period
        past = {period for period in owed.values() if period <= start + timedelta(days=399, hours=7)}
        assert past <= set(told)  # and none without
        assert len(past) in {"daily": (398, 399), "weekly": (56, 57)}[interest.frequency]
