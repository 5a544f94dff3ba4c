"""Whatever staff do in the admin, one after the other or at the same moment: one acts for a seat, and nobody after the end."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tablib import Dataset

from partners.models import Institution
from programmes.models import DesignationStep, FocalPoint
from programmes.tables import FocalPointTable
from tests.factories import CountryFactory, FocalPointFactory, ProgrammeFactory, UserFactory
from tests.programmes.days import dated, day
from tests.programmes.test_import import confirmed, previewed, table, told
from tests.racing import race

DAY = timedelta(days=1)


# --- One after the other --------------------------------------------------------------------------------------------

DAYS = st.integers(-3, 6)
LATER = st.none() | st.integers(-3, 9)
VERBS = [
    "designate", "end", "succeed", "edit", "import a new line", "import a line on record", "put back a value",
    "delete and restore", "let days pass",
]  # fmt: skip
STEP = st.tuples(st.sampled_from(VERBS), st.integers(0, 7), DAYS, LATER, LATER)


def page(name, *args):
    return reverse(f"admin:programmes_focalpoint_{name}", args=args)


class SeatOfOne:
    """One seat, what staff did to it in the admin, and from which day on a designation may not act any longer."""

    def __init__(self, client, clock):
        self.today = localdate()
        self.client, self.clock, self.done, self.over = client, clock, Counter(), {}
        self.country, self.programme = CountryFactory(iso2="GM"), ProgrammeFactory(slug=f"p{ProgrammeFactory().pk}")
        self.application = Institution.apply(
            UserFactory(), "Head", country=self.country, name_en=f"Applicant of {self.programme}",
            kind=Institution.Kind.TRAINING, offers="Courses.", written_in="en",
        )  # fmt: skip

    def day(self, number):
        """A day by its distance from that on which the sequence begins."""
        return None if number is None else self.today + number * DAY

    @property
    def points(self):
        return FocalPoint.objects.filter(programme=self.programme)

    def take(self, verb, which, first, last, end):
        """Take one step; where it is refused, nothing may have changed."""
        points = list(self.points.order_by("pk"))
        point = points[which % len(points)] if points else None
        before = list(self.points.order_by("pk").values())
        going = self._act(verb, point, *map(self.day, (first, last, end)))
        self.done[verb] += going
        assert going or list(self.points.order_by("pk").values()) == before
        for each in self.points:
            if each.first_day_after and (each.ended_on or each.first_day_after <= localdate()):
                until = max(each.first_day_after, min(localdate(), each.ended_on or localdate()))
                self.over[each.pk] = min(self.over.get(each.pk, until), until)

    def _act(self, verb, point, first, last, end):
        term = {"designated_on": first, "term_ends_on": last or ""}
        new = {"office_en": "Office", "user": UserFactory().pk, **term}
        if verb == "let days pass":
            self.clock.shift(DAY)
            return True
        if verb == "designate":
            seat = {"country": self.country.pk, "programme": self.programme.pk, "role": "focal_point"}
            return self._sent(page("add"), seat | new)
        if verb == "import a new line":
            return self._import(first, last, end)
        if point is None:
            return False
        if verb == "import a line on record":
            return self._import(point.designated_on, last, end)
        if verb == "end":
            return self._sent(page("end", point.pk), {"on": first})
        if verb == "succeed":
            return self._sent(page("succeed", point.pk), new)
        if verb == "edit":
            stays = {
                "office_en": point.office_en,
                "user": point.user_id or "",
                "steps-TOTAL_FORMS": 0,
                "steps-INITIAL_FORMS": 0,
            }
            return self._sent(page("change", point.pk), stays | term)
        return self._put_back(point) if verb == "put back a value" else self._restore(point)

    def _sent(self, address, answers):
        """Whether the admin took it; where it did not, it said why."""
        answer = self.client.post(address, answers)
        if answer.status_code != 302:
            form = answer.context["adminform"].form if "adminform" in answer.context else answer.context["form"]
            assert form.errors
        return answer.status_code == 302

    def _put_back(self, point):
        """Press the button beside the last former day of its term."""
        former = point.pgh_event_models["update"].objects.filter(pgh_obj=point.pk).order_by("-pgh_id").first()
        if former is None:
            return False
        self.client.post(page("put_back", point.pk, former.pk, "term_ends_on"))
        return FocalPoint.objects.get(pk=point.pk).term_ends_on != point.term_ends_on

    def _restore(self, point):
        assert self.client.post(page("delete", point.pk), {"post": "yes"}).status_code == 302
        former = point.pgh_event_models["delete"].objects.filter(pgh_obj=point.pk).latest("pgh_id")
        self.client.post(page("deleted_restore", former.pk))
        assert self.points.filter(pk=point.pk).exists()
        return True

    def _import(self, first, last, end):
        """Whether a line went in; where it did not, its faults were told."""
        line = f"GM,{self.programme.slug},focal_point,{first},{last or ''},{end or ''},Office {last} {end}"
        preview = previewed(self.client, table(line))
        if "confirm_form" not in preview.context:
            assert told(preview)
            return False
        assert "Imported" in confirmed(self.client, preview).text
        return True

    def check(self):
        for number in range(-4, 16):
            acting = self.points.acting(self.day(number))
            assert len(acting) <= 1, "two in force on one day"
            for one in acting:
                assert one.designated_on <= self.day(number)
                assert one.term_ends_on is None or self.day(number) <= one.term_ends_on
                assert one.ended_on is None or self.day(number) < one.ended_on
                assert one.pk not in self.over or self.day(number) < self.over[one.pk], "acting after the end"
        for point in self.points.filter(pk__in=self.over):
            with time_machine.travel(datetime.combine(self.over[point.pk], time(12), UTC)):
                assert point not in FocalPoint.objects.able_to_act()
                if point.user:
                    assert not Institution.objects.for_word_of(point.user).exists()


@pytest.fixture
def clock():
    with time_machine.travel(datetime.combine(localdate(), time(9), UTC), tick=False) as clock:
        yield clock


def test_each_act_of_the_sequences_does_something(client, superuser, clock):
    """Lest the sequences below prove nothing: what is done, what is refused, and who may act meanwhile."""
    seat = SeatOfOne(client, clock)
    seat.take("designate", 0, -3, None, None)
    assert list(Institution.objects.for_word_of(seat.points.get().user)) == [seat.application]
    seat.take("edit", 0, -3, 9, None)
    seat.take("put back a value", 0, 0, None, None)
    assert seat.points.get().term_ends_on is None
    seat.take("succeed", 0, 0, None, None)
    seat.take("delete and restore", 0, 0, None, None)
    seat.take("let days pass", 0, 0, None, None)
    seat.take("end", 1, 3, None, None)
    seat.take("import a new line", 0, 4, 5, None)
    seat.take("import a line on record", 2, 0, 6, None)
    assert seat.done == dict.fromkeys(VERBS, 1)
    seat.take("import a line on record", 1, 0, None, None)
    seat.take("end", 1, 5, None, None)
    seat.take("designate", 0, 4, None, None)
    assert seat.done.total() == len(VERBS), "what ended was taken up again, or a seat taken twice"
    seat.check()


def test_a_term_that_ended_while_days_passed_stays_over(client, superuser, clock):
    seat = SeatOfOne(client, clock)
    seat.take("designate", 0, -3, 0, None)
    seat.take("let days pass", 0, 0, None, None)
    for verb in ("edit", "import a line on record"):
        seat.take(verb, 0, -3, 9, None)
    assert seat.done == {"designate": 1, "let days pass": 1, "edit": 0, "import a line on record": 0}
    assert list(seat.over.values()) == [seat.day(1)]
    seat.check()


def test_no_sequence_leaves_two_acting_or_one_acting_after_the_end(client, superuser, clock):
    done, begins = Counter(), now()

    @hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=3, max_size=8))
    def take_all(sequence):
        FocalPoint.objects.all().delete()
        clock.move_to(begins)
        seat = SeatOfOne(client, clock)
        for step in sequence:
            seat.take(*step)
            seat.check()
        done.update(seat.done)

    take_all()
    assert done["designate"], done
    assert done["import a new line"] + done["import a line on record"], done


# --- What the database refuses by itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ({"ended_on": -1}, {"ended_on": None}),
        ({"ended_on": -1}, {"ended_on": 1}),
        ({"ended_on": 9}, {"ended_on": None}),
        ({"ended_on": 9}, {"ended_on": 10}),
        ({"term_ends_on": -1}, {"term_ends_on": None}),
        ({"term_ends_on": -1}, {"term_ends_on": 0}),
        ({"term_ends_on": -1, "ended_on": -2}, {"term_ends_on": None, "ended_on": None}),
    ],
)
def test_the_database_brings_nothing_back(db, was, becomes):
    was, becomes = dated(was), dated(becomes)
    point = FocalPointFactory(**was)
    with pytest.raises(IntegrityError, match="has ended, and that stays"), transaction.atomic():
        FocalPoint.objects.filter(pk=point.pk).update(**becomes)
    assert FocalPoint.objects.filter(**was).get() == point


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ({}, {"ended_on": 0}),
        ({"term_ends_on": 0}, {"term_ends_on": 1}),
        ({"term_ends_on": 0}, {"term_ends_on": None}),
        ({"term_ends_on": -1}, {"ended_on": 0}),
        ({"term_ends_on": -9}, {"term_ends_on": -1}),
        ({"ended_on": 0}, {"term_ends_on": 1}),
        ({"ended_on": 0}, {"office_en": "Renamed", "ended_because": "By letter."}),
    ],
)
def test_what_runs_and_what_stays_over_can_be_put_right(db, was, becomes):
    was, becomes = dated(was), dated(becomes)
    point = FocalPointFactory(**was)
    FocalPoint.objects.filter(pk=point.pk).update(**becomes)
    assert FocalPoint.objects.filter(**was | becomes).get() == point


# --- At the same moment -----------------------------------------------------------------------------------------------


class Racers:
    """A seat with a focal point, and what people do to it at once, each over a connection and a session of their own."""

    def __init__(self):
        self.point = FocalPointFactory(term_ends_on=day(9))
        self.seat = {"country": self.point.country, "programme": self.point.programme, "role": "focal_point"}

    def own(self):
        return FocalPoint.objects.get(pk=self.point.pk)

    def posts(self, address, answers):
        """Send a form of the admin; what it refuses is raised."""
        client = Client()
        client.force_login(self.staff)

        def post():
            answer = client.post(address, answers)
            if answer.status_code == 200:
                raise ValidationError(
                    [each for told in answer.context["adminform"].form.errors.values() for each in told]
                )
            assert answer.status_code == 302

        return post

    def imports(self, **cells):
        names = {"country": self.point.country.iso2, "programme": self.point.programme.slug, "role": "focal_point"}
        cells = names | {"office_en": "Imported"} | {name: str(each) for name, each in cells.items()}

        def read():
            result = FocalPointTable().import_data(Dataset([*cells.values()], headers=[*cells]), dry_run=False)
            if result.has_validation_errors() or result.has_errors():
                raise ValidationError("refused")

        return read

    @property
    def staff(self):
        person = UserFactory(is_staff=True, is_superuser=True)
        person.authenticator_set.create(type="totp", data={"secret": "not shown"})
        return person


def check_seat(point):
    for number in range(-2, 40):
        assert FocalPoint.objects.of_seat(point).acting(day(number)).count() <= 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_fill_a_seat_at_once_one_is_refused():
    """But for an import that comes after the other: it finds the designation of that day on record, and corrects that one."""
    later = day(10)
    imports = (
        lambda it: [it.imports(designated_on=later)] * 2,
        lambda it: [
            it.imports(designated_on=later), lambda: FocalPoint.designate(None, **it.seat, office_en="One", designated_on=later)
        ],
    )  # fmt: skip
    for acts in (
        *imports,
        lambda it: [lambda: FocalPoint.designate(None, **it.seat, office_en="One", designated_on=later)] * 3,
        lambda it: [lambda: it.own().succeed(None, FocalPoint(office_en="Heir", designated_on=localdate()))] * 3,
        lambda it: [
            it.posts(page("add"), {"country": it.point.country_id, "programme": it.point.programme_id, "role": "focal_point",
                                   "office_en": "One", "designated_on": later})
            for _twice in range(2)
        ],
        lambda it: [
            it.posts(page("succeed", it.point.pk), {"office_en": "Heir", "designated_on": localdate()}) for _twice in range(2)
        ],
        lambda it: [
            it.posts(page("change", it.point.pk), {"office_en": "Old", "designated_on": it.point.designated_on,
                                                   "term_ends_on": later, "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}),
            it.imports(designated_on=later),
        ],
    ):  # fmt: skip
        racers = Racers()
        answers = race(*acts(racers))
        assert answers.count("done") in ((1, 2) if acts in imports else (1,)), answers
        assert DesignationStep.objects.filter(what="designated").count() <= 1
        assert FocalPoint.objects.of_seat(racers.point).exclude(pk=racers.point.pk).count() <= 1
        check_seat(racers.point)
        DesignationStep.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_what_is_ended_while_it_is_prolonged_stays_ended():
    for _each in range(3):
        racers = Racers()
        answers = race(
            lambda it=racers: it.own().end(None, localdate()),
            lambda it=racers: it.own().end(None, localdate()),
            racers.posts(page("change", racers.point.pk), {
                "office_en": "Old", "designated_on": racers.point.designated_on, "term_ends_on": day(30),
                "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0,
            }),
        )  # fmt: skip
        assert answers.count("done") in (1, 2), answers  # who prolongs it is told where it is ended by then
        assert (racers.own().ended_on, racers.own().is_acting) == (localdate(), False)
        assert racers.point.steps.filter(what="ended").count() == 1
