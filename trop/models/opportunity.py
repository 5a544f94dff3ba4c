"""The training that member institutions of TROP offer to the staff of others."""

import uuid
from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from classifications.addresses import free_slug, slug_unused_in
from classifications.gathering import NAMES
from classifications.models import City, Country, Language, Sector
from classifications.search import key_column, search_indexes, stems_column
from classifications.written import Text
from notifications.matching import announce, announce_change
from partners.applications import ReviewStep, Role
from partners.models import Institution
from partners.stepped import Stepped, waits_exactly_while
from trop.models.finding import OpportunityQuerySet
from trop.models.membership import Membership
from trop.models.states import STEPS, Decision, Period, Status

RESERVED = {"feed"}  # paths beside the opportunities'
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "institution", "title", "slug", "status", "category", "level", "mode", "summary", "written_in", "starts_on", "ends_on",
        "apply_by", "city", "city_name", "seats", "cost", "covered", "how_to_apply", "application_url", "published_at",
    ],
    model_name="OpportunityHistory",
)  # fmt: skip
class TrainingOpportunity(Stepped):
    """Places on a course, a visit, a workshop that an institution opens to others. A draft may lack what is `NEEDED`."""

    class Category(models.TextChoices):
        TRAINING_COURSE = "training_course", _("Training course")
        TRAINING_OF_TRAINERS = "training_of_trainers", _("Training of trainers")
        WORKSHOP = "workshop", _("Workshop")
        SEMINAR = "seminar", _("Seminar")
        WEBINAR = "webinar", _("Webinar")
        STUDY_VISIT = "study_visit", _("Study visit")
        ON_THE_JOB = "on_the_job", _("On-the-job training")

    class Level(models.TextChoices):
        INTRODUCTORY = "introductory", _("Introductory")
        INTERMEDIATE = "intermediate", _("Intermediate")
        ADVANCED = "advanced", _("Advanced")

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("Hybrid")

    class Cost(models.TextChoices):
        """What the participants need not pay themselves."""

        TUITION = "tuition", _("Tuition")
        TRAVEL = "travel", _("Travel")
        ACCOMMODATION = "accommodation", _("Accommodation")
        MEALS = "meals", _("Meals")

    NEWS = "opportunity"
    Status, Decision, Period = Status, Decision, Period
    PUBLIC = [Status.PUBLISHED, Status.CLOSED]
    REWRITTEN = [Status.DRAFT, Status.PUBLISHED]  # while in these its facts may change
    NEEDED = [
        "title", "summary", "sectors", "category", "level", "languages", "mode", "starts_on", "ends_on", "apply_by",
        "how_to_apply",
    ]  # fmt: skip
    LINKED = ["sectors", "languages", "open_to"]
    FACTS = [
        "title",
        "summary",
        "written_in",
        "category",
        "level",
        "sectors",
        "languages",
        "starts_on",
        "ends_on",
        "apply_by",
        "mode",
        "city_name",
        "seats",
        "cost",
        "covered",
        "open_to",
        "how_to_apply",
        "application_url",
    ]  # fmt: skip  what its institution writes
    MARKS = ["updated_at", "touched_at", "reminded_at", "revision"]  # what `mark_changed` sets
    COPIED = [
        "title", "summary", "written_in", "category", "level", "mode", "city", "city_name", "seats", "cost", "covered",
        "how_to_apply", "application_url",
    ]  # fmt: skip
    PLAIN_ROW = [
        "status", "title", "slug", "written_in", "category", "mode", "city_name", "starts_on", "ends_on", "apply_by", "is_sample",
        *(f"{linked}__{name}" for linked in ("institution", "institution__country", "city") for name in NAMES),
    ]  # fmt: skip
    NOT_LISTED = ["summary", "how_to_apply", "search_key", "search_stems"]
    WAITS = Status.WAITING
    STEPS = STEPS
    OPEN_AT_LEAST = 14  # days from publication to the last day to apply: fewer are warned of
    STALE_AFTER = timedelta(days=14)

    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="opportunities"
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, editable=False)
    summary = models.TextField(_("what it teaches, and to whom"), max_length=3000, blank=True)
    written_in = models.CharField(_("language of these texts"), max_length=2, choices=settings.LANGUAGES, default="en")
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="opportunities", blank=True)
    category = models.CharField(_("category"), max_length=30, choices=Category, blank=True)
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    languages = models.ManyToManyField(
        Language, verbose_name=_("languages of teaching"), related_name="opportunities", blank=True
    )
    mode = models.CharField(_("mode"), max_length=20, choices=Mode, blank=True)
    city = models.ForeignKey(
        City, models.PROTECT, verbose_name=_("city"), related_name="opportunities", null=True, blank=True
    )
    city_name = models.CharField(_("city as the institution writes it"), max_length=100, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    apply_by = models.DateField(_("apply by"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    cost = models.CharField(_("cost to the participant"), max_length=200, blank=True)
    covered = ArrayField(
        models.CharField(max_length=20, choices=Cost), verbose_name=_("costs covered"), default=list, blank=True
    )
    open_to = models.ManyToManyField(
        Country,
        verbose_name=_("countries that may apply"),
        related_name="opportunities_open_to_it",
        blank=True,
        help_text=_("None for all member states."),
    )
    how_to_apply = models.TextField(_("how to apply"), max_length=2000, blank=True)
    application_url = models.URLField(_("page for applications"), blank=True)

    made_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("begun by"), related_name="+", null=True, editable=False
    )
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("copy of"), related_name="+", null=True, editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("last changed"), default=now, editable=False)
    # When somebody last worked on it, typing included; each time a draft is left alone it is reminded of once.
    touched_at = models.DateTimeField(_("last worked on"), default=now, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    # For calendars that subscribe: who it is, and how often its facts changed (RFC 5545, UID and SEQUENCE).
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    search_key = key_column("title", "summary")
    search_stems = stems_column("title", "summary")

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("training opportunity")
        verbose_name_plural = _("training opportunities")
        ordering = ["-pk"]
        indexes = [
            *search_indexes("opportunities"),
            models.Index(
                fields=["apply_by"],
                condition=Q(status__in=[Status.PUBLISHED, Status.CLOSED]),
                name="opportunities_public",
            ),
            models.Index(fields=["institution", "-touched_at"], name="opportunities_of_institution"),
            models.Index(
                fields=["touched_at"], condition=Q(status=Status.DRAFT, reminded_at=None), name="opportunities_stale"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="opportunity_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(apply_by__lt=F("starts_on")),
                name="opportunity_applied_for_before_start",
                violation_error_message=_("The last day to apply has to be before the first day of the training."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__range=(EARLIEST, LATEST)),
                name="opportunity_in_this_century",
                violation_error_message=_("The first day is not between 2000 and 2099."),
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0),
                name="opportunity_has_a_place",
                violation_error_message=_("There has to be at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.ARCHIVED])
                | Q(starts_on__isnull=False, ends_on__isnull=False, apply_by__isnull=False)
                & ~Q(title="")
                & ~Q(slug="")
                & ~Q(summary="")
                & ~Q(category="")
                & ~Q(level="")
                & ~Q(mode="")
                & ~Q(how_to_apply=""),
                name="opportunity_complete_unless_draft",
                violation_error_message=_("Only a draft may lack what is needed."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.PUBLISHED, Status.CLOSED]) | Q(published_at__isnull=False),
                name="public_opportunity_was_published",
            ),
            waits_exactly_while(Status.WAITING, "opportunity_waits_with_reviewers"),
            models.UniqueConstraint(fields=["slug"], condition=~Q(slug=""), name="opportunity_address_once"),
            # A double click begins one draft, and makes one copy.
            models.UniqueConstraint(
                fields=["institution", "made_by"],
                condition=Q(status=Status.DRAFT, title=""),
                name="one_empty_draft_of_a_person",
            ),
            models.UniqueConstraint(
                fields=["copied_from"], condition=Q(status=Status.DRAFT), name="one_untouched_copy"
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.title or str(_("No title yet"))

    def get_absolute_url(self):
        return reverse("trop:opportunity-detail", args=[self.slug])

    # --- What it says, in the language it was written in --------------------------------------------------------------

    @property
    def heading(self):
        return Text(self.title, self.written_in) if self.title else _("No title yet")

    @property
    def about(self):
        return Text(self.summary, self.written_in)

    @property
    def price(self):
        return Text(self.cost, self.written_in)

    @property
    def way_to_apply(self):
        return Text(self.how_to_apply, self.written_in)

    @property
    def place(self):
        """The name of its city, however it is known; empty where it has none."""
        return self.city.name if self.city else self.city_name

    @property
    def is_online(self):
        return self.mode == self.Mode.ONLINE

    @property
    def costs_covered(self):
        """What is covered, in words, in the order of the choices."""
        return [cost.label for cost in self.Cost if cost in self.covered]

    # --- Where it stands ----------------------------------------------------------------------------------------------

    def period_on(self, today):
        """The same answer as `in_periods`."""
        return Period.OPEN if self.status == Status.PUBLISHED and self.apply_by >= today else Period.PAST

    @property
    def is_open(self):
        return self.period_on(localdate()) == Period.OPEN

    @property
    def is_public(self):
        """Whether it is one of `published()`."""
        if self.status not in self.PUBLIC:
            return False
        membership = Membership.objects.filter(institution=self.institution).select_related("institution").first()
        return membership is not None and membership.is_current

    @property
    def is_expired(self):
        """Whether the last day to apply is over."""
        return self.apply_by is not None and self.apply_by < localdate()

    @property
    def days_left(self):
        """How many days are left to apply after today."""
        return (self.apply_by - localdate()).days

    @property
    def day_count(self):
        return (self.ends_on - self.starts_on).days + 1

    @property
    def is_rewritten(self):
        """Whether its facts may change as it stands."""
        return self.status in self.REWRITTEN

    @property
    def missing(self):
        """What it lacks to be published, in words."""
        return [self._meta.get_field(name).verbose_name for name in self.NEEDED if self._lacks(name)]

    def _lacks(self, name):
        return not getattr(self, name).exists() if name in self.LINKED else getattr(self, name) in (None, "")

    @property
    def is_short_notice(self):
        """Whether there are fewer days to apply than officers need to hear of it and be nominated."""
        if self.apply_by is None:
            return False
        since = localdate(self.published_at) if self.published_at else localdate()
        return (self.apply_by - since).days < self.OPEN_AT_LEAST

    @property
    def last_question(self):
        """With which question it was returned, if that was the last step."""
        last = self.reviews.first()
        return last.reason if last and last.decision == Decision.RETURNED else ""

    # --- Verbs: writing -----------------------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def begin(cls, institution, by):
        """Begin a draft; give the one that this person began and left empty if there is one."""
        draft, is_new = cls.objects.get_or_create(
            institution=institution, made_by=by, status=Status.DRAFT, title="", defaults={"written_in": by.language}
        )
        if is_new:
            draft.record(Decision.BEGUN, by, Role.APPLICANT)
        return draft

    @transaction.atomic
    def duplicate(self, by):
        """Begin a draft with the same facts but the days; give the copy that is there if nobody has touched it yet."""
        if not self.title:
            raise ValidationError(_("Give it a title first."))
        facts = {name: getattr(self, name) for name in self.COPIED} | {"made_by": by}
        copy, is_new = TrainingOpportunity.objects.get_or_create(
            institution=self.institution, copied_from=self, status=Status.DRAFT, defaults=facts
        )
        if is_new:
            for name in self.LINKED:
                getattr(copy, name).set(getattr(self, name).all())
            copy.record(Decision.COPIED, by, Role.APPLICANT)
        return copy

    def touch(self):
        """Note that somebody is working on it; left alone after that, it is reminded of again."""
        TrainingOpportunity.objects.filter(pk=self.pk).update(touched_at=now(), reminded_at=None)

    @transaction.atomic
    def rewrite(self, by, **facts):
        """Write its facts, those of `FACTS`.

        What a member not trusted yet changes of a published one waits for the Centre: the `ProposedRewrite` is given then.
        """
        self.lock()
        if not self.is_rewritten:
            raise ValidationError(
                _("As it stands it cannot be changed. Its state is: %(state)s.") % {"state": self.get_status_display()}
            )
        is_published = self.status == Status.PUBLISHED
        if is_published and not self.institution.trop_membership.is_trusted:
            return self.proposed_rewrites.model.propose(self, by, facts)
        self.write(**facts)
        self.proposed_rewrites.waiting().delete()
        if is_published:
            announce_change(self.NEWS, self.pk)
        return None

    def write(self, sectors, languages, open_to, city_name, **facts):
        """Write facts of one that is locked; raise `ValidationError` where they do not fit, or lack what a page needs."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.city = City.objects.called(city_name, self.institution.country).first() if city_name else None
        self.city_name = "" if self.city else city_name
        self.copied_from = None
        self.mark_changed()
        self.full_clean(exclude=[] if self.slug else ["slug"])
        self.save()
        for name, rows in {"sectors": sectors, "languages": languages, "open_to": open_to}.items():
            getattr(self, name).set(rows)
        if self.status == Status.PUBLISHED:
            self._check_complete()

    @transaction.atomic
    def take_back_change(self, by):
        """Take back the change that waits for the Centre."""
        if not (change := self.proposed_rewrites.waiting().first()):
            raise ValidationError(_("This has been decided in the meantime."))
        change.take_back(by)

    @transaction.atomic
    def correct(self, by, facts):
        """The Centre writes facts, those linked among them, as it stands: nothing of it is reviewed, and its people are told.

        Raise `ValidationError` where what is not a draft would lack something, or could no longer be applied for.
        """
        from trop.emails import tell_of_correction  # noqa: PLC0415  letters speak of models

        self.lock()
        for name, value in facts.items():
            if name in self.LINKED:
                getattr(self, name).set(value)
            else:
                setattr(self, name, value)
        if self.status not in (Status.DRAFT, Status.ARCHIVED):
            self._check_nothing_missing()
        if self.status == Status.PUBLISHED and "apply_by" in facts:
            self._check_still_open()
        self.mark_changed()
        self.full_clean()
        self.save(update_fields=[*(facts.keys() - set(self.LINKED)), *self.MARKS])
        announce_change(self.NEWS, self.pk)
        tell_of_correction(self.record(Decision.CORRECTED, by, Role.CENTRE), facts)

    # What a focal point may propose to the Centre to correct.
    PROPOSABLE = [
        "title", "summary", "starts_on", "ends_on", "apply_by", "seats", "how_to_apply", "application_url",
    ]  # fmt: skip

    def correct_as_proposed(self, by, facts):
        """As `correct`: a focal point proposed it, and `by`, of the Centre, accepted."""
        self.correct(by, facts)

    def mark_changed(self):
        """Note, before it is saved, that its facts changed, so that calendars and feeds take it anew."""
        self.updated_at = self.touched_at = now()
        self.reminded_at = None
        self.revision += 1

    # --- Verbs: its way to the public ---------------------------------------------------------------------------------

    @transaction.atomic
    def publish(self, by):
        """Show it to the public; what a member offers that is not trusted yet goes to the reviewers first."""
        self.lock()
        membership = Membership.by_which_may_publish(self.institution_id)
        self._check_complete()
        if membership.is_trusted:
            self._go_public(Decision.PUBLISHED, by, Role.APPLICANT)
        else:
            self.take(Decision.SUBMITTED, by, Role.APPLICANT, slug=self._own_slug())

    @transaction.atomic
    def approve(self, by, reason=""):
        """The Centre lets it be public."""
        self.lock()
        membership = Membership.by_which_may_publish(self.institution_id)
        self._check_complete()
        self._go_public(Decision.APPROVED, by, Role.CENTRE, reason)
        approved = OpportunityReview.objects.filter(
            opportunity__institution=self.institution_id, decision=Decision.APPROVED
        )
        membership.earn_trust(approved.values("opportunity").distinct().count())

    @transaction.atomic
    def reopen(self, by):
        """Take applications again after it was closed."""
        self.lock()
        Membership.by_which_may_publish(self.institution_id)
        self._check_still_open()
        self._go_public(Decision.REOPENED, by, Role.APPLICANT)

    def _go_public(self, decision, by, role, reason=""):
        is_first_time = self.published_at is None
        self.take(decision, by, role, reason, published_at=self.published_at or now(), slug=self._own_slug())
        if is_first_time:
            announce(self.NEWS, self.pk)
        else:
            announce_change(self.NEWS, self.pk)

    @transaction.atomic
    def take(self, decision, by, role, reason="", **facts):
        """As `Stepped.take`; a change that waits beside what is published is not kept where that is no longer so."""
        review = super().take(decision, by, role, reason, **facts)
        if self.status != Status.PUBLISHED:
            self.proposed_rewrites.waiting().delete()
        return review

    def return_with(self, question, by):
        return self.take(Decision.RETURNED, by, Role.CENTRE, question, touched_at=now(), reminded_at=None)

    def take_back(self, by):
        """Take it back from the reviewers, to change it."""
        return self.take(Decision.TAKEN_BACK, by, Role.APPLICANT, touched_at=now(), reminded_at=None)

    def close(self, by):
        """Take no more applications; it stays on record as past."""
        return self.take(Decision.CLOSED, by, Role.APPLICANT)

    @transaction.atomic
    def withdraw(self, reason, by, role=Role.APPLICANT):
        """Take it off the record: it will not be held, or should not have been published."""
        review = self.take(Decision.WITHDRAWN, by, role, reason)
        announce_change(self.NEWS, self.pk)
        return review

    @transaction.atomic
    def archive(self, by):
        """Put it away; what is open has to be closed first."""
        self.lock()
        if self.is_open:
            raise ValidationError(_("It is open: close or withdraw it first."))
        return self.take(Decision.ARCHIVED, by, Role.APPLICANT)

    def _check_complete(self):
        self._check_nothing_missing()
        self._check_still_open()

    def _check_nothing_missing(self):
        if missing := self.missing:
            names = pgettext("between names in a list", ", ").join(str(name) for name in missing)
            raise ValidationError(_("This is still missing: %(names)s.") % {"names": names})

    def _check_still_open(self):
        if self.is_expired:
            raise ValidationError(_("The last day to apply is over: set a later one."))

    def _own_slug(self):
        """Its address; made once, from the title or, where that has no Latin letters, from the institution."""
        if self.slug:
            return self.slug
        title = self.title if free_slug(self.title, ()) != "unnamed" else f"{self.category} {self.institution.slug}"
        return slug_unused_in([TrainingOpportunity.objects], title.replace("_", " "), RESERVED)

    # --- Telling ------------------------------------------------------------------------------------------------------

    def tell(self, review):
        from trop.emails import tell_of_opportunity  # noqa: PLC0415  letters speak of models

        tell_of_opportunity(review)

    def remind(self):
        """Remind those who write it that it is still a draft; once until somebody works on it, whoever asks."""
        from trop.emails import remind_of_draft  # noqa: PLC0415  letters speak of models

        if TrainingOpportunity.objects.stale().filter(pk=self.pk).update(reminded_at=now()):
            remind_of_draft(self)


class OpportunityReview(ReviewStep):
    """One step of an opportunity's history."""

    opportunity = models.ForeignKey(
        TrainingOpportunity, models.CASCADE, verbose_name=_("training opportunity"), related_name="reviews"
    )
    decision = models.CharField(_("step"), max_length=30, choices=Decision)

    class Meta(ReviewStep.Meta):
        verbose_name = _("step of an opportunity")
        verbose_name_plural = _("steps of opportunities")
        indexes = [models.Index(fields=["opportunity", "-at"], name="steps_of_opportunity")]
