"""Staff decide on memberships and opportunities through the models' verbs, with rows of who and why."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils.timezone import localdate, now

from notifications.matching import announce
from notifications.models import Announcement, Letter
from tests.factories import (
    CountryFactory,
    MembershipFactory,
    OpportunityFactory,
    ProposedRewriteFactory,
    RepresentationFactory,
    SectorFactory,
)
from trop.models import TrainingOpportunity


def address(row, page, *args):
    return reverse(f"admin:trop_{row._meta.model_name}_{page}", args=args)


def step(client, row, decision, words=""):
    response = client.post(address(row, decision, row.pk), {"reason": words}, follow=True)
    row.refresh_from_db()
    return response


def buttons(client, row):
    tools = client.get(address(row, "change", row.pk)).context["tools"]
    return [url.split("/")[-2] for _label, url in tools if "/audience/" not in url]


def listed(client, row, **query):
    return list(client.get(address(row, "changelist"), query).context["cl"].result_list)


def test_the_queue_comes_first_the_longest_waiting_at_its_head(client, editor):
    member = MembershipFactory()
    late = MembershipFactory(status="applied")
    early = MembershipFactory(status="applied", waiting_since=now() - timedelta(days=3))
    assert listed(client, member) == [early, late, member]
    assert listed(client, member, waits="yes") == [early, late]
    assert listed(client, member, waits="no") == [member]
    assert "3 days" in client.get(address(member, "changelist")).text


def test_the_first_page_tells_what_waits(client, editor):
    MembershipFactory(status="applied")
    OpportunityFactory.create_batch(2, status="waiting")
    waits = {queue.url: queue.count for queue in client.get(reverse("admin:index")).context["queues"]}
    assert waits["/admin/trop/membership/?waits=yes"] == 1
    assert waits["/admin/trop/trainingopportunity/?waits=yes"] == 2


def test_deciding_on_a_membership(client, editor):
    membership = MembershipFactory(status="applied", institution=RepresentationFactory().institution)
    assert buttons(client, membership) == ["approved", "declined"]
    step(client, membership, "approved", "Welcome.")
    review = membership.reviews.get()
    assert (membership.status, review.by, review.reason) == ("approved", editor, "Welcome.")
    assert Letter.objects.count() == 1
    assert LogEntry.objects.get().get_change_message() == "Approve"
    assert buttons(client, membership) == ["trusted", "ended"]
    step(client, membership, "trusted")
    assert membership.is_trusted
    assert buttons(client, membership) == ["trust-taken", "ended"]
    step(client, membership, "trust-taken", "Complaints.")
    assert not membership.is_trusted
    step(client, membership, "ended", "Never answers.")
    assert (membership.status, buttons(client, membership)) == ("ended", [])


@pytest.mark.parametrize("decision", ["declined", "ended", "trust-taken"])
def test_a_step_that_needs_words_asks_for_them(client, editor, decision):
    fields = {"declined": {"status": "applied"}, "trust-taken": {"is_trusted": True}}.get(decision, {})
    membership = MembershipFactory(**fields)
    before = membership.status
    response = step(client, membership, decision, " ")
    assert (response.status_code, membership.status) == (400, before)
    assert not membership.reviews.exists()


def test_a_second_reviewer_is_told(client, editor):
    membership = MembershipFactory()
    response = step(client, membership, "approved")
    assert ["decided in the meantime" in str(message) for message in response.context["messages"]] == [True]
    assert not LogEntry.objects.exists()


def test_many_are_approved_at_once_and_what_cannot_be_is_told(client, editor):
    waiting, member = MembershipFactory(status="applied"), MembershipFactory()
    data = {"action": "approve", "_selected_action": [waiting.pk, member.pk]}
    response = client.post(address(member, "changelist"), data, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told[1:] == ["1 was approved."]
    assert told[0].startswith(f"{member}: This has been decided")
    waiting.refresh_from_db()
    assert waiting.status == "approved"


def test_one_that_was_deleted_meanwhile_is_named_and_does_not_stop_the_others(client, editor):
    rows = [OpportunityFactory(status="waiting", title=title) for title in ("Gone", "Still there")]
    TrainingOpportunity.objects.filter(pk=rows[0].pk).delete()  # after the rows were read
    request = client.get(address(rows[1], "changelist")).wsgi_request
    assert admin.site.get_model_admin(TrainingOpportunity).approve_each(request, rows) == 1
    assert [str(message).partition(":")[0] for message in get_messages(request)] == ["Gone"]
    rows[1].refresh_from_db()
    assert rows[1].is_public


def test_reviewing_an_opportunity(client, editor):
    one = OpportunityFactory(status="waiting")
    assert buttons(client, one) == ["approved", "returned", "withdrawn"]
    step(client, one, "returned", "Which pumps?")
    assert (one.status, one.last_question) == ("draft", "Which pumps?")
    assert buttons(client, one) == []
    again = OpportunityFactory(status="waiting")
    step(client, again, "approved")
    assert again.is_public
    step(client, again, "withdrawn", "Complaints.")
    assert (again.status, again.reviews.first().role) == ("withdrawn", "centre")


def test_what_is_incomplete_cannot_be_approved(client, editor):
    one = OpportunityFactory(status="waiting", sectors=[])
    response = step(client, one, "approved")
    assert "still missing: sectors" in response.text
    assert one.status == "waiting"


def test_the_centre_takes_no_step_of_the_institution(client, editor):
    one = OpportunityFactory()
    for decision in ("closed", "published", "archived"):
        client.post(address(one, "approved", one.pk).replace("approved", decision), {"reason": "x"})
    one.refresh_from_db()
    assert one.status == "published"


def correct(client, one, **facts):
    """Send the form of an opportunity as it is shown, but for `facts`."""
    form = client.get(address(one, "change", one.pk)).context["adminform"].form
    assert "status" not in form.fields
    data = {name: form.initial.get(name) or "" for name in form.fields} | {
        **{name: [each.pk for each in getattr(one, name).all()] for name in one.LINKED},
        "covered": one.covered, "reviews-TOTAL_FORMS": "0", "reviews-INITIAL_FORMS": "0",
    }  # fmt: skip
    response = client.post(address(one, "change", one.pk), data | facts)
    one.refresh_from_db()
    return response


def test_facts_can_be_corrected_states_cannot(client, editor):
    one = OpportunityFactory(sectors=[SectorFactory()])
    response = correct(client, one, title="Corrected", status="draft", covered=["meals"], open_to=[CountryFactory().pk])
    assert response.status_code == 302, response.context["errors"]
    assert (one.title, one.status, one.covered, one.revision, one.open_to.count()) == (
        "Corrected", "published", ["meals"], 1, 1,
    )  # fmt: skip
    history = client.get(address(one, "history", one.pk)).text
    assert "Corrected" in history
    assert "Meals" in history


def test_a_correction_leaves_a_row_and_is_told(client, editor):
    person = RepresentationFactory(user__language="fr")
    one = OpportunityFactory(institution=MembershipFactory(institution=person.institution).institution)
    announce(one.NEWS, one.pk)
    first_day = one.starts_on + timedelta(days=1)
    correct(client, one, starts_on=first_day, ends_on=first_day + timedelta(days=4))
    assert [(each.decision, each.role, each.by) for each in one.reviews.all()] == [("corrected", "centre", editor)]
    assert [each.occasion for each in Announcement.objects.order_by("pk")] == ["appeared", "moved"]
    [letter] = Letter.objects.filter(recipients=[person.user.email])
    assert one.title in letter.subject
    assert f"/fr/trop/panel/{one.institution.slug}/{one.pk}/" in letter.text
    assert letter.text.count("\n- ") == 2, "the first and the last day"


def test_saving_what_did_not_change_does_nothing(client, editor):
    one = OpportunityFactory(institution=RepresentationFactory().institution)
    response = correct(client, one)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert (one.revision, one.reviews.count(), Letter.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("status", ["published", "closed", "waiting"])
@pytest.mark.parametrize(("name", "empty", "told"), [("sectors", [], "sectors"), ("summary", "", "what it teaches")])
def test_what_is_no_draft_stays_complete(client, editor, status, name, empty, told):
    one = OpportunityFactory(institution=RepresentationFactory().institution, status=status)
    response = correct(client, one, title="Typed anew", **{name: empty})
    errors = response.context["adminform"].form.non_field_errors()
    assert [str(error).startswith(f"This is still missing: {told}") for error in errors] == [True]
    assert "Typed anew" in response.text
    assert (one.title != "Typed anew", one.sectors.count(), one.revision, Letter.objects.count()) == (True, 1, 0, 0)


def test_a_draft_may_lack_something_and_what_is_past_may_be_corrected(client, editor):
    draft = OpportunityFactory(status="draft", slug="")
    assert correct(client, draft, sectors=[], level="").status_code == 302
    assert (draft.sectors.count(), draft.level) == (0, "")
    over = OpportunityFactory(apply_by=localdate() - timedelta(days=3))
    assert correct(client, over, title="Right at last").status_code == 302
    assert over.title == "Right at last"
    refused = correct(client, over, apply_by=localdate() - timedelta(days=1))
    told = refused.context["adminform"].form.non_field_errors()
    assert list(told) == ["The last day to apply is over: set a later one."]


def test_a_correction_undoes_no_step_taken_meanwhile(db):
    one = OpportunityFactory()
    stale = TrainingOpportunity.objects.get(pk=one.pk)
    one.close(None)
    stale.correct(None, {"title": "Corrected"})
    one.refresh_from_db()
    assert (one.status, one.title) == ("closed", "Corrected")


def test_search_and_filters(client, editor):
    one = OpportunityFactory(title="Entretien des pompes à eau")
    draft = OpportunityFactory(title="Other", status="draft", slug="", starts_on=None, ends_on=None)
    assert listed(client, one, q="pompe") == [one]
    assert listed(client, one, open="yes") == [one]
    assert listed(client, one, open="no") == [draft]
    assert listed(client, one, status__exact="draft") == [draft]


@pytest.mark.parametrize("factory", [MembershipFactory, OpportunityFactory])
def test_export(client, editor, factory):
    row = factory()
    fields = {"resource": "0", "format": "0"}
    page = client.get(address(row, "export"))
    fields |= {name: "on" for name in page.context["form"].fields if name not in ("resource", "format", "export_items")}
    response = client.post(address(row, "export"), fields)
    assert row.institution.slug in response.content.decode("utf-8-sig")


def test_nothing_is_added_here_and_editors_delete_nothing(client, editor):
    one = OpportunityFactory()
    for row in (one, one.institution.trop_membership):
        assert client.get(address(row, "add")).status_code == 403
        assert client.post(address(row, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_who_only_looks_takes_no_step(client, sign_in):
    user = sign_in(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_trainingopportunity"))
    one = OpportunityFactory(status="waiting")
    assert buttons(client, one) == []
    assert client.post(address(one, "approved", one.pk), {"reason": ""}).status_code == 403
    assert TrainingOpportunity.objects.get().status == "waiting"


def test_the_page_leads_to_the_site_only_while_it_is_public(client, editor):
    public = OpportunityFactory(slug="seen")
    hidden = OpportunityFactory(status="withdrawn", slug="hidden")
    assert public.get_absolute_url() in client.get(address(public, "change", public.pk)).text
    assert hidden.get_absolute_url() not in client.get(address(hidden, "change", hidden.pk)).text


def test_no_address_of_an_account_is_shown(client, editor):
    person = RepresentationFactory(user__email="nameless@example.org").user
    one = OpportunityFactory(status="waiting", made_by=person)
    one.take_back(person)
    assert "nameless@example.org" not in client.get(address(one, "change", one.pk)).text


def test_changes_of_what_is_published_are_decided_on(client, superuser):
    change, refused = (
        ProposedRewriteFactory(facts={"title": f"New <b>{name}</b>", "seats": 7}) for name in ("one", "two")
    )
    ProposedRewriteFactory(decided_at=now())
    listed = reverse("admin:trop_proposedrewrite_changelist")
    waiting = client.get(listed, {"waits": "yes"})
    assert set(waiting.context["cl"].queryset) == {change, refused}
    page = client.get(reverse("admin:trop_proposedrewrite_change", args=[change.pk])).text
    assert '<ins dir="auto">New &lt;b&gt;one&lt;/b&gt;</ins>' in page
    client.post(reverse("admin:trop_proposedrewrite_accept", args=[change.pk]), {})
    refuse = reverse("admin:trop_proposedrewrite_refuse", args=[refused.pk])
    assert client.post(refuse, {"reason": ""}).status_code == 400
    client.post(refuse, {"reason": "No."})
    for each in (change, refused):
        each.refresh_from_db()
        each.opportunity.refresh_from_db()
    assert (change.was_accepted, change.opportunity.title, change.opportunity.seats) == (True, "New <b>one</b>", 7)
    assert (refused.was_accepted, refused.opportunity.title == "New <b>two</b>") == (False, False)
    assert refused.opportunity.reviews.first().reason == "No."
