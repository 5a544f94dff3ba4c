"""What a focal point of country A gets by all that names rows of country B: nothing is read that is not public, nothing changes.

Every id of B goes into every address, every filter, every field of every form, every autocomplete and every action. That the
walk is no walk past empty places is tried too: each address reaches a row of B for those whose it is.
"""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.utils.timezone import localdate

from accounts.models import Draft
from experts.emails import renewal_token
from experts.models import Expert
from partners.country_office import country_office
from partners.models import Institution
from tests.factories import CountryFactory, FocalPointFactory, UserFactory
from tests.pages import PREFIXES, populate
from tests.sesric_portal.countries import (
    LINKED,
    POSTED,
    SHARED,
    STATES,
    checksums,
    furnish,
    key_of,
    keys,
    links_to,
    models,
    slug_of,
)
from tests.sesric_portal.test_urls import SAMPLES, leads_to_sign_in, walk

A, B = 9_100_000, 9_200_000
OF_A = A + 3  # what a focal point of A has themselves is listed
OF_B = [B + number for number in STATES]
MARK = "SecretB"
READERS = ["focal point", "deputy", "focal point whose term is over", "focal point whose designation was ended"]

# What anybody may read of a country and its listed institutions, notices and experts.
PUBLIC = """
    programmes:programme-detail programmes:document country-detail partners:institution-detail partners:notice-detail
    trop:institution-detail experts:roster experts:expert
    trop:opportunity-detail trop:opportunity-calendar former-event former-event-fr former-event-ar
""".split()  # noqa: SIM905  read as a table
# What whoever has an account may send to a listed institution: a request to speak for it, and a message.
OPEN = ["partners:represent", "partners:write"]
# What stands in letters under a key that nobody can guess opens to whoever has the letter, and says so.
BY_KEY = """
    partners:invitation experts:reference experts:renew-by-letter notifications:feed notifications:confirm notifications:mute
    notifications:unsubscribe notifications:by-letter notifications:resume-by-letter notifications:edit notifications:pause
    notifications:resume notifications:remove
""".split()  # noqa: SIM905
# What none of those of country B has there either: it is for staff alone, nobody deletes, or an institution does not write to
# itself; and of an opportunity that is not public nothing can be corrected. `test_matrix.py` sees that staff
# reach what is for staff.
FOR_STAFF = """
    country:preview country:view_on_site events:document events:event-calendar events:event-detail experts:export-shortlist
    country:experts_expert_delete country:partners_institution_delete country:programmes_focalpoint_delete
    country:trop_trainingopportunity_delete country:(unnamed) partners:write country:trop_trainingopportunity_propose
""".split()  # noqa: SIM905
ENDING = ("account_", "mfa_", "usersessions", "close-account", "country:logout", "admin:logout", "own-data")


@pytest.fixture
def world(db):
    """Country A with its people, and all that country B can have; what it has, by model."""
    populate()
    country = CountryFactory(iso2="XA", pk=A)
    people = {READERS[0]: UserFactory()}
    furnish(country, OF_A, "listed", "SecretA", people[READERS[0]])
    for role, facts in {
        READERS[1]: {"role": "deputy"},
        READERS[2]: {"term_ends_on": localdate() - timedelta(days=1)},
        READERS[3]: {"ended_on": localdate(), "ended_because": "Retired"},
    }.items():
        people[role] = UserFactory()
        FocalPointFactory(country=country, user=people[role], **facts)
    before = keys()
    country_b = CountryFactory(iso2="XB", pk=B)
    for number, state in STATES.items():
        people[B + number] = furnish(country_b, B + number, state, MARK)
    people["superuser"] = UserFactory(is_staff=True, is_superuser=True)
    made = {each: of - before[each] for each, of in keys().items() if each._meta.label not in SHARED}
    for person in people.values():
        for each in person if isinstance(person, tuple) else [person]:
            each.authenticator_set.create(type="totp", data={"secret": "not shown"})
    return people, made


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def paths(monkeypatch, number):
    """Pairs of name and path of all addresses, what names a row filled in with a set's."""
    token = renewal_token(Expert.objects.get(pk=number))
    values = {
        "slug": slug_of(number), "pk": str(number), "message": str(number), "object_id": str(number), "step": "institution",
        "key": str(key_of(number)), "iso2": "xb" if number in OF_B else "xa", "token": token,
        "content_type_id": str(ContentType.objects.get_for_model(Institution).pk),
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setitem(SAMPLES, name, value)
    return [(name, "/" + path.lstrip("/")) for name, path in walk(get_resolver().url_patterns)]


@pytest.fixture
def filled(world, monkeypatch):
    """Triples of number, name and path of every address that names a row, with each number of B.

    The admin of staff, closed to focal points as a whole, is tried with one.
    """
    own = paths(monkeypatch, OF_A)
    return [
        (number, name, path)
        for number in OF_B
        for (name, path), (_name, other) in zip(paths(monkeypatch, number), own, strict=True)
        if path != other and not name.startswith(ENDING) and (number == OF_B[0] or not name.startswith("admin:"))
    ]


def text_of(response):
    return (b"".join(response) if response.streaming else response.content).decode(errors="replace")


def is_told(response):
    return MARK.lower() in (text_of(response) + response.headers.get("Location", "")).lower()


def refuses(name, path, response):
    """Whether nothing is there for this reader. The admin leads elsewhere what is not found, or not theirs."""
    if response.status_code in (403, 404, 405) or leads_to_sign_in(response):
        return True
    leads = response.headers.get("Location", "")
    is_of_any_number = name.endswith(":(unnamed)") and leads == f"{path}change/"
    away = response.status_code == 302 and (is_of_any_number or not leads.startswith(path))
    return name.startswith(("admin:", "country:")) and away


def answers_to(client, path, number):
    """Ask by both methods: pairs of method and answer. What a POST would leave behind stays, where it left anything."""
    forged = POSTED | dict.fromkeys(LINKED, number)
    for method, data in (("get", {}), ("post", forged)):
        yield method, getattr(client, method)(path, data)


def test_country_b_has_a_row_of_everything_a_country_can_have(world):
    _people, made = world
    assert [each._meta.label for each, of in made.items() if not of] == []
    assert {each._meta.label for each in models()} - {each._meta.label for each in made} == {*SHARED}


@pytest.mark.parametrize("reader", READERS)
def test_no_address_leads_to_another_country(world, filled, reader):
    people, _made = world
    client, before, wrong = signed_in(people[reader]), checksums(), []
    for number, name, path in filled:
        if name in BY_KEY:
            continue  # the key is the permission; see the next test
        for method, answer in answers_to(client, path, number):
            if name in OPEN and method == "post":
                continue
            may = name in PUBLIC or name in OPEN
            if is_told(answer) or not (refuses(name, path, answer) or (may and answer.status_code in (200, 302))):
                wrong.append((method, path, answer.status_code))
    assert wrong == []
    # What they typed themselves, and what was refused, is kept for them: these forms are open to everybody, and to every partner.
    Draft.objects.filter(user=people[reader], form__in=["request-to-represent", "message"]).delete()
    assert {table: 1 for table, now in checksums().items() if now != before[table]} == {}


def test_what_goes_by_a_key_goes_by_it_alone(world, filled):
    """The number of the row, and the key of another kind of row, open none of these: only the key that stood in the letter."""
    people, _made = world
    client, before = signed_in(people[READERS[0]]), checksums()
    tried = [(name, path) for number, name, path in filled if name in BY_KEY and name != "experts:renew-by-letter"]
    for name, path in tried:
        wrong = re.sub(r"[0-9a-f-]{36}", str(key_of(4)), path)
        assert wrong != path, name
        assert [answer.status_code in (404, 405) for _method, answer in answers_to(client, wrong, B)] == [True, True], (
            name
        )
    assert checksums() == before
    assert {name for name, _path in tried} == {*BY_KEY} - {"experts:renew-by-letter"}


def test_each_address_reaches_a_row_of_b_for_those_whose_it_is(world, filled):
    """Else the tests above would walk past empty places."""
    people, _made = world
    names, reached = {name for _number, name, _path in filled if not name.startswith("admin:")}, set()
    clients = {(number, which): signed_in(people[number][which]) for number in OF_B for which in (0, 1)}
    for number, name, path in filled:
        if name in names - reached and any(_reaches(clients[number, which], name, path, number) for which in (1, 0)):
            reached.add(name)
    assert sorted(names - reached) == sorted(FOR_STAFF)


def _reaches(client, name, path, number):
    with transaction.atomic():
        found = False
        for _method, answer in answers_to(client, path, number):
            text_of(answer)  # files that are handed out are closed at their end
            found = found or not refuses(name, path, answer)
        transaction.set_rollback(True)
    return found


# --- Filters, searches, choices, actions ------------------------------------------------------------------------------------


def _listed_at(model):
    return f"/admin/country/{model._meta.app_label}/{model._meta.model_name}/"


def _lookups(office, model):
    """What a list could be asked by: its own filters, every link of the model and what lies behind it, and the key."""
    names = [each if isinstance(each, str) else each[0] for each in office.list_filter if not isinstance(each, type)]
    for link in (each for each in model._meta.get_fields() if each.is_relation and each.related_model):
        names += [link.name, *(f"{link.name}__{each.name}" for each in link.related_model._meta.concrete_fields[:1])]
    tried = [f"{name}{lookup}" for name in [*names, office.STATE] for lookup in ("", "__id__exact")]
    return [*dict.fromkeys([*tried, "id", "pk__exact", "id__in", f"{office.STATE}__pk__in"])]


@pytest.mark.parametrize("model", list(country_office._registry), ids=lambda model: model._meta.model_name)
def test_no_filter_and_no_search_finds_it(world, model):
    people, made = world
    client, office = signed_in(people[READERS[0]]), country_office._registry[model]
    queries = [f"{name}={number}" for name in _lookups(office, model) for number in (OF_B[0], B)]
    queries += [
        f"q={MARK}",
        "q=cretb",
        f"q={OF_B[0]}",
        f"q={slug_of(OF_B[0])}",
        "e=1",
        "all=",
        "p=0",
        "o=1.2.3",
        "q=%00",
    ]
    for query in queries:
        answer = client.get(f"{_listed_at(model)}?{query}")
        assert answer.status_code in (200, 302, 400), query
        assert f"{MARK} " not in answer.text, query
        if answer.status_code == 200:
            assert {row.pk for row in answer.context["cl"].result_list} & made[model] == set(), query
    exported = client.get(f"{_listed_at(model)}export/?{office.STATE}={B}").text
    assert MARK not in exported
    own = client.get(_listed_at(model)).context["cl"].result_list
    assert len(own) >= (model._meta.model_name != "expert")  # the one of A is the reader, who is left out


def test_no_list_of_the_portal_finds_it(world, monkeypatch):
    """Every page that names no row, asked by every name of an id with every id of B; in three languages where words differ."""
    people, made = world
    client, before = signed_in(people[READERS[0]]), checksums(made)
    here = {path for _name, path in paths(monkeypatch, OF_A)} & {path for _name, path in paths(monkeypatch, OF_B[0])}
    named = [(name, path) for name, path in paths(monkeypatch, OF_A) if path in here]
    told = []
    for name, path in named:
        if name.startswith(("admin:", *ENDING)):
            continue
        for value in (OF_B[0], slug_of(OF_B[1]), key_of(OF_B[2])):
            query = "&".join(f"{each}={value}" for each in [*LINKED, "provider", "to", "about", "next", "roster"])
            if is_told(client.get(f"{path}?{query}")):
                told.append((path, value))
        if MARK in text_of(client.get(f"{path}?q=secretb")):
            told.append((path, "q"))
    for prefix in PREFIXES.values():
        assert MARK not in client.get(f"{prefix}/search/?q=institute").text
    assert told == []
    assert checksums(made) == before


def test_no_choice_offers_it_and_no_action_takes_it(world):
    people, made = world
    client, before = signed_in(people[READERS[0]]), checksums()
    for model in models():
        for field in (each for each in model._meta.get_fields() if each.is_relation and each.concrete):
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            answer = client.get("/admin/country/autocomplete/", asked | {"term": ""})
            offered = answer.json()["results"] if answer.status_code == 200 else []
            assert {int(each["id"]) for each in offered} & made.get(field.related_model, set()) == set(), asked
            assert client.get("/admin/autocomplete/", asked).status_code == 302, asked
    actions = {"delete_selected"}
    for office in admin.site._registry.values():
        actions |= {each if isinstance(each, str) else each.__name__ for each in office.actions or ()}
    for model in country_office._registry:
        for listed in (_listed_at(model), _listed_at(model).replace("/country/", "/")):
            for action in sorted(actions):
                chosen = {"action": action, "_selected_action": sorted(made[model]), "post": "yes"}
                answer = client.post(listed, chosen, follow=True)
                assert MARK not in answer.text, (listed, action)
    assert {table for table, now in checksums().items() if now != before[table]} == set()
    assert len(actions) > 5


# --- Fields of the forms that a focal point may send ------------------------------------------------------------------------


class _Forms(HTMLParser):
    """The forms of a page that are sent by POST: their addresses, with what stands in each field."""

    def __init__(self):
        super().__init__()
        self.forms, self._select = [], None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append((given.get("action"), (given.get("method") or "").lower(), {}))
        name = given.get("name")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and self.forms:
            if "selected" in given or self._select not in self.forms[-1][2]:
                self.forms[-1][2][self._select] = given.get("value", "")
        elif name and self.forms and tag in ("input", "textarea", "select") and given.get("type") != "file":
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked or name not in self.forms[-1][2]:
                self.forms[-1][2][name] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None


def _forms_of(client, path):
    answer = client.get(path)
    page = text_of(answer)
    if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
        return []
    parser = _Forms()
    parser.feed(page)
    return [(action or path, fields) for action, method, fields in parser.forms if method == "post"]


def test_no_field_of_a_form_takes_it(world, monkeypatch):
    """Each form on the pages of A, filled as it is shown, with ids of B in one field after the other."""
    people, made = world
    client = signed_in(people[READERS[0]])
    hidden = {
        model: {pk for pk in of if pk in OF_B[:2]} for model, of in made.items() if model._meta.label != "accounts.User"
    }
    before = checksums(made), links_to(hidden)
    forms = {}
    for name, path in paths(monkeypatch, OF_A):
        if not name.startswith(("admin:", *ENDING)):
            for action, fields in _forms_of(client, path):
                forms.setdefault((action.partition("?")[0], tuple(sorted(fields))), fields)
    tried, wrong = set(), []
    for (action, _names), fields in forms.items():
        if action.startswith(("/accounts/", "/admin/country/logout", "/admin/country/leave")):
            continue
        for name in set(fields) - {"csrfmiddlewaretoken"}:
            for value in (OF_B[0], slug_of(OF_B[1])) if name not in LINKED else (*OF_B, *map(slug_of, OF_B), B, "XB"):
                with transaction.atomic():
                    answer = client.post(action, fields | {name: value})
                    if is_told(answer) or (checksums(made), links_to(hidden)) != before:
                        wrong.append((action, name, value))
                    transaction.set_rollback(True)
            tried.add((action, name))
    assert wrong == []
    assert len(tried) > 50
