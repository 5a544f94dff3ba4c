"""Staff review applications: the queue, each step at an address of its own, and many approved at once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.models import User
from notifications.models import Letter
from partners.applications import Decision, Role, Status
from partners.models import Institution, Review
from tests.factories import InstitutionFactory, RepresentationFactory
from tests.partners.office import address, application, said, take
from tests.racing import race
from tests.sesric_portal.test_admin import FORBIDDEN

# Each step: from which state to which, what it asks, and the row it leaves.
STEPS = {
    "approve": (Status.APPLIED, Status.LISTED, {"reason": ""}, Decision.APPROVED),
    "return": (Status.APPLIED, Status.RETURNED, {"reason": "Which city?"}, Decision.RETURNED),
    "decline": (Status.RETURNED, Status.DECLINED, {"reason": "Not a member state."}, Decision.DECLINED),
    "suspend": (Status.LISTED, Status.SUSPENDED, {"reason": "It closed."}, Decision.SUSPENDED),
    "reinstate": (Status.SUSPENDED, Status.LISTED, {"reason": ""}, Decision.REINSTATED),
    "verify": (Status.LISTED, Status.LISTED, {"until": "2100-01-31", "reason": ""}, Decision.VERIFIED),
    "confirm": (Status.LISTED, Status.LISTED, {"until": "2100-01-31", "reason": "Letter of 3 May"}, Decision.CONFIRMED),
}
NEEDS_REASON = ["return", "decline", "suspend", "confirm"]


def institution_in(status, **facts):
    institution = application(**facts)
    Institution.objects.filter(pk=institution.pk).update(
        status=status, waiting_since=now() if status == Status.APPLIED else None
    )
    institution.refresh_from_db()
    return institution


def waited(days, **facts):
    institution = application(**facts)
    Institution.objects.filter(pk=institution.pk).update(waiting_since=now() - timedelta(days=days, hours=1))
    return institution


# --- The queue --------------------------------------------------------------------------------------------------------


def queue(client):
    return client.get(address("changelist"), {"waits": "review"})


def test_the_queue_holds_what_waits_for_a_reviewer_the_longest_waiting_first(client, editor):
    young = waited(3, name_en="Academy")
    old = waited(12, name_en="Zentrum")
    institution_in(Status.RETURNED, name_en="Elsewhere")
    InstitutionFactory()
    response = queue(client)
    assert list(response.context["cl"].result_list) == [old, young]
    assert "12 days" in response.text
    assert "3 days" in response.text


def test_the_queue_shows_what_one_decides_by(client, editor):
    InstitutionFactory(name_en="Water Academy of Dakar", website="https://www.water.example.org/en")
    alike = waited(1, name_en="Other", website="https://water.example.org")
    waited(1, name_en="Nothing like it")
    response = queue(client)
    assert [each.looks_like for each in response.context["cl"].result_list if each.pk == alike.pk] == [True]
    assert response.text.count("perhaps: look") == 1
    assert alike.representations.get().user.email in response.text


def test_the_queue_asks_as_much_for_three_as_for_one(client, editor):
    waited(1, name_en="A")
    queue(client)
    with CaptureQueriesContext(connection) as one:
        queue(client)
    waited(2, name_en="B")
    waited(3, name_en="C")
    with CaptureQueriesContext(connection) as three:
        queue(client)
    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("waits", "wanted"),
    [
        ("review", "applied"),
        ("answer", "returned"),
        ("orphaned", "left"),
        ("unmanaged", "unmanaged"),
        ("unrepresented", "centre"),
        ("nonsense", None),
    ],
)
def test_what_waits_can_be_filtered(client, editor, waits, wanted):
    rows = {
        "applied": institution_in(Status.APPLIED, name_en="A"),
        "returned": institution_in(Status.RETURNED, name_en="B"),
        "left": institution_in(Status.LISTED, name_en="C"),
        "kept": institution_in(Status.LISTED, name_en="D"),
        "centre": InstitutionFactory(),
        "unmanaged": institution_in(Status.LISTED, name_en="E"),
    }
    RepresentationFactory(institution=rows["unmanaged"], is_manager=False)
    User.objects.filter(representations__in=rows["unmanaged"].representations.managing()).update(is_active=False)
    rows["left"].representations.update(ended_at=now(), is_manager=False)
    response = client.get(address("changelist"), {"waits": waits})
    assert set(response.context["cl"].result_list) == ({rows[wanted]} if wanted else set(rows.values()))


def test_the_first_page_says_what_waits(client, editor):
    application()
    queues = {str(each.label): (each.count, each.url) for each in client.get(reverse("admin:index")).context["queues"]}
    count, url = queues["Applications to review"]
    assert count == 1
    assert client.get(url).context["cl"].result_count == 1
    empty = [
        "Institutions that nobody represents any more", "Institutions whose people nobody manages",
        "Changes to decide on", "Requests to represent an institution",
        "Terms that end within 90 days", "Focal points not confirmed this year", "Requests to join TROP",
        "Training opportunities to review", "Experts to review",
        "Experts who may be recorded twice", "Experts of events that are over, to be marked",
        "Invited experts who have not answered", "Proposals of focal points",
        "Changes of training opportunities to decide on", "Names of experts to decide on",
    ]  # fmt: skip
    assert {label: queues[label][0] for label in empty} == dict.fromkeys(empty, 0)
    assert queues["Vacant seats of OIC-VET"][0] == 1  # that of the applicant's country, the only state there is
    assert set(queues) == {"Applications to review", "Vacant seats of OIC-VET", *empty}


def test_who_may_not_see_institutions_is_not_told_what_waits(client, sign_in):
    sign_in(is_staff=True)
    application()
    assert client.get(reverse("admin:index")).context["queues"] == []


# --- The steps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [{"group": "Editors"}, {"is_superuser": True}])
@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_an_address_and_leaves_a_row(client, sign_in, step, who):
    user = sign_in(is_staff=True, **who)
    before, after, answers, decision = STEPS[step]
    institution = institution_in(before)
    assert institution.name_en in client.get(address(step, institution.pk)).text
    institution.refresh_from_db()
    assert institution.status == before
    response = take(client, step, institution, **answers)
    assert len(said(response)) == 1
    institution.refresh_from_db()
    assert institution.status == after
    review = institution.reviews.first()
    assert (review.decision, review.by, review.role) == (decision, user, Role.CENTRE)
    assert review.reason == answers["reason"]
    assert LogEntry.objects.filter(object_id=str(institution.pk)).count() == 1
    assert (
        Letter.objects.filter(recipients=[institution.representations.get().user.email]).count() == 2
    )  # one of applying


@pytest.mark.parametrize("step", STEPS)
def test_who_may_only_look_takes_no_step(client, sign_in, step):
    before, _after, answers, _decision = STEPS[step]
    reader = sign_in(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_institution"))
    institution = institution_in(before)
    page = client.get(address("change", institution.pk))
    assert address(step, institution.pk) not in page.text
    assert client.get(address(step, institution.pk)).status_code == 403
    assert client.post(address(step, institution.pk), answers).status_code == 403
    institution.refresh_from_db()
    assert (institution.status, institution.reviews.count(), institution.rung.until) == (before, 1, None)


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_by_reading(client, editor, step):
    institution = institution_in(STEPS[step][0])
    client.get(address(step, institution.pk), {"reason": "forged", "until": "2100-01-01"})
    institution.refresh_from_db()
    assert (institution.status, institution.reviews.count()) == (STEPS[step][0], 1)


@pytest.mark.parametrize("step", NEEDS_REASON)
def test_a_reason_that_is_missing_is_asked_for(client, editor, step):
    before, _after, answers, _decision = STEPS[step]
    institution = institution_in(before)
    response = client.post(address(step, institution.pk), answers | {"reason": " "})
    assert response.status_code == 400
    assert "reason" in response.context["form"].errors
    assert institution.reviews.count() == 1


def test_a_day_that_is_over_is_refused_and_nothing_typed_is_lost(client, editor):
    institution = institution_in(Status.LISTED)
    over = str(localdate() - timedelta(days=1))
    response = client.post(address("verify", institution.pk), {"until": over, "reason": "Seen on a visit"})
    assert response.context["form"].errors == {"until": ["The day on which this ends is over."]}
    assert "Seen on a visit" in response.text


@pytest.mark.parametrize("step", STEPS)
def test_only_steps_that_fit_are_offered(client, editor, step):
    fitting = {name for name, (before, *_rest) in STEPS.items() if before == STEPS[step][0]} | {"verify", "confirm"}
    fitting |= {"decline"} if STEPS[step][0] == Status.APPLIED else set()
    institution = institution_in(STEPS[step][0])
    page = client.get(address("change", institution.pk)).text
    assert {name for name in STEPS if address(name, institution.pk) in page} == fitting


def test_a_declined_application_is_offered_no_step(client, editor):
    institution = institution_in(Status.DECLINED)
    assert client.get(address("change", institution.pk)).context["tools"] == []


def test_the_page_of_a_step_shows_the_application_what_looks_like_it_and_its_history(client, editor):
    institution = application(name_en="Water Academy", offers="Drilling of wells")
    twin = InstitutionFactory(name_en="Water Akademy", country=institution.country)
    elsewhere = InstitutionFactory(name_en="Water Academy")
    response = client.get(address("approve", institution.pk))
    assert response.context["alike"] == [twin]
    assert elsewhere.slug not in response.text
    for text in ("Drilling of wells", institution.representations.get().user.email, "Application sent"):
        assert text in response.text


def test_what_applicants_typed_is_shown_as_text(client, editor):
    institution = application(name_en="<script>alert(1)</script>", offers="<b>bold</b>")
    for page in ("approve", "change"):
        text = client.get(address(page, institution.pk)).text
        assert "<script>alert" not in text
        assert "<b>bold" not in text


def test_after_a_step_one_is_back_in_the_queue(client, editor):
    institution = application()
    query = "?_changelist_filters=waits%3Dreview"
    response = client.post(address("approve", institution.pk) + query, {"reason": ""})
    assert response.headers["Location"] == address("changelist") + "?waits=review"


def test_a_step_on_nothing_is_not_found(client, editor):
    assert client.get(address("approve", 999)).status_code == 404


# --- Nobody sets a state by hand --------------------------------------------------------------------------------------


FORM = {"name_en": "Renamed", "kind": "ministry", "written_in": "en", "_save": ""}


def inlines(institution):
    return {f"{name}-{count}_FORMS": 0 for name in ("representations", "reviews") for count in ("TOTAL", "INITIAL")} | {
        "country": institution.country_id
    }


def test_forged_fields_change_nothing(client, editor):
    institution = institution_in(Status.APPLIED)
    forged = {
        "status": "listed", "waiting_since": "", "verified_on": "2020-01-01", "verified_until": "2100-01-01",
        "confirmed_until": "2100-01-01", "slug": "forged", "is_sample": "on", "profile_confirmed_at": "2100-01-01",
        "representations-TOTAL_FORMS": 1, "representations-0-user": editor.pk, "representations-0-position": "Forged",
        "reviews-TOTAL_FORMS": 1, "reviews-0-decision": "approved",
    }  # fmt: skip
    before = Institution.objects.values().get(pk=institution.pk)
    response = client.post(address("change", institution.pk), FORM | inlines(institution) | forged)
    assert response.status_code == 302
    after = Institution.objects.values().get(pk=institution.pk)
    assert {name for name in after if after[name] != before[name]} == {
        "name_en", "kind", "search_key", "search_stems",
    }  # fmt: skip
    assert (institution.representations.count(), institution.reviews.count()) == (1, 1)


def test_saving_the_form_does_not_undo_a_step_that_was_taken_meanwhile(editor):
    """The row was read while the application waited; somebody approves it before what was typed is written."""
    institution = application()
    Institution.objects.get(pk=institution.pk).approve(editor)
    institution.name_en = "Renamed"
    form = SimpleNamespace(changed_data=["name_en"])
    admin.site._registry[Institution].save_model(None, institution, form, change=True)
    institution.refresh_from_db()
    assert (institution.name_en, institution.status) == ("Renamed", Status.LISTED)


def test_what_staff_add_is_listed_by_the_centre_with_a_row_and_an_address(client, editor):
    country = InstitutionFactory(slug="school-of-seas").country
    data = FORM | {"name_en": "School  of\nSeas", "country": country.pk, "slug": "", "status": "suspended"}
    assert client.post(address("add"), data).status_code == 302
    added = Institution.objects.get(name_en="School of Seas")
    assert (added.slug, added.status) == ("school-of-seas-2", Status.LISTED)
    assert [(each.decision, each.by) for each in added.reviews.all()] == [(Decision.APPROVED, editor)]


@pytest.mark.parametrize("slug", ["register", "map", "once-here"])
def test_an_address_that_leads_elsewhere_is_refused(client, editor, slug):
    institution = InstitutionFactory()
    institution.former_addresses.create(slug="once-here")
    response = client.post(address("add"), FORM | {"country": institution.country_id, "slug": slug})
    assert response.context["adminform"].form.errors == {"slug": ["This address leads to something else already."]}


# --- Two at once ------------------------------------------------------------------------------------------------------


def test_the_second_reviewer_is_told(client, editor):
    institution = application()
    client.get(address("decline", institution.pk))
    institution.approve(editor)
    response = take(client, "decline", institution, reason="Unknown to us")
    assert said(response) == [
        "Water Academy: This has been decided in the meantime. Its state is now: Listed.",
    ]
    assert response.redirect_chain == [(address("change", institution.pk), 302)]
    assert institution.reviews.first().decision == Decision.APPROVED


def test_who_opens_a_step_that_is_over_is_told(client, editor):
    institution = institution_in(Status.LISTED)
    response = client.get(address("approve", institution.pk), follow=True)
    assert said(response) == ["Water Academy: “Approve” is not possible at present."]


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_the_same_moment_one_decides(request):
    institution = application()
    users = [User.objects.create_superuser(f"reviewer{number}@example.org") for number in range(2)]
    one, other = (Institution.objects.get(pk=institution.pk) for _reviewer in range(2))
    told, done = race(lambda: one.approve(users[0]), lambda: other.decline("No", users[1]))
    assert done == "done"
    assert told.startswith("This has been decided in the meantime")
    institution.refresh_from_db()
    decided = {Status.LISTED: Decision.APPROVED, Status.DECLINED: Decision.DECLINED}[institution.status]
    assert [each.decision for each in institution.reviews.all()] == [decided, Decision.APPLIED]


# --- Many at once -----------------------------------------------------------------------------------------------------


def act(client, name, *rows):
    return client.post(
        address("changelist"), {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True
    )


def test_many_are_approved_and_what_cannot_be_is_told_by_name(client, editor):
    first, second = application(name_en="A"), application(name_en="B")
    listed, returned = InstitutionFactory(name_en="Listed one"), institution_in(Status.RETURNED, name_en="Returned one")
    response = act(client, "approve", first, second, listed, returned)
    assert said(response) == [
        "Listed one: This has been decided in the meantime. Its state is now: Listed.",
        "Returned one: This has been decided in the meantime. Its state is now: Returned with a question.",
        "2 applications were approved.",
    ]
    assert Review.objects.filter(decision=Decision.APPROVED, by=editor).count() == 2
    assert set(Institution.objects.listed()) == {first, second, listed}


def test_who_may_only_look_approves_nothing(client, sign_in):
    reader = sign_in(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_institution"))
    institution = application()
    act(client, "approve", institution)
    institution.refresh_from_db()
    assert institution.status == Status.APPLIED


# --- Languages, and what the pages hold -------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "direction"), [("", "ltr"), ("/fr", "ltr"), ("/ar", "rtl")])
def test_the_pages_answer_in_each_language_and_hold_nothing_inline(client, editor, prefix, direction):
    institution = application()
    RepresentationFactory(institution=institution, is_manager=False)
    twin = InstitutionFactory(name_en="Water Academie", country=institution.country)
    pages = [address(step, institution.pk) for step in ("approve", "return", "decline", "verify", "confirm", "change")]
    pages += [address("merge_choose", institution.pk), address("merge", twin.pk, institution.pk)]
    pages += [reverse("admin:index"), address("changelist") + "?waits=review"]
    for page in pages:
        response = client.get(prefix + page)
        assert (page, response.status_code) == (page, 200)
        assert f'dir="{direction}"' in response.text
        assert (page, FORBIDDEN.findall(response.content)) == (page, [])


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(db):
    institution = application()
    for step, (_before, _after, answers, _decision) in STEPS.items():
        response = Client().post(address(step, institution.pk), answers)
        assert response.headers["Location"].startswith("/admin/login/?next=")
    institution.refresh_from_db()
    assert institution.status == Status.APPLIED
