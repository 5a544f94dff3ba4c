"""One factory for each model; what a test does not name is plain and valid."""

from datetime import date, timedelta
from uuid import uuid4

import factory
from allauth.mfa.models import Authenticator
from django.utils.timezone import localdate, now
from factory.django import DjangoModelFactory

from accounts.models import User
from classifications.models import City, Country, Language, Sector
from events.models import Engagement, Event, EventDocument, FormerAddress, Participation, Series
from experts.models import Apart, Entry, Expert, ExpertLanguage, Export, ProposedName, Reference, Roster, Shortlist
from experts.models import FormerAddress as FormerAddressOfExpert
from experts.models.linked import Level
from notifications.models import (
    Announcement,
    Follower,
    Interest,
    Letter,
    MailStop,
    Notification,
    RefusedAddress,
)
from partners.applications import Decision, Role
from partners.models import (
    Block,
    Conversation,
    Institution,
    Invitation,
    Message,
    Notice,
    ProposedChange,
    Report,
    Representation,
    Review,
    Side,
)
from partners.models import FormerAddress as FormerAddressOfInstitution
from programmes.models import Committee, FocalPoint, Page, Programme, ProgrammeDocument, Proposal, Seat, Theme
from trop.models import Membership, ProposedRewrite, TrainingOpportunity


class LanguageFactory(DjangoModelFactory):
    class Meta:
        model = Language
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"q{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}")
    name_en = factory.LazyAttribute(lambda language: f"Language {language.code}")


class CountryFactory(DjangoModelFactory):
    class Meta:
        model = Country
        django_get_or_create = ["iso2"]

    iso2 = factory.Sequence(lambda n: f"{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}")
    iso3 = factory.LazyAttribute(lambda country: f"{country.iso2}X")
    name_en = factory.LazyAttribute(lambda country: f"Country {country.iso2}")
    name_fr = factory.LazyAttribute(lambda country: f"Pays {country.iso2}")
    name_ar = factory.LazyAttribute(lambda country: f"دولة {country.iso2}")
    oic_group = Country.OICGroup.ARAB
    joined_year = 1969
    map_x = 0
    map_y = 0


class CityFactory(DjangoModelFactory):
    class Meta:
        model = City

    name_en = factory.Sequence(lambda n: f"City {n}")
    country = factory.SubFactory(CountryFactory)


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    name_en = factory.Sequence(lambda n: f"Theme {n}")
    slug = factory.Sequence(lambda n: f"theme-{n}")


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = Sector

    name_en = factory.Sequence(lambda n: f"Sector {n}")
    slug = factory.Sequence(lambda n: f"sector-{n}")
    theme = factory.SubFactory(ThemeFactory)


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    name_en = factory.Sequence(lambda n: f"Programme {n}")
    slug = factory.Sequence(lambda n: f"programme-{n}")
    theme = factory.SubFactory(ThemeFactory)


class ProgrammeDocumentFactory(DjangoModelFactory):
    class Meta:
        model = ProgrammeDocument

    programme = factory.SubFactory(ProgrammeFactory)
    title_en = "Questionnaire on needs and capacities"
    language = factory.SubFactory(LanguageFactory)
    file = factory.django.FileField(filename="form.pdf", data=b"%PDF-1.7\n")


class FocalPointFactory(DjangoModelFactory):
    class Meta:
        model = FocalPoint

    country = factory.SubFactory(CountryFactory)
    programme = factory.SubFactory(ProgrammeFactory)
    office_en = "Department of Training"
    designated_on = date(2020, 1, 1)


class ProposalFactory(DjangoModelFactory):
    """That a focal point proposes a deputy, on which nobody has decided."""

    class Meta:
        model = Proposal

    point = factory.SubFactory(FocalPointFactory)
    record = factory.SelfAttribute("point")
    kind = Proposal.Kind.DEPUTY
    words = "Directorate of Schools, schools@example.org"
    proposed_by = factory.SubFactory("tests.factories.UserFactory")


class CommitteeFactory(DjangoModelFactory):
    class Meta:
        model = Committee

    programme = factory.SubFactory(ProgrammeFactory)
    name_en = "Monitoring and Advisory Committee"


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    committee = factory.SubFactory(CommitteeFactory)
    position = factory.Sequence(lambda n: n + 1)
    name_en = factory.Sequence(lambda n: f"Body {n}")


class PageFactory(DjangoModelFactory):
    class Meta:
        model = Page

    slug = factory.Sequence(lambda n: f"page-{n}")
    title_en = "A page"
    title_fr = "Une page"
    title_ar = "صفحة"
    body_en = "Text."
    body_fr = "Texte."
    body_ar = "نص."


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = Institution

    name_en = factory.Sequence(lambda n: f"Institution {n}")
    slug = factory.Sequence(lambda n: f"institution-{n}")
    kind = Institution.Kind.MINISTRY
    country = factory.SubFactory(CountryFactory)


class RepresentationFactory(DjangoModelFactory):
    """Somebody who speaks for a listed institution and manages its people."""

    class Meta:
        model = Representation

    institution = factory.SubFactory(InstitutionFactory)
    user = factory.SubFactory("tests.factories.UserFactory")
    position = "Head of Training"
    is_manager = True
    accepted_at = factory.LazyFunction(now)


class SideFactory(DjangoModelFactory):
    """The side of an institution that began a conversation; its partner's side is there too, and nothing is written yet."""

    class Meta:
        model = Side

    conversation = factory.LazyFunction(lambda: Conversation.objects.create(subject="Study visit"))
    institution = factory.SubFactory(InstitutionFactory)
    partner = factory.SubFactory(InstitutionFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        side = super()._create(model_class, *args, **kwargs)
        Side.objects.create(conversation=side.conversation, institution=side.partner, partner=side.institution)
        return side


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    side = factory.SubFactory(SideFactory)
    position = "Head of Training"
    text = "We would like to visit you."


class BlockFactory(DjangoModelFactory):
    class Meta:
        model = Block

    institution = factory.SubFactory(InstitutionFactory)
    blocked = factory.SubFactory(InstitutionFactory)


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    message = factory.SubFactory(MessageFactory)
    institution = factory.SubFactory(InstitutionFactory)
    reason = "Not about training."


class NoticeFactory(DjangoModelFactory):
    """A request of a listed institution, published today and open for a month, that wants no country in particular."""

    class Meta:
        model = Notice
        skip_postgeneration_save = True

    institution = factory.SubFactory(InstitutionFactory)
    kind = Notice.Kind.REQUEST
    title = factory.Sequence(lambda n: f"Request {n}")
    text = "We look for a course."
    written_in = "en"
    closes_on = factory.LazyFunction(lambda: localdate() + timedelta(days=30))

    @factory.post_generation
    def sectors(self, create, extracted):
        if create:
            self.sectors.set(extracted or [])

    @factory.post_generation
    def countries(self, create, extracted):
        if create:
            self.countries.set(extracted or [])


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    institution = factory.SubFactory(InstitutionFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    made_by = factory.SubFactory("tests.factories.UserFactory")


class ProposedChangeFactory(DjangoModelFactory):
    """A new name and another country, which nobody has decided on."""

    class Meta:
        model = ProposedChange

    institution = factory.SubFactory(InstitutionFactory)
    facts = factory.LazyFunction(lambda: {"name_en": "New name", "country": CountryFactory().iso2})
    proposed_by = factory.SubFactory("tests.factories.UserFactory")


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = Review

    institution = factory.SubFactory(InstitutionFactory)
    decision = Decision.APPROVED
    role = Role.CENTRE


class FormerAddressOfInstitutionFactory(DjangoModelFactory):
    class Meta:
        model = FormerAddressOfInstitution

    institution = factory.SubFactory(InstitutionFactory)
    slug = factory.Sequence(lambda n: f"former-{n}")


class MembershipFactory(DjangoModelFactory):
    """That a listed institution is a member of TROP; what it offers is reviewed."""

    class Meta:
        model = Membership

    institution = factory.SubFactory(InstitutionFactory)
    status = Membership.Status.APPROVED
    courses = "Courses for instructors."
    joined_on = factory.LazyAttribute(lambda it: localdate() if it.status == Membership.Status.APPROVED else None)
    waiting_since = factory.LazyAttribute(lambda it: now() if it.status == Membership.Status.APPLIED else None)


class OpportunityFactory(DjangoModelFactory):
    """A published opportunity of a member that is open for 30 more days and complete."""

    class Meta:
        model = TrainingOpportunity
        skip_postgeneration_save = True

    institution = factory.LazyFunction(lambda: MembershipFactory().institution)
    status = TrainingOpportunity.Status.PUBLISHED
    title = factory.Sequence(lambda n: f"Opportunity {n}")
    slug = factory.Sequence(lambda n: f"opportunity-{n}")
    summary = "What one learns."
    category = TrainingOpportunity.Category.TRAINING_COURSE
    level = TrainingOpportunity.Level.INTRODUCTORY
    mode = TrainingOpportunity.Mode.IN_PERSON
    apply_by = factory.LazyFunction(lambda: localdate() + timedelta(days=30))
    starts_on = factory.LazyAttribute(lambda it: it.apply_by + timedelta(days=30))
    ends_on = factory.LazyAttribute(lambda it: it.starts_on + timedelta(days=2))
    how_to_apply = "Write to us."
    published_at = factory.LazyAttribute(lambda it: now() if it.status in TrainingOpportunity.PUBLIC else None)
    waiting_since = factory.LazyAttribute(lambda it: now() if it.status == TrainingOpportunity.Status.WAITING else None)

    @factory.post_generation
    def sectors(self, create, extracted):
        if create:
            self.sectors.set([SectorFactory()] if extracted is None else extracted)

    @factory.post_generation
    def languages(self, create, extracted):
        if create:
            self.languages.set([LanguageFactory(code="en")] if extracted is None else extracted)

    @factory.post_generation
    def open_to(self, create, extracted):
        if create:
            self.open_to.set(extracted or [])


class ProposedRewriteFactory(DjangoModelFactory):
    """A new title of a published opportunity, which nobody has decided on."""

    class Meta:
        model = ProposedRewrite

    opportunity = factory.SubFactory(OpportunityFactory)
    facts = factory.LazyFunction(lambda: {"title": "New title"})
    proposed_by = factory.SubFactory("tests.factories.UserFactory")


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    name_en = factory.Sequence(lambda n: f"Series {n}")
    slug = factory.Sequence(lambda n: f"series-{n}")


class EventFactory(DjangoModelFactory):
    """A published training course of two days in 2011 that was held."""

    class Meta:
        model = Event
        skip_postgeneration_save = True

    title_en = factory.Sequence(lambda n: f"Training Course {n}")
    slug = factory.Sequence(lambda n: f"training-course-{n}")
    kind = Event.Kind.TRAINING_COURSE
    status = Event.Status.HELD
    starts_on = date(2011, 7, 5)
    ends_on = factory.LazyAttribute(lambda event: event.starts_on + timedelta(days=1))
    published_at = factory.LazyFunction(now)

    @factory.post_generation
    def programmes(self, create, extracted):
        if create:
            self.programmes.set(extracted or [])

    @factory.post_generation
    def providers(self, create, extracted):
        if create:
            self.providers.set(extracted or [])

    @factory.post_generation
    def provider_countries(self, create, extracted):
        if create:
            self.provider_countries.set(extracted or [])

    @factory.post_generation
    def beneficiary_countries(self, create, extracted):
        if create:
            self.beneficiary_countries.set(extracted or [])

    @factory.post_generation
    def languages(self, create, extracted):
        if create:
            self.languages.set(extracted or [])


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    event = factory.SubFactory(EventFactory)
    country = factory.SubFactory(CountryFactory)


class EventDocumentFactory(DjangoModelFactory):
    class Meta:
        model = EventDocument

    event = factory.SubFactory(EventFactory)
    title_en = "Report"
    language = factory.SubFactory(LanguageFactory)
    file = factory.django.FileField(filename="report.pdf", data=b"%PDF-1.7\n")


class FormerAddressFactory(DjangoModelFactory):
    class Meta:
        model = FormerAddress

    event = factory.SubFactory(EventFactory)
    number = factory.Sequence(lambda n: n + 1)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = factory.django.Password("a long enough password")


class SecondFactorFactory(DjangoModelFactory):
    """A second factor of an account."""

    class Meta:
        model = Authenticator

    user = factory.SubFactory(UserFactory)
    type = Authenticator.Type.TOTP
    data = {"secret": "not shown"}


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    recipients = ["reader@example.org"]
    sender = "SESRIC <noreply@example.org>"
    subject = "Sign-in code"
    text = "Your code: SECRET-42"
    html = "<p>Your code: SECRET-42</p>"


class RosterFactory(DjangoModelFactory):
    class Meta:
        model = Roster
        django_get_or_create = ["slug"]

    slug = "environment-water"
    name_en = "Environment and Water"
    name_fr = "Environnement et eau"
    name_ar = "البيئة والمياه"


class ExpertFactory(DjangoModelFactory):
    """A listed expert on one roster who speaks one language and agrees to `purposes`: to be kept, and to a public page."""

    class Meta:
        model = Expert
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Sample Expert {n}")
    nationality = factory.SubFactory(CountryFactory)
    residence = factory.SelfAttribute("nationality")
    degree = Expert.Degree.MASTER
    first_year = 2010
    way = Expert.Way.BOTH
    summary_en = "Teaches."

    @factory.post_generation
    def rosters(self, create, extracted):
        for roster in [RosterFactory()] if extracted is None else extracted:
            self.memberships.create(roster=roster)

    @factory.post_generation
    def sectors(self, create, extracted):
        self.sectors.set([SectorFactory()] if extracted is None else extracted)
        self.keep_words()

    @factory.post_generation
    def speaks(self, create, extracted):
        """Languages by code with their levels, such as {"ar": Level.C1}."""
        for code, level in ({"en": Level.C1} if extracted is None else extracted).items():
            ExpertLanguage.objects.create(expert=self, language=LanguageFactory(code=code), level=level)

    @factory.post_generation
    def purposes(self, create, extracted):
        for purpose in ["kept", "public"] if extracted is None else extracted:
            self.agree_to(purpose)


class ProposedNameFactory(DjangoModelFactory):
    """Another name of a listed expert, which nobody has decided on."""

    class Meta:
        model = ProposedName

    expert = factory.SubFactory(ExpertFactory)
    facts = factory.LazyFunction(lambda: {"name": "New Name"})


class ReferenceFactory(DjangoModelFactory):
    class Meta:
        model = Reference

    expert = factory.SubFactory(ExpertFactory)
    name = "Sample Referee"
    email = factory.Sequence(lambda n: f"referee{n}@example.org")


class EngagementFactory(DjangoModelFactory):
    """An expert, who agrees to be written to, invited to an event to come."""

    class Meta:
        model = Engagement

    event = factory.SubFactory(EventFactory, starts_on=date(2090, 1, 1), status="planned")
    expert = factory.SubFactory(ExpertFactory, purposes=["kept", "contacted"])
    waiting_since = factory.LazyAttribute(lambda it: now() if it.status == Engagement.Status.INVITED else None)
    status = Engagement.Status.INVITED


class FollowerFactory(DjangoModelFactory):
    """Somebody with an account who follows something; with `user=None, email=…` somebody without."""

    class Meta:
        model = Follower

    user = factory.SubFactory("tests.factories.UserFactory")


class InterestFactory(DjangoModelFactory):
    """That somebody follows all training opportunities, letters at once."""

    class Meta:
        model = Interest

    follower = factory.SubFactory(FollowerFactory)
    kind = "opportunity"
    frequency = Interest.Frequency.AT_ONCE
    accepted_at = factory.LazyFunction(now)


class AnnouncementFactory(DjangoModelFactory):
    """That a new opportunity appeared."""

    class Meta:
        model = Announcement

    kind = "opportunity"
    subject_pk = factory.LazyFunction(lambda: OpportunityFactory().pk)
    title = factory.Sequence(lambda n: f"Opportunity {n}")


class NotificationFactory(DjangoModelFactory):
    """That somebody who follows all opportunities is told of one, by a letter that is due now."""

    class Meta:
        model = Notification

    announcement = factory.SubFactory(AnnouncementFactory)
    follower = factory.SubFactory(FollowerFactory)
    due_at = factory.LazyFunction(now)


class RefusedAddressFactory(DjangoModelFactory):
    class Meta:
        model = RefusedAddress

    address = factory.Sequence(lambda n: f"gone{n}@example.org")
    answer = "550 Nobody here"


class MailStopFactory(DjangoModelFactory):
    class Meta:
        model = MailStop

    reason = "The mail server is being moved."
    lifted_at = factory.LazyAttribute(lambda stop: now() + timedelta(seconds=1))


class ShortlistFactory(DjangoModelFactory):
    """A shortlist of the Centre with `experts` on it."""

    class Meta:
        model = Shortlist
        skip_postgeneration_save = True

    name = "Sample shortlist"
    owner = factory.SubFactory(UserFactory)
    is_of_centre = True

    @factory.post_generation
    def experts(self, create, extracted):
        self.add(extracted or [])


class FormerAddressOfExpertFactory(DjangoModelFactory):
    class Meta:
        model = FormerAddressOfExpert

    expert = factory.SubFactory(ExpertFactory)
    key = factory.LazyFunction(uuid4)


class EntryFactory(DjangoModelFactory):
    class Meta:
        model = Entry

    shortlist = factory.SubFactory(ShortlistFactory)
    expert = factory.SubFactory(ExpertFactory)


class ExportFactory(DjangoModelFactory):
    class Meta:
        model = Export

    by = factory.SubFactory(UserFactory)
    shortlist = factory.SubFactory(ShortlistFactory)
    form = Export.Form.CSV
    columns = ["name"]
    count = 1


class ApartFactory(DjangoModelFactory):
    class Meta:
        model = Apart

    one = factory.SubFactory(ExpertFactory)
    other = factory.SubFactory(ExpertFactory)
