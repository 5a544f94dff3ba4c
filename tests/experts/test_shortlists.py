"""Shortlists: kept by staff and focal points, compared, taken out by staff only, with a row for each time."""

import csv
import io
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.asserts import assertContains

from experts.models import Entry, Expert, Export, Shortlist
from experts.models.shortlist import MOST
from tests.experts.helpers import as_agreed_at_first
from tests.experts.test_readers import signed_in, staff
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    RepresentationFactory,
    SecondFactorFactory,
    ShortlistFactory,
    UserFactory,
)
from tests.racing import race

TAKEN_AS = {
    "csv": ("text/csv; charset=utf-8", 'attachment; filename="experts.csv"'),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        'attachment; filename="experts.xlsx"',
    ),
    "print": ("text/html; charset=utf-8", None),
}


@pytest.fixture
def centre(db):
    client = signed_in(staff())
    client.user = Expert._meta.get_field("user").related_model.objects.get(is_staff=True)
    return client


@pytest.fixture
def expert(db):
    return ExpertFactory(
        name="=Ada Sample", gender="female", purposes=["kept"], nationality=CountryFactory(iso2="UG")
    )  # fmt: skip


def at(name, *args):
    return reverse(f"experts:{name}", args=args)


def focal_point(expert):
    return signed_in(FocalPointFactory(country=expert.nationality, user=SecondFactorFactory().user).user)


def test_from_the_search_to_the_shortlist_and_back(centre, expert):
    page = centre.get(at("search")).content.decode()
    assert f'name="expert" value="{expert.key}"' in page
    asked = centre.get(at("choose-shortlist"), {"expert": [expert.key]})
    assert "=Ada Sample" in asked.content.decode()
    assert centre.post(at("choose-shortlist"), {"expert": [expert.key]}).status_code == 400
    assert centre.post(at("choose-shortlist"), {"name": "Drip irrigation"}).status_code == 400
    centre.post(at("choose-shortlist"), {"expert": [expert.key], "name": "Drip irrigation"})
    shortlist = Shortlist.objects.get()
    assert (shortlist.name, shortlist.is_of_centre, shortlist.owner) == ("Drip irrigation", True, centre.user)
    centre.post(at("choose-shortlist"), {"expert": [expert.key], "shortlist": shortlist.pk})
    assert shortlist.entries.count() == 1
    centre.post(at("note-on-shortlist", shortlist.pk, expert.key), {"note": "Asked in March."})
    assert "Asked in March." in centre.get(at("shortlist", shortlist.pk)).content.decode()
    assert centre.get(at("shortlists")).context["shortlists"][0].size == 1
    centre.post(at("rename-shortlist", shortlist.pk), {"name": "Water"})
    shortlist.refresh_from_db()
    assert shortlist.name == "Water"
    centre.post(at("remove-from-shortlist", shortlist.pk, expert.key))
    assert not shortlist.entries.exists()
    centre.post(at("delete-shortlist", shortlist.pk))
    assert not Shortlist.objects.exists()


def test_deleting_asks_first(centre, expert):
    """The notes of all who work with it go along."""
    kept = ShortlistFactory(owner=centre.user, name="For a course")
    kept.add([expert])
    assert at("delete-shortlist", kept.pk) in centre.get(at("shortlist", kept.pk)).text
    asked = centre.get(at("delete-shortlist", kept.pk)).text
    assert ("For a course" in asked, "1 expert" in asked, "cannot be brought back" in asked) == (True, True, True)
    assert Shortlist.objects.get() == kept
    assert centre.post(at("delete-shortlist", kept.pk)).url == at("shortlists")
    assert not Shortlist.objects.exists()


def test_the_first_one_only_needs_a_name(centre, expert):
    choose = f"{at('choose-shortlist')}?expert={expert.key}"
    assert 'name="shortlist"' not in centre.get(choose).text
    assert centre.post(choose, {"expert": expert.key, "name": ""}).status_code == 400
    centre.post(choose, {"expert": expert.key, "name": "For a course"})
    assert list(Shortlist.objects.get().entries.values_list("expert", flat=True)) == [expert.pk]
    assert 'name="shortlist"' in centre.get(choose).text


def test_the_page_of_an_expert_leads_on_whoever_keeps_shortlists(centre, expert):
    """Staff to the record too, and not to themselves with a question."""
    page = at("expert", expert.rosters_in_order[0].slug, expert.key)
    choose, record = at("choose-shortlist"), reverse("admin:experts_expert_change", args=[expert.pk])
    question = "Ask the Centre for this expert"

    def ways(client):
        text = client.get(page).text
        return choose in text, record in text, question in text

    assert ways(centre) == (True, True, False)
    assert ways(focal_point(expert)) == (True, False, True)
    expert.agree_to("public")
    assert ways(Client()) == (False, False, True)


def test_whose_they_are(centre, expert):
    of_centre = ShortlistFactory(experts=[expert])
    theirs = focal_point(expert)
    theirs.post(at("shortlists"), {"name": "Ours"})
    own = Shortlist.objects.get(name="Ours")
    assert own.is_of_centre is False
    for client, shortlist in ((signed_in(staff()), of_centre), (theirs, own)):  # of the Centre, not of one person
        assert f"<h1><bdi>{shortlist.name}</bdi></h1>" in client.get(at("shortlist", shortlist.pk)).content.decode()
    assert centre.get(at("shortlist", own.pk)).status_code == 404
    assert theirs.get(at("shortlist", of_centre.pk)).status_code == 404
    ended = FocalPointFactory(country=expert.nationality, user=UserFactory(), ended_on=date(2021, 1, 1)).user
    for other in (RepresentationFactory().user, UserFactory(), expert.user, UserFactory(is_staff=True), ended):
        client = signed_in(other)
        for name in ("shortlist", "compare-shortlist", "export-shortlist"):
            assert client.get(at(name, of_centre.pk)).status_code == 404, (name, other)
        for name in ("shortlists", "choose-shortlist"):
            assert client.get(at(name)).status_code == 404
        for name in ("rename-shortlist", "delete-shortlist"):
            assert client.post(at(name, of_centre.pk), {"name": "x"}).status_code == 404
        for name in ("note-on-shortlist", "remove-from-shortlist"):
            assert client.post(at(name, of_centre.pk, expert.key), {"note": "x"}).status_code == 404
    assert (of_centre.entries.count(), Shortlist.objects.count()) == (1, 2)


def test_who_lacks_a_second_factor_alone_is_led_to_it(expert):
    """Focal points, and the Centre's staff who keep the rosters; nothing is done before."""
    unsecured = staff()
    unsecured.authenticator_set.all().delete()
    point = FocalPointFactory(country=expert.nationality, user=UserFactory()).user
    for user, of_centre in ((point, False), (unsecured, True)):
        kept = ShortlistFactory(owner=user, is_of_centre=of_centre, name="Kept")
        client = signed_in(user)
        for name, args in (("shortlists", []), ("choose-shortlist", []), *((each, [kept.pk]) for each in OF_ONE)):
            led = client.get(at(name, *args), follow=True)
            assert led.redirect_chain[0][0] == reverse("mfa_activate_totp"), name
        assertContains(led, "This opens once your account has a second factor.")
        client.post(at("rename-shortlist", kept.pk), {"name": "Renamed"})
        client.post(at("delete-shortlist", kept.pk))
        kept.refresh_from_db()
        assert kept.name == "Kept"


OF_ONE = ["shortlist", "compare-shortlist", "export-shortlist"]


def test_who_may_not_be_seen_any_more_is_not_on_it(centre, expert):
    shortlist = ShortlistFactory(experts=[expert])
    expert.take_back("kept")
    for name in ("shortlist", "compare-shortlist"):
        assert "Ada" not in centre.get(at(name, shortlist.pk)).content.decode()
    assert "1 more is on it" in centre.get(at("shortlist", shortlist.pk)).content.decode()
    lines = list(csv.reader(io.StringIO(taken(centre, shortlist, "csv", ["name"]).decode("utf-8-sig"))))
    assert lines == [["name"]]
    expert.erase()
    assert not Entry.objects.exists()


def test_a_focal_point_compares_what_a_focal_point_may_read(expert):
    client = focal_point(expert)
    client.post(at("shortlists"), {"name": "Ours"})
    shortlist = Shortlist.objects.get()
    foreigner = ExpertFactory(purposes=["kept"], name="Not Theirs")
    as_agreed_at_first(foreigner)
    client.post(at("choose-shortlist"), {"expert": [expert.key, foreigner.key], "shortlist": shortlist.pk})
    assert not shortlist.entries.exists()  # one of them is nobody to this reader, and they are told
    client.post(at("choose-shortlist"), {"expert": [expert.key], "shortlist": shortlist.pk})
    page = client.get(at("compare-shortlist", shortlist.pk)).content.decode()
    assert "=Ada Sample" in page
    for hidden in ("Female", expert.user.email, "Not Theirs"):
        assert hidden not in page
    assert client.get(at("export-shortlist", shortlist.pk)).status_code == 404
    assert client.post(at("export-shortlist", shortlist.pk), {"form": "csv", "columns": ["name"]}).status_code == 404
    assert "export" not in client.get(at("shortlist", shortlist.pk)).content.decode()
    assert not Export.objects.exists()


def test_side_by_side_are_those_chosen(centre, expert):
    other, third = ExpertFactory(name="Ben Sample"), ExpertFactory(name="Cid Sample")
    shortlist = ShortlistFactory(experts=[expert, other, third])
    page = centre.get(at("compare-shortlist", shortlist.pk), {"expert": [expert.key, other.key]}).content.decode()
    assert ("=Ada Sample" in page, "Ben Sample" in page, "Cid Sample" in page) == (True, True, False)
    assert "Female" in page


def test_numbers_are_written_as_the_language_does_and_nothing_else_is(centre):
    """Digits of a level, an address, a name and a note are no numbers."""
    expert = ExpertFactory(
        name="Ada 7", user=UserFactory(email="ada7@example.org"), purposes=["kept", "contacted"], days_per_year=30,
        first_year=date.today().year - 12, speaks={"ar": 5},
    )  # fmt: skip
    shortlist = ShortlistFactory(experts=[expert])
    shortlist.note(expert, "Room 9")
    columns = ["name", "languages", "years", "days_per_year", "email", "note"]
    side_by_side, export = (f"/ar{at(f'{name}-shortlist', shortlist.pk)}" for name in ("compare", "export"))
    printed = centre.post(export, {"form": "print", "columns": columns})
    for page in (centre.get(side_by_side).content.decode(), printed.content.decode()):
        for cell in ("Ada 7", "١٢", "٣٠", "ada7@example.org", "Room 9"):
            assert f"<bdi>{cell}</bdi>" in page, cell
        assert " C1</bdi>" in page


def test_the_chosen_stand_in_the_order_of_the_list(centre, db):
    people = ExpertFactory.create_batch(4)
    keys = [people[number].key for number in (2, 0, 3, 1)]
    asked = centre.get(at("choose-shortlist"), {"expert": keys})
    assert [profile.key for profile in asked.context["experts"]] == keys
    centre.post(at("choose-shortlist"), {"expert": keys, "name": "Best first"})
    entries = Shortlist.objects.get().entries.order_by("added_at", "pk").select_related("expert")
    assert [entry.expert.key for entry in entries] == keys


def taken(client, shortlist, form, columns):
    response = client.post(at("export-shortlist", shortlist.pk), {"form": form, "columns": columns})
    assert (response["Content-Type"], response.get("Content-Disposition")) == TAKEN_AS[form]
    return response.content


def test_what_is_taken_out_is_written_down(centre, expert):
    shortlist = ShortlistFactory(experts=[expert, ExpertFactory(name="Ben Sample", purposes=["kept", "contacted"])])
    shortlist.note(expert, "+cmd|x")
    columns = ["name", "gender", "email", "years", "note"]
    rows = list(csv.reader(io.StringIO(taken(centre, shortlist, "csv", columns).decode("utf-8-sig"))))
    assert rows[0] == ["name", "gender", "years of experience", "e-mail address", "note"]
    ben = Expert.objects.get(name="Ben Sample")
    assert rows[1] == ["'=Ada Sample", "Female", str(expert.years), "", "'+cmd|x"]
    assert rows[2] == ["Ben Sample", "", str(ben.years), ben.user.email, ""]
    sheet = load_workbook(io.BytesIO(taken(centre, shortlist, "xlsx", columns))).active
    assert [cell.value for cell in sheet[2]] == ["'=Ada Sample", "Female", expert.years, None, "'+cmd|x"]
    assert "<bdi>=Ada Sample</bdi>" in taken(centre, shortlist, "print", ["name"]).decode()
    exports = Export.objects.order_by("pk")
    assert [(each.by, each.shortlist, each.form, each.count) for each in exports] == [
        (centre.user, shortlist, form, 2) for form in ("csv", "xlsx", "print")
    ]
    assert exports[0].columns == columns
    assert {each.name for each in exports[0].experts.all()} == {"=Ada Sample", "Ben Sample"}
    assert exports[2].columns == ["name"]
    for wrong in ({"form": "csv"}, {"form": "zip", "columns": ["name"]}, {"form": "csv", "columns": ["cv"]}):
        assert centre.post(at("export-shortlist", shortlist.pk), wrong).status_code == 400
    assert Export.objects.count() == 3
    assert LogEntry.objects.count() == 0


def test_the_log_tells_who_took_what_of_whom(client, superuser, expert):
    """In words, and of nobody who does not agree to be kept any more; a clerk who keeps no rosters reads no names."""
    ben = ExpertFactory(name="Ben Sample", purposes=["kept"])
    ShortlistFactory(name="For Dakar", experts=[expert, ben])
    columns = ["name", "renewed_on", "note", "summary_fr"]
    export = Export.note(superuser, "csv", columns, [expert, ben], Shortlist.objects.get())
    rows, page = reverse("admin:experts_export_changelist"), reverse("admin:experts_export_change", args=[export.pk])
    told = client.get(page).text
    assert (superuser.email in told, "For Dakar" in told, "Table (.csv)" in told) == (True, True, True)
    assert "name, last confirmed, note, summary in French" in told
    assert f'<a href="{reverse("admin:experts_expert_change", args=[expert.pk])}"><bdi>=Ada Sample</bdi></a>' in told
    assert "الاسم، آخر تأكيد" in client.get(f"/ar{page}").text
    assert "Ada Sample" not in client.get(rows).text
    expert.take_back("kept")
    told = client.get(page).text
    assert ("Ada Sample" in told, "Ben Sample" in told) == (False, True)
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_export"))
    clerk.authenticator_set.create(type="totp", data={"secret": "not shown"})
    told = signed_in(clerk).get(page).text
    assert ("For Dakar" in told, "Ben Sample" in told) == (True, False)


def test_asking_takes_nothing_out(centre, expert):
    shortlist = ShortlistFactory(experts=[expert])
    asked = centre.get(at("export-shortlist", shortlist.pk) + "?form=csv&columns=name")
    assert asked["Content-Type"].startswith("text/html")
    assert ">Export</button>" in asked.content.decode()
    assert "=Ada Sample" not in asked.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    "query", ["expert=x", "expert=%00", "expert=1&expert=2", "expert=" + "a" * 9000, "shortlist=x"]
)
def test_bad_addresses_do_no_harm(centre, expert, query):
    shortlist = ShortlistFactory(experts=[expert])
    assert "No expert is chosen." in centre.get(at("choose-shortlist") + "?" + query).content.decode()
    assert "=Ada Sample" in centre.get(at("compare-shortlist", shortlist.pk) + "?" + query).content.decode()
    posted = dict(pair.split("=") for pair in query.split("&"))
    refused = centre.post(at("choose-shortlist"), posted)
    assert refused.status_code == 400
    assert "<h1>Put on a shortlist</h1>" in refused.content.decode()
    assert [*shortlist.entries.values_list("expert", flat=True)] == [expert.pk]


def test_experts_stand_in_the_order_in_which_they_came(centre, db):
    people = ExpertFactory.create_batch(12)
    shortlist = ShortlistFactory(experts=people[::-1])
    assert shortlist.add(people[:3]) == 0
    assert [
        entry.expert for entry, _profile, _form in centre.get(at("shortlist", shortlist.pk)).context["entries"]
    ] == people[::-1]


def test_a_shortlist_is_short(centre, expert):
    shortlist = ShortlistFactory()
    Entry.objects.bulk_create(Entry(shortlist=shortlist, expert=ExpertFactory()) for _n in range(3))
    from experts.models import shortlist as module  # noqa: PLC0415  only here

    assert MOST == 200
    module.MOST = 3
    try:
        centre.post(at("choose-shortlist"), {"expert": [expert.key], "shortlist": shortlist.pk})
    finally:
        module.MOST = MOST
    assert shortlist.entries.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_fill_it_at_once_do_not_make_it_too_long(monkeypatch):
    monkeypatch.setattr("experts.models.shortlist.MOST", 5)
    one, many = ShortlistFactory(), ExpertFactory.create_batch(6)
    fill = [lambda some=some: Shortlist.objects.get(pk=one.pk).add(some) for some in (many[:3], many[3:])]
    assert race(*fill) == ["A shortlist holds at most 200 experts.", "done"]
    assert one.entries.count() == 3


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_as_much_for_three_as_for_one(centre, count, django_assert_max_num_queries):
    shortlist = ShortlistFactory(experts=ExpertFactory.create_batch(count))
    centre.get(at("shortlist", shortlist.pk))
    for name, args in (("shortlist", [shortlist.pk]), ("compare-shortlist", [shortlist.pk]), ("search", [])):
        with django_assert_max_num_queries(16):
            page = centre.get(at(name, *args)).content.decode()
        assert all(each.expert.name in page for each in shortlist.entries.select_related("expert"))


def test_the_public_search_has_no_boxes_and_few_queries(db, django_assert_num_queries):
    ExpertFactory.create_batch(2)
    Client().get(at("search"))
    with django_assert_num_queries(4):
        page = Client().get(at("search")).content.decode()
    assert 'name="expert"' not in page
    assert "shortlist" not in page.lower()
