"""Registering in steps: nothing lost, sent once, corrected when returned, kept by the same steps."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate, now, override
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Draft
from experts.models import Expert, Purpose, Reference, Roster
from notifications.models import Letter
from partners.applications import Decision, Status
from tests.experts.helpers import ANSWERS, TRUE, fill_in, lists, pdf, register
from tests.factories import (
    ExpertFactory,
    InstitutionFactory,
    LanguageFactory,
    ReferenceFactory,
    RosterFactory,
    UserFactory,
)
from tests.racing import overtaken


def step(name, kind="register"):
    return reverse(f"experts:{kind}-step", args=[name])


@pytest.fixture
def applicant(client, db):
    lists()
    user = UserFactory()
    client.force_login(user)
    return user


def test_from_the_first_step_to_the_desk(client, applicant):
    assert client.get(reverse("experts:register-begin")).headers["Location"] == step("person")
    fill_in(client)
    page = client.get(step("check")).content.decode()
    for value in (
        "Zaynab Samplename",
        "Irrigation",
        "Zebu course",
        "gnu@example.org",
        "First language",
        "Okapi Ministry",
        "Country SN",
        "Former supervisor",
    ):
        assert value in page
    response = client.post(reverse("experts:register-send"), TRUE)
    assert response.headers["Location"] == reverse("experts:desk")
    expert = Expert.objects.get()
    assert (expert.user, expert.status, expert.name) == (applicant, Status.APPLIED, "Zaynab Samplename")
    assert (expert.years, expert.first_year) == (12, localdate().year - 12)
    assert {str(each) for each in expert.languages.all()} == {"Language ar (first language)", "Language en C1"}
    assert [each.what for each in expert.assignments.all()] == ["Zebu course"]
    assert [each.until.isoformat() for each in expert.periods.all()] == ["2091-03-31"]
    assert [each.email for each in expert.references.all()] == ["gnu@example.org"]
    assert [each.decision for each in expert.reviews.all()] == [Decision.APPLIED]
    assert (expert.is_kept, expert.is_public) == (True, False)
    assert not Draft.objects.exists()
    assert "Zaynab Samplename" in client.get(reverse("experts:desk")).text


def test_what_waits_on_the_desk_is_the_registration_of_the_person_and_not_of_an_institution(client, applicant):
    client.post(step("person"), ANSWERS["person"])
    assertContains(client.get("/fr/desk/"), "Poursuivre votre inscription au fichier d’experts")
    assertContains(client.get("/ar/desk/"), "متابعة تسجيلكم في قائمة الخبراء")


def test_numbers_are_read_over_in_the_figures_of_the_page(client, applicant):
    fill_in(client)
    page = client.get("/ar/experts/register/check/")
    assertContains(page, "٣٧")
    assertNotContains(page, ">37<")


def test_who_is_listed_already_is_not_told_of_a_review(client, applicant):
    review = "the Centre looks at it and lists you"
    assertContains(client.get(step("person")), review)
    register(client)
    Expert.objects.get().approve(None)
    page = client.get(step("person", "profile"))
    assertNotContains(page, review)
    assertContains(page, "Once a year you are asked whether it is still right.")


def test_a_cv_is_asked_for_where_none_is_stored(client, applicant):
    register(client)
    assertContains(client.get(reverse("experts:desk")), "told of every decision by e-mail. Add your CV now.")
    expert = Expert.objects.get()
    expert.keep_cv(pdf())
    expert.return_with("Which crops?", None)
    sent = client.post(reverse("experts:profile-send"), TRUE, follow=True)
    assertContains(sent, "Sent. You will be told of every decision by e-mail.")
    assertNotContains(sent, "Add your CV")


def test_the_referee_is_asked_and_the_applicant_has_a_receipt(client, applicant):
    register(client)
    to = {letter.recipients[0]: letter for letter in Letter.objects.all()}
    assert set(to) == {"gnu@example.org", applicant.email}
    assert str(Expert.objects.get().references.get().key) in to["gnu@example.org"].text
    assert "Zaynab" not in to[applicant.email].text


@pytest.mark.parametrize(
    ("name", "answers", "wrong"),
    [
        ("person", {"name": ""}, "name"),
        ("person", {"name": "زينب نموذج"}, "name"),
        ("person", {"name": "Зейнеп Үлгі"}, "name"),
        ("person", {"name": "12 – 34"}, "name"),
        ("person", {"name_ar": "Zaynab Samplename"}, "name_ar"),
        ("person", {"nationality": "XX"}, "nationality"),
        ("person", {"gender": "x"}, "gender"),
        ("person", {"name": "a\x00b"}, "name"),
        ("expertise", {"rosters": []}, "rosters"),
        ("expertise", {"rosters": ["closed"]}, "rosters"),
        ("expertise", {"employer": "a\x00b"}, "employer"),
        ("expertise", {"employer": "Quagga " * 40}, "employer"),
        ("expertise", {"years": "-1"}, "years"),
        ("expertise", {"years": "61"}, "years"),
        ("expertise", {"years": "٩٩"}, "years"),
        ("expertise", {"summary_en": "", "summary_ar": ""}, "summary_en"),
        ("languages", {"level_1": "8"}, "level_1"),
        ("languages", {"level_2": ""}, "level_2"),
        ("languages", {"language_2": "ar"}, "language_2"),
        ("languages", {"language_1": "", "level_1": "", "language_2": "", "level_2": ""}, "language_1"),
        ("languages", {"until_1": "2091-02-01"}, "until_1"),
        ("languages", {"starts_on_1": "2026-01-01", "until_1": "2026-01-31"}, "until_1"),
        ("languages", {"until_1": ""}, "until_1"),
        ("languages", {"until_1": "soon"}, "until_1"),
        ("languages", {"way": ""}, "way"),
        ("languages", {"days_per_year": "366"}, "days_per_year"),
        ("experience", {"year_1": "2999"}, "year_1"),
        ("experience", {"year_1": ""}, "year_1"),
        ("experience", {"what_1": "x" * 201}, "what_1"),
        ("experience", {"referee_email_1": "nobody"}, "referee_email_1"),
        ("experience", {"referee_2": "Two", "referee_email_2": "GNU@example.org"}, "referee_email_2"),
        ("consent", {"kept": ""}, "kept"),
    ],
)
def test_what_cannot_be_is_refused_and_kept_as_typed(client, applicant, name, answers, wrong):
    RosterFactory(slug="closed", is_open=False)
    response = client.post(step(name), ANSWERS[name] | answers)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {wrong}
    assert f'href="#id_{wrong}"' in response.content.decode()
    assert Draft.objects.get().step == name
    assert client.post(reverse("experts:register-send"), TRUE).headers["Location"] != reverse("experts:desk")
    assert not Expert.objects.exists()


@pytest.mark.parametrize(
    ("name", "name_ar"),
    [
        ("Şirin Öztürk-Ağaoğlu", ""),
        ("Nguyễn N’Diaye O'Sample", "پروین گلچهره"),
        ("د. Zaynab", "Dr. زينب"),
        ("A. 2", "زَيْنَب 2"),
    ],
)
def test_a_name_may_have_any_letters_beside_those_of_its_script(client, applicant, name, name_ar):
    response = client.post(step("person"), ANSWERS["person"] | {"name": name, "name_ar": name_ar})
    assert response.headers["Location"] == step("expertise")


def test_a_step_taken_up_again_holds_what_was_typed(client, applicant):
    client.post(step("languages"), ANSWERS["languages"] | {"level_2": ""})
    page = client.get(step("languages")).content.decode()
    assert 'value="2091-03-31"' in page
    assert '<option value="ar" selected>' in page
    assert '<option value="7" selected>' in page
    assert "Go on with your registration" in client.get(reverse("desk")).content.decode()


def test_without_the_last_word_nothing_is_sent(client, applicant):
    fill_in(client)
    assert client.post(reverse("experts:register-send"), {}).status_code == 400
    assert not Expert.objects.exists()


def test_sent_twice_it_is_one(client, applicant):
    register(client)
    assert client.post(reverse("experts:register-send"), TRUE).headers["Location"] == reverse("experts:desk")
    assert Expert.objects.count() == 1


def test_who_is_registered_is_not_registered_again(client, applicant):
    register(client)
    begun = client.get(reverse("experts:register-begin"), follow=True)
    assert begun.redirect_chain == [(reverse("experts:desk"), 302)]
    assertContains(begun, "You are registered already. This is your profile.")
    fill_in(client)
    response = client.post(reverse("experts:register-send"), TRUE)
    assert response.status_code == 400
    assert "You are registered already." in response.content.decode()


def test_who_withdrew_may_apply_again(client, applicant):
    register(client)
    client.post(reverse("experts:withdraw"))
    assert Expert.objects.get().status == Status.WITHDRAWN
    assert client.get(reverse("experts:register-begin")).headers["Location"] == step("person")
    register(client, person={"name": "Another Samplename"})
    expert = Expert.objects.get()
    assert (expert.status, expert.name) == (Status.APPLIED, "Another Samplename")
    assert [each.decision for each in expert.reviews.all()] == [
        Decision.APPLIED, Decision.WITHDRAWN, Decision.APPLIED
    ]  # fmt: skip


def test_who_applies_again_begins_with_what_is_on_record(client, applicant):
    """All but consent, which is asked anew, and rosters that take nobody any more."""
    closed = RosterFactory(slug="closed-roster", name_en="Closed roster")
    register(client, expertise={"rosters": ["environment-water", "closed-roster"]})
    client.post(reverse("experts:withdraw"))
    Roster.objects.filter(pk=closed.pk).update(is_open=False)
    assertContains(client.get(step("person")), 'value="Zaynab Samplename"')
    page = client.get(step("expertise"))
    assertContains(page, "Drip irrigation of vineyards.")
    assertNotContains(page, "Closed roster")
    assertContains(client.get(step("experience")), "Zebu course")
    assertNotContains(client.get(step("consent")), "checked")
    client.post(step("consent"), ANSWERS["consent"])
    assert client.post(reverse("experts:register-send"), TRUE).status_code == 302
    expert = Expert.objects.get()
    assert (expert.status, expert.summary_en) == (Status.APPLIED, "Drip irrigation of vineyards.")
    assert [each.slug for each in expert.rosters_in_order] == ["environment-water"]


def test_what_is_said_of_a_reference_is_put_right_until_they_have_answered(client, applicant):
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)

    def correct(**answers):
        client.post(step("experience", "profile"), ANSWERS["experience"] | answers)
        assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
        return expert.references.values_list("name", "relation").get()

    assert correct(referee_1="Gnuson Corrected", relation_1="Head") == ("Gnuson Corrected", "Head")
    expert.references.get().give("knows")
    assert correct(referee_1="Gnuson Another", relation_1="Deputy") == ("Gnuson Corrected", "Head")
    assert Letter.objects.to("gnu@example.org").count() == 1  # not asked again


def test_a_returned_application_is_corrected_and_sent_again(client, applicant):
    register(client)
    expert = Expert.objects.get()
    assert client.get(step("person", "profile")).status_code == 404  # with the reviewers
    expert.return_with("Which crops?", None)
    page = client.get(step("expertise", "profile")).content.decode()
    assert "Which crops?" in page
    assert "Drip irrigation of vineyards." in page
    assert '<option value="en" selected>' in client.get(step("languages", "profile")).content.decode()
    client.post(step("expertise", "profile"), ANSWERS["expertise"] | {"summary_en": "Olives."})
    response = client.post(reverse("experts:profile-send"), TRUE)
    assert response.headers["Location"] == reverse("experts:desk")
    expert.refresh_from_db()
    assert (expert.status, expert.summary_en) == (Status.APPLIED, "Olives.")
    assert [each.level for each in expert.languages.order_by("-level")] == [7, 5]
    assert Letter.objects.to("gnu@example.org").count() == 1  # not asked again


def test_a_listed_expert_keeps_the_profile_by_the_same_steps(client, applicant):
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)
    client.post(step("consent", "profile"), ANSWERS["consent"] | {"public": "on"})
    client.post(step("experience", "profile"), {})
    assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
    expert.refresh_from_db()
    assert (expert.status, expert.is_public) == (Status.LISTED, True)
    assert not expert.assignments.exists()
    assert not expert.references.exists()
    assert "Zebu" not in expert.linked_words


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (lambda expert: expert.suspend("Complaints.", None), "Its state is now: Suspended."),
        (lambda expert: expert.erase(), "Its state is now: Withdrawn."),
        (lambda expert: Expert.objects.filter(pk=expert.pk).delete(), "This is no longer on record"),
    ],
)
def test_a_decision_that_is_taken_while_a_profile_is_sent_stands(client, applicant, decide, told):
    """What is sent is not written then, of a person who was erased least of all."""
    expert = ExpertFactory(user=applicant, name="Zaynab Samplename", renewed_at=now() - timedelta(days=90))
    rows = Expert.objects.filter(pk=expert.pk)
    response = overtaken(lambda: client.post(reverse("experts:profile-send"), TRUE), by=lambda: decide(rows.get()))
    assert response.status_code == 400
    assertContains(response, told, status_code=400)
    for now_on_record in rows:
        assert (now_on_record.status, now_on_record.name) in [("suspended", "Zaynab Samplename"), ("withdrawn", "")]
        assert now_on_record.renewed_at == expert.renewed_at or now_on_record.erased_at


def test_who_changes_nationality_is_no_longer_endorsed(client, applicant):
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)
    Expert.objects.update(endorsed_on=localdate())
    for nationality, endorsed in (("UG", localdate()), ("SN", None)):
        client.post(step("person", "profile"), ANSWERS["person"] | {"nationality": nationality})
        assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
        expert.refresh_from_db()
        assert (expert.nationality.iso2, expert.endorsed_on) == (nationality, endorsed)


def test_nobody_makes_the_portal_write_to_a_crowd(client, applicant):
    register(client)
    Expert.objects.get().approve(None)

    def name_three(turn):
        people = {f"referee_{n}": f"Referee {turn} {n}" for n in (1, 2, 3)}
        people |= {f"referee_email_{n}": f"r{turn}-{n}@example.org" for n in (1, 2, 3)}
        typed = client.post(step("experience", "profile"), people)
        sent = client.post(reverse("experts:profile-send"), TRUE)
        return typed, sent.headers.get("Location")

    done = reverse("experts:desk")
    assert [name_three(turn)[1] for turn in (1, 2)] == [done, done]
    typed, led_to = name_three(3)
    assertContains(typed, "You have named too many references today.", status_code=400)
    assertContains(typed, "r3-3@example.org", status_code=400)  # nothing typed is lost
    assert led_to == step("experience", "profile")
    assert name_three(2)[1] == done  # those are asked already
    asked = [each.recipients[0] for each in Letter.objects.all()]
    # One letter each; those to the first three went with them, and nobody of the refused ones has one.
    assert sorted(each for each in asked if each[0] == "r") == [f"r2-{n}@example.org" for n in (1, 2, 3)]
    with time_machine.travel(now() + timedelta(days=1)):
        client.force_login(applicant)
        assert name_three(4)[1] == done


def test_another_day_is_not_begun_by_another_time_zone(client, applicant):
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False):
        expert = ExpertFactory(user=applicant)
        for turn, zone in enumerate(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]):
            with override(zone):
                Reference.ask(expert, people(turn, 3))
        with override("Pacific/Kiritimati"), pytest.raises(ValidationError):
            Reference.ask(expert, people(3, 1))


def people(turn, number):
    return [{"name": "Referee", "email": f"r{turn}-{n}@example.org", "relation": ""} for n in range(number)]


def test_nobody_is_a_reference_for_themselves(client, applicant):
    """They read it at the address itself, and not when all is sent."""
    fill_in(client)
    own = {"referee_2": "Myself", "referee_email_2": applicant.email.upper()}
    refused = client.post(step("experience"), ANSWERS["experience"] | own)
    assert refused.status_code == 400
    assert set(refused.context["form"].errors) == {"referee_email_2"}
    assertContains(refused, "You cannot be a reference for yourself.", status_code=400)
    sent = client.post(reverse("experts:register-send"), TRUE)
    assert sent.headers["Location"] == step("experience")
    assert not Letter.objects.exists()
    with pytest.raises(ValidationError, match="a reference for yourself"):
        Reference.ask(ExpertFactory(user=applicant), [{"email": applicant.email, "name": "Myself", "relation": ""}])
    fill_in(client)
    assert client.post(step("experience"), ANSWERS["experience"]).headers["Location"] == step("consent")


def test_a_roster_that_closes_takes_nobody_off_it(client, applicant):
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)
    RosterFactory(slug="shut", is_open=False)
    Roster.objects.filter(slug="environment-water").update(is_open=False)
    shown = client.get(step("expertise", "profile")).text
    assert 'value="environment-water"' in shown
    assert 'value="shut"' not in shown
    client.post(step("experience", "profile"), {})
    assert client.post(reverse("experts:profile-send"), TRUE).headers["Location"] == reverse("experts:desk")
    assert [each.slug for each in Expert.objects.get().rosters_in_order] == ["environment-water"]
    refused = client.post(step("expertise", "profile"), ANSWERS["expertise"] | {"rosters": ["shut"]})
    assert set(refused.context["form"].errors) == {"rosters"}
    expert.leave(Roster.objects.get(slug="environment-water"))
    assert 'value="environment-water"' not in client.get(step("expertise", "profile")).text


def test_references_beyond_those_a_form_shows_stay(client, applicant):
    """Of a record that was merged with another."""
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)
    for name in ("b", "c", "d", "e"):
        ReferenceFactory(expert=expert, email=f"{name}@example.org")
    client.post(step("experience", "profile"), {"referee_1": "E", "referee_email_1": "E@example.org"})
    assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
    assert set(expert.references.values_list("email", flat=True)) == {"d@example.org", "e@example.org"}


def test_rows_beyond_those_a_form_shows_stay_behind_those_it_shows(client, applicant):
    """Of a record that was merged with another, or that staff wrote."""
    register(client)
    expert = Expert.objects.get()
    expert.approve(None)
    for table in (expert.languages, expert.assignments, expert.periods):
        table.all().delete()
    codes = ["ar", "en", "fr", "tr", "fa", "ur", "ms", "id"]
    for n, code in enumerate(codes):
        expert.languages.create(language=LanguageFactory(code=code), level=5)
        expert.assignments.create(what=f"Course {n}", year=2010 + n)
        expert.periods.create(starts_on=date(2090, n + 1, 1), until=date(2090, n + 1, 9))
    client.post(
        step("languages", "profile"),
        {"way": "both", "language_1": "id", "level_1": 2, "starts_on_1": "2091-01-01", "until_1": "2091-01-02"},
    )
    client.post(step("experience", "profile"), {"what_1": "Course new", "year_1": 2020})
    assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
    assert list(expert.languages.order_by("pk").values_list("language__code", "level")) == [("id", 2), ("ms", 5)]
    assert [each.what for each in expert.assignments.order_by("pk")] == ["Course new", "Course 6", "Course 7"]
    assert [each.starts_on.month for each in expert.periods.order_by("pk")] == [1, 5, 6, 7, 8]
    shown = client.get(step("experience", "profile")).text
    assert shown.index("Course new") < shown.index("Course 6") < shown.index("Course 7")


def test_an_employer_on_record_is_linked(client, applicant):
    known = InstitutionFactory(name_en="Quagga  Employer".replace("  ", " "), name_fr="Employeur Quagga")
    InstitutionFactory(name_en="Quagga Employer of Others")
    register(client, expertise={"employer": "employeur quagga"})
    assert Expert.objects.get().institution == known


def test_a_period_that_has_passed_falls_away_and_holds_nobody_up(client, applicant):
    today = localdate()
    day = timedelta(days=1)
    register(client, languages={"starts_on_1": today - 9 * day, "until_1": today})  # the last day counts
    expert = Expert.objects.get()
    expert.approve(None)
    passed = expert.periods.create(starts_on=today - 9 * day, until=today - day)
    shown = client.get(step("languages", "profile"))
    assertContains(shown, f'value="{today}"')
    assertNotContains(shown, f'value="{passed.until}"')
    assert client.post(reverse("experts:profile-send"), TRUE).headers["Location"] == reverse("experts:desk")
    assert [each.until for each in expert.periods.all()] == [today]


def test_each_purpose_agreed_to_is_a_row(client, applicant):
    register(client, consent={"kept": "on", "partners": "on", "contacted": "on"})
    assert set(Expert.objects.get().consents.in_force().values_list("purpose", flat=True)) == {
        Purpose.KEPT, Purpose.PARTNERS, Purpose.CONTACTED
    }  # fmt: skip


def test_the_form_asks_in_arabic_and_french(client, applicant):
    for language in ("fr", "ar"):
        for name in ANSWERS:
            shown = client.get(f"/{language}/experts/register/{name}/").text
            assert f'<html lang="{language}"' in shown
            for field in ANSWERS[name]:
                assert f'name="{field}"' in shown


# --- The employer, as somebody writes it, and the listed institution that is meant -------------------------------------


def offered(response):
    """The values of what can be chosen, in order."""
    field = response.context["form"].fields.get("employer_is")
    return [value for value, _label in field.choices] if field else []


def test_an_institution_that_looks_like_the_employer_is_offered_and_chosen(client, applicant):
    meant = InstitutionFactory(name_en="Quagga Institute of Statistics", slug="quagga")
    InstitutionFactory(name_en="Quagga Institute of Statistics Hidden", status=Status.SUSPENDED)
    InstitutionFactory(name_en="Port of Okapi Harbour")
    answers = ANSWERS["expertise"] | {"employer": "Quagga Institute of Statistic"}
    paused = client.post(step("expertise"), answers)
    assert "Is your employer on record?" in paused.text
    assert 'href="#id_employer_is"' in paused.text
    assert 'id="id_employer_is"' in paused.text
    assert "Drip irrigation of vineyards." in paused.text  # nothing typed is lost
    assert offered(paused) == ["quagga=Quagga Institute of Statistic", "=Quagga Institute of Statistic"]
    assert "Harbour" not in paused.text
    register(client, expertise=answers | {"employer_is": "quagga=Quagga Institute of Statistic"})
    expert = Expert.objects.get()
    assert (expert.institution, expert.employer) == (meant, "Quagga Institute of Statistic")
    expert.approve(None)  # keeping the profile later keeps the choice, asked or not
    assert client.post(reverse("experts:profile-send"), TRUE).status_code == 302
    expert.refresh_from_db()
    assert expert.institution == meant
    assert "checked" in str(client.get(step("expertise", "profile")).context["form"]["employer_is"][0])


def test_what_was_written_can_be_kept_and_is_not_asked_about_again(client, applicant):
    InstitutionFactory(name_en="Quagga Institute of Statistics")
    answers = ANSWERS["expertise"] | {"employer": "Quagga Institute", "employer_is": "=Quagga Institute"}
    register(client, expertise=answers)
    expert = Expert.objects.get()
    assert (expert.institution, expert.employer) == (None, "Quagga Institute")
    expert.approve(None)
    form = client.get(step("expertise", "profile")).context["form"]
    assert form["employer_is"].value() == "=Quagga Institute"


@pytest.mark.parametrize("answer", ["", "quagga=Quagga Office", "=Quagga Office", "hidden=Quagga Institute", "x"])
def test_a_choice_made_for_another_name_or_of_one_not_offered_is_asked_anew(client, applicant, answer):
    InstitutionFactory(name_en="Quagga Institute of Statistics", slug="quagga")
    InstitutionFactory(name_en="Quagga Institute", slug="hidden", status=Status.APPLIED, waiting_since=now())
    answers = ANSWERS["expertise"] | {"employer": "Quagga Institute", "employer_is": answer}
    paused = client.post(step("expertise"), answers)
    assert "Is your employer on record?" in paused.text
    assert offered(paused) == ["quagga=Quagga Institute", "=Quagga Institute"]
    fill_in(client, expertise={"employer": ""})
    client.post(step("expertise"), answers)
    client.post(reverse("experts:register-send"), TRUE)  # sent past the question, it stays what was written
    assert Expert.objects.get().institution is None


def test_of_two_institutions_called_alike_nobody_is_given_one_unasked(client, applicant):
    one, other = (InstitutionFactory(name_en="Quagga Employer", slug=slug) for slug in ("one", "other"))
    assert one.country != other.country
    paused = client.post(step("expertise"), ANSWERS["expertise"])
    assert set(offered(paused)) == {f"{slug}=Quagga Employer" for slug in ("one", "other", "")}
    assert other.country.name_en in paused.text
    register(client, expertise={"employer_is": "other=Quagga Employer"})
    assert Expert.objects.get().institution == other


def test_whoever_is_called_just_like_a_listed_one_or_like_none_is_asked_nothing(client, applicant):
    InstitutionFactory(name_en="Quagga Employer", acronym="QEP")
    for employer in ("quagga employer", "QEP", "Port of Okapi Harbour", ""):
        response = client.post(step("expertise"), ANSWERS["expertise"] | {"employer": employer})
        assert response.headers["Location"] == step("languages"), employer
