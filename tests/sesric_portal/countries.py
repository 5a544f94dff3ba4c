"""All that a country can have on record, three times over, and what of it is stored: for tests of what others reach of it.

Everything of one set bears one number, one address (`slug`) and one key, so that whatever an address asks for, filled with
these, names a row of the country; and what the public may not read of it bears a mark.
"""

import uuid
from datetime import timedelta

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.utils.timezone import localdate, now

from accounts.models import Draft
from partners.models import Side, WeeklyLetter
from programmes.models import DesignationStep, YearlyQuestion
from tests.experts.helpers import pdf_bytes
from tests.factories import (
    AnnouncementFactory,
    ApartFactory,
    BlockFactory,
    CityFactory,
    EngagementFactory,
    EntryFactory,
    EventDocumentFactory,
    EventFactory,
    ExpertFactory,
    ExportFactory,
    FocalPointFactory,
    FollowerFactory,
    FormerAddressFactory,
    FormerAddressOfExpertFactory,
    FormerAddressOfInstitutionFactory,
    InstitutionFactory,
    InterestFactory,
    InvitationFactory,
    LetterFactory,
    MembershipFactory,
    MessageFactory,
    NoticeFactory,
    NotificationFactory,
    OpportunityFactory,
    ParticipationFactory,
    ProgrammeDocumentFactory,
    ProgrammeFactory,
    ProposalFactory,
    ProposedChangeFactory,
    ProposedNameFactory,
    ProposedRewriteFactory,
    ReferenceFactory,
    ReportFactory,
    RepresentationFactory,
    ReviewFactory,
    RosterFactory,
    ShortlistFactory,
    SideFactory,
    UserFactory,
)

# What no country has of its own: lists that all share, the portal's own texts and switches, and what visits leave.
SHARED = """
    classifications.Language classifications.Sector programmes.Committee programmes.Seat programmes.Page
    notifications.RefusedAddress notifications.MailStop partners.ReviewRules experts.Tally experts.Word events.Series
    events.Change classifications.Country experts.Roster
""".split()  # noqa: SIM905  read as a table
OURS = ["classifications", "accounts", "programmes", "notifications", "partners", "experts", "events", "trop"]
# What any visit may leave: a session, and the second factor's own rows.
OF_VISITS = ["sessions", "usersessions", "contenttypes", "auth", "pghistory"]
# How far the application of each set has come, and what stands for it in trop.
STATES = {1: "applied", 2: "returned", 3: "listed"}

# Names under which forms and queries ask for ids, and what else a form may want to be taken.
LINKED = [
    "id", "pk", "institution", "country", "nationality", "residence", "expert", "user", "event", "programme", "partner",
    "person", "point", "member", "representation", "opportunity", "notice", "roster", "export_items", "_selected_action",
]  # fmt: skip
POSTED = {
    "name_en": "Taken", "title": "Taken", "words": "Taken", "reason": "Taken", "text": "Taken", "position": "Taken",
    "until": str(localdate() + timedelta(days=90)), "kind": "ministry", "format": "0", "resource": "0", "post": "yes",
    "answer": "known", "email": "taken@example.org", "subject": "Taken", "closes_on": "2090-01-01",
}  # fmt: skip


def key_of(number):
    return uuid.UUID(int=number)


def slug_of(number):
    return f"set-{number}"


def furnish(country, number, state, mark, person=None):
    """One set of rows of `country`, all numbered `number`, and what it has and whose it is: (owner, focal point).

    `person` takes all of it where it is given; else an account of its own owns it, and another is the focal point.
    """
    slug, key = slug_of(number), key_of(number)
    owner = person or UserFactory(name=f"{mark} Owner", email=f"{mark}.owner{number}@example.org".lower())
    official = person or UserFactory(name=f"{mark} Official", email=f"{mark}.official{number}@example.org".lower())
    waiting = {"waiting_since": now() if state == "applied" else None}
    hidden = "" if state == "listed" else f"{mark} "
    programme = ProgrammeFactory(pk=number, slug=slug)
    point = FocalPointFactory(pk=number, country=country, programme=programme, user=official, person=f"{mark} Person",
                              email=f"{mark}@example.org")  # fmt: skip
    DesignationStep.objects.create(pk=number, focal_point=point, what="deputy-proposed", words=f"{mark} deputy")
    ProposalFactory(pk=number, point=point, words=f"{mark} deputy", proposed_by=official)
    YearlyQuestion.objects.create(
        pk=number, country=country, year=2000 + number % 100, addresses=[f"{mark}@example.org"]
    )
    ProgrammeDocumentFactory(pk=number, programme=programme)
    WeeklyLetter.objects.create(pk=number, user=official, monday=localdate())
    city = CityFactory(pk=number, country=country)
    one = InstitutionFactory(pk=number, slug=slug, country=country, city=city, name_en=f"{hidden}Institute {number}",
                             status=state, **waiting)  # fmt: skip
    FormerAddressOfInstitutionFactory(pk=number, institution=one, slug=f"former-{number}")
    RepresentationFactory(institution=one, user=owner, position=f"{mark} position", words=f"{mark} words")
    other = UserFactory(name=f"{mark} Other", email=f"{mark}.other{number}@example.org".lower())
    asks = {"accepted_at": None} if state == "listed" else {}
    RepresentationFactory(pk=number, institution=one, user=other, is_manager=False, words=f"{mark} words", **asks)
    InvitationFactory(pk=number, institution=one, email=f"{mark}.invited@example.org", made_by=owner, key=key)
    ProposedChangeFactory(pk=number, institution=one, facts={"name_en": f"{mark} name"}, proposed_by=owner)
    ReviewFactory(pk=number, institution=one, decision="returned", reason=f"{mark} question")
    _correspond(one, number, mark)
    NoticeFactory(pk=number, institution=one, title=f"{hidden}Request {number}")
    _train(one, owner, number, mark, state)
    expert = _expert(country, owner, number, mark, state)
    _meet(country, expert, one, number, mark)
    _follow(owner, number, mark)
    ShortlistFactory(pk=number, owner=official, is_of_centre=False, name=f"{mark} shortlist")
    EntryFactory(pk=number, shortlist_id=number, shortlist=None, expert=expert, note=f"{mark} note")
    ExportFactory(pk=number, by=official, shortlist_id=number, shortlist=None)
    for form, step in (("institution", "institution"), ("opportunity", ""), ("trop-join", ""), ("expert", "person")):
        typed = {name: [f"{mark} typed"] for name in ("name_en", "title", "courses", "name")}
        Draft.save_answers(owner, form, number, step, typed)
    return owner, official


def _correspond(one, number, mark):
    side = SideFactory(pk=number, institution=one)
    side.conversation.subject = f"{mark} subject"
    side.conversation.save()
    MessageFactory(side=side, position=f"{mark} position", text=f"{mark} message")
    answering = Side.objects.get(conversation=side.conversation, institution=side.partner)
    received = MessageFactory(pk=number, side=answering, text=f"{mark} answer")
    ReportFactory(pk=number, message=received, institution=one, reason=f"{mark} report")
    BlockFactory(pk=number, institution=one)


def _train(one, owner, number, mark, state):
    membership = MembershipFactory(pk=number, institution=one, courses=f"{mark} courses")
    membership.reviews.create(pk=number, decision="returned", role="centre", reason=f"{mark} question")
    status = {"applied": "waiting", "returned": "returned", "listed": "draft"}[state]
    opportunity = OpportunityFactory(pk=number, institution=one, status=status, title=f"{mark} Course", slug=f"hidden-{number}",
                                     made_by=owner, published_at=None)  # fmt: skip
    opportunity.reviews.create(pk=number, decision="returned", role="centre", reason=f"{mark} question")
    shown = OpportunityFactory(institution=one, slug=slug_of(number), title=f"Open course {number}")
    ProposedRewriteFactory(pk=number, opportunity=shown, proposed_by=owner, facts={"title": f"{mark} Course"})


def _expert(country, owner, number, mark, state):
    purposes = ["kept", "contacted"] if state != "listed" else ["kept", "contacted", "public"]
    waiting = {"waiting_since": now() if state == "applied" else None}
    expert = ExpertFactory(
        pk=number, key=key_of(number), user=owner, nationality=country, status=state, purposes=purposes,
        name=f"Expert {number}" if state == "listed" else f"{mark} Expert", employer=f"Employer {number}",
        rosters=[RosterFactory(slug=slug_of(number))], **waiting,
    )  # fmt: skip
    expert.cv.save("cv.pdf", ContentFile(pdf_bytes(Title=f"{mark} CV")))
    expert.reviews.create(pk=number, decision="returned", role="centre", reason=f"{mark} question")
    expert.assignments.create(pk=number, what="Course", country=country, year=2020)
    expert.periods.create(pk=number, starts_on=localdate(), until=localdate())
    expert.reminders.create(pk=number, since=expert.renewed_at, days=30)
    ReferenceFactory(pk=number, key=key_of(number), expert=expert, words=f"{mark} words", name=f"{mark} Referee")
    ProposedNameFactory(pk=number, expert=expert, facts={"name": f"{mark} Other"})
    FormerAddressOfExpertFactory(pk=number, expert=expert)
    ApartFactory(pk=number, one=ExpertFactory(), other=expert)
    return expert


def _meet(country, expert, one, number, mark):
    event = EventFactory(pk=number, slug=slug_of(number), title_en=f"{mark} Meeting {number}", published_at=None, country=country,
                         providers=[one])  # fmt: skip
    EventDocumentFactory(pk=number, event=event, title_en=f"{mark} Paper")
    ParticipationFactory(pk=number, event=event, country=country)
    FormerAddressFactory(pk=number, event=event, number=number)
    engagement = EngagementFactory(pk=number, expert=expert, rating_words="")
    engagement.reviews.create(pk=number, decision="invited", role="centre", reason=f"{mark} reason")


def _follow(owner, number, mark):
    follower = FollowerFactory(pk=number, user=owner, key=key_of(number))
    InterestFactory(pk=number, key=key_of(number), follower=follower, words=f"{mark} wish")
    announcement = AnnouncementFactory(pk=number, title=f"{mark} News", kind="event", subject_pk=number)
    letter = LetterFactory(pk=number, subject=f"{mark} Letter", text=f"{mark} text", html="", follower=follower)
    NotificationFactory(pk=number, announcement=announcement, follower=follower, letter=letter)


def models():
    """All models that are tables of the project, but for what history keeps."""
    found = [each for each in apps.get_models() if each._meta.managed and not each._meta.proxy]
    return [each for each in found if each._meta.app_label in OURS and not hasattr(each, "pgh_id")]


def keys():
    """The keys of all rows, by model."""
    return {each: set(each._base_manager.values_list("pk", flat=True)) for each in models()}


def checksums(rows=None):
    """A checksum of every table but what visits leave; of `rows`, keys by model, where they are given."""
    if rows is None:
        tables = {each for each in apps.get_models(include_auto_created=True)
                  if each._meta.managed and not each._meta.proxy and each._meta.app_label not in OF_VISITS}  # fmt: skip
        parts = [(each._meta.db_table, "") for each in tables]
    else:
        parts = [
            (each._meta.db_table, f" WHERE line.{each._meta.pk.column} IN ({_listed(of)})")
            for each, of in rows.items()
            if of
        ]
    return _asked(
        f"SELECT '{table}', coalesce(md5(string_agg(line::text, '' ORDER BY line::text)), '') FROM {table} AS line{which}"  # noqa: S608
        for table, which in sorted(parts)
    )


def links_to(rows):
    """How many other rows point to `rows`, keys by model; by column."""
    links = [
        (each, link) for each in models() for link in each._meta.concrete_fields
        if link.is_relation and rows.get(link.related_model)
    ]  # fmt: skip
    return _asked(
        f"SELECT '{each._meta.db_table}.{link.column}', count(*)::text FROM {each._meta.db_table}"  # noqa: S608
        f" WHERE {link.column} IN ({_listed(rows[link.related_model])})"
        f" AND {each._meta.pk.column} NOT IN ({_listed(rows.get(each) or {0})})"
        for each, link in links
    )


def _listed(of):
    return ", ".join(str(int(each)) for each in sorted(of))


def _asked(selects):
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects))
        return dict(cursor.fetchall())
