"""Loaded before Django's settings (`-p tests.environment`): the environment of the tests, and servers where none are given."""

import atexit
import os
import signal
import sys
import tempfile
from contextlib import ExitStack

import pytest

from tests.tables import Tables

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("PORTAL_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost")
os.environ.setdefault("VAR_DIR", tempfile.gettempdir() + "/portal-tests")

if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
    from sesric_portal.embedded import environment  # only where no real servers are given

    _servers = ExitStack()
    _folder = _servers.enter_context(tempfile.TemporaryDirectory(prefix="portal-"))
    os.chmod(_folder, 0o755)  # noqa: S103  PostgreSQL's own account has to reach its folder in it
    os.environ |= _servers.enter_context(environment(_folder, durable=False))
    atexit.register(_servers.close)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # else a run that is stopped leaves its servers behind

_tables = pytest.StashKey[Tables]()


def pytest_xdist_setupnodes(config):
    """Before the processes of a run with several of them."""
    tables = config.stash[_tables] = Tables()
    tables.begin()


def pytest_unconfigure(config):
    if _tables in config.stash:
        config.stash[_tables].drop()
