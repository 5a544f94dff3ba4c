"""Staff decide on proposed changes and on requests to represent an institution, and step in where people left."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from partners.applications import Decision, Role
from partners.models import ProposedChange, Representation
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    ProposedChangeFactory,
    RepresentationFactory,
    UserFactory,
)
from tests.partners.office import address, said, take
from tests.sesric_portal.test_admin import FORBIDDEN

CHANGE, PERSON = "proposedchange", "representation"


@pytest.fixture
def change(db):
    country = CountryFactory(name_en="Mali")
    record = InstitutionFactory(name_en="Before", country=country, website="https://before.example.org")
    RepresentationFactory(institution=record)
    return ProposedChange.propose(
        record, record.representations.get().user, {"name_en": "After", "country": CountryFactory(name_en="Senegal")}
    )


def asked(institution=None):
    return Representation.ask(institution or InstitutionFactory(), UserFactory(), "Officer", "I work there.")


def reader(sign_in):
    user = sign_in(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{CHANGE}", f"view_{PERSON}"]))


# --- Proposed changes -------------------------------------------------------------------------------------------------


def test_the_list_tells_what_would_change(client, editor, change):
    text = client.get(address("changelist", model=CHANGE)).text
    for part in ('<del dir="auto">Before</del>', '<ins dir="auto">After</ins>', "Mali", "Senegal", "today"):
        assert part in text


def test_the_list_asks_as_much_for_three_changes_of_country_as_for_one(client, editor, change):
    page = address("changelist", model=CHANGE)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    ProposedChangeFactory.create_batch(2)
    with CaptureQueriesContext(connection) as three:
        assert client.get(page).context["cl"].result_count == 3
    assert len(three) == len(one)


def test_what_waits_longest_comes_first_and_what_is_decided_last(client, editor):
    young, decided, old = ProposedChangeFactory.create_batch(3)
    ProposedChange.objects.filter(pk=old.pk).update(proposed_at=now() - timedelta(days=9))
    decided.refuse(editor, "No")
    rows = client.get(address("changelist", model=CHANGE))
    assert list(rows.context["cl"].result_list) == [old, young, decided]
    assert "9 days" in rows.text
    waiting = client.get(address("changelist", model=CHANGE), {"waits": "yes"})
    assert list(waiting.context["cl"].result_list) == [old, young]


@pytest.mark.parametrize("who", [{"group": "Editors"}, {"is_superuser": True}])
def test_accepting_a_change_shows_it(client, sign_in, change, who):
    user = sign_in(is_staff=True, **who)
    page = client.get(address("accept", change.pk, model=CHANGE))
    assert '<ins dir="auto">After</ins>' in page.text
    assert change.institution.name_en == "Before"
    response = take(client, "accept", change, model=CHANGE)
    assert len(said(response)) == 1
    change.institution.refresh_from_db()
    assert (change.institution.name_en, change.institution.country.name_en) == ("After", "Senegal")
    review = change.institution.reviews.first()
    assert (review.decision, review.by, review.role) == (Decision.CHANGE_ACCEPTED, user, Role.CENTRE)


def test_refusing_a_change_says_why(client, editor, change):
    assert client.post(address("refuse", change.pk, model=CHANGE), {"reason": ""}).status_code == 400
    take(client, "refuse", change, model=CHANGE, reason="The ministry says otherwise.")
    change.institution.refresh_from_db()
    assert change.institution.name_en == "Before"
    assert change.institution.reviews.first().reason == "The ministry says otherwise."
    assert "Refused" in client.get(address("changelist", model=CHANGE)).text


def test_the_second_who_decides_on_a_change_is_told(client, editor, change):
    ProposedChange.objects.get(pk=change.pk).refuse(editor, "No")
    response = take(client, "accept", change, model=CHANGE)
    assert "This has been decided in the meantime." in said(response)[0]
    change.institution.refresh_from_db()
    assert change.institution.name_en == "Before"


def test_a_change_that_no_longer_fits_is_explained_and_waits_on(client, editor, change):
    InstitutionFactory(name_en="After", country=CountryFactory(name_en="Senegal", iso2=change.facts["country"]))
    response = client.post(address("accept", change.pk, model=CHANGE))
    assert response.status_code == 400
    assert response.context["form"].non_field_errors() == ["An institution of this name is on record in this country."]
    assert list(ProposedChange.objects.waiting()) == [change]


def test_accepting_a_change_does_not_undo_a_suspension(editor, change):
    loaded = ProposedChange.objects.select_related("institution").get(pk=change.pk)
    change.institution.suspend("Closed", editor)
    loaded.accept(editor)
    change.institution.refresh_from_db()
    assert (change.institution.status, change.institution.name_en) == ("suspended", "After")


# --- Requests to represent --------------------------------------------------------------------------------------------


def test_requests_stand_in_a_queue_the_oldest_first(client, editor):
    young, old, acting = asked(), asked(), RepresentationFactory()
    Representation.objects.filter(pk=old.pk).update(asked_at=now() - timedelta(days=5))
    page = client.get(address("changelist", model=PERSON), {"state": "asked"})
    assert list(page.context["cl"].result_list) == [old, young]
    assert "5 days" in page.text
    acting_page = client.get(address("changelist", model=PERSON), {"state": "acting"})
    assert list(acting_page.context["cl"].result_list) == [acting]


@pytest.mark.parametrize("who", [{"group": "Editors"}, {"is_superuser": True}])
def test_a_request_is_accepted(client, sign_in, who):
    user = sign_in(is_staff=True, **who)
    request = asked()
    assert "I work there." in client.get(address("accept", request.pk, model=PERSON)).text
    take(client, "accept", request, model=PERSON)
    assert request.institution.representations.managing().get().user == request.user
    review = request.institution.reviews.first()
    assert (review.decision, review.by, review.role) == (Decision.REPRESENTATIVE_ACCEPTED, user, Role.CENTRE)


def test_a_request_is_declined_with_a_reason(client, editor):
    request = asked()
    assert client.post(address("decline", request.pk, model=PERSON), {"reason": " "}).status_code == 400
    take(client, "decline", request, model=PERSON, reason="Nobody there knows you.")
    assert not request.institution.representations.asked().exists()
    assert request.institution.reviews.first().reason == "Nobody there knows you."


def test_the_second_who_answers_a_request_is_told(client, editor):
    request = asked()
    Representation.objects.get(pk=request.pk).decline(editor, Role.CENTRE, "No")
    response = take(client, "accept", request, model=PERSON)
    assert "This request has been answered in the meantime." in said(response)[0]
    assert not request.institution.representations.acting().exists()


# --- Representatives --------------------------------------------------------------------------------------------------


def test_staff_end_a_representation_and_another_manages(client, editor):
    manager = RepresentationFactory()
    other = RepresentationFactory(institution=manager.institution, is_manager=False)
    take(client, "end", manager, model=PERSON, reason="Left the ministry")
    assert [each.user for each in manager.institution.representations.managing()] == [other.user]
    assert manager.institution.reviews.first().decision == Decision.REPRESENTATIVE_LEFT


def test_an_institution_that_nobody_represents_any_more_is_seen(client, editor):
    alone = RepresentationFactory()
    RepresentationFactory()
    take(client, "end", alone, model=PERSON, reason="")
    page = client.get(address("changelist"), {"waits": "orphaned"})
    assert list(page.context["cl"].result_list) == [alone.institution]


@pytest.mark.parametrize("active", [True, False])
def test_staff_make_somebody_else_the_manager(client, editor, active):
    manager = RepresentationFactory(user=UserFactory(is_active=active))
    heir = RepresentationFactory(institution=manager.institution, is_manager=False)
    take(client, "hand-over", heir, model=PERSON)
    assert manager.institution.representations.filter(is_manager=True).get().user == heir.user
    assert manager.institution.reviews.first().decision == Decision.HANDED_OVER


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ({"accepted_at": None, "is_manager": False}, {"accept", "decline"}),
        ({"is_manager": False}, {"hand-over", "end"}),
        ({}, {"end"}),
        ({"is_manager": False, "ended_at": now()}, set()),
    ],
)
def test_only_steps_that_fit_are_offered(client, editor, state, offered):
    person = RepresentationFactory(**state)
    tools = client.get(address("change", person.pk, model=PERSON)).context["tools"]
    assert {url for _label, url in tools} == {address(step, person.pk, model=PERSON) for step in offered}


def test_the_page_of_an_institution_shows_its_people_and_leads_to_them(client, editor):
    person = RepresentationFactory()
    page = client.get(address("change", person.institution.pk)).text
    assert address("change", person.pk, model=PERSON) in page
    assert person.position in page


# --- For whom ---------------------------------------------------------------------------------------------------------


def test_who_may_only_look_decides_nothing(client, sign_in, change):
    reader(sign_in)
    request, acting = asked(), RepresentationFactory()
    tried = [
        (CHANGE, change, ["accept", "refuse"]),
        (PERSON, request, ["accept", "decline"]),
        (PERSON, acting, ["end"]),
    ]
    for model, row, steps in tried:
        assert client.get(address("change", row.pk, model=model)).context["tools"] == []
        for step in steps:
            assert client.post(address(step, row.pk, model=model), {"reason": "forged"}).status_code == 403
    assert list(ProposedChange.objects.waiting()) == [change]
    assert request in Representation.objects.asked()
    assert acting in Representation.objects.acting()


@pytest.mark.parametrize("model", [CHANGE, PERSON])
def test_nothing_is_written_by_the_form(client, superuser, change, model):
    row = change if model == CHANGE else RepresentationFactory()
    before = type(row).objects.values().get(pk=row.pk)
    forged = {"facts": "{}", "was_accepted": "on", "is_manager": "", "position": "Forged", "decided_at": "2020-01-01"}
    assert client.post(address("change", row.pk, model=model), forged).status_code == 403
    assert client.get(address("add", model=model)).status_code == 403
    assert type(row).objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize("prefix", ["/fr", "/ar"])
def test_the_pages_answer_in_each_language_and_hold_nothing_inline(client, editor, change, prefix):
    request = asked()
    pages = [address(page, change.pk, model=CHANGE) for page in ("change", "accept", "refuse")]
    pages += [address(page, request.pk, model=PERSON) for page in ("change", "accept", "decline")]
    pages += [address("changelist", model=model) for model in (CHANGE, PERSON)]
    for page in pages:
        response = client.get(prefix + page)
        assert (page, response.status_code) == (page, 200)
        assert (page, FORBIDDEN.findall(response.content)) == (page, [])
