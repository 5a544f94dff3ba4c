"""What a start of the demo makes ready: tables, static files, the real data and the samples."""

import hashlib
from contextlib import closing
from pathlib import Path

import environ
import psycopg2

from sesric_portal.embedded import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = {
    "tables": ["*/migrations/*.py", "requirements.txt"],
    "static": ["static/**/*", "requirements.txt"],
    "data": ["data/*.csv"],
}  # the files from which each part is made: a start takes seconds because only what changed is made anew
IN_DATABASE = ["tables", "data"]
# Which one: that of a cluster made once, and a number that no other database of it ever had.
IDENTITY = """
SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database WHERE datname = current_database()
"""
ACCOUNTS = "SELECT to_regclass('accounts_user') IS NOT NULL"
# Accounts that people made in a demo are fine; its sample administrator tells that it is one.
OTHERS = """
SELECT EXISTS (SELECT FROM accounts_user WHERE NOT is_sample)
   AND NOT EXISTS (SELECT FROM accounts_user WHERE is_sample AND is_superuser)
"""


def database_at(url):
    """Tell which database stands behind a DATABASE_URL, wherever it is reached. Raises `CannotStart` for one that is no trial's."""
    parts = environ.Env.db_url_config(url)
    options = {"connect_timeout": 5, **parts.get("OPTIONS", {})}
    named = {"dbname": parts["NAME"], "user": parts["USER"], "password": parts["PASSWORD"]}
    named |= {"host": parts["HOST"], "port": parts["PORT"]}
    try:
        connection = psycopg2.connect(**{name: value for name, value in named.items() if value}, **options)
    except psycopg2.OperationalError as error:
        raise CannotStart(f"DATABASE_URL leads to no database: {str(error).strip().splitlines()[-1]}") from None
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(ACCOUNTS)
        if cursor.fetchone()[0]:
            cursor.execute(OTHERS)
            if cursor.fetchone()[0]:
                raise CannotStart(
                    f"The database “{parts['NAME']}” holds accounts that are no samples: the demo would add an administrator whose "
                    "pass phrase everybody knows. Unset DATABASE_URL, or name an empty database."
                )
        cursor.execute(IDENTITY)
        return cursor.fetchone()[0]


def changed(folder, database):
    """Give the parts to be made anew, each with its mark: its files, and for what is in the `database`, which one."""
    marks = {name: _mark_of(patterns, database if name in IN_DATABASE else "") for name, patterns in PARTS.items()}
    return {name: mark for name, mark in marks.items() if _stored(folder, name) != mark}


def prepare(folder, database):
    """Bring the database and the folder to the present code; on the first start load the data. Gives the sample sign-ins."""
    import django  # noqa: PLC0415  settings are read only when something is to be made

    django.setup()
    from sesric_portal.demo import samples  # noqa: PLC0415  models can be imported only after the set-up

    for name, mark in changed(folder, database).items():
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


def _mark_of(patterns, database):
    digest = hashlib.sha256(database.encode())
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
