"""Staff keep the record of institutions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.applications import Status
from partners.models import Institution
from tests.factories import CityFactory, CountryFactory, InstitutionFactory


@pytest.mark.parametrize("term", ["انقره للاحصاء", "ANKARA", "statistique"])
def test_search(client, editor, term):
    institution = InstitutionFactory(
        name_en="Ankara Statistics Centre", name_fr="Centre de statistiques d’Ankara", name_ar="مركز أنقرة للإحصاء"
    )
    InstitutionFactory()
    response = client.get(reverse("admin:partners_institution_changelist"), {"q": term})
    assert list(response.context["cl"].queryset) == [institution]


def test_a_city_is_looked_for_in_the_country_of_its_line(client, editor):
    libya, lebanon = CountryFactory(iso2="LY"), CountryFactory(iso2="LB")
    CityFactory(name_en="Tripoli", country=libya)
    tripoli = CityFactory(name_en="Tripoli", country=lebanon)
    content = "slug,name_en,kind,country,city\na,A,ministry,LB,Tripoli\nb,B,ministry,LB,Benghazi\n"
    upload = reverse("admin:partners_institution_import")
    response = client.post(
        upload, {"import_file": SimpleUploadedFile("i.csv", content.encode()), "format": "0", "resource": "0"}
    )
    assert [row.error_dict for row in response.context["result"].invalid_rows] == [
        {"city": ["“Benghazi” is not on record in this country"]}
    ]
    good = content.replace("Benghazi", "")
    preview = client.post(
        upload, {"import_file": SimpleUploadedFile("i.csv", good.encode()), "format": "0", "resource": "0"}
    )
    client.post(reverse("admin:partners_institution_process_import"), preview.context["confirm_form"].initial)
    assert [each.city for each in Institution.objects.order_by("slug")] == [tripoli, None]


def test_a_suspended_institution_is_not_shown_on_the_site(client, editor):
    suspended = InstitutionFactory(status=Status.SUSPENDED)
    content = client.get(reverse("admin:partners_institution_change", args=[suspended.pk])).text
    assert suspended.get_absolute_url() not in content
