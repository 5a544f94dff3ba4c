"""Erasing: nothing anywhere in the database or among the files holds the person; what stays is a count."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Draft
from experts.models import Expert, Roster
from notifications.models import Letter
from tests.accounts.helpers import confirmed_user, show_it_is_me
from tests.experts.helpers import ANSWERS, TRUE, fill_in, pdf, register

HELD = [
    "Zaynab Samplename", "زينب نموذج", "Quagga Employer", "Drip irrigation of vineyards", "Zebu course", "Okapi Ministry",
    "Gnuson Referee", "gnu@example.org", "Reliable as a wombat", "zaynab samplename", "drip irrigation",
]  # fmt: skip


def rows_that_hold(values):
    """Tables and columns, of whatever kind, in which one of the values stands."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND"
            " table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
        )
        for table, column in cursor.fetchall():
            for value in values:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',  # noqa: S608  names from the catalogue
                    [f"%{value}%"],
                )
                if cursor.fetchone()[0]:
                    found.add((table, column, value))
    return found


@pytest.fixture
def expert(client, db):
    user = confirmed_user(name="")
    client.force_login(user)
    register(client, consent={"kept": "on", "public": "on", "partners": "on"})
    one = Expert.objects.get()
    one.references.get().give("confirms", "Reliable as a wombat.")
    one.return_with("Dear Zaynab Samplename, which crops?", None)
    client.post(reverse("experts:profile-send"), TRUE)
    one.refresh_from_db()
    one.approve(None)
    client.post(reverse("experts:profile-step", args=["person"]), ANSWERS["person"])  # a draft
    client.post(reverse("experts:upload-cv"), {"cv": pdf()})
    one.refresh_from_db()
    show_it_is_me(client)
    return one


def test_erasing_leaves_a_count_and_nothing_else(client, expert, django_capture_on_commit_callbacks):
    key, email, stored = str(expert.key), expert.user.email, Path(settings.MEDIA_ROOT) / expert.cv.name
    assert {value for _table, _column, value in rows_that_hold(HELD)} == set(HELD)
    assert stored.exists()
    other = Letter.objects.to(email).exclude(text__contains="/experts/").count()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("experts:erase")).headers["Location"] == reverse("desk")
    assert rows_that_hold([*HELD, key]) == set()
    assert not stored.exists()
    assert Letter.objects.to(email).count() == other
    assert Draft.objects.count() == 0
    assert Expert.objects.get().memberships.get().roster == Roster.objects.get(slug="environment-water")
    assert client.get(reverse("experts:desk")).headers["Location"] == reverse("experts:register-begin")
    for path in (
        "/experts/",
        "/experts/environment-water/",
        f"/experts/environment-water/{key}/",
        "/sitemap-experts.xml",
    ):
        assert "Zaynab" not in client.get(path).content.decode()


def test_closing_the_account_erases_the_expert_too(client, expert, django_capture_on_commit_callbacks):
    email = expert.user.email
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("close-account"))
    assert rows_that_hold([*HELD, email]) == set()


def test_asking_erases_nothing(client, expert):
    asked = client.get(reverse("experts:erase")).text
    assert "This cannot be taken back." in asked
    assert '<button class="button" type="submit">Erase me</button>' in asked
    assert Expert.objects.get().name == "Zaynab Samplename"


def test_who_was_erased_may_begin_anew(client, expert):
    client.post(reverse("experts:erase"))
    fill_in(client)
    client.post(reverse("experts:register-send"), TRUE)
    assert Expert.objects.count() == 2


def test_an_erased_row_cannot_be_filled_again(client, expert):
    expert.erase()
    for values in ({"name": "x"}, {"is_kept": True}, {"user": 1}, {"cv": "cv/x.pdf"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Expert.objects.filter(pk=expert.pk).update(**values)


def test_everything_held_is_handed_out_as_a_zip(client, expert):
    expert.periods.create(starts_on=date(2091, 5, 1), until=date(2091, 5, 2))
    response = client.get(reverse("experts:download"))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        held = json.loads(archive.read("expert.json"))
        assert archive.read("cv.pdf").startswith(b"%PDF-")
    text = json.dumps(held, ensure_ascii=False)
    for value in (*HELD[:8], "2091-05-01", "environment", "public"):
        assert value in text or value.capitalize() in text
    assert "wombat" not in text  # told to the Centre in confidence
    own = json.loads(client.get(reverse("own-data")).content)
    assert own["expert"]["name"] == "Zaynab Samplename"
