"""The measurements start: a benchmark that fails to import measures nothing, and nobody would be told."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import experts, notifications, partners
from experts.models import Expert
from notifications.models import Interest
from partners.models import Institution
from tests.factories import CityFactory, EventFactory
from tests.processes import run_python

DEVELOPMENT = {"DEBUG": "true", "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal"}
FOLDER = Path(settings.BASE_DIR) / "benchmarks"
LIST = """
from benchmarks.reference.wsgi import application
from django.test import Client
print(Client().get("/").content.decode())
"""


@pytest.mark.django_db(transaction=True)
def test_what_the_portal_is_measured_against_lists_its_events():
    EventFactory(title_en="Survey sampling", city=CityFactory(name_en="Tunis"))
    bare = {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])
        ._replace(path="/" + connection.settings_dict["NAME"])
        .geturl(),
        "DJANGO_SETTINGS_MODULE": "benchmarks.reference.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    done = run_python(LIST, **DEVELOPMENT | bare)
    assert "Survey sampling</a>" in done.stdout, done.stderr
    assert "Tunis" in done.stdout


def test_benchmarks_can_be_started():
    """Each is imported by a process of its own before any settings are read."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    done = run_python(f"import {', '.join(f'benchmarks.{name}' for name in names)}; print('ready')", **DEVELOPMENT)
    assert done.stdout.strip() == "ready", done.stderr


def test_the_rows_that_are_measured_can_still_be_written(real_data):
    """They are written past the models: a column more is met here, not after an hour of measuring."""
    before = Institution.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(notifications.FILL, {"interests": 200})
        cursor.execute(partners.FILL % {"number": 30})
        cursor.execute(experts.FILL % {"number": 20})
    assert Interest.objects.count() > 150
    assert Institution.objects.listed().count() == before + 30
    assert Expert.objects.count() == 20
