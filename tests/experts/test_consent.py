"""Consent: a row each time, the flags beside them, one click each way."""

import hashlib
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from accounts.models import Draft
from experts.models import Expert, Purpose
from experts.models.consent import FLAGS, WORDED_ON, WORDINGS
from experts.own_data import held_about
from partners.applications import Status
from tests.experts.helpers import FIRST_WORDING, TRUE, as_agreed_at_first, fill_in, lists, pdf
from tests.factories import ExpertFactory, FocalPointFactory, SecondFactorFactory, UserFactory
from tests.racing import overtaken


@pytest.fixture
def expert(client, db):
    one = ExpertFactory(purposes=["kept"])
    client.force_login(one.user)
    return one


def flags(expert):
    expert.refresh_from_db()
    return {purpose for purpose, flag in FLAGS.items() if getattr(expert, flag)}


# What was agreed to under a day stays as it was: who writes another sentence adds a day, and leaves these as they are.
AS_THEY_WERE = {date(2026, 11, 22): "daf08e2e27678ab1", date(2026, 11, 29): "56852e2ee6973f5b"}
AS_READ = {"wording": WORDED_ON.isoformat()}  # which the desk sends along with a click


def test_each_purpose_has_a_wording_and_a_flag():
    for wordings in WORDINGS.values():
        assert set(wordings) == set(FLAGS) == set(Purpose)
    assert {*FLAGS.values(), "is_for_focal_points"} == set(Expert.FLAGS)


def test_no_wording_changes_under_its_day():
    with override("en"):
        told = {day: " | ".join(str(wordings[each]) for each in Purpose) for day, wordings in WORDINGS.items()}
    assert {day: hashlib.sha256(text.encode()).hexdigest()[:16] for day, text in told.items()} == AS_THEY_WERE


def test_who_agreed_to_an_earlier_wording_reads_that_one(client, expert, monkeypatch):
    earlier = dict.fromkeys(Purpose, "I agree to what was asked in 2020.")
    monkeypatch.setitem(WORDINGS, date(2020, 1, 1), earlier)
    expert.consents.update(version=date(2021, 5, 5))
    page = client.get(reverse("experts:desk")).text
    assert (
        page.count("I agree to what was asked in 2020.") == 1
    )  # the others are not agreed to: they are asked as of today
    assert page.count(str(WORDINGS[WORDED_ON][Purpose.KEPT])) == 1  # which is offered beside it
    assert page.count("Kept by the Centre: the wording of today") == 1
    assert [each["wording"] for each in held_about(expert.user)["consents"]] == ["I agree to what was asked in 2020."]
    expert.consents.update(version=WORDED_ON)
    page = client.get(reverse("experts:desk")).text
    assert "asked in 2020" not in page
    assert "the wording of today" not in page


@pytest.mark.parametrize("wording", ["2020-01-01", "", "soon"])
def test_what_was_ticked_under_another_wording_does_not_count(client, db, wording):
    client.force_login(UserFactory())
    lists()
    step = reverse("experts:register-step", args=["consent"])
    posted = {"kept": "on", "public": "on", "wording": wording}
    assert client.post(step, posted).status_code == 400
    page = client.get(step).text
    assert f'value="{WORDED_ON.isoformat()}"' in page
    assert " checked" not in page
    fill_in(client)
    assert " checked" in client.get(step).text


@pytest.mark.parametrize("posted", [{}, {"wording": FIRST_WORDING.isoformat()}, {"wording": "soon"}])
def test_who_read_another_wording_on_the_desk_agrees_to_nothing(client, expert, posted):
    as_agreed_at_first(expert)
    assert client.get(reverse("experts:desk")).text.count(f'name="wording" value="{WORDED_ON.isoformat()}"') == 4
    page = client.post(reverse("experts:give-consent", args=["kept"]), posted, follow=True).text
    assert "The wording has changed in the meantime. Please read it and agree again." in page
    assert "Kept by the Centre: the wording of today" in page
    assert [each.version for each in expert.consents.all()] == [FIRST_WORDING]
    client.post(reverse("experts:give-consent", args=["kept"]), AS_READ)
    assert expert.consents.in_force().get().version == WORDED_ON


def test_the_latest_word_is_not_undone_by_what_was_begun_before(client, expert):
    """Ticked in the steps, then withdrawn on the desk, then the steps are sent."""
    lists()
    fill_in(client, "profile", consent={"public": "on", "partners": "on"})
    expert.agree_to("public")
    fill_in(client, "profile", consent={"public": "on", "partners": "on"})
    client.post(reverse("experts:withdraw-consent", args=["public"]))
    client.post(reverse("experts:profile-send"), TRUE)
    assert flags(expert) == {"kept"}
    fill_in(client, "profile", consent={"public": "on"})  # and what is ticked after that counts
    client.post(reverse("experts:profile-send"), TRUE)
    assert flags(expert) == {"kept", "public"}


def test_one_click_each_way(client, expert):
    client.post(reverse("experts:give-consent", args=["public"]), AS_READ)
    assert flags(expert) == {"kept", "public"}
    given = expert.consents.in_force().get(purpose="public")
    assert given.version == WORDED_ON
    client.post(reverse("experts:give-consent", args=["public"]), AS_READ)
    assert expert.consents.filter(purpose="public").count() == 1
    client.post(reverse("experts:withdraw-consent", args=["public"]))
    assert flags(expert) == {"kept"}
    given.refresh_from_db()
    assert given.withdrawn_at is not None
    client.post(reverse("experts:give-consent", args=["public"]), AS_READ)
    assert expert.consents.filter(purpose="public").count() == 2


def test_asking_changes_nothing(client, expert):
    for name in ("give-consent", "withdraw-consent"):
        assert client.get(reverse(f"experts:{name}", args=["kept"])).status_code == 405
        assert client.post(reverse(f"experts:{name}", args=["everything"])).status_code == 404
    assert flags(expert) == {"kept"}


def test_who_is_not_kept_is_used_for_nothing(client, expert):
    for purpose in Purpose:
        expert.agree_to(purpose)
    client.post(reverse("experts:withdraw-consent", args=["kept"]))
    assert flags(expert) == set()
    assert not expert.consents.in_force().exists()
    client.post(reverse("experts:give-consent", args=["public"]), AS_READ)
    assert flags(expert) == set()
    with pytest.raises(ValidationError):
        expert.agree_to("contacted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(is_public=True)


def test_nobody_else_can(client, expert):
    client.force_login(UserFactory())
    assert client.post(reverse("experts:withdraw-consent", args=["kept"])).status_code == 404
    assert flags(expert) == {"kept"}


def test_the_desk_shows_the_day_and_the_way_back(client, expert):
    page = client.get(reverse("experts:desk")).content.decode()
    assert reverse("experts:withdraw-consent", args=["kept"]) in page
    assert reverse("experts:give-consent", args=["public"]) in page
    assert "Agreed on" in page


def test_another_wording_is_agreed_to_anew_and_never_ticked_beforehand(client, expert):
    lists()
    fill_in(client, "profile", consent={"public": "on"})
    client.post(reverse("experts:profile-send"), TRUE)
    step = reverse("experts:profile-step", args=["consent"])
    assert client.get(step).text.count(" checked") == 2
    as_agreed_at_first(expert)
    assert client.get(step).text.count(" checked") == 1  # the public page, whose wording is the same
    assert client.post(reverse("experts:profile-send"), TRUE).headers["Location"] == step
    assert flags(expert) == {"kept", "public"}  # what was agreed to holds until they say something else
    fill_in(client, "profile", consent={"public": "on"})
    client.post(reverse("experts:profile-send"), TRUE)
    assert flags(expert) == {"kept", "public"}
    told = [
        (each.purpose, each.version, each.withdrawn_at is None) for each in expert.consents.order_by("purpose", "pk")
    ]
    assert told == [
        ("kept", FIRST_WORDING, False), ("kept", WORDED_ON, True), ("public", FIRST_WORDING, False),
        ("public", WORDED_ON, True),
    ]  # fmt: skip


def test_focal_points_of_all_states_find_who_agreed_to_that(client, expert):
    """Not who agreed before the wording named them, until they agree on the desk; nor who withdrew."""
    as_agreed_at_first(expert)
    point = Client()
    point.force_login(FocalPointFactory(user=SecondFactorFactory().user).user)
    own_state = Client()
    own_state.force_login(FocalPointFactory(user=SecondFactorFactory().user, country=expert.nationality).user)
    search = reverse("experts:search")
    page = reverse("experts:expert", args=[expert.rosters_in_order[0].slug, expert.key])

    def found():
        return [
            (reader.get(page).status_code, [*reader.get(search).context["filter"].qs[0:20]])
            for reader in (point, own_state)
        ]

    assert found() == [(404, []), (200, [expert])]
    assert "The national focal point of your country" in client.get(reverse("experts:preview", args=["partner"])).text
    client.post(reverse("experts:give-consent", args=["kept"]), AS_READ)
    assert found() == [(200, [expert]), (200, [expert])]
    assert "focal points of the member states" in client.get(reverse("experts:preview", args=["partner"])).text
    Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now())
    assert found() == [(404, []), (200, [])]  # an application is for the focal point of the own state
    Expert.objects.filter(pk=expert.pk).update(status=Status.LISTED, waiting_since=None)
    client.post(reverse("experts:withdraw-consent", args=["kept"]))
    assert found() == [(404, []), (404, [])]


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_meanwhile_agrees_to_nothing_and_stores_nothing(settings):
    """Neither is an error of the portal, and no file stays of somebody who is nobody."""
    for act in (lambda one: one.agree_to("kept"), lambda one: one.keep_cv(pdf())):
        expert = ExpertFactory(purposes=["kept"])
        stale = Expert.objects.get(pk=expert.pk)

        def told(act=act, stale=stale):
            with pytest.raises(ValidationError) as refused:
                act(stale)
            return refused.value.messages

        assert overtaken(told, by=expert.erase) == [
            "This has been decided in the meantime. Its state is now: Withdrawn."
        ]
        assert not expert.consents.exists()
        assert list(settings.MEDIA_ROOT.rglob("*")) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "act", [lambda one: one.take_back("public"), lambda one: one.agree_to("partners"), lambda one: one.erase()]
)
def test_a_profile_sent_from_another_tab_waits_for_nobody_who_waits_for_it(act):
    """Sending it locks what was written and then the record, in one order with all else."""
    expert = ExpertFactory(purposes=["kept", "public"])
    Draft.save_answers(expert.user, "expert", expert.pk, "consent", {"public": ["on"]})
    overtaken(
        lambda: act(Expert.objects.get(pk=expert.pk)) or "done",
        by=lambda: Draft.objects.select_for_update().get(),
        then=lambda: Expert.objects.select_for_update().get(pk=expert.pk),
    )
