"""References: asked by a letter, answered on a page without an account, once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from experts.emails import ask_for_reference
from experts.models import Reference
from notifications.models import Letter
from tests.factories import ExpertFactory, ReferenceFactory


@pytest.fixture
def reference(db):
    return ReferenceFactory(expert=ExpertFactory(purposes=["kept"]))


def at(reference):
    return reverse("experts:reference", args=[reference.key])


def test_reading_changes_nothing_and_answering_does(client, reference):
    assert reference.expert.name in client.get(at(reference)).content.decode()
    reference.refresh_from_db()
    assert reference.answered_at is None
    thanks = client.post(at(reference), {"answer": "knows", "words": "Good."})
    assertContains(thanks, "Your answer is with the Centre. There is nothing else to do.")
    reference.refresh_from_db()
    assert (reference.answer, reference.words) == ("knows", "Good.")


def test_who_comes_back_reads_that_it_is_answered_and_answers_once(client, reference):
    client.post(at(reference), {"answer": "knows"})
    again = client.get(at(reference))
    assertContains(again, "Your answer is with the Centre.")
    assertNotContains(again, reference.expert.name)
    assertNotContains(again, "already")
    assertContains(
        client.post(at(reference), {"answer": "declines"}), "This has been answered already.", status_code=409
    )
    reference.refresh_from_db()
    assert reference.answer == "knows"
    reference.expert.take_back("kept")
    assert client.get(at(reference)).status_code == 404


def test_who_does_not_know_the_person_is_told_which_answer_says_so(reference):
    """The letter names an answer that the page has."""
    ask_for_reference(reference)
    answer = Reference.Answer.DECLINES.label.removeprefix("I ")
    assert (
        f"If you do not know this person, do nothing, or choose there that you {answer}." in Letter.objects.get().text
    )


def test_a_faulty_answer_is_told(client, reference):
    response = client.post(at(reference), {"answer": "perhaps", "words": "Kept words"})
    assert response.status_code == 400
    assert "Kept words" in response.content.decode()
    assert not Reference.objects.answered().exists()


def test_guessing_leads_nowhere_and_withdrawing_closes_it(client, reference):
    """Who is not asked any more reads that nothing is needed; an address that was made up says the same."""

    def told(response):
        assertContains(response, "There is nothing for you to do.", status_code=404)
        assertNotContains(response, reference.expert.name, status_code=404)
        return response.text.replace(response.wsgi_request.path, "")

    made_up = client.get("/experts/references/6ba7b810-9dad-11d1-80b4-00c04fd430c8/")
    reference.expert.take_back("kept")
    withdrawn = client.get(at(reference))
    assert told(made_up) == told(withdrawn)
    assertContains(client.post(at(reference), {"answer": "knows"}), "There is nothing for you to do.", status_code=404)
    assert not Reference.objects.answered().exists()


@pytest.mark.parametrize("ended", [lambda one: one.take_out(), lambda one: one.expert.erase()], ids=["out", "erased"])
def test_who_is_taken_out_is_not_asked_any_more(client, reference, ended):
    ended(reference)
    assertContains(client.get(at(reference)), "There is nothing for you to do.", status_code=404)


def test_who_declined_is_not_asked_again_once_taken_out(client, reference):
    """What is kept of them is their address; the expert may name another, and again who answered otherwise."""
    expert, other = reference.expert, ReferenceFactory(expert=reference.expert)
    person, known = ({"name": "Named", "email": each.email.upper(), "relation": ""} for each in (reference, other))
    reference.give("declines", "Never met.")
    other.give("knows")
    Reference.ask(expert, [person, known])  # as they stand
    Reference.ask(expert, [])
    kept = expert.references.get()
    assert (kept.email, kept.name, kept.relation, kept.words) == (reference.email, "", "", "")
    client.force_login(expert.user)
    assertNotContains(client.get(reverse("experts:desk")), reference.email)
    assertNotContains(client.get(reverse("experts:profile-step", args=["experience"])), reference.email)
    named_again = {"referee_1": "Named", "referee_email_1": person["email"], "relation_1": ""}
    refused = client.post(reverse("experts:profile-step", args=["experience"]), named_again)
    assertContains(refused, "This person was asked before and is not asked again.", status_code=400)
    with pytest.raises(ValidationError, match="not asked again"):
        Reference.ask(expert, [person])
    Reference.ask(expert, [known])
    assert [letter.recipients for letter in Letter.objects.all()] == [[known["email"]]]
    expert.erase()
    assert not Reference.objects.exists()
