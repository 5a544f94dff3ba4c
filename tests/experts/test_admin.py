"""The Centre reviews experts: a queue, a page for each step, figures for each roster."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from experts.models import Expert
from notifications.models import Letter
from partners.applications import Decision, Status
from tests.factories import ExpertFactory


@pytest.fixture
def applied(db):
    return ExpertFactory(name="Applied Expert", status=Status.APPLIED, waiting_since=now(), purposes=["kept"])


def at(name, expert):
    return reverse(f"admin:experts_expert_{name}", args=[expert.pk])


def test_an_editor_lists_who_applied(client, editor, applied):
    assert "Experts to review" in client.get(reverse("admin:index")).content.decode()
    assert "Applied Expert" in client.get(reverse("admin:experts_expert_changelist")).content.decode()
    assert at("approve", applied) in client.get(at("change", applied)).content.decode()
    asked = client.get(at("approve", applied)).text
    assert ("Applied Expert" in asked, 'value="List"' in asked) == (True, True)
    applied.refresh_from_db()
    assert applied.status == Status.APPLIED  # asking decides nothing
    assert client.post(at("approve", applied), {"reason": "Welcome."}).status_code == 302
    applied.refresh_from_db()
    assert applied.status == Status.LISTED
    assert [(each.decision, each.by, each.reason) for each in applied.reviews.all()] == [
        (Decision.APPROVED, editor, "Welcome.")
    ]
    assert Letter.objects.to(applied.user.email).count() == 1
    again = client.post(at("approve", applied), {"reason": ""}, follow=True)
    assert again.redirect_chain == [(at("change", applied), 302)]
    assert str([*again.context["messages"]][-1]) == (
        "Applied Expert: This has been decided in the meantime. Its state is now: Listed."
    )
    assert applied.reviews.count() == 1


@pytest.mark.parametrize(("step", "status"), [("return", Status.RETURNED), ("decline", Status.DECLINED)])
def test_a_question_and_a_refusal_say_why(client, editor, applied, step, status):
    assert client.post(at(step, applied), {"reason": " "}).status_code == 400
    client.post(at(step, applied), {"reason": "Because."})
    applied.refresh_from_db()
    assert (applied.status, applied.reviews.get().reason) == (status, "Because.")


def test_who_is_not_kept_is_not_shown_to_staff_either(client, editor, applied):
    applied.take_back("kept")
    assert "Applied Expert" not in client.get(reverse("admin:experts_expert_changelist")).content.decode()
    assert client.get(at("change", applied)).status_code == 302
    assert client.post(at("approve", applied), {}).status_code == 404
    assert Expert.objects.get().status == Status.APPLIED


def test_what_an_expert_says_is_theirs_to_change(client, superuser, applied):
    assert client.post(at("change", applied), {"name": "Another"}).status_code == 403
    assert client.post(at("delete", applied), {"post": "yes"}).status_code == 403
    assert Expert.objects.get().name == "Applied Expert"


def test_the_log_names_nobody(client, editor, applied):
    from django.contrib.admin.models import LogEntry  # noqa: PLC0415  only here

    client.post(at("approve", applied), {"reason": ""})
    assert "Applied" not in LogEntry.objects.get().object_repr


def test_rosters_count_who_is_listed(client, editor):
    ExpertFactory(gender="female")
    ExpertFactory(gender="male", renewed_at="2020-01-01T00:00Z")
    ExpertFactory(gender="male", purposes=[])
    row = client.get(reverse("admin:experts_roster_changelist")).context["cl"].queryset.get(slug="environment-water")
    assert (row.n_listed, row.n_women, row.n_men, row.n_lapsed) == (2, 1, 1, 1)
