"""Erasing: nothing anywhere in the database or among the files holds the person; what stays is a count."""

import html
import io
import json
import os
import re
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.keeping import KEPT
from accounts.models import Draft
from classifications.merging import pointing
from events.models import Engagement
from experts.models import Apart, Expert, Export, ProposedName, Roster
from experts.own_data import held_about
from experts.tasks import ask_whether_still_right, forget_lost_files
from notifications.designations import tell_of_proposals
from notifications.models import Letter
from notifications.tasks import forget_old_letters
from partners.applications import Decision, Status
from partners.emails import tell_centre_of_application
from partners.routing import route_all
from programmes.models import Proposal
from tests.accounts.helpers import confirmed_user, show_it_is_me, sign_in
from tests.experts.helpers import ANSWERS, TRUE, fill_in, pdf, register
from tests.factories import (
    ApartFactory,
    EngagementFactory,
    EventFactory,
    ExpertFactory,
    FocalPointFactory,
    FormerAddressOfExpertFactory,
    LanguageFactory,
    LetterFactory,
    ProposalFactory,
    ReferenceFactory,
    RosterFactory,
    SectorFactory,
    ShortlistFactory,
    UserFactory,
)

HELD = [
    "Zaynab Samplename", "زينب نموذج", "Quagga Employer", "Drip irrigation of vineyards", "Zebu course", "Okapi Ministry",
    "Gnuson Referee", "gnu@example.org", "Reliable as a wombat", "zaynab samplename", "drip irrigation",
    "Zebulon Wildebeest", "نو جديد",
]  # fmt: skip


def rows_that_hold(values):
    """Tables and columns, of whatever kind, in which one of the values stands."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND"
            " table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
        )
        for table, column in cursor.fetchall():
            for value in values:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',  # noqa: S608  names from the catalogue
                    [f"%{value}%"],
                )
                if cursor.fetchone()[0]:
                    found.add((table, column, value))
    return found


@pytest.fixture
def expert(client, db):
    user = confirmed_user(name="")
    client.force_login(user)
    register(client, consent={"kept": "on", "public": "on", "partners": "on"})
    one = Expert.objects.get()
    one.references.get().give("confirms", "Reliable as a wombat.")
    one.return_with("Dear Zaynab Samplename, which crops?", None)
    client.post(reverse("experts:profile-send"), TRUE)
    one.refresh_from_db()
    one.approve(None)
    other = ANSWERS["person"] | {"name": "Zebulon Wildebeest", "name_ar": "نو جديد"}
    client.post(reverse("experts:profile-step", args=["person"]), other)
    client.post(reverse("experts:profile-send"), TRUE)  # a name that waits for the Centre
    client.post(reverse("experts:profile-step", args=["person"]), ANSWERS["person"])  # a draft
    client.post(reverse("experts:upload-cv"), {"cv": pdf()})
    one.refresh_from_db()
    show_it_is_me(client)
    return one


def test_erasing_leaves_a_count_and_nothing_else(client, expert, django_capture_on_commit_callbacks):
    key, email, stored = str(expert.key), expert.user.email, Path(settings.MEDIA_ROOT) / expert.cv.name
    assert {value for _table, _column, value in rows_that_hold(HELD)} == set(HELD)
    assert stored.exists()
    other = Letter.objects.to(email).exclude(text__contains="/experts/").count()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("experts:erase")).headers["Location"] == reverse("desk")
    assert rows_that_hold([*HELD, key]) == set()
    assert not stored.exists()
    assert Letter.objects.to(email).count() == other
    assert Draft.objects.count() == 0
    assert Expert.objects.get().memberships.get().roster == Roster.objects.get(slug="environment-water")
    assert client.get(reverse("experts:desk")).headers["Location"] == reverse("experts:register-begin")
    for path in (
        "/experts/",
        "/experts/environment-water/",
        f"/experts/environment-water/{key}/",
        "/sitemap-experts.xml",
    ):
        assert "Zaynab" not in client.get(path).content.decode()


def test_the_letter_to_a_reference_that_was_replaced_goes_with_the_reference(expert):
    expert.references.model.ask(expert, [{"name": "Another Referee", "email": "another@example.org"}])
    assert [Letter.objects.to(each).count() for each in ("gnu@example.org", "another@example.org")] == [0, 1]
    expert.erase()
    assert rows_that_hold([*HELD, "Another Referee"]) == set()


def test_letters_to_an_earlier_address_go_too(expert):
    """The address of the account may have changed since."""
    earlier = expert.user.email
    LetterFactory(recipients=[earlier], text="A wallaby of another kind.")
    told = Letter.objects.to(earlier).filter(text__contains="/experts/desk/")
    assert "Dear Zaynab Samplename, which crops?" in "".join(told.values_list("text", flat=True))
    expert.user.emailaddress_set.update(email="new@example.org")
    expert.user.email = "new@example.org"
    expert.user.save()
    expert.erase()
    assert [each.text for each in Letter.objects.to(earlier)] == ["A wallaby of another kind."]


def test_letters_written_before_they_bore_the_key_go_too(expert):
    Letter.objects.update(headers={})
    other = LetterFactory(recipients=["another@example.org"], text="Of another's desk: /experts/desk/")
    expert.user.emailaddress_set.create(email="second@example.org", verified=True)
    LetterFactory(recipients=["second@example.org"], text="A wallaby. /experts/desk/")
    expert.erase()
    assert rows_that_hold([*HELD, "wallaby"]) == set()
    assert Letter.objects.get(pk=other.pk)


@pytest.mark.parametrize("end", ["erase", "take_back", "replace"])
def test_letters_whose_text_was_deleted_go_too(expert, end):
    """Their subject names the person, or says what became of them, and they tell whom the expert had named."""
    own, others = expert.user.email, LetterFactory(text="A wallaby of another kind.", subject="A wallaby")
    expert.renewed_at = now() - timedelta(days=310)
    expert.save()
    ask_whether_still_right()
    Letter.objects.update(sent_at=now() - timedelta(days=91))
    forget_old_letters()
    assert not Letter.objects.exclude(text="").exists()
    kept = {"Do you know the work of Zaynab Samplename?", "You are on the roster of experts", "A wallaby",
            "Is your profile on the roster of experts still right?"}  # fmt: skip
    assert kept <= set(Letter.objects.values_list("subject", flat=True))
    if end == "replace":
        expert.references.model.ask(expert, [{"name": "Another Referee", "email": "another@example.org"}])
        assert Letter.objects.to(own).exists()
    elif end == "take_back":
        expert.take_back("kept")
    else:
        expert.erase()
    assert not Letter.objects.to("gnu@example.org").exists()
    assert Letter.objects.filter(pk=others.pk).exists()
    if end != "replace":
        assert not Letter.objects.to(own).filter(subject__icontains="roster").exists()


def test_what_readers_asked_the_centre_about_the_person_goes_too(client, expert, django_capture_on_commit_callbacks):
    """By the button on their page: its address is the subject of the letter."""
    expert.agree_to("public")
    page = Client().get(reverse("experts:expert", args=["environment-water", expert.key])).text
    asking = html.unescape(re.search(r'href="([^"]*/contact/[^"]*)"', page)[1])
    subject = Client().get(asking).context["form"]["subject"].value()
    for about in (subject, "About the page /experts/"):
        asked = {"name": "A reader", "email": "reader@example.org", "subject": about, "text": f"A numbat: {about}"}
        assert Client().post(asking, asked).headers["Location"] == reverse("contact-sent")
    assert rows_that_hold([str(expert.key)]) >= {("notifications_letter", "subject", str(expert.key))}
    Letter.objects.filter(subject=subject).update(text="Is Zaynab Samplename free?")
    expert.erase()
    assert [each.subject for each in Letter.objects.filter(reply_to=["reader@example.org"])] == [
        "About the page /experts/"
    ]


def test_what_others_wrote_about_the_person_goes_too(client, expert, django_capture_on_commit_callbacks):
    """Letters to the focal point and to the Centre, notes, what was taken out, and what waits in the session."""
    focal_point = FocalPointFactory(country=expert.nationality, user=UserFactory())
    Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now())
    expert.refresh_from_db()
    route_all()
    expert.object_to(focal_point.user, "A marmot of a teacher.")
    Expert.objects.filter(pk=expert.pk).update(status=Status.LISTED, waiting_since=None)
    expert.agree_to("contacted")
    invited = Engagement.invite(EventFactory(starts_on=date(2091, 1, 1), status="planned"), expert, None, "Dear lemur")
    invited.decline(expert.user, words="I am a tired dugong.")
    shortlist = ShortlistFactory(experts=[expert])
    shortlist.note(expert, "A narwhal.")
    export = Export.note(None, "csv", ["name"], [expert], shortlist)
    ApartFactory(one=expert)
    other = ExpertFactory(pk=int(f"{expert.pk}0"), nationality=expert.nationality)  # whose number begins with this one
    tell_centre_of_application(other, Decision.OBJECTED, "An okapi.")
    client.logout()
    client.post(reverse("experts:profile-step", args=["person"]), {"name": "Kept Quokka"})
    client.force_login(expert.user)
    assert client.session[KEPT]["answers"]["name"] == ["Kept Quokka"]
    written = ["marmot", "lemur", "dugong", "narwhal"]
    assert {value for _table, _column, value in rows_that_hold(written)} == set(written)
    show_it_is_me(client)
    key = str(expert.key)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("experts:erase")).status_code == 302
    assert rows_that_hold([*HELD, *written, key]) == set()
    assert KEPT not in client.session
    assert (export.experts.count(), Export.objects.get().count, Apart.objects.count()) == (0, 1, 0)
    assert rows_that_hold(["An okapi."]) != set()


def test_what_waits_in_another_browser_of_the_person_goes_too(client, expert):
    """Typed there after the session had ended, and not sent again behind the sign-in."""
    other, stranger = Client(), Client()
    for browser, user in ((other, expert.user), (stranger, confirmed_user())):
        browser.post(reverse("experts:profile-step", args=["person"]), {"name": "Kept Quokka"})
        sign_in(browser, user.email)
        assert browser.session[KEPT]["answers"]["name"] == ["Kept Quokka"]
    client.post(reverse("experts:erase"))
    assert KEPT not in other.session
    assert other.get(reverse("desk")).context["user"] == expert.user  # who stays signed in
    assert stranger.session[KEPT]["answers"]["name"] == ["Kept Quokka"]


def test_a_file_that_no_row_names_is_deleted_within_two_days(expert):
    storage = expert.cv.storage
    lost, new = (storage.save(f"cv/{name}.pdf", ContentFile(b"%PDF-")) for name in ("a" * 32, "b" * 32))
    for name, days in ((lost, 2), (expert.cv.name, 2), (new, 0)):
        then = time.time() - days * 86_400
        os.utime(storage.path(name), (then, then))
    forget_lost_files()
    assert [storage.exists(name) for name in (lost, expert.cv.name, new)] == [False, True, True]


def test_the_file_of_another_upload_at_once_is_not_left(expert, django_capture_on_commit_callbacks):
    two = [Expert.objects.get(pk=expert.pk) for _click in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        for each in two:
            each.keep_cv(pdf())
    storage = expert.cv.storage
    kept = Expert.objects.get(pk=expert.pk).cv.name
    assert [storage.exists(name) for name in (expert.cv.name, two[0].cv.name, kept)] == [False, False, True]
    stale = Expert.objects.get(pk=expert.pk)
    with django_capture_on_commit_callbacks(execute=True):
        two[1].keep_cv(pdf())
        stale.erase()
    assert not storage.exists(two[1].cv.name)


def test_closing_the_account_erases_the_expert_too(client, expert, django_capture_on_commit_callbacks):
    email = expert.user.email
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("close-account"))
    assert rows_that_hold([*HELD, email]) == set()


def test_asking_erases_nothing(client, expert):
    asked = client.get(reverse("experts:erase")).text
    assert "This cannot be taken back." in asked
    assert '<button class="button" type="submit">Erase me</button>' in asked
    assert Expert.objects.get().name == "Zaynab Samplename"


def test_who_was_erased_may_begin_anew(client, expert):
    client.post(reverse("experts:erase"))
    fill_in(client)
    client.post(reverse("experts:register-send"), TRUE)
    assert Expert.objects.count() == 2


def test_an_erased_row_cannot_be_filled_again(client, expert):
    expert.erase()
    for values in ({"name": "x"}, {"is_kept": True}, {"user": 1}, {"cv": "cv/x.pdf"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Expert.objects.filter(pk=expert.pk).update(**values)


def test_everything_held_is_handed_out_as_a_zip(client, expert):
    shortlist = ShortlistFactory(experts=[expert])
    shortlist.note(expert, "A narwhal of irrigation.")
    LetterFactory(recipients=["another@example.org"], text="A letter to another")
    Export.note(None, "csv", ["name", "gender"], [expert], shortlist)
    Export.note(None, "csv", ["employer"], [ExpertFactory()], shortlist)
    expert.periods.create(starts_on=date(2091, 5, 1), until=date(2091, 5, 2))
    response = client.get(reverse("experts:download-file"))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        held, account, letters = (json.loads(archive.read(f"{name}.json")) for name in ("expert", "account", "letters"))
        assert archive.read("cv.pdf").startswith(b"%PDF-")
    text = json.dumps(held, ensure_ascii=False)
    for value in (*HELD[:8], "2091-05-01", "environment", "public"):
        assert value in text or value.capitalize() in text
    assert held["shortlists"][0]["note"] == "A narwhal of irrigation."
    assert [each["columns"] for each in held["taken out of the portal"]] == [["name", "gender"]]
    assert "wombat" not in text  # told to the Centre in confidence
    assert account["e-mail address"] == expert.user.email
    assert account["drafts"][0]["answers"]["person"]["name"] == ["Zaynab Samplename"]
    assert "Dear Zaynab Samplename, which crops?" in "".join(each["text"] for each in letters["letters"])
    assert "A letter to another" not in str(letters)
    own = json.loads(client.get(reverse("own-data-file")).content)
    assert own["expert"]["name"] == "Zaynab Samplename"


def ways_to_an_expert():
    """Every foreign key to an expert but those of their own link tables."""
    return {f"{field.model._meta.label}.{field.name}" for field in pointing(Expert)}


# By which they are found: made of what is handed out.
DERIVED = {"experts.Findable.expert", "experts.OtherWords.expert"}


def rows_of(expert):
    """How a row is made for each way in which something stored points to an expert."""
    return {
        "events.Engagement.expert": lambda: EngagementFactory(expert=expert),
        "experts.Apart.one": lambda: ApartFactory(one=expert),
        "experts.Apart.other": lambda: ApartFactory(one=ExpertFactory(pk=1), other=expert),
        "experts.Assignment.expert": lambda: expert.assignments.create(what="A course", year=2020),
        "experts.Availability.expert": lambda: expert.periods.create(starts_on="2091-01-01", until="2091-01-02"),
        "experts.Consent.expert": lambda: expert.agree_to("contacted"),
        "experts.Entry.expert": lambda: ShortlistFactory(experts=[expert]),
        "experts.ExpertLanguage.expert": lambda: expert.languages.create(language=LanguageFactory(code="tlh"), level=2),
        "experts.ExpertReview.expert": lambda: expert.reviews.create(decision="suspended", role="centre"),
        "experts.Export_experts.expert": lambda: Export.note(None, "csv", ["name"], [expert]),
        "experts.FormerAddress.expert": lambda: FormerAddressOfExpertFactory(expert=expert),
        "experts.ProposedName.expert": lambda: ProposedName.objects.create(expert=expert, facts={}, decided_at=now()),
        "experts.Reference.expert": lambda: ReferenceFactory(expert=expert),
        "experts.Reminder.expert": lambda: expert.reminders.create(days=7, since=now()),
        "experts.RosterMembership.expert": lambda: expert.memberships.create(roster=RosterFactory(slug="tvet")),
        "sectors": lambda: expert.sectors.add(SectorFactory()),
        "proposals of focal points": lambda: ProposalFactory(record=expert, kind="correction", facts={"name": "Other"}),
    }


def test_every_row_that_points_to_an_expert_is_handed_out(expert):
    rows = rows_of(expert)
    assert ways_to_an_expert() - DERIVED == set(rows) - {"proposals of focal points", "sectors"}
    left_out = []
    for way, make in rows.items():
        before = json.dumps(held_about(expert.user), cls=DjangoJSONEncoder)
        make()
        if json.dumps(held_about(expert.user), cls=DjangoJSONEncoder) == before:
            left_out.append(way)
    assert left_out == []


def test_what_became_of_a_proposal_goes_with_the_person(expert, superuser, django_capture_on_commit_callbacks):
    """The letter to the focal point names them by number, in their own language; another number is another person."""
    other = ExpertFactory(pk=int(f"{expert.pk}0"), nationality=expert.nationality)
    for each, language in ((expert, "fr"), (other, "en")):
        point = FocalPointFactory(country=each.nationality, user=UserFactory(language=language))
        proposal = Proposal.propose(point, point.user, "correction", each, {"name": "Other"})
        proposal.decline(superuser, f"An axolotl is no name ({language}).")
    tell_of_proposals()
    assert {value for *_place, value in rows_that_hold(["axolotl is no name (fr)", "(en)"])} == {
        "axolotl is no name (fr)", "(en)"
    }  # fmt: skip
    expert.erase()
    assert {value for *_place, value in rows_that_hold(["axolotl is no name (fr)", "(en)"])} == {"(en)"}
