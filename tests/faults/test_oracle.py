"""Matching against brute force: each of 1,000 interests is told of what its list would show, and of nothing else."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import QueryDict
from django.utils.timezone import localdate, now

from classifications.facets import query_string
from notifications.audience import audience_of
from notifications.matching import announce, as_new
from notifications.models import Announcement, Interest
from notifications.subjects import subject_of, subjects
from notifications.tasks import fan_out
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventFactory,
    FollowerFactory,
    InstitutionFactory,
    InterestFactory,
    LanguageFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
    ProgrammeFactory,
    SectorFactory,
    UserFactory,
)

pytestmark = pytest.mark.long


def things():
    """A few rows of every kind, all open, that differ in every facet."""
    today = localdate()
    countries = [CountryFactory(iso2=iso2, oic_group=group) for iso2, group in [("AA", "Arab"), ("BB", "Asian")]]
    languages = [LanguageFactory(code=code) for code in ("en", "fr", "ar")]
    sectors = SectorFactory.create_batch(3)
    programmes = ProgrammeFactory.create_batch(2)
    for programme, sector in zip(programmes, sectors[1:], strict=True):
        programme.sectors.add(sector)
    words = ["Water irrigation", "Développement durable", "إدارة المياه", "Statistics"]
    made = {kind: [] for kind in subjects()}
    names = ("Asfi", "Institution Bay")
    cities = [CityFactory(country=country, name_en=name) for country, name in zip(countries, names, strict=True)]
    for n in range(6):
        some = {"country": countries[n % 2], "city": cities[n % 2] if n % 3 else None}
        made["institution"].append(
            InstitutionFactory(
                **some, kind=["ministry", "university"][n % 2], offers=words[n % 4] if n % 3 else "",
                seeks="Trainers" if n % 2 else "",
            )
        )  # fmt: skip
        made["institution"][-1].sectors.set(sectors[: n % 3])
        made["institution"][-1].languages.set(languages[n % 3 :])
        member = MembershipFactory(institution__country=some["country"]).institution
        made["opportunity"].append(
            OpportunityFactory(
                institution=member, title=words[n % 4], category=["workshop", "seminar"][n % 2],
                mode=["online", "in_person"][n % 2], sectors=sectors[n % 3 :],
                languages=[languages[n % 3]], apply_by=today + timedelta(days=10 + 25 * n), city=some["city"],
                open_to=countries[n % 3 : 1 + n % 3], covered=["travel"] if n % 2 else [],
            )
        )  # fmt: skip
        made["notice"].append(
            NoticeFactory(
                institution__country=some["country"], kind=["request", "offer"][n % 2], title=words[n % 4],
                written_in=["en", "fr", "ar"][n % 3], sectors=sectors[: 1 + n % 3], countries=countries[n % 3 : 1 + n % 3],
            )
        )  # fmt: skip
        made["event"].append(
            EventFactory(
                **some, status="planned", starts_on=today + timedelta(days=30 + n), title_en=f"{words[n % 4]} {n}",
                kind=["workshop", "seminar"][n % 2], mode=["online", "hybrid", "in_person"][n % 3],
                programmes=programmes[: n % 3], provider_countries=countries[n % 3 :], languages=languages[: n % 3],
                beneficiary_countries=countries[: n % 2],
            )
        )  # fmt: skip
    return made


def random_interest(chance, kind):
    """Choices and words as a reader may make them, of what occurs and what does not."""
    subject = subject_of(kind)
    values = subject.values_of(subject.public())
    pairs = []
    for name in values:
        if values[name] and chance.random() < 0.35:
            some = chance.sample(sorted(values[name]), chance.randint(1, min(2, len(values[name]))))
            pairs += [(name, value) for value in some]
    if chance.random() < 0.3:
        asked = [
            "water",
            "developpement",
            "المياه",
            "مياه",
            "STATISTIC",
            "durable water",
            "n'existe",
            "irrig",
            "%",
            "_",
        ]
        pairs.append(("q", chance.choice(asked)))
    return query_string(pairs).removeprefix("?")


def test_the_preview_is_the_rows_that_are_then_written(db):
    """For every row of every kind, to readers of three languages: their number, what they read, and who gets no letter."""
    chance = random.Random(7)  # noqa: S311  as below
    made = things()
    followers = [FollowerFactory(user=UserFactory(language=["en", "fr", "ar"][n % 3])) for n in range(30)]
    followers += [FollowerFactory(user=None, email=f"a{n}@example.org", language="ar") for n in range(10)]
    followers += FollowerFactory.create_batch(5, paused_at=now())
    for number in range(200):
        kind = chance.choice(sorted(made))
        choices, words = subject_of(kind).asked(QueryDict(random_interest(chance, kind)))
        values = {"follower": chance.choice(followers), "kind": kind, "choices": choices, "words": words}
        if not Interest.objects.filter(**values).exists():
            often = chance.choice(["at-once", "daily", "never"]) if values["follower"].user else "weekly"
            InterestFactory(**values, frequency=often, accepted_at=now() if number % 9 else None)
    told = 0
    for kind, rows in made.items():
        for row in rows:
            audience = audience_of(kind, row.pk)
            announce(kind, row.pk)
            fan_out()
            [announcement] = Announcement.objects.about(kind, row.pk)
            written = announcement.notifications.select_related("follower__user")
            reads = Counter(each.follower.reads for each in written)
            assert audience.count == len(written)
            assert audience.languages == [(name, reads[code]) for code, name in settings.LANGUAGES if reads[code]]
            assert audience.on_site_only == written.filter(due_at=None).count()
            told += len(written)
    assert told > 100


@pytest.mark.parametrize("seed", range(4))
def test_an_interest_matches_exactly_what_its_list_shows(db, seed):
    """250 interests each, in three languages, against every row of every kind."""
    chance = random.Random(seed)  # noqa: S311  a test that can be repeated
    made = {kind: {row.pk for row in rows} for kind, rows in things().items()}
    followers = FollowerFactory.create_batch(10)
    shown = {}
    while len(shown) < 250:
        kind = chance.choice(sorted(made))
        query = random_interest(chance, kind)
        choices, words = subject_of(kind).asked(QueryDict(query))
        values = {"follower": chance.choice(followers), "kind": kind, "choices": choices, "words": words}
        if not Interest.objects.filter(**values).exists():
            listed = subject_of(kind).filter(QueryDict(query)).qs.values_list("pk", flat=True)
            shown[InterestFactory(**values).pk] = {(kind, pk) for pk in made[kind].intersection(listed)}
    matched = {pk: set() for pk in shown}
    for kind, pks in made.items():
        for pk in pks:
            for interest in Interest.objects.matching(as_new(kind, pk)):
                matched[interest.pk].add((kind, pk))
    assert matched == shown
    assert sum(bool(rows) for rows in shown.values()) > 60
    assert sum(not rows for rows in shown.values()) > 20
