"""What is linked to an expert: rosters, languages, past assignments, periods in which they are free."""

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from classifications.models import Country, Language
from experts.models.expert import Expert
from experts.models.roster import Roster


class RosterMembership(models.Model):
    """An expert on a roster."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="memberships")
    roster = models.ForeignKey(Roster, models.PROTECT, verbose_name=_("roster"), related_name="memberships")
    joined_at = models.DateTimeField(_("joined"), default=now, editable=False)

    class Meta:
        verbose_name = _("place on a roster")
        verbose_name_plural = _("places on rosters")
        constraints = [models.UniqueConstraint(fields=["roster", "expert"], name="expert_once_on_a_roster")]

    def __str__(self):
        return str(self.roster)


class FormerAddress(models.Model):
    """A key under which an expert had pages before two records became one: it leads on to the one that stayed."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="former_addresses")
    key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self):
        return str(self.key)


class Level(models.IntegerChoices):
    """How well a language is spoken, in the levels of the Common European Framework."""

    A1 = 1, "A1"
    A2 = 2, "A2"
    B1 = 3, "B1"
    B2 = 4, "B2"
    C1 = 5, "C1"
    C2 = 6, "C2"
    NATIVE = 7, _("First language")


def spoken(language, level):
    """A language with how well it is spoken, in words: “Arabic C1”."""
    words = _("%(language)s (first language)") if level == Level.NATIVE else _("%(language)s %(level)s")
    return words % {"language": language, "level": Level(level).label}


class ExpertLanguage(models.Model):
    """A language that an expert speaks."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="languages")
    language = models.ForeignKey(Language, models.PROTECT, verbose_name=_("language"), related_name="speakers")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)

    class Meta:
        verbose_name = _("language of an expert")
        verbose_name_plural = _("languages of experts")
        constraints = [
            models.UniqueConstraint(fields=["expert", "language"], name="language_once_for_an_expert"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="language_level_of_the_framework"),
        ]

    def __str__(self):
        return spoken(self.language, self.level)


class Assignment(models.Model):
    """Something an expert did for somebody: a course, a mission, a study."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="assignments")
    what = models.CharField(_("what"), max_length=200)
    country = models.ForeignKey(
        Country, models.PROTECT, verbose_name=_("country"), related_name="+", null=True, blank=True
    )
    year = models.PositiveSmallIntegerField(_("year"))
    client = models.CharField(_("for whom"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")

    def __str__(self):
        return self.what


class AvailabilityQuerySet(models.QuerySet):
    def covering(self, first, last):
        """Periods in which all days from `first` to `last` lie."""
        return self.filter(starts_on__lte=first, until__gte=last)


class Availability(models.Model):
    """Days from one to another on which an expert is free."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="periods")
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"))

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("period of availability")
        verbose_name_plural = _("periods of availability")
        indexes = [models.Index(fields=["until", "starts_on", "expert"], name="free_until")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("starts_on")), name="availability_ends_after_start")
        ]

    def __str__(self):
        return f"{self.starts_on} – {self.until}"

    @property
    def is_over(self):
        return self.until < localdate()
