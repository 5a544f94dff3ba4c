"""What the portal owes to readers by mail: every letter is a row before it is sent."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class LetterQuerySet(models.QuerySet):
    def due(self):
        """Letters to be tried now: those that wait and whose waiting time is over."""
        return self.waiting().filter(try_after__lte=now())

    def waiting(self):
        """Letters neither sent nor given up."""
        return self.filter(sent_at=None, given_up_at=None)

    def sent(self):
        return self.filter(sent_at__isnull=False)

    def to(self, address):
        """Letters to an e-mail address."""
        return self.filter(recipients__contains=[address])

    def given_up(self):
        """Letters that the mail server refused for good, or too often."""
        return self.filter(given_up_at__isnull=False)

    def with_old_text(self):
        """Letters sent or given up more than 90 days ago that still hold their text."""
        limit = now() - timedelta(days=Letter.TEXT_KEPT_DAYS)
        return self.exclude(text="").filter(Q(sent_at__lt=limit) | Q(given_up_at__lt=limit))


class Letter(models.Model):
    """One letter to one or more addresses, and how far its delivery has come.

    Its Message-ID is fixed here, so that a letter tried twice is recognised as the same one.
    """

    MOST_ATTEMPTS = 8
    TEXT_KEPT_DAYS = 90

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

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at"]
        indexes = [
            models.Index(fields=["try_after"], condition=Q(sent_at=None, given_up_at=None), name="letters_waiting")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(given_up_at=None), name="letter_not_sent_and_given_up")
        ]

    def __str__(self):
        return self.subject

    def mark_sent(self):
        self.sent_at, self.error = now(), ""
        self.attempts += 1
        self.save(update_fields=["sent_at", "error", "attempts"])

    def mark_failed(self, error, *, for_good):
        """Note an attempt that failed: wait longer each time; give up if it failed `for_good` or too often."""
        self.attempts += 1
        self.error = error
        if for_good or self.attempts >= self.MOST_ATTEMPTS:
            self.given_up_at = now()
        else:
            self.try_after = now() + timedelta(minutes=2**self.attempts)
        self.save(update_fields=["attempts", "error", "given_up_at", "try_after"])

    def try_again(self):
        """Put a letter that was given up back among those that wait."""
        Letter.objects.given_up().filter(pk=self.pk).update(given_up_at=None, attempts=0, try_after=now())
