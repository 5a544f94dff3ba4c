"""What a start of the demo makes ready: tables, static files, the real data and the samples."""

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def prepare():
    """Bring the database to the present code; on the first start load the data. Gives the sample sign-ins."""
    django.setup()
    from sesric_portal.demo import samples  # noqa: PLC0415  models can be imported only after the set-up

    if _changed("tables", "*/migrations/*.py", "requirements.txt"):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    if _changed("static", "static/**/*", "requirements.txt"):
        call_command("collectstatic", interactive=False, verbosity=0)
    if _changed("data", "data/*.csv"):
        print("Loading the data …", flush=True)
        call_command("load_data", settings.BASE_DIR / "data", verbosity=0)
    return samples.make()


def _changed(name, *patterns):
    """Whether the files that match have changed since the last start that asked; a start takes seconds because of this."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file():
                digest.update(str(path).encode() + path.read_bytes())
    mark = Path(settings.VAR_DIR) / f"{name}.done"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return False
    mark.write_text(digest.hexdigest())
    return True
