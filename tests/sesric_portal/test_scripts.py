"""`script/test` and `.ci/run` run every check whatever the ones before said, and fail if any of them did."""

import os
import shutil
import subprocess

import pytest

from tests.processes import ROOT

# Stands for every program the checks are made of: says that it ran, and fails where its command line begins with $FAILS.
STUB = """#!/bin/sh
ran="${0##*/} $*"
echo "ran $ran"
case "$ran" in pytest*) echo "browser tests: ${BROWSER_TESTS:-as they can}"; echo "=== closing line ===";; esac
case "$ran" in "$FAILS"*) exit 1;; esac
"""
CHECKS = [
    "ruff format",
    "ruff check",
    "djade --check",
    "lint-imports",
    "python -m sesric_portal.translations check",
    "python -m tests.run makemigrations --check",
    "pytest",
]


@pytest.fixture
def project(tmp_path):
    """A folder with the scripts, whose virtual environment has only stubs in it."""
    for folder in ("script", ".ci"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "ruff", "djade", "lint-imports", "pytest", "sudo", "apt-get"):
        (programs / name).write_text(STUB)
        (programs / name).chmod(0o755)
    checksum = subprocess.run(["cksum"], input="", capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
    (tmp_path / ".venv" / "installed").write_text(checksum)
    return tmp_path


def run(project, *command, fails):
    """Run a script in the project; give its exit code and the lines it wrote."""
    environ = {"PATH": f"{os.environ['PATH']}:{project / '.venv' / 'bin'}", "HOME": "/nonexistent", "FAILS": fails}
    done = subprocess.run(  # noqa: S603
        command, cwd=project, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.splitlines()


def checks_in(lines):
    return [check for check in CHECKS if any(line.startswith(f"ran {check}") for line in lines)]


def test_all_checks_are_run_and_pass(project):
    code, lines = run(project, "script/test", "-q", fails="nothing")
    assert (code, checks_in(lines), lines[-1]) == (0, CHECKS, "=== closing line ===")
    assert any(line.startswith("ran pytest") and line.endswith(" -q") for line in lines)


@pytest.mark.parametrize("fails", CHECKS)
def test_one_that_fails_fails_the_whole_and_stops_nothing(project, fails):
    code, lines = run(project, "script/test", fails=fails)
    assert (code, checks_in(lines), lines[-1]) == (1, CHECKS, "=== closing line ===")


@pytest.mark.parametrize(("fails", "code"), [("nothing", 0), ("lint-imports", 1), ("pytest", 1)])
def test_ci_runs_the_same_and_requires_the_browser(project, fails, code):
    ended, lines = run(project, ".ci/run", fails=fails)
    assert (ended, checks_in(lines), lines[-2:]) == (code, CHECKS, ["browser tests: required", "=== closing line ==="])
