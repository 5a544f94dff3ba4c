"""Colons and commas between what pages put together stand as the language of the page sets them."""

import re

import pytest
from django.utils import translation

from tests.factories import (
    CountryFactory,
    FocalPointFactory,
    InstitutionFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses():
    """The pages of an institution, a notice and an offer of training, whose descriptions name the institution and its country."""
    names = {"name_en": "Institute", "name_fr": "Institut", "name_ar": "معهد"}
    country = CountryFactory(name_en="Senegal", name_fr="Sénégal", name_ar="السنغال")
    institution = InstitutionFactory(country=country, **names)
    MembershipFactory(institution=institution)
    return [
        institution.get_absolute_url(),
        f"/trop/institutions/{institution.slug}/",
        NoticeFactory(institution=institution).get_absolute_url(),
        OpportunityFactory(institution=institution).get_absolute_url(),
    ]


def descriptions(client, addresses, language):
    pages = [client.get(f"/{language}{each}").text for each in addresses]
    return [re.search(r'<meta name="description" content="([^"]*)"', page)[1] for page in pages]


def test_descriptions_in_arabic_have_arabic_commas(client, addresses):
    told = descriptions(client, addresses, "ar")
    assert [("، السنغال" in each, "," in each) for each in told] == [(True, False)] * 4


def test_descriptions_in_french_part_the_colon_from_its_word(client, addresses):
    institution, member, *_others = descriptions(client, addresses, "fr")
    assert institution.startswith("Institut\u00a0: ")
    assert member.startswith("Institut\u00a0: ")


def test_what_is_wrong_in_a_form_is_named_in_french(client):
    page = client.post("/fr/contact/", {"email": "nobody"}).text
    assert re.search(r'<li><a href="#id_\w+">[^<:]+\u00a0: ', page)
    assert not re.search(r'<li><a href="#id_\w+">[^<:]+\w: ', page)


@pytest.mark.parametrize(("language", "told"), [("en", "Jordan: Office"), ("fr", "Jordanie\u00a0: Bureau")])
def test_a_focal_point_is_named_as_the_language_does(language, told):
    country = CountryFactory(name_en="Jordan", name_fr="Jordanie")
    point = FocalPointFactory(country=country, office_en="Office", office_fr="Bureau")
    with translation.override(language):
        assert str(point) == told
