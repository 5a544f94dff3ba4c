"""What is typed into a form is kept until it is sent, for every form of institutions' people alike."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts import drafts
from accounts.models import Draft
from partners import drafts as of_partners
from partners.models import Institution, Message, Notice, ProposedChange, Representation
from tests.factories import (
    CountryFactory,
    InstitutionFactory,
    LanguageFactory,
    NoticeFactory,
    RepresentationFactory,
    SectorFactory,
    SideFactory,
    UserFactory,
)

HX = {"HX-Request": "true"}


@pytest.fixture
def mine(client, db):
    speaking = RepresentationFactory(institution__name_en="Mine", institution__offers="Courses.")
    client.force_login(speaking.user)
    return speaking


@pytest.fixture
def rows(mine):
    """What each form is filled in about."""
    partner = RepresentationFactory(institution__name_en="Partner").institution
    rows = dict.fromkeys(("profile", "change-of-facts", "new-notice"), mine.institution)
    rows |= dict.fromkeys(("request-to-represent", "message"), partner)
    return rows | {
        "notice": NoticeFactory(institution=mine.institution),
        "answer": SideFactory(institution=mine.institution, partner=partner),
    }


# A few words typed into each form, of which nothing could be sent.
TYPED = {
    "profile": {"offers": "Half a sen"},
    "change-of-facts": {"name_en": "Half a na", "country": "", "kind": ""},
    "new-notice": {"title": "Half a ti"},
    "notice": {"title": "Half a ti", "text": ""},
    "request-to-represent": {"words": "I work in the dep"},
    "message": {"subject": "Half a sub", "text": ""},
    "answer": {"text": "Half an ans"},
}
NAMES = list(TYPED)


def at(verb, name, row):
    return reverse(f"accounts:{verb}-draft", args=[name, row.pk])


def page_of(name, row):
    return drafts.drafted_as(name).address(row)


def begins_with(client, name, row):
    form = client.get(page_of(name, row)).context["form"]
    return {field: form[field].value() for field in TYPED[name]}


def test_every_form_is_tried():
    assert [each.name for each in of_partners.ALL] == NAMES


@pytest.mark.parametrize("name", NAMES)
class TestEveryForm:
    def test_is_kept_while_it_is_typed(self, client, rows, name):
        row = rows[name]
        assert begins_with(client, name, row) != TYPED[name]
        kept = client.post(at("keep", name, row), TYPED[name], headers=HX)
        assert "Draft saved at" in kept.content.decode()
        assert begins_with(client, name, row) == TYPED[name]
        shown = client.get(page_of(name, row)).content.decode()
        assert "Nothing of it has been sent" in shown
        assert at("discard", name, row) in shown

    def test_is_kept_without_scripts_too(self, client, rows, name):
        row = rows[name]
        assert at("keep", name, row) in client.get(page_of(name, row)).content.decode()  # a button leads there
        assert client.post(at("keep", name, row), TYPED[name])["Location"] == reverse("desk")
        desk = client.get(reverse("desk")).content.decode()
        assert page_of(name, row) in desk
        assert str(drafts.drafted_as(name).task) in desk

    def test_is_kept_where_it_is_refused(self, client, rows, name):
        row = rows[name]
        typed = {field: value if name != "answer" else "" for field, value in TYPED[name].items()}
        assert client.post(page_of(name, row), typed).status_code == 400
        assert begins_with(client, name, row) == typed

    def test_is_discarded(self, client, rows, name):
        row = rows[name]
        client.post(at("keep", name, row), TYPED[name])
        assert client.post(at("discard", name, row))["Location"] == page_of(name, row)
        assert begins_with(client, name, row) != TYPED[name]
        assert "Nothing of it has been sent" not in client.get(page_of(name, row)).content.decode()

    def test_is_somebodys_own(self, client, mine, rows, name):
        row = rows[name]
        client.post(at("keep", name, row), TYPED[name])
        colleague = RepresentationFactory(institution=mine.institution, is_manager=False).user
        theirs = Client()
        theirs.force_login(colleague)
        assert begins_with(theirs, name, row) != TYPED[name]
        theirs.post(at("discard", name, row))
        assert begins_with(client, name, row) == TYPED[name]

    def test_is_not_for_those_to_whom_the_form_is_not(self, client, rows, name):
        stranger = Client()
        stranger.force_login(UserFactory())
        for verb in ("keep", "discard"):
            answer = stranger.post(at(verb, name, rows[name]), TYPED[name])
            is_open = name in ("request-to-represent", "message")  # anybody may begin these
            assert answer.status_code == (302 if is_open else 404)
            assert client.get(at(verb, name, rows[name])).status_code == 405
        assert Draft.objects.exclude(form__in=["request-to-represent", "message"]).count() == 0

    def test_has_its_keeper_lose_it_with_the_institution(self, client, mine, rows, name):
        """Who speaks for it no longer neither sees nor keeps a draft about it."""
        client.post(at("keep", name, rows[name]), TYPED[name])
        Representation.objects.filter(user=mine.user).update(ended_at=now(), is_manager=False)
        is_open = name in ("request-to-represent", "message")
        assert client.post(at("keep", name, rows[name]), TYPED[name]).status_code == (302 if is_open else 404)
        assert (page_of(name, rows[name]) in client.get(reverse("desk")).content.decode()) is is_open


def answers(name, mine):
    profile = {"sectors": [SectorFactory().slug], "languages": [LanguageFactory(code="en").code], "written_in": "en"}
    notice = {"kind": "offer", "title": "A title", "text": "Words", **profile}
    return {
        "profile": profile | {"offers": "New."},
        "change-of-facts": {"name_en": "New", "country": CountryFactory().iso2, "kind": "ministry"},
        "new-notice": notice | {"closes_on": str(localdate() + timedelta(days=30))},
        "notice": notice,
        "request-to-represent": {"person": "A. Person", "position": "Clerk", "agrees": "on"},
        "message": {"institution": mine.institution.slug, "subject": "About", "text": "Words"},
        "answer": {"text": "Words"},
    }[name]


def recorded():
    models = (Institution, ProposedChange, Notice, Representation, Message)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_kept_goes_when_it_is_sent_and_only_then_is_anything_recorded(client, mine, rows, name):
    before = recorded()
    client.post(at("keep", name, rows[name]), TYPED[name])
    other = Draft.save_answers(mine.user, name, 987_654, "", {"title": ["Of another"]})
    assert recorded() == before
    assert client.post(page_of(name, rows[name]), answers(name, mine)).status_code == 302
    assert recorded() != before
    assert list(Draft.objects.all()) == [other]


def test_a_box_that_was_emptied_stays_empty(client, mine):
    mine.institution.sectors.add(SectorFactory())
    client.post(at("keep", "profile", mine.institution), {"offers": "Other"})
    form = client.get(reverse("partners:edit", args=[mine.institution.slug])).context["form"]
    assert not form["sectors"].value()


def test_looking_at_it_first_keeps_it(client, mine):
    client.post(reverse("partners:preview", args=[mine.institution.slug]), {"offers": "To look at"})
    assert begins_with(client, "profile", mine.institution) == {"offers": "To look at"}


def test_a_draft_says_that_somebody_saved_since(client, mine):
    warning = "what is on record is newer than your draft"
    client.post(at("keep", "profile", mine.institution), TYPED["profile"])
    page = page_of("profile", mine.institution)
    assert warning not in client.get(page).content.decode()
    mine.institution.keep_profile(mine.user, offers="By a colleague")
    shown = client.get(page)
    assert warning in shown.content.decode()
    assert shown.context["form"]["offers"].value() == "Half a sen"


def test_a_form_made_once_is_a_new_one_each_time(client, rows):
    """The mark by which a form sent twice counts once is no part of a draft: it would swallow the next message."""
    client.post(at("keep", "answer", rows["answer"]), {"text": "Words", "key": "00000000-0000-4000-8000-000000000001"})
    keys = {str(client.get(page_of("answer", rows["answer"])).context["form"]["key"].value()) for _time in range(2)}
    assert len(keys - {"00000000-0000-4000-8000-000000000001", "None"}) == 2


def test_what_no_form_is_called_is_not_kept(client, mine):
    assert client.post(reverse("accounts:keep-draft", args=["nothing", 1]), {"a": "b"}).status_code == 404
    assert Draft.objects.count() == 0


def test_only_fields_of_the_form_are_kept(client, mine):
    client.post(at("keep", "profile", mine.institution), {"offers": "New", "password": "x", "status": "listed"})
    assert Draft.objects.get().answers == {"": {"offers": ["New"]}}


def test_an_ended_session_is_told_so_and_nothing_is_kept(db):
    answer = Client().post(reverse("accounts:keep-draft", args=["profile", InstitutionFactory().pk]), {}, headers=HX)
    assert (answer.status_code, Draft.objects.count()) == (401, 0)
