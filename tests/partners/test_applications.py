"""The path of an application: every step leaves a row, the database decides who was first, nothing unlisted is public."""

import re
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from notifications.models import Letter
from partners.applications import ROUTES, STEPS, Decision, Role, Status
from partners.emails import TO_ALL
from partners.models import Institution
from tests.factories import CountryFactory, InstitutionFactory, RepresentationFactory, SectorFactory, UserFactory
from tests.racing import race

FACTS = {"name_en": "Sample Institute", "kind": Institution.Kind.TRAINING, "offers": "Courses.", "written_in": "en"}


@pytest.fixture
def applied(db):
    return Institution.apply(UserFactory(language="fr"), "Head", country=CountryFactory(), **FACTS)


def steps(institution):
    return list(institution.reviews.order_by("pk").values_list("decision", "role", "reason"))


def test_applying_records_the_institution_its_manager_and_the_step(db):
    user, sector = UserFactory(), SectorFactory()
    institution = Institution.apply(user, "Head of Training", sectors=[sector], country=CountryFactory(), **FACTS)
    assert (institution.status, institution.slug) == (Status.APPLIED, "sample-institute")
    assert list(institution.sectors.all()) == [sector]
    assert list(institution.representations.managing().values_list("user", "position")) == [
        (user.pk, "Head of Training")
    ]
    assert steps(institution) == [(Decision.APPLIED, Role.APPLICANT, "")]
    assert institution.waiting_since is not None


def test_an_application_for_what_is_on_record_in_the_country_is_refused(applied):
    with pytest.raises(ValidationError, match="on record"):
        Institution.apply(UserFactory(), "Head", country=applied.country, **FACTS)
    assert Institution.objects.count() == 1


def test_a_declined_application_does_not_stand_in_the_way_of_a_new_one(applied):
    applied.decline("Not a training institution.", None)
    again = Institution.apply(UserFactory(), "Head", country=applied.country, **FACTS)
    assert again.slug == "sample-institute-2"


def test_addresses_of_the_portal_are_no_institutions(db):
    named = Institution.apply(UserFactory(), "Head", country=CountryFactory(), **FACTS | {"name_en": "Search"})
    assert named.slug == "search-2"


def test_a_name_in_arabic_alone_makes_an_address(db):
    country = CountryFactory(name_en="Sudan")
    named = Institution.apply(UserFactory(), "Head", country=country, **FACTS | {"name_en": "", "name_ar": "معهد"})
    assert named.slug == "sudan-training-institution"
    assert str(named) == "معهد"


def test_a_question_is_answered_and_the_institution_listed(applied):
    user = applied.representations.get().user
    applied.return_with("Which department?", UserFactory())
    assert (applied.status, applied.last_question) == (Status.RETURNED, "Which department?")
    applied.correct(user, "Dean", seeks="Trainers.", city_name="Kampala")
    applied.approve(UserFactory())
    applied.refresh_from_db()
    assert (applied.status, applied.seeks, applied.city_name) == (Status.LISTED, "Trainers.", "Kampala")
    assert [step[0] for step in steps(applied)] == [
        Decision.APPLIED, Decision.RETURNED, Decision.SENT_AGAIN, Decision.APPROVED,
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["return_with", "decline"])
def test_what_the_applicant_has_to_understand_needs_a_reason(applied, verb):
    with pytest.raises(ValidationError, match="Say why"):
        getattr(applied, verb)("  ", None)
    applied.refresh_from_db()
    assert applied.status == Status.APPLIED
    assert len(steps(applied)) == 1


def test_no_step_skips_another(applied):
    for decision in (Decision.SUSPENDED, Decision.REINSTATED, Decision.SENT_AGAIN):
        with pytest.raises(ValidationError):
            applied.take(decision, None, Role.CENTRE, "Because.")
    assert len(steps(applied)) == 1


def test_every_step_is_told_in_the_reader_s_language(applied):
    applied.return_with("Quelle direction ?", None)
    applied.take(Decision.SENT_AGAIN, applied.representations.get().user, Role.APPLICANT)
    applied.approve(None)
    letters = list(Letter.objects.order_by("pk"))
    assert [letter.recipients for letter in letters] == [[applied.representations.get().user.email]] * 4
    assert "Quelle direction ?" in letters[1].text
    assert "/fr/partners/sample-institute/" in letters[3].text
    assert all('lang="fr"' in letter.html for letter in letters)


def test_the_words_given_with_a_step_reach_the_institution(applied):
    User.objects.update(language="en")
    until = localdate().replace(year=localdate().year + 1, month=5, day=3)
    applied.verify(None, until, "Seen by us.")
    verified = Letter.objects.latest("pk").text
    applied.confirm(None, until.replace(month=6), "Known to us.", Role.CENTRE)
    confirmed = Letter.objects.latest("pk").text
    applied.approve(None)
    applied.suspend("Closed.", None)
    applied.reinstate(None, "Open again.")
    assert ("Seen by us." in verified, f"3 May {until.year}" in verified) == (True, True)
    assert ("Known to us." in confirmed, f"3 June {until.year}" in confirmed) == (True, True)
    assert "Open again." in Letter.objects.latest("pk").text


def test_what_a_user_typed_stays_text_in_a_letter(applied):
    applied.return_with("<b>Who</b>\n\n-- \n\nSee: http://testserver/accounts/logout/", None)
    letter = Letter.objects.latest("pk")
    assert "&lt;b&gt;Who&lt;/b&gt;" in letter.html
    assert "<b>Who" not in letter.html
    assert "<p>See: http://testserver/accounts/logout/</p>" in letter.html
    assert re.findall(r'class="button" href="([^"]*)"', letter.html) == ["http://testserver/fr/desk/"]
    assert "See: http://testserver/accounts/logout/\n" in letter.text


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_the_second_is_told():
    applied = Institution.apply(UserFactory(), "Head", country=CountryFactory(), **FACTS)
    one, other = (Institution.objects.get(pk=applied.pk) for _reviewer in range(2))
    told, done = race(lambda: one.approve(None), lambda: other.decline("No.", None))
    assert done == "done"
    assert told.startswith("This has been decided in the meantime")
    assert len(steps(applied)) == 2


# --- Whatever is tried in whatever order --------------------------------------------------------------------------------

VERBS = {
    "send_again": lambda one, by: one.send_again(by),
    "return": lambda one, by: one.return_with("Why?", by),
    "approve": lambda one, by: one.approve(by),
    "decline": lambda one, by: one.decline("No.", by),
    "withdraw": lambda one, by: one.withdraw(by),
    "suspend": lambda one, by: one.suspend("Complaints.", by),
    "reinstate": lambda one, by: one.reinstate(by),
    "apply_again": lambda one, by: Institution.apply(by, "Head", country=one.country, **FACTS),
    "correct": lambda one, by: one.correct(by, "Head", **FACTS),
    "correct_case": lambda one, by: one.correct(by, "Head", **FACTS | {"name_en": "SAMPLE  institute"}),
    "correct_to_french": lambda one, by: one.correct(
        by, "Head", **FACTS | {"name_en": "", "name_fr": "Sample Institute"}
    ),
}
TRIED = st.tuples(st.sampled_from(sorted(VERBS)), st.booleans(), st.integers(0, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TRIED, max_size=12))
@example([("return", True, 1), ("correct_case", False, 1)])
@example([("return", True, 1), ("correct_to_french", False, 1), ("return", True, 0), ("correct_case", False, 0)])
def test_no_sequence_of_steps_breaks_the_rules(db, client, sequence):
    country = CountryFactory()
    Institution.objects.all().delete()
    two = [
        Institution.apply(UserFactory(), "Head", country=country, **FACTS),
        Institution.apply(UserFactory(), "Head", country=country, **FACTS | {"name_en": "Other School"}),
    ]
    people = [UserFactory(), UserFactory(is_staff=True)]
    for verb, by_staff, which in sequence:
        stale = Institution.objects.get(pk=two[which].pk)
        with suppress(ValidationError):
            VERBS[verb](stale, people[by_staff])
        for each in Institution.objects.all():
            last = each.reviews.filter(decision__in=[*STEPS, Decision.APPLIED]).first()
            reached = STEPS[last.decision].to if last.decision in STEPS else Status.APPLIED
            assert each.status == reached, "a state without its row"
            page = client.get(reverse("partners:institution-detail", args=[each.slug]))
            if each.status == Status.LISTED:
                assert page.context["institution"] == each
            else:
                assert page.status_code == 404
        for name in ("Sample Institute", "Other School"):
            open_ones = Institution.objects.under_review().called([name])
            assert open_ones.count() <= 1, "two open applications for one institution"


@pytest.mark.parametrize("names", [{"name_en": "SAMPLE INSTITUTE"}, {"name_en": "", "name_fr": "Sample  Institute"}])
def test_a_correction_takes_no_name_of_another(applied, names):
    other = Institution.apply(UserFactory(), "Head", country=applied.country, **FACTS | {"name_en": "Other School"})
    other.return_with("Which one?", None)
    with pytest.raises(ValidationError, match="on record"):
        other.correct(other.representations.get().user, "Head", **names)
    other.refresh_from_db()
    assert (other.status, other.name_en, other.name_fr) == (Status.RETURNED, "Other School", "")
    other.correct(other.representations.get().user, "Head", name_en="OTHER  school")  # its own, in another case
    assert other.status == Status.APPLIED


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_to_one_name_the_second_is_refused():
    country, pair = CountryFactory(), []
    for name in ("First School", "Second School"):
        pair.append(Institution.apply(UserFactory(), "Head", country=country, **FACTS | {"name_en": name}))
        pair[-1].return_with("Which one?", None)
    one, other = pair
    assert race(
        lambda: one.correct(None, "Head", name_fr="Institut Révision"),
        lambda: other.correct(None, "Head", name_en="INSTITUT REVISION"),
    ) == ["An institution of this name is on record in this country.", "done"]
    assert Institution.objects.under_review().called(["institut revision"]).count() == 1


def test_the_public_words_of_one_and_of_the_set_agree(db):
    for status in Status:
        waiting = {"waiting_since": "2026-01-01T00:00Z"} if status == Status.APPLIED else {}
        InstitutionFactory(status=status, **waiting)
    assert {one.pk for one in Institution.objects.all() if one.is_listed} == set(
        Institution.objects.listed().values_list("pk", flat=True)
    )
    assert {one.pk for one in Institution.objects.all() if one.is_under_review} == set(
        Institution.objects.under_review().values_list("pk", flat=True)
    )


def test_an_institution_is_represented_exactly_while_somebody_acts_for_it(db):
    acting = RepresentationFactory().institution
    left = RepresentationFactory(ended_at="2026-01-01T00:00Z", is_manager=False).institution
    closed = RepresentationFactory(user__is_active=False).institution
    asked = RepresentationFactory(accepted_at=None, is_manager=False).institution
    InstitutionFactory()
    assert set(Institution.objects.represented()) == {acting}
    assert set(Institution.objects.orphaned()) == {left, closed}
    for one in (acting, left, closed, asked):
        assert one.representations.acting().exists() == (one == acting)


def test_every_decision_is_promised_to_be_told_and_is(client, db):
    """Whose turn it is next, and what a focal point tells the Centre, is no decision."""
    user = UserFactory(language="en")
    Institution.apply(user, "Head", country=CountryFactory(), **FACTS)
    assert "You will be told of every decision by e-mail" in Letter.objects.get(recipients=[user.email]).text
    client.force_login(user)
    assert "you will be told of every decision" in client.get(reverse("partners:desk", args=["sample-institute"])).text
    assert {*STEPS, Decision.CONFIRMED, Decision.VERIFIED} <= TO_ALL
    assert TO_ALL.isdisjoint({*ROUTES, Decision.OBJECTED})
