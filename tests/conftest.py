"""What every test may use."""

from collections import Counter
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from tests.factories import UserFactory
from tests.tables import template


def pytest_collection_modifyitems(config, items):
    """Order what several processes share out: a long test begun as the last would keep one at work while the others are done."""
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(map(_scope, items))
    long = {_scope(item) for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (_scope(item) not in long, -sizes[_scope(item)]))


def _scope(item):
    """What `--dist loadscope` gives to one process as a whole: a class, or the functions of a module."""
    return item.nodeid.rpartition("::")[0]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """After what pytest-django does here, which gives each process a name of its own."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template()


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _static_folder(settings):
    """Whitenoise warns where it is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _letters_are_rows(settings):
    """pytest-django puts its own mail backend in place of the portal's."""
    settings.EMAIL_BACKEND = "notifications.letters.LetterBackend"


@pytest.fixture(autouse=True)
def _group_of_editors(request):
    """Make the group again that the migrations made, where a transactional test before this one emptied all tables."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
        if not Group.objects.exists():
            schema = SimpleNamespace(connection=connection)
            import_module("accounts.migrations.0002_editors").make_group(apps, schema)
            import_module("accounts.migrations.0005_editors_review").let_review(apps, schema)
            import_module("partners.migrations.0005_notices").grant(apps, schema)
            import_module("trop.migrations.0002_editors").give(apps, schema)
            import_module("trop.migrations.0005_editors_decide_on_changes").give(apps, schema)
            import_module("partners.migrations.0008_review_routing").begin(apps, schema)
            import_module("experts.migrations.0002_rosters").open_rosters(apps, schema)
            import_module("experts.migrations.0003_editors").let_review(apps, schema)
            import_module("experts.migrations.0010_proposed_names").let_decide(apps, schema)
            import_module("programmes.migrations.0005_proposals").grant(apps, schema)
            import_module("events.migrations.0006_editors").let_mark(apps, schema)


@pytest.fixture
def real_data(db):
    """The data set that a fresh portal starts with."""
    call_command("load_data", "data", verbosity=0)


@pytest.fixture
def sign_in(client, db):
    """Sign somebody in who has a second factor: `sign_in(is_staff=True)`, `sign_in(group="Editors")`."""

    def sign_in(group=None, **fields):
        user = UserFactory(**fields)
        if group:
            user.groups.add(Group.objects.get(name=group))
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not shown"})
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def superuser(sign_in):
    return sign_in(is_staff=True, is_superuser=True)


@pytest.fixture
def editor(sign_in):
    return sign_in(is_staff=True, group="Editors")


@pytest.fixture(autouse=True)
def _english():
    """A request leaves its language behind in the thread; the next test begins anew."""
    translation.deactivate()
