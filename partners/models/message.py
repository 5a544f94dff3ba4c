"""Institutions write to each other through the portal: nobody sees an address, and everybody can block and report.

A conversation has two sides, one for each institution. A side is what its representatives see of it: their own address of
the conversation, what they have read, and whether an answer is still expected from them.
"""

import uuid
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from partners.models.institution import Institution
from partners.models.limits import TooMany

CONVERSATIONS_A_DAY = 10  # that one person may begin
MESSAGES_A_DAY = 100  # that one person may send
DAY = timedelta(days=1)


class Conversation(models.Model):
    """What two institutions write to each other about one subject."""

    subject = models.CharField(_("subject"), max_length=150)
    begun_at = models.DateTimeField(_("begun"), default=now, editable=False)
    last_message_at = models.DateTimeField(_("last message"), default=now, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self):
        return self.subject

    @property
    def messages(self):
        """All messages, the oldest first, with who wrote them for whom."""
        return Message.objects.filter(side__conversation=self).for_listing()

    @classmethod
    @transaction.atomic
    def begin(cls, institution, partner, by, subject, text, key):
        """Write to `partner` in the name of `institution`; give the writer's side of the conversation.

        Raise `ValidationError` where one of them cannot write or be written to, `TooMany` above the limits of a day.
        A second call with the same `key` gives the side that the first one made.
        """
        if sent := Message.sent_under(key, by):
            return sent.side
        check_correspondents(institution, partner, by)
        if Side.objects.begun_today_by(by).count() >= CONVERSATIONS_A_DAY:
            raise TooMany(
                _(
                    "You have begun %(most)s conversations within a day, the most that is possible. Begin more tomorrow."
                ),
                {"most": CONVERSATIONS_A_DAY},
            )
        conversation = cls.objects.create(subject=subject)
        side = Side.objects.create(conversation=conversation, institution=institution, partner=partner, begun_by=by)
        Side.objects.create(conversation=conversation, institution=partner, partner=institution)
        side.add(by, text, key)
        return side


def check_correspondents(institution, partner, by):
    """Lock both institutions and raise `ValidationError` where there is an `obstacle`."""
    both = Institution.objects.filter(pk__in=[institution.pk, partner.pk]).order_by("pk")
    list(both.select_for_update(no_key=True))  # a suspension or a block at the same moment waits, or is seen
    if why := obstacle(institution, partner, by):
        raise ValidationError(why)


def obstacle(institution, partner, by):
    """Why `by` cannot write from one institution to the other now, in words; None where it is possible.

    All reasons on the other side are told alike: who was blocked does not learn it.
    """
    if not Institution.objects.represented_by(by).listed().filter(pk=institution.pk).exists():
        return _("Your institution is not listed at present, so it cannot write to others.")
    if institution.blocks.in_force().filter(blocked=partner).exists():
        return _("Your institution has blocked this one. Lift the block to write to it.")
    open_to_messages = Institution.objects.listed().represented().filter(pk=partner.pk).exists()
    if not open_to_messages or partner.blocks.in_force().filter(blocked=institution).exists():
        return _("This institution does not receive messages at present.")
    return None


class SideQuerySet(models.QuerySet):
    def of(self, user):
        """Conversations of the institutions for which `user` may speak today."""
        return self.filter(institution__in=Institution.objects.represented_by(user))

    def begun_today_by(self, user):
        """Conversations that somebody began within the last day."""
        return self.filter(begun_by=user, conversation__begun_at__gt=now() - DAY)

    def unread(self):
        return self.filter(Side.UNREAD)

    def unanswered(self):
        """Those in which the partner wrote last and nothing is an `obstacle` to answering."""
        blocks = Block.objects.in_force().between(OuterRef("institution"), OuterRef("partner"))
        return self.filter(
            ~Exists(blocks),
            Side.UNANSWERED,
            institution__in=Institution.objects.listed(),
            partner__in=Institution.objects.listed().represented(),
        )

    def for_listing(self):
        """With what a row of a list shows: the unread first, then by the last message."""
        return (
            self.select_related("conversation", "institution", "partner__country")
            .annotate(is_unread=Case(When(Side.UNREAD, then=Value(True)), default=Value(False)))
            .order_by("-is_unread", "-conversation__last_message_at", "-pk")
        )


class Side(models.Model):
    """One end of a conversation, as the institution at it sees it."""

    UNREAD = Q(heard_at__isnull=False) & (Q(read_at=None) | Q(read_at__lt=F("heard_at")))
    UNANSWERED = Q(heard_at__isnull=False) & (Q(settled_at=None) | Q(settled_at__lt=F("heard_at")))

    conversation = models.ForeignKey(Conversation, models.CASCADE, verbose_name=_("conversation"), related_name="sides")
    institution = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("institution"), related_name="sides")
    partner = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("partner"), related_name="+")
    begun_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("begun by"), related_name="+", null=True, blank=True,
        help_text=_("Empty on the side that was written to."),
    )  # fmt: skip
    heard_at = models.DateTimeField(_("last message of the partner"), null=True, blank=True, editable=False)
    read_at = models.DateTimeField(_("read up to"), null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(_("answered or set aside up to"), null=True, blank=True, editable=False)

    objects = SideQuerySet.as_manager()

    class Meta:
        verbose_name = _("side of a conversation")
        verbose_name_plural = _("sides of conversations")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "institution"], name="side_once_in_a_conversation"),
            models.CheckConstraint(condition=~Q(institution=F("partner")), name="conversation_of_two"),
        ]

    def __str__(self):
        return f"{self.conversation}: {self.institution} – {self.partner}"

    def get_absolute_url(self):
        return reverse("partners:conversation", args=[self.pk])

    @property
    def is_unanswered(self):
        return self.heard_at is not None and (self.settled_at is None or self.settled_at < self.heard_at)

    @property
    def has_blocked(self):
        """Whether this institution has blocked its partner."""
        return self.institution.blocks.in_force().filter(blocked=self.partner).exists()

    @transaction.atomic
    def answer(self, by, text, key):
        """Send a message to the partner, as `Conversation.begin`; give the message."""
        if sent := Message.sent_under(key, by):
            return sent
        check_correspondents(self.institution, self.partner, by)
        return self.add(by, text, key)

    def add(self, by, text, key):
        """Write the row of a message and tell its readers, once all is checked and locked."""
        from partners.emails import tell_of_message  # noqa: PLC0415  letters speak of models

        if Message.objects.sent_today_by(by).count() >= MESSAGES_A_DAY:
            raise TooMany(
                _("You have sent %(most)s messages within a day, the most that is possible. Send more tomorrow."),
                {"most": MESSAGES_A_DAY},
            )
        mine = self.institution.representations.acting().get(user=by)
        message = Message.objects.create(side=self, author=by, position=mine.position, text=text, key=key)
        Conversation.objects.filter(pk=self.conversation_id).update(last_message_at=message.sent_at)
        sides = Side.objects.filter(conversation=self.conversation_id)
        sides.filter(pk=self.pk).update(read_at=message.sent_at, settled_at=message.sent_at)
        sides.exclude(pk=self.pk).update(heard_at=message.sent_at)
        tell_of_message(message)
        return message

    def mark_read(self):
        """Note that a representative has seen everything up to the last message that this row knows of."""
        if self.heard_at:
            Side.objects.filter(pk=self.pk).unread().update(read_at=self.heard_at)

    def set_aside(self):
        """Note that the last message needs no answer."""
        Side.objects.filter(pk=self.pk).update(settled_at=self.heard_at)


class MessageQuerySet(models.QuerySet):
    def sent_today_by(self, user):
        """Messages that somebody sent within the last day."""
        return self.filter(author=user, sent_at__gt=now() - DAY)

    def received_on(self, side):
        """What the partner wrote, as one side of the conversation has it."""
        return self.filter(side__conversation=side.conversation_id).exclude(side=side)

    def for_listing(self):
        return self.select_related("author", "side__institution").order_by("sent_at", "pk")


class Message(models.Model):
    """What one representative wrote in the name of the institution on a side of a conversation."""

    side = models.ForeignKey(Side, models.CASCADE, verbose_name=_("side"), related_name="messages")
    author = models.ForeignKey(User, models.SET_NULL, verbose_name=_("author"), related_name="+", null=True, blank=True)
    position = models.CharField(_("position of the author"), max_length=150, blank=True)
    text = models.TextField(_("text"), max_length=5000)
    sent_at = models.DateTimeField(_("sent"), default=now, editable=False)
    key = models.UUIDField(_("mark of the form it came from"), default=uuid.uuid4, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["sent_at", "pk"]
        indexes = [models.Index(fields=["author", "sent_at"], name="messages_of_a_day")]
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="form_sends_one_message"),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        ]

    def __str__(self):
        return f"{self.side.institution}, {self.sent_at:%Y-%m-%d}"

    @property
    def writer(self):
        """Name and position of who wrote it, as far as they are known; never an address."""
        name = self.author.name if self.author else ""
        return pgettext("between names in a list", ", ").join(part for part in (name, self.position) if part)

    @classmethod
    def sent_under(cls, key, by):
        """Lock the writer's account, so that what one person posts in parallel is counted; give what was sent before."""
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        return cls.objects.filter(author=by, key=key).select_related("side").first()


class BlockQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(lifted_at=None)

    def between(self, one, other):
        """Blocks of one of two institutions by the other, whichever it is."""
        return self.filter(Q(institution=one, blocked=other) | Q(institution=other, blocked=one))


class Block(models.Model):
    """An institution receives nothing more from another, until it lifts this; the other is not told."""

    institution = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("institution"), related_name="blocks")
    blocked = models.ForeignKey(Institution, models.CASCADE, verbose_name=_("blocked"), related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)
    at = models.DateTimeField(_("when"), default=now, editable=False)
    lifted_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("lifted by"), related_name="+", null=True, blank=True
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True, editable=False)

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "blocked"], condition=Q(lifted_at=None), name="block_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(institution=F("blocked")), name="nobody_blocks_itself"),
        ]

    def __str__(self):
        return f"{self.institution} – {self.blocked}"

    @classmethod
    @transaction.atomic
    def place(cls, institution, blocked, by):
        """Block an institution, if it is not yet; what it wrote needs no answer any more."""
        Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
        cls.objects.in_force().get_or_create(institution=institution, blocked=blocked, defaults={"by": by})
        Side.objects.filter(institution=institution, partner=blocked).update(settled_at=F("heard_at"))

    @classmethod
    def lift(cls, institution, blocked, by):
        """Receive messages of this institution again."""
        blocks = cls.objects.in_force().filter(institution=institution, blocked=blocked)
        blocks.update(lifted_at=now(), lifted_by=by)


class ReportQuerySet(models.QuerySet):
    def waiting(self):
        """Reports that staff have not handled, the longest waiting first."""
        return self.filter(handled_at=None).order_by("at")

    def handled(self):
        return self.filter(handled_at__isnull=False)


class Report(models.Model):
    """A representative says that a message should not have been written; staff look at it and note what they did."""

    message = models.ForeignKey(Message, models.CASCADE, verbose_name=_("message"), related_name="reports")
    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("reported by"), related_name="reports_made"
    )
    by = models.ForeignKey(User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)
    reason = models.TextField(_("reason"), max_length=2000)
    at = models.DateTimeField(_("reported"), default=now, editable=False)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True, editable=False)
    handled_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("handled by"), related_name="+", null=True, blank=True
    )
    note = models.TextField(_("what was done"), blank=True, max_length=2000)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported message")
        verbose_name_plural = _("reported messages")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["message", "institution"], name="report_once_by_an_institution"),
            models.CheckConstraint(
                condition=Q(handled_at=None, note="") | (Q(handled_at__isnull=False) & ~Q(note="")),
                name="handled_report_says_what_was_done",
            ),
        ]

    def __str__(self):
        return f"{self.message.side.institution}: {self.message.side.conversation}"

    @classmethod
    @transaction.atomic
    def file(cls, message, institution, by, reason):
        """Report a message to the Centre; an institution's second report of it changes nothing. Give the report."""
        from partners.emails import tell_centre_of_report  # noqa: PLC0415  letters speak of models

        report, is_new = cls.objects.get_or_create(
            message=message, institution=institution, defaults={"by": by, "reason": reason}
        )
        if is_new:
            tell_centre_of_report(report)
        return report

    @transaction.atomic
    def handle(self, by, note, suspend_because=""):
        """Note what was done, and suspend the institution that wrote it where a reason for that is given.

        Raise `ValidationError` where somebody was faster, or the institution cannot be suspended any more.
        """
        from partners.emails import tell_of_handled_report  # noqa: PLC0415  letters speak of models

        if not note.strip():
            raise ValidationError(_("Say what was done."))
        open_reports = Report.objects.waiting().filter(pk=self.pk).order_by()
        if not open_reports.update(handled_at=now(), handled_by=by, note=note.strip()):
            raise ValidationError(_("This report has been handled in the meantime."))
        self.refresh_from_db()
        if suspend_because.strip():
            self.message.side.institution.suspend(suspend_because, by)
        tell_of_handled_report(self)
