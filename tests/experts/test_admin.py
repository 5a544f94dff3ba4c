"""The Centre reviews experts: a queue, a page for each step, figures for each roster."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils.timezone import now
from pytest_django.asserts import assertContains, assertNotContains

from experts.models import Expert, Export
from notifications.models import Letter
from partners.applications import Decision, Status
from tests.factories import ApartFactory, CountryFactory, EngagementFactory, ExpertFactory, RosterFactory, SectorFactory


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


def test_reviewers_read_all_that_the_application_says(client, editor, applied):
    """What was done, for whom and where, the days on which the expert is free, what the Centre arranged; under the name."""
    applied.assignments.create(
        what="Sample course", year=2019, country=CountryFactory(name_en="Sampleland"), client="A"
    )
    applied.periods.create(starts_on=date(2091, 3, 1), until=date(2091, 3, 31))
    applied.periods.create(starts_on=date(2020, 3, 1), until=date(2020, 3, 31))
    applied.references.create(name="Sample Referee", email="referee@example.org")
    held = EngagementFactory(
        expert=applied, status="delivered", rating=4, rating_words="Wombat.", event__title_en="Sample event",
        event__starts_on=date(2020, 3, 3), event__ends_on=date(2020, 3, 6),
    )  # fmt: skip
    applied.return_with("Which school?", editor)
    applied.send_again(applied.user)
    shown = re.sub("</?bdi>", "", client.get(at("change", applied)).text)
    held_at = reverse("admin:events_engagement_change", args=[held.pk])
    for line in (
        "Sample course · 2019 · Sampleland · A", "1–31 March 2091", "Sample Referee · not answered yet",
        f'<a href="{held_at}">Sample event</a> · 3–6 March 2020 · Delivered · Rating: 4 · Wombat.',
        "SESRIC · Which school?", "Corrected and sent again · the expert",
    ):  # fmt: skip
        assert line in shown
    assert "March 2020</div>" not in shown  # is over
    assert str(applied) not in shown  # a number, which names nobody
    for step in ("return", "decline", "merge_choose"):
        assert str(applied) not in client.get(at(step, applied)).text


def test_what_was_exported_is_told_in_words(client, superuser, db):
    Export.objects.create(by=superuser, form="csv", columns=["name", "days_per_year", "note", "gone_by_now"], count=1)
    page = reverse("admin:experts_export_changelist")
    assert "name, days a year, note, gone_by_now" in client.get(page).text
    shown = client.get(f"/ar{page}").text
    assert ("days_per_year" in shown, "أيام في السنة" in shown) == (False, True)


def test_the_form_of_a_roster_is_in_the_language_of_the_page(client, superuser, db):
    shown = client.get("/ar" + reverse("admin:experts_roster_add")).text
    heads = re.findall(r"<th[^>]*>\s*(.*?)\s*<", shown.split("sectors-group")[1], re.S)
    assert heads[1] == "القطاع"


def test_all_that_moves_by_a_merge_has_a_name_of_its_own(client, superuser, db):
    one, other, third = ExpertFactory.create_batch(3, purposes=["kept"])
    ApartFactory(one=other, other=third)
    page = reverse("admin:experts_expert_merge", args=[one.pk, other.pk])
    assert "Pairs told apart" in client.get(page).text
    assert "paires de personnes distinctes" in client.get(f"/fr{page}").text.lower()


@pytest.mark.parametrize(("step", "status"), [("return", Status.RETURNED), ("decline", Status.DECLINED)])
def test_a_question_and_a_refusal_say_why(client, editor, applied, step, status):
    assert client.post(at(step, applied), {"reason": " "}).status_code == 400
    client.post(at(step, applied), {"reason": "Because."})
    applied.refresh_from_db()
    assert (applied.status, applied.reviews.get().reason) == (status, "Because.")


@pytest.mark.parametrize("step", ["return", "decline"])
def test_whoever_asks_or_declines_is_told_not_to_quote_references(client, editor, applied, step):
    hint = "they were promised that only the Centre reads their words"
    assert hint in client.get(at(step, applied)).text
    assert hint not in client.get(reverse("admin:experts_expert_changelist")).text


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
    ExpertFactory(gender="female", rosters=[RosterFactory(slug="tvet")])
    page = client.get(reverse("admin:experts_roster_changelist")).text
    columns = "".join(rf'.*?<td class="field-{name}">(\d+)<' for name in ("listed", "women", "men", "lapsed"))
    cells = rf'href="/admin/experts/roster/(\d+)/change/{columns}'
    counts = {int(pk): tuple(numbers) for pk, *numbers in re.findall(cells, page, re.DOTALL)}
    assert counts[RosterFactory().pk] == ("2", "1", "1", "1")
    assert counts[RosterFactory(slug="tvet").pk] == ("1", "1", "0", "0")
    assertContains(client.get("/ar" + reverse("admin:experts_roster_changelist")), '<td class="field-listed">٢</td>')


def test_the_list_offers_what_some_expert_in_it_has(client, editor):
    """What only those have who are not kept would tell of them."""
    shown, hidden, unused = (SectorFactory(name_en=f"{each} sector") for each in ("Shown", "Hidden", "Unused"))
    ExpertFactory(nationality=CountryFactory(name_en="Shownland"), sectors=[shown])
    ExpertFactory()  # there is no choice of one
    ExpertFactory(nationality=CountryFactory(name_en="Hiddenland"), sectors=[hidden], purposes=[])
    CountryFactory(name_en="Unusedland")
    page = client.get(reverse("admin:experts_expert_changelist"))
    offered = {
        str(choice["display"])
        for spec in page.context["cl"].filter_specs
        for choice in spec.choices(page.context["cl"])
    }
    assert {"Shown sector", "Shownland"} <= offered
    assert not offered & {"-", "Hidden sector", "Unused sector", "Hiddenland", "Unusedland"}
    found = client.get(reverse("admin:experts_expert_changelist"), {"sectors__id__exact": shown.pk})
    assert [each.sectors.get() for each in found.context["cl"].result_list] == [shown]


def test_the_list_is_read_page_by_page_in_its_order(client, editor, monkeypatch):
    """Whoever has waited longest comes first, then whoever was recorded last; each once, on several rosters too."""
    monkeypatch.setattr(site.get_model_admin(Expert), "list_per_page", 2)
    waiting = [ExpertFactory(status=Status.APPLIED, waiting_since=now() - timedelta(days=n)) for n in (9, 3)]
    both = [RosterFactory(), RosterFactory(slug="tvet")]
    listed = [ExpertFactory(rosters=both, created_at=now() - timedelta(days=n)) for n in (1, 2, 3)]
    address = reverse("admin:experts_expert_changelist")
    shown = [client.get(address, {"p": number}).context["cl"].result_list for number in (1, 2, 3)]
    assert [list(each) for each in shown] == [waiting, listed[:2], listed[2:]]
    of_roster = {"memberships__roster__id__exact": both[0].pk, "status__exact": "listed"}
    pages = [client.get(address, of_roster | {"p": number}).context["cl"] for number in (1, 2)]
    assert [each for page in pages for each in page.result_list] == listed
    assert {page.result_count for page in pages} == {3}


def test_whoever_left_all_rosters_is_found_by_that(client, editor):
    left, stayed = ExpertFactory(name="Left Expert", rosters=[]), ExpertFactory(name="Stayed Expert")
    for answer, expert, other in (("no", left, stayed), ("yes", stayed, left)):
        page = client.get(reverse("admin:experts_expert_changelist"), {"on-a-roster": answer})
        assertContains(page, expert.name)
        assertNotContains(page, other.name)
