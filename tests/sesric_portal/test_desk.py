"""What waits for somebody stands on the desk in one order, whatever app it comes from."""

from datetime import timedelta

from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.models import Draft
from accounts.waiting import Turn
from tests.factories import ExpertFactory, MembershipFactory, MessageFactory, OpportunityFactory, RepresentationFactory


def test_the_most_pressing_comes_first(client, db):
    mine = RepresentationFactory()
    user, one, other = mine.user, mine.institution, RepresentationFactory().institution
    MembershipFactory(institution=one)
    RepresentationFactory(user=user, institution__status="returned", institution__name_en="Returned")
    Draft.save_answers(user, "institution", "", "institution", {"name_en": ["Begun"]})
    ExpertFactory(user=user, status="returned")
    OpportunityFactory(institution=one, apply_by=localdate() + timedelta(days=3), title="Closes")
    OpportunityFactory(institution=one, status="draft", made_by=user, title="Draft")
    message = MessageFactory(side__institution=other, side__partner=one)
    message.side.conversation.sides.filter(institution=one).update(heard_at=now())
    client.force_login(user)
    tasks = client.get(reverse("desk")).context["tasks"]
    assert [task.turn for task in tasks] == sorted(task.turn for task in tasks)
    assert [(task.turn, task.about) for task in tasks if task.turn != Turn.OFFERED] == [
        (Turn.RETURNED, "Returned"),
        (Turn.RETURNED, "Roster of experts"),
        (Turn.ASKED, "Study visit"),
        (Turn.CLOSES, "Closes"),
        (Turn.BEGUN, "Begun"),
        (Turn.BEGUN, "Draft"),
    ]
