"""What is held under the programmes: courses, workshops, study visits, meetings; who gave them, and who received them."""

import uuid
from datetime import date

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Count, F, Q, Value
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from accounts.models import check_time_zone
from classifications.addresses import free_slug
from classifications.classified import LinkedQuerySet
from classifications.documents import PublishedDocument
from classifications.gathering import NAMES, GatheringQuerySet
from classifications.models import City, Country, Language, Named, NamedQuerySet, Sector, keeps_history
from classifications.search import SearchableQuerySet
from classifications.written import translated
from events.linked import Linked
from notifications.matching import announce, announce_change
from partners.models import Institution
from programmes.activities import Activity
from programmes.models import Programme


@keeps_history("SeriesHistory", ["slug", *NAMES])
class Series(Named):
    """Events that follow each other, such as the sessions of a commission."""

    slug = models.SlugField(_("address"), max_length=100, unique=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name_en"]


class EventQuerySet(GatheringQuerySet, LinkedQuerySet, SearchableQuerySet):
    def published(self):
        """Events that the public may see."""
        return self.filter(published_at__isnull=False)

    def called_off(self):
        """Postponed or cancelled."""
        return self.filter(status__in=Event.CALLED_OFF)

    def to_come(self, today=None):
        """Events that are not over and not called off."""
        return self.in_states([Event.When.TO_COME], today)

    def held(self, today=None):
        """Events that are over and were not called off."""
        return self.in_states([Event.When.HELD], today)

    def past_due(self, today=None):
        """Events that are over but whose status still announces them."""
        return self.filter(status__in=Event.ANNOUNCED, ends_on__lt=today or localdate())

    def in_states(self, states, today=None):
        """Events of any of these `Event.When`."""
        today = today or localdate()
        called_off = Q(status__in=Event.CALLED_OFF)
        wanted = Q(status__in=[state for state in states if state in Event.CALLED_OFF])
        if Event.When.TO_COME in states:
            wanted |= ~called_off & Q(ends_on__gte=today)
        if Event.When.HELD in states:
            wanted |= ~called_off & Q(ends_on__lt=today)
        return self.filter(wanted)

    def held_in(self, year):
        """Events that began in `year`, those called off too, which are marked as such."""
        return self.filter(year=year)

    def held_in_years(self, years):
        return self.filter(year__in=years)

    def of_kinds(self, kinds):
        return self.filter(kind__in=kinds)

    def in_modes(self, modes):
        return self.filter(mode__in=modes)

    def under_themes(self, slugs):
        """Events of the programmes under any of the themes; "none" stands for events of no programme."""
        return self.linked_by("programmes__theme__slug", slugs, or_to_none="none" in slugs)

    def under_programmes(self, slugs):
        """Events of any of the programmes; "none" stands for events of no programme."""
        return self.linked_by("programmes__slug", slugs, or_to_none="none" in slugs)

    def taught_by(self, iso2s):
        """Events with a provider country among these."""
        return self.linked_by("provider_countries__iso2", iso2s, or_to_none="none" in iso2s)

    def given_by(self, slugs):
        """Events with a provider institution among these."""
        return self.linked_by("providers__slug", slugs, or_to_none="none" in slugs)

    def received_by(self, iso2s):
        """Events with a beneficiary country among these (for meetings: that took part)."""
        return self.linked_by("beneficiary_countries__iso2", iso2s, or_to_none="none" in iso2s)

    def hosted_by(self, iso2s):
        """Events whose venue is in one of these countries; what is only online has no venue."""
        wanted = Q(country__iso2__in=iso2s) & ~Q(mode=Event.Mode.ONLINE)
        return self.filter(wanted | Q(country=None) | Q(mode=Event.Mode.ONLINE) if "none" in iso2s else wanted)

    def in_sectors(self, slugs):
        """Events in any of the sectors, by themselves or by a programme of theirs."""
        return self.linked_to(Q(sectors__slug__in=slugs) | Q(programmes__sectors__slug__in=slugs))

    def taught_by_groups(self, groups):
        """Events with a provider country in any of these OIC groups."""
        return self.linked_to(provider_countries__oic_group__in=groups)

    def received_by_groups(self, groups):
        """Events with a beneficiary country in any of these OIC groups."""
        return self.linked_to(beneficiary_countries__oic_group__in=groups)

    def hosted_by_groups(self, groups):
        """Events whose venue is in a country of any of these OIC groups; what is only online has no venue."""
        return self.filter(country__oic_group__in=groups).exclude(mode=Event.Mode.ONLINE)

    def taught_in(self, codes):
        """Events with a language of delivery among these."""
        return self.linked_by("languages__code", codes, or_to_none="none" in codes)

    def touching(self, country):
        """Events that a country taught, received or hosted, each once."""
        return self.filter(
            pk__in=self.taught_by([country.iso2])
            .values("pk")
            .union(self.received_by([country.iso2]).values("pk"), self.hosted_by([country.iso2]).values("pk"))
        )

    def in_any_series(self, slugs):
        """Events of the series at these addresses, with their series; none of an address that is empty."""
        return self.filter(series__slug__in=[slug for slug in slugs if slug]).select_related("series")

    def newest_first(self):
        return self.order_by("-starts_on", "-pk")

    def oldest_first(self):
        return self.order_by("starts_on", "pk")

    def latest_published_first(self):
        """For who follows what is new on record; of what was published at once, as a load does, the newest events first."""
        return self.order_by("-published_at", "-starts_on", "-pk")

    def most_participants_first(self):
        return self.order_by(F("participants").desc(nulls_last=True), "-starts_on", "-pk")

    def for_listing(self):
        """Only what a row of a list shows."""
        return self.defer(*Event.NOT_LISTED)

    def for_table(self):
        """What one line of a table of facts shows, fetched at once."""
        country = [f"country__{field}" for field in ("pk", "iso2", *NAMES)]
        received = Participation.objects.by_country()
        return self.defer("search_key", "search_stems").gathering(
            "participations", "participants", *country, among=received
        )

    def for_page(self):
        """What an event's page shows, fetched at once."""
        language = [f"language__{field}" for field in ("pk", *NAMES)]
        return (
            self.for_table()
            .select_related("series")
            .gathering("documents", "title_en", "title_fr", "title_ar", "file", *language)
        )

    def write_names(self):
        """Write the columns that hold names anew, where `names_later` has put it off."""
        return self.update(search_key="")

    def count_by_year(self):
        """Give a dict from year to the number of events that began in it."""
        return dict(self.order_by().values_list("year").annotate(count=Count("pk", distinct=True)))


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "title_en",
        "title_fr",
        "title_ar",
        "slug",
        "kind",
        "status",
        "mode",
        "starts_on",
        "ends_on",
        "begins_at",
        "finishes_at",
        "time_zone",
        "venue",
        "city",
        "country",
        "participants",
        "series",
        "number_in_series",
        "summary_en",
        "summary_fr",
        "summary_ar",
        "published_at",
        "source_url",
        "is_sample",
    ],
    model_name="EventHistory",
)
class Event(models.Model):
    """One course, workshop, visit, meeting… with what is known of it; what is not known is empty, never zero."""

    NEWS = "event"

    Kind = Activity

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open for registration")
        HELD = "held", _("Held")
        REPORTED = "reported", _("Held, report published")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class When(models.TextChoices):
        """What a reader asks of time: follows from the status and the days."""

        TO_COME = "to-come", _("To come")
        HELD = "held", _("Held")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("Hybrid")

    ANNOUNCED = [Status.PLANNED, Status.OPEN]
    CALLED_OFF = [Status.POSTPONED, Status.CANCELLED]
    # In these the states on record took part; in the others they received.
    GATHERINGS = [Kind.MEETING, Kind.CONFERENCE]
    NOT_LISTED = ["summary_en", "summary_fr", "summary_ar", "search_key", "search_stems"]

    title_en = models.CharField(_("title in English"), max_length=300)
    title_fr = models.CharField(_("title in French"), max_length=300, blank=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=300, blank=True)
    slug = models.SlugField(_("address"), max_length=100, blank=True, help_text=_("Made from the title if left empty."))
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_fr = models.TextField(_("summary in French"), blank=True)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PLANNED)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode, default=Mode.IN_PERSON)

    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    year = models.GeneratedField(
        expression=ExtractYear("starts_on"), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )
    begins_at = models.TimeField(_("begins at"), null=True, blank=True, help_text=_("In the time zone of the venue."))
    finishes_at = models.TimeField(_("finishes at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Istanbul")
    venue = models.CharField(
        _("venue"), max_length=200, blank=True, help_text=_("The building, or the platform if online.")
    )
    city = models.ForeignKey(City, models.PROTECT, verbose_name=_("city"), related_name="events", null=True, blank=True)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        verbose_name=_("country of the venue"),
        related_name="events_hosted",
        null=True,
        blank=True,
    )

    programmes = models.ManyToManyField(Programme, verbose_name=_("programmes"), related_name="events", blank=True)
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="events", blank=True)
    providers = models.ManyToManyField(
        Institution, verbose_name=_("provider institutions"), related_name="events_provided", blank=True
    )
    # Not derived from the providers: on record they do not pair one to one.
    provider_countries = models.ManyToManyField(
        Country, verbose_name=_("provider countries"), related_name="events_provided", blank=True
    )
    beneficiary_countries = models.ManyToManyField(
        Country,
        verbose_name=_("beneficiary countries"),
        related_name="events_received",
        through="Participation",
        blank=True,
    )
    languages = models.ManyToManyField(
        Language, verbose_name=_("languages of delivery"), related_name="events", blank=True
    )
    participants = models.PositiveIntegerField(
        _("participants"), null=True, blank=True, help_text=_("Empty if not known.")
    )

    series = models.ForeignKey(
        Series, models.SET_NULL, verbose_name=_("series"), related_name="events", null=True, blank=True
    )
    number_in_series = models.PositiveSmallIntegerField(_("number in the series"), null=True, blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)

    published_at = models.DateTimeField(_("published"), null=True, blank=True, help_text=_("Empty for a draft."))
    created_at = models.DateTimeField(_("recorded"), default=now, editable=False)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    # For calendars that subscribe: who it is, and how often its facts changed (RFC 5545, UID and SEQUENCE).
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False, db_default=0)

    # Kept by triggers: the names of all that the event is linked to, to show it in a list and to find it by one row.
    names = models.JSONField(editable=False, default=dict, db_default=Value({}, models.JSONField()))
    search_key = models.TextField(editable=False, default="", db_default="")
    search_stems = SearchVectorField(editable=False, null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(F("starts_on").desc(), F("id").desc(), name="events_newest_first"),
            models.Index(
                F("participants").desc(nulls_last=True), F("starts_on").desc(), name="events_most_participants"
            ),
            models.Index(fields=["ends_on"], name="events_ends_on"),
            models.Index(fields=["-published_at", "-starts_on", "-id"], name="events_latest_published"),
            GinIndex(OpClass(F("search_key"), "gin_trgm_ops"), name="events_search_key"),
            GinIndex(fields=["search_stems"], name="events_search_stems"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__range=(date(1900, 1, 1), date(2099, 12, 31))),
                name="event_in_a_year_that_has_a_page",
                violation_error_message=_("The first day is not between 1900 and 2099."),
            ),
            models.UniqueConstraint(fields=["year", "slug"], name="event_address_once_in_a_year"),
            models.UniqueConstraint(
                fields=["title_en", "starts_on"],
                name="event_once",
                violation_error_message=_("An event of this title and first day is on record."),
            ),
            models.UniqueConstraint(fields=["series", "number_in_series"], name="number_once_in_a_series"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event-detail", args=[self.year or self.starts_on.year, self.slug])

    def clean(self):
        if self.city_id and self.country_id and self.city.country_id != self.country_id:
            raise ValidationError({"city": _("This city is in another country.")})
        try:
            check_time_zone(self.time_zone)
        except ValidationError as error:
            raise ValidationError({"time_zone": error}) from None
        if not self.slug:
            taken = (
                Event.objects.filter(starts_on__year=self.starts_on.year).values_list("slug", flat=True)
                if self.starts_on
                else ()
            )
            self.slug = free_slug(self.title_en, set(taken))

    @property
    def title(self):
        return translated(self, "title")

    @property
    def summary(self):
        return translated(self, "summary")

    @cached_property
    def linked(self):
        """The names of what this event is linked to; fresh as of when the row was read."""
        return Linked.of(self.names)

    @property
    def day_count(self):
        return (self.ends_on - self.starts_on).days + 1

    @property
    def is_called_off(self):
        return self.status in self.CALLED_OFF

    @property
    def may_invite(self):
        """Whether experts may still be invited to it."""
        return not self.is_called_off and self.ends_on >= localdate()

    @property
    def is_gathering(self):
        return self.kind in self.GATHERINGS

    @property
    def when(self):
        """The `When` of this event today; the same answer as `in_states`."""
        return self.when_on(localdate())

    def when_on(self, today):
        if self.is_called_off:
            return self.When(self.status)
        return self.When.HELD if self.ends_on < today else self.When.TO_COME

    @transaction.atomic
    def publish(self):
        """Show the event to the public; asked twice, nothing more happens."""
        if Event.objects.filter(pk=self.pk, published_at=None).update(published_at=now()):
            announce(self.NEWS, self.pk)

    @transaction.atomic
    def call_off(self, status):
        """Postpone or cancel an event that has not been held."""
        changed = Event.objects.filter(pk=self.pk, status__in=self.ANNOUNCED).update(status=status, updated_at=now())
        if not changed:
            raise ValidationError(_("Only an event that is planned or open can be postponed or cancelled."))
        announce_change(self.NEWS, self.pk)


def names_later(later):
    """Put off (or no longer) writing the columns of events that hold names, for the rest of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.names_later', %s, true)", ["on" if later else "off"])


class ParticipationQuerySet(models.QuerySet):
    def by_country(self):
        return self.select_related("country").order_by("country__name_en")


class Participation(models.Model):
    """A country that received an event, or took part in a meeting, with the number of its participants if known."""

    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"), related_name="participations")
    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="participations")
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participating country")
        verbose_name_plural = _("participating countries")
        constraints = [models.UniqueConstraint(fields=["event", "country"], name="participation_once_each")]

    def __str__(self):
        return f"{self.event}: {self.country}"


class EventDocument(PublishedDocument):
    """A programme, a presentation, a report of an event."""

    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"), related_name="documents")

    class Meta:
        verbose_name = _("document of an event")
        verbose_name_plural = _("documents of events")
        ordering = ["title_en", "language__code"]

    def get_absolute_url(self):
        return reverse("events:document", args=[self.pk])


class FormerAddress(models.Model):
    """The number under which an event stood on the former sites; one number may have served two consecutive events."""

    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"), related_name="former_addresses")
    number = models.PositiveIntegerField(_("former number"), db_index=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="former_address_once_each")]

    def __str__(self):
        return str(self.number)


class Change(models.Model):
    """A trace that triggers leave when anything changed that is counted about events; see `events.tally`."""

    class Meta:
        verbose_name = _("trace of a change")
        verbose_name_plural = _("traces of changes")

    def __str__(self):
        return str(self.pk)
