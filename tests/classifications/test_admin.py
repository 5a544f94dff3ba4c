"""Staff keep the lists; the real ones go out and come in again unchanged."""

import re

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classifications.models import City, Country, Language, Sector
from classifications.spreadsheets import escaped, unescaped
from events.models import Event, Series
from partners.models import Institution
from programmes.models import Programme, Theme
from tests.factories import CityFactory, CountryFactory, LanguageFactory, SeatFactory
from tests.pages import parsed


def address(model, page):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


@pytest.mark.parametrize("term", ["انقره", "ankara", "Turkiye Ankara"])
def test_search_folds_where_a_model_has_none_of_its_own(client, editor, term):
    ankara = CityFactory(name_en="Ankara", name_ar="أنقرة", aliases="Türkiye")
    CityFactory()
    response = client.get(address(City, "changelist"), {"q": term})
    assert list(response.context["cl"].queryset) == [ankara]


@pytest.mark.parametrize("term", ["%", "'", "\x00", "_", "؟", " "])
def test_search_survives_anything(client, editor, term):
    city = CityFactory()
    found = client.get(address(City, "changelist"), {"q": term}).context["cl"].queryset
    assert list(found) in ([], [city])


@pytest.mark.parametrize("text", ["=cmd", "+1", "-1", "@x", "plain", "'quoted'", ""])
def test_what_is_escaped_comes_back(text):
    assert unescaped(escaped(text)) == text


def test_rest_days_are_boxes(client, editor):
    country = CountryFactory(weekend=[5, 6])
    data = {
        "iso2": country.iso2, "iso3": country.iso3, "name_en": "Renamed", "oic_group": "Arab", "joined_year": 1969,
        "languages": [LanguageFactory().pk], "weekend": ["6", "7"], "time_zone": "Africa/Dakar",
    }  # fmt: skip
    assert client.post(reverse("admin:classifications_country_change", args=[country.pk]), data).status_code == 302
    country.refresh_from_db()
    assert (country.name_en, country.weekend, country.time_zone) == ("Renamed", [6, 7], "Africa/Dakar")


def test_every_field_and_every_header_in_a_table_of_linked_rows_says_what_it_is(client, superuser):
    seat = SeatFactory()
    page = client.get(reverse("admin:programmes_committee_change", args=[seat.committee_id]))
    tags = parsed(page).tags
    typed = [
        attributes for tag, attributes in tags if tag == "input" and attributes.get("name", "").startswith("seats-0-")
    ]
    shown = {attributes["name"]: attributes["aria-label"] for attributes in typed if attributes["type"] != "hidden"}
    assert (shown["seats-0-name_en"], shown["seats-0-DELETE"]) == ("Name in English", "Delete")
    assert not re.search(r"<th[^>]*>\s*</th>", page.text)
    assert '<td class="original"></td>' in page.text


def test_a_day_and_its_time_have_each_their_label(client, superuser):
    tags = parsed(client.get(reverse("admin:events_event_add"))).tags
    named = {attributes.get("for") for tag, attributes in tags if tag == "label"}
    assert {"id_published_at_0", "id_published_at_1"} <= named


def test_the_real_data_go_out_and_come_in_unchanged(client, editor, real_data):
    for model in [Language, Country, City, Sector, Theme, Programme, Institution, Series, Event]:
        table = client.post(address(model, "export"), {"format": "0", "resource": "0"}).content
        file = SimpleUploadedFile("table.csv", table)
        response = client.post(address(model, "import"), {"import_file": file, "format": "0", "resource": "0"})
        result = response.context["result"]
        assert [(row.number, row.error_dict) for row in result.invalid_rows] == []
        assert (model, {row.import_type for row in result.rows}) == (model, {"skip"})
        assert len(result.rows) == admin.site._registry[model].get_queryset(response.wsgi_request).count()


# --- Two who edit one record ------------------------------------------------------------------------------------------


def filled_in(page):
    """What a browser sends of the form of a record as it was opened, as a dict that may be changed."""
    form = page.context["adminform"].form
    posted = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    posted = {name: "" if value is None else value for name, value in posted.items()}
    posted["languages"] = [language.pk for language in posted["languages"]]
    [marks] = [each["value"] for tag, each in parsed(page).tags if tag == "input" and each.get("name") == "begun_with"]
    return posted | {"begun_with": marks}


@pytest.fixture
def opened(client, editor):
    """A record and its address, and what two have before them who opened it at the same time."""
    country = CountryFactory(name_en="Before", aliases="Old")
    country.languages.add(LanguageFactory())
    at = reverse("admin:classifications_country_change", args=[country.pk])
    return country, at, filled_in(client.get(at)), filled_in(client.get(at))


def test_who_saves_later_is_told_what_was_changed_and_may_write_over_it(client, opened):
    country, at, first, later = opened
    assert client.post(at, first | {"name_en": "First"}).status_code == 302
    told = client.post(at, later | {"name_en": "Later", "aliases": "New"})
    assert "This record was changed after you opened it: Name in English. Nothing was saved yet." in told.text
    country.refresh_from_db()
    assert (country.name_en, country.aliases) == ("First", "Old")
    assert told.context["adminform"].form["name_en"].value() == "Later"  # nothing typed is lost
    again = later | {"name_en": "Later", "aliases": "New", "begun_with": filled_in(told)["begun_with"]}
    assert client.post(at, again).status_code == 302
    country.refresh_from_db()
    assert (country.name_en, country.aliases) == ("Later", "New")


def test_linked_rows_that_another_chose_are_not_lost_either(client, opened):
    country, at, first, later = opened
    both = [*first["languages"], LanguageFactory().pk]
    assert client.post(at, first | {"languages": both}).status_code == 302
    assert "This record was changed after you opened it" in client.post(at, later | {"name_en": "Later"}).text
    assert set(country.languages.values_list("pk", flat=True)) == set(both)


@pytest.mark.parametrize("marks", ["", "[]", "{", '{"name_en": null}', '{"unknown": 1}', "3"])
def test_marks_that_nobody_wrote_do_no_harm(client, opened, marks):
    _country, at, first, _later = opened
    answer = client.post(at, first | {"name_en": "Other", "begun_with": marks})
    assert answer.status_code == (200 if "null" in marks else 302)


def test_who_saves_what_another_saved_as_well_is_not_disturbed(client, opened):
    country, at, first, later = opened
    assert client.post(at, first | {"name_en": "Same"}).status_code == 302
    assert client.post(at, later | {"name_en": "Same", "aliases": "New"}).status_code == 302
    country.refresh_from_db()
    assert (country.name_en, country.aliases) == ("Same", "New")
