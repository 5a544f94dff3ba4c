"""Counting and finding by bitmaps: whatever is asked, by whomever, the answers are those of plain Python over the experts."""

import random
from datetime import date, timedelta
from threading import Thread
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.utils.timezone import localdate, now

from classifications.facets import WordsField
from classifications.names import Names
from experts import words
from experts.filters import ExpertFilter, Seen
from experts.models import Expert, Findable, OtherWords, Tally, Word
from experts.models.finding import CHUNK, Kind, Mark
from experts.models.selection import first_day_within
from experts.questions import Masks
from experts.readers import Kind as ReaderKind
from experts.readers import Reader
from experts.tally import fold
from partners.applications import Status
from tests.experts.helpers import as_agreed_at_first
from tests.factories import CountryFactory, ExpertFactory, LanguageFactory, RosterFactory, SectorFactory

MANY = 60
FREE = (date(2091, 3, 5), date(2091, 3, 9))


@pytest.fixture
def experts(db):
    """Experts who differ in everything, many of whom this or that reader may not see."""
    chance = random.Random(7)  # noqa: S311  the same every time
    groups = ("African", "Arab", "Asian", "")
    countries = [CountryFactory(oic_group=each, joined_year=1969 if each else None) for each in groups]
    sectors = SectorFactory.create_batch(4)
    sectors += [SectorFactory(theme=sectors[0].theme)]
    rosters = [RosterFactory(), RosterFactory(slug="tvet")]
    for code in ("ar", "en", "fr"):
        LanguageFactory(code=code)
    for number in range(MANY):
        expert = ExpertFactory(
            name=f"Expert {chance.choice(['Water', 'Soil'])} {number}",
            nationality=chance.choice(countries), residence=chance.choice(countries),
            rosters=chance.sample(rosters, chance.choice([0, 1, 1, 1, 2])),
            sectors=chance.sample(sectors, chance.randint(1, 3)),
            speaks={code: chance.randint(1, 7) for code in chance.sample(["ar", "en", "fr"], chance.randint(1, 3))},
            gender=chance.choice(["female", "male", ""]), degree=chance.choice(Expert.Degree.values),
            first_year=localdate().year - chance.choice([0, 3, 5, 6, 10, 11, 20, 21, 40]),
            purposes=chance.choice(
                [[], ["kept"], ["kept", "public"], ["kept", "partners"], ["kept", "public", "partners"]]
            ),
            renewed_at=now() - timedelta(days=chance.choice([0, 90, 91, 181, 364, 365, 400, 547, 548, 700])),
            endorsed_on=chance.choice([None, date(2026, 1, 1)]),
            status=chance.choice([Status.LISTED] * 5 + [Status.SUSPENDED]),
        )  # fmt: skip
        if chance.random() < 0.3:  # agreed to be kept before focal points of other states were named
            as_agreed_at_first(expert)
        if chance.random() < 0.5:
            expert.periods.create(starts_on=FREE[0] - timedelta(days=chance.randint(0, 2)), until=FREE[1])
            expert.periods.create(starts_on=FREE[0] + timedelta(days=1), until=date(2091, 12, 1))
    return Expert.objects.all()


def readers():
    state = Expert.objects.listed().filter(is_kept=True).first().nationality_id
    return {
        "public": Reader(ReaderKind.PUBLIC),
        "partner": Reader(ReaderKind.PARTNER),
        "focal point": Reader(ReaderKind.PUBLIC, frozenset([state])),
        "focal point and partner": Reader(ReaderKind.PARTNER, frozenset([state])),
        "staff": Reader(ReaderKind.STAFF),
    }


ASKED = [
    "", "roster=tvet", "language=ar&level=5", "language=ar&language=fr&group=Arab", "years=0-5&years=21-&degree=master",
    "endorsed=yes&seen=6", "q=water&roster=environment-water", "gender=female&language=en",
    "free_from=2091-03-05&free_until=2091-03-09", "q=soil&free_from=2091-03-05&free_until=2091-03-09&seen=12&seen=3",
]  # fmt: skip


def asked(query, reader):
    return ExpertFilter(QueryDict(query), reader=reader)


# --- The same in plain Python -----------------------------------------------------------------------------------------


def may_see(reader, expert):
    readable = expert.status == Status.LISTED and expert.is_kept and expert.memberships.exists()
    if reader.kind == ReaderKind.STAFF or expert.nationality_id in reader.states:
        return readable
    return readable and (expert.is_public or agrees_to_more(reader, expert)) and not expert.is_hidden


def agrees_to_more(reader, expert):
    as_partner = reader.kind == ReaderKind.PARTNER and expert.is_for_partners
    return as_partner or (bool(reader.states) and expert.is_for_focal_points)


def values_of(expert, facet, level):
    """All values of a facet that an expert has."""
    years = localdate().year - expert.first_year
    return {
        "roster": lambda: {each.roster.slug for each in expert.memberships.all()},
        "theme": lambda: {each.theme.slug for each in expert.sectors.all()},
        "sector": lambda: {each.slug for each in expert.sectors.all()},
        "language": lambda: {each.language.code for each in expert.languages.all() if each.level >= level},
        "group": lambda: {expert.nationality.oic_group} - {""},
        "nationality": lambda: {expert.nationality.iso2},
        "residence": lambda: {expert.residence.iso2},
        "gender": lambda: {expert.gender} - {""},
        "years": lambda: {each.value for each in Expert.Years if each.span[0] <= years <= each.span[1]},
        "degree": lambda: {expert.degree},
        "endorsed": lambda: {"yes"} if expert.endorsed_on else set(),
        "seen": lambda: {each.value for each in Seen if expert.renewed_at.date() >= each.day},
    }[facet]()


def fits(filterset, expert, found=None, leave_out=None):
    reader = filterset.reader
    if not may_see(reader, expert):
        return False
    for facet, values in filterset.chosen.items():
        if values and facet != leave_out and not values_of(expert, facet, filterset.least) & set(values):
            return False
    if filterset.words and not (filterset.words in expert.name.lower() if found is None else expert.pk in found):
        return False
    if filterset.days:
        first, last = filterset.days
        shows = reader.kind == ReaderKind.STAFF or expert.nationality_id in reader.states
        shows = shows or agrees_to_more(reader, expert)
        return shows and any(each.starts_on <= first and each.until >= last for each in expert.periods.all())
    return True


def agree(filterset, experts, found=None):
    """`found` are the keys of those who use the words, where they are not words of the name."""
    expected = [each for each in experts if fits(filterset, each, found)]
    assert filterset.count == len(expected)
    assert {each.pk for each in filterset.qs[0:1000]} == {each.pk for each in expected}
    for facet in filterset.FACETS:
        counts = {}
        for expert in experts:
            if fits(filterset, expert, found, leave_out=facet):
                for value in values_of(expert, facet, filterset.least):
                    counts[value] = counts.get(value, 0) + 1
        assert filterset.counts(facet) == counts, facet


# --- The tests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["all in rows", "all in bitmaps", "some in each"])
def test_every_count_is_that_of_plain_python(experts, state):
    if state != "all in rows":
        assert fold() == 1
    if state == "some in each":
        for expert in experts[::3]:
            expert.first_year -= 7
            expert.gender = "female"
            expert.save()
        experts[1].agree_to("kept")
        experts[2].take_back("kept")
        experts[4].memberships.all().delete()
    assert Findable.objects.filter(is_counted=True).exists() is (state != "all in rows")
    everybody = list(
        experts.prefetch_related("sectors__theme", "languages__language", "periods", "memberships__roster")
    )
    for reader in readers().values():
        for query in ASKED:
            agree(asked(query, reader), everybody)


def test_whoever_is_found_is_readable(experts):
    """The labels and the queryset say the same of who may be seen."""
    for reader in readers().values():
        readable = Expert.objects.readable_as(reader).listed().filter(memberships__isnull=False)
        assert {each.pk for each in asked("", reader).qs[0:1000]} == set(readable.values_list("pk", flat=True))


def test_bitmaps_forget_who_is_gone(experts):
    fold()
    gone = experts.filter(status=Status.LISTED, is_kept=True, memberships__isnull=False)[0]
    expert = Expert.objects.get(pk=gone.pk)
    expert.erase()
    assert Findable.objects.get(pk=gone.pk).labels == []
    assert not any(each.bits[gone.pk % CHUNK] == "1" for each in Tally.objects.all())  # at once, not by the next task
    kept = gone.pk
    expert.memberships.all().delete()
    expert.delete()
    fold()
    assert not Findable.objects.filter(pk=kept).exists()


def test_folding_twice_changes_nothing(experts):
    fold()
    before = list(Tally.objects.order_by("label", "chunk").values_list("label", "bits"))
    assert fold() == 0
    Findable.objects.update(is_counted=False)
    assert fold() == 1
    assert list(Tally.objects.order_by("label", "chunk").values_list("label", "bits")) == before


def test_labels_follow_whatever_they_follow_from(db):
    expert = ExpertFactory(sectors=[SectorFactory()], gender="", speaks={"ar": 2})

    def labels():
        return set(Findable.objects.get(expert=expert.pk).labels)

    sector, theme = expert.sectors.get(), SectorFactory().theme
    assert {Kind.SECTOR + sector.pk, Kind.SECTOR + sector.theme_id, Mark.LISTED, Mark.PUBLIC} <= labels()
    fold()
    type(sector).objects.filter(pk=sector.pk).update(theme=theme)
    assert Kind.SECTOR + theme.pk in labels()
    assert not Findable.objects.get(expert=expert.pk).is_counted
    type(expert.nationality).objects.filter(pk=expert.nationality_id).update(oic_group="Asian")
    assert Kind.GROUP + 3 in labels()
    expert.languages.update(level=4)
    assert Kind.SPOKEN + 400_000 + expert.languages.get().language_id in labels()
    fold()
    Expert.objects.update(employer="Elsewhere")
    assert Findable.objects.get(expert=expert.pk).is_counted  # nothing by which one is counted
    expert.take_back("public")
    assert Mark.PUBLIC not in labels()
    expert.leave(RosterFactory())
    assert labels() == set()


def test_days_are_told_apart_to_the_day(db):
    for days in range(0, 800, 13):
        ExpertFactory(renewed_at=now() - timedelta(days=days))
    fold()
    for days in (1, 2, 14, 365, 548, 700):
        day = first_day_within(timedelta(days=days))[0]
        plain = sum(each.renewed_at.date() >= day for each in Expert.objects.all())
        from experts.questions import Since  # noqa: PLC0415  only here
        from experts.tally import Counting, count  # noqa: PLC0415  only here

        assert count([Counting("", Since(day))])[""].get(0, 0) == plain


@pytest.mark.django_db(transaction=True)
def test_two_who_change_one_expert_at_once_are_both_seen():
    expert = ExpertFactory(sectors=[])
    new = SectorFactory.create_batch(2)
    fold()

    def add(sector):
        expert.sectors.add(sector)
        connection.close()

    threads = [Thread(target=add, args=[sector]) for sector in new]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {Kind.SECTOR + sector.pk for sector in new} <= set(Findable.objects.get(expert=expert.pk).labels)


SAID = [
    "water", "soil", "expert", "Water SOIL zebra", "water expert 1", "zebra water", "soil+water", "---", "waters", "watering",
    "soils", "expertise", "experts", "wat", "ate", "oi", "pert", "e", "مياه", "المياه", "ميا", "irrigations", "irrigation",
    "irriga", "rigat", "the", "l'eau",
]  # fmt: skip


def agree_on_words(experts):
    """Whoever asks for words finds whom the plain search for them finds."""
    everybody = list(
        experts.prefetch_related("sectors__theme", "languages__language", "periods", "memberships__roster")
    )
    for said in SAID:
        by_words = set(Expert.objects.search(WordsField().clean(said)).values_list("pk", flat=True))
        for reader in readers().values() if said in SAID[:4] else [Reader(ReaderKind.STAFF)]:
            agree(asked(f"q={quote(said)}&language=en&level=3", reader), everybody, by_words)


@pytest.fixture
def writing(experts, monkeypatch):
    """Experts of whom ten or more use a word, or forms of it, in a state in which nothing has been chosen yet."""
    monkeypatch.setattr(words, "COMMON", 10)
    said = ["irrigation", "irrigating", "irrigation", "المياه", "مياه", "the lists' watering"]
    for number, expert in enumerate(experts.order_by("pk")):
        if number % 3:
            expert.summary_en = f"{said[number % len(said)]} zz{number}zz"
            expert.save()
    fold()
    return experts


def known(*states):
    """Pairs of what is common, in one of these states or in any, and whether it is a stem."""
    return set(Word.objects.filter(state__in=states or Word.State.values).values_list("word", "is_stem"))


def test_words_that_many_use_are_found_by_labels(writing):
    """And so are parts and other forms of them, of experts in bitmaps and in rows, and beside words that few use."""
    agree_on_words(writing)
    new, gone = words.choose()
    assert {"water", "soil", "expert", "irrig"} <= new
    assert not gone
    assert {("water", False), ("water", True), ("irrig", True)} <= known(Word.State.READY)
    assert not Findable.objects.filter(is_counted=False).exists()
    assert not OtherWords.objects.filter(text__regex=r"\m(water|soil|expert)\M").exists()
    assert OtherWords.objects.filter(text__regex=r"\mzz\d+zz\M").exists()
    agree_on_words(writing)
    for number, expert in enumerate(writing.order_by("pk")):
        if number % 4 == 0:
            expert.name = f"Waters zebra {number}"
            expert.save()
    agree_on_words(writing)
    fold()
    agree_on_words(writing)
    new, gone = words.choose()
    assert {"waters", "zebra"} <= new
    assert not gone
    agree_on_words(writing)
    assert words.choose() == (set(), set())
    writing.filter(name__contains="Soil").update(name="Nobody")
    assert words.choose()[1] == {"soil"}
    assert not Word.objects.filter(word="soil").exists()
    assert set(Tally.objects.filter(label__gt=Kind.WORD).values_list("label", flat=True)) == {
        Kind.WORD + each for each in Word.objects.values_list("pk", flat=True)
    }
    agree_on_words(writing)


@pytest.mark.parametrize("state", [Word.State.COMING, Word.State.GOING])
def test_words_are_found_while_only_some_have_their_labels(writing, state):
    """Whoever stops the worker in the middle of a change leaves a search that is right, and the next day's is whole again."""
    keys = list(writing.order_by("pk").values_list("pk", flat=True))
    if state == Word.State.GOING:
        words.choose()  # others stay: "rigat" is a part of one that goes and of one that does not
        Word.objects.filter(word__in=["irrigation", "water", "soil"]).update(state=state)
    else:
        words.choose()
        coming = Word.objects.filter(word__in=["irrigating", "مياه"])
        made = [Word(word=word) for word in coming.filter(is_stem=False).values_list("word", flat=True)]
        assert len(made) == 2
        coming.delete()  # as if they were not
        with connection.cursor() as cursor:
            cursor.execute("SELECT experts_label(%s)", [keys])
        Word.objects.bulk_create(made)
        Word.objects.filter(word="water").update(state=state)
    for done in (keys[: MANY // 2], keys[MANY // 2 :]):
        with connection.cursor() as cursor:
            cursor.execute("SELECT experts_label(%s)", [done])
        agree_on_words(writing)
        fold()
        agree_on_words(writing)
    words.choose()
    assert {("water", False), ("irrigation", False), ("irrig", True)} <= known(Word.State.READY)
    assert not known(Word.State.COMING, Word.State.GOING)
    agree_on_words(writing)


def test_what_is_common_is_looked_up_by_labels_alone(writing):
    """No text is read for a common word, for another form of it the stem's label does, and a part is looked up in the rest."""
    words.choose()

    def looked_up(said):
        sets = Masks()
        words.saying(said, Names(**words.common_in(said))).bits(sets)
        return " ".join(each.sql for each in sets.sets.values())

    assert looked_up("water") == looked_up("Water expert") == ""
    assert "experts_otherwords" in looked_up("wate")
    assert "search_key" not in looked_up("wate") + looked_up("irrigations") + looked_up("watering")
    assert "search_key" in looked_up("zebra")


def test_who_is_not_found_leaves_no_words(experts):
    listed = ExpertFactory(name="Quokka One")
    declined = ExpertFactory(name="Quokka Two", status=Status.DECLINED)
    assert set(OtherWords.objects.filter(text__contains="quokka").values_list("pk", flat=True)) == {listed.pk}
    Expert.objects.filter(pk=listed.pk).update(status=Status.SUSPENDED)
    Expert.objects.filter(pk=declined.pk).update(status=Status.LISTED)
    assert set(OtherWords.objects.filter(text__contains="quokka").values_list("pk", flat=True)) == {declined.pk}
    kept = declined.pk
    declined.delete()
    assert not OtherWords.objects.filter(pk=kept).exists()


def test_days_on_which_experts_are_free(db):
    """One period has to hold them all; there may be more periods than there are labels for."""
    chance = random.Random(3)  # noqa: S311  the same every time
    first = date(2026, 1, 1)
    experts = [ExpertFactory() for _ in range(25)]
    for number, expert in enumerate(experts):
        for _ in range(number % 8):
            begins = first + timedelta(days=chance.randint(0, 60))
            expert.periods.create(starts_on=begins, until=begins + timedelta(days=chance.randint(0, 30)))
    experts[0].periods.create(starts_on=date(1990, 1, 1), until=date(1999, 12, 31))
    experts[8].periods.create(starts_on=date(1990, 1, 1), until=date(2000, 1, 1))
    experts[16].periods.create(starts_on=date(2099, 12, 31), until=date(2500, 1, 1))
    asked_for = [(date(2000, 1, 1),) * 2, (date(2099, 12, 31),) * 2]
    for day in range(0, 90, 4):
        begins = first + timedelta(days=day)
        asked_for.append((begins, begins + timedelta(days=chance.choice([0, 1, 5, 9]))))

    def look():
        for begins, ends in asked_for:
            query = f"free_from={begins.isoformat()}&free_until={ends.isoformat()}"
            found = {each.pk for each in asked(query, Reader(ReaderKind.STAFF)).qs[0:100]}
            plain = {each.pk for each in experts if each.periods.covering(begins, ends).exists()}
            assert found == plain, query

    look()
    fold()
    look()
    experts[5].periods.all().delete()
    experts[6].periods.filter(pk=experts[6].periods.first().pk).update(until=date(2099, 12, 31))
    experts[1].periods.create(starts_on=first, until=first + timedelta(days=90))
    look()
    fold()
    look()


def test_the_anonymous_reader_has_no_gender_and_no_days(experts):
    filterset = ExpertFilter(QueryDict("gender=female&free_from=2091-03-05"), reader=Reader.of(AnonymousUser()))
    everybody = ExpertFilter(QueryDict(""), reader=Reader.of(AnonymousUser()))
    assert filterset.count == everybody.count
    assert "gender" not in filterset.FACETS
    assert [each.name for each in filterset.facets if each.name in ("gender", "free")] == []


def test_values_of_a_scale_stand_in_its_order(db):
    """However many each has, and the chosen ones too."""
    year = localdate().year
    for years, degree in [(30, "diploma"), (15, "doctorate"), (15, "doctorate"), (15, "master"), (8, "master")]:
        ExpertFactory(first_year=year - years, degree=degree, purposes=["kept", "public"])
    fold()
    found = ExpertFilter(QueryDict("years=21-"), reader=Reader.of(AnonymousUser()))
    shown = {facet.name: [tick.value for tick in facet.shown] for facet in found.facets}
    assert shown["years"] == ["6-10", "11-20", "21-"]
    all_of_them = ExpertFilter(QueryDict(""), reader=Reader.of(AnonymousUser()))
    shown = {facet.name: [tick.value for tick in facet.shown] for facet in all_of_them.facets}
    assert (shown["degree"], shown["seen"]) == (["doctorate", "master", "diploma"], ["3", "6", "12"])
