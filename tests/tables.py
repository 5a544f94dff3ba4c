"""All tables made once in a run of several processes: each of them, and each browser's portal, begins with a copy."""

import os
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "TESTS_TEMPLATE"
LOCK = 7_226_327  # of PostgreSQL's advisory locks: held while the tables are being made


@contextmanager
def server():
    """A connection to the database of DATABASE_URL, for making others beside it."""
    with closing(psycopg2.connect(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def beside(name):
    """The DATABASE_URL of another database on the same server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def template():
    """Give the name of the database to copy, once it is whole; PostgreSQL's own where a process runs alone."""
    if VARIABLE in os.environ:
        with server() as cursor:
            cursor.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])  # let go with the connection
    return os.environ.get(VARIABLE, "template1")


class Tables:
    """The database to copy. It is made while the processes start and collect; one that asks for it sooner waits."""

    name = "test_tables"

    def begin(self):
        os.environ[VARIABLE] = self.name
        locked = threading.Event()
        self.maker = threading.Thread(target=self._make, args=[locked], daemon=True)
        self.maker.start()
        locked.wait()

    def _make(self, locked):
        try:
            with server() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')  # of a run that was killed
                cursor.execute(f'CREATE DATABASE "{self.name}"')
                locked.set()
                # Should it fail, so does each process that brings its copy up to date, and says why.
                subprocess.run(
                    [sys.executable, "-m", "tests.run", "migrate", "--verbosity", "0"],
                    cwd=ROOT, env=os.environ | {"DATABASE_URL": beside(self.name)}, capture_output=True, check=False,
                )  # fmt: skip
        finally:
            locked.set()

    def drop(self):
        self.maker.join()
        with server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
