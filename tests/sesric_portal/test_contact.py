"""A letter from a reader to the Centre: it arrives, or nothing of it is lost."""

import pytest
from django.test import Client

from notifications.models import Letter
from tests.factories import UserFactory
from tests.pages import parsed

CONTACT = "/contact/"
FILLED = {"name": "Awa Diop", "email": "awa@example.org", "subject": "A question", "text": "Two lines\nof text & more."}


def kept(response):
    """What the fields of a form hold."""
    return {name: response.context["form"][name].value() for name in FILLED}


def test_a_letter_is_a_row(client, db, settings):
    response = client.post(CONTACT, FILLED)
    assert (response.status_code, response.headers["Location"]) == (302, "/contact/sent/")
    letter = Letter.objects.get()
    assert (letter.recipients, letter.reply_to) == ([settings.CENTRE_EMAIL], ["awa@example.org"])
    assert (letter.subject, letter.sender) == ("A question", settings.DEFAULT_FROM_EMAIL)
    assert letter.text.replace("\r\n", "\n") == "Two lines\nof text & more.\n\n-- \nAwa Diop <awa@example.org>"
    assert (letter.html, letter.sent_at) == ("", None)


def test_the_reader_stays_in_their_language(client, db):
    response = client.post("/ar/contact/", FILLED)
    assert response.headers["Location"] == "/ar/contact/sent/"
    assert '<html lang="ar" dir="rtl">' in client.get("/ar/contact/sent/").content.decode()


def test_programs_fall_into_the_pot(client, db):
    response = client.post(CONTACT, FILLED | {"leave_empty": "https://spam.example"})
    assert (response.status_code, response.headers["Location"]) == (302, "/contact/sent/")
    assert Letter.objects.count() == 0


def test_the_sixth_letter_in_an_hour_waits_with_its_text(client, db):
    answers = [client.post(CONTACT, FILLED | {"text": f"Letter {n}"}).status_code for n in range(5)]
    sixth = client.post(CONTACT, FILLED)
    assert (answers, sixth.status_code) == ([302] * 5, 429)
    assert (kept(sixth), Letter.objects.count()) == (FILLED, 5)
    assert "Two lines\nof text &amp; more.</textarea>" in sixth.content.decode()
    assert "<h1>Write to the Centre</h1>" in client.get(CONTACT).content.decode()
    elsewhere = client.post(CONTACT, FILLED, REMOTE_ADDR="192.0.2.7")
    assert (elsewhere.status_code, Letter.objects.count()) == (302, 6)


def test_a_second_click_sends_no_second_letter(client, db):
    assert [client.post(CONTACT, FILLED).status_code for _click in range(3)] == [302] * 3
    assert client.post(CONTACT, FILLED | {"text": "Another one."}).status_code == 302
    assert Letter.objects.count() == 2


def test_a_mistake_does_not_count_as_a_letter(client, db):
    for _attempt in range(6):
        client.post(CONTACT, FILLED | {"email": "awa"})
    assert client.post(CONTACT, FILLED).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "awa"), ("email", ""), ("email", "awa@example.org\nBcc: all@example.org"), ("name", ""), ("name", "x" * 151),
        ("subject", ""), ("subject", "x" * 151), ("text", ""), ("text", "x" * 5001), ("text", "a\x00b"), ("name", "\x00"),
    ],
)  # fmt: skip
def test_a_mistake_keeps_everything_typed(client, db, field, value):
    typed = FILLED | {field: value}
    response = client.post(CONTACT, typed)
    assert (response.status_code, Letter.objects.count()) == (400, 0)
    assert (kept(response), set(response.context["form"].errors)) == (typed, {field})


@pytest.mark.parametrize("field", ["subject", "name"])
def test_no_header_is_smuggled_in(client, db, field):
    client.post(CONTACT, FILLED | {field: "Hello\r\nBcc: victim@example.org\n"})
    letter = Letter.objects.get()
    assert letter.recipients == ["centre@example.org"]
    assert letter.subject == ("Hello Bcc: victim@example.org" if field == "subject" else "A question")
    assert letter.reply_to == ["awa@example.org"]


def test_who_is_signed_in_is_known(client, db):
    client.force_login(UserFactory(email="awa@example.org", name="Awa Diop"))
    assert {name: value for name, value in kept(client.get(CONTACT)).items() if value} == {
        "name": "Awa Diop", "email": "awa@example.org",
    }  # fmt: skip


HERE = {"headers": {"origin": "http://testserver"}}


def test_without_its_mark_a_letter_is_given_back_and_can_be_sent_again(db):
    reader = Client(enforce_csrf_checks=True)
    letter = FILLED | {"text": "Two lines\nof text & more, with enough words to need a box of their own."}
    refused = reader.post("/fr/contact/", letter, **HERE)
    assert (refused.status_code, Letter.objects.count()) == (403, 0)
    html = refused.content.decode()
    assert '<html lang="fr" dir="ltr">' in html
    assert "Two lines\nof text &amp; more, with enough words to need a box of their own.</textarea>" in html
    fields = {
        each["name"]: each["value"]
        for tag, each in parsed(refused).tags
        if tag == "input" and each.get("type") == "hidden"
    }
    again = reader.post("/fr/contact/", fields | {"text": letter["text"]}, **HERE)
    assert (again.status_code, again.headers["Location"]) == (302, "/fr/contact/sent/")
    assert Letter.objects.get().subject == "A question"


def test_the_form_of_another_site_is_not_handed_on(db):
    for headers in ({"origin": "https://evil.example"}, {"referer": "https://evil.example/testserver"}, {}):
        refused = Client(enforce_csrf_checks=True).post(CONTACT, FILLED, headers=headers)
        assert refused.status_code == 403
        assert FILLED["subject"] not in refused.content.decode()


def test_passwords_are_never_given_back(db):
    refused = Client(enforce_csrf_checks=True).post(
        "/accounts/signup/", {"email": "awa@example.org", "password1": "secret words"}, **HERE
    )
    assert refused.status_code == 403
    assert "secret words" not in refused.content.decode()


def test_other_methods_are_refused(client, db):
    assert [client.put(CONTACT).status_code, client.delete(CONTACT).status_code, client.head(CONTACT).status_code] == [
        405,
        405,
        200,
    ]
