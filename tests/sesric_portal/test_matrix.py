"""Every address for every kind of reader, against one reviewed table.

`matrix.txt` has a line for each address and a letter for each of `ROLES`: what a GET answers. An address that is not in it
fails the build, and so does an answer that differs.

    o shown   s led to the sign-in   r led elsewhere   n not found   f forbidden   m wrong method   b a query that names nothing
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.timezone import localdate, now

from experts.emails import renewal_token
from experts.models import Expert
from partners.country_office import country_office
from tests.factories import (
    AnnouncementFactory,
    CountryFactory,
    EngagementFactory,
    EventDocumentFactory,
    ExpertFactory,
    ExportFactory,
    FocalPointFactory,
    FollowerFactory,
    InstitutionFactory,
    LetterFactory,
    MailStopFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
    ProgrammeDocumentFactory,
    ProgrammeFactory,
    ProposalFactory,
    ProposedChangeFactory,
    ProposedNameFactory,
    ProposedRewriteFactory,
    ReferenceFactory,
    RefusedAddressFactory,
    RepresentationFactory,
    ShortlistFactory,
    UserFactory,
)
from tests.pages import KEY, populate
from tests.sesric_portal.test_urls import SAMPLES, leads_to_sign_in, walk

TABLE = Path(__file__).parent / "matrix.txt"
ROLES = ["anonymous", "partner", "expert", "focal point of A", "focal point of B", "ended focal point", "editor", "reviewer",
         "superuser"]  # fmt: skip
REVIEWED = [
    "institution",
    "representation",
    "proposedchange",
    "notice",
    "report",
    "expert",
    "membership",
    "trainingopportunity",
    "proposedrewrite",
    "proposedname",
]
A, B = 900_001, 900_002  # of all rows of country A, and of country B
SHORT = {200: "o", 302: "r", 301: "r", 404: "n", 403: "f", 405: "m", 400: "b"}


def patterns():
    from django.urls import get_resolver  # noqa: PLC0415  the resolver of the settings that the test has

    return dict(walk(get_resolver().url_patterns))


def of_country(key, code, person):
    """Rows of one country, all with the same number; what they hold is not public and bears the country's letter."""
    country = CountryFactory(pk=key, iso2=code * 2)
    programme = ProgrammeFactory(pk=key, slug=f"net-{code.lower()}")
    point = FocalPointFactory(pk=key, country=country, programme=programme, user=person, person=f"Secret{code} Person")
    ProposalFactory(pk=key, point=point, words=f"Secret{code} deputy")
    waiting = {"waiting_since": now()}
    institution = InstitutionFactory(
        pk=key,
        slug=f"of-{code.lower()}",
        country=country,
        name_en=f"Secret{code} Institute",
        status="applied",
        **waiting,
    )
    listed = InstitutionFactory(country=country, slug=f"listed-{code.lower()}")
    MembershipFactory(pk=key, institution=listed)
    RepresentationFactory(pk=key, institution=institution, position=f"Secret{code} Position")
    ProposedChangeFactory(pk=key, institution=institution, facts={"name_en": f"Secret{code} New"})
    expert = ExpertFactory(
        pk=key, nationality=country, name=f"Secret{code} Expert", status="applied", purposes=["kept", "contacted"],
        key=f"00000000-0000-4000-8000-{key:012}", **waiting,
    )  # fmt: skip
    ReferenceFactory(pk=key, expert=expert, words=f"Secret{code} Words")
    OpportunityFactory(pk=key, institution=listed, title=f"Secret{code} Course", slug=f"course-{code.lower()}",
                       status="waiting", published_at=None)  # fmt: skip
    ProposedRewriteFactory(
        pk=key, opportunity=OpportunityFactory(institution=listed, slug=f"open-{code.lower()}"),
        facts={"title": f"Secret{code} Title"},
    )  # fmt: skip
    ProposedNameFactory(pk=key, expert=expert, facts={"name": f"Secret{code} Other"})
    NoticeFactory(pk=key, institution=listed, title=f"Request {code}")
    EngagementFactory(pk=key, expert=expert)
    LetterFactory(pk=key, subject=f"Secret{code} Letter", text=f"Secret{code} text")
    return point


@pytest.fixture
def world(db):
    """The rows of two countries, and the people."""
    lead = populate()
    people = {role: UserFactory() for role in ROLES[1:6]}
    of_country(A, "A", people["focal point of A"])
    of_country(B, "B", people["focal point of B"])
    over = {"user": people["ended focal point"], "term_ends_on": localdate() - timedelta(days=1)}
    FocalPointFactory(country=CountryFactory(iso2="AA"), **over)
    RepresentationFactory(user=people["partner"], institution=lead.providers.get(slug="lead"))
    ExpertFactory(user=people["expert"])
    people["editor"] = UserFactory(is_staff=True)
    people["editor"].groups.set(apps.get_model("auth", "Group").objects.filter(name="Editors"))
    people["reviewer"] = UserFactory(is_staff=True)
    acts = [f"{act}_{model}" for act in ("view", "change") for model in REVIEWED]
    people["reviewer"].user_permissions.set(Permission.objects.filter(codename__in=acts))
    people["superuser"] = UserFactory(is_staff=True, is_superuser=True)
    EventDocumentFactory(event=lead, pk=A)
    ProgrammeDocumentFactory(pk=A)
    ShortlistFactory(pk=A, owner=people["focal point of A"])
    for of_staff in (ExportFactory, AnnouncementFactory, FollowerFactory, MailStopFactory, RefusedAddressFactory):
        of_staff()
    for person in people.values():
        person.authenticator_set.create(type="totp", data={"secret": "not shown"})
    return people


def visitor(people, role):
    client = Client()
    if role != "anonymous":
        client.force_login(people[role])
    return client


# What is said about applications: tried with those of country A.
OF_APPLICANTS = [f"{app}:{name}" for app in ("partners", "experts") for name in ("word", "endorse", "return", "object")]


def paths():
    """A path to try of each address, about rows of country A where it is about rows of the admin."""
    samples = SAMPLES | {"pk": str(A), "token": renewal_token(Expert.objects.get(key=KEY))}
    found = {}
    for name, path in patterns().items():
        path = "/" + path.lstrip("/")
        path = re.sub(r"(?<=/)1(?=/)", str(A), path)
        if name == "experts:renew-by-letter":
            path = path.replace("/lead/", f"/{samples['token']}/")
        if name in OF_APPLICANTS:
            path = path.replace("/lead/", "/of-a/").replace(KEY, f"00000000-0000-4000-8000-{A:012}")
        if name.startswith(("admin:", "country:")):
            model = re.search(r"/admin/(?:country/)?\w+/(\w+)/", path)
            is_own = (
                model and "document" not in path and "/audience/" not in path
            )  # that is about an event, of any number
            key = _key_of(model[1]) if is_own else A
            path = re.sub(rf"/(lead|{A})/", f"/{key}/", path).replace(f"/{A}/", f"/{key}/")
        found[name] = path.replace("/programmes/lead/", "/programmes/oic-vet/")
    return found


def _key_of(model):
    """The number of a row of a model of the admin: that of country A where it has one."""
    for site in (admin.site, country_office):
        for each in site._registry:
            if each._meta.model_name == model:
                rows = each._base_manager
                return (
                    A if rows.filter(pk=A).exists() else rows.values_list("pk", flat=True).order_by("pk").first() or A
                )
    return A


# Signing out, closing the account and the like end the session; the other tests of accounts look after them.
ENDING = ("account_logout", "country:logout", "admin:logout", "close-account", "usersessions_list", "own-data")


def answered(response):
    if response.streaming:
        b"".join(response)
    return "s" if leads_to_sign_in(response) else SHORT.get(response.status_code, str(response.status_code))


def reviewed():
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {name: dict(zip(ROLES, letters, strict=True)) for name, letters in lines}


def test_every_address_is_in_the_table():
    assert sorted(patterns()) == sorted(reviewed())


def differing(people, roles):
    """Where an answer differs from the table, as (found, wanted) by role and address."""
    found, table = paths(), reviewed()
    clients = {role: visitor(people, role) for role in roles}
    answers = {(role, name): answered(clients[role].get(path)) for role in roles for name, path in found.items()}
    return {key: (letter, table[key[1]][key[0]]) for key, letter in answers.items() if letter != table[key[1]][key[0]]}


class TestReaders:
    """A class for each group of readers, so that processes share the work."""

    def test_answers(self, world):
        assert differing(world, ROLES[:3]) == {}


class TestFocalPoints:
    def test_answers(self, world):
        assert differing(world, ROLES[3:6]) == {}


class TestStaff:
    def test_answers(self, world):
        assert differing(world, ROLES[6:8]) == {}


class TestSuperusers:
    def test_answers(self, world):
        assert differing(world, ROLES[8:]) == {}
