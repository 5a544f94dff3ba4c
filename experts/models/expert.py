"""Experts: what they say of themselves, who may read it, and what is decided about them."""

import uuid
from datetime import UTC, timedelta
from functools import cached_property

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from classifications.models import Country, Sector
from classifications.search import Folded, key_column, search_indexes, stems_column
from classifications.written import LANGUAGES, alphabetical, translated
from experts.cv import check_cv, random_name
from experts.employers import Employers
from experts.models.selection import HIDDEN_AFTER, LAPSES_AFTER, ExpertQuerySet, first_day_within
from partners.applications import Decision, Role, Status
from partners.models import Institution
from partners.models.word import RoutedStep, Worded, routed_once
from partners.stepped import waits_exactly_while
from programmes.models import Proposal

# Those whose names are compared to find records of one person.
_COMPARED = Q(is_kept=True) & ~Q(status__in=[Status.DECLINED, Status.WITHDRAWN])


class Expert(Worded):
    """A person on the rosters, or one who was: once erased, the row says only that there was somebody, and on which."""

    class Title(models.TextChoices):
        MS = "ms", pgettext_lazy("form of address", "Ms")
        MR = "mr", pgettext_lazy("form of address", "Mr")
        DR = "dr", pgettext_lazy("form of address", "Dr")
        PROFESSOR = "professor", pgettext_lazy("form of address", "Professor")
        ENGINEER = "engineer", pgettext_lazy("form of address", "Engineer")

    class Gender(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    class Degree(models.TextChoices):
        DOCTORATE = "doctorate", _("Doctorate")
        MASTER = "master", _("Master’s degree")
        BACHELOR = "bachelor", _("Bachelor’s degree")
        DIPLOMA = "diploma", _("Technical or vocational diploma")
        OTHER = "other", _("Another qualification")

    class Way(models.TextChoices):
        TRAVELS = "travels", _("Travels to the place")
        ONLINE = "online", _("Works online")
        BOTH = "both", _("Travels or works online")

    class Years(models.TextChoices):
        FEW = "0-5", _("Up to 5 years")
        SOME = "6-10", _("6 to 10 years")
        MANY = "11-20", _("11 to 20 years")
        MOST = "21-", _("More than 20 years")

        @property
        def span(self):
            """The least and the most whole years."""
            return {"0-5": (0, 5), "6-10": (6, 10), "11-20": (11, 20), "21-": (21, 100)}[self]

    STATE = "nationality"

    user = models.OneToOneField(
        User, models.PROTECT, verbose_name=_("account"), related_name="expert", null=True, editable=False
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("form of address"), max_length=20, choices=Title, blank=True)
    name = models.CharField(_("name"), max_length=150)
    name_ar = models.CharField(_("name in Arabic script"), max_length=150, blank=True)
    nationality = models.ForeignKey(
        Country, models.PROTECT, verbose_name=_("nationality"), related_name="experts", null=True
    )
    residence = models.ForeignKey(
        Country, models.PROTECT, verbose_name=_("country of residence"), related_name="resident_experts", null=True
    )
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True)
    degree = models.CharField(_("highest degree"), max_length=20, choices=Degree)
    first_year = models.PositiveSmallIntegerField(
        _("in the field since"), null=True, help_text=_("The year; the years of experience follow from it.")
    )
    institution = models.ForeignKey(
        Institution,
        models.SET_NULL,
        verbose_name=_("employer on record"),
        related_name="experts",
        null=True,
        blank=True,
    )
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    summary_en = models.TextField(_("summary in English"), blank=True, max_length=2000)
    summary_fr = models.TextField(_("summary in French"), blank=True, max_length=2000)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True, max_length=2000)
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="experts", blank=True)
    way = models.CharField(_("way of working"), max_length=10, choices=Way)
    days_per_year = models.PositiveSmallIntegerField(_("days a year"), null=True, blank=True)
    cv = models.FileField(_("CV"), upload_to=random_name, validators=[check_cv], blank=True)
    renewed_at = models.DateTimeField(_("last confirmed"), default=now, editable=False)
    endorsed_on = models.DateField(_("endorsed by the focal point on"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    created_at = models.DateTimeField(_("recorded"), default=now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    # What is agreed to now; `agree_to` and `take_back` keep these beside the rows of `Consent`.
    is_kept = models.BooleanField(_("may be kept"), default=False, editable=False)
    is_for_focal_points = models.BooleanField(_("all focal points may see it"), default=False, editable=False)
    is_for_partners = models.BooleanField(_("partners may see it"), default=False, editable=False)
    is_public = models.BooleanField(_("everybody may see it"), default=False, editable=False)
    may_be_contacted = models.BooleanField(_("may be written to"), default=False, editable=False)

    # Nothing is searched that is not shown to everybody who finds the expert at all: a search tells nothing more.
    linked_words = models.TextField(_("words of what is linked"), blank=True, editable=False)
    search_key = key_column("name", "name_ar", "employer", "summary_en", "summary_fr", "summary_ar", "linked_words")
    search_stems = stems_column("name", "name_ar", "employer", "summary_en", "summary_fr", "summary_ar", "linked_words")

    # What says who it is: emptied when the person is erased.
    PERSONAL_TEXTS = [
        "title", "name", "name_ar", "gender", "degree", "employer", "summary_en", "summary_fr", "summary_ar", "way", "cv",
        "linked_words",
    ]  # fmt: skip
    PERSONAL_LINKS = ["nationality", "residence", "institution", "first_year", "days_per_year", "endorsed_on"]
    FLAGS = ["is_kept", "is_for_focal_points", "is_for_partners", "is_public", "may_be_contacted"]

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["-created_at"]
        indexes = [
            *search_indexes("experts"),
            models.Index(fields=["waiting_since"], condition=Q(status=Status.APPLIED), name="experts_waiting"),
            models.Index(
                fields=["-renewed_at", "id"], condition=Q(status=Status.LISTED, is_kept=True), name="experts_freshest"
            ),
            # The order of the admin's list.
            models.Index(
                fields=["waiting_since", "-created_at", "-id"], condition=Q(is_kept=True), name="experts_in_the_office"
            ),
            # By these alone, without a row, `experts.duplicates` finds names that are alike.
            models.Index(Folded("name"), "name", "id", condition=_COMPARED, name="experts_by_folded_name"),
            models.Index(
                Folded("name_ar"),
                "name_ar",
                "id",
                condition=_COMPARED & ~Q(name_ar=""),
                name="experts_by_folded_arabic_name",
            ),
        ]
        constraints = [
            waits_exactly_while(Status.APPLIED, "expert_waits_while_applied"),
            models.CheckConstraint(
                condition=Q(is_kept=True)
                | Q(is_for_focal_points=False, is_for_partners=False, is_public=False, may_be_contacted=False),
                name="nobody_used_who_is_not_kept",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None, user__isnull=False, nationality__isnull=False, residence__isnull=False)
                | Q(
                    erased_at__isnull=False, user=None, is_kept=False, nationality=None, residence=None, name="", cv=""
                ),
                name="an_erased_expert_is_nobody",
            ),
        ]

    def __str__(self):
        return gettext("expert no. %(number)s") % {"number": self.pk}  # kept in logs, so it names nobody

    @property
    def word_address(self):
        return reverse("experts:word", args=[self.key])

    @property
    def applicants(self):
        return [self.user_id] if self.user_id else []

    # --- What is read of an expert ------------------------------------------------------------------------------------

    title_as_written = property(lambda self: self.get_title_display())
    gender_as_written = property(lambda self: self.get_gender_display())
    degree_as_written = property(lambda self: self.get_degree_display())
    way_as_written = property(lambda self: self.get_way_display())

    @property
    def summary(self):
        return translated(self, "summary")

    @property
    def email(self):
        return self.user.email if self.user else ""

    @property
    def email_if_contacted(self):
        """The address of those who agree to be written to: no other leaves the portal in a table."""
        return self.email if self.may_be_contacted else ""

    @property
    def years(self):
        """Whole years of experience."""
        return localdate().year - self.first_year if self.first_year is not None else None

    @property
    def employer_name(self):
        """The employer as it is on record, or as the expert wrote it."""
        return self.institution.name if self.institution else self.employer

    @property
    def name_to_come(self):
        """The change of name that waits for the Centre; None where there is none."""
        return self.proposed_names.waiting().first()

    @cached_property
    def sectors_by_name(self):
        return sorted(self.sectors.all(), key=lambda sector: alphabetical(sector.name))

    @cached_property
    def languages_by_level(self):
        return sorted(self.languages.all(), key=lambda each: (-each.level, alphabetical(each.language.name)))

    @cached_property
    def assignments_latest_first(self):
        return list(self.assignments.select_related("country").order_by("-year", "pk"))

    @cached_property
    def periods_to_come(self):
        periods = (each for each in self.periods.all() if not each.is_over)
        return sorted(periods, key=lambda each: (each.starts_on, each.pk))

    @cached_property
    def rosters_in_order(self):
        return sorted((each.roster for each in self.memberships.all()), key=lambda roster: (roster.position, roster.pk))

    @property
    def answered_references(self):
        return self.references.named().answered()

    @property
    def is_lapsed(self):
        return self.renewed_at < first_day_within(LAPSES_AFTER)[1]

    @property
    def is_hidden(self):
        return self.renewed_at < first_day_within(HIDDEN_AFTER)[1]

    @property
    def holds_until(self):
        """The last day on which the profile counts as confirmed, in UTC as `is_lapsed` counts."""
        return self.renewed_at.astimezone(UTC).date() + LAPSES_AFTER - timedelta(days=1)

    # --- Verbs; those of the application are in `partners.applications` ------------------------------------------------

    @classmethod
    @transaction.atomic
    def apply(cls, user, purposes, **answers):
        """Record an application with what is agreed to; raise `ValidationError` where this person has one already."""
        User.objects.select_for_update().get(pk=user.pk)  # two clicks at once must not both find none
        expert = cls.objects.of(user) or cls(user=user)
        if expert.pk and expert.status not in cls.ENDED:
            raise ValidationError(_("You are registered already."))
        expert.status, expert.waiting_since = Status.APPLIED, now()
        expert._write(answers, purposes)
        expert.record(Decision.APPLIED, user, Role.APPLICANT)
        return expert

    @transaction.atomic
    def correct(self, by, purposes, **answers):
        """Answer the question with which the application was returned, and send it again."""
        self.send_again(by)  # first: it takes the lock, and refuses where somebody was faster
        self._write(answers, purposes)

    @transaction.atomic
    def keep_profile(self, purposes, **answers):
        """Write what the expert says of themselves now; that counts as a renewal.

        The name under which they were reviewed and endorsed stays until the Centre accepts another; give the change that
        waits for that, None where there is none. Raise `ValidationError` where the expert is not listed (any more).
        """
        from experts.models.renaming import ProposedName  # noqa: PLC0415  names that wait need the expert

        self.lock()
        if not self.is_listed:
            self.refuse_as_decided()
        names = {name: answers[name] for name in self.REVIEWED_NAMES}
        self._write(answers | {name: getattr(self, name) for name in names}, purposes)
        return ProposedName.propose(self, names)

    def _write(self, answers, purposes):
        """Write all answers: own columns under their names; linked rows as dicts under `languages`, `assignments`…"""
        linked = {name: answers.pop(name) for name in ("languages", "assignments", "periods", "references")}
        sectors, rosters = answers.pop("sectors"), answers.pop("rosters")
        years = answers.pop("years")
        self.first_year = localdate().year - years
        if answers["nationality"].pk != self.nationality_id:
            self.endorsed_on = None  # the focal point of another state vouched for them
        for name, value in answers.items():
            setattr(self, name, value)
        self.renewed_at = now()
        self.full_clean(exclude=["cv"])
        self.save()
        self.sectors.set(sectors)
        self._join(rosters)
        for name in self.MOST_ROWS:
            self._write_rows(name, linked[name])
        self.references.model.ask(self, linked["references"])
        self._consent_to(purposes)
        self.keep_words()

    MOST_ROWS = {"languages": 6, "assignments": 6, "periods": 4}  # that a form shows

    def _write_rows(self, name, written):
        """Put what a form says in place of the rows it showed; those beyond, of a record merged with another, stay after them."""
        rows = getattr(self, name)
        beyond = list(rows.order_by("pk")[self.MOST_ROWS[name] :])
        rows.all().delete()
        for row in beyond:
            row.pk = None
        # A language that the form names now and that stood beyond it, too, is spoken as the form says.
        rows.bulk_create([*(rows.model(expert=self, **row) for row in written), *beyond], ignore_conflicts=True)

    REVIEWED_NAMES = ["title", "name", "name_ar"]

    # What the public reads, in columns of its own, and a focal point may propose to the Centre to correct.
    PROPOSABLE = ["name", "name_ar", "employer", "summary_en", "summary_fr", "summary_ar"]

    @transaction.atomic
    def correct_as_proposed(self, by, facts):
        """Write corrections that a focal point proposed and `by` accepted; the expert is told. Raise `ValidationError`."""
        locked = Expert.objects.select_for_update(of=["self"]).get(pk=self.pk)
        told = "\n".join(f"{getattr(locked, name) or '—'} → {value or '—'}" for name, value in facts.items())
        for name, value in facts.items():
            setattr(locked, name, value)
        written = list(facts)
        if "employer" in facts:
            locked.institution = Employers(locked.employer).on_record
            written.append("institution")
        locked.full_clean(exclude=["cv"])
        locked.save(update_fields=written)
        locked.keep_words()
        locked.record(Decision.CHANGE_ACCEPTED, by, Role.CENTRE, told)

    @property
    def proposals(self):
        """What focal points proposed to correct."""
        return Proposal.objects.about(self)

    def _join(self, rosters):
        self.memberships.exclude(roster__in=rosters).delete()
        present = set(self.memberships.values_list("roster", flat=True))
        for roster in rosters:
            if roster.pk not in present:
                self.memberships.create(roster=roster)

    def keep_words(self):
        """Write down the words of what is linked, by which the expert is searched, too."""
        named = [
            *self.sectors.all(),
            *(sector.theme for sector in self.sectors.select_related("theme") if sector.theme),
        ]
        words = [getattr(each, f"name_{language}") for each in named for language in LANGUAGES]
        if self.institution:
            words += [self.institution.name_en, self.institution.name_fr, self.institution.name_ar]
        for each in self.assignments.all():
            words += [each.what, each.client]
        linked_words = " ".join(dict.fromkeys(filter(None, words)))
        if linked_words != self.linked_words:
            self.linked_words = linked_words
            self.save(update_fields=["linked_words"])

    def leave(self, roster):
        """Take the expert off one roster."""
        self.memberships.filter(roster=roster).delete()

    def renew(self):
        """Note that the expert said today that everything is still right: what lapsed or was hidden is back."""
        self.renewed_at = now()
        Expert.objects.filter(pk=self.pk).update(renewed_at=self.renewed_at)

    @transaction.atomic
    def endorse(self, by, reason=""):
        """The national focal point vouches for the expert."""
        if not Expert.objects.endorsable_by(by).filter(pk=self.pk).update(endorsed_on=localdate()):
            raise ValidationError(_("This has been decided in the meantime."))
        self.endorsed_on = localdate()
        self.record(Decision.CONFIRMED, by, Role.FOCAL_POINT, reason)

    # --- Consent ------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def agree_to(self, purpose):
        """Note that the expert agrees to a purpose as it is worded today; whatever it is, being kept is needed for it."""
        from experts.models.consent import WORDED_ON  # noqa: PLC0415  consents need the expert

        self._lock_after_drafts()
        self.refresh_from_db(fields=[*self.FLAGS, "status", "erased_at"])
        if self.erased_at:
            self.refuse_as_decided()
        if purpose != "kept" and not self.is_kept:
            raise ValidationError(_("Without being kept by the Centre nothing else is possible."))
        self.consents.in_force().filter(purpose=purpose).exclude(version=WORDED_ON).update(withdrawn_at=now())
        if not self.consents.in_force().filter(purpose=purpose).exists():
            self.consents.create(purpose=purpose, version=WORDED_ON)
        self.raise_flags()

    @transaction.atomic
    def take_back(self, purpose):
        """Note that the expert no longer agrees to a purpose; who is no longer kept is not used for anything.

        Letters that tell of them and what focal points proposed about them, which staff can read, are deleted then as if
        they were erased.
        """
        from experts.erasing import forget_letters  # noqa: PLC0415  it reads references, which need the expert

        self._lock_after_drafts()
        ended = self.consents.in_force()
        if purpose != "kept":
            ended = ended.filter(purpose=purpose)
        else:
            forget_letters(self)
            self.proposals.delete()
        ended.update(withdrawn_at=now())
        self.raise_flags()

    def _lock_after_drafts(self):
        """Lock the row, and before it what the person has begun to write: who sends that has locked it, and then locks the row."""
        if self.user:
            list(self.user.drafts.select_for_update().filter(form="expert").order_by("pk"))
        Expert.objects.select_for_update().get(pk=self.pk)

    def _forget_drafted_consent(self):
        """Take what was ticked earlier out of what the expert has begun to write: sent later, it would undo the latest word."""
        for draft in self.user.drafts.select_for_update().filter(form="expert", answers__has_key="consent"):
            del draft.answers["consent"]
            draft.save(update_fields=["answers"])

    def _consent_to(self, purposes):
        """Make what is agreed to the same as `purposes`."""
        for purpose in self.consents.in_force().exclude(purpose__in=purposes).values_list("purpose", flat=True):
            self.take_back(purpose)
        for purpose in sorted(purposes, key=lambda each: each != "kept"):
            self.agree_to(purpose)

    def raise_flags(self):
        """Write down beside the consents which are in force, whenever these have changed."""
        from experts.models.consent import FLAGS  # noqa: PLC0415  consents need the expert

        agreed = set(self.consents.in_force().values_list("purpose", flat=True))
        for purpose, flag in FLAGS.items():
            setattr(self, flag, purpose in agreed)
        self.is_for_focal_points = self.consents.to_all_focal_points().exists()
        self.save(update_fields=self.FLAGS)
        self._forget_drafted_consent()

    # --- The CV, and erasing ------------------------------------------------------------------------------------------

    @transaction.atomic
    def keep_cv(self, file):
        """Store a checked CV in place of the one before; raise `ValidationError` where the person was erased meanwhile."""
        self.lock()
        if self.erased_at:
            self.refuse_as_decided()
        self._drop_cv()
        self.cv = file
        self.save(update_fields=["cv"])

    @transaction.atomic
    def remove_cv(self):
        self._drop_cv()
        self.cv = ""
        self.save(update_fields=["cv"])

    def _drop_cv(self):
        """Delete the stored file, another one that came meanwhile too, once what is being done is certain."""
        self.cv = Expert.objects.select_for_update().get(pk=self.pk).cv
        if self.cv:
            stored, storage = self.cv.name, self.cv.storage
            transaction.on_commit(lambda: storage.delete(stored))

    @transaction.atomic
    def erase(self):
        """Take away everything that says who this was; the row stays for counting, with the rosters it was on."""
        from experts.erasing import forget_letters  # noqa: PLC0415  it reads references, which need the expert
        from experts.tally import fold  # noqa: PLC0415  it counts experts

        self._lock_after_drafts()
        forget_letters(self)
        self._drop_cv()
        for rows in (
            self.languages, self.periods, self.assignments, self.references, self.consents, self.reviews, self.reminders,
            self.engagements, self.entries, self.said_apart, self.said_apart_of, self.proposals,
            self.proposed_names, self.former_addresses,
        ):  # fmt: skip
            rows.all().delete()
        self.sectors.clear()
        self.exports.clear()
        if self.user:
            self.user.drafts.filter(form="expert").delete()
        for name in self.PERSONAL_TEXTS:
            setattr(self, name, "")
        for name in self.PERSONAL_LINKS:
            setattr(self, name, None)
        for name in self.FLAGS:
            setattr(self, name, False)
        self.user, self.key, self.erased_at = None, uuid.uuid4(), now()
        self.status, self.waiting_since = Status.WITHDRAWN, None
        self.renewed_at = self.created_at = self.erased_at
        self.save()
        fold()  # the bitmaps know at once that there is nobody

    def tell(self, review):
        from experts.emails import tell_of_review  # noqa: PLC0415  letters speak of models

        tell_of_review(review)


class ExpertReview(RoutedStep):
    """One step of an expert's history."""

    APPLICANT = _("the expert")

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="reviews")

    class Meta(RoutedStep.Meta):
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        indexes = [models.Index(fields=["expert", "-at"], name="reviews_of_expert")]
        constraints = [routed_once("expert", "expert_routed_once_in_one_waiting")]

    @property
    @admin.display(description=_("words of the one who decided"))
    def words_for_focal_point(self):
        """As of any step, but what the Centre wrote: it may quote references, who were promised that only the Centre reads them."""
        return "" if self.role == Role.CENTRE else self.words
