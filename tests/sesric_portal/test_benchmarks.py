"""The measurements start: a benchmark that fails to import measures nothing, and nobody would be told."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

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


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")))
def test_a_benchmark_can_be_started(name):
    done = run_python(f"import benchmarks.{name}; print('ready')", **DEVELOPMENT)
    assert done.stdout.strip() == "ready", done.stderr
