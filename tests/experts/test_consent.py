"""Consent: a row each time, the flags beside them, one click each way."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from experts.models import Expert, Purpose
from experts.models.consent import FLAGS, WORDED_ON, WORDINGS
from tests.factories import ExpertFactory, UserFactory


@pytest.fixture
def expert(client, db):
    one = ExpertFactory(purposes=["kept"])
    client.force_login(one.user)
    return one


def flags(expert):
    expert.refresh_from_db()
    return {purpose for purpose, flag in FLAGS.items() if getattr(expert, flag)}


def test_each_purpose_has_a_wording_and_a_flag():
    assert set(WORDINGS) == set(FLAGS) == set(Purpose)
    assert set(FLAGS.values()) == set(Expert.FLAGS)


def test_one_click_each_way(client, expert):
    client.post(reverse("experts:give-consent", args=["public"]))
    assert flags(expert) == {"kept", "public"}
    given = expert.consents.in_force().get(purpose="public")
    assert given.version == WORDED_ON
    client.post(reverse("experts:give-consent", args=["public"]))
    assert expert.consents.filter(purpose="public").count() == 1
    client.post(reverse("experts:withdraw-consent", args=["public"]))
    assert flags(expert) == {"kept"}
    given.refresh_from_db()
    assert given.withdrawn_at is not None
    client.post(reverse("experts:give-consent", args=["public"]))
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
    client.post(reverse("experts:give-consent", args=["public"]))
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
