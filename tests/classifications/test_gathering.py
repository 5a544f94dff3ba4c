"""What rows are linked to comes with them, in the same query, and is what the links say."""

import pytest
from django.core.exceptions import FieldDoesNotExist

from classifications.gathering import NAMES
from classifications.models import Country
from experts.models import Expert
from partners.models import Institution
from programmes.models import Programme
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    InstitutionFactory,
    LanguageFactory,
    ProgrammeDocumentFactory,
    ProgrammeFactory,
    RosterFactory,
    SectorFactory,
)


@pytest.mark.parametrize("count", [1, 3])
def test_linked_rows_come_with_the_row_and_those_of_others_do_not(db, django_assert_num_queries, count):
    languages = LanguageFactory.create_batch(count)
    country, other = CountryFactory(), CountryFactory()
    country.languages.set(languages)
    other.languages.add(LanguageFactory())
    with django_assert_num_queries(1):
        gathered = Country.objects.gathering("languages", "code", *NAMES).get(pk=country.pk)
        assert [(each.code, str(each)) for each in gathered.languages.all()] == [
            (each.code, each.name_en) for each in sorted(languages, key=lambda each: each.name_en)
        ]
    assert list(Country.objects.gathering("languages").get(pk=CountryFactory().pk).languages.all()) == []


def test_only_those_among_and_in_their_order(db):
    country = CountryFactory()
    listed = [InstitutionFactory(name_en=name, country=country) for name in ("Émile", "Zeta", "Alpha")]
    InstitutionFactory(name_en="Hidden", country=country, status="suspended")
    among = Institution.objects.listed().by_name()
    gathered = Country.objects.gathering("institutions", "slug", *NAMES, among=among).get(pk=country.pk)
    assert [each.name_en for each in gathered.institutions.all()] == ["Alpha", "Émile", "Zeta"]
    assert set(gathered.institutions.all()) == set(listed)
    assert gathered.institutions.all()[0].get_absolute_url() == listed[2].get_absolute_url()


def test_rows_that_linked_rows_point_to_come_too_with_their_types(db, django_assert_num_queries):
    roster, french = RosterFactory(), LanguageFactory()
    expert = ExpertFactory(rosters=[roster], speaks={french.code: 5}, sectors=[SectorFactory()])
    document = ProgrammeDocumentFactory(programme=ProgrammeFactory())
    with django_assert_num_queries(1):
        [found] = Expert.objects.for_listing()
        [spoken], [place] = found.languages.all(), found.memberships.all()
        assert (spoken.level, spoken.language, spoken.expert) == (5, french, found)
        assert (place.roster, place.roster.slug) == (roster, roster.slug)
    assert place.joined_at == expert.memberships.get().joined_at
    found = Programme.objects.for_page().get(pk=document.programme_id)
    [kept] = found.documents.all()
    assert (kept, kept.file.name, kept.published_on) == (document, document.file.name, document.published_on)


def test_the_rest_of_what_querysets_do_stays_as_it_was(db):
    country = CountryFactory()
    country.languages.add(LanguageFactory())
    gathering = Country.objects.gathering("languages", *NAMES)
    assert [each.languages.all()[0].name_en for each in gathering.iterator()] == [country.languages.get().name_en]
    assert (gathering.count(), gathering.exists(), list(gathering.values_list("pk"))) == (1, True, [(country.pk,)])
    assert list(Country.objects.filter(pk__in=gathering)) == [country]
    fresh = gathering.get()
    fresh.languages.clear()
    assert list(fresh.languages.all()) == []
    with pytest.raises(FieldDoesNotExist):
        Country.objects.gathering("friends")
