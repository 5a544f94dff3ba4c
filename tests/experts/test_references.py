"""References: asked by a letter, answered on a page without an account, once."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from experts.models import Reference
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


def test_a_faulty_answer_is_told(client, reference):
    response = client.post(at(reference), {"answer": "perhaps", "words": "Kept words"})
    assert response.status_code == 400
    assert "Kept words" in response.content.decode()
    assert not Reference.objects.answered().exists()


def test_guessing_leads_nowhere_and_withdrawing_closes_it(client, reference):
    assert client.get("/experts/references/6ba7b810-9dad-11d1-80b4-00c04fd430c8/").status_code == 404
    reference.expert.take_back("kept")
    assert client.get(at(reference)).status_code == 404
