"""The focal point's admin: for whom each address is, and that nothing of another country shows or changes anywhere."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from notifications.models import Letter
from partners.country_office import country_office
from partners.models import Institution, ProposedChange
from programmes.models import FocalPoint
from tests.factories import (
    CountryFactory,
    FocalPointFactory,
    InstitutionFactory,
    ProgrammeFactory,
    RepresentationFactory,
    UserFactory,
)
from tests.sesric_portal.test_urls import addresses

DAY = timedelta(days=1)
ROLES = ["anonymous", "partner", "focal point of A without second factor", "focal point of A", "focal point of B",
         "former focal point", "focal point to come", "editor", "superuser"]  # fmt: skip
IN = "focal point of A", "focal point of B"
# What each address answers to a focal point in office, asked about a record of country A: of A, and of B. All others are
# led away from all of them. An address that is missing here fails the build.
TABLE = {
    "country:index": (200, 200),
    "country:login": (302, 302),
    "country:logout": (405, 405),
    "country:password_change": (200, 200),
    "country:password_change_done": (200, 200),
    "country:autocomplete": (403, 403),
    "country:jsi18n": (200, 200),
    "country:view_on_site": (404, 404),
    "country:app_list": (200, 200),
    "country:(unnamed)": (404, 404),
    "country:partners_institution_changelist": (200, 200),
    "country:partners_institution_add": (403, 403),
    "country:partners_institution_change": (200, 302),
    "country:partners_institution_history": (200, 302),
    "country:partners_institution_delete": (403, 403),
    "country:partners_institution_propose": (200, 404),
    "country:programmes_focalpoint_changelist": (200, 200),
    "country:programmes_focalpoint_add": (403, 403),
    "country:programmes_focalpoint_change": (200, 302),
    "country:programmes_focalpoint_history": (200, 302),
    "country:programmes_focalpoint_delete": (403, 403),
    "country:programmes_focalpoint_deputy": (200, 404),
}


@pytest.fixture
def world(db):
    """Two countries with the same records, and the people."""
    programme = ProgrammeFactory()
    people = {role: UserFactory() for role in ROLES[1:-2]}
    people["editor"] = UserFactory(is_staff=True)
    people["superuser"] = UserFactory(is_staff=True, is_superuser=True)
    records = {}
    for code in ("A", "B"):
        country = CountryFactory(iso2=f"{code}{code}", name_en=f"Land {code}")
        user = people[f"focal point of {code}"]
        point = FocalPointFactory(country=country, programme=programme, user=user, office_en=f"Office {code}")
        records[code] = (InstitutionFactory(country=country, name_en=f"Institute {code}"), point)
    seat = {"country": records["A"][1].country, "programme": ProgrammeFactory()}
    FocalPointFactory(user=people["former focal point"], term_ends_on=localdate() - DAY, **seat)
    FocalPointFactory(user=people["focal point to come"], designated_on=localdate() + DAY, **seat)
    weak = "focal point of A without second factor"
    FocalPointFactory(country=seat["country"], user=people[weak])
    RepresentationFactory(user=people["partner"], institution=records["A"][0])
    for role, user in people.items():
        if role != weak:
            user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    return people, records


def visitor(people, role):
    client = Client()
    if role != "anonymous":
        client.force_login(people[role])
    return client


def tried(records):
    """All addresses of the site as pairs of name and path, about the records of country A."""
    institution, point = records["A"]
    for name, path in addresses():
        if name.startswith("country:"):
            key = point.pk if "focalpoint" in path else institution.pk
            path = path.replace("/institution/1/", f"/institution/{key}/").replace(
                "/focalpoint/1/", f"/focalpoint/{key}/"
            )
            yield name, path.replace("/lead/", f"/{key}/").replace("/events/", "/partners/")


def test_every_address_is_in_the_table():
    assert {name for name, _path in addresses() if name.startswith("country:")} == set(TABLE)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in IN])
def test_nobody_else_comes_in(world, role):
    people, records = world
    client = visitor(people, role)
    wrong = []
    for name, path in tried(records):
        for method in ("get", "post"):
            if getattr(client, method)(path).status_code not in (302, 403, 404, 405):
                wrong.append((method, name))
    assert wrong == []


@pytest.mark.parametrize(("role", "place"), [("focal point of A", 0), ("focal point of B", 1)])
def test_what_a_focal_point_in_office_is_answered(world, role, place):
    people, records = world
    client = visitor(people, role)
    found = {name: client.get(path).status_code for name, path in tried(records) if name in TABLE}
    assert found == {name: answers[place] for name, answers in TABLE.items()}


def test_nothing_of_another_country_shows(world):
    people, records = world
    client = visitor(people, "focal point of A")
    foreign = [
        text for institution, point in [records["B"]] for text in (institution.name_en, point.office_en, "Land B")
    ]
    pages = [path for name, path in tried(records)]
    for model in ("partners_institution", "programmes_focalpoint"):
        listed = reverse(f"country:{model}_changelist")
        queries = [
            "q=B",
            "q=Institute+B",
            "q=Office",
            f"country={records['B'][1].country_id}",
            "country__iso2=BB",
            "o=1.2.3",
            "all=",
        ]
        queries += [f"id__exact={row.pk}" for row in records["B"]] + ["country__focal_points__office_en=Office+B"]
        pages += [f"{listed}?{query}" for query in queries]
    for page in pages:
        text = client.get(page, follow=True).text.replace('value="Institute B"', "")
        assert [each for each in foreign if each in text] == [], page


def test_every_number_of_another_country_leads_nowhere_and_changes_nothing(world):
    people, records = world
    client = visitor(people, "focal point of A")
    before = [list(model.objects.order_by("pk").values()) for model in (Institution, FocalPoint)]
    theirs = {row.pk for row in records["B"]}
    for institution_or_point in records["B"]:
        base = reverse(f"country:{institution_or_point._meta.label_lower.replace('.', '_')}_changelist")
        for page in ("change", "delete", "history", "propose", "deputy"):
            path = f"{base}{institution_or_point.pk}/{page}/"
            assert client.get(path).status_code in (302, 403, 404), path
            posted = client.post(path, {"name_en": "Taken", "country": "AA", "kind": "ministry", "post": "yes"})
            assert posted.status_code in (302, 403, 404), path
        client.post(base, {"action": "delete_selected", "_selected_action": list(theirs), "post": "yes"})
    assert [list(model.objects.order_by("pk").values()) for model in (Institution, FocalPoint)] == before
    assert ProposedChange.objects.count() == 0


def test_a_correction_waits_for_the_centre(world):
    people, records = world
    client = visitor(people, "focal point of A")
    institution = records["A"][0]
    path = reverse("country:partners_institution_propose", args=[institution.pk])
    data = {"name_en": "Institute Alpha", "kind": "ministry", "country": "AA"}
    assert client.post(path, data | {"name_en": ""}).status_code == 400
    assert client.post(path, data).status_code == 302
    change = ProposedChange.objects.get()
    assert (change.facts, change.proposed_by) == ({"name_en": "Institute Alpha"}, people["focal point of A"])
    assert institution.reviews.get().role == "focal-point"
    institution.refresh_from_db()
    assert institution.name_en == "Institute A"


def test_access_ends_the_day_the_term_ends(world):
    people, records = world
    point = records["A"][1]
    client = visitor(people, "focal point of A")
    point.term_ends_on = localdate()
    point.save()
    assert client.get(reverse("country:index")).status_code == 200
    point.end(None, localdate())
    assert client.get(reverse("country:index")).status_code == 302


def test_a_deputy_is_proposed_to_the_centre(world):
    people, records = world
    client = visitor(people, "focal point of A")
    point = records["A"][1]
    path = reverse("country:programmes_focalpoint_deputy", args=[point.pk])
    assert client.post(path, {"words": ""}).status_code == 400
    assert client.post(path, {"words": "Directorate of Schools"}).status_code == 302
    assert point.steps.get().words == "Directorate of Schools"
    assert "Directorate of Schools" in Letter.objects.get().text
    assert list(FocalPoint.objects.deputies()) == []


def test_only_models_with_a_country_are_here():
    for model, office in country_office._registry.items():
        assert model._meta.get_field("country").related_model is apps.get_model("classifications.Country")
        assert (office.actions, office.keeps_deleted) == (None, False)
