"""Who serves a programme in each state: designations that are in force one after the other, and what becomes of them."""

from datetime import timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Case, ExpressionWrapper, F, Func, Max, Q, Subquery, Value, When
from django.db.models.functions import Cast, Greatest, Least
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from psycopg2.extras import DateRange

from classifications.documents import check_letter, letter_name
from classifications.models import Country
from classifications.search import Folded
from classifications.written import labelled, page_language, translated
from programmes.models.programme import Programme


class FocalPointQuerySet(models.QuerySet):
    def acting(self, on=None):
        """Designations in force on the day `on` (today unless told)."""
        return self.filter(in_force__contains=on or localdate())

    def of_seat(self, focal_point):
        """All designations, former and to come, to the seat of this one."""
        return self.filter(country=focal_point.country_id, programme=focal_point.programme_id, role=focal_point.role)

    def heads(self):
        """Focal points themselves, without their deputies."""
        return self.filter(role=FocalPoint.Role.FOCAL_POINT)

    def of_member_states(self):
        return self.filter(country__in=Country.objects.member_states())

    def deputies(self):
        return self.filter(role=FocalPoint.Role.DEPUTY)

    def able_to_act(self):
        """Designations in force of somebody who can sign in."""
        return self.acting().filter(user__is_active=True)

    def secured(self):
        """Designations of somebody whose account has a second factor: whatever they may read beyond others needs one."""
        return self.filter(user__authenticator__isnull=False)

    def ending_within(self, days):
        """Designations in force whose term ends soon."""
        today = localdate()
        return self.acting().filter(term_ends_on__lte=today + timedelta(days=days))

    def confirmed_in(self, year):
        """Designations that the country confirmed, or made, in a year or after it."""
        return self.filter(Q(confirmed_on__year__gte=year) | Q(designated_on__year__gte=year))

    def vacated(self, **seat):
        """The day from which the last one in a seat was no longer in force, as a subquery; `seat` says which by expressions."""
        over = self.heads().filter(in_force__endswith__lte=localdate(), **seat).order_by().values(*seat)
        last_day = over.annotate(since=Max(Func("in_force", function="upper"))).values("since")
        return Subquery(last_day, output_field=models.DateField())

    def by_country(self):
        """Sort as the alphabet of the page's language has the countries."""
        return self.order_by(Folded(F(f"country__name_{page_language()}")), "role")


def days_in_force():
    """The days on which a designation is in force: from its first to the last of its term, or the eve of its end."""
    # Cast: where a form is checked, an empty day is a NULL of no type.
    last, ended_on = (Cast(F(name), models.DateField()) for name in ("term_ends_on", "ended_on"))
    after_term = ExpressionWrapper(last + Value(1), output_field=models.DateField())
    end = Case(
        When(Q(term_ends_on=None, ended_on=None), then=None),
        default=Greatest(F("designated_on"), Least(after_term, ended_on)),  # a range may be empty, not backward
        output_field=models.DateField(),
    )
    return Func(F("designated_on"), end, function="daterange", output_field=DateRangeField())


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "country",
        "programme",
        "role",
        "office_en",
        "office_fr",
        "office_ar",
        "designated_on",
        "term_ends_on",
        "ended_on",
        "ended_because",
        "confirmed_on",
        "letter",
        "user",
        "may_publish_person",
        "is_sample",
    ],  # the person and the address are left out: history must not keep what was withdrawn
    model_name="FocalPointHistory",
)
class FocalPoint(models.Model):
    """The office that a state has designated to serve a programme or network; see `acting()` for who is in force."""

    class Role(models.TextChoices):
        FOCAL_POINT = "focal_point", _("National focal point")
        DEPUTY = "deputy", _("Deputy")

    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="focal_points")
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme or network"), related_name="focal_points"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    office_en = models.CharField(_("office in English"), max_length=300)
    office_fr = models.CharField(_("office in French"), max_length=300, blank=True)
    office_ar = models.CharField(_("office in Arabic"), max_length=300, blank=True)
    person = models.CharField(_("person"), max_length=150, blank=True)
    email = models.EmailField(_("official e-mail address"), blank=True)
    may_publish_person = models.BooleanField(
        _("the person has agreed to be named"), default=False, help_text=_("Name and address are shown only if so.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("account that may act"),
        related_name="designations",
        null=True,
        blank=True,
    )
    letter = models.FileField(
        _("letter of designation"),
        upload_to=letter_name,
        validators=[check_letter],
        blank=True,
        help_text=_("PDF. Only staff can open it."),
    )
    designated_on = models.DateField(_("designated on"))
    term_ends_on = models.DateField(_("term ends on"), null=True, blank=True)
    ended_on = models.DateField(
        _("ended on"), null=True, blank=True, help_text=_("From this day on it is no longer in force.")
    )
    ended_because = models.TextField(_("why it ended"), max_length=1000, blank=True)
    confirmed_on = models.DateField(_("last confirmed by the country on"), null=True, blank=True)
    in_force = models.GeneratedField(
        expression=days_in_force(), output_field=DateRangeField(), db_persist=True, editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ["country__name_en", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term_ends_on=None) | Q(term_ends_on__gte=F("designated_on")),
                name="focal_point_term_ends_after_start",
                violation_error_message=_("The term ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("designated_on")),
                name="focal_point_ends_after_start",
                violation_error_message=_("It ends before it begins."),
            ),
            ExclusionConstraint(
                name="one_acting_focal_point",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("in_force", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("On some of these days another designation to this seat is in force."),
            ),
        ]

    def __str__(self):
        return labelled(self.country, self.office)

    @property
    def office(self):
        return translated(self, "office")

    @property
    def first_day_after(self):
        """The first day on which it is no longer in force; None where that is open."""
        ends = [day for day in (self.term_ends_on and self.term_ends_on + timedelta(days=1), self.ended_on) if day]
        return min(ends, default=None)

    def reopened(self, former):
        """What in it would bring `former`, the same designation as it stands on record, back into force; by field."""
        if former.ended_on and self.ended_on != former.ended_on:
            return {"ended_on": _("It has been ended, and that stays: designate anew.")}
        over, end = former.first_day_after, self.first_day_after
        if over and over <= localdate() and (end is None or end > localdate()):
            return {"term_ends_on": _("Its term is over, and that stays: designate anew.")}
        return {}

    def clean(self):
        """Refuse what would bring it back; say kindly what the constraint refuses, on forms without all of its fields too."""
        former = FocalPoint.objects.filter(pk=self.pk).first() if self.pk else None
        if former and (faults := self.reopened(former)):
            raise ValidationError(list(faults.values()))
        end = self.first_day_after
        if not (self.country_id and self.programme_id and self.designated_on):
            return
        if end and end <= self.designated_on:
            return  # in force on no day
        days = DateRange(self.designated_on, end)
        if FocalPoint.objects.of_seat(self).exclude(pk=self.pk).filter(in_force__overlap=days).exists():
            raise ValidationError(_("On some of these days another designation to this seat is in force."))

    @property
    def is_acting(self):
        return localdate() in self.in_force

    @property
    def address(self):
        """Where letters about this designation go; empty where nobody has given one."""
        return self.email or (self.user.email if self.user else "")

    @property
    def is_reached(self):
        """Whether letters about it go to anybody."""
        return bool(self.address) and not self.is_sample

    @staticmethod
    def hold_seats_of(*countries):
        """Let whoever fills seats of these countries at this moment be done first, and others wait until this transaction is over.

        The database refuses two in one seat, but of two who write at once each would wait for the other.
        """
        list(Country.objects.filter(pk__in=countries).order_by("pk").select_for_update(no_key=True))

    @classmethod
    @transaction.atomic
    def designate(cls, by, **facts):
        """Record a designation; raise `ValidationError` where the seat is held on one of its days."""
        return cls(**facts).begin(by)

    @transaction.atomic
    def end(self, by, on=None, because=""):
        """End it on a day, the first on which it is no longer in force; what ended before stays ended."""
        on = on or localdate()
        self.check_end(on)
        going = FocalPoint.objects.filter(pk=self.pk, ended_on=None)
        if not going.update(ended_on=on, ended_because=because.strip()):
            raise ValidationError(_("This designation has been ended in the meantime."))
        self.refresh_from_db()
        return self.steps.create(what=DesignationStep.What.ENDED, by=by)

    def check_end(self, on):
        """Raise `ValidationError` where it cannot end on this day."""
        if on < self.designated_on:
            raise ValidationError(_("It ends before it begins."))

    def check_successor(self, on):
        """Raise `ValidationError` where nobody can take this seat from a day on."""
        if on <= self.designated_on:
            raise ValidationError(_("A successor begins after its predecessor."))
        taken = FocalPoint.objects.of_seat(self).exclude(pk=self.pk).filter(in_force__overlap=DateRange(on, None))
        if taken.exists() or (self.ended_on and self.ended_on > on):
            raise ValidationError(_("On some of these days another designation to this seat is in force."))

    @transaction.atomic
    def succeed(self, by, successor):
        """End it on the first day of `successor`, an unsaved designation that takes its seat, and record that one.

        What waits for the seat waits for the successor from that day on, since it waits for whoever holds the seat.
        """
        for name in ("country", "programme", "role"):
            setattr(successor, name, getattr(self, name))
        self.hold_seats_of(self.country_id)
        seat = FocalPoint.objects.select_for_update().get(pk=self.pk)
        last = seat.in_force.upper
        if seat.ended_on is None and (last is None or last > successor.designated_on):
            seat.end(by, successor.designated_on, str(_("Succeeded by: %(office)s") % {"office": successor.office}))
        return successor.begin(by)

    @transaction.atomic
    def begin(self, by):
        """Record this unsaved designation; raise `ValidationError` where the seat is held on one of its days."""
        self.hold_seats_of(self.country_id)
        self.full_clean(validate_constraints=False)
        try:
            with transaction.atomic():
                self.validate_constraints()
                self.save(force_insert=True)
        except IntegrityError:  # somebody was faster
            raise ValidationError(_("On some of these days another designation to this seat is in force.")) from None
        self.steps.create(what=DesignationStep.What.DESIGNATED, by=by)
        return self

    def confirm(self, by, on=None):
        """Note that the country confirmed it."""
        self.confirmed_on = on or localdate()
        self.save(update_fields=["confirmed_on"])
        self.steps.create(what=DesignationStep.What.CONFIRMED, by=by, told_at=now())

    def propose_deputy(self, by, words):
        """Propose to the Centre whom it is to designate as deputy, on the letter of the authorities."""
        from programmes.models.proposal import Proposal  # noqa: PLC0415  proposals are made under designations

        Proposal.propose(self, by, Proposal.Kind.DEPUTY, self, words=words)
        return self.steps.create(what=DesignationStep.What.DEPUTY_PROPOSED, by=by, words=words, told_at=now())

    PROPOSABLE = ["office_en", "office_fr", "office_ar"]

    @transaction.atomic
    def correct_as_proposed(self, by, facts):
        """Write corrections that a focal point proposed and `by` accepted; raise `ValidationError` where they do not fit."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.full_clean()
        self.save(update_fields=list(facts))
        self.steps.create(
            what=DesignationStep.What.CORRECTED, by=by, words="\n".join(map(str, facts.values())), told_at=now()
        )


class DesignationStepQuerySet(models.QuerySet):
    def untold(self):
        """Steps of which those concerned are still to be told, the oldest first."""
        return self.filter(told_at=None).order_by("pk")


class DesignationStep(models.Model):
    """A step in the life of a designation; the letters about it are written from these rows (`told_at`)."""

    class What(models.TextChoices):
        DESIGNATED = "designated", pgettext_lazy("step of a designation", "Designated")
        ENDED = "ended", pgettext_lazy("step of a designation", "Ended")
        CONFIRMED = "confirmed", pgettext_lazy("step of a designation", "Confirmed by the country")
        ACCOUNT_CHANGED = "account", pgettext_lazy("step of a designation", "Another account may act")
        DEPUTY_PROPOSED = "deputy-proposed", pgettext_lazy("step of a designation", "Deputy proposed")
        DEPUTY_ACCEPTED = "deputy-accepted", pgettext_lazy("step of a designation", "Proposed deputy accepted")
        DEPUTY_DECLINED = "deputy-declined", pgettext_lazy("step of a designation", "Proposed deputy declined")
        CORRECTED = "corrected", pgettext_lazy("step of a designation", "Corrected as proposed")

    focal_point = models.ForeignKey(FocalPoint, models.CASCADE, verbose_name=_("focal point"), related_name="steps")
    what = models.CharField(_("step"), max_length=20, choices=What)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True, blank=True
    )
    at = models.DateTimeField(_("when"), default=now, editable=False)
    words = models.TextField(_("words"), blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True, editable=False)

    objects = DesignationStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a designation")
        verbose_name_plural = _("steps of designations")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(told_at=None), name="designation_steps_untold")]

    def __str__(self):
        return self.get_what_display()


class YearlyQuestion(models.Model):
    """That a country was asked, once in a year, whether its designations still hold and which vacant seats it fills."""

    country = models.ForeignKey(Country, models.CASCADE, verbose_name=_("country"), related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    asked_at = models.DateTimeField(_("asked"), default=now, editable=False)
    addresses = models.JSONField(_("written to"), default=list, editable=False)

    class Meta:
        verbose_name = _("yearly question to a country")
        verbose_name_plural = _("yearly questions to countries")
        constraints = [models.UniqueConstraint(fields=["country", "year"], name="country_asked_once_a_year")]

    def __str__(self):
        return f"{self.country} {self.year}"
