"""The admin edits every model with search, filters, suggestions, import with preview, export and history.

What lacks one of these stands in a table here with the reason; what needs no reason any more must leave the table.
"""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from classifications.models import City, Country, Language, Sector
from events.models import Event, Series
from partners.models import Institution
from programmes.models import Committee, FocalPoint, Page, Programme, ProgrammeDocument, Seat, Theme
from tests.factories import CityFactory, CountryFactory, LanguageFactory, SeriesFactory

MODELS = [
    Language, Country, City, Sector, Theme, Programme, ProgrammeDocument, FocalPoint, Committee, Seat, Page, Institution, Series,
    Event, User, Group,
]  # fmt: skip
OF_A_PERSON = "an account is made by its owner's sign-up; a file of accounts would be a file of personal data"
OF_RIGHTS = "a handful of groups that the migrations make and superusers change"
EXCEPTIONS = {
    (ProgrammeDocument, "history"): "its former versions are kept as rows of their own, with their files",
    (User, "import"): OF_A_PERSON,
    (User, "export"): OF_A_PERSON,
    (User, "history"): "what history keeps could not be taken back; the log of the admin tells who changed which field",
    (Group, "filters"): OF_RIGHTS,
    (Group, "import"): OF_RIGHTS,
    (Group, "export"): OF_RIGHTS,
    (Group, "history"): OF_RIGHTS,
}
# Links that a form offers as a plain choice: few rows, or rows that suggestions would not tell apart.
PLAIN_CHOICES = {
    (Sector, "theme"): "themes are few, and suggestions of sectors are those below the themes",
    (User, "groups"): "two lists side by side, as Django has it for rights",
    (User, "user_permissions"): "two lists side by side, as Django has it for rights",
    (Group, "permissions"): "two lists side by side, as Django has it for rights",
}


def links_with_plain_choices(own, request):
    """The links to other rows that a form of the admin, or of what it edits in line, offers without suggestions."""
    found = set()
    for each in [own, *(inline(own.model, admin.site) for inline in own.inlines)]:
        forms = [
            each.get_form(request, obj) if each is own else each.get_formset(request, obj).form
            for obj in (None, own.model())
        ]
        offered = {name for form in forms for name in form.base_fields}
        for link in [*each.model._meta.many_to_many, *(one for one in each.model._meta.fields if one.many_to_one)]:
            if link.name in offered and link.name not in each.get_autocomplete_fields(request):
                found.add((each.model, link.name))
    return found


@pytest.fixture
def lacking(client, superuser):
    request = client.get(reverse("admin:index")).wsgi_request
    found = set()
    for model in MODELS:
        own = admin.site._registry[model]
        has = {
            "search": bool(own.get_search_fields(request)),
            "filters": bool(own.get_list_filter(request)),
            "import": hasattr(own, "import_action") and own.has_import_permission(request),
            "export": hasattr(own, "export_action") and own.has_export_permission(request),
            "history": own.changes_of.__self__ is own and bool(getattr(model, "pgh_event_models", None))
            if hasattr(own, "changes_of") else False,
        }  # fmt: skip
        found |= {(model, name) for name, there in has.items() if not there}
    return found


def test_every_model_has_all_of_it_or_a_reason(lacking):
    assert lacking == set(EXCEPTIONS)


@pytest.mark.parametrize("model", MODELS)
def test_links_are_chosen_with_suggestions_or_for_a_reason(client, superuser, model):
    request = client.get(reverse("admin:index")).wsgi_request
    found = links_with_plain_choices(admin.site._registry[model], request)
    assert found == {each for each in PLAIN_CHOICES if each[0] is model}


@pytest.mark.parametrize("factory", [LanguageFactory, CountryFactory, CityFactory, SeriesFactory])
def test_names_that_are_to_be_translated_are_found(client, superuser, factory):
    named = factory(name_en="Named", name_fr="Nommé", name_ar="مسمى")
    unnamed = factory(name_en="Unnamed", name_fr="Sans nom", name_ar="")
    url = reverse(f"admin:{named._meta.app_label}_{named._meta.model_name}_changelist")
    found = {code: set(client.get(url, {"without-name": code}).context["cl"].queryset) for code in ("fr", "ar")}
    assert unnamed in found["ar"] - found["fr"]
    assert named not in found["ar"] | found["fr"]
    assert client.get(url, {"without-name": "zz"}).status_code in (200, 302)
