"""The management panel: what the people of a member do, that nothing typed is lost, and that nobody else gets in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import override

from accounts.models import Draft
from partners.applications import Status as Listing
from tests.accounts.helpers import PASSWORD, confirmed_user
from tests.factories import (
    InstitutionFactory,
    LanguageFactory,
    MembershipFactory,
    OpportunityFactory,
    RepresentationFactory,
    SectorFactory,
    UserFactory,
)
from trop.models import Membership, OpportunityReview, TrainingOpportunity

OF_AN_INSTITUTION = ["panel", "panel-begin", "panel-leave", "ask"]
OF_AN_OPPORTUNITY = [
    "panel-opportunity", "panel-edit", "panel-publish", "panel-take-back", "panel-take-back-change", "panel-close",
    "panel-reopen", "panel-withdraw", "panel-archive", "panel-duplicate",
]  # fmt: skip


@pytest.fixture
def mine(client, db):
    """A member for which the reader speaks."""
    representation = RepresentationFactory(institution__slug="mine")
    client.force_login(representation.user)
    return MembershipFactory(institution=representation.institution)


def at(name, institution, *rest):
    return reverse(f"trop:{name}", args=[institution.slug, *rest])


def answers(**changed):
    today = localdate()
    return {
        "title": "Solar water pumps", "summary": "Maintenance.", "written_in": "en", "category": "workshop",
        "level": "advanced", "mode": "in_person", "sectors": [SectorFactory().slug],
        "languages": [LanguageFactory(code="en").code], "city_name": "Tunis", "seats": "4", "covered": ["tuition"],
        "how_to_apply": "Write.", "apply_by": (today + timedelta(days=10)).isoformat(),
        "starts_on": (today + timedelta(days=60)).isoformat(), "ends_on": (today + timedelta(days=62)).isoformat(),
    } | changed  # fmt: skip


def draft_of(membership, **fields):
    user = membership.institution.representations.get().user
    return OpportunityFactory(institution=membership.institution, status="draft", slug="", made_by=user, **fields)


def messages(response):
    return [str(message) for message in response.context["messages"]]


# --- The whole way ------------------------------------------------------------------------------------------------------


def test_from_asking_to_join_to_being_found(client, db):
    representation = RepresentationFactory(institution__slug="mine")
    client.force_login(representation.user)
    page = client.get("/trop/join/")
    assert "/trop/join/mine/" in page.content.decode()
    asked = client.post("/trop/join/mine/", {"courses": "Pumps.", "agrees": "on"}, follow=True)
    assert asked.redirect_chain[-1][0] == "/trop/panel/mine/"
    assert client.post("/trop/panel/mine/new/").status_code == 404
    Membership.objects.get().approve(UserFactory())
    begun = client.post("/trop/panel/mine/new/")
    saved = client.post(begun["Location"], answers(), follow=True)
    assert "fewer than 14 days" in saved.content.decode()
    one = TrainingOpportunity.objects.get()
    sent = client.post(at("panel-publish", one.institution, one.pk), follow=True)
    assert messages(sent) == ["Sent. SESRIC looks at it before it is public; you will be told by e-mail."]
    assert client.get("/trop/opportunities/solar-water-pumps/").status_code == 404
    one.refresh_from_db()
    one.approve(UserFactory())
    assert [each.pk for each in Client().get("/trop/opportunities/").context["object_list"]] == [one.pk]
    assert f"<h1>{one.title}</h1>" in Client().get("/trop/opportunities/solar-water-pumps/").text


def test_a_trusted_member_publishes_closes_and_uses_it_again(client, mine):
    mine.trust(UserFactory())
    one = draft_of(mine)
    assert messages(client.post(at("panel-publish", mine.institution, one.pk), follow=True)) == [
        "Published. Everybody can see it now."
    ]
    twice = client.post(at("panel-publish", mine.institution, one.pk), follow=True)
    assert messages(twice) == []
    assert one.reviews.filter(decision="published").count() == 1
    client.post(at("panel-close", mine.institution, one.pk))
    one.refresh_from_db()
    assert one.status == "closed"
    client.post(at("panel-reopen", mine.institution, one.pk))
    first = client.post(at("panel-duplicate", mine.institution, one.pk))
    second = client.post(at("panel-duplicate", mine.institution, one.pk))
    assert first["Location"] == second["Location"]
    client.post(at("panel-withdraw", mine.institution, one.pk), {"reason": "Called off."})
    client.post(at("panel-archive", mine.institution, one.pk))
    one.refresh_from_db()
    assert one.status == "archived"
    panel = client.get(at("panel", mine.institution))
    assert [each.title for each in panel.context["opportunities"]] == [one.title]  # the copy
    assert list(panel.context["archived"]) == [one]


def test_a_change_of_what_is_published_waits_beside_it(client, mine):
    one, other = draft_of(mine, title="Solar water pumps"), draft_of(mine, title="Another")
    for each in (one, other):
        each.publish(UserFactory())
        each.approve(UserFactory())
    page = at("panel-opportunity", mine.institution, one.pk)
    edit = at("panel-edit", mine.institution, one.pk)
    assert "stays as it is" in client.get(edit).text
    sent = client.post(edit, answers(title="Cheap <i>loans</i>"), follow=True)
    assert messages(sent) == ["Sent. The page stays as it is until it is decided on."]
    shown = client.get(page).text
    assert "<bdi>Solar water pumps</bdi>" in shown
    assert "<bdi>Cheap &lt;i&gt;loans&lt;/i&gt;</bdi>" in shown
    assert client.get(edit).context["form"]["title"].value() == "Cheap <i>loans</i>"  # one goes on with it
    rows = client.get(at("panel", mine.institution)).text
    assert rows.count("Change with the reviewers") == 1
    public = Client()
    assert "<h1>Solar water pumps</h1>" in public.get(one.get_absolute_url()).text
    assert [each.title for each in public.get("/trop/opportunities/?q=loans").context["object_list"]] == []
    taken = client.post(at("panel-take-back-change", mine.institution, one.pk), follow=True)
    assert messages(taken) == ["Taken back. The page stays as it is."]
    assert "Cheap" not in client.get(edit).context["form"]["title"].value()
    assert "Cheap" not in client.get(at("panel-opportunity", mine.institution, other.pk)).text


def test_two_clicks_begin_one_draft(client, mine):
    assert len({client.post(at("panel-begin", mine.institution))["Location"] for _click in range(2)}) == 1
    assert TrainingOpportunity.objects.count() == 1


def test_two_clicks_ask_to_join_once(client, db):
    representation = RepresentationFactory()
    client.force_login(representation.user)
    for _click in range(2):
        client.post(at("ask", representation.institution), {"courses": "Pumps.", "agrees": "on"})
    assert Membership.objects.get().reviews.count() == 1


def test_who_speaks_for_one_institution_is_led_to_its_panel(client, mine):
    assert client.get("/trop/panel/")["Location"] == "/trop/panel/mine/"
    RepresentationFactory(user=mine.institution.representations.get().user)
    assert len(client.get("/trop/panel/").context["institutions"]) == 2


def test_leaving(client, mine):
    OpportunityFactory(institution=mine.institution, slug="it")
    assert client.post(at("panel-leave", mine.institution), {"reason": ""}).status_code == 400
    client.post(at("panel-leave", mine.institution), {"reason": "No capacity."})
    mine.refresh_from_db()
    assert (mine.status, mine.reviews.first().reason) == ("ended", "No capacity.")
    assert client.get("/trop/opportunities/it/").status_code == 404
    panel = client.get(at("panel", mine.institution))
    assert "Ask again" in panel.content.decode()


def test_the_panel_shows_every_state(client, mine):
    for status in TrainingOpportunity.Status:
        one = OpportunityFactory(institution=mine.institution, status=status, written_in="ar")
        for language in ("en", "fr", "ar"):
            shown = client.get(f"{'' if language == 'en' else '/' + language}/trop/panel/mine/{one.pk}/").text
            with override(language):
                assert one.get_status_display() in shown
            assert one.title in shown
    TrainingOpportunity.begin(mine.institution, UserFactory())
    shown = client.get("/trop/panel/mine/").text
    assert "No title yet" in shown
    assert all(one.title in shown for one in TrainingOpportunity.objects.exclude(status="archived"))


@pytest.mark.parametrize("page", ["panel", "panel-opportunity", "panel-edit"])
def test_the_panel_asks_as_much_for_three_as_for_one(client, mine, page, django_assert_max_num_queries):
    one = draft_of(mine)
    numbers = []
    for _more in range(3):
        with django_assert_max_num_queries(25) as queries:
            shown = client.get(at(page, mine.institution, *([one.pk] if page != "panel" else []))).text
        assert one.title in shown
        numbers.append(len(queries))
        OpportunityFactory(institution=mine.institution)
        OpportunityFactory(institution=mine.institution, status="archived")
    assert len(set(numbers)) == 1


# --- Nothing typed is lost ----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_while_it_is_typed_valid_or_not(client, mine):
    one = draft_of(mine, title="Saved before")
    typed = {"title": "Half a ti", "starts_on": "32 May", "sectors": ["nonsense"], "csrfmiddlewaretoken": "x"}
    kept = client.post(reverse("accounts:keep-draft", args=["opportunity", one.pk]), typed)
    assert kept["Location"] == reverse("desk")
    one.refresh_from_db()
    assert one.title == "Saved before"
    html = client.get(at("panel-edit", mine.institution, one.pk)).content.decode()
    assert 'value="Half a ti"' in html
    assert 'value="32 May"' in html
    assert "that are not saved yet" in client.get(at("panel-opportunity", mine.institution, one.pk)).content.decode()
    client.post(reverse("accounts:discard-draft", args=["opportunity", one.pk]))
    assert 'value="Saved before"' in client.get(at("panel-edit", mine.institution, one.pk)).content.decode()


def test_what_was_kept_goes_when_it_is_saved(client, mine):
    one = draft_of(mine)
    client.post(reverse("accounts:keep-draft", args=["opportunity", one.pk]), {"title": "Typed"})
    client.post(at("panel-edit", mine.institution, one.pk), answers())
    assert not Draft.objects.exists()
    one.refresh_from_db()
    assert (one.title, one.seats, one.covered, one.city_name) == ("Solar water pumps", 4, ["tuition"], "Tunis")


def test_what_was_kept_says_that_somebody_else_saved_since(client, mine):
    one = draft_of(mine)
    client.post(reverse("accounts:keep-draft", args=["opportunity", one.pk]), {"title": "Typed"})
    TrainingOpportunity.objects.filter(pk=one.pk).update(title="Saved later", updated_at=now() + timedelta(seconds=1))
    html = client.get(at("panel-edit", mine.institution, one.pk)).content.decode()
    assert 'value="Typed"' in html
    assert "what is on record is newer than your draft" in html
    client.post(reverse("accounts:discard-draft", args=["opportunity", one.pk]))
    assert 'value="Saved later"' in client.get(at("panel-edit", mine.institution, one.pk)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "This field is required."),
        ({"starts_on": "15/03/2027"}, "Write the day as year-month-day"),
        ({"starts_on": "1999-01-01"}, "not a day between 2000 and 2099"),
        ({"ends_on": "2026-01-01"}, "The last day is before the first."),
        ({"apply_by": "2098-01-01"}, "has to be before the first day"),
        ({"seats": "0"}, "greater than or equal to 1"),
        ({"application_url": "javascript:alert(1)"}, "valid URL"),
        ({"category": "party"}, "not one of the available choices"),
        ({"open_to": ["ZZ"]}, "not one of the available choices"),
    ],
)
def test_a_wrong_answer_is_explained_and_everything_typed_stays(client, mine, wrong, message):
    one = draft_of(mine, title="Saved before")
    response = client.post(at("panel-edit", mine.institution, one.pk), answers(summary="Typed for an hour") | wrong)
    assert response.status_code == 400
    assert message in response.content.decode()
    assert "Typed for an hour" in response.content.decode()
    assert "Typed for an hour" in client.get(at("panel-edit", mine.institution, one.pk)).content.decode()
    one.refresh_from_db()
    assert one.title == "Saved before"


def test_only_a_draft_may_have_gaps(client, mine):
    draft = draft_of(mine)
    assert (
        client.post(at("panel-edit", mine.institution, draft.pk), {"title": "T", "written_in": "en"}).status_code == 302
    )
    draft.refresh_from_db()
    assert (draft.title, draft.starts_on, draft.sectors.count()) == ("T", None, 0)
    mine.trust(UserFactory())
    public = OpportunityFactory(institution=mine.institution)
    assert (
        client.post(at("panel-edit", mine.institution, public.pk), {"title": "T", "written_in": "en"}).status_code
        == 400
    )


def test_an_expired_session_loses_nothing(client, db):
    user = confirmed_user()
    membership = MembershipFactory(institution=RepresentationFactory(user=user).institution)
    one = draft_of(membership)
    path = at("panel-edit", membership.institution, one.pk)
    gone = client.post(path, answers(summary="Typed for an hour"))
    back = client.post(gone["Location"], {"login": user.email, "password": PASSWORD}, follow=True)
    assert back.redirect_chain[-1][0] == path
    assert "Typed for an hour" in back.content.decode()


@pytest.mark.parametrize("name", [*OF_AN_OPPORTUNITY, "panel-begin"])
def test_who_had_to_sign_in_first_finds_a_page_behind_every_button(client, mine, name):
    args = [] if name == "panel-begin" else [draft_of(mine).pk]
    response = client.get(at(name, mine.institution, *args), follow=True)
    assert ("mine" in response.text, "<form" in response.text) == (True, True)
    assert not OpportunityReview.objects.exists()


def test_the_request_to_join_is_kept_too(client, db):
    representation = RepresentationFactory()
    client.force_login(representation.user)
    client.post(
        reverse("accounts:keep-draft", args=["trop-join", representation.institution.pk]), {"courses": "Half a sen"}
    )
    assert "Half a sen" in client.get(at("ask", representation.institution)).content.decode()
    client.post(at("ask", representation.institution), {"courses": "Whole.", "agrees": "on"})
    assert not Draft.objects.exists()


# --- Nobody else gets in ------------------------------------------------------------------------------------------------


def state():
    return (
        list(TrainingOpportunity.objects.order_by("pk").values()),
        list(Membership.objects.order_by("pk").values()),
        OpportunityReview.objects.count(),
        Draft.objects.count(),
    )


def every_address(one):
    yield from (at(name, one.institution) for name in OF_AN_INSTITUTION)
    yield from (at(name, one.institution, one.pk) for name in OF_AN_OPPORTUNITY)


def _former(institution):
    return RepresentationFactory(institution=institution, ended_at=now(), is_manager=False).user


def _asking(institution):
    return RepresentationFactory(institution=institution, accepted_at=None, is_manager=False).user


def _inactive(institution):
    return RepresentationFactory(institution=institution, user__is_active=False).user


def _of_another(institution):
    return MembershipFactory(institution=RepresentationFactory().institution).institution.representations.get().user


@pytest.mark.parametrize("status", ["draft", "published", "waiting"])
@pytest.mark.parametrize("stranger", [_former, _asking, _of_another, None])
def test_strangers_find_nothing(db, stranger, status):
    one = OpportunityFactory(status=status)
    visitor = Client()
    if stranger:
        visitor.force_login(stranger(one.institution))
    before = state()
    for path in every_address(one):
        for method in ("get", "post"):
            response = getattr(visitor, method)(path, answers(reason="x", courses="x", agrees="on"))
            if stranger:
                assert (path, method, response.status_code in (404, 405)) == (path, method, True)
            else:
                assert response["Location"].startswith("/accounts/login/?next="), path
    assert state() == before


def test_a_closed_account_gets_nowhere(db):
    one = OpportunityFactory()
    visitor = Client()
    visitor.force_login(_inactive(one.institution))
    assert visitor.post(at("panel-close", one.institution, one.pk))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "fields", [{"status": "ended"}, {"status": "applied"}, {"institution__status": Listing.SUSPENDED}]
)
def test_who_is_no_listed_member_any_more_changes_nothing(db, fields):
    one = OpportunityFactory(institution=MembershipFactory(**fields).institution)
    visitor = Client()
    visitor.force_login(RepresentationFactory(institution=one.institution).user)
    before = TrainingOpportunity.objects.values().get()
    for name in OF_AN_OPPORTUNITY:
        assert visitor.post(at(name, one.institution, one.pk), answers(reason="x")).status_code in (404, 405)
    assert TrainingOpportunity.objects.values().get() == before


def test_another_institution_s_number_under_one_s_own_address_finds_nothing(client, mine):
    theirs = OpportunityFactory()
    before = state()
    for name in OF_AN_OPPORTUNITY:
        assert client.post(at(name, mine.institution, theirs.pk), answers(reason="x")).status_code in (404, 405)
    assert state() == before


def test_forged_fields_change_nothing(client, mine):
    one, other = draft_of(mine), InstitutionFactory()
    forged = {
        "status": "published", "institution": other.pk, "slug": "taken", "published_at": "2020-01-01", "is_sample": "on",
        "made_by": "1", "uid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "is_trusted": "on", "revision": "99",
    }  # fmt: skip
    client.post(at("panel-edit", mine.institution, one.pk), answers() | forged)
    after = TrainingOpportunity.objects.get(pk=one.pk)
    assert (after.status, after.institution, after.slug, after.published_at, after.is_sample, after.uid) == (
        "draft", mine.institution, "", None, False, one.uid,
    )  # fmt: skip
    assert (after.made_by_id, after.revision) == (one.made_by_id, 1)
    mine.refresh_from_db()
    assert not mine.is_trusted


def test_what_one_colleague_types_another_does_not_see(client, mine):
    one = draft_of(mine)
    client.post(reverse("accounts:keep-draft", args=["opportunity", one.pk]), {"title": "Typed by me"})
    colleague = Client()
    colleague.force_login(RepresentationFactory(institution=mine.institution, is_manager=False).user)
    assert "Typed by me" not in colleague.get(at("panel-edit", mine.institution, one.pk)).content.decode()


def test_the_panel_promises_trust_to_those_alone_who_can_earn_it(client, mine):
    promise = "after the first three it no longer does"
    panel = at("panel", mine.institution)
    assert promise in client.get(panel).text
    mine.trust(UserFactory())
    assert promise not in client.get(panel).text
    mine.stop_trusting("Complaints.", UserFactory())
    assert promise not in client.get(panel).text
    assert "SESRIC looks at what you publish before it is public." in client.get(panel).text
