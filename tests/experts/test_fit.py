"""Fit: the same input gives the same order, each reason is true of the data, and to be better never costs a place.

Small worlds of experts are asked questions at random. What has to come out is worked out beside it in plain Python, from the
rule as the docstring of `experts.fit` tells it. It is half past midnight of New Year's Day in Istanbul and the year before in
UTC, in which days are counted.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from experts import fit
from experts.filters import ExpertFilter
from experts.fit import CONFIRMED, CRITERIA, Wish, reasons
from experts.models.linked import Level
from experts.readers import Kind, Profile, Reader
from experts.tally import fold
from tests.experts.helpers import as_agreed_at_first
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    LanguageFactory,
    RosterFactory,
    SectorFactory,
)
from tests.worlds import PROPERTY, level_in_words, link, people, undone

pytestmark = pytest.mark.long
NOW = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)
YEAR = 2027
SECTORS = {"Alfalfa": 0, "Barley": 0, "Clover": 0, "Dams": 1, "Eels": 1}  # each under one of two themes
LANGUAGES = ("ar", "en", "fr")
PERIODS = {
    (date(2091, 3, 1), date(2091, 3, 31)): "free 1–31 March 2091",
    (date(2091, 3, 5), date(2091, 3, 9)): "free 5–9 March 2091",
    (date(2091, 3, 7), date(2092, 1, 1)): "free 7 March 2091 – 1 January 2092",
}
DAYS = [0, 1, 89, 90, 179, 180, 300, 364, 365, 366, 547, 548]
EXPERT = {
    "sectors": st.sets(st.sampled_from(list(SECTORS)), max_size=4),
    "speaks": st.dictionaries(st.sampled_from(LANGUAGES), st.integers(1, 7), max_size=3),
    "years": st.sampled_from([0, 1, 2, 12, 23, 24, 25, 26, 40]),
    "endorsed": st.booleans(),
    "days": st.sampled_from(DAYS),
    "free": st.sets(st.sampled_from(list(PERIODS)), max_size=2),
    "purposes": st.sets(
        st.sampled_from(["public", "partners", "focal points"])
    ),  # these, of all states, is a wording of "kept"
    "state": st.integers(0, 1),
}


def few(*values):
    """Some of these, more often none than all."""
    return st.sets(st.sampled_from(values), max_size=2) | st.just(set())


QUESTION = st.fixed_dictionaries(
    {
        "themes": few(0, 1),
        "sectors": st.sets(st.sampled_from(list(SECTORS)), max_size=4),
        "languages": few(*LANGUAGES),
        "level": st.sampled_from([None, Level.B1, Level.C1]),
        "endorsed": st.sampled_from([False, False, False, True]),
        "seen": st.sampled_from([None, None, None, "3", "12"]),
        "free": st.sampled_from([None, None, (date(2091, 3, 5), date(2091, 3, 9)), (date(2091, 3, 8),) * 2]),
        "sort": st.sampled_from(["fit", "fit", "fit", "fresh", "experience"]),
        "reader": st.sampled_from(["staff", "staff", "partner", "focal point", "public"]),
    }
)


# --- The same in plain Python -----------------------------------------------------------------------------------------


def sees_all(facts, question):
    return question["reader"] == "staff" or (question["reader"] == "focal point" and facts["state"] == 0)


def shows_days(facts, question):
    return sees_all(facts, question) or f"{question['reader']}s" in facts["purposes"]


def is_found(facts, question):
    if not sees_all(facts, question) and (
        facts["days"] >= 548 or not facts["purposes"] & {"public", f"{question['reader']}s"}
    ):
        return False
    least = question["level"] or Level.B2
    seen = {"3": 91, "12": 365}.get(question["seen"], 10_000)
    first, last = question["free"] or (None, None)
    return (
        (not question["themes"] or question["themes"] & {SECTORS[each] for each in facts["sectors"]})
        and (not question["sectors"] or question["sectors"] & facts["sectors"])
        and (not question["languages"] or any(facts["speaks"].get(each, 0) >= least for each in question["languages"]))
        and (not question["endorsed"] or facts["endorsed"])
        and facts["days"] < seen
        and (
            not question["free"]
            or question["reader"] == "public"  # who may not ask that
            or (shows_days(facts, question) and any(one <= first and last <= other for one, other in facts["free"]))
        )
    )


def points_of(facts, question):
    themes = {SECTORS[each] for each in facts["sectors"]}
    levels = [facts["speaks"].get(each, 0) for each in question["languages"]]
    confirmed = [points for within, points in ((90, 10), (180, 6), (365, 3)) if facts["days"] < within]
    return (
        20 * min(2, len(question["themes"] & themes) + len(question["sectors"] & facts["sectors"]))
        + 5 * max(levels, default=0)
        + min(25, facts["years"])
        + 15 * facts["endorsed"]
        + max(confirmed, default=0)
    )


def in_order(people, question):
    """The numbers of those who are found, the best first."""

    def place(number):
        facts = people[number]
        lapsed, fresh, long = facts["days"] >= 365, facts["days"], -facts["years"]
        return {
            "fit": (lapsed, -points_of(facts, question), fresh, long, number),
            "fresh": (fresh, long, number),
            "experience": (lapsed, long, fresh, number),
        }[question["sort"]]

    return sorted((n for n, facts in enumerate(people) if is_found(facts, question)), key=place)


def told_of(facts, question):
    """All reasons that are true of an expert, and no others."""
    asked = {each for each in SECTORS if each in question["sectors"] or SECTORS[each] in question["themes"]}
    told = sorted(facts["sectors"] & asked)
    spoken = sorted((-level, code) for code, level in facts["speaks"].items() if code in question["languages"])
    told += [f"Language {code} {level_in_words(-level)}" for level, code in spoken]
    told += [f"{facts['years']} year{'' if facts['years'] == 1 else 's'} of experience"]
    if question["free"] and shows_days(facts, question):
        first, last = question["free"]
        told += [PERIODS[each] for each in sorted(facts["free"]) if each[0] <= first and last <= each[1]][:1]
    told += ["endorsed by the national focal point"] if facts["endorsed"] else []
    confirmed = NOW - timedelta(days=facts["days"])
    return told + ([f"confirmed in {confirmed:%B} {confirmed.year}"] if facts["days"] < 365 else [])


# --- The same in the database -----------------------------------------------------------------------------------------


class World:
    """Sectors, languages, states and rosters; and experts, who last until the end of a `with`."""

    def __init__(self):
        themes = [SectorFactory(theme=None), SectorFactory(theme=None)]
        self.sectors = {name: SectorFactory(name_en=name, theme=themes[n]) for name, n in SECTORS.items()}
        self.themes, self.roster = themes, RosterFactory()
        self.states = CountryFactory.create_batch(2)
        for code in LANGUAGES:
            LanguageFactory(code=code)
        self.readers = {
            "staff": Reader(Kind.STAFF), "partner": Reader(Kind.PARTNER), "public": Reader(Kind.PUBLIC),
            "focal point": Reader(Kind.PUBLIC, frozenset([self.states[0].pk])),
        }  # fmt: skip

    def make(self, facts):
        expert = ExpertFactory(
            first_year=YEAR - facts["years"], nationality=self.states[facts["state"]], rosters=[self.roster], speaks={},
            sectors=[], purposes=["kept", *(facts["purposes"] - {"focal points"})],
        )  # fmt: skip
        if "focal points" not in facts["purposes"]:
            as_agreed_at_first(expert)
        self.change(expert, facts)
        return expert

    def change(self, expert, facts):
        """Give an expert other facts; what they agree to and where they are from stays."""
        type(expert).objects.filter(pk=expert.pk).update(
            first_year=YEAR - facts["years"],
            renewed_at=NOW - timedelta(days=facts["days"]),
            endorsed_on=date(2026, 1, 1) if facts["endorsed"] else None,
        )
        link(expert, facts, self.sectors)

    def asked(self, question):
        names = [("theme", self.themes[n].slug) for n in question["themes"]]
        names += [("sector", self.sectors[name].slug) for name in question["sectors"]]
        names += [("language", code) for code in question["languages"]]
        names += [(name, question[name]) for name in ("level", "seen", "sort") if question[name]]
        names += [("endorsed", "yes")] if question["endorsed"] else []
        names += zip(("free_from", "free_until"), question["free"] or (), strict=False)
        query = "&".join(f"{name}={value}" for name, value in names)
        return ExpertFilter(QueryDict(query), reader=self.readers[question["reader"]])

    def order(self, experts, question):
        """The numbers of the experts found, in their order."""
        numbers = {expert.pk: n for n, expert in enumerate(experts)}
        return [numbers[each.pk] for each in self.asked(question).qs[0:100]]

    def points(self, experts, question):
        """The points of each expert, found or not."""
        sql, params = fit.points(self.asked(question).wish)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT expert_id, {sql} FROM experts_findable f", params)  # noqa: S608  our own SQL
            points = dict(cursor)
        return [points[expert.pk] for expert in experts]


@pytest.fixture
def world(db):
    with time_machine.travel(NOW, tick=False):
        yield World()


# --- What makes an expert better --------------------------------------------------------------------------------------


def _one_sector_more(facts, question, chance):
    asked = {each for each in SECTORS if each in question["sectors"] or SECTORS[each] in question["themes"]}
    missing = sorted((asked or set(SECTORS)) - facts["sectors"])
    return {"sectors": facts["sectors"] | set(missing and [chance.choice(missing)])}


def _a_language_better(facts, question, chance):
    code = chance.choice(sorted(question["languages"]) or LANGUAGES)
    level = facts["speaks"].get(code, 0)
    return {"speaks": facts["speaks"] | {code: min(7, level + chance.choice([1, 1, 2]))}}


BETTER = {
    "sectors": _one_sector_more,
    "languages": _a_language_better,
    "years": lambda facts, question, chance: {"years": facts["years"] + chance.choice([1, 3])},
    "endorsement": lambda facts, question, chance: {"endorsed": True},
    "confirmation": lambda facts, question, chance: {"days": chance.randint(0, facts["days"])},
}
# Not of the rule, but asked for in questions: to be free on more days.
AS_WELL = {"days free": lambda facts, question, chance: {"free": facts["free"] | {min(PERIODS)}}}


def test_there_is_a_way_to_be_better_in_each_criterion():
    assert BETTER.keys() == CRITERIA.keys()


def test_to_be_better_in_one_never_costs_a_place(world):
    """Also where some are alike; and points and order are those of the rule, before and after."""

    @PROPERTY
    @given(people(**EXPERT), QUESTION, st.randoms(use_true_random=False))
    def never(people, question, chance):
        with undone():
            experts = [world.make(facts) for facts in people]
            assert world.points(experts, question) == [points_of(facts, question) for facts in people]
            before = world.order(experts, question)
            assert before == in_order(people, question)
            for criterion, improve in (BETTER | AS_WELL).items():
                n, better = chance.randrange(len(people)), [*people]
                better[n] = people[n] | improve(people[n], question, chance)
                with undone():
                    world.change(experts[n], better[n])
                    after = world.order(experts, question)
                assert after == in_order(better, question), criterion
                assert n not in before or after.index(n) <= before.index(n), criterion

    never()


def test_the_same_input_gives_the_same_order(world):
    """Whichever way and in whichever order the rows were written; in rows, in bitmaps, or some in each."""

    @settings(PROPERTY, max_examples=12)
    @given(people(3, 6, **EXPERT), QUESTION, st.randoms(use_true_random=False))
    def always(people, question, chance):
        with undone():
            experts = [world.make(facts) for facts in people]
            first = world.order(experts, question)
            for gather in (lambda: None, fold, fold):
                for n in chance.sample(range(len(people)), 3):
                    link(experts[n], people[n], world.sectors, lambda rows: chance.sample(sorted(rows), len(rows)))
                    type(experts[n]).objects.filter(pk=experts[n].pk).update(employer="Elsewhere")
                assert world.order(experts, question) == first
                gather()
                assert world.order(experts, question) == first

    always()


def test_all_true_reasons_are_told_and_no_others(world):
    @PROPERTY
    @given(people(2, 4, **EXPERT), QUESTION)
    def always(people, question):
        with undone():
            facts_of = {world.make(facts).pk: facts for facts in people}
            asked, reader = world.asked(question), world.readers[question["reader"]]
            for expert in asked.qs[0:100]:
                told = list(map(str, reasons(reader.profile_of(expert), asked.wish)))
                assert told == told_of(facts_of[expert.pk], question)

    always()


def test_every_edge_of_the_rule(world):
    """Who differs by a day, a year, a level or a sector, each beside all others."""
    people = [PLAIN | {"days": days, "years": years} for days in DAYS for years in (24, 26, 40)]
    people += [PLAIN | {"speaks": {"ar": level, "fr": 3}} for level in Level.values]
    people += [PLAIN | {"sectors": set(list(SECTORS)[first:])} for first in range(len(SECTORS))]
    people += [PLAIN | {"endorsed": True}, PLAIN | {"free": set(PERIODS)}, PLAIN]
    question = {"endorsed": False, "seen": None, "level": Level.B1, "reader": "staff"}
    experts = [world.make(facts) for facts in people]
    for sort in ("fit", "fresh", "experience"):
        for languages, themes, sectors in [
            (set(), set(), set()), ({"ar"}, {1}, set()), ({"ar", "fr"}, set(), {"Alfalfa", "Clover", "Dams"}),
            (set(), {0, 1}, {"Eels", "Dams"}),
        ]:  # fmt: skip
            asked = question | {"sort": sort, "languages": languages, "themes": themes, "sectors": sectors}
            asked |= {
                "free": (date(2091, 3, 7), date(2091, 3, 9)) if sort == "fit" and not sectors and themes else None
            }
            assert world.points(experts, asked) == [points_of(facts, asked) for facts in people]
            assert world.order(experts, asked) == in_order(people, asked)
            facts_of, filterset = (
                {expert.pk: facts for expert, facts in zip(experts, people, strict=True)},
                world.asked(asked),
            )
            for expert in filterset.qs[0:100]:
                told = list(map(str, reasons(Profile(expert, Kind.STAFF), filterset.wish)))
                assert told == told_of(facts_of[expert.pk], asked)


# --- Single cases -----------------------------------------------------------------------------------------------------


PLAIN = {
    "sectors": {"Dams"}, "speaks": {"ar": 5}, "years": 12, "endorsed": False, "days": 0, "free": set(),
    "purposes": {"public"}, "state": 0,
}  # fmt: skip
STAFF = Reader(Kind.STAFF)


def test_reasons_are_in_the_reader_s_language(world):
    expert = world.make(PLAIN)
    wish = Wish((), (expert.languages.get().language_id,))
    with override("ar"):
        assert "١٢" in " ".join(map(str, reasons(Profile(expert, Kind.PUBLIC), wish)))


def test_too_many_are_not_ranked_but_shown_by_their_last_confirmation(world, monkeypatch):
    for days in (300, 3, 400, 30):
        world.make(PLAIN | {"days": days, "years": 40 - days // 10})

    def order(query=""):
        return ExpertFilter(QueryDict(query), reader=STAFF).qs[0:100]

    ranked = order()
    monkeypatch.setattr(fit, "MOST_RANKED", 3)
    filterset = ExpertFilter(QueryDict(""), reader=STAFF)
    assert not filterset.is_ranked
    assert [each.renewed_at for each in filterset.qs[0:9]] == sorted((each.renewed_at for each in ranked), reverse=True)
    walked = ExpertFilter(QueryDict("sort=experience"), reader=STAFF).qs
    together, one_by_one = walked[0:9], [walked[n : n + 1][0] for n in range(4)]
    monkeypatch.setattr(fit, "MOST_RANKED", 5_000)
    assert together == one_by_one == order("sort=experience")


def test_the_rule_stands_as_it_is_told(db):
    told = fit.__doc__
    for points in (fit.SECTOR, fit.LEVEL, fit.ENDORSED, fit.MOST_YEARS, *CONFIRMED, *CONFIRMED.values()):
        assert str(points) in told or points == 365
    assert ExpertFilter(QueryDict(""), reader=Reader.of(AnonymousUser())).order == "fit"
