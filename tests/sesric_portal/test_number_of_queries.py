"""At most eight queries for a public page, whoever reads it, and as the first request after a change of what is counted."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from classifications.models import Country
from events import tally
from events.models import Change
from experts.emails import renewal_token
from experts.models import Expert
from partners.models import Institution
from tests.factories import (
    EventDocumentFactory,
    FocalPointFactory,
    FollowerFactory,
    InterestFactory,
    ProgrammeDocumentFactory,
    RepresentationFactory,
    UserFactory,
)
from tests.pages import FILES, KEY, READING, SITEMAPS, STANDING, populate
from tests.sesric_portal.test_urls import PUBLIC, SAMPLES, named

MOST_QUERIES = 8
DOCUMENT = "900001"


def a_visitor():
    return None


def a_reader():
    return UserFactory()


def a_partner():
    return RepresentationFactory(institution=Institution.objects.get(slug="lead")).user


def an_expert():
    user = UserFactory()
    Expert.objects.filter(key=KEY).update(user=user)
    return user


def a_focal_point():
    return FocalPointFactory(country=Country.objects.get(iso2="AA"), user=UserFactory()).user


def an_editor():
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def pages(db, monkeypatch):
    """Every public address, with rows to show."""
    lead = populate(3)
    EventDocumentFactory(event=lead, pk=DOCUMENT)
    ProgrammeDocumentFactory(pk=DOCUMENT)
    InterestFactory(follower=FollowerFactory(key=KEY), key=KEY)
    monkeypatch.setitem(SAMPLES, "pk", DOCUMENT)
    monkeypatch.setitem(SAMPLES, "token", renewal_token(Expert.objects.get(key=KEY)))
    shown = {"/programmes/lead/": "/programmes/oic-vet/", f"/partners/notices/{DOCUMENT}/": "/partners/notices/999999/"}
    public = [shown.get(path, path) for path in named(PUBLIC)]
    return list(dict.fromkeys([*public, *READING, *FILES, *SITEMAPS, *STANDING]))


@pytest.mark.parametrize("make", [a_visitor, a_reader, a_partner, an_expert, a_focal_point, an_editor])
def test_every_public_page_asks_little_even_right_after_a_change(pages, make):
    client = Client()
    if user := make():
        user.authenticator_set.create(type="totp", data={"secret": "not shown"})
        client.force_login(user)
    asked = {}
    for path in pages:
        Change.objects.create()
        before = tally.latest().version
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
            b"".join(response)
        assert response.status_code in (200, 301), path
        asked[path] = (len(queries), tally.latest().version != before)
    assert {path: number for path, (number, _read) in asked.items() if number > MOST_QUERIES} == {}
    assert asked["/events/"][1]  # the counts were read anew
    assert asked["/events/2011/lead/"][0] > 3


def test_what_is_counted_and_what_it_is_called_is_read_in_one_query(db, django_assert_num_queries):
    populate(3)
    tally.current()
    Change.objects.create()
    with django_assert_num_queries(2):  # whether there is a change, and all of it
        tally.current()
