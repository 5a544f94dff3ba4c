"""Start everything a trial needs, and stop exactly that: servers, web server, worker and beat.

    python -m sesric_portal.demo [--port N] [--reset]

The data stays in `var/demo/` for the next start; `--reset` begins anew. One demo at a time runs from a folder.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sesric_portal.demo.preparation import changed, database_at, prepare
from sesric_portal.embedded import CannotStart, environment, stop_left_over, uninterrupted

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "var" / "demo"


class Arguments(argparse.ArgumentParser):
    """Says in one line what is wrong, as everything here does; `--help` tells the rest."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message} (--help tells what it takes)\n")


def port_number(text):
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 65535):
        raise argparse.ArgumentTypeError(f"takes a number from 1 to 65535, not “{text}”")
    return int(text)


def arguments():
    parser = Arguments(prog="script/demo", description="Runs the portal with its real data and a few samples.")
    parser.add_argument("--port", type=port_number, default=8000, help="where the portal answers (default: 8000)")
    parser.add_argument("--reset", action="store_true", help="forget what earlier starts left and begin anew")
    return parser.parse_args()


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(
                f"Port {port} needs the rights of root: choose one above 1023, such as --port 8000."
            ) from None
        except OSError:
            raise CannotStart(
                f"Port {port} is taken: stop what uses it, or choose another with --port {port + 1}."
            ) from None


@contextmanager
def only_demo(port):
    """Hold the lock of this folder, which the kernel gives back however this process ends.

    A second demo would stop the PostgreSQL of the first as a left-over, and `--reset` would delete its data. The lock stands beside
    the folder, not in it, so that it outlasts `--reset`.
    """
    lock = FOLDER.with_suffix(".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = lock.open("a+")
    except OSError:
        raise not_writable(lock) from None
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            which = lock.read_text() or "just starting"
            raise CannotStart(
                f"A demo already runs from {ROOT} ({which}): use that one, or stop it first with Ctrl-C."
            ) from None
        held.truncate(0)
        held.write(f"port {port}, process {os.getpid()}")
        held.flush()
        yield


def not_writable(path):
    return CannotStart(f"{path} cannot be written to: change its permissions or move the project.")


def prepare_folder(reset):
    try:
        if reset:
            shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "letters").mkdir(exist_ok=True)
        key = FOLDER / "secret-key"
        if not key.exists():
            key.write_text(secrets.token_urlsafe(50))
        return key.read_text()
    except OSError as error:
        raise not_writable(error.filename or FOLDER) from None


def settings_of(port, secret_key, servers):
    return {
        **os.environ,
        **servers,
        "DJANGO_SETTINGS_MODULE": "sesric_portal.settings",
        "DEMO": "1",
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PORTAL_URL": f"http://localhost:{port}",
        "VAR_DIR": str(FOLDER),
        "LETTER_BACKEND": "sesric_portal.demo.letters.EmailBackend",
        "EMAIL_FILE_PATH": str(FOLDER / "letters"),
        "LOG_LEVEL": "WARNING",
    }


class Processes:
    """The long-running parts, each in a session of its own so that Ctrl-C reaches only us; ended ones start again.

    Their numbers are written down: where the demo itself is killed, the next one stops what it left running.
    """

    NUMBERS = FOLDER / "processes"

    def __init__(self, commands, environ):
        self.commands, self.environ = commands, environ
        self.running = {}

    @classmethod
    def stop_left_over(cls):
        try:
            lines = cls.NUMBERS.read_text().splitlines()
        except OSError:
            return
        for line in lines:
            pid, _space, program = line.partition(" ")
            if pid.isascii() and pid.isdigit() and program:
                stop_left_over(int(pid), program, ROOT)
        cls.NUMBERS.unlink(missing_ok=True)

    def start(self, name):
        with (FOLDER / f"{name}.log").open("ab") as log, uninterrupted():
            self.running[name] = subprocess.Popen(  # noqa: S603
                self.commands[name],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            numbers = [f"{process.pid} {self.commands[each][0]}\n" for each, process in self.running.items()]
            self.NUMBERS.write_text("".join(numbers))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with uninterrupted():
            self.stop()

    def stop(self):
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.NUMBERS.unlink(missing_ok=True)

    def watch(self):
        """Wait for ever; start again what ended, and give up on what ends five times within a minute."""
        ends = []
        while True:
            time.sleep(1)
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    ends = [each for each in ends if time.monotonic() - each < 60] + [time.monotonic()]
                    if len(ends) > 5:
                        raise CannotStart(f"The {name} keeps ending: see {FOLDER / name}.log.")
                    print(f"The {name} ended (exit code {process.returncode}); starting it again.", flush=True)
                    self.start(name)


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    options = arguments()
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(only_demo(options.port))
        Processes.stop_left_over()
        check_port(options.port)
        secret_key = prepare_folder(options.reset)
        servers = stack.enter_context(environment(FOLDER, durable=True))
        database = database_at(servers.get("DATABASE_URL") or os.environ["DATABASE_URL"])
        environ = settings_of(options.port, secret_key, servers)
        os.environ.update(environ)

        commands = {
            "web": [
                "granian", "--interface", "wsgi", "--workers", "2",
                "--host", "127.0.0.1", "--port", str(options.port),
                "--blocking-threads", "64", "--backpressure", "128",  # each thread keeps a connection to the database
                "--respawn-failed-workers", "--workers-kill-timeout", "5", "sesric_portal.wsgi:application",
            ],
            "worker": ["celery", "-A", "sesric_portal", "worker", "--concurrency", "1", "--loglevel", "WARNING"],
            "beat": ["celery", "-A", "sesric_portal", "beat", "--loglevel", "WARNING", "--schedule", str(FOLDER / "beat")],
        }  # fmt: skip
        processes = stack.enter_context(Processes(commands, environ))
        # The web server starts before the rest, which a reader does not wait for; beside the preparation if that is nothing.
        if not (first := changed(FOLDER, database)):
            processes.start("web")
        sign_ins = prepare(FOLDER, database)
        if first:
            processes.start("web")
        while not answers(options.port):
            if processes.running["web"].poll() is not None:
                raise CannotStart(f"The web server did not start: see {FOLDER / 'web'}.log.")
            time.sleep(0.05)
        for name in ("worker", "beat"):
            processes.start(name)
        url = environ["PORTAL_URL"]
        print(
            f"\nThe portal answers after {time.monotonic() - began:.1f} seconds:\n\n    {url}/    {url}/fr/    {url}/ar/\n"
        )
        print("Sample sign-ins; staff are asked for a code as well, which the demo page shows:\n")
        for role, email, password in sign_ins:
            print(f"    {role:<22} {email:<28} {password}")
        print(
            f"\nLetters the portal sends, and the codes: {url}/demo/\nCtrl-C stops everything that was started here.\n",
            flush=True,
        )
        processes.watch()


if __name__ == "__main__":
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # shells have it ignored in what they start in the background
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    try:
        main()
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        print("\nStopped.")
