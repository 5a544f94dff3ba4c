"""Who is asked about an application before the Centre decides, and for how long."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programmes.models import FocalPoint, Programme


class ReviewRules(models.Model):
    """Who is asked about an application, and for how long: one row, which staff change in the admin."""

    network = models.ForeignKey(
        Programme,
        models.SET_NULL,
        verbose_name=_("network whose focal points are asked"),
        related_name="+",
        null=True,
        blank=True,
        help_text=_(
            "Empty: every national focal point of the applicant’s country; who answers first, answers for all."
        ),
    )
    deputy_after = models.PositiveSmallIntegerField(_("days after which the deputy is told too"), default=7)
    centre_after = models.PositiveSmallIntegerField(_("days after which the Centre takes it"), default=14)

    class Meta:
        verbose_name = _("rules of review")
        verbose_name_plural = _("rules of review")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="rules_of_review_are_one_row"),
            models.CheckConstraint(
                condition=Q(deputy_after__lt=F("centre_after")),
                name="deputy_told_before_centre_takes",
                violation_error_message=_("The deputy has to be told before the Centre takes it."),
            ),
        ]

    def __str__(self):
        return str(_("Rules of review"))

    @classmethod
    def current(cls):
        """The rules as staff have set them."""
        return cls.objects.first() or cls(pk=1)

    def reviewers(self, country=None):
        """The designations in force of those who are asked, deputies too: of a country, or of all."""
        points = FocalPoint.objects.able_to_act()
        if self.network_id:
            points = points.filter(programme=self.network_id)
        return points.filter(country=country) if country else points


class WeeklyLetter(models.Model):
    """That somebody was told in one week, once, what waits for their word."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    monday = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "monday"], name="weekly_letter_once_a_week")]

    def __str__(self):
        return f"{self.user} {self.monday}"
