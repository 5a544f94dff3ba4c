"""Staff keep accounts; secrets stay hidden, and only superusers hand out powers."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.models import User
from tests.factories import UserFactory


def change(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


@pytest.fixture
def clerk(sign_in):
    """Staff who may change accounts but are no superuser."""
    user = sign_in(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"]))
    return user


FORM = {
    "language": "fr",
    "time_zone": "Africa/Dakar",
    "is_active": "on",
    **{
        f"{name}-{count}_FORMS": 0
        for name in ("emailaddress_set", "authenticator_set")
        for count in ("TOTAL", "INITIAL")
    },
}


def test_an_account_is_added_by_its_address(client, superuser):
    password = "a long enough password"
    data = FORM | {"email": "New@Example.org", "usable_password": "true", "password1": password, "password2": password}
    response = client.post(reverse("admin:accounts_user_add"), data)
    assert response.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert user.check_password(password)
    assertContains(client.get(change(user)), "new@example.org")


@pytest.mark.parametrize("term", ["samia", "SAMIA@example", "Sâmia"])
def test_search(client, superuser, term):
    samia = UserFactory(email="samia@example.org", name="Samia")
    response = client.get(reverse("admin:accounts_user_changelist"), {"q": term})
    assert list(response.context["cl"].queryset) == [samia]


def test_secrets_of_second_factors_are_not_shown(client, superuser):
    response = client.get(change(superuser))
    assert str(Authenticator.Type.TOTP.label) in response.text
    assert "not shown" not in response.text
    assert Authenticator not in admin.site._registry


def test_only_a_superuser_makes_superusers(client, clerk):
    client.post(change(clerk), FORM | {"email": clerk.email, "is_staff": "on", "is_superuser": "on"})
    clerk.refresh_from_db()
    assert (clerk.language, clerk.is_staff, clerk.is_superuser) == ("fr", True, False)


def test_a_superuser_is_out_of_reach_of_others(client, clerk):
    above = UserFactory(is_superuser=True)
    password = {"usable_password": "true", "password1": "another long password", "password2": "another long password"}
    assert client.post(change(above), FORM | {"email": "mine@example.org"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[above.pk]), password).status_code == 403
    assert client.post(reverse("admin:accounts_user_delete", args=[above.pk]), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [above.pk], "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), data)
    assert User.objects.filter(pk=above.pk, email=above.email).exists()


def test_there_is_no_export_of_accounts(client, superuser):
    assert client.get(reverse("admin:accounts_user_changelist") + "export/").status_code in (302, 404)
    assert not hasattr(admin.site._registry[User], "export_action")


def test_editors_are_there_after_migrating(db):
    editors = Group.objects.get(name="Editors")
    codenames = set(editors.permissions.values_list("codename", flat=True))
    assert {
        "add_event",
        "change_event",
        "view_event",
        "change_theme",
        "change_page",
        "delete_eventdocument",
    } <= codenames
    assert {name for name in codenames if name.startswith("delete_")} == {
        "delete_programmedocument", "delete_seat", "delete_participation", "delete_eventdocument",
        "delete_formeraddress",
    }  # fmt: skip
    assert not {name for name in codenames if name.endswith(("_user", "_group", "_letter"))}


def test_the_permissions_of_editors_are_those_that_django_knows(db):
    """None was misspelt: each belongs to a model, and Django would name it so."""
    for permission in Group.objects.get(name="Editors").permissions.select_related("content_type"):
        act, _model = permission.codename.split("_")
        model = permission.content_type.model_class()
        assert permission.name == f"Can {act} {model._meta.verbose_name_raw}"
