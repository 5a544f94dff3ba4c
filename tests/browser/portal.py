"""The portal as in production, for a browser: granian, compressed files, no DEBUG, the real data, the samples."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from sesric_portal.demo import letters
from tests.tables import beside, server, template

ROOT = Path(__file__).resolve().parent.parent.parent

DELIVER = "import django; django.setup(); from notifications.tasks import deliver_letters; deliver_letters()"
PASSWORD = "sample pass phrase"  # of the sample accounts
PREPARE = """
import os
from sesric_portal.demo.preparation import database_at, prepare
prepare(os.environ["VAR_DIR"], database_at(os.environ["DATABASE_URL"]))
"""
GRANIAN = ["sesric_portal.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1", "--log-level", "error"]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _database(name):
    """Make a database without data beside the one of DATABASE_URL, and yield its URL."""
    with server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template()}"')
        yield beside(name)
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _answers(url):
    try:
        with urlopen(url, timeout=5):  # noqa: S310  our own server
            return True
    except HTTPError:
        raise
    except OSError:
        return False


def _environ(port, folder):
    inherited = {key: value for key, value in os.environ.items() if key not in {"DEBUG", "PYTEST_CURRENT_TEST"}}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "sesric_portal.settings",
        "PYTHONPATH": str(ROOT),
        "DEMO": "1",
        "SECRET_KEY": "of these tests only",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PORTAL_URL": f"http://localhost:{port}",
        "VAR_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_FILE_PATH": str(folder / "letters"),
        "LETTER_BACKEND": "sesric_portal.demo.letters.EmailBackend",
        "TRUSTED_PROXY_COUNT": "1",
        "LOG_LEVEL": "WARNING",
    }


class Portal:
    """A running portal."""

    def __init__(self, url, environ):
        self.url = url
        self.environ = environ

    def letter_to(self, address):
        """Post what waits, as a worker does, and give the text of the last letter to an address."""
        subprocess.run([sys.executable, "-c", DELIVER], cwd=ROOT, env=self.environ, check=True, capture_output=True)  # noqa: S603
        for letter in map(letters.read, letters.files(self.environ["EMAIL_FILE_PATH"])):
            if letter["to"] == address:
                return letter["text"]
        raise AssertionError(f"No letter to {address}.")

    def read(self, path):
        with urlopen(self.url + path, timeout=30) as answer:  # noqa: S310  our own server
            return answer.read().decode()

    def first_event(self, query, *, sample=False):
        """Give the path of the first event of a filtered list."""
        paths = re.findall(r'row-title"><a href="([^"]+)"', self.read(f"/events/?{query}"))
        return next(path for path in paths if ("/sample-" in path) is sample)

    def first_institution(self):
        return re.search(r'row-title"><a href="([^"]+)"', self.read("/partners/search/"))[1]

    def first_expert(self):
        return re.search(r'row-title"><a href="([^"]+)"', self.read("/experts/search/"))[1]

    def programme_without_events(self):
        paths = re.findall(r'row-title"><a href="(/programmes/[^"]+)"', self.read("/programmes/"))
        return next(path for path in paths if 'class="years"' not in self.read(path))


@contextmanager
def portal(folder, name):
    """Run the portal with its files in `folder` on a database called `name`."""
    port = _free_port()
    with _database(name) as database_url:
        environ = _environ(port, folder) | {"DATABASE_URL": database_url}
        subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environ, check=True, capture_output=True)  # noqa: S603
        command = [sys.executable, "-m", "granian", *GRANIAN, "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environ)  # noqa: S603
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 60
            while not _answers(f"{url}/health/live"):
                assert time.monotonic() < deadline, "The portal did not answer within a minute."
                time.sleep(0.1)
            yield Portal(url, environ)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
