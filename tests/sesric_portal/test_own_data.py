"""People take their data along, and take their account away."""

import json

import pghistory
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.timezone import now
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import Draft, User
from notifications.models import Follower, Letter
from partners.models import Invitation, Representation, WeeklyLetter
from sesric_portal.own_data import held_about
from tests.accounts.helpers import PASSWORD, confirmed_user, show_it_is_me
from tests.factories import (
    ApartFactory,
    BlockFactory,
    EngagementFactory,
    ExpertFactory,
    ExportFactory,
    FocalPointFactory,
    FollowerFactory,
    InstitutionFactory,
    InterestFactory,
    InvitationFactory,
    LetterFactory,
    MailStopFactory,
    MembershipFactory,
    MessageFactory,
    NoticeFactory,
    NotificationFactory,
    OpportunityFactory,
    ProposalFactory,
    ProposedChangeFactory,
    ProposedRewriteFactory,
    ReportFactory,
    RepresentationFactory,
    ReviewFactory,
    ShortlistFactory,
    SideFactory,
)


def test_both_ask_for_the_password_once_more(client, db):
    client.force_login(confirmed_user())
    for name in ("own-data", "close-account"):
        for method in ("get", "post"):
            response = getattr(client, method)(reverse(name))
            assert response.status_code == 302
            assert "/reauthenticate/" in response["Location"]


def test_who_showed_that_it_is_them_is_led_to_the_page_with_the_button(client, db):
    """Not to the file: the browser would save it and stay on the page that asks."""
    client.force_login(ExpertFactory(user=confirmed_user()).user)
    for page, file in (("own-data", "own-data-file"), ("experts:download", "experts:download-file")):
        assertRedirects(client.get(reverse(file)), reverse(page), fetch_redirect_response=False)
        asking = client.get(reverse(page)).headers["Location"]
        assertContains(client.get(asking), "Before this opens, show once more that the account is yours.")
    for page, file in (("own-data", "own-data-file"), ("experts:download", "experts:download-file")):
        assertRedirects(
            client.post(f"{reverse('account_reauthenticate')}?next={reverse(page)}", {"password": PASSWORD}),
            reverse(page),
        )
        assertContains(client.get(reverse(page)), f'href="{reverse(file)}"')
        assert client.get(reverse(file)).headers["Content-Disposition"].startswith("attachment; ")


def test_everything_held_is_handed_out(client, db):
    user = confirmed_user(name="Somebody Sample")
    one = RepresentationFactory(
        user=user, position="Head of Seeds", institution__name_en="Sample Institute"
    ).institution
    Invitation.send(one, "friend@example.org", user)
    Draft.save_answers(user, "institution", "", "institution", {"name_en": ["Half an institute"]})
    LetterFactory(recipients=[user.email], text="A letter to me")
    LetterFactory(recipients=["other@example.org"], text="A letter to another")
    follower = FollowerFactory(user=user)
    InterestFactory(follower=follower, words="what I look for")
    NotificationFactory(follower=follower, announcement__title="News for me")
    InterestFactory(words="what another looks for")
    client.force_login(user)
    show_it_is_me(client)
    response = client.get(reverse("own-data-file"))
    held = json.loads(response.content)
    text = json.dumps(held)
    for value in (
        user.email,
        "Somebody Sample",
        "Head of Seeds",
        "Sample Institute",
        "friend@example.org",
        "Half an institute",
        "A letter to me",
        "what I look for",
        "News for me",
    ):
        assert value in text
    assert "what another looks for" not in text
    assert "A letter to another" not in text
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'


def test_where_a_password_is_asked_for_programs_that_keep_them_are_told_whose(client, db):
    user = confirmed_user()
    client.force_login(user)
    field = f'<input type="text" value="{user.email}" autocomplete="username" hidden>'
    for page in (client.get(reverse("close-account"), follow=True), client.get(reverse("account_change_password"))):
        assert 'type="password"' in page.text
        assert field in page.text


def test_a_closed_account_leaves_no_name_behind(client, db):
    user = confirmed_user(name="Somebody Sample")
    email = user.email
    mine = RepresentationFactory(user=user)
    heir = RepresentationFactory(institution=mine.institution, is_manager=False)
    Representation.ask(InstitutionFactory(), user, "Clerk", "My words")
    LetterFactory(recipients=[email])
    InterestFactory(follower=FollowerFactory(user=user))
    Draft.save_answers(user, "institution", "", "institution", {"name_en": ["x"]})
    client.force_login(user)
    show_it_is_me(client)
    assert "no longer speak for" in client.get(reverse("close-account")).content.decode()
    assert client.post(reverse("close-account")).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.is_active, user.has_usable_password()) == ("", False, False)
    assert str(user) == "a closed account"
    assert not user.emailaddress_set.exists()
    assert not Draft.objects.exists()
    assert not Follower.objects.exists()
    assert list(mine.institution.representations.managing()) == [heir]
    assert not Letter.objects.to(email).exists()
    told = Letter.objects.values_list("text", flat=True)
    assert not any("Somebody Sample" in text for text in told)
    assert client.get(reverse("desk")).status_code == 302
    assert User.objects.filter(email=email).count() == 0


def test_others_keep_their_account(client, db):
    other = confirmed_user()
    client.force_login(confirmed_user())
    show_it_is_me(client)
    client.post(reverse("close-account"))
    other.refresh_from_db()
    assert other.is_active


def rows_of(user):
    """A row for each way in which something stored points to an account: model and field, and how such a row is made."""
    point, expert = FocalPointFactory(), ExpertFactory()
    review = {"role": "centre", "by": user}
    return {
        "account.EmailAddress.user": lambda: user.emailaddress_set.create(email="second@example.org"),
        "accounts.Draft.user": lambda: Draft.save_answers(user, "institution", "", "institution", {}),
        "admin.LogEntry.user": lambda: user.logentry_set.create(action_flag=1, object_repr="x"),
        "events.EngagementReview.by": lambda: EngagementFactory().reviews.create(decision="rated", **review),
        "experts.Apart.by": lambda: ApartFactory(by=user),
        "experts.Expert.user": lambda: ExpertFactory(user=user),
        "experts.ExpertReview.by": lambda: expert.reviews.create(decision="approved", **review),
        "experts.Export.by": lambda: ExportFactory(by=user),
        "experts.Shortlist.owner": lambda: ShortlistFactory(owner=user),
        "mfa.Authenticator.user": lambda: user.authenticator_set.create(type="totp", data={}),
        "notifications.Follower.user": lambda: InterestFactory(follower=FollowerFactory(user=user)),
        "notifications.MailStop.stopped_by": lambda: MailStopFactory(stopped_by=user),
        "partners.Block.by": lambda: BlockFactory(by=user),
        "partners.Block.lifted_by": lambda: BlockFactory(lifted_by=user, lifted_at=now()),
        "partners.Invitation.made_by": lambda: InvitationFactory(made_by=user),
        "partners.Message.author": lambda: MessageFactory(author=user),
        "partners.Notice.published_by": lambda: NoticeFactory(published_by=user),
        "partners.ProposedChange.proposed_by": lambda: ProposedChangeFactory(proposed_by=user),
        "partners.Report.by": lambda: ReportFactory(by=user),
        "partners.Report.handled_by": lambda: ReportFactory(handled_by=user, handled_at=now(), note="Seen."),
        "partners.Representation.user": lambda: RepresentationFactory(user=user),
        "partners.Review.by": lambda: ReviewFactory(by=user),
        "partners.Review.person": lambda: ReviewFactory(person=user),
        "partners.Side.begun_by": lambda: SideFactory(begun_by=user),
        "partners.WeeklyLetter.user": lambda: WeeklyLetter.objects.create(user=user, monday="2026-01-05"),
        "programmes.DesignationStep.by": lambda: point.steps.create(what="confirmed", by=user),
        "programmes.FocalPoint.user": lambda: FocalPointFactory(user=user),
        "programmes.Proposal.decided_by": lambda: ProposalFactory(decided_by=user, decided_at=now(), told_at=now()),
        "programmes.Proposal.proposed_by": lambda: ProposalFactory(proposed_by=user),
        "trop.MembershipReview.by": lambda: MembershipFactory().reviews.create(decision="approved", **review),
        "trop.OpportunityReview.by": lambda: OpportunityFactory().reviews.create(decision="approved", **review),
        "trop.ProposedRewrite.proposed_by": lambda: ProposedRewriteFactory(proposed_by=user),
        "trop.TrainingOpportunity.made_by": lambda: OpportunityFactory(made_by=user),
        "usersessions.UserSession.user": lambda: user.usersession_set.create(
            session_key="x", ip="192.0.2.7", last_seen_at=now(), data={}
        ),
    }


def ways_to_an_account():
    """Every foreign key to an account but those of the copies that histories keep."""
    models = [
        each for each in apps.get_models() if not issubclass(each, pghistory.models.Event | pghistory.models.Events)
    ]
    return {
        f"{model._meta.label}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is User and not field.many_to_many
    }


def test_every_row_that_points_to_an_account_is_handed_out(db):
    user = confirmed_user()
    rows = rows_of(user)
    assert ways_to_an_account() == set(rows)
    left_out = []
    for way, make in rows.items():
        before = json.dumps(held_about(user), cls=DjangoJSONEncoder)
        make()
        if json.dumps(held_about(user), cls=DjangoJSONEncoder) == before:
            left_out.append(way)
    assert left_out == []


def test_an_invitation_is_handed_out_and_goes_with_the_account(client, db):
    user = confirmed_user(email="ali@example.org")
    user.emailaddress_set.create(email="ali.second@example.org", verified=True)
    taken, open_still, another = (
        InvitationFactory(email=email)
        for email in ("ali@example.org", "ali.second@example.org", "ali.other@example.org")
    )
    taken.accept(user, "Clerk")
    received = held_about(user)["institutions"]["invitations received"]
    assert {each["institution"] for each in received} == {str(taken.institution), str(open_still.institution)}
    LetterFactory(recipients=["ali.second@example.org"])
    client.force_login(user)
    show_it_is_me(client)
    client.post(reverse("close-account"))
    assert list(Invitation.objects.all()) == [another]
    assert not Letter.objects.to("ali.second@example.org").exists()
