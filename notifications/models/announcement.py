"""What there is to tell, and who is told of it why: the outbox of news, written with the publication itself."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from classifications.written import labelled
from notifications.models.follower import Follower
from notifications.models.letter import Letter
from notifications.subjects import subject_of, subjects


class AnnouncementQuerySet(models.QuerySet):
    def about(self, kind, pk):
        """All announcements of one row, the first before others."""
        return self.filter(kind=kind, subject_pk=pk).order_by("pk")

    def held_back(self):
        """Appearances of which nobody was told, because what appeared was called off already."""
        return self.filter(occasion=Announcement.Occasion.APPEARED).exclude(state="")

    def latest_of(self, announcements):
        """The last announcement of each row that these are about: a dict from kind and number of the row to its key."""
        rows = {(each.kind, each.subject_pk) for each in announcements}
        found = self.filter(kind__in={kind for kind, _pk in rows}, subject_pk__in={pk for _kind, pk in rows})
        return {(kind, pk): last for kind, pk, last in found.order_by("pk").values_list("kind", "subject_pk", "pk")}

    def waiting(self):
        """Those of which nobody has been told yet, the oldest first."""
        return self.filter(fanned_out_at=None).order_by("pk")


class Announcement(models.Model):
    """That something appeared on the portal, or that what readers were told of it has changed."""

    class Occasion(models.TextChoices):
        APPEARED = "appeared", _("New")
        MOVED = "moved", _("New dates")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")
        ON_AGAIN = "on-again", _("Takes place after all")

    CALLED_OFF = [Occasion.POSTPONED, Occasion.CANCELLED]

    kind = models.CharField(_("of what"), max_length=20)
    subject_pk = models.BigIntegerField(_("its number"))
    occasion = models.CharField(_("occasion"), max_length=20, choices=Occasion, default=Occasion.APPEARED)
    title = models.CharField(_("title"), max_length=400, blank=True)
    # What readers are told with it: another of these later is news again.
    days = models.CharField(_("days"), max_length=60, blank=True)
    state = models.CharField(_("status"), max_length=20, blank=True)
    # By what interests are matched, as it was when it appeared.
    facts = ArrayField(models.TextField(), verbose_name=_("facts"), default=list, blank=True)
    keys = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    stems = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    at = models.DateTimeField(_("when"), default=now, editable=False)
    fanned_out_at = models.DateTimeField(_("readers found"), null=True, blank=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["kind", "subject_pk"], name="announcements_of_a_row"),
            models.Index(fields=["id"], condition=Q(fanned_out_at=None), name="announcements_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_pk"], condition=Q(occasion="appeared"), name="announced_as_new_once"
            )
        ]

    def __str__(self):
        return labelled(self.get_occasion_display(), self.title)

    @property
    def subject(self):
        return subject_of(self.kind)

    @property
    def is_new(self):
        return self.occasion == self.Occasion.APPEARED


class NotificationQuerySet(models.QuerySet):
    def of(self, user):
        """What somebody with an account was told of."""
        return self.filter(follower__user=user) if user.pk else self.none()

    def unread(self):
        return self.filter(read_at=None)

    def due(self):
        """Those for which it is time to write a letter."""
        return self.owed().filter(due_at__lte=now())

    def owed(self):
        """Those for which a letter is still to be written."""
        return self.filter(letter=None, withheld="", due_at__isnull=False)

    def told(self):
        """Those whose reader knows, or may: by a letter that was sent, is being posted, or may have left; or on the site."""
        has_left = Q(letter__sent_at__isnull=False) | Q(letter__posting_at__isnull=False)
        may_have_left = Q(letter__unknown_at__isnull=False)
        return self.filter(has_left & Q(withheld="") | may_have_left | Q(read_at__isnull=False))

    def known(self):
        """Those whose reader may know: was told, or has an account, with which to read it on the site."""
        return self.told() | self.filter(follower__user__isnull=False)

    def tellable(self):
        """Those of what the public can still see, or what was called off."""
        shown = Q(pk=None)
        for kind, subject in subjects().items():
            shown |= Q(announcement__kind=kind, announcement__subject_pk__in=subject.tellable().order_by().values("pk"))
        return self.filter(shown)

    def latest_first(self):
        return self.order_by("-made_at", "-pk")


class Notification(models.Model):
    """That one reader is told of one announcement, and why; one row whatever number of reasons there are."""

    class Withheld(models.TextChoices):
        """Why no letter was sent after all; asked at the moment of sending."""

        OVER = "over", _("It was over, or closed, by then")
        HIDDEN = "hidden", _("It was no longer public")
        MUTED = "muted", _("The reader no longer follows this")
        PAUSED = "paused", _("The reader wants no letters")
        REFUSED = "refused", _("The address takes no letters")
        SUPERSEDED = "superseded", _("Newer dates or states were told instead")

    announcement = models.ForeignKey(
        Announcement, models.CASCADE, verbose_name=_("announcement"), related_name="notifications"
    )
    follower = models.ForeignKey(Follower, models.CASCADE, verbose_name=_("reader"), related_name="notifications")
    # For each interest that fitted: its number, which of the facts, and its words; and the numbers alone, to ask by.
    reasons = models.JSONField(_("reasons"), default=list)
    interests = ArrayField(models.BigIntegerField(), verbose_name=_("interests"), default=list)
    made_at = models.DateTimeField(_("written"), default=now, editable=False)
    due_at = models.DateTimeField(_("letter due"), null=True, blank=True)
    letter = models.ForeignKey(
        Letter, models.SET_NULL, verbose_name=_("letter"), related_name="notifications", null=True, blank=True
    )
    withheld = models.CharField(_("not sent because"), max_length=20, choices=Withheld, blank=True)
    read_at = models.DateTimeField(_("read on the site"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(letter=None, withheld="", due_at__isnull=False),
                name="notifications_owed",
            ),
            models.Index(fields=["follower", "-made_at"], name="notifications_of_a_reader"),
        ]  # fmt: skip
        constraints = [models.UniqueConstraint(fields=["announcement", "follower"], name="reader_told_once")]

    def __str__(self):
        return f"{self.follower}: {self.announcement}"
