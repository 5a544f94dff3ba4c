"""The focal point's admin: for whom each address is, and that nothing of another country shows or changes anywhere."""

import re
from datetime import UTC, date, datetime, timedelta

import pghistory
import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import override

from accounts.models import User
from classifications.models import Country
from classifications.written import dates
from experts.models import Expert, Export
from experts.readers import SHOWN, Kind
from notifications.models import Letter
from partners.country_office import country_office
from partners.models import ProposedChange
from programmes.models import DesignationStep, FocalPoint
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    MembershipFactory,
    OpportunityFactory,
    ProgrammeFactory,
    ReferenceFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.sesric_portal.test_urls import addresses

DAY = timedelta(days=1)
ROLES = ["anonymous", "partner", "focal point of A without second factor", "focal point of A", "focal point of B",
         "former focal point", "focal point to come", "editor", "superuser"]  # fmt: skip
IN = "focal point of A", "focal point of B"
# What each address answers to a focal point in office, asked about a record of country A: of A, and of B. All others are
# led away from all of them. An address that is missing here fails the build.
MODELS = ["partners_institution", "programmes_focalpoint", "experts_expert", "trop_trainingopportunity"]
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
    "country:programmes_focalpoint_propose": (200, 404),
    "country:experts_expert_propose": (200, 404),
    "country:trop_trainingopportunity_propose": (200, 404),
    "country:preview": (404, 404),
    "country:leave": (405, 405),
    **{
        f"country:{model}_{page}": answers
        for model in ("experts_expert", "trop_trainingopportunity")
        for page, answers in {
            "changelist": (200, 200),
            "add": (403, 403),
            "change": (200, 302),
            "history": (200, 302),
            "delete": (403, 403),
        }.items()
    },
    **{f"country:{model}_export": (200, 200) for model in [*MODELS]},
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
        institution = InstitutionFactory(country=country, name_en=f"Institute {code}")
        MembershipFactory(institution=institution)
        records[code] = (
            institution,
            point,
            ExpertFactory(nationality=country, name=f"Expert of {code}", employer=f"Employer {code}"),
            OpportunityFactory(institution=institution, title=f"Course of {code}"),
        )
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
    keys = {row._meta.model_name: row.pk for row in records["A"]}
    for name, path in addresses():
        if name.startswith("country:"):
            key = next((key for model, key in keys.items() if f"/{model}/" in path), records["A"][1].pk)
            yield name, re.sub(r"/(1|lead)/", f"/{key}/", path).replace("/events/", "/partners/")


def test_every_address_is_in_the_table():
    assert {name for name, _path in addresses() if name.startswith("country:")} == set(TABLE)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in IN])
def test_nobody_else_comes_in(world, role):
    people, records = world
    client = visitor(people, role)
    wrong = []
    for name, path in tried(records):
        for method in ("get", "post"):
            if name != "country:preview" and getattr(client, method)(path).status_code not in (302, 403, 404, 405):
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
    foreign = ["Institute B", "Office B", "Land B", "Expert of B", "Employer B", "Course of B"]
    pages = [path for name, path in tried(records)]
    for model in MODELS:
        listed = reverse(f"country:{model}_changelist")
        queries = [
            "q=B",
            "q=Institute+B",
            "q=Office",
            "q=Expert",
            "q=Course",
            "status__exact=applied",
            "person__startswith=A",
            "gender__exact=female",
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
    kinds = [type(row) for row in records["B"]]
    before = [list(model.objects.order_by("pk").values()) for model in kinds]
    theirs = {row.pk for row in records["B"]}
    for row in records["B"]:
        base = reverse(f"country:{row._meta.label_lower.replace('.', '_')}_changelist")
        for page in ("change", "delete", "history", "propose", "deputy"):
            path = f"{base}{row.pk}/{page}/"
            assert client.get(path).status_code in (302, 403, 404), path
            posted = client.post(path, {"name_en": "Taken", "country": "AA", "kind": "ministry", "post": "yes"})
            assert posted.status_code in (302, 403, 404), path
        client.post(base, {"action": "delete_selected", "_selected_action": list(theirs), "post": "yes"})
    assert [list(model.objects.order_by("pk").values()) for model in kinds] == before
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
    assert "What waits for your word" in client.get(reverse("country:index")).text
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


def test_every_model_here_is_of_a_country():
    for model, office in country_office._registry.items():
        field = model
        for name in office.STATE.split("__"):
            field = field._meta.get_field(name).related_model
        assert field is Country
        assert (office.actions, office.keeps_deleted) == (None, False)


@pytest.mark.parametrize("model", MODELS)
def test_what_goes_out_is_of_the_own_country(world, model):
    people, records = world
    client = visitor(people, "focal point of A")
    data = {"format": "0", "resource": "0", "export_items": [row.pk for row in records["B"]]}
    for answers in ({"format": "0", "resource": "0"}, data):
        text = client.post(reverse(f"country:{model}_export"), answers).content.decode()
        assert [each for each in ("Institute B", "Office B", "Expert of B", "Course of B") if each in text] == []
    assert " A" in client.post(reverse(f"country:{model}_export"), {"format": "0", "resource": "0"}).text


def test_a_table_of_experts_is_written_down(world):
    people, records = world
    client = visitor(people, "focal point of A")
    client.get(reverse("country:experts_expert_export"))
    assert not Export.objects.exists()
    client.post(reverse("country:experts_expert_export"), {"format": "0", "resource": "0"})
    export = Export.objects.get()
    assert (export.by, export.form, export.count, export.shortlist) == (people["focal point of A"], "csv", 1, None)
    assert [*export.experts.all()] == [records["A"][2]]
    assert "name" in export.columns


def test_lists_ask_only_what_the_filters_beside_them_ask(world):
    people, records = world
    client = visitor(people, "focal point of A")
    FocalPoint.objects.update(person="Hidden Person")
    for model, query in [
        ("programmes_focalpoint", "person__startswith=H"), ("experts_expert", "user__email__startswith=p"),
        ("experts_expert", "gender__exact=female"), ("partners_institution", "representations__user__email__contains=a"),
    ]:  # fmt: skip
        response = client.get(reverse(f"country:{model}_changelist") + f"?{query}")
        assert response.status_code in (302, 400), query
    listed = client.get(reverse("country:experts_expert_changelist"), {"status__exact": "listed", "q": "employer"})
    assert list(listed.context["cl"].queryset) == [records["A"][2]]


def test_an_expert_is_shown_as_far_as_a_focal_point_may_read(world):
    people, records = world
    expert = records["A"][2]
    expert.gender = "female"
    expert.save()
    ReferenceFactory(expert=expert, words="Told in confidence")
    OfExperts = country_office._registry[Expert]
    names = [each if isinstance(each, str) else each.__name__ for each in OfExperts.fields]
    assert set(names) - {"status", "waiting"} <= set(SHOWN[Kind.PARTNER])
    client = visitor(people, "focal point of A")
    text = client.get(reverse("country:experts_expert_change", args=[expert.pk])).text
    assert "Employer A" in text
    assert [each for each in (expert.user.email, "Female", "Told in confidence") if each in text] == []
    expert.take_back("kept")
    assert client.get(reverse("country:experts_expert_change", args=[expert.pk])).status_code == 302
    assert "Expert of A" not in client.get(reverse("country:experts_expert_changelist")).text


@pytest.mark.parametrize(("prefix", "comma", "year"), [("", ", ", "2026"), ("/ar", "، ", "٢٠٢٦")])
def test_what_is_not_known_of_an_expert_and_when_it_was_said_stand_in_words(world, prefix, comma, year):
    people, records = world
    expert = records["A"][2]
    expert.sectors.set([SectorFactory(name_ar="ماء"), SectorFactory(name_ar="عمل")])
    expert.periods.create(starts_on=date(2090, 2, 3), until=date(2090, 2, 9))
    said = datetime(2026, 3, 4, 21, 30, tzinfo=UTC)
    type(expert).objects.filter(pk=expert.pk).update(days_per_year=None, renewed_at=said)
    page = (
        visitor(people, "focal point of A")
        .get(prefix + reverse("country:experts_expert_change", args=[expert.pk]))
        .text
    )
    shown = dict(re.findall(r'field-(\w+)">.*?<div class="readonly">(.*?)</div>', page, re.DOTALL))
    assert (shown["days_per_year"], shown["endorsed_on"]) == ("—", "—")
    assert comma in shown["sectors_by_name"]
    with override(prefix.strip("/") or "en"):
        assert shown["periods_to_come"] == dates(date(2090, 2, 3), date(2090, 2, 9))
    assert "2026-03-0" not in shown["renewed_at"]
    assert year in shown["renewed_at"]


def test_drafts_of_opportunities_are_their_institutions_own(world):
    people, records = world
    OpportunityFactory(institution=records["A"][0], title="Draft of A", status="draft")
    text = visitor(people, "focal point of A").get(reverse("country:trop_trainingopportunity_changelist")).text
    assert ("Course of A" in text, "Draft of A" in text) == (True, False)


def test_history_tells_what_and_when_but_not_who(world):
    people, records = world
    institution = records["A"][0]
    with pghistory.context(user=people["superuser"].pk, url="/secret/"):
        institution.name_en = "Institute Alpha"
        institution.save()
    text = visitor(people, "focal point of A").get(
        reverse("country:partners_institution_history", args=[institution.pk])
    ).text  # fmt: skip
    assert "Institute Alpha" in text
    assert [each for each in (people["superuser"].email, "/secret/") if each in text] == []


# --- Staff look at what a focal point sees ----------------------------------------------------------------------------


def looking(people, records, role="superuser"):
    client = visitor(people, role)
    point = records["A"][1]
    response = client.post(reverse("country:preview", args=[point.pk]))
    return client, response


def test_staff_see_what_a_focal_point_sees(world):
    people, records = world
    client, response = looking(people, records)
    assert response.headers["Location"] == reverse("country:index")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (people["superuser"], str(records["A"][1].pk))
    own = visitor(people, "focal point of A")
    for name, path in tried(records):
        if name.endswith(("changelist", "_change", "history")):
            page = client.get(path)
            assert "Nothing can be changed here" in page.text, name
            assert [
                each for each in ("Institute B", "Office B", "Expert of B", "Course of B") if each in page.text
            ] == []
            of_list = page.context.get("cl")
            if of_list:
                assert list(of_list.queryset) == list(own.get(path).context["cl"].queryset)


def test_nothing_goes_through_in_a_preview(world):
    people, records = world
    client, _response = looking(people, records)
    kinds = [*(type(row) for row in records["A"]), ProposedChange, DesignationStep]
    before = [list(model.objects.order_by("pk").values()) for model in kinds]
    for name, path in tried(records):
        if name not in ("country:leave", "country:preview"):
            answer = client.post(path, {"words": "Deputy", "name_en": "Taken", "kind": "ministry", "format": "0"})
            assert answer.status_code in (302, 403, 404, 405), name
    for path in (
        reverse("partners:word", args=[records["A"][0].slug]),
        reverse("experts:endorse", args=[records["A"][2].key]),
    ):
        assert client.post(path, {}).status_code in (404, 405)
    assert [list(model.objects.order_by("pk").values()) for model in kinds] == before
    assert people["superuser"] == User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("superuser", "editor")])
def test_only_staff_look(world, role):
    people, records = world
    client, response = looking(people, records, role)
    assert response.status_code in (302, 404)
    assert "previewed_focal_point" not in client.session
    assert LogEntry.objects.count() == 0


def test_a_forged_session_gives_nothing_to_who_is_not_staff(world):
    people, records = world
    client = visitor(people, "focal point of B")
    session = client.session
    session["previewed_focal_point"] = {"point": records["A"][1].pk, "since": now().timestamp()}
    session.save()
    text = client.get(reverse("country:partners_institution_changelist")).text
    assert ("Institute A" in text, "Institute B" in text) == (False, True)


def test_staff_see_no_more_than_they_may_anyway(world):
    people, records = world
    people["editor"].user_permissions.add(Permission.objects.get(codename="view_focalpoint"))
    client, response = looking(people, records, "editor")
    assert response.status_code == 302
    listed = client.get(reverse("country:programmes_focalpoint_changelist"))
    assert records["A"][1] in listed.context["cl"].queryset
    assert client.get(reverse("country:experts_expert_changelist")).status_code == 403
    assert "Expert of A" not in client.get(reverse("country:index")).text


def test_a_preview_ends_by_a_button_by_the_clock_and_with_the_term(world):
    people, records = world
    client, _response = looking(people, records)
    index = reverse("country:index")
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert client.get(index).status_code == 302
    assert "What waits for your word" in client.get(index).text
    assert (
        client.post(reverse("country:leave")).headers["Location"].endswith(f"/focalpoint/{records['A'][1].pk}/change/")
    )
    assert client.get(index).status_code == 302
    looking_again, _response = looking(people, records)
    records["A"][1].end(None)
    assert looking_again.get(index).status_code == 302
