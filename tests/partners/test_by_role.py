"""Whoever tries whatever in whatever order, at the addresses of the pages: the rules of applications hold after each request."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Draft
from partners.applications import STEPS, Decision, Role, Status
from partners.models import Institution
from tests.factories import (
    CountryFactory,
    FocalPointFactory,
    LanguageFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from tests.partners.office import address
from tests.partners.test_registration import CONSENT, INSTITUTION, PERSON

pytestmark = pytest.mark.long

# As whom each role may be written down, and which rows it may leave on an application.
OF_APPLICANT = {
    Decision.APPLIED, Decision.SENT_AGAIN, Decision.WITHDRAWN, Decision.REPRESENTATIVE_LEFT, Decision.CHANGE_PROPOSED,
}  # fmt: skip
OF_FOCAL_POINT = {Decision.RETURNED, Decision.CONFIRMED, Decision.OBJECTED}
OF_CENTRE = {
    Decision.RETURNED, Decision.APPROVED, Decision.DECLINED, Decision.SUSPENDED, Decision.REINSTATED, Decision.VERIFIED,
    Decision.CHANGE_ACCEPTED, Decision.CHANGE_REFUSED,
}  # fmt: skip
MAY_LEAVE = {
    "anonymous": set(),
    "applicant": {(Role.APPLICANT, each) for each in OF_APPLICANT},
    "another applicant": {(Role.APPLICANT, each) for each in OF_APPLICANT},
    "representative of another": {(Role.APPLICANT, each) for each in OF_APPLICANT},
    "focal point": {(Role.FOCAL_POINT, each) for each in OF_FOCAL_POINT}
    | {(Role.APPLICANT, each) for each in OF_APPLICANT},
    "focal point of another state": {(Role.APPLICANT, each) for each in OF_APPLICANT},
    "editor": {(Role.CENTRE, each) for each in OF_CENTRE} | {(Role.APPLICANT, each) for each in OF_APPLICANT},
}
SENT_BY_THE_PORTAL = {Decision.ASKED, Decision.DEPUTY_TOLD, Decision.CENTRE_TAKES}  # routing, in the same request
REASON = {"reason": "Because."}
OTHER = INSTITUTION | {"name_en": "Other School"}  # by whom the name of the first may be tried
NAMES = [INSTITUTION["name_en"], OTHER["name_en"]]
CORRECTED = {
    "": INSTITUTION,
    " in another case": INSTITUTION | {"name_en": "SAMPLE  institute"},
    " to a French name": INSTITUTION | {"name_en": "", "name_fr": INSTITUTION["name_en"]},
    " to the other name": OTHER,
}


def register(facts):
    def act(client, profile, _one):
        for name, answers in (("institution", facts), ("profile", profile), ("representative", PERSON)):
            client.post(reverse("partners:register-step", args=[name]), answers)
        return client.post(reverse("partners:register-send"), CONSENT)

    return act


def correct(facts):
    """With the name of the other, in some way of writing it: nobody takes a name that is under review already."""

    def act(client, profile, one):
        for name, answers in (("institution", facts), ("profile", profile), ("representative", PERSON)):
            client.post(reverse("partners:correct-step", args=[one.slug, name]), answers)
        return client.post(reverse("partners:correct-send", args=[one.slug]), CONSENT)

    return act


def at(name, answers):
    return lambda client, _profile, one: client.post(reverse(f"partners:{name}", args=[one.slug]), answers)


def in_admin(step, answers):
    return lambda client, _profile, one: client.post(address(step, one.pk), answers)


def approve_many(client, _profile, one):
    chosen = {"action": "approve", "_selected_action": [one.pk]}
    return client.post(address("changelist"), chosen)


def decide_change(step):
    """On the change that waits; where none does, on one that there is not."""

    def act(client, _profile, one):
        change = one.proposed_changes.waiting().first()
        return client.post(address(step, change.pk if change else 0, model="proposedchange"), REASON)

    return act


ACTS = {
    "register": register(INSTITUTION),
    "register the other": register(OTHER),
    **{f"correct{how}": correct(facts) for how, facts in CORRECTED.items()},
    **{f"propose{how}": at("propose", facts) for how, facts in CORRECTED.items()},
    "accept the change": decide_change("accept"),
    "refuse the change": decide_change("refuse"),
    "withdraw": at("withdraw", {}),
    "leave": at("leave", {}),
    "endorse": at("endorse", {"until": "2100-01-31", "reason": "Known to us."}),
    "return as focal point": at("return", REASON),
    "object": at("object", REASON),
    **{step: in_admin(step, REASON) for step in ("approve", "return", "decline", "suspend", "reinstate")},
    "verify": in_admin("verify", REASON | {"until": "2100-01-31"}),
    "approve many": approve_many,
}


@pytest.fixture
def people(db):
    """A client for each role, each with a second factor."""
    uganda, other = CountryFactory(iso2="UG"), CountryFactory(iso2="TN")
    users = {role: UserFactory() for role in MAY_LEAVE if role != "anonymous"}
    FocalPointFactory(country=uganda, user=users["focal point"])
    FocalPointFactory(country=other, user=users["focal point of another state"])
    RepresentationFactory(user=users["representative of another"])
    users["editor"].is_staff = True
    users["editor"].save()
    users["editor"].groups.set(Group.objects.filter(name="Editors"))
    clients = {"anonymous": Client()}
    for role, user in users.items():
        user.authenticator_set.create(type="totp", data={"secret": "not shown"})
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


@pytest.fixture
def profile(db):
    return {
        "sectors": [SectorFactory(slug="water").slug], "languages": [LanguageFactory(code="en").code],
        "offers": "Courses.", "written_in": "en",
    }  # fmt: skip


def check(reader):
    """What has to hold after each request."""
    for name in NAMES:
        ours = Institution.objects.called([name])
        assert sum(each.is_under_review for each in ours) <= 1, "two open applications for one institution"
        listed = [each for each in ours if each.status == Status.LISTED]
        assert len(listed) <= 1
        for each in ours:
            last = each.reviews.filter(decision__in=[*STEPS, Decision.APPLIED]).first()
            assert each.status == (STEPS[last.decision].to if last.decision in STEPS else Status.APPLIED), (
                "no row for its state"
            )
            page = reader.get(each.get_absolute_url())
            assert (page.status_code == 200) == (each.status == Status.LISTED), "unlisted, but public"
        found = reader.get("/partners/search/", {"q": name}).context["object_list"]
        assert [each.pk for each in found] == [each.pk for each in listed]


def rows():
    return {
        (each.pk, each.decision, each.role, each.by_id)
        for one in Institution.objects.all()
        for each in one.reviews.all()
    }


def test_this_way_an_application_goes_through(people, profile):
    """The requests of the next test do something: else nothing that it says would be proved."""
    ACTS["register"](people["applicant"], profile, None)
    one = Institution.objects.get(name_en=INSTITUTION["name_en"])
    reached = []
    for role, act in (
        ("focal point", "return as focal point"), ("applicant", "correct"), ("focal point", "endorse"), ("editor", "return"),
        ("applicant", "correct"), ("editor", "approve many"), ("editor", "verify"), ("editor", "suspend"),
        ("editor", "reinstate"), ("applicant", "propose to the other name"), ("editor", "accept the change"),
        ("applicant", "leave"),
    ):  # fmt: skip
        ACTS[act](people[role], profile, one)
        one.refresh_from_db()
        reached.append((one.status, one.reviews.first().decision))
        check(people["anonymous"])
    assert [status for status, _row in reached] == [
        "returned", "applied", "applied", "returned", "applied", "listed", "listed", "suspended", "listed", "listed",
        "listed", "listed",
    ]  # fmt: skip
    assert one.name_en == OTHER["name_en"]
    assert one.representations.acting().count() == 0


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([("editor", "return", 1), ("another applicant", "correct in another case", 1)])
@example([("editor", "return", 1), ("another applicant", "correct to a French name", 1)])
@example([
    ("editor", "approve", 0), ("editor", "approve", 1), ("another applicant", "propose in another case", 1),
    ("editor", "accept the change", 1),
])  # fmt: skip
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(MAY_LEAVE)), st.sampled_from(sorted(ACTS)), st.integers(0, 2)),
        min_size=3,
        max_size=14,
    )
)
def test_no_sequence_of_requests_of_any_roles_breaks_the_rules(people, profile, tried):
    Draft.objects.all().delete()
    Institution.objects.called(NAMES).delete()
    ACTS["register"](people["applicant"], profile, None)
    ACTS["register the other"](people["another applicant"], profile, None)
    for role, act, which in tried:
        ours = list(Institution.objects.called(NAMES).order_by("pk"))
        before = rows()
        response = ACTS[act](people[role], profile, ours[min(which, len(ours) - 1)])
        assert response.status_code < 500
        user = response.wsgi_request.user
        for _pk, decision, part, by in rows() - before:
            if decision in SENT_BY_THE_PORTAL:
                assert part == Role.PORTAL
                continue
            assert (part, decision) in MAY_LEAVE[role], f"{role} left {decision} as {part}"
            assert by == user.pk
        check(people["anonymous"])
