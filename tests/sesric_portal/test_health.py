"""What a load balancer asks."""

import pytest
from django.test import Client

from sesric_portal import celery


def test_live(client):
    """Without the database: the fixture that allows it is not asked for."""
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"alive": True})
    assert "no-store" in response.headers["Cache-Control"]


def test_ready(client, db):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"database": True, "broker": True})
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis+socket:///nonexistent/valkey.sock"])
def test_ready_without_the_broker(client, db, monkeypatch, url):
    """Pages can be served: work waits in rows."""
    monkeypatch.setattr(celery.app.conf, "broker_url", url)
    monkeypatch.setattr(celery.app.conf, "broker_write_url", url)
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"database": True, "broker": False})


def test_both_go_without_a_redirect_and_take_no_writing(db, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^health/"]
    assert [Client().get(path).status_code for path in ("/health/live", "/health/ready", "/events/")] == [200, 200, 301]
    assert [Client().post(path).status_code for path in ("/health/live", "/health/ready")] == [405, 405]
