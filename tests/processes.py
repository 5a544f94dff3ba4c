"""Python in a process of its own, with an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_python(code, **environment):
    """Run `code` in the folder of the project with only these variables set; give what it said."""
    needed = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "DJANGO_SETTINGS_MODULE": "sesric_portal.settings",
        "LOG_LEVEL": "ERROR",
    }
    given = {"REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", code],
        env=needed | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
