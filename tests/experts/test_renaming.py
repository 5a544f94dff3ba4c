"""Another name of a listed expert: the one that was reviewed is shown until the Centre accepts it."""

import io
import json
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from experts.merging import merge
from experts.models import Expert, ProposedName
from notifications.models import Letter
from partners.applications import Decision, Status
from tests.accounts.helpers import confirmed_user, show_it_is_me
from tests.experts.helpers import ANSWERS, TRUE, lists, register
from tests.factories import ExpertFactory, ProposedNameFactory, UserFactory
from tests.racing import race

NEW = {"title": "professor", "name": "Zebulon Wildebeest", "name_ar": "نو جديد"}


def step(name):
    return reverse("experts:profile-step", args=[name])


def rename(client, **names):
    """Keep the profile with another name; give the page that tells what became of it."""
    client.post(step("person"), ANSWERS["person"] | names)
    return client.post(reverse("experts:profile-send"), TRUE, follow=True)


def decided(expert):
    return [each.decision for each in expert.reviews.order_by("at", "pk")][2:]  # after it was applied and listed


def address(name, change):
    return reverse(f"admin:experts_proposedname_{name}", args=[change.pk])


@pytest.fixture
def expert(client, db):
    client.force_login(confirmed_user(name="", language="fr"))
    register(client, consent={"kept": "on", "public": "on"})
    one = Expert.objects.get()
    one.approve(None)
    Expert.objects.update(endorsed_on=localdate())
    return one


def test_the_name_on_record_is_shown_until_the_centre_accepts_another(client, expert):
    shown_at = reverse("experts:expert", args=["environment-water", expert.key])
    page = rename(client, **NEW)
    assert "Saved. Your page keeps the name it has until the Centre accepts the new one." in page.text
    assert "<del><bdi>Zaynab Samplename</bdi></del> <ins><bdi>Zebulon Wildebeest</bdi></ins>" in page.text
    assert "<ins><bdi>Professor</bdi></ins>" in page.text
    public = client.get(shown_at).text
    assert ("Zaynab Samplename" in public, "Zebulon" in public, "نو جديد" in public) == (True, False, False)
    assert "Zebulon" not in client.get(reverse("experts:search") + "?q=zaynab").text
    assert "Zebulon" not in "".join(expert.reviews.values_list("reason", flat=True))
    change = ProposedName.objects.get()
    change.accept(UserFactory())
    expert.refresh_from_db()
    assert {name: getattr(expert, name) for name in NEW} == NEW
    assert expert.endorsed_on == localdate()  # the person is the same
    assert "Zebulon Wildebeest" in client.get(shown_at).text
    assert "waits for the Centre" not in client.get(reverse("experts:desk")).text
    assert decided(expert) == [Decision.CHANGE_PROPOSED, Decision.CHANGE_ACCEPTED]


def test_everything_else_of_the_profile_is_shown_at_once(client, expert):
    rename(client, name="Zebulon Wildebeest", gender="male")
    expert.refresh_from_db()
    assert (expert.gender, expert.name) == ("male", "Zaynab Samplename")
    assert "Saved. The page shows it now." in rename(client, gender="female").text
    expert.refresh_from_db()
    assert (expert.gender, expert.proposed_names.count()) == ("female", 0)


def test_letters_tell_of_it_in_the_language_of_the_expert_and_name_nobody(client, expert):
    Letter.objects.all().delete()
    rename(client, **NEW)
    ProposedName.objects.get().refuse(UserFactory(), "Une pièce d’identité manque.")
    rename(client, **NEW)
    ProposedName.objects.waiting().get().accept(UserFactory())
    letters = Letter.objects.to(expert.user.email).order_by("pk")
    assert [each.subject for each in letters] == [
        "Votre nouveau nom dans le fichier d’experts attend la décision du Centre",
        "Votre nouveau nom dans le fichier d’experts n’a pas été accepté",
        "Votre nouveau nom dans le fichier d’experts attend la décision du Centre",
        "Votre nouveau nom dans le fichier d’experts a été accepté",
    ]
    assert "Une pièce d’identité manque." in letters[1].text
    assert not any(name in each.text for each in letters for name in (*NEW.values(), "Zaynab"))


def test_a_newer_change_takes_the_place_of_one_that_waits_and_the_old_name_takes_it_back(client, expert):
    rename(client, name="Zebulon Wildebeest")
    first = ProposedName.objects.get()
    assert client.get(step("person")).context["form"]["name"].value() == "Zebulon Wildebeest"
    rename(client, name="Zebulon Wildebeest")  # the same waits on
    client.post(reverse("experts:profile-send"), TRUE)  # and so it does where nothing of it is touched
    assert list(ProposedName.objects.all()) == [first]
    rename(client, name="Zebulon Kudu")
    assert [each.facts for each in ProposedName.objects.all()] == [{"name": "Zebulon Kudu"}]
    with pytest.raises(ValidationError, match="decided in the meantime"):
        first.accept(UserFactory())
    rename(client)
    assert not ProposedName.objects.exists()
    expert.refresh_from_db()
    assert expert.name == "Zaynab Samplename"


def test_an_application_under_review_changes_freely(client, expert):
    Expert.objects.update(status=Status.RETURNED)
    rename(client, **NEW)
    expert.refresh_from_db()
    assert (expert.name, expert.status, ProposedName.objects.count()) == (NEW["name"], Status.APPLIED, 0)


def test_editors_decide_from_their_queue(client, editor):
    change = ProposedNameFactory(expert__name="Zaynab Samplename", facts={"name": "Zebulon Wildebeest"})
    ProposedNameFactory(expert__name="Hidden Okapi", expert__purposes=[])  # agrees to nothing any more
    page = client.get(reverse("admin:index"))
    (queue,) = [each for each in page.context["queues"] if str(each.label) == "Names of experts to decide on"]
    assert queue.count == 1
    listed = client.get(queue.url).text
    assert ("Zebulon Wildebeest" in listed, "Hidden Okapi" in listed) == (True, False)
    asked = client.get(address("accept", change)).text
    assert '<del dir="auto">Zaynab Samplename</del> <ins dir="auto">Zebulon Wildebeest</ins>' in asked
    assert client.post(address("refuse", change), {"reason": " "}).status_code == 400
    done = client.post(address("accept", change), follow=True)
    assert "Zebulon Wildebeest: accepted. The page shows it now." in done.text
    late = client.post(address("refuse", change), {"reason": "Too late."}, follow=True)
    assert "This has been decided in the meantime." in late.text
    change.expert.refresh_from_db()
    assert (change.expert.name, change.expert.reviews.count()) == ("Zebulon Wildebeest", 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided():
    lists()
    change, by = ProposedNameFactory(), UserFactory()
    one, other = (ProposedName.objects.get(pk=change.pk) for _reviewer in range(2))
    answers = race(lambda: one.accept(by), lambda: other.refuse(by, "No."))
    assert answers == ["This has been decided in the meantime.", "done"]
    change.refresh_from_db()
    name = Expert.objects.get().name
    assert (name == "New Name") == change.was_accepted
    assert change.expert.reviews.count() == 1


def test_no_two_changes_of_one_expert_wait(db):
    change = ProposedNameFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposedNameFactory(expert=change.expert)
    change.refuse(None, "No.")
    assert ProposedNameFactory(expert=change.expert).decided_at is None


def test_what_is_held_of_it_is_handed_out_and_erased(client, expert):
    rename(client, **NEW)
    show_it_is_me(client)
    with zipfile.ZipFile(io.BytesIO(client.get(reverse("experts:download-file")).content)) as archive:
        held = json.loads(archive.read("expert.json"))
    assert [(each["values"], each["accepted"]) for each in held["changes of name"]] == [(NEW, False)]
    expert.refresh_from_db()
    expert.erase()
    assert not ProposedName.objects.exists()


def test_what_waits_moves_with_a_merged_record_unless_it_says_nothing_new(db):
    def pair(**facts):
        stays, goes = ExpertFactory(name="Zaynab Samplename"), ExpertFactory(name="Z. Samplename")
        ProposedNameFactory(expert=goes, facts=facts)
        return stays, goes

    stays, goes = pair(name="Zebulon Wildebeest")
    merge(stays, goes, UserFactory())
    assert [each.facts for each in stays.proposed_names.waiting()] == [{"name": "Zebulon Wildebeest"}]
    stays, goes = pair(name="Zaynab Samplename")
    merge(stays, goes, UserFactory())
    assert not stays.proposed_names.exists()
    stays, goes = pair(name="Zebulon Wildebeest")
    own = ProposedNameFactory(expert=stays)
    merge(stays, goes, UserFactory())
    assert list(stays.proposed_names.all()) == [own]
