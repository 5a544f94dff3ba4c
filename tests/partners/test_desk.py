"""What representatives do at their desk, and that nobody else can."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import Draft
from classifications.models import Country
from notifications.models import Letter
from partners.applications import Decision, Status
from partners.models import Institution, Invitation, ProposedChange, Representation
from partners.models.institution import APPLICATIONS_A_DAY
from partners.models.representation import REQUESTS_A_DAY
from tests.accounts.helpers import confirmed_user
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    LanguageFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)

MANY = [  # every address of one institution's desk, with the methods it answers
    ("desk", "get"), ("edit", "get"), ("edit", "post"), ("preview", "post"), ("propose", "get"), ("propose", "post"),
    ("confirm-profile", "post"), ("withdraw", "get"), ("withdraw", "post"), ("leave", "get"), ("leave", "post"),
    ("invite", "post"), ("correct-begin", "get"), ("correct-send", "post"),
]  # fmt: skip
OF_A_ROW = [
    ("withdraw-invitation", "post"), ("accept-request", "post"), ("decline-request", "get"), ("decline-request", "post"),
    ("remove", "get"), ("remove", "post"), ("hand-over", "get"), ("hand-over", "post"),
]  # fmt: skip
OF_A_STEP = [("correct-step", "get"), ("correct-step", "post"), ("correct-keep", "post"), ("correct-stop", "post")]


@pytest.fixture
def mine(client, db):
    representation = RepresentationFactory(institution__name_en="Mine", institution__offers="Courses.")
    client.force_login(representation.user)
    return representation


def at(name, institution, *rest):
    return reverse(f"partners:{name}", args=[institution.slug, *rest])


def profile(**answers):
    return {
        "sectors": [SectorFactory().slug], "languages": [LanguageFactory(code="en").code], "offers": "New offer.",
        "written_in": "en", **answers,
    }  # fmt: skip


def state(institution):
    """All that a stranger must not change."""
    return (
        Institution.objects.filter(pk=institution.pk).values().get(),
        list(institution.sectors.order_by("pk")),
        list(institution.reviews.order_by("pk").values_list("pk", "decision")),
        list(institution.representations.order_by("pk").values()),
        list(institution.invitations.order_by("pk").values()),
        list(institution.proposed_changes.order_by("pk").values()),
    )


def strangers(institution):
    """Clients of everybody who does not speak for the institution (any more, or yet), by who they are."""
    former = RepresentationFactory(institution=institution, is_manager=False, ended_at="2026-01-01T00:00Z").user
    asking = RepresentationFactory(institution=institution, is_manager=False, accepted_at=None).user
    other = RepresentationFactory().user
    clients = {"anonymous": Client()}
    for name, user in (("former", former), ("asking", asking), ("of another", other), ("nobody", UserFactory())):
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


@pytest.mark.parametrize("status", [Status.LISTED, Status.RETURNED, Status.APPLIED, Status.SUSPENDED])
def test_nobody_else_reads_or_changes_anything(db, status):
    institution = InstitutionFactory(
        status=status, waiting_since="2026-01-01T00:00Z" if status == Status.APPLIED else None
    )
    manager = RepresentationFactory(institution=institution)
    second = RepresentationFactory(institution=institution, is_manager=False)
    asking = RepresentationFactory(institution=institution, is_manager=False, accepted_at=None)
    invitation = Invitation.objects.create(institution=institution, email="x@example.org", made_by=manager.user)
    clients = strangers(institution)
    before, wrong = state(institution), []
    paths = [(at(name, institution), method) for name, method in MANY]
    for row in (second, asking, manager, invitation):
        paths += [(at(name, institution, row.pk), method) for name, method in OF_A_ROW]
    paths += [(at(name, institution, "institution"), method) for name, method in OF_A_STEP]
    answers = profile(name_en="Stolen", kind="university", country=CountryFactory().iso2, reason="x", email="me@example.org",
                      may_speak="on", agrees="on", position="x", person="x", status="listed")  # fmt: skip
    for who, client in clients.items():
        for path, method in paths:
            response = getattr(client, method)(path, answers)
            expected = 302 if who == "anonymous" else 404
            if response.status_code != expected or (
                who == "anonymous" and "/accounts/login/" not in response["Location"]
            ):
                wrong.append((who, method, path, response.status_code))
    assert wrong == []
    assert state(institution) == before
    assert not Draft.objects.exists()


def test_a_representative_who_does_not_manage_cannot_manage_people(client, db):
    second = RepresentationFactory(is_manager=False)
    manager = RepresentationFactory(institution=second.institution)
    asking = RepresentationFactory(institution=second.institution, is_manager=False, accepted_at=None)
    client.force_login(second.user)
    before = state(second.institution)
    assert second.institution.name_en in client.get(at("desk", second.institution)).text
    for name in ("remove", "hand-over"):
        assert client.get(at(name, second.institution, manager.pk)).status_code == 404
    for name in ("remove", "hand-over", "accept-request", "decline-request"):
        for row in (manager, asking):
            assert client.post(at(name, second.institution, row.pk), {"reason": "x"}).status_code == 404
    for name in ("invite", "withdraw"):
        assert client.post(at(name, second.institution), {"email": "a@example.org"}).status_code == 404
    assert state(second.institution) == before


def test_rows_of_another_institution_are_not_found_under_mine(client, mine):
    other = RepresentationFactory(is_manager=False)
    asking = RepresentationFactory(is_manager=False, accepted_at=None)
    invitation = Invitation.objects.create(institution=other.institution, email="x@example.org", made_by=other.user)
    for name in ("remove", "hand-over", "accept-request", "decline-request", "withdraw-invitation"):
        for row in (other, asking, invitation):
            assert client.post(at(name, mine.institution, row.pk), {"reason": "x"}).status_code == 404


# --- The profile --------------------------------------------------------------------------------------------------------


def test_the_profile_is_live_at_once(client, mine):
    client.post(at("edit", mine.institution), profile(city_name="Dakar", founded="1980", staff="50-249"))
    page = Client().get(mine.institution.get_absolute_url()).content.decode()
    assert all(text in page for text in ("New offer.", "Dakar", "1980", "50 to 249"))


def test_forged_fields_change_nothing(client, mine):
    forged = {
        "name_en": "Stolen",
        "slug": "stolen",
        "status": "suspended",
        "verified_until": "2999-01-01",
        "kind": "ngo",
    }
    client.post(at("edit", mine.institution), profile(**forged))
    mine.institution.refresh_from_db()
    assert (mine.institution.name_en, mine.institution.status, mine.institution.verified_until) == (
        "Mine",
        "listed",
        None,
    )
    assert mine.institution.offers == "New offer."


def test_a_preview_saves_nothing(client, mine):
    response = client.post(at("preview", mine.institution), profile())
    assert "New offer." in response.content.decode()
    mine.institution.refresh_from_db()
    assert mine.institution.offers == "Courses."


def test_a_faulty_profile_is_shown_again_with_what_was_typed(client, mine):
    response = client.post(at("edit", mine.institution), profile(founded="12", offers="Kept text"))
    assert response.status_code == 400
    assert "Kept text" in response.content.decode()


def test_saying_that_all_is_right_notes_the_day(client, mine):
    client.post(at("confirm-profile", mine.institution))
    mine.institution.refresh_from_db()
    assert mine.institution.profile_confirmed_at is not None


def test_a_verified_fact_changes_by_review_only(client, mine):
    new = {"name_en": "Mine Renamed", "kind": mine.institution.kind, "country": mine.institution.country.iso2}
    client.post(at("propose", mine.institution), new)
    change = ProposedChange.objects.get()
    assert change.facts == {"name_en": "Mine Renamed"}
    assert "Mine Renamed" not in Client().get(mine.institution.get_absolute_url()).content.decode()
    change.accept(UserFactory())
    assert "Mine Renamed" in Client().get(mine.institution.get_absolute_url()).content.decode()
    assert list(mine.institution.reviews.values_list("decision", flat=True)) == [
        Decision.CHANGE_ACCEPTED, Decision.CHANGE_PROPOSED,
    ]  # fmt: skip


def test_a_change_is_told_to_each_in_their_language(client, mine):
    CountryFactory(iso2="TN", name_en="Tunisia", name_fr="Tunisie", name_ar="تونس")
    old = mine.institution.country
    Country.objects.filter(pk=old.pk).update(name_en="Uganda", name_fr="Ouganda", name_ar="أوغندا")
    RepresentationFactory(institution=mine.institution, is_manager=False, user__language="ar")
    RepresentationFactory(institution=mine.institution, is_manager=False, user__language="fr")
    new = {"name_en": "Mine", "kind": "ministry", "country": "TN"}
    Institution.objects.filter(pk=mine.institution.pk).update(kind="university")
    client.post(at("propose", mine.institution), new)
    told = {letter.html.partition('lang="')[2][:2]: letter.text for letter in Letter.objects.all()}
    assert set(told) == {"ar", "fr"}
    assert "Ouganda → Tunisie\nUniversité → Ministère" in told["fr"]
    assert "أوغندا → تونس" in told["ar"]
    for prefix, words in (("", "Uganda → Tunisia"), ("/fr", "Ouganda → Tunisie")):
        page = client.get(prefix + at("desk", mine.institution)).text
        assert f"{words}<br>" in page
        assert "⟦" not in page


def test_a_second_proposal_takes_the_place_of_the_first(mine):
    ProposedChange.propose(mine.institution, mine.user, {"name_en": "A"})
    ProposedChange.propose(mine.institution, mine.user, {"name_en": "B"})
    assert [change.facts for change in ProposedChange.objects.all()] == [{"name_en": "B"}]
    assert ProposedChange.propose(mine.institution, mine.user, {"name_en": "Mine"}) is None
    assert not ProposedChange.objects.exists()


@pytest.mark.parametrize("name", ["Theirs", "THEIRS ", "Les leurs"])
def test_nobody_takes_the_name_of_another_by_a_change(mine, name):
    InstitutionFactory(country=mine.institution.country, name_en="Theirs", name_fr="Les leurs")
    change = ProposedChange.propose(mine.institution, mine.user, {"name_en": name})
    with pytest.raises(ValidationError, match="on record in this country"):
        change.accept(UserFactory())
    mine.institution.refresh_from_db()
    assert mine.institution.name_en == "Mine"
    assert change in ProposedChange.objects.waiting()


def test_a_refused_change_leaves_all_as_it_was_and_says_why(mine):
    change = ProposedChange.propose(mine.institution, mine.user, {"name_en": "A"})
    change.refuse(None, "No decree is known.")
    mine.institution.refresh_from_db()
    assert mine.institution.name_en == "Mine"
    assert "No decree is known." in Letter.objects.latest("pk").text


# --- The people ---------------------------------------------------------------------------------------------------------


def test_the_first_accepted_manages_the_others(db):
    institution, staff = InstitutionFactory(), UserFactory()
    first = Representation.ask(institution, UserFactory(), "Head")
    second = Representation.ask(institution, UserFactory(), "Deputy")
    first.accept(staff, "centre")
    second.accept(first.user, "applicant")
    assert list(institution.representations.managing()) == [first]
    assert set(institution.representations.acting()) == {first, second}


def test_asking_shows_and_opens_nothing(client, db):
    institution = InstitutionFactory()
    client.force_login(UserFactory())
    path = at("represent", institution)
    assert client.post(path, {"person": "Somebody", "position": "Clerk", "agrees": "on"}).status_code == 302
    assert client.get(at("desk", institution)).status_code == 404
    assert not institution.representations.acting().exists()
    again = client.post(path, {"person": "Somebody", "position": "Clerk", "agrees": "on"})
    assert again.status_code == 302
    assert institution.representations.count() == 1


def test_the_manager_answers_a_request(client, mine):
    asking = Representation.ask(mine.institution, UserFactory(), "Clerk", "In the registry.")
    assert "In the registry." in client.get(at("desk", mine.institution)).content.decode()
    client.post(at("accept-request", mine.institution, asking.pk))
    asking.refresh_from_db()
    assert asking.is_acting
    refused = Representation.ask(mine.institution, UserFactory(), "Clerk")
    assert client.post(at("decline-request", mine.institution, refused.pk), {"reason": ""}).status_code == 400
    client.post(at("decline-request", mine.institution, refused.pk), {"reason": "Not known here."})
    assert "Not known here." in Letter.objects.latest("pk").text


def test_who_applied_reads_what_was_sent_and_is_asked_before_it_is_withdrawn(client, db):
    user = UserFactory()
    facts = {"name_en": "Sample Institute", "kind": "university", "offers": "Courses on soil.", "written_in": "en"}
    institution = Institution.apply(
        user, "Head", sectors=[SectorFactory(name_en="Water")], country=CountryFactory(), **facts
    )
    client.force_login(user)
    desk = client.get(at("desk", institution)).text
    assert ("Courses on soil." in desk, "Water" in desk, at("withdraw", institution) in desk) == (True, True, True)
    assert 'method="post"' in client.get(at("withdraw", institution)).text
    institution.refresh_from_db()
    assert institution.status == "applied"
    institution.approve(None)
    assert "What you sent" not in client.get(at("desk", institution)).text
    assert client.get(at("withdraw", institution))["Location"] == at("desk", institution)


def test_one_is_asked_before_one_leaves(client, mine):
    assert (
        f'<a class="button button-quiet" href="{at("leave", mine.institution)}">'
        in client.get(at("desk", mine.institution)).text
    )
    assert "Stop representing this institution?" in client.get(at("leave", mine.institution)).text
    assert mine.institution.representations.acting().count() == 1
    client.post(at("leave", mine.institution))
    assert mine.institution.representations.acting().count() == 0


def test_an_invitation_is_accepted_by_the_address_it_was_sent_to(client, mine):
    client.post(at("invite", mine.institution), {"email": "New@example.org"})
    letter = Letter.objects.latest("pk")
    invitation = Invitation.objects.get()
    path = reverse("partners:invitation", args=[invitation.key])
    assert letter.recipients == ["new@example.org"]
    assert path in letter.text
    stranger, invited = Client(), Client()
    stranger.force_login(confirmed_user(email="other@example.org"))
    invited.force_login(confirmed_user(email="new@example.org"))
    answers = {"person": "New Sample", "position": "Clerk"}
    assert stranger.post(path, answers).status_code == 400
    page = invited.get(path)
    assert 'You are signed in as <bdi dir="ltr">new@example.org</bdi>.' in page.text
    assert mine.institution.representations.acting().count() == 1
    assert invited.post(path, answers).status_code == 302
    assert mine.institution.representations.acting().count() == 2
    assert invited.post(path, answers).status_code == 404


def test_inviting_says_the_same_whether_the_address_has_an_account(client, mine):
    confirmed_user(email="known@example.org")
    pages = []
    for email in ("known@example.org", "unknown@example.org"):
        response = client.post(at("invite", mine.institution), {"email": email}, follow=True)
        pages.append([str(message) for message in response.context["messages"]])
    assert pages[0] == pages[1]


def test_only_so_many_invitations_a_day(client, mine):
    for number in range(12):
        response = client.post(at("invite", mine.institution), {"email": f"p{number}@example.org"})
    assert Invitation.objects.count() == 10
    assert response.status_code == 429
    assert "You have sent many invitations today." in response.text
    assert 'value="p11@example.org"' in response.text


def test_an_address_that_is_none_is_told_and_stays(client, mine):
    response = client.post(at("invite", mine.institution), {"email": "clerk@example"})
    assert response.status_code == 400
    assert 'value="clerk@example"' in response.text
    assert 'href="#id_email"' in response.text
    assert not Invitation.objects.exists()


def test_old_and_withdrawn_invitations_are_gone(client, mine):
    invitation = Invitation.send(mine.institution, "a@example.org", mine.user)
    path = reverse("partners:invitation", args=[invitation.key])
    other = Invitation.send(mine.institution, "b@example.org", mine.user)
    client.post(at("withdraw-invitation", mine.institution, other.pk))
    assert client.get(reverse("partners:invitation", args=[other.key])).status_code == 404
    assert mine.institution.name_en in client.get(path).text
    Invitation.objects.update(made_at="2026-01-01T00:00Z")
    assert client.get(path).status_code == 404


def test_handing_over_and_leaving(client, mine):
    heir = RepresentationFactory(institution=mine.institution, is_manager=False)
    client.post(at("leave", mine.institution))
    assert mine.institution.representations.acting().count() == 2  # hand over first
    client.post(at("hand-over", mine.institution, heir.pk))
    client.post(at("leave", mine.institution))
    assert list(mine.institution.representations.managing()) == [heir]
    assert client.get(at("desk", mine.institution)).status_code == 404


@pytest.mark.parametrize(
    ("name", "asks", "follows"),
    [
        ("remove", "Remove this representative?", "can no longer change its page"),
        ("hand-over", "Hand over the management to this person?", "You go on speaking for it"),
    ],
)
def test_what_one_click_would_end_is_asked_first(client, mine, name, asks, follows):
    second = RepresentationFactory(institution=mine.institution, is_manager=False, user__name="Second Sample")
    path, before = at(name, mine.institution, second.pk), state(mine.institution)
    desk = client.get(at("desk", mine.institution)).text
    assert (f'href="{path}"' in desk, f'action="{path}"' in desk) == (True, False)
    page = client.get(path).text
    assert [
        words for words in (asks, follows, "Second Sample", '<form class="form" method="post"') if words not in page
    ] == []
    assert state(mine.institution) == before
    client.post(path)
    assert state(mine.institution) != before


def test_no_page_asks_about_oneself_or_who_does_not_speak_for_it(client, mine):
    asking = RepresentationFactory(institution=mine.institution, is_manager=False, accepted_at=None)
    gone = RepresentationFactory(institution=mine.institution, is_manager=False, ended_at="2026-01-01T00:00Z")
    other = RepresentationFactory(is_manager=False)
    paths = [
        at(name, mine.institution, row.pk) for name in ("remove", "hand-over") for row in (mine, asking, gone, other)
    ]
    assert {client.get(path).status_code for path in paths} == {404}


def test_the_last_one_to_leave_is_told_to_the_centre(client, mine, settings):
    client.post(at("leave", mine.institution))
    assert settings.CENTRE_EMAIL in [address for letter in Letter.objects.all() for address in letter.recipients]
    assert mine.institution in Institution.objects.orphaned()
    assert mine.institution.name_en in Client().get(mine.institution.get_absolute_url()).text


def test_somebody_removed_has_no_access_from_the_next_request_on(client, mine):
    second = RepresentationFactory(institution=mine.institution, is_manager=False)
    other = Client()
    other.force_login(second.user)
    assert mine.institution.name_en in other.get(at("desk", mine.institution)).text
    client.post(at("remove", mine.institution, second.pk))
    assert other.get(at("desk", mine.institution)).status_code == 404


def test_the_desk_shows_first_what_waits(client, mine):
    Representation.ask(mine.institution, UserFactory(name="Asking Sample"), "Clerk")
    tasks = client.get(reverse("desk")).context["tasks"]
    assert [task.title for task in tasks] == ["Asking Sample asks to represent an institution of yours"]


def test_somebody_with_two_institutions_finds_both(client, mine):
    second = RepresentationFactory(user=mine.user)
    assert set(client.get(reverse("desk")).context["institutions"]) == {mine.institution, second.institution}


# --- As much as one person may in a day ----------------------------------------------------------------------------------


def test_nobody_asks_to_represent_half_the_world_in_a_day(client, db):
    user, other = UserFactory(), UserFactory()
    client.force_login(user)
    answers = {"person": "A. Person", "position": "Clerk", "words": "I work there.", "agrees": "on"}
    rows = InstitutionFactory.create_batch(REQUESTS_A_DAY + 1)
    for row in rows[:-1]:
        assert client.post(at("represent", row), answers).status_code == 302
    Letter.objects.all().delete()
    refused = client.post(at("represent", rows[-1]), answers)
    assert (refused.status_code, Representation.objects.filter(user=user).count()) == (400, REQUESTS_A_DAY)
    assert "within a day, the most that is possible" in refused.text
    assert not Letter.objects.exists()
    assert (
        client.get(at("represent", rows[-1])).context["form"]["words"].value() == "I work there."
    )  # kept for tomorrow
    assert client.post(at("represent", rows[0]), answers).status_code == 302  # asked already, which is no new request
    Representation.ask(rows[-1], other, "Clerk")
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        Representation.ask(rows[-1], user, "Clerk")


def test_nobody_registers_half_the_world_in_a_day(db):
    user = UserFactory()
    facts = {"kind": "ngo", "country": CountryFactory()}
    for number in range(APPLICATIONS_A_DAY):
        Institution.apply(user, "Clerk", name_en=f"Institution {number}", **facts)
    with pytest.raises(ValidationError, match="within a day"):
        Institution.apply(user, "Clerk", name_en="One more", **facts)
    Institution.apply(UserFactory(), "Clerk", name_en="Of another", **facts)
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        Institution.apply(user, "Clerk", name_en="One more", **facts)
