"""Fit: the same input gives the same order, a reason is true of the data, and to be better never costs a place."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import QueryDict
from django.utils.timezone import localdate, now
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experts import fit
from experts.filters import ExpertFilter
from experts.fit import CONFIRMED, Wish, points_of, reasons
from experts.models import Expert, ExpertLanguage
from experts.models.linked import Level
from experts.readers import Kind, Profile, Reader
from experts.tally import fold
from tests.experts.test_tally import experts  # noqa: F401  the same many experts
from tests.factories import ExpertFactory, LanguageFactory, SectorFactory

STAFF = Reader(Kind.STAFF)
PROPERTY = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
LEVELS = st.integers(1, 7)
DAYS = st.sampled_from([0, 10, 89, 90, 91, 179, 180, 200, 364, 365, 500])
EXPERT = st.fixed_dictionaries(
    {
        "years": st.integers(0, 40),
        "levels": st.tuples(LEVELS, LEVELS),
        "sectors": st.sets(st.integers(0, 2), min_size=1),
        "endorsed": st.booleans(),
        "days": DAYS,
    }
)


class Undone(Exception):
    pass


@pytest.fixture
def world(db):
    for code in ("ar", "en"):
        LanguageFactory(code=code)
    return SectorFactory.create_batch(3)


def make(sectors, years, levels, endorsed, days, sectors_of):
    return ExpertFactory(
        first_year=localdate().year - years, speaks=dict(zip(("ar", "en"), levels, strict=True)),
        sectors=[sectors[each] for each in sorted(sectors_of)], renewed_at=now() - timedelta(days=days),
        endorsed_on=date(2026, 1, 1) if endorsed else None, purposes=["kept"],
    )  # fmt: skip


def order(query=""):
    return ExpertFilter(QueryDict(query), reader=STAFF).qs[0:100]


BETTER = {
    "years": lambda facts: facts | {"years": facts["years"] + 3},
    "levels": lambda facts: facts | {"levels": (min(7, facts["levels"][0] + 1), facts["levels"][1])},
    "sectors": lambda facts: facts | {"sectors": facts["sectors"] | {0}},
    "endorsed": lambda facts: facts | {"endorsed": True},
    "days": lambda facts: facts | {"days": max(0, facts["days"] - 100)},
}


def test_to_be_better_in_one_never_costs_a_place(world):
    chosen = "&".join(f"sector={each.slug}" for each in world)

    @PROPERTY
    @given(
        st.lists(EXPERT, min_size=2, max_size=4),
        st.integers(0, 1),
        st.sampled_from(list(BETTER)),
        st.sampled_from(["fit", "fit", "fresh", "experience"]),
    )
    def never(people, number, criterion, sort):
        def place(better):
            """The place of one of the experts, made better or not; None where the expert is not found at all."""
            try:
                with transaction.atomic():
                    found = []
                    for n, facts in enumerate(people):
                        facts = BETTER[criterion](facts) if better and n == number else facts
                        facts = {**facts, "sectors_of": facts["sectors"], "sectors": world}
                        found.append(make(**facts))
                    keys = [each.pk for each in order(f"{chosen}&language=ar&level=3&sort={sort}")]
                    raise Undone(keys.index(found[number].pk) if found[number].pk in keys else None)
            except Undone as told:
                return told.args[0]

        before, after = place(better=False), place(better=True)
        assert before is None or (after is not None and after <= before)

    never()


def test_the_same_input_gives_the_same_order(experts):  # noqa: F811
    for query in ("", "language=ar&level=3", "sort=experience", "sort=fresh"):
        first = [each.pk for each in order(query)]
        Expert.objects.update(employer="Elsewhere")  # other rows on the disk, the same experts
        assert [each.pk for each in order(query)] == first
        fold()
        assert [each.pk for each in order(query)] == first


def test_the_database_and_python_give_the_same_points(experts):  # noqa: F811
    """And the order is: current before lapsed, points, last confirmation, experience."""
    known = {each.pk for each in order()}
    wishes = {
        "": Wish(),
        "language=ar&language=fr&level=3": None,
        f"sector={SectorFactory._meta.model.objects.below_themes()[0].slug}&language=en&level=3": None,
    }
    for query in wishes:
        filterset = ExpertFilter(QueryDict(query), reader=STAFF)
        found = filterset.qs[0:100]
        assert {each.pk for each in found} <= known
        keys = [
            (
                each.is_lapsed, -points_of(each, filterset.wish), -each.renewed_at.date().toordinal(), each.first_year, each.pk,
            )
            for each in found
        ]  # fmt: skip
        assert keys == sorted(keys)
        assert len(keys) == filterset.count


@PROPERTY
@given(facts=EXPERT, kind=st.sampled_from(list(Kind)), free=st.booleans())
def test_each_reason_is_true(world, facts, kind, free):
    with transaction.atomic():
        expert = make(**{**facts, "sectors_of": facts["sectors"], "sectors": world})
        period = expert.periods.create(starts_on=date(2091, 3, 1), until=date(2091, 3, 31)) if free else None
        arabic = ExpertLanguage.objects.get(expert=expert, language__code="ar")
        wish = Wish((world[0].pk, world[1].theme_id), (arabic.language_id,), (date(2091, 3, 3), date(2091, 3, 4)))
        told = list(map(str, reasons(Profile(expert, kind), wish)))
        expected = {world[0].name: 0 in facts["sectors"], world[1].name: 1 in facts["sectors"], world[2].name: False}
        level = "(first language)" if arabic.level == Level.NATIVE else arabic.get_level_display()
        expected |= {f"{arabic.language.name} {level}": True}
        expected |= {"endorsed by the national focal point": facts["endorsed"]}
        expected |= {"free 1–31 March 2091": period is not None and kind != Kind.PUBLIC}
        for reason, is_true in expected.items():
            assert (reason in told) is is_true, reason
        assert any(each.startswith(f"{facts['years']} year") for each in told)
        assert any(each.startswith("confirmed in") for each in told) is (facts["days"] < 365)
        assert "English" not in " ".join(told)
        transaction.set_rollback(True)


def test_reasons_are_in_the_reader_s_language(world):
    expert = make(world, 12, (5, 1), True, 0, {0})
    wish = Wish((), (expert.languages.get(language__code="ar").language_id,))
    with override("ar"):
        assert "١٢" in " ".join(map(str, reasons(Profile(expert, Kind.PUBLIC), wish)))


def test_too_many_are_not_ranked_but_shown_by_their_last_confirmation(world, monkeypatch):
    for days in (300, 3, 400, 30):
        make(world, 40 - days // 10, (5, 5), False, days, {0})
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
