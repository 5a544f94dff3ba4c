"""What the portal owes to readers by mail: every letter is a row before it is sent."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models.follower import Follower
from notifications.waking import wake


class LetterQuerySet(models.QuerySet):
    def due(self):
        """Letters to be tried now: those that wait, whose waiting time is over and at which no worker has just begun."""
        begun = Q(posting_at__gt=now() - Letter.GRACE)
        return self.waiting().filter(try_after__lte=now()).exclude(begun)

    def waiting(self):
        """Letters neither sent nor given up."""
        return self.filter(sent_at=None, given_up_at=None, cancelled_at=None)

    def sent(self):
        return self.filter(sent_at__isnull=False)

    def to(self, address):
        """Letters to an e-mail address."""
        return self.filter(recipients__contains=[address])

    def given_up(self):
        """Letters that the mail server refused for good, or too often."""
        return self.filter(given_up_at__isnull=False)

    def cancelled(self):
        """Letters that were not sent after all: by a decision of staff, or because nothing in them held any more."""
        return self.filter(cancelled_at__isnull=False)

    def uncertain(self):
        """Letters of which it was once not known whether the mail server had taken them."""
        return self.filter(unknown_at__isnull=False)

    def about(self, announcement):
        """Letters that bring an announcement."""
        return self.filter(notifications__announcement=announcement)

    def of_record(self, key):
        """Letters about a record: written with its key as their `record`, or with the key in their subject or text."""
        named = Q(subject__contains=str(key)) | Q(text__contains=str(key))
        return self.filter(named | Q(headers__contains={Letter.RECORD: str(key)}))

    def with_old_text(self):
        """Letters sent or given up more than 90 days ago that still hold their text."""
        limit = now() - timedelta(days=Letter.TEXT_KEPT_DAYS)
        return self.exclude(text="").filter(Q(sent_at__lt=limit) | Q(given_up_at__lt=limit) | Q(cancelled_at__lt=limit))


class Letter(models.Model):
    """One letter to one or more addresses, and how far its delivery has come.

    Its Message-ID is fixed here, so that a letter tried twice is recognised as the same one.
    """

    MOST_ATTEMPTS = 8
    MOST_UNKNOWN = 3  # times that it may be unknown whether it left, before somebody has to look
    GRACE = timedelta(seconds=settings.LETTER_GRACE)  # from noting that it is posted now to holding its row
    TEXT_KEPT_DAYS = 90
    RECORD = "X-Record"  # the header that tells which record a letter is about, when its text is deleted, too

    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipients = models.JSONField(_("to"))
    reply_to = models.JSONField(_("answers go to"), default=list)
    sender = models.CharField(_("from"), max_length=320)
    subject = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text as HTML"), blank=True)
    written_at = models.DateTimeField(_("written"), default=now, editable=False)
    try_after = models.DateTimeField(_("not to be tried before"), default=now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last answer of the mail server"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    # Noted before the mail server is asked, taken away with its answer: a row that keeps it was being posted by a worker
    # that died. Nobody knows then whether the letter left, as where the server took all of it and did not answer; it is
    # posted again, under the same Message-ID.
    posting_at = models.DateTimeField(_("being posted since"), null=True, blank=True, editable=False)
    outcomes_unknown = models.PositiveSmallIntegerField(_("unknown outcomes"), default=0, editable=False)
    unknown_at = models.DateTimeField(_("outcome unknown at"), null=True, blank=True, editable=False)
    # Of letters about news: to whom; their text is written at the moment of sending.
    follower = models.ForeignKey(
        Follower, models.CASCADE, verbose_name=_("reader"), related_name="letters", null=True, blank=True
    )
    headers = models.JSONField(_("headers"), default=dict, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at"]
        indexes = [
            models.Index(
                fields=["try_after"],
                condition=Q(sent_at=None, given_up_at=None, cancelled_at=None),
                name="letters_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(given_up_at=None), name="letter_not_sent_and_given_up"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(sent_at=None, given_up_at=None),
                name="letter_not_cancelled_and_ended",
            ),
        ]

    def __str__(self):
        return self.subject

    @property
    def state(self):
        """Where it stands, as one word: the names of `LetterQuerySet`'s states."""
        if self.sent_at:
            return "sent"
        if self.given_up_at:
            return "given_up"
        return "cancelled" if self.cancelled_at else "waiting"

    # --- Verbs of the worker ------------------------------------------------------------------------------------------

    def mark_posting(self):
        """Note that it is posted now; tell whether it may be. One at which workers died too often is given up."""
        if self.posting_at:
            self.outcomes_unknown += 1
            self.unknown_at = self.posting_at
        if self.outcomes_unknown >= self.MOST_UNKNOWN:
            self.posting_at, self.given_up_at = None, now()
            self.error = "Each time it was posted, the worker ended or no answer came, so nobody knows whether it left."
        else:
            self.posting_at = now()
        self.save(update_fields=["posting_at", "outcomes_unknown", "unknown_at", "given_up_at", "error"])
        return self.posting_at is not None

    def mark_sent(self):
        self.sent_at, self.posting_at, self.error = now(), None, ""
        self.attempts += 1
        self.save()

    def mark_failed(self, error, *, for_good):
        """Note an attempt that failed: wait longer each time; give up if it failed `for_good` or too often."""
        self.attempts += 1
        self.error = error
        self.posting_at = None
        if for_good or self.attempts >= self.MOST_ATTEMPTS:
            self.given_up_at = now()
        else:
            self.try_after = now() + timedelta(minutes=2**self.attempts)
        self.save(
            update_fields=[
                "attempts",
                "error",
                "given_up_at",
                "try_after",
                "posting_at",
                "outcomes_unknown",
                "unknown_at",
            ]
        )

    def mark_unknown(self, error):
        """Note that it was handed over and no answer came. It is posted again under its Message-ID, but not without end."""
        self.outcomes_unknown += 1
        self.unknown_at = now()
        self.mark_failed(error, for_good=self.outcomes_unknown >= self.MOST_UNKNOWN)

    # --- Verbs of staff -----------------------------------------------------------------------------------------------

    def try_again(self):
        """Put a letter that was given up back among those that wait."""
        again = {"given_up_at": None, "attempts": 0, "outcomes_unknown": 0, "try_after": now()}
        Letter.objects.given_up().filter(pk=self.pk).update(**again)

    def cancel(self, why=""):
        """Do not send it; tell whether it was still waiting. At which a worker died may have left: that stays on record."""
        waiting = Letter.objects.waiting().exclude(posting_at__gt=now() - self.GRACE).filter(pk=self.pk)
        may_have_left = {"unknown_at": Coalesce("posting_at", "unknown_at"), "posting_at": None}
        return bool(waiting.update(cancelled_at=now(), error=why, **may_have_left))


class RefusedAddress(models.Model):
    """An address that a mail server refused for good: no news goes there until staff take the mark away."""

    address = models.EmailField(_("e-mail address"))
    answer = models.TextField(_("answer of the mail server"), blank=True)
    at = models.DateTimeField(_("when"), default=now, editable=False)

    class Meta:
        verbose_name = _("refused address")
        verbose_name_plural = _("refused addresses")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(Lower("address"), name="address_refused_once")]

    def __str__(self):
        return self.address

    @classmethod
    def mark(cls, address, answer):
        cls.objects.bulk_create([cls(address=address.lower(), answer=answer[:2000])], ignore_conflicts=True)

    @classmethod
    def among(cls, addresses):
        """Those of the addresses that are marked, in lower case."""
        marked = cls.objects.annotate(low=Lower("address")).filter(low__in={each.lower() for each in addresses})
        return set(marked.values_list("low", flat=True))


class MailStop(models.Model):
    """While such a row is not lifted, no letter leaves the portal; what is written waits."""

    stopped_at = models.DateTimeField(_("stopped"), default=now, editable=False)
    stopped_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True, editable=False
    )
    reason = models.CharField(_("reason"), max_length=300)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("stop of all mail")
        verbose_name_plural = _("stops of all mail")
        ordering = ["-stopped_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("stopped_at")), name="stop_lifted_after_it_began"
            )
        ]

    def __str__(self):
        return self.reason

    @classmethod
    def in_force(cls):
        return cls.objects.filter(lifted_at=None).exists()

    def lift(self):
        """Let letters leave again."""
        MailStop.objects.filter(pk=self.pk, lifted_at=None).update(lifted_at=now())
        self.refresh_from_db()
        for task in ("write_letters", "deliver_letters"):
            wake(f"notifications.tasks.{task}")
