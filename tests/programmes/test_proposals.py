"""Focal points propose corrections and a deputy; the Centre decides on each, from a queue; they are told by letter."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.timezone import localdate, now

from experts.models import Expert
from notifications import designations
from notifications.models import Letter
from programmes.models import FocalPoint, Proposal
from tests.factories import (
    CountryFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    MembershipFactory,
    OpportunityFactory,
    ProposalFactory,
    UserFactory,
)
from trop.models import TrainingOpportunity


@pytest.fixture
def point(sign_in):
    """The focal point who is signed in."""
    return FocalPointFactory(user=sign_in(email="point@example.org"), office_en="Office of old")


def records(country):
    """A record of each kind that can be corrected, of a country: kind, record, a field and its new value as typed."""
    institution = MembershipFactory(institution=InstitutionFactory(country=country)).institution
    return [
        ("experts_expert", ExpertFactory(nationality=country, name="Amina Sampl"), "name", "Amina Sample"),
        ("trop_trainingopportunity", OpportunityFactory(institution=institution, seats=12), "seats", "21"),
    ]


def path(kind, record, page="propose"):
    return reverse(f"country:{kind}_{page}", args=[record.pk])


def typed(client, kind, record, **new):
    """The form as it is shown, with other values in some fields."""
    form = client.get(path(kind, record)).context["form"]
    shown = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    return shown | {"words": "The letter says so."} | new


def letters_to(address):
    return [letter.subject for letter in Letter.objects.order_by("pk") if letter.recipients == [address]]


def decide(client, proposal, step="accept", **answers):
    return client.post(reverse(f"admin:programmes_proposal_{step}", args=[proposal.pk]), answers)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_correction_is_proposed_and_accepted(client, point, sign_in, number):
    kind, record, name, value = [*records(point.country), ("programmes_focalpoint", point, "office_en", "New office")][
        number
    ]
    assert path(kind, record) in client.get(path(kind, record, "change")).text
    before = getattr(type(record).objects.get(pk=record.pk), name)
    answer = client.post(path(kind, record), typed(client, kind, record, **{name: value}))
    assert answer["Location"] == path(kind, record, "change")
    proposal = Proposal.objects.get()
    assert (proposal.record, proposal.point, proposal.proposed_by) == (record, point, point.user)
    assert list(proposal.facts) == [name]
    assert getattr(type(record).objects.get(pk=record.pk), name) == before

    editor = sign_in(is_staff=True, group="Editors")
    page = client.get(reverse("admin:programmes_proposal_accept", args=[proposal.pk])).text
    assert f'<del dir="auto">{before}</del>' in page
    assert f'<ins dir="auto">{value}</ins>' in page
    assert decide(client, proposal).status_code == 302
    assert str(getattr(type(record).objects.get(pk=record.pk), name)) == value
    proposal.refresh_from_db()
    assert (proposal.was_accepted, proposal.decided_by) == (True, editor)

    for _twice in range(2):
        designations.tell_of_proposals()
    country = point.country.name_en
    assert letters_to("point@example.org") == [f"The correction you proposed is made ({country})"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_correction_that_is_declined_changes_nothing(client, point, superuser, number):
    kind, record, name, value = [*records(point.country), ("programmes_focalpoint", point, "office_en", "New office")][
        number
    ]
    client.force_login(point.user)
    client.post(path(kind, record), typed(client, kind, record, **{name: value}))
    before = type(record).objects.values().get(pk=record.pk)
    client.force_login(superuser)
    proposal = Proposal.objects.get()
    assert decide(client, proposal, "decline").status_code == 400  # it has to be said why
    assert decide(client, proposal, "decline", reason="The letter says otherwise.").status_code == 302
    assert type(record).objects.values().get(pk=record.pk) == before
    designations.tell_of_proposals()
    (letter,) = Letter.objects.filter(recipients=["point@example.org"])
    assert "The letter says otherwise." in letter.text


def test_nothing_of_another_country_and_nothing_that_is_not_public(client, point):
    other = CountryFactory()
    hidden = [
        ("experts_expert", ExpertFactory(nationality=point.country, status="applied", waiting_since=now())),
        ("trop_trainingopportunity", OpportunityFactory(
            institution=MembershipFactory(institution__country=point.country).institution, status="waiting",
        )),
        ("programmes_focalpoint", FocalPointFactory(country=point.country, ended_on=localdate(), ended_because="Over")),
        *[(kind, record) for kind, record, _name, _value in records(other)],
        ("programmes_focalpoint", FocalPointFactory(country=other)),
    ]  # fmt: skip
    for kind, record in hidden:
        assert (record, client.get(path(kind, record)).status_code) == (record, 404)
        assert client.post(path(kind, record), {"words": "x", "name": "Taken", "office_en": "Taken"}).status_code == 404
    assert Proposal.objects.count() == 0


def test_only_public_facts_are_asked_and_taken(client, point):
    expert = ExpertFactory(nationality=point.country)
    form = client.get(path("experts_expert", expert)).context["form"]
    assert list(form.fields) == ["name", "name_ar", "employer", "summary_en", "summary_fr", "summary_ar", "words"]
    forged = typed(client, "experts_expert", expert, name="Other", status="withdrawn", days_per_year="3", gender="male")
    client.post(path("experts_expert", expert), forged)
    assert Proposal.objects.get().facts == {"name": "Other"}


def test_an_expert_is_told_of_the_correction_and_found_by_it(client, point, superuser):
    expert = ExpertFactory(nationality=point.country, user=UserFactory(email="expert@example.org"), name="Amina Sampl")
    Proposal.propose(point, point.user, "correction", expert, {"name": "Amina Zebra"}).accept(superuser)
    assert letters_to("expert@example.org") == ["Your profile on the roster of experts was corrected"]
    assert list(Expert.objects.search("zebra")) == [expert]


def test_what_is_as_it_was_is_no_proposal(client, point):
    answer = client.post(
        path("programmes_focalpoint", point), typed(client, "programmes_focalpoint", point), follow=True
    )
    assert [str(each) for each in answer.context["messages"]] == ["Nothing differs."]
    assert not Proposal.objects.exists()


def test_a_text_of_several_lines_that_was_left_alone_is_not_proposed(client, point):
    expert = ExpertFactory(nationality=point.country, summary_en="Teaches.\n\nAnd learns.", name="Amina Sampl")
    sent = typed(client, "experts_expert", expert, name="Amina Sample", summary_en="Teaches.\r\n\r\nAnd learns.")
    client.post(path("experts_expert", expert), sent)
    assert Proposal.objects.get().facts == {"name": "Amina Sample"}


def test_a_second_one_takes_the_place_of_the_first(client, point):
    for office in ("One", "Two"):
        client.post(
            path("programmes_focalpoint", point), typed(client, "programmes_focalpoint", point, office_en=office)
        )
    assert Proposal.objects.get().facts == {"office_en": "Two"}
    with pytest.raises(IntegrityError):
        Proposal.objects.create(
            point=point, kind="correction", record=point, facts={"office_en": "Three"}, proposed_by=point.user
        )


def test_what_a_form_would_refuse_is_refused(client, point):
    answer = client.post(path("programmes_focalpoint", point), {"office_en": "", "words": ""})
    assert (answer.status_code, Proposal.objects.count()) == (400, 0)


def test_what_does_not_fit_any_more_is_refused_and_waits_on(client, point, superuser):
    institution = MembershipFactory(institution__country=point.country).institution
    opportunity = OpportunityFactory(institution=institution)
    day = opportunity.ends_on - timedelta(days=1)
    proposal = Proposal.propose(point, point.user, "correction", opportunity, {"starts_on": day})
    TrainingOpportunity.objects.update(starts_on=day - timedelta(days=3), ends_on=day - timedelta(days=2))
    client.force_login(superuser)
    assert decide(client, Proposal.objects.get()).status_code == 400
    assert TrainingOpportunity.objects.get().starts_on == day - timedelta(days=3)
    proposal.refresh_from_db()
    assert proposal.is_open


def test_it_is_decided_once(point, superuser):
    proposal = Proposal.propose(point, point.user, "correction", point, {"office_en": "New"})
    proposal.accept(superuser)
    with pytest.raises(ValidationError):
        Proposal.objects.get().decline(superuser, "No.")
    assert FocalPoint.objects.get().office_en == "New"


def test_what_is_gone_can_only_be_declined(point, superuser):
    opportunity = OpportunityFactory()
    proposal = Proposal.propose(point, point.user, "correction", opportunity, {"seats": 3})
    TrainingOpportunity.objects.filter(pk=opportunity.pk).delete()
    with pytest.raises(ValidationError):
        Proposal.objects.get(pk=proposal.pk).accept(superuser)
    Proposal.objects.get(pk=proposal.pk).decline(superuser, "It is gone.")


def test_what_was_proposed_of_an_expert_goes_with_them(point):
    expert, other = ExpertFactory(), ExpertFactory()
    for each in (expert, other):
        Proposal.propose(point, point.user, "correction", each, {"name": "Personal"})
    expert.erase()
    assert [each.record for each in Proposal.objects.all()] == [other]


# --- Deputies, and the queue ------------------------------------------------------------------------------------------------


def test_a_deputy_is_proposed_and_waits_in_the_queue(client, point, superuser):
    client.force_login(point.user)
    with time_machine.travel(now() - timedelta(days=9)):
        client.force_login(point.user)
        client.post(
            reverse("country:programmes_focalpoint_deputy", args=[point.pk]), {"words": "Directorate of Schools"}
        )
    client.force_login(superuser)
    queue = next(
        each for each in client.get("/admin/").context["queues"] if str(each.label) == "Proposals of focal points"
    )
    assert (queue.count, queue.age, [each.count for each in queue.by_age]) == (1, "9 days", [0, 1, 0])
    listed = client.get(queue.url).context["cl"].result_list
    assert [each.words for each in listed] == ["Directorate of Schools"]
    proposal = Proposal.objects.get()
    assert decide(client, proposal).status_code == 302
    assert list(client.get(queue.url).context["cl"].result_list) == []
    assert [step.what for step in point.steps.order_by("pk")] == ["deputy-proposed", "deputy-accepted"]
    designations.tell_of_proposals()
    (letter,) = Letter.objects.filter(recipients=["point@example.org"])
    assert letter.subject.startswith("The deputy you proposed: the Centre agrees")
    assert "Directorate of Schools" in letter.text
    assert FocalPoint.objects.count() == 1  # the Centre designates on the letter of the authorities


def test_a_deputy_may_be_declined(client, point, superuser):
    proposal = ProposalFactory(point=point, proposed_by=point.user)
    client.force_login(superuser)
    decide(client, proposal, "decline", reason="Your authorities wrote of another office.")
    designations.tell_of_proposals()
    (letter,) = Letter.objects.filter(recipients=["point@example.org"])
    assert "Your authorities wrote of another office." in letter.text
    assert [step.what for step in point.steps.all()] == ["deputy-declined"]


def test_who_may_only_see_decides_nothing(client, sign_in):
    proposal = ProposalFactory()
    sign_in(is_staff=True)
    assert decide(client, proposal).status_code == 403
    assert Proposal.objects.get().is_open


@pytest.mark.parametrize("kind", ["deputy", "correction"])
def test_what_waited_when_the_seat_was_taken_over_is_told_to_the_successor(point, superuser, kind):
    facts = {"office_en": "New"} if kind == "correction" else None
    proposal = Proposal.propose(point, point.user, kind, point, facts, "Directorate of Schools")
    heir = UserFactory(email="heir@example.org")
    point.succeed(superuser, FocalPoint(office_en="Office", designated_on=localdate(), user=heir))
    proposal.decline(superuser, "The letter says otherwise.")
    designations.tell_of_proposals()
    assert letters_to("point@example.org") == []
    (letter,) = Letter.objects.filter(recipients=["heir@example.org"])
    assert letter.subject.startswith("What your predecessor proposed is not accepted")
    assert "Directorate of Schools" in letter.text
    assert "The letter says otherwise." in letter.text


def test_nobody_is_told_of_a_proposal_where_the_seat_is_vacant(point, superuser):
    proposal = ProposalFactory(point=point, proposed_by=point.user)
    point.end(superuser)
    proposal.accept(superuser)
    designations.tell_of_proposals()
    proposal.refresh_from_db()
    assert (letters_to("point@example.org"), proposal.told_at is None) == ([], False)
