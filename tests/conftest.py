"""What every test may use."""

import pytest
from django.core.management import call_command


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def real_data(db):
    """The data set that a fresh portal starts with."""
    call_command("load_data", "data", verbosity=0)
