"""An address written in another letter case leads to the page; one that names nothing, or nothing public, does not."""

import pytest
from django.utils.translation import override

from tests.factories import EventFactory, OpportunityFactory, ProgrammeFactory
from tests.pages import PREFIXES


def _records():
    """A record of every kind that has a page of its own under its slug."""
    return [
        ProgrammeFactory(slug="statcab"),
        EventFactory(slug="labour-statistics"),
        OpportunityFactory(slug="welding"),
    ]


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_another_case_leads_to_the_page(client, db, prefix):
    for record in _records():
        with override("en"):
            page = prefix + record.get_absolute_url()
        response = client.get(page.replace(record.slug, record.slug.title()))
        assert (response.status_code, response.get("Location")) == (301, page)


def test_what_is_not_public_is_not_led_to(client, db):
    hidden = [EventFactory(slug="draft", published_at=None), OpportunityFactory(slug="kept", status="draft")]
    for record in hidden:
        page = record.get_absolute_url()
        assert client.get(page.replace(record.slug, record.slug.upper())).status_code == 404
    assert client.get("/programmes/NONE/").status_code == 404


def test_one_whose_slug_has_capitals_keeps_its_page(client, db):
    ProgrammeFactory(slug="statcab")
    programme = ProgrammeFactory(slug="StatCaB", name_en="In capitals")
    assert "In capitals" in client.get(programme.get_absolute_url()).content.decode()
