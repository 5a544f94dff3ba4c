"""Institutions: one record for each, whatever part it plays (provider, partner, TROP member, applicant)."""

import re
from functools import reduce
from operator import or_

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from classifications.addresses import slug_unused_in
from classifications.classified import ClassifiedQuerySet
from classifications.models import City, Country, Language, Named, NamedQuerySet, Sector, name_order
from classifications.search import Among, Folded, SearchableQuerySet, key_column, search_indexes, stems_column
from classifications.written import LANGUAGES, Text
from notifications.matching import announce
from partners.applications import Application, Decision, Role, Status
from partners.models.ladder import Rung, Verification, standing_on
from partners.models.word import RoutedStep, Worded, WordedQuerySet, routed_once
from partners.stepped import MOMENTS, waits_exactly_while

APPLICATIONS_A_DAY = 5  # that one person may send
RESERVED = {"register", "search", "notices", "messages", "map", "invitations", "feed"}  # paths beside the institutions'


def host_of(website):
    """The host of a website without its "www.", as the column `website_host` has it; it may be typed without "https://"."""
    if website and not re.match("https?://", website.lower()):
        website = f"https://{website}"
    return re.sub(r"^https?://(www\.)?([^/:?#]*).*$", r"\2", website.lower())


class InstitutionQuerySet(NamedQuerySet, ClassifiedQuerySet, SearchableQuerySet, WordedQuerySet):
    def represented_by(self, user):
        """Institutions for which `user` may speak today; none for a visitor who is not signed in."""
        return self.filter(pk__in=user.representations.acting().values("institution")) if user.pk else self.none()

    def managed_by(self, user):
        """Institutions whose people `user` manages."""
        return self.filter(pk__in=user.representations.managing().values("institution")) if user.pk else self.none()

    def applied_by(self, user):
        return self.represented_by(user)

    def represented(self):
        """Institutions for which somebody speaks, as `RepresentationQuerySet.acting` has it."""
        acting = Institution.objects.filter(
            representations__accepted_at__isnull=False,
            representations__ended_at=None,
            representations__user__is_active=True,
        )
        return self.filter(pk__in=acting.values("pk"))

    def with_representation(self):
        """With `is_represented`, whether somebody speaks for it, and `was_represented`, whether anybody ever did."""
        same = Institution.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            is_represented=Exists(same.represented()),
            was_represented=Exists(same.filter(representations__accepted_at__isnull=False)),
        )

    def orphaned(self):
        """Institutions that were represented and for which nobody speaks any more."""
        once = Institution.objects.filter(representations__accepted_at__isnull=False)
        return (
            self.in_use()
            .filter(pk__in=once.values("pk"))
            .exclude(pk__in=Institution.objects.represented().values("pk"))
        )

    def unmanaged(self):
        """Institutions for which people speak, but none who could invite, accept or remove others."""
        managed = Institution.objects.filter(
            representations__is_manager=True, representations__ended_at=None, representations__user__is_active=True
        )
        return self.in_use().represented().exclude(pk__in=managed.values("pk"))

    def never_represented(self):
        """Listed institutions for which nobody has ever spoken."""
        once = Institution.objects.filter(representations__accepted_at__isnull=False)
        return self.listed().exclude(pk__in=once.values("pk"))

    def just_moved_by(self, user, decision, *about):
        """Institutions on which `user` took this step moments ago: what they ask for again is done.

        Conditions `about` the row that the step left may say more, such as whom it was about.
        """
        taken = Review.objects.filter(*about, by=user.pk, decision=decision, at__gt=now() - MOMENTS)
        return self.filter(pk__in=taken.order_by().values("institution"))

    def having_taught(self):
        """Institutions that published events name as their providers."""
        return self.linked_to(events_provided__published_at__isnull=False)

    def figures(self):
        """How many there are, how many of them somebody represents, and how many have taught: a dict, in one query."""
        represented, taught = (Q(pk__in=rows.values("pk")) for rows in (self.represented(), self.having_taught()))
        return self.aggregate(
            listed=Count("pk"), represented=Count("pk", filter=represented), taught=Count("pk", filter=taught)
        )

    def newest_first(self):
        """The ones listed or recorded last before others."""
        return self.order_by("-created_at", "-pk")

    def saying(self, word):
        """What its country and its city are called says it too.

        All of it is one condition on its own columns, each with an index: the database joins the bitmaps of all words before
        it reads a row, and knows how many rows to expect.
        """
        [said] = super().saying(word)
        for name, places in (("country", Country.objects.search(word)), ("city", City.objects.named_with(word))):
            said |= Q(Among(F(name), ArraySubquery(places.order_by().values("pk"))))
        return [said]

    def of_kinds(self, kinds):
        return self.filter(kind__in=kinds)

    def in_countries(self, iso2s):
        return self.filter(country__iso2__in=iso2s)

    def in_groups(self, groups):
        """Institutions in states of these OIC groups."""
        return self.filter(country__oic_group__in=groups)

    def working_in(self, codes):
        """Institutions that work in one of these languages."""
        return self.linked_to(languages__code__in=codes)

    def taking_part(self, ways):
        """Institutions that offer, or look for, something: values of `Institution.Part`."""
        wanted = Q(pk=None)
        if Institution.Part.OFFERS in ways:
            wanted |= Q(offers_any=True)
        if Institution.Part.SEEKS in ways:
            wanted |= Q(seeks_any=True)
        return self.filter(wanted)

    def of_networks(self, networks):
        """Institutions that are members of these networks: values of `Institution.Network`."""
        return (
            self.filter(trop_membership__joined_on__isnull=False)
            if Institution.Network.TROP in networks
            else self.none()
        )

    def on_rungs(self, rungs, today=None):
        """Institutions on any of these rungs of the ladder of verification."""
        return self.filter(reduce(or_, (standing_on(rung, today or localdate()) for rung in rungs), Q(pk=None)))

    def called(self, names):
        """Institutions that have one of these names, in whatever language, folded."""
        folded = [Folded(Value(name)) for name in names if name.strip()]
        keys = {f"{column}_key": Folded(F(column)) for column in ("name_en", "name_fr", "name_ar")}
        wanted = Q(pk=None)
        for key in keys:
            wanted |= Q(**{f"{key}__in": folded})
        return self.alias(**keys).filter(wanted)

    def resembling(self, names, acronym="", website=""):
        """Institutions that may be the one of these names, by whatever is known of it.

        Those with the same host of the website come first, then those of the same acronym, then those of the likest names
        (or acronyms: what is typed as a name may be one).
        """
        names = [Folded(Value(name)) for name in names if name.strip()]
        nearness = [TrigramWordSimilarity(name, F("search_key")) for name in names]
        like = {
            "same_host": Q(website_host=host) if (host := host_of(website)) else Q(pk=None),
            # By the index of the texts first: there is none of acronyms alone.
            "same_acronym": Q(search_key__contains=Folded(Value(acronym)), acronym_key=Folded(Value(acronym)))
            if acronym.strip()
            else Q(pk=None),
        }
        wanted = reduce(or_, [*like.values(), *(Q(search_key__trigram_word_similar=name) for name in names)])
        return (
            self.alias(acronym_key=Folded(F("acronym")))
            .filter(wanted)
            .alias(**{name: Case(When(test, then=1), default=0) for name, test in like.items()})
            .annotate(
                nearness=Greatest(Value(0.0), *nearness, output_field=models.FloatField()) if nearness else Value(0.0)
            )
            .order_by("-same_host", "-same_acronym", "-nearness", "pk")
        )

    def for_choice(self):
        """With what is shown where somebody chooses among institutions, in the order it comes."""
        return self.select_related("country", "city").defer(*Institution.NOT_LISTED)

    def for_listing(self):
        """With what a row of a list shows, in the order of names."""
        return self.select_related("country", "city").defer(*Institution.NOT_LISTED).by_name()


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "slug", "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city", "city_name", "website", "source_url",
        "status", "offers", "seeks", "written_in", "staff", "founded",
    ],
    model_name="InstitutionHistory",
)  # fmt: skip
class Institution(Named, Worded):
    NEWS = "institution"

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry")
        STATISTICAL_OFFICE = "national_statistical_office", _("National statistical office")
        PUBLIC_AGENCY = "public_agency", _("Public agency")
        CENTRAL_BANK = "central_bank", _("Central bank")
        OIC_INSTITUTION = "oic_institution", _("OIC institution")
        INTERNATIONAL = "international_organisation", _("International organisation")
        DEVELOPMENT_AGENCY = "development_agency", _("Development agency")
        TRAINING = "training_institution", _("Training institution")
        UNIVERSITY = "university", _("University")
        RESEARCH = "research_institute", _("Research institute")
        NGO = "ngo", _("Non-governmental organisation")
        BUSINESS = "business_association", _("Business association")
        CHAMBER = "chamber", _("Chamber of commerce")
        EMPLOYERS = "employers_organisation", _("Employers’ organisation")
        TRADE_UNION = "trade_union", _("Trade union")
        STOCK_EXCHANGE = "stock_exchange", _("Stock exchange")

    class Part(models.TextChoices):
        """What an institution takes part for."""

        OFFERS = "offers", _("Offers training or expertise")
        SEEKS = "seeks", _("Looks for training or expertise")

    class Network(models.TextChoices):
        """What an institution may be a member of; the apps above this one keep the memberships."""

        TROP = "trop", _("TROP member")

    class Size(models.TextChoices):
        """Number of staff; steps because few know the number and it changes."""

        SMALL = "1-49", _("Fewer than 50")
        MEDIUM = "50-249", _("50 to 249")
        LARGE = "250-999", _("250 to 999")
        GREAT = "1000-", _("1,000 or more")

    STATE = "country"
    # What others vouched for: a representative proposes a change of these, and the old version stays public meanwhile.
    VERIFIED_FACTS = ["name_en", "name_fr", "name_ar", "country", "kind", "website"]
    NOT_LISTED = ["offers", "seeks", "search_key", "search_stems"]

    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="institutions")
    city = models.ForeignKey(
        City, models.PROTECT, verbose_name=_("city"), related_name="institutions", null=True, blank=True
    )
    city_name = models.CharField(
        _("city as the institution writes it"),
        max_length=100,
        blank=True,
        help_text=_("Where the city is not on record."),
    )
    website = models.URLField(_("website"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="institutions", blank=True)
    languages = models.ManyToManyField(
        Language, verbose_name=_("working languages"), related_name="institutions", blank=True
    )
    offers = models.TextField(_("what it offers"), blank=True, max_length=2000)
    seeks = models.TextField(_("what it looks for"), blank=True, max_length=2000)
    written_in = models.CharField(_("language of these texts"), max_length=2, choices=settings.LANGUAGES, default="en")
    staff = models.CharField(_("number of staff"), max_length=10, choices=Size, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)

    confirmed_on = models.DateField(_("confirmed by the focal point on"), null=True, blank=True, editable=False)
    confirmed_until = models.DateField(_("confirmed until"), null=True, blank=True, editable=False)
    verified_on = models.DateField(_("verified by the Centre on"), null=True, blank=True, editable=False)
    verified_until = models.DateField(_("verified until"), null=True, blank=True, editable=False)
    # When a representative last said that the profile is right; empty where nobody has.
    profile_confirmed_at = models.DateTimeField(_("profile last confirmed"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("recorded"), default=now, editable=False)

    # The host of the website without its "www.", by which a second registration is recognised.
    website_host = models.GeneratedField(
        expression=Func(
            Func(F("website"), function="lower"),
            Value(r"^https?://(www\.)?([^/:?#]*).*$"),
            Value(r"\2"),
            function="regexp_replace",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    # What a facet counts, so that no list reads the texts.
    offers_any = models.GeneratedField(expression=Q(offers__gt=""), output_field=models.BooleanField(), db_persist=True)
    seeks_any = models.GeneratedField(expression=Q(seeks__gt=""), output_field=models.BooleanField(), db_persist=True)

    search_key = key_column("name_en", "name_fr", "name_ar", "acronym", "offers", "seeks")
    search_stems = stems_column("name_en", "name_fr", "name_ar", "acronym", "offers", "seeks")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name_en"]
        indexes = [
            *search_indexes("institutions"),
            *(
                models.Index(
                    name_order(language),
                    "id",
                    condition=Q(status=Status.LISTED),
                    name=f"institutions_by_name_{language}",
                )
                for language in LANGUAGES
            ),
            models.Index(fields=["website_host"], condition=~Q(website=""), name="institutions_website_host"),
            models.Index(fields=["waiting_since"], condition=Q(status=Status.APPLIED), name="institutions_waiting"),
            models.Index(
                fields=["kind", "country", "offers_any", "seeks_any", "confirmed_until", "verified_until", "id"],
                condition=Q(status=Status.LISTED),
                name="institutions_counted",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name_en", "country"],
                condition=~Q(name_en="") & ~Q(status__in=Application.ENDED),
                name="institution_once_in_a_country",
                violation_error_message=_("An institution of this name is on record in this country."),
            ),
            models.CheckConstraint(
                condition=~Q(name_en="", name_fr="", name_ar=""),
                name="institution_has_a_name",
                violation_error_message=_("Give the name in at least one language."),
            ),
            waits_exactly_while(Status.APPLIED, "institution_waits_while_applied"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:institution-detail", args=[self.slug])

    @property
    def word_address(self):
        return reverse("partners:word", args=[self.slug])

    @property
    def applicants(self):
        return list(self.representations.acting().values_list("user", flat=True))

    def clean(self):
        if not self.pk and self.slug and self.is_taken(self.slug):
            raise ValidationError({"slug": _("This address leads to something else already.")})
        if self.city_id and self.country_id and self.city.country_id != self.country_id:
            raise ValidationError({"city": _("This city is in another country.")})

    @property
    def rungs(self):
        """The rungs of the ladder of verification on which it stands today, the highest first; never none."""
        today = localdate()
        vouched = [
            Rung(Verification.VERIFIED, self.verified_on, self.verified_until),
            Rung(Verification.CONFIRMED, self.confirmed_on, self.confirmed_until),
        ]
        return [rung for rung in vouched if rung.until and rung.until >= today] or [Rung(Verification.DECLARED)]

    @property
    def rung(self):
        """The highest of them."""
        return self.rungs[0]

    @property
    def offer(self):
        return Text(self.offers, self.written_in)

    @property
    def search_for(self):
        """What it looks for."""
        return Text(self.seeks, self.written_in)

    # --- Verbs; those of its application are in `applications.py` -----------------------------------------------------

    @property
    def place(self):
        """The name of its city, however it is known; empty if it is not."""
        return self.city.name if self.city else self.city_name

    def settle_in(self, city_name):
        """Note the city; one that is on record is linked."""
        self.city = City.objects.called(city_name, self.country).first() if city_name else None
        self.city_name = "" if self.city else city_name

    @property
    def is_pointed_to(self):
        """Whether any row points to it, its own history apart: deleting would take that along, for good."""
        fields = [
            each.field
            for each in self._meta.get_fields(include_hidden=True)
            if each.auto_created and not each.concrete and not each.many_to_many
        ]
        return any(
            field.model._base_manager.filter(**{field.name: self.pk}).exists()
            for field in fields
            if not issubclass(field.model, pghistory.models.Event)
        )

    @classmethod
    @transaction.atomic
    def apply(cls, by, position, sectors=(), languages=(), **facts):
        """Record an application; `by` speaks for the institution and manages its people. Raise `ValidationError`."""
        if Review.objects.taken_today(Decision.APPLIED, by).count() >= APPLICATIONS_A_DAY:
            raise ValidationError(
                _("You have registered %(most)s institutions within a day, the most that is possible.")
                % {"most": APPLICATIONS_A_DAY}
            )
        city_name = facts.pop("city_name", "")
        institution = cls(status=Status.APPLIED, waiting_since=now(), profile_confirmed_at=now(), **facts)
        institution.settle_in(city_name)
        institution.slug = cls.free_slug(institution)
        institution.full_clean(exclude=["slug"])
        institution.claim_names()
        institution.save()
        institution.sectors.set(sectors)
        institution.languages.set(languages)
        institution.representations.create(user=by, position=position, is_manager=True, accepted_at=now())
        institution.record(Decision.APPLIED, by, Role.APPLICANT)
        return institution

    def claim_names(self):
        """Refuse names that another institution of its country has, in whatever language or case; of two the second waits."""
        Country.objects.select_for_update(no_key=True).get(pk=self.country_id)
        others = Institution.objects.in_use().filter(country=self.country_id).exclude(pk=self.pk)
        if others.called([self.name_en, self.name_fr, self.name_ar]).exists():
            raise ValidationError(_("An institution of this name is on record in this country."))

    @staticmethod
    def is_taken(slug):
        """Whether an address is not for a new institution: a path of the portal's own, or one that leads to another."""
        return slug in RESERVED or FormerAddress.objects.filter(slug=slug).exists()

    @transaction.atomic
    def enter(self, by):
        """Leave the row of an institution that the Centre listed of its own accord."""
        self.record(Decision.APPROVED, by, Role.CENTRE)
        announce(self.NEWS, self.pk)

    @transaction.atomic
    def approve(self, by, reason=""):
        review = super().approve(by, reason)
        announce(self.NEWS, self.pk)
        return review

    @classmethod
    def free_slug(cls, institution):
        latin = institution.name_en or institution.name_fr or institution.acronym
        title = latin or f"{institution.country.name_en} {institution.kind}".replace("_", " ")
        return slug_unused_in([cls.objects, FormerAddress.objects], title, RESERVED)

    @transaction.atomic
    def correct(self, by, position, sectors=(), languages=(), **facts):
        """Answer the question with which the application was returned: write the corrected facts and send it again."""
        self.send_again(by)  # first: it takes the lock, and refuses where somebody was faster
        self._write(sectors, languages, facts)
        self.representations.acting().filter(user=by).update(position=position)

    @transaction.atomic
    def keep_profile(self, by, sectors=None, languages=None, **facts):
        """Write what a representative says of the institution, facts others vouched for excepted; it counts as confirmed."""
        if self.is_listed and not set(facts).isdisjoint(self.VERIFIED_FACTS):
            raise ValueError("Facts that others vouched for change by a review.")
        self._write(sectors, languages, facts)

    def _write(self, sectors, languages, facts):
        city_name = facts.pop("city_name", None)
        for name, value in facts.items():
            setattr(self, name, value)
        if city_name is not None:
            self.settle_in(city_name)
        if not set(facts).isdisjoint(self.VERIFIED_FACTS):
            self.claim_names()
        self.profile_confirmed_at = now()
        self.full_clean(exclude=["slug"])
        self.save(update_fields=[*facts, "city", "city_name", "profile_confirmed_at"])  # not a state that others change
        if sectors is not None:
            self.sectors.set(sectors)
        if languages is not None:
            self.languages.set(languages)

    def confirm_profile(self):
        """Note that a representative said today that the profile is right as it stands."""
        self.profile_confirmed_at = now()
        self.save(update_fields=["profile_confirmed_at"])

    @transaction.atomic
    def confirm(self, by, until, reason="", role=Role.FOCAL_POINT):
        """The national focal point vouches for it until a day; `role` is the Centre's where it records a letter of theirs."""
        self._vouch(Decision.CONFIRMED, by, role, reason, confirmed_on=localdate(), confirmed_until=until)

    @transaction.atomic
    def endorse(self, by, until, reason=""):
        """The focal point vouches for an applicant; the Centre decides next."""
        self.hold_for_focal_point(by)
        self.confirm(by, until, reason)

    @transaction.atomic
    def verify(self, by, until, reason=""):
        """The Centre vouches for it until a day."""
        self._vouch(Decision.VERIFIED, by, Role.CENTRE, reason, verified_on=localdate(), verified_until=until)

    def _vouch(self, decision, by, role, reason, **rung):
        if max(day for day in rung.values()) < localdate():
            raise ValidationError(_("The day on which this ends is over."))
        self.lock()
        last, said = self.last_step_just_by(by), (decision, role, reason.strip())
        has_same_days = all(getattr(self, name) == day for name, day in rung.items())
        if last and has_same_days and (last.decision, last.role, last.reason) == said:
            return  # a second click
        if not Institution.objects.in_use().filter(pk=self.pk).update(**rung):
            raise ValidationError(_("This application was declined or withdrawn."))
        for name, day in rung.items():
            setattr(self, name, day)
        self.record(decision, by, role, reason)

    def tell(self, review):
        from partners.emails import tell_of_review  # noqa: PLC0415  letters speak of models

        tell_of_review(review)


class Review(RoutedStep):
    """One step of an institution's history."""

    institution = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("institution"), related_name="reviews")
    person = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("person concerned"), related_name="+", null=True, blank=True
    )

    class Meta(RoutedStep.Meta):
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        indexes = [models.Index(fields=["institution", "-at"], name="reviews_of_institution")]
        constraints = [routed_once("institution", "routed_once_in_one_waiting")]


class FormerAddress(models.Model):
    """An address under which an institution stood before it was merged with another record of itself."""

    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="former_addresses"
    )
    slug = models.SlugField(_("address"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self):
        return self.slug
