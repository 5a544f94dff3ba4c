"""What a start of the demo makes ready: tables, static files, the real data and the samples."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = {
    "tables": ["*/migrations/*.py", "requirements.txt"],
    "static": ["static/**/*", "requirements.txt"],
    "data": ["data/*.csv"],
}  # the files from which each part is made: a start takes seconds because only what changed is made anew


def changed(folder):
    """Give the parts whose files have changed since the last start in a folder, each with the mark of its files."""
    marks = {name: _mark_of(patterns) for name, patterns in PARTS.items()}
    return {name: mark for name, mark in marks.items() if _stored(folder, name) != mark}


def prepare(folder):
    """Bring the database and the folder to the present code; on the first start load the data. Gives the sample sign-ins."""
    import django  # noqa: PLC0415  settings are read only when something is to be made

    django.setup()
    from sesric_portal.demo import samples  # noqa: PLC0415  models can be imported only after the set-up

    for name, mark in changed(folder).items():
        _make(name)
        _file(folder, name).write_text(mark)
    return samples.make()


def _make(part):
    from django.core.management import call_command  # noqa: PLC0415  as above

    if part == "tables":
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    elif part == "static":
        call_command("collectstatic", interactive=False, verbosity=0)
    elif part == "data":
        print("Loading the data …", flush=True)
        call_command("load_data", ROOT / "data", verbosity=0)


def _mark_of(patterns):
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def _file(folder, name):
    return Path(folder) / f"{name}.done"


def _stored(folder, name):
    file = _file(folder, name)
    return file.read_text() if file.exists() else None
