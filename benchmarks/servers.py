"""A benchmark's own PostgreSQL and Valkey, in a folder that goes with them."""

import os
import socket
import tempfile
from contextlib import contextmanager

from sesric_portal.embedded import environment


@contextmanager
def own_servers(**more):
    """Start both, put them and what the portal needs to be measured into the environment (with `more`), and yield the folder."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  PostgreSQL's own account has to reach its folder in it
        with environment(folder, durable=False) as servers:
            os.environ |= servers | {
                "DJANGO_SETTINGS_MODULE": "sesric_portal.settings", "SECRET_KEY": "benchmark", "ALLOWED_HOSTS": "testserver",
                "PORTAL_URL": "http://testserver", "VAR_DIR": folder, "LOG_LEVEL": "ERROR",
            } | more  # fmt: skip
            yield folder


def free_port():
    """A port of this machine on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
