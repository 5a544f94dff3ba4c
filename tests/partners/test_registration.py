"""Registering in steps: found before registered, nothing lost, sent once, corrected when returned."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Draft
from partners.applications import Status
from partners.models import Institution
from partners.views.registration import ALIKE
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    LanguageFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)

INSTITUTION = {"name_en": "Sample Institute", "kind": "university", "country": "UG", "city_name": "Kampala"}
PERSON = {"person": "Somebody Sample", "position": "Head of Training"}
CONSENT = {"may_speak": "on", "agrees": "on"}


def step(name):
    return reverse("partners:register-step", args=[name])


@pytest.fixture
def profile(db):
    CountryFactory(iso2="UG")
    return {
        "sectors": [SectorFactory(slug="water").slug], "languages": [LanguageFactory(code="en").code],
        "offers": "Courses.", "written_in": "en",
    }  # fmt: skip


@pytest.fixture
def applicant(client, profile):
    user = UserFactory(name="")
    client.force_login(user)
    return user


def fill_in(client, profile):
    for name, answers in (("institution", INSTITUTION), ("profile", profile), ("representative", PERSON)):
        response = client.post(step(name), answers)
        assert response.status_code == 302, response.context["form"].errors


def test_from_the_first_step_to_the_desk(client, applicant, profile):
    assert client.get(reverse("partners:register-begin")).headers["Location"] == step("institution")
    fill_in(client, profile)
    page = client.get(step("check")).content.decode()
    assert "Sample Institute" in page
    assert "Kampala" in page
    response = client.post(reverse("partners:register-send"), CONSENT)
    institution = Institution.objects.get()
    assert response.headers["Location"] == reverse("partners:desk", args=[institution.slug])
    assert (institution.status, institution.city_name, institution.website) == (Status.APPLIED, "Kampala", "")
    assert [each.slug for each in institution.sectors.all()] == ["water"]
    applicant.refresh_from_db()
    assert applicant.name == "Somebody Sample"
    assert not Draft.objects.exists()


def test_a_city_on_record_is_linked(client, applicant, profile):
    from tests.factories import CityFactory  # noqa: PLC0415  only here

    city = CityFactory(name_en="Kampala", name_fr="Kampâla", country=CountryFactory(iso2="UG"))
    fill_in(client, profile)
    client.post(step("institution"), INSTITUTION | {"city_name": "kampala"})
    client.post(reverse("partners:register-send"), CONSENT)
    assert (Institution.objects.get().city, Institution.objects.get().city_name) == (city, "")


def test_a_faulty_step_is_kept_and_told(client, applicant):
    response = client.post(step("institution"), {"name_en": "  Sample \n Institute ", "website": "not an address"})
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {"kind", "country", "website"}
    again = client.get(step("institution")).content.decode()
    assert "not an address" in again
    assert client.post(reverse("partners:register-send"), CONSENT).headers["Location"] == step("institution")
    assert not Institution.objects.exists()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"name_en": ""}, "name_en"),
        ({"country": "XX"}, "country"),
        ({"kind": "circus"}, "kind"),
        ({"founded": "1"}, "founded"),
        ({"founded": "2999"}, "founded"),
        ({"founded": "abc"}, "founded"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"name_en": "x" * 301}, "name_en"),
        ({"name_en": "a\x00b"}, "name_en"),
    ],
)
def test_what_cannot_be_is_refused(client, applicant, answers, wrong):
    response = client.post(step("institution"), INSTITUTION | answers)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {wrong}


def test_more_than_ten_sectors_are_refused(client, applicant, profile):
    sectors = [each.slug for each in SectorFactory.create_batch(11)]
    response = client.post(step("profile"), profile | {"sectors": sectors})
    assert list(response.context["form"].errors) == ["sectors"]


def test_one_line_stays_one_line(client, applicant, profile):
    fill_in(client, profile)
    client.post(step("institution"), INSTITUTION | {"name_en": "Sample\r\nBcc: all@example.org Institute"})
    client.post(reverse("partners:register-send"), CONSENT)
    assert Institution.objects.get().name_en == "Sample Bcc: all@example.org Institute"


def test_stopping_and_going_on(client, applicant):
    stop = reverse("partners:register-stop", args=["institution"])
    assert client.post(stop, {"name_en": "Half"}).headers["Location"] == reverse("desk")
    desk = client.get(reverse("desk")).content.decode()
    assert "Half" in desk
    assert client.get(reverse("partners:register-begin")).headers["Location"] == step("institution")
    assert 'value="Half"' in client.get(step("institution")).content.decode()


def test_what_is_typed_is_kept_while_it_is_typed(client, applicant):
    response = client.post(reverse("partners:register-keep", args=["institution"]), {"name_ar": "معهد"})
    assert "kept" in response.content.decode()
    assert Draft.objects.get().answers == {"institution": {"name_ar": ["معهد"]}}


def test_without_consent_nothing_is_sent(client, applicant, profile):
    fill_in(client, profile)
    response = client.post(reverse("partners:register-send"), {"may_speak": "on"})
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["agrees"]
    assert not Institution.objects.exists()
    assert Draft.objects.exists()


def test_an_ended_session_loses_nothing(client, profile):
    path = step("institution")
    response = client.post(path, INSTITUTION)
    assert response.headers["Location"] == f"{reverse('account_login')}?next={path}"
    client.force_login(UserFactory())
    assert 'value="Sample Institute"' in client.get(path).content.decode()
    assert 'value="Sample Institute"' not in client.get(path).content.decode()


def test_another_person_s_draft_is_out_of_reach(client, applicant):
    client.post(step("institution"), {"name_en": "Mine"})
    stranger = Client()
    stranger.force_login(UserFactory())
    assert "Mine" not in stranger.get(step("institution")).content.decode()


def test_sent_twice_it_is_one(client, applicant, profile):
    fill_in(client, profile)
    first = client.post(reverse("partners:register-send"), CONSENT)
    second = client.post(reverse("partners:register-send"), CONSENT)
    assert first.headers["Location"] == second.headers["Location"]
    assert Institution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_application():
    CountryFactory(iso2="UG")
    profile = {
        "sectors": [SectorFactory().slug],
        "languages": [LanguageFactory().code],
        "offers": "x",
        "written_in": "en",
    }
    client = Client()
    client.force_login(UserFactory())
    fill_in(client, profile)
    answers = []

    def click():
        other = Client()
        other.cookies = client.cookies
        answers.append(other.post(reverse("partners:register-send"), CONSENT).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 4
    assert Institution.objects.count() == 1


def test_a_returned_application_is_corrected_and_sent_again(client, applicant, profile):
    fill_in(client, profile)
    client.post(reverse("partners:register-send"), CONSENT)
    institution = Institution.objects.get()
    correct = reverse("partners:correct-step", args=[institution.slug, "institution"])
    assert client.get(correct).status_code == 404  # with the reviewers
    institution.return_with("Add the French name.", None)
    page = client.get(correct).content.decode()
    assert "Add the French name." in page
    assert 'value="Sample Institute"' in page
    client.post(correct, INSTITUTION | {"name_fr": "Institut modèle"})
    client.post(reverse("partners:correct-send", args=[institution.slug]), CONSENT)
    institution.refresh_from_db()
    assert (institution.status, institution.name_fr, institution.offers) == (
        Status.APPLIED,
        "Institut modèle",
        "Courses.",
    )


def test_a_name_taken_meanwhile_is_told_and_nothing_lost(client, applicant, profile):
    fill_in(client, profile)
    InstitutionFactory(name_en="Sample Institute", country=CountryFactory(iso2="UG"))
    response = client.post(reverse("partners:register-send"), CONSENT)
    assert response.status_code == 400
    assert "on record" in response.content.decode()
    assert Draft.objects.exists()


# --- Search before you register ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Turkish Statistical Institut",
        "TURKSTAT",
        "institut turc de statistique",
        "معهد الاحصاء التركي",
        "Turksih Statistical",
    ],
)
def test_look_alikes_are_offered(client, db, words):
    known = InstitutionFactory(
        name_en="Turkish Statistical Institute", name_fr="Institut turc de statistique", name_ar="معهد الإحصاء التركي",
        acronym="TurkStat",
    )  # fmt: skip
    InstitutionFactory(name_en="Fisheries College")
    response = client.get(reverse("partners:register"), {"q": words})
    assert response.context["alike"][0] == known
    assert reverse("partners:represent", args=[known.slug]) in response.content.decode()


def test_what_nobody_may_see_is_not_offered(client, db):
    InstitutionFactory(name_en="Hidden Institute", status=Status.SUSPENDED)
    assert list(client.get(reverse("partners:register"), {"q": "Hidden Institute"}).context["alike"]) == []


def test_the_same_website_is_recognised(db):
    known = InstitutionFactory(name_en="Quite Another Name", website="https://www.stat.example.org/en/")
    InstitutionFactory(name_en="Third", website="https://example.org")
    assert list(Institution.objects.resembling(["Bureau"], website="http://stat.example.org")) == [known]


def test_the_step_warns_of_look_alikes(client, applicant):
    known = InstitutionFactory(name_en="Sample Institute of Water")
    response = client.post(step("institution"), INSTITUTION | {"name_en": "Sample Institute Water", "country": ""})
    assert response.context["alike"] == [known]


def test_somebody_registered_elsewhere_may_register_another(client, applicant, profile):
    RepresentationFactory(user=applicant)
    fill_in(client, profile)
    client.post(reverse("partners:register-send"), CONSENT)
    assert applicant.representations.acting().count() == 2


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({}, False), ({"name_en": "Sample Institutes"}, True), ({"website": "listed.example.org"}, True),
        ({"name_en": "Sample Institutes", "another": "1"}, False),
        ({"acronym": "siw"}, True), ({"acronym": "SI"}, False), ({"name_fr": "Sample Institutes"}, True),
    ],
)  # fmt: skip
def test_what_looks_like_one_on_record_is_asked_once(client, applicant, typed, asked):
    alike = InstitutionFactory(
        name_en="Sample Institutes of Water", acronym="SIW", website="https://www.listed.example.org/"
    )
    InstitutionFactory(name_en="Fisheries College", offers="Courses on SIW and SI.")
    response = client.post(step("institution"), INSTITUTION | {"name_en": "Other body"} | typed)
    assert response.status_code == (200 if asked else 302)
    if asked:
        assert response.context["alike"] == [alike]
        assert 'name="another" value="1"' in response.text


def test_what_has_the_same_website_or_acronym_comes_before_the_likest_names(client, applicant):
    """However many others have a like name; and where none is typed."""
    for number in range(ALIKE + 2):
        InstitutionFactory(name_en=f"Sample Institute {number}")
    short = InstitutionFactory(name_en="Water works", acronym="SIW")
    same = InstitutionFactory(name_en="Bureau", website="https://www.listed.example.org/en/")
    asked = INSTITUTION | {"website": "https://listed.example.org", "acronym": "SIW"}
    alike = client.post(step("institution"), asked).context["alike"]
    assert (alike[:2], len(alike)) == ([same, short], ALIKE)
    assert client.post(step("institution"), asked | {"name_en": ""}).context["alike"] == [same, short]
    assert client.post(step("institution"), asked | {"name_en": "", "acronym": ""}).context["alike"] == [same]


def test_nothing_typed_is_like_nothing(client, applicant):
    InstitutionFactory()
    blank = INSTITUTION | {"name_en": " ", "acronym": "\x00", "website": "https://"}
    assert client.post(step("institution"), blank).context["alike"] == []
    assert not Institution.objects.resembling([""], " ", "")


def test_a_website_is_found_before_one_registers(client, db):
    InstitutionFactory(name_en="Office", website="https://www.listed.example.org/")
    for typed in ("www.listed.example.org", "listed.example.org", "https://listed.example.org/en"):
        assert "Office" in client.get(reverse("partners:register"), {"q": typed}).text
    assert "Office" not in client.get(reverse("partners:register"), {"q": "other.example.org"}).text
