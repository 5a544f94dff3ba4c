"""The demo says in one line why it cannot start, and stops what it started and nothing else."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg2
import pytest
from django.core.mail import EmailMessage, get_connection
from django.db import connection

from sesric_portal.demo import letters
from sesric_portal.demo.preparation import changed, database_at
from sesric_portal.embedded import CannotStart, valkey
from tests.factories import UserFactory
from tests.processes import ROOT

pytestmark = pytest.mark.long

PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
NOT_COPIED = shutil.ignore_patterns(".*", "var", "staticfiles", "__pycache__", "tests", "docs")


def environ(**more):
    """No database and no broker of these tests, no settings of theirs."""
    return {"PATH": PATH, "HOME": "/nonexistent", "LANG": "C.UTF-8"} | more


@pytest.fixture
def folder():
    """A folder that others may read, which those of pytest are not: PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103
        yield Path(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


port = pytest.fixture(free_port, name="port")
port2 = pytest.fixture(free_port, name="port2")


def refused(*command, cwd=ROOT, env=None, **more):
    """Run what must not start; give its exit code and the lines it wrote as errors."""
    done = subprocess.run(  # noqa: S603
        command, cwd=cwd, env=env or environ(), capture_output=True, text=True, timeout=60, check=False, **more
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def demo(*arguments, cwd=ROOT):
    return refused(sys.executable, "-m", "sesric_portal.demo", *arguments, cwd=cwd)


def test_a_taken_port(demo_folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        line = f"Port {taken} is taken: stop what uses it, or choose another with --port {taken + 1}."
        assert demo("--port", str(taken), cwd=demo_folder) == (1, [line])


@pytest.mark.parametrize("wrong", ["0", "65536", "abc", "-1", "", "9" * 5000, "٨٠٠٠", "80 "])
def test_a_bad_port(wrong):
    line = f"script/demo: argument --port: takes a number from 1 to 65535, not “{wrong}” (--help tells what it takes)"
    assert demo(f"--port={wrong}") == (2, [line])


def test_an_unknown_option():
    line = "script/demo: unrecognized arguments: --rest (--help tells what it takes)"
    assert demo("--rest") == (2, [line])


def scripts(folder):
    shutil.copytree(ROOT / "script", folder / "script")
    return folder


def test_a_folder_that_cannot_be_written_to(folder):
    scripts(folder).chmod(0o555)
    nobody = pwd.getpwnam("nobody")
    someone = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    line = (
        f"The folder {folder} cannot be written to: move the project to a folder of yours, or change its permissions."
    )
    assert refused("sh", "script/demo", cwd=folder, **someone) == (1, [line])


def python_that(folder, does):
    wrapper = folder / "python"
    wrapper.write_text(f'#!/bin/sh\n{does}\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def test_a_python_without_venv(folder):
    python = python_that(scripts(folder), 'case "$*" in *ensurepip*) exit 1;; esac')
    line = "Python’s venv module is missing: install it (Debian and Ubuntu: apt install python3-venv) and try again."
    assert refused("sh", "script/demo", cwd=folder, env=environ(PYTHON=python)) == (1, [line])


def test_a_python_that_is_too_old(folder):
    """None is found that will do: the folder of programs has what the script needs and only an old Python."""
    for program in ("sh", "dirname"):
        (folder / program).symlink_to(shutil.which(program))
    python_that(scripts(folder), "exit 1")
    line = "Python 3.11 or later is needed: install it, or say where it is with PYTHON=/path/to/python3."
    found = refused("sh", "script/demo", cwd=folder, env=environ(PATH=str(folder), PYTHON=str(folder / "python")))
    assert found == (1, [line])


def processes_of(folder):
    """The command lines of all processes that were told of `folder`, name it or work in it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            known = command + (process / "environ").read_bytes() + os.readlink(process / "cwd").encode()
            if str(folder).encode() in known:
                found[int(process.name)] = command.replace(b"\0", b" ").decode()
        except OSError:  # it has ended, or is not ours
            continue
    return found


@pytest.fixture(scope="module")
def demo_folder():
    """A copy of the project, whose data stay from one start to the next."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103
        project = Path(folder) / "project"
        shutil.copytree(ROOT, project, ignore=NOT_COPIED)
        yield project


@contextmanager
def started(project, port, *options):
    """Run the demo and yield its process once it says that it is ready; stop it."""
    command = [sys.executable, "-m", "sesric_portal.demo", "--port", str(port), *options]
    running = subprocess.Popen(  # noqa: S603
        command, cwd=project, env=environ(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        for line in running.stdout:
            if line.startswith("Ctrl-C stops"):
                break
        yield running
    finally:
        running.terminate()
        running.wait(120)
        running.stdout.close()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_it_stops_what_it_started_and_nothing_else(demo_folder, port, stop):
    project = demo_folder
    bystander = subprocess.Popen(["sleep", "300"], start_new_session=True)  # noqa: S607
    try:
        with started(project, port) as running:
            with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10) as response:
                assert response.status == 200
            commands = "\n".join(processes_of(project).values())
            for part in ("postgres", "valkey-server", "granian", "celery -A sesric_portal worker", " beat "):
                assert part in commands
            running.send_signal(stop)
            assert running.wait(120) == 0
            assert left_of(project) == {}
            assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def left_of(project):
    """What is still running of a project a few seconds after it was stopped."""
    until = time.monotonic() + 5
    while (left := processes_of(project)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


@pytest.mark.parametrize("everything", [True, False], ids=["everything", "only-the-demo-itself"])
def test_what_was_killed_does_not_keep_the_next_from_starting(demo_folder, port, everything):
    with started(demo_folder, port) as running:
        killed = [*processes_of(demo_folder)] if everything else [running.pid]
        for pid in killed:
            with suppress(ProcessLookupError):  # it ended with the one before it
                os.kill(pid, signal.SIGKILL)
        running.wait(10)
        assert left_of(demo_folder) == {} or not everything
    with started(demo_folder, port):
        assert "SESRIC" in page(port, "/about/")
        commands = list(processes_of(demo_folder).values())
        assert [sum(part in command for command in commands) for part in ("valkey-server", " beat ")] == [1, 1]
    assert left_of(demo_folder) == {}


def test_a_number_that_is_another_process_by_now_is_left_alone(demo_folder, port):
    bystander = subprocess.Popen(["sleep", "300"], start_new_session=True)  # noqa: S607
    numbers = demo_folder / "var" / "demo"
    try:
        with started(demo_folder, port):
            pass
        for file in ("postgres/postmaster.pid", "valkey/valkey.pid"):
            (numbers / file).write_text(f"{bystander.pid}\n")
        (numbers / "processes").write_text(f"{bystander.pid} granian\n{bystander.pid} celery\nx y\n")
        with started(demo_folder, port):
            assert "SESRIC" in page(port, "/about/")
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def page(port, path):
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return response.read().decode()


def database_of(project):
    """The address of the embedded database, as the running web server was told it."""
    [pid, *_others] = [pid for pid, command in processes_of(project).items() if "granian" in command]
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(each.partition("=")[::2] for each in variables)["DATABASE_URL"]


def test_the_data_stays_for_the_next_start_until_a_reset_and_a_second_demo_touches_nothing(demo_folder, port, port2):
    with started(demo_folder, port) as running:
        with (
            closing(psycopg2.connect(database_of(demo_folder))) as database,
            database,
            database.cursor() as cursor,
        ):
            cursor.execute("UPDATE programmes_page SET title_en = 'Written before the stop' WHERE slug = 'about'")
        line = (
            f"A demo already runs from {demo_folder} (port {port}, process {running.pid}): "
            "use that one, or stop it first with Ctrl-C."
        )
        assert demo(f"--port={port2}", cwd=demo_folder) == (1, [line])
        assert demo(f"--port={port2}", "--reset", cwd=demo_folder) == (1, [line])
        assert "Written before the stop" in page(port, "/about/")
    with started(demo_folder, port):
        assert "Written before the stop" in page(port, "/about/")
    with started(demo_folder, port, "--reset"):
        assert "Written before the stop" not in page(port, "/about/")


@pytest.mark.parametrize("part", ["pg_ctl", "valkey-server", "granian", "initdb", "--single"])
def test_stopped_while_it_starts_it_leaves_nothing_running(demo_folder, port, part):
    """As soon as that part is seen; with `initdb`, and the server it starts with `--single`, everything begins anew."""
    anew = ["--reset"] if part in ("initdb", "--single") else []
    command = [sys.executable, "-m", "sesric_portal.demo", "--port", str(port), *anew]
    running = subprocess.Popen(  # noqa: S603
        command, cwd=demo_folder, env=environ(), stdout=subprocess.DEVNULL, start_new_session=True
    )
    while running.poll() is None and not any(part in each for each in processes_of(demo_folder).values()):
        time.sleep(0.005)
    running.send_signal(signal.SIGINT if part == "--single" else signal.SIGTERM)
    assert running.wait(120) == 0
    assert processes_of(demo_folder) == {}


def test_a_broker_that_cannot_save_is_stopped_too(folder):
    """It will not go by itself then."""
    with valkey(folder / "valkey"):
        number = int((folder / "valkey" / "valkey.pid").read_text())
        shutil.rmtree(folder / "valkey")
    assert not Path(f"/proc/{number}").exists()


def address_of(name):
    """The DATABASE_URL of another database on the server of these tests."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def tests_own(transactional_db):
    return address_of(connection.settings_dict["NAME"])


def test_what_is_in_the_database_is_made_anew_in_another(tests_own, tmp_path):
    one, other = database_at(tests_own), database_at(address_of("postgres"))
    assert (one, other) == (database_at(tests_own), database_at(address_of("postgres")))
    assert sorted(changed(tmp_path, one)) == ["data", "static", "tables"]
    for name, mark in changed(tmp_path, one).items():
        (tmp_path / f"{name}.done").write_text(mark)
    assert changed(tmp_path, one) == {}
    assert sorted(changed(tmp_path, other)) == ["data", "tables"]


def test_a_database_with_accounts_that_are_no_samples_is_refused(tests_own):
    UserFactory(email="admin@example.org", is_staff=True, is_superuser=True)
    with pytest.raises(CannotStart, match="holds accounts that are no samples: the demo would add an administrator"):
        database_at(tests_own)


def test_accounts_made_in_a_demo_do_not_keep_it_from_starting(tests_own):
    database_at(tests_own)  # nobody is there yet
    UserFactory(is_sample=True, is_superuser=True)
    UserFactory()
    assert database_at(tests_own)


def test_a_database_that_does_not_answer_is_told_in_one_line():
    with pytest.raises(CannotStart, match="^DATABASE_URL leads to no database: .*no-such.*$"):
        database_at(address_of("no-such"))


def test_every_letter_of_a_trial_is_a_file_of_its_own(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "letters")
    for number in range(20):  # connections that follow each other within a second
        mail = get_connection("sesric_portal.demo.letters.EmailBackend")
        message = EmailMessage("Subject: ç", f"Text {number}.", "portal@example.org", ["one@example.org"])
        assert mail.send_messages([message]) == 1
    written = [letters.read(path) for path in letters.files(settings.EMAIL_FILE_PATH)]
    assert [letter["text"].strip() for letter in written] == [f"Text {number}." for number in reversed(range(20))]
    assert {(letter["subject"], letter["to"]) for letter in written} == {("Subject: ç", "one@example.org")}
    assert not list((tmp_path / "letters").glob("*.part"))
