"""What experts agree to: one row for each purpose each time, with the day of the wording they read."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from experts.models.expert import Expert


class Purpose(models.TextChoices):
    """What an expert's answers may be used for, each agreed to and withdrawn on its own."""

    KEPT = "kept", _("Kept by the Centre")
    PARTNERS = "partners", _("Shown to partners")
    PUBLIC = "public", _("Public page")
    CONTACTED = "contacted", _("Written to about assignments")

    @property
    def wording(self):
        """The whole sentence that is agreed to today."""
        return WORDINGS[WORDED_ON][self]

    @property
    def flag(self):
        """The column of `Expert` that says whether this is agreed to now."""
        return FLAGS[self]


_FIRST = {
    Purpose.KEPT: _(
        "I agree that the Centre keeps my answers and my CV to find experts for courses and missions, and that the"
        " national focal point of my country may see them to endorse me."
    ),
    Purpose.PARTNERS: _(
        "I agree that signed-in representatives of partner institutions see my profile and when I am available. They do"
        " not see my e-mail address, my CV or my references."
    ),
    Purpose.PUBLIC: _(
        "I agree that everybody can see my name and my profile on a public page. It does not show my e-mail address, my"
        " gender, when I am available, my CV or my references."
    ),
    Purpose.CONTACTED: _("I agree that the Centre writes to me when an assignment fits me."),
}
_WITH_ALL_FOCAL_POINTS = {
    Purpose.KEPT: _(
        "I agree that the Centre keeps my answers and my CV to find experts for courses and missions. Once I am listed, the"
        " national focal points of the member states see my profile and when I am available, for the same purpose; that of"
        " my country sees it before, to endorse me. They do not see my e-mail address, my gender, my CV or my references."
    )
}
# Wordings by their day. What somebody agreed to stays as it was: another wording of anything begins a new day with all four.
FOCAL_POINTS_SINCE = date(2026, 11, 29)
WORDINGS = {date(2026, 11, 22): _FIRST, FOCAL_POINTS_SINCE: _FIRST | _WITH_ALL_FOCAL_POINTS}
WORDED_ON = max(WORDINGS)
FLAGS = {
    Purpose.KEPT: "is_kept",
    Purpose.PARTNERS: "is_for_partners",
    Purpose.PUBLIC: "is_public",
    Purpose.CONTACTED: "may_be_contacted",
}


class ConsentQuerySet(models.QuerySet):
    def in_force(self):
        """What is agreed to now."""
        return self.filter(withdrawn_at=None)

    def as_worded_today(self):
        """A list of what is agreed to in the words of today: whoever agreed to others is asked anew where they are asked."""
        return [each for each in self.in_force() if each.is_as_worded_today]

    def to_all_focal_points(self):
        """What lets the focal points of all states read: before that day, being kept was being seen by one's own state's."""
        return self.in_force().filter(purpose=Purpose.KEPT, version__gte=FOCAL_POINTS_SINCE)


class Consent(models.Model):
    """An agreement of one expert to one purpose, from its day to its withdrawal."""

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    version = models.DateField(_("wording of"), editable=False)
    given_at = models.DateTimeField(_("given"), default=now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "purpose"], condition=Q(withdrawn_at=None), name="consent_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self):
        return self.get_purpose_display()

    @property
    def wording(self):
        """The sentence that was agreed to, which may be an earlier one."""
        return WORDINGS[max(day for day in WORDINGS if day <= self.version)][self.purpose]

    @property
    def is_as_worded_today(self):
        return self.wording == Purpose(self.purpose).wording
