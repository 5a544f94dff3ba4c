"""Staff keep programmes, focal points, committees and pages."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programmes.models import FocalPoint, ProgrammeDocument
from tests.factories import (
    CountryFactory,
    FocalPointFactory,
    LanguageFactory,
    PageFactory,
    ProgrammeFactory,
    SeatFactory,
    SectorFactory,
    ThemeFactory,
)


def exported(client, model):
    response = client.post(reverse(f"admin:programmes_{model}_export"), {"format": "0", "resource": "0"})
    return response.content.decode("utf-8-sig")


def imported(client, model, content):
    file = SimpleUploadedFile("table.csv", content.encode())
    data = {"import_file": file, "format": "0", "resource": "0"}
    preview = client.post(reverse(f"admin:programmes_{model}_import"), data)
    form = preview.context["confirm_form"].initial
    return client.post(reverse(f"admin:programmes_{model}_process_import"), form, follow=True)


@pytest.mark.parametrize("term", ["VET", "developpement", "التعليم المهنى"])
def test_search(client, editor, term):
    programme = ProgrammeFactory(acronym="OIC-VET", name_fr="Développement", name_ar="برنامج التعليم المهني")
    ProgrammeFactory()
    response = client.get(reverse("admin:programmes_programme_changelist"), {"q": term})
    assert list(response.context["cl"].queryset) == [programme]


def test_themes_and_sectors_are_kept_apart(client, editor):
    theme = ThemeFactory()
    sector = SectorFactory(theme=theme)
    themes = client.get(reverse("admin:programmes_theme_changelist")).context["cl"].queryset
    sectors = client.get(reverse("admin:classifications_sector_changelist")).context["cl"].queryset
    assert ([each.pk for each in themes], [each.pk for each in sectors]) == ([theme.pk], [sector.pk])


@pytest.mark.parametrize(
    ("make", "page"), [(ProgrammeFactory, "programmes_programme"), (ThemeFactory, "programmes_theme")]
)
def test_an_address_on_record_stays(client, editor, make, page):
    """What people follow, and links on other sites, hold it."""
    row = make(slug="water")
    change = reverse(f"admin:{page}_change", args=[row.pk])
    form = client.get(change).context["adminform"]
    assert ("slug" in form.form.fields, "slug" in form.readonly_fields) == (False, True)
    assert "slug" in client.get(reverse(f"admin:{page}_add")).context["adminform"].form.fields


def test_a_programme_with_a_document(client, editor):
    data = {
        "name_en": "Water",
        "slug": "water-cab",
        "nature": "programme",
        "theme": ThemeFactory().pk,
        "documents-TOTAL_FORMS": 1,
        "documents-INITIAL_FORMS": 0,
        "documents-0-purpose": "questionnaire",
        "documents-0-title_en": "Questionnaire",
        "documents-0-language": LanguageFactory().pk,
        "documents-0-file": SimpleUploadedFile("form.pdf", b"%PDF-1.7\n"),
    }
    response = client.post(reverse("admin:programmes_programme_add"), data)
    assert response.status_code == 302
    document = ProgrammeDocument.objects.get()
    page = client.get(reverse("admin:programmes_programmedocument_change", args=[document.pk]))
    assert document.get_absolute_url() in page.text
    assert document.file.name not in page.text


def test_who_is_not_agreed_to_be_named_does_not_go_out(client, editor):
    FocalPointFactory(person="Hidden Person", email="hidden@example.org")
    FocalPointFactory(person="Named Person", email="named@example.org", may_publish_person=True)
    content = exported(client, "focalpoint")
    assert "idden" not in content
    assert "Named Person,named@example.org" in content


def test_what_did_not_go_out_is_not_lost_when_the_table_comes_back(client, editor):
    point = FocalPointFactory(person="Hidden Person", email="hidden@example.org")
    imported(
        client, "focalpoint", exported(client, "focalpoint").replace("Department of Training", "Department of Works")
    )
    point.refresh_from_db()
    assert (point.office_en, point.person, point.email) == (
        "Department of Works",
        "Hidden Person",
        "hidden@example.org",
    )


def test_a_person_is_not_in_the_preview_without_agreement(client, editor):
    FocalPointFactory(person="Hidden Person")
    file = SimpleUploadedFile("table.csv", exported(client, "focalpoint").encode())
    response = client.post(
        reverse("admin:programmes_focalpoint_import"), {"import_file": file, "format": "0", "resource": "0"}
    )
    assert {row.import_type for row in response.context["result"].rows} == {"skip"}


def test_focal_points_come_by_their_keys(client, editor):
    CountryFactory(iso2="GM")
    ProgrammeFactory(slug="oic-vet")
    imported(
        client, "focalpoint", "country,programme,role,designated_on,office_en\nGM,oic-vet,deputy,2020-02-03,Ministry\n"
    )
    point = FocalPoint.objects.get()
    assert (point.country.iso2, point.programme.slug, point.role, point.office_en) == (
        "GM",
        "oic-vet",
        "deputy",
        "Ministry",
    )


def test_a_page_leads_to_where_it_is_shown_in_each_language(client, editor):
    page = PageFactory(slug="oic-vet-committee")
    content = client.get(reverse("admin:programmes_page_change", args=[page.pk])).text
    for address in ("/oic-vet/committee/", "/fr/oic-vet/committee/", "/ar/oic-vet/committee/"):
        assert f'href="{address}"' in content


def test_the_history_of_a_page(client, editor):
    page = PageFactory(body_en="Before")
    page.body_en = "After"
    page.save()
    response = client.get(reverse("admin:programmes_page_history", args=[page.pk]))
    assert [(each.before, each.after) for each in response.context["changes"][0].differences] == [("Before", "After")]


def test_a_page_is_seen_before_it_is_stored(client, editor):
    page = PageFactory(slug="about", body_fr="Avant.")
    form = {f"{part}_{code}": f"{part} {code}" for part in ("title", "lead", "body") for code in ("en", "fr", "ar")}
    preview = client.post(
        reverse("admin:programmes_page_preview", args=[page.pk, "fr"]), form | {"body_fr": "*Neuf*\x00"}
    )
    assert "<em>Neuf</em>" in preview.text
    assert '<html lang="fr"' in preview.text
    page.refresh_from_db()
    assert page.body_fr == "Avant."
    assert client.get(reverse("admin:programmes_page_preview", args=[page.pk, "fr"])).status_code == 404
    assert client.post(reverse("admin:programmes_page_preview", args=[page.pk, "xx"]), form).status_code == 404


def test_staff_say_that_all_languages_say_the_same(client, editor):
    page = PageFactory()
    page.title_en = "Newer"
    page.save()
    assert "changed later than these" in client.get(reverse("admin:programmes_page_change", args=[page.pk])).text
    client.post(reverse("admin:programmes_page_settle", args=[page.pk]))
    page.refresh_from_db()
    assert page.languages_behind == []


def attributes(page, name):
    return {key: page.context["adminform"].form[name].field.widget.attrs.get(key) for key in ("dir", "lang")}


def test_texts_are_typed_in_the_direction_of_their_language(client, superuser):
    page = client.get("/ar" + reverse("admin:programmes_focalpoint_change", args=[FocalPointFactory().pk]))
    assert attributes(page, "office_en") == {"dir": "ltr", "lang": "en"}
    assert attributes(page, "office_fr") == {"dir": "ltr", "lang": "fr"}
    assert attributes(page, "office_ar") == {"dir": "rtl", "lang": "ar"}
    assert attributes(page, "person") == {"dir": "auto", "lang": None}
    assert attributes(page, "email") == {"dir": "ltr", "lang": None}
    seats = client.get(reverse("admin:programmes_committee_change", args=[SeatFactory().committee_id]))
    (seat,) = (form for form in seats.context["inline_admin_formsets"][0].formset.initial_forms)
    assert (seat["part_ar"].field.widget.attrs["dir"], seat["website"].field.widget.attrs["dir"]) == ("rtl", "ltr")


@pytest.mark.parametrize(("prefix", "office"), [("", "Ministry"), ("/fr", "Ministère"), ("/ar", "وزارة")])
def test_the_list_names_offices_in_the_language_of_the_page(client, superuser, prefix, office):
    FocalPointFactory(
        office_en="Ministry", office_fr="Ministère", office_ar="وزارة", programme=ProgrammeFactory(acronym="NET")
    )
    page = client.get(prefix + reverse("admin:programmes_focalpoint_changelist")).text
    shown = re.findall(r'class="field-(?:network|office_here)">([^<]+)<', page)
    assert shown == ["NET", office]


@pytest.mark.parametrize("words", ["diallo", "skills@example", "senegal", "السنغال", "oshnet", "competences"])
def test_designations_are_found_by_whatever_is_known_of_them(client, superuser, words):
    senegal = CountryFactory(iso2="SN", name_en="Senegal", name_ar="السنغال")
    one = FocalPointFactory(
        country=senegal, programme=ProgrammeFactory(acronym="OIC-OSHNET"), office_fr="Bureau des compétences",
        person="Aïssatou Diallo", email="skills@example.org",
    )  # fmt: skip
    FocalPointFactory()
    listed = client.get(reverse("admin:programmes_focalpoint_changelist"), {"q": words})
    assert list(listed.context["cl"].queryset) == [one]


def test_a_browser_that_sends_other_line_ends_changes_no_text_but_the_one_that_was_written(client, editor):
    texts = {f"{part}_{code}": f"One {code}.\n\n- two" for part in ("lead", "body") for code in ("en", "fr", "ar")}
    page = PageFactory(slug="about", **texts)
    form = client.get(reverse("admin:programmes_page_change", args=[page.pk])).context["adminform"].form
    sent = {name: str(form[name].value() or "").replace("\n", "\r\n") for name in form.fields}
    client.post(reverse("admin:programmes_page_change", args=[page.pk]), sent | {"lead_en": "One en.\r\n\r\n- three"})
    page.refresh_from_db()
    assert (page.lead_en, page.body_fr, page.languages_behind) == ("One en.\n\n- three", texts["body_fr"], ["fr", "ar"])
    history = client.get(reverse("admin:programmes_page_history", args=[page.pk]))
    (change,) = history.context["changes"]
    assert [each.name for each in change.differences] == ["lead_en"]


def test_a_page_whose_texts_were_stored_with_other_line_ends_is_not_behind_for_that(db):
    page = PageFactory(body_en="One.\r\nTwo.", body_fr="Un.\r\nDeux.\r\n")
    page.body_en, page.body_fr = "One.\nTwo.", "Un.\nDeux."
    page.save()
    assert (page.changed_en_at, page.changed_fr_at) == (None, None)
    page.body_en = "One.\nThree."
    page.save()
    assert page.languages_behind == ["fr", "ar"]
