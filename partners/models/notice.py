"""What an institution looks for or offers for a time: public while it is open, closed by itself on its closing day."""

import uuid
from datetime import timedelta

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from classifications.classified import ClassifiedQuerySet
from classifications.models import Country, Sector
from classifications.search import SearchableQuerySet, key_column, search_indexes, stems_column
from classifications.written import Text
from notifications.matching import announce
from partners.models.institution import Institution

LONGEST = timedelta(days=366)  # from publishing or extending to the closing day
REMINDED = timedelta(days=7)  # before the closing day
REMINDED_LATE = timedelta(days=1)  # before the closing day of what is open for a week or less


class NoticeQuerySet(ClassifiedQuerySet, SearchableQuerySet):
    def published(self):
        """Those that the public may see, open or past."""
        return self.filter(institution__in=Institution.objects.listed())

    def open_on(self, day):
        return self.published().filter(closed_at=None, closes_on__gte=day)

    def past_on(self, day):
        """Those that closed themselves before a day, or were closed."""
        return self.published().exclude(closed_at=None, closes_on__gte=day)

    def editable_by(self, user):
        """Those of the listed institutions for which `user` may speak today."""
        return self.filter(institution__in=Institution.objects.represented_by(user).listed())

    def closing_on(self, day):
        """Open ones whose closing day is within a week of a day."""
        return self.open_on(day).filter(closes_on__lte=day + REMINDED)

    def to_remind_on(self, day):
        """Those of whose end nobody has been reminded: a week before it, or a day where they are open for no longer."""
        opened_for_longer = Q(closes_on__gt=F("opened_on") + Value(REMINDED))
        is_last_day_near = Q(closes_on__lte=day + REMINDED_LATE)
        return self.closing_on(day).filter(opened_for_longer | is_last_day_near, reminded_at=None)

    def in_states(self, states, today=None):
        """Notices in these states: values of `Notice.State`."""
        return self.alias(state=state_on(today or localdate())).filter(state__in=states)

    def of_kinds(self, kinds):
        return self.filter(kind__in=kinds)

    def from_countries(self, iso2s):
        """Notices of institutions in these countries."""
        return self.filter(institution__country__iso2__in=iso2s)

    def from_groups(self, groups):
        """Notices of institutions in countries of these OIC groups."""
        return self.filter(institution__country__oic_group__in=groups)

    def wanting(self, iso2s):
        """Notices that institutions of these countries may answer: those that want one of them, or want none in particular."""
        return self.linked_by("countries__iso2", iso2s, or_to_none=True)

    def written_in_languages(self, codes):
        return self.filter(written_in__in=codes)

    def saying(self, word):
        """What the institution is called, and where it is, says it too."""
        return [*super().saying(word), Q(institution__in=Institution.objects.search(word).values("pk"))]

    def for_listing(self):
        """With what a row of a list shows: those that close first come first, then the past, the latest first."""
        today = localdate()
        is_past = Case(When(closed_at=None, closes_on__gte=today, then=Value(0)), default=Value(1))
        until_the_end = Func(F("closes_on"), Value(today), template="abs(%(expressions)s)", arg_joiner=" - ")
        return (
            self.select_related("institution__country")
            .defer("text", "search_key", "search_stems")
            .order_by(is_past, until_the_end, "-pk")
        )


def state_on(today):
    """The state of a notice on a day, as an expression."""
    return Case(
        When(closed_at=None, closes_on__gte=today, then=Value(Notice.State.OPEN)),
        default=Value(Notice.State.PAST),
        output_field=models.CharField(),
    )


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["institution", "kind", "title", "text", "written_in", "opened_on", "closes_on", "closed_at"],
    model_name="NoticeHistory",
)
class Notice(models.Model):
    """A request or an offer of a listed institution; its past states are in its history."""

    NEWS = "notice"

    class Kind(models.TextChoices):
        REQUEST = "request", _("Request")
        OFFER = "offer", _("Offer")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PAST = "past", _("Past")

    institution = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("institution"), related_name="notices")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"), max_length=3000)
    written_in = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), related_name="notices")
    countries = models.ManyToManyField(
        Country, verbose_name=_("countries wanted"), related_name="notices_wanting_it", blank=True,
        help_text=_("None: institutions of all countries may answer."),
    )  # fmt: skip
    opened_on = models.DateField(_("open since"), default=localdate, editable=False)
    closes_on = models.DateField(_("closing day"))
    published_at = models.DateTimeField(_("published"), default=now, editable=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("published by"), related_name="+", null=True, editable=False
    )
    changed_at = models.DateTimeField(_("changed"), default=now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(_("mark of the form it came from"), default=uuid.uuid4, editable=False)

    search_key = key_column("title", "text")
    search_stems = stems_column("title", "text")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("request or offer")
        verbose_name_plural = _("requests and offers")
        ordering = ["-published_at"]
        indexes = [
            *search_indexes("notices"),
            models.Index(fields=["closes_on"], condition=Q(closed_at=None), name="notices_by_closing_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["institution", "key"], name="form_makes_one_notice"),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opened_on")), name="notice_closes_after_it_opens",
                violation_error_message=_("The closing day is over."),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__lte=F("opened_on") + Value(LONGEST)), name="notice_closes_within_a_year",
                violation_error_message=_("Choose a closing day within twelve months."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("partners:notice-detail", args=[self.pk])

    @property
    def heading(self):
        return Text(self.title, self.written_in)

    @property
    def words(self):
        return Text(self.text, self.written_in)

    @property
    def is_open(self):
        return self.closed_at is None and self.closes_on >= localdate()

    @property
    def closes_soon(self):
        return self.is_open and self.closes_on <= localdate() + REMINDED

    @property
    def is_reminded_late(self):
        """Whether its people are reminded a day before it closes; of what is open for longer, a week before."""
        return self.closes_on <= self.opened_on + REMINDED

    @property
    def days_left(self):
        """Days until it closes; none on its closing day."""
        return (self.closes_on - localdate()).days

    @classmethod
    @transaction.atomic
    def publish(cls, institution, by, sectors, countries, key, **facts):
        """Publish a notice of a listed institution and give it; a second call with the same key gives the first one.

        Raise `ValidationError` where the institution is not listed, or the closing day is out of bounds.
        """
        if not Institution.objects.listed().select_for_update(no_key=True).filter(pk=institution.pk):
            raise ValidationError(_("This institution is not listed."))
        if known := institution.notices.filter(key=key).first():
            return known
        notice = cls(institution=institution, published_by=by, key=key, **facts)
        notice.full_clean()
        notice.save()
        notice.sectors.set(sectors)
        notice.countries.set(countries)
        announce(cls.NEWS, notice.pk)
        return notice

    @transaction.atomic
    def rewrite(self, sectors, countries, **facts):
        """Write other words; the closing day changes by `extend` alone."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.changed_at = now()
        self.full_clean()
        self.save(update_fields=[*facts, "changed_at"])
        self.sectors.set(sectors)
        self.countries.set(countries)

    def close(self):
        """Close it before its day; give whether it was open: what is closed already stays as it is."""
        was_open = Notice.objects.open_on(localdate()).filter(pk=self.pk).update(closed_at=now(), changed_at=now()) > 0
        self.refresh_from_db()
        return was_open

    def extend(self, until):
        """Keep it open until another day, or open it again; its people will be reminded before that day."""
        self.opened_on, self.closes_on, self.closed_at, self.reminded_at = localdate(), until, None, None
        self.changed_at = now()
        self.full_clean()
        self.save(update_fields=["opened_on", "closes_on", "closed_at", "reminded_at", "changed_at"])

    @transaction.atomic
    def remind(self):
        """Tell the institution's people, once, that it closes soon."""
        from partners.emails import remind_of_closing  # noqa: PLC0415  letters speak of models

        if Notice.objects.to_remind_on(localdate()).filter(pk=self.pk).update(reminded_at=now()):
            remind_of_closing(self)
