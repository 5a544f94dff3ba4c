"""Letters that ask whether a profile is still right; a row for each, so that none is written twice."""

from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from experts.models.expert import Expert
from experts.models.selection import LAPSES_AFTER

DAYS_BEFORE = (7, 30, 60)  # before a year without renewal is over


class Reminder(models.Model):
    """One such letter: for the year that began with a renewal, some days before its end."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="reminders")
    since = models.DateTimeField(_("renewed"))
    days = models.PositiveSmallIntegerField(_("days before the end"))
    written_at = models.DateTimeField(_("written"), default=now, editable=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["expert", "since", "days"], name="reminded_once_of_a_day")]

    def __str__(self):
        return f"{self.expert}, {self.days}"

    @classmethod
    def due(cls):
        """Yield pairs of an expert and the number of days of the letter that is due now and was not written."""
        for least, days in zip((0, *DAYS_BEFORE), DAYS_BEFORE, strict=False):
            soonest, latest = (now() - LAPSES_AFTER + timedelta(days=each) for each in (least, days))
            due = (
                Expert.objects.listed()
                .on_rosters()
                .filter(is_kept=True, user__is_active=True, renewed_at__gt=soonest, renewed_at__lte=latest)
            )
            written = cls.objects.filter(days=days, expert=models.OuterRef("pk"), since=models.OuterRef("renewed_at"))
            for expert in due.exclude(models.Exists(written)).select_related("user"):
                yield expert, days

    @classmethod
    def write(cls, expert, days):
        """Write one letter, unless it was; give whether it was written now."""
        from experts.emails import ask_whether_still_right  # noqa: PLC0415  letters speak of models

        try:
            with transaction.atomic():
                cls.objects.create(expert=expert, since=expert.renewed_at, days=days)
                ask_whether_still_right(expert)
        except IntegrityError:
            return False
        return True
