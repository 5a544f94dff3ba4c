"""Every address with the ids of an institution that is not one's own: nothing is read that is not public, and nothing changes.

The addresses are asked of the URLconf: those that differ when the ids of another row are filled in name a row. One that is made
later is tried without being named here, and fails until it refuses or is written down as public.
"""

import uuid

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver
from django.utils.timezone import now

from accounts.models import Draft
from tests.factories import (
    InstitutionFactory,
    InvitationFactory,
    MembershipFactory,
    MessageFactory,
    NoticeFactory,
    OpportunityFactory,
    ProposedChangeFactory,
    ProposedRewriteFactory,
    ReportFactory,
    RepresentationFactory,
    ReviewFactory,
    SideFactory,
    UserFactory,
)
from tests.sesric_portal.countries import LINKED, POSTED
from tests.sesric_portal.test_urls import SAMPLES, leads_to_sign_in, walk

SECRET = "secret7d41"  # stands in every text of the institutions that is not public
HIDDEN = "hidden7d41"  # stands in all that would be public if the second institution were listed
ROWS = {
    "house": 910_001,
    "returned": 910_002,
}  # all rows of an institution have one number, what has an address one address
ANOTHER, FORMER, ASKER = "representative of another", "former representative", "who only asked to represent it"
ROLES = ["anonymous", ANOTHER, FORMER, ASKER]

# What anybody may read of an institution that is listed.
PUBLIC = """
    partners:institution-detail partners:notice-detail trop:institution-detail trop:opportunity-detail
    trop:opportunity-calendar
""".split()  # noqa: SIM905  read as a table
# What whoever is signed in may send to any listed institution: a request to speak for it, and a message from one's own.
OPEN = {"partners:represent": [ANOTHER, FORMER, ASKER], "partners:write": [ANOTHER]}
# Stands in a letter, under a key that nobody can guess: whoever follows it reads for which address it is, and it serves no other.
BY_KEY = ["partners:invitation"]
# The admin is for staff with a second factor: `tests/sesric_portal/test_matrix.py` walks it.
OFFICES = ("admin:", "country:")
# What the portal notes of any visit, and views that are no tables.
PASSED_OVER = ["sessions", "usersessions", "pghistory"]


def key_of(slug):
    return uuid.UUID(int=ROWS[slug])


def furnish(slug, status):
    """An institution with a row of everything it can have; give the one who manages it."""
    row = ROWS[slug]
    mark = HIDDEN if status != "listed" else "shown"
    one = InstitutionFactory(
        pk=row, slug=slug, status=status, name_en=f"{mark} institute", offers=f"{mark} offer", seeks=f"{mark} wish",
        country__iso2="UG",
    )  # fmt: skip
    manager = UserFactory(name=f"{SECRET} person", email=f"{SECRET}@{slug}.example.org")
    RepresentationFactory(pk=row, institution=one, user=manager, position=f"{SECRET} position", words=f"{SECRET} words")
    InvitationFactory(pk=row, institution=one, email=f"{SECRET}.invited@example.org", made_by=manager, key=key_of(slug))
    ProposedChangeFactory(pk=row, institution=one, facts={"name_en": f"{SECRET} name"}, proposed_by=manager)
    ReviewFactory(pk=row, institution=one, decision="returned", reason=f"{SECRET} question")
    side = SideFactory(pk=row, institution=one)
    side.conversation.subject = f"{SECRET} subject"
    side.conversation.save()
    MessageFactory(side=side, position=f"{SECRET} position", text=f"{SECRET} message")
    received = MessageFactory(
        pk=row, side=side.conversation.sides.get(institution=side.partner), text=f"{SECRET} answer"
    )
    ReportFactory(pk=row, message=received, institution=one, reason=f"{SECRET} report")
    NoticeFactory(pk=row, institution=one, title=f"{mark} notice", text=f"{mark} words")
    MembershipFactory(pk=row, institution=one, courses=f"{SECRET} courses")
    OpportunityFactory(pk=row, institution=one, status="draft", title=f"{SECRET} draft", slug=f"{slug}-draft")
    ProposedRewriteFactory(
        opportunity=OpportunityFactory(institution=one, slug=slug, title=f"{mark} opportunity"),
        facts={"title": f"{SECRET} title"},
    )
    for form, step in (("institution", "institution"), ("opportunity", ""), ("trop-join", ""), ("profile", "")):
        Draft.save_answers(
            manager, form, row, step, {name: [f"{SECRET} typed"] for name in ("name_en", "title", "courses", "offers")}
        )
    return manager


@pytest.fixture
def managers(db):
    """Who manages the two institutions, of which one is listed and nothing of the other is public."""
    return {"house": furnish("house", "listed"), "returned": furnish("returned", "returned")}


@pytest.fixture
def clients(managers):
    """Everybody else, signed in where they can be."""
    one, other, asker = UserFactory(), UserFactory(), UserFactory()
    MembershipFactory(institution=RepresentationFactory(user=one).institution)
    for row in ROWS.values():
        gone = {"accepted_at": now(), "ended_at": now()}
        RepresentationFactory(institution_id=row, institution=None, user=other, is_manager=False, **gone)
        RepresentationFactory(institution_id=row, institution=None, user=asker, is_manager=False, accepted_at=None)
    return {"anonymous": Client(), ANOTHER: signed_in(one), FORMER: signed_in(other), ASKER: signed_in(asker)}


def signed_in(user):
    client = Client()
    user.authenticator_set.create(type="totp", data={"secret": "not shown"})
    client.force_login(user)
    return client


def addresses(monkeypatch, slug):
    """The path of every address by its name, ids filled in with those of an institution."""
    row = str(ROWS[slug])
    for name, value in {
        "slug": slug,
        "pk": row,
        "message": row,
        "key": str(key_of(slug)),
        "step": "institution",
        "form": "profile",
    }.items():
        monkeypatch.setitem(SAMPLES, name, value)
    found = walk(get_resolver().url_patterns)
    return {name: "/" + path.lstrip("/") for name, path in found if not name.startswith(OFFICES)}


@pytest.fixture
def named(monkeypatch):
    """The addresses that name a row: triples of the institution whose row it is, name and path."""
    found = {slug: addresses(monkeypatch, slug) for slug in ROWS}
    return [
        (slug, name, path)
        for slug, paths in found.items()
        for name, path in paths.items()
        if path != found["house" if slug == "returned" else "returned"][name]
    ]


def stored():
    """All that is stored, by model, but for what any visit leaves."""
    models = [
        each
        for each in apps.get_models()
        if each._meta.managed and not each._meta.proxy and each._meta.app_label not in PASSED_OVER
    ]
    return {each._meta.label: list(each._base_manager.order_by("pk").values()) for each in models}


def text_of(response):
    return (b"".join(response) if response.streaming else response.content).decode(errors="replace").lower()


def refuses(response):
    return response.status_code in (403, 404, 405) or leads_to_sign_in(response)


def is_open(slug, name, role, method):
    if slug != "house":
        return False
    return role in OPEN.get(name, ()) or (name in PUBLIC and method == "get")


@pytest.mark.parametrize("role", ROLES)
def test_no_address_of_an_institution_is_open_to_others(clients, named, role):
    client, before, wrong = clients[role], stored(), []
    for slug, name, path in named:
        forged = POSTED | dict.fromkeys(LINKED, ROWS[slug])
        for method, answers in (("get", {}), ("post", forged)):
            if method == "post" and role in OPEN.get(name, ()):
                continue  # it adds a row; see the next test
            response = getattr(client, method)(path, answers)
            told = text_of(response)
            if name in BY_KEY and role != "anonymous":
                continue  # that it changes nothing is looked at below
            if SECRET in told or not (refuses(response) or is_open(slug, name, role, method)):
                wrong.append((method, name, response.status_code, SECRET in told))
    assert wrong == []
    assert {label: rows for label, rows in stored().items() if rows != before[label]} == {}


@pytest.mark.parametrize("role", ROLES[1:])
def test_what_anybody_may_send_to_an_institution_changes_nothing_it_has(clients, named, role):
    before = stored()
    for slug, name, path in named:
        if role in OPEN.get(name, ()):
            assert SECRET not in text_of(clients[role].post(path, POSTED | dict.fromkeys(LINKED, ROWS[slug])))
    after = stored()
    assert [(label, row) for label, rows in before.items() for row in rows if row not in after[label]] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_other_page_tells_it_either(clients, named, monkeypatch, role):
    """Lists, desks, feeds and one's own data."""
    with_rows = {name for _slug, name, _path in named}
    leaving = ("account_", "mfa_", "usersessions", "close-account")
    pages = [
        path
        for name, path in addresses(monkeypatch, "house").items()
        if name not in with_rows and not name.startswith(leaving)
    ]
    assert [path for path in pages if SECRET in text_of(clients[role].get(path))] == []


@pytest.mark.parametrize("role", ROLES[:2])
def test_an_institution_that_is_not_listed_is_on_no_page(clients, named, monkeypatch, role):
    """Nor is what it offers; on lists, maps, feeds, pages of countries, and in searches for it."""
    monkeypatch.setitem(SAMPLES, "iso2", "ug")
    pages = {f"{path}{query}" for path in addresses(monkeypatch, "house").values() for query in ("", "?q=institute")}
    pages |= {path for _slug, name, path in named if name not in BY_KEY}
    leaving = ("/accounts/", "/demo/")
    told = {path: text_of(clients[role].get(path)) for path in sorted(pages) if not path.startswith(leaving)}
    assert [path for path, text in told.items() if HIDDEN in text] == []
    assert {path for path, text in told.items() if "shown institute" in text} >= {
        "/partners/search/?q=institute", "/partners/house/", "/search/?q=institute", "/countries/ug/",
    }  # fmt: skip


def test_the_walk_finds_what_there_is_to_find(managers, named):
    """Who manages the institutions is told the secrets at the same addresses: they are there to be refused."""
    clients = {slug: signed_in(user) for slug, user in managers.items()}
    told = {name for slug, name, path in named if SECRET in text_of(clients[slug].get(path))}
    assert told >= {
        "partners:desk", "partners:conversation", "partners:block", "partners:report", "partners:correct-step", "partners:edit",
        "trop:panel", "trop:panel-opportunity", "trop:panel-edit",
    }  # fmt: skip
    assert {name for _slug, name, _path in named} >= {
        "partners:invitation", "partners:withdraw-invitation", "partners:remove", "partners:edit-notice", "accounts:keep-draft",
        *PUBLIC, *OPEN,
    }  # fmt: skip
