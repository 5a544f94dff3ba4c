"""Suggested experts: the same input gives the same order, each reason is true of the data, to be better never costs a place.

Events and experts are made at random; who is suggested, in which order, with which points and which reasons, is worked out
beside it in plain Python, from the rule as the docstring of `events.suggested` tells it. It is half past midnight of New
Year's Day in Istanbul and the year before in UTC, in which the days since a confirmation are counted.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from events.suggested import CRITERIA, suggest
from experts.models.linked import Level
from tests.factories import (
    CountryFactory,
    EngagementFactory,
    EventFactory,
    ExpertFactory,
    LanguageFactory,
    ProgrammeFactory,
    RosterFactory,
    SectorFactory,
    ThemeFactory,
)
from tests.worlds import PROPERTY, level_in_words, link, people, undone

pytestmark = pytest.mark.long
NOW = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)
YEAR = 2027
FIRST, LAST = date(2090, 3, 3), date(2090, 3, 6)
DAY = timedelta(days=1)
SECTORS = {"Alfalfa": 0, "Barley": 0, "Clover": 0, "Dams": 1, "Eels": 1, "Flax": 2}  # each under one of three themes
LANGUAGES = ("ar", "en", "fr")
ALL_DAYS = [(FIRST, LAST), (FIRST - DAY, LAST + DAY), (FIRST, LAST + 30 * DAY)]
NOT_ALL = [(FIRST, LAST - DAY), (LAST, LAST + 9 * DAY), (LAST + DAY, LAST + 9 * DAY)]
BUSY = {  # status, days, and whether that stands in the way; of the event itself any does
    "accepted": ("accepted", LAST, True),
    "accepted before": ("accepted", FIRST - 3 * DAY, False),
    "accepted after": ("accepted", LAST + DAY, False),
    "invited": ("invited", FIRST, False),
    "declined": ("declined", FIRST, False),
}
EXPERT = {
    "sectors": st.sets(st.sampled_from(list(SECTORS)), max_size=4),
    "speaks": st.dictionaries(st.sampled_from(LANGUAGES), st.integers(2, 7), max_size=3),
    "years": st.sampled_from([0, 1, 2, 12, 23, 24, 25, 26, 40]),
    "endorsed": st.booleans(),
    "days": st.sampled_from([0, 1, 89, 300, 364, 365, 366, 547, 548]),
    "free": st.sets(st.sampled_from([*ALL_DAYS, *NOT_ALL]), max_size=2),
    "lives": st.integers(0, 1),
    "way": st.sampled_from(["both", "both", "travels", "online"]),
    "contacted": st.sampled_from([True, True, True, False]),
    "busy": st.sampled_from([None, None, None, None, "here", *BUSY]),
}
EVENT = st.fixed_dictionaries(
    {
        "sectors": st.sets(st.sampled_from(list(SECTORS)), max_size=3),
        "of_programme": st.sets(st.sampled_from(list(SECTORS)), max_size=1),
        "themes": st.sets(st.integers(0, 2), max_size=1),
        "theme_of_programme": st.sampled_from([None, None, 0, 1]),
        "languages": st.sets(st.sampled_from(LANGUAGES), max_size=2),
        "mode": st.sampled_from(["in_person", "in_person", "online", "hybrid"]),
        "country": st.sampled_from([0, 0, 1, None]),
    }
)


# --- The same in plain Python -----------------------------------------------------------------------------------------


def asked_by(event):
    """The sectors and the themes that an event asks for."""
    has_programme = event["theme_of_programme"] is not None
    sectors = event["sectors"] | (event["of_programme"] if has_programme else set())
    themes = {SECTORS[each] for each in sectors} | event["themes"]
    return sectors, themes | ({event["theme_of_programme"]} if has_programme else set())


def is_suggested(facts, event):
    themes = asked_by(event)[1]
    fits = True
    if themes:
        fits = themes & {SECTORS[each] for each in facts["sectors"]}
    elif event["languages"]:
        fits = any(facts["speaks"].get(each, 0) >= Level.B2 for each in event["languages"])
    ways = {"in_person": {"both", "travels"}, "online": {"both", "online"}}.get(event["mode"])
    engaged = facts["busy"] == "here" or (facts["busy"] and BUSY[facts["busy"]][2])
    return fits and facts["contacted"] and facts["days"] < 548 and not engaged and (not ways or facts["way"] in ways)


def told_of(facts, event):
    """Pairs of points and the reason for them: all that are true of an expert, and no others."""
    sectors, themes = asked_by(event)
    own, near = facts["sectors"] & sectors, {each for each in facts["sectors"] if SECTORS[each] in themes}
    if own:
        yield 20 * min(2, len(own)), f"works in {', '.join(sorted(own))}"
    elif near:
        yield 8, f"works near it: {', '.join(sorted(near))}"
    taught = sorted(
        (-level, each) for each, level in facts["speaks"].items() if each in event["languages"] and level > 3
    )
    if taught:
        yield -5 * taught[0][0], ", ".join(f"Language {each} {level_in_words(-level)}" for level, each in taught)
    if facts["free"] & set(ALL_DAYS):
        yield 20, "free on its days"
    if event["mode"] != "online" and event["country"] == facts["lives"]:
        yield 10, f"lives in {'Here' if facts['lives'] else 'There'}"
    if years := facts["years"]:
        yield min(25, years), f"{years} year{'' if years == 1 else 's'} of experience"
    if facts["endorsed"]:
        yield 15, "endorsed by the focal point"


def in_order(people, event):
    """Whom to suggest, the best first: numbers with their points and reasons."""
    told = {n: list(told_of(facts, event)) for n, facts in enumerate(people) if is_suggested(facts, event)}
    points = {n: sum(each for each, _reason in pairs) for n, pairs in told.items()}
    best = sorted(told, key=lambda n: (people[n]["days"] >= 365, -points[n], people[n]["days"], n))
    return [(n, points[n], [reason for _points, reason in told[n]]) for n in best]


# --- The same in the database -----------------------------------------------------------------------------------------


class World:
    def __init__(self):
        self.themes = ThemeFactory.create_batch(3)
        self.sectors = {name: SectorFactory(name_en=name, theme=self.themes[n]) for name, n in SECTORS.items()}
        self.countries, self.roster = [CountryFactory(name_en=name) for name in ("There", "Here")], RosterFactory()
        for code in LANGUAGES:
            LanguageFactory(code=code)

    def event(self, facts):
        country = None if facts["country"] is None else self.countries[facts["country"]]
        programmes = []
        if facts["theme_of_programme"] is not None:
            programmes = [ProgrammeFactory(theme=self.themes[facts["theme_of_programme"]])]
            programmes[0].sectors.set([self.sectors[name] for name in facts["of_programme"]])
        event = EventFactory(
            status="planned", starts_on=FIRST, ends_on=LAST, mode=facts["mode"], country=country, programmes=programmes,
            languages=[LanguageFactory(code=code) for code in facts["languages"]],
        )  # fmt: skip
        event.sectors.set([self.sectors[name] for name in facts["sectors"]] + [self.themes[n] for n in facts["themes"]])
        return event

    def make(self, facts, event):
        purposes = ["kept", "contacted"] if facts["contacted"] else ["kept", "public"]
        expert = ExpertFactory(rosters=[self.roster], speaks={}, sectors=[], purposes=purposes)
        if facts["busy"] == "here":
            EngagementFactory(expert=expert, event=event, status="declined")
        elif facts["busy"]:
            status, day, _engaged = BUSY[facts["busy"]]
            EngagementFactory(expert=expert, event__starts_on=day, event__ends_on=day, status=status)
        self.change(expert, facts)
        return expert

    def change(self, expert, facts):
        """Give an expert other facts; what they agree to and where they are engaged stays."""
        type(expert).objects.filter(pk=expert.pk).update(
            first_year=YEAR - facts["years"], renewed_at=NOW - facts["days"] * DAY, way=facts["way"],
            endorsed_on=date(2026, 1, 1) if facts["endorsed"] else None, residence=self.countries[facts["lives"]],
        )  # fmt: skip
        link(expert, facts, self.sectors)


def suggested(event, experts):
    """As `in_order` gives it; the database's points are those of the reasons."""
    numbers, found = {expert.pk: n for n, expert in enumerate(experts)}, suggest(event)
    assert [each.points for each in found] == [each.expert.points for each in found]
    return [(numbers[each.expert.pk], each.points, list(map(str, each.reasons))) for each in found]


@pytest.fixture
def world(db):
    with time_machine.travel(NOW, tick=False):
        yield World()


# --- What makes an expert better --------------------------------------------------------------------------------------


def _one_sector_more(facts, event, chance):
    sectors, themes = asked_by(event)
    asked = chance.choice([sectors, {each for each in SECTORS if SECTORS[each] in themes}])
    missing = sorted((asked or set(SECTORS)) - facts["sectors"])
    return {"sectors": facts["sectors"] | set(missing and [chance.choice(missing)])}


def _a_language_better(facts, event, chance):
    code = chance.choice(sorted(event["languages"]) or LANGUAGES)
    return {"speaks": facts["speaks"] | {code: min(7, facts["speaks"].get(code, 0) + chance.choice([1, 2, 4]))}}


BETTER = {
    "sectors": _one_sector_more,
    "languages": _a_language_better,
    "days": lambda facts, event, chance: {"free": facts["free"] | {chance.choice(ALL_DAYS)}},
    "place": lambda facts, event, chance: {"lives": facts["lives"] if event["country"] is None else event["country"]},
    "years": lambda facts, event, chance: {"years": facts["years"] + chance.choice([1, 3])},
    "endorsement": lambda facts, event, chance: {"endorsed": True},
}
# No points, but a place among equals, or one at all.
AS_WELL = {
    "confirmation": lambda facts, event, chance: {"days": chance.randint(0, facts["days"])},
    "way": lambda facts, event, chance: {"way": "both"},
}


def test_there_is_a_way_to_be_better_in_each_criterion():
    assert BETTER.keys() == CRITERIA.keys()


def test_to_be_better_in_one_never_costs_a_place(world):
    """Also where some are alike; and order, points and reasons are those of the rule, before and after."""

    @PROPERTY
    @given(people(**EXPERT), EVENT, st.randoms(use_true_random=False))
    def never(people, facts, chance):
        with undone():
            event = world.event(facts)
            experts = [world.make(each, event) for each in people]
            before = suggested(event, experts)
            assert before == in_order(people, facts)
            places = [n for n, *_told in before]
            for criterion, improve in (BETTER | AS_WELL).items():
                n, better = chance.choice(places or range(len(people))), [*people]
                better[n] = people[n] | improve(people[n], facts, chance)
                with undone():
                    world.change(experts[n], better[n])
                    after = suggested(event, experts)
                assert after == in_order(better, facts), criterion
                assert n not in places or [n for n, *_told in after].index(n) <= places.index(n), criterion

    never()


def test_every_edge_of_the_rule(world):
    """Who differs by a day, a year, a level or a sector, each beside the others; as many as are suggested at most."""
    plain = {
        "sectors": {"Dams"}, "speaks": {"ar": 5}, "years": 12, "endorsed": False, "days": 1, "free": set(), "lives": 0,
        "way": "both", "contacted": True, "busy": None,
    }  # fmt: skip
    asked = {
        "sectors": {"Alfalfa", "Barley", "Clover"}, "of_programme": {"Dams"}, "themes": set(), "theme_of_programme": 1,
        "languages": {"ar", "fr"}, "mode": "in_person", "country": 1,
    }  # fmt: skip
    worlds = [
        [plain | {"days": days, "years": years} for days in (548, 547, 365, 364, 1, 0) for years in (2, 26, 40)],
        [plain | {"speaks": {"ar": level, "fr": 3}} for level in Level.values]
        + [plain | {"sectors": set(list(SECTORS)[first:])} for first in range(len(SECTORS))],
        [plain | {"busy": busy} for busy in (None, "here", *BUSY)]
        + [plain | {"free": {days}} for days in (*ALL_DAYS, *NOT_ALL)]
        + [plain | each for each in ({"lives": 1}, {"endorsed": True}, {"way": "online"}, {"way": "travels"})]
        + [plain | {"contacted": False}],
    ]
    without = asked | {"sectors": set(), "theme_of_programme": None}
    for alike in worlds:
        for facts in (asked, asked | {"mode": "online"}, asked | {"themes": {1}, "theme_of_programme": None}, without):
            with undone():
                event = world.event(facts)
                experts = [world.make(each, event) for each in alike]
                assert suggested(event, experts) == in_order(alike, facts)


def test_the_same_input_gives_the_same_order(world):
    """Whichever way and in whichever order the rows were written."""

    @settings(PROPERTY, max_examples=12)
    @given(people(3, 6, **EXPERT), EVENT, st.randoms(use_true_random=False))
    def always(people, facts, chance):
        with undone():
            event = world.event(facts)
            experts = [world.make(each, event) for each in people]
            first = suggested(event, experts)
            assert suggested(event, experts) == first
            for n in chance.sample(range(len(people)), 3):
                link(experts[n], people[n], world.sectors, lambda rows: chance.sample(sorted(rows), len(rows)))
                type(experts[n]).objects.filter(pk=experts[n].pk).update(employer="Elsewhere")
            assert suggested(event, experts) == first

    always()
