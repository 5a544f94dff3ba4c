"""The experiments in short; `script/faults` runs them in full. They break servers of their own, the embedded ones."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.long


def test_nothing_is_lost_whatever_breaks():
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short"], cwd=ROOT, env=environ, capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip
    assert (done.returncode, "NOT SO" in done.stdout) == (0, False), done.stdout + done.stderr
