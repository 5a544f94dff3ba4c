"""What every test may use."""

from pathlib import Path

import pytest
from django.core.management import call_command


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


@pytest.fixture
def real_data(db):
    """The data set that a fresh portal starts with."""
    call_command("load_data", "data", verbosity=0)
