"""`manage.py load_data` with 100,000 events: seconds and memory for telling the faults, for loading, and for loading again.

script/bench loading

The rows are the real ones again and again, each with a number at its title; in the first file one of every hundred is damaged.
Each run is a process of its own, Python's start included; beside the seconds on the clock stand those of the processor, which
what else the machine does disturbs less. PostgreSQL's own memory and work are not in them.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from benchmarks.servers import own_servers

ROOT = Path(__file__).resolve().parent.parent
EVENTS = int(os.environ.get("BENCH_EVENTS", "100000"))
DAMAGED = 100  # one of so many rows
DAMAGES = [
    ("country", "Atlantis"), ("start_date", "2011-02-30"), ("participants", "many"), ("kind", "party"), ("title", ""),
    ("provider_institution", "Nobody"), ("source_url", "javascript:alert(1)"), ("city", "Atlantis"),
]  # fmt: skip


def copies(number):
    """Give the header of the real events and `number` rows made of them; what must be unique has a number or is left out."""
    with (ROOT / "data" / "events.csv").open(encoding="utf-8", newline="") as file:
        header, *real = csv.reader(file)
    place = {name: column for column, name in enumerate(header)}
    rows = []
    for n, cells in enumerate(islice(cycle(real), number)):
        row = list(cells)
        row[place["title"]] = f"{cells[place['title']]} {n}"[-300:]
        for name in ("series", "number", "legacy_ids"):
            row[place[name]] = ""
        rows.append(row)
    return header, rows


def damaged(header, rows):
    """Give the rows with one wrong cell in every hundredth."""
    wrong = dict(zip(range(0, len(rows), DAMAGED), cycle(DAMAGES), strict=False))
    found = []
    for n, row in enumerate(rows):
        column, value = wrong.get(n, (None, None))
        found.append([value if name == column else cell for name, cell in zip(header, row, strict=True)])
    return found


def folder_with(parent, name, header, rows):
    """Make a copy of the real data with these events, and give its path."""
    folder = Path(shutil.copytree(ROOT / "data", Path(parent) / name))
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return folder


def run(*arguments):
    """Run a management command; give its exit code, its lines, seconds on the clock and of the processor, and megabytes."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", *map(str, arguments)], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().splitlines()
    return process.returncode, lines, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def report(what, expected, folder):
    """Load a folder and print what it took, and the line that says what became of it; stop if that is not as `expected`."""
    code, lines, seconds, processor, megabytes = run("load_data", folder)
    print(
        f"{what:<20} {seconds:6.1f} s, {processor:6.1f} s of the processor, {megabytes:5.0f} MB   {lines[-1]}",
        flush=True,
    )
    if code != expected:
        raise SystemExit("\n".join(lines[-20:]))


def main():
    with own_servers() as folder:
        header, rows = copies(EVENTS)
        wrong = folder_with(folder, "damaged", header, damaged(header, rows))
        right = folder_with(folder, "right", header, rows)
        code, lines, *_rest = run("migrate", "--verbosity", "0")
        if code:
            raise SystemExit("\n".join(lines[-20:]))
        print(
            f"{EVENTS:,} events; before the start the machine's load was {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
        )
        report("telling the faults", 1, wrong)
        report("loading", 0, right)
        report("loading again", 0, right)


if __name__ == "__main__":
    main()
