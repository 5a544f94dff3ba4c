"""Who speaks for an institution: people ask to, are accepted or invited, manage each other, and leave."""

import uuid
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from partners.applications import Decision, Role
from partners.models.institution import Institution, Review
from partners.models.limits import TooMany

INVITATIONS_A_DAY = 10  # that one person may send
REQUESTS_A_DAY = 5  # that one person may make: each is a letter to whoever manages the institution


class RepresentationQuerySet(models.QuerySet):
    def acting(self):
        """Those who may speak for their institution today."""
        return self.filter(accepted_at__isnull=False, ended_at=None, user__is_active=True)

    def managing(self):
        """Those who also manage the people of their institution."""
        return self.acting().filter(is_manager=True)

    def asked(self):
        """Requests that nobody has answered."""
        return self.filter(accepted_at=None, ended_at=None)

    def ended(self):
        """Those who spoke for their institution once."""
        return self.filter(accepted_at__isnull=False, ended_at__isnull=False)

    def answerable_by(self, user):
        """Requests that `user`, who manages the institution, may answer."""
        return self.asked().filter(institution__in=Institution.objects.managed_by(user))

    def for_listing(self):
        return self.select_related("user").order_by("-is_manager", "accepted_at", "pk")


def nobody_manages(institution):
    """Whether an institution, locked, has no manager; one whose account was closed is none any more."""
    held = institution.representations.filter(ended_at=None, is_manager=True)
    held.filter(user__is_active=False).update(is_manager=False)
    return not held.exists()


def people_acting_for(institution):
    """How many people speak today for the institution to which `institution` leads in the outer query, as an expression."""
    acting = Representation.objects.acting().filter(institution=OuterRef(institution)).order_by().values("institution")
    return Coalesce(Subquery(acting.annotate(people=Count("pk")).values("people")), 0)


class Representation(models.Model):
    """A person who asks to speak for an institution, does so, or did so once."""

    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="representations"
    )
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("person"), related_name="representations")
    position = models.CharField(_("position"), max_length=150)
    is_manager = models.BooleanField(
        _("manages the others"), default=False, help_text=_("May invite and remove people and hand this over.")
    )
    agreed_at = models.DateTimeField(
        _("agreed to the terms"),
        default=now,
        editable=False,
        help_text=_("That its data is kept and its profile shown."),
    )
    words = models.TextField(_("words with the request"), blank=True, max_length=1000)
    asked_at = models.DateTimeField(_("asked"), default=now, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    objects = RepresentationQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "user"],
                condition=Q(ended_at=None),
                name="representation_once_at_a_time",
                violation_error_message=_("This person already speaks for the institution, or asked to."),
            ),
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(ended_at=None, is_manager=True),
                name="one_manager_of_an_institution",
                violation_error_message=_("The institution has somebody who manages its people."),
            ),
            models.CheckConstraint(
                condition=Q(is_manager=False) | Q(accepted_at__isnull=False), name="manager_was_accepted"
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.institution}"

    @property
    def is_acting(self):
        return self.accepted_at is not None and self.ended_at is None and self.user.is_active

    @property
    def is_asked(self):
        return self.accepted_at is None and self.ended_at is None

    @classmethod
    @transaction.atomic
    def ask(cls, institution, user, position, words=""):
        """Ask to speak for a listed institution, once; raise `ValidationError` where this person does already."""
        if not institution.is_listed:
            raise ValidationError(_("This institution is not listed."))
        Institution.objects.select_for_update().get(pk=institution.pk)  # a second click waits, and finds the first
        present = cls.objects.filter(institution=institution, user=user, ended_at=None).first()
        if present and present.is_asked:
            return present
        if present:
            raise ValidationError(_("You already speak for this institution, or asked to."))
        if Review.objects.taken_today(Decision.REPRESENTATIVE_ASKED, user).count() >= REQUESTS_A_DAY:
            raise ValidationError(
                _("You have asked to represent %(most)s institutions within a day, the most that is possible.")
                % {"most": REQUESTS_A_DAY}
            )
        request = cls.objects.create(institution=institution, user=user, position=position, words=words)
        institution.record(Decision.REPRESENTATIVE_ASKED, user, Role.APPLICANT, words, person=user)
        return request

    @transaction.atomic
    def accept(self, by, role):
        """Let this person speak for the institution; the first one manages its people."""
        locked = Institution.objects.select_for_update().get(pk=self.institution_id)  # two must not both be the first
        first = nobody_manages(locked)
        if not Representation.objects.asked().filter(pk=self.pk).update(accepted_at=now(), is_manager=first):
            raise ValidationError(_("This request has been answered in the meantime."))
        self.refresh_from_db()
        self.institution.record(Decision.REPRESENTATIVE_ACCEPTED, by, role, person=self.user)

    @transaction.atomic
    def decline(self, by, role, reason):
        if not reason.strip():
            raise ValidationError(_("Say why: the applicant reads it."))
        if not Representation.objects.asked().filter(pk=self.pk).update(ended_at=now()):
            raise ValidationError(_("This request has been answered in the meantime."))
        self.refresh_from_db()
        self.institution.record(Decision.REPRESENTATIVE_DECLINED, by, role, reason, person=self.user)

    def take_back(self):
        """Take back the request: nobody has answered it, so nobody is told; raise `ValidationError` where somebody has."""
        if not Representation.objects.asked().filter(pk=self.pk).update(ended_at=now()):
            raise ValidationError(_("This request has been answered in the meantime."))
        self.refresh_from_db()

    @transaction.atomic
    def end(self, by, role, reason=""):
        """End it: the person left, or was removed; whom they invited is not invited any more.

        A manager hands over first while there is somebody to hand over to.
        """
        institution = Institution.objects.select_for_update().get(pk=self.institution_id)
        others = institution.representations.acting().exclude(pk=self.pk)
        if self.is_manager and role == Role.APPLICANT and others.exists():
            raise ValidationError(_("Hand the management over to somebody else first."))
        speaking = Representation.objects.filter(pk=self.pk, accepted_at__isnull=False, ended_at=None)
        if not speaking.update(ended_at=now(), is_manager=False):
            raise ValidationError(_("This person no longer speaks for the institution."))
        institution.invitations.open().filter(made_by=self.user_id).update(withdrawn_at=now())
        was_manager = self.is_manager
        self.refresh_from_db()
        if was_manager and (heir := others.order_by("accepted_at").first()):
            Representation.objects.filter(pk=heir.pk).update(is_manager=True)
        self.institution.record(Decision.REPRESENTATIVE_LEFT, by, role, reason, person=self.user)

    @transaction.atomic
    def take_over(self, by, role):
        """Make this person the manager in place of whoever is, or of nobody."""
        institution = Institution.objects.select_for_update().get(pk=self.institution_id)
        if not Representation.objects.acting().filter(pk=self.pk, is_manager=False).exists():
            raise ValidationError(_("This person does not speak for the institution, or manages it already."))
        institution.representations.filter(is_manager=True).update(is_manager=False)
        Representation.objects.filter(pk=self.pk).update(is_manager=True)
        self.refresh_from_db()
        self.institution.record(Decision.HANDED_OVER, by, role, person=self.user)

    @transaction.atomic
    def hand_over(self, to, by, role):
        """Make another representative of the same institution its manager in place of this one."""
        Institution.objects.select_for_update().get(pk=self.institution_id)
        if not Representation.objects.managing().filter(pk=self.pk).update(is_manager=False):
            raise ValidationError(_("Somebody else manages this institution by now."))
        heirs = Representation.objects.acting().filter(pk=to.pk, institution=self.institution_id)
        if not heirs.update(is_manager=True):
            raise ValidationError(_("This person does not speak for the institution."))
        self.is_manager = False
        self.institution.record(Decision.HANDED_OVER, by, role, person=to.user)


class InvitationQuerySet(models.QuerySet):
    def open_on(self, moment):
        """Invitations that can still be accepted."""
        return self.filter(
            accepted_at=None, withdrawn_at=None, made_at__gt=moment - Invitation.LASTS, made_by__is_active=True
        )

    def open(self):
        return self.open_on(now())

    def unaccepted(self):
        """Invitations that nobody accepted, those withdrawn and those too old among them."""
        return self.filter(accepted_at=None)

    def to(self, address):
        """Invitations that were sent to an e-mail address."""
        return self.filter(email__iexact=address)

    def received_by(self, user):
        """Invitations to any address of somebody's."""
        addresses = {user.email.lower(), *user.emailaddress_set.values_list(Lower("email"), flat=True)}
        return self.filter(email__in=addresses)  # `send` keeps them in lower case

    def made_today_by(self, user):
        """Those that somebody sent within the last day."""
        return self.filter(made_by=user, made_at__gt=now() - timedelta(days=1))


class Invitation(models.Model):
    """A letter by which a manager invites somebody to speak for the institution, by e-mail address."""

    LASTS = timedelta(days=14)
    SAME_CLICK = timedelta(minutes=1)  # within which a second invitation of one address is taken for a second click

    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.CASCADE, verbose_name=_("invited by"), related_name="+")
    made_at = models.DateTimeField(_("invited"), default=now, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at"]

    def __str__(self):
        return self.email

    @classmethod
    @transaction.atomic
    def send(cls, institution, email, by):
        """Invite an address, in place of an earlier invitation; what happens does not depend on whether it has an account.

        Raise `TooMany` where `by` has sent as many within a day as one person may.
        """
        from partners.emails import invite  # noqa: PLC0415  letters speak of models

        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        Institution.objects.select_for_update().get(pk=institution.pk)
        earlier = institution.invitations.open().filter(email__iexact=email)
        if same := earlier.filter(made_by=by, made_at__gt=now() - cls.SAME_CLICK).first():
            return same
        if cls.objects.made_today_by(by).count() >= INVITATIONS_A_DAY:
            raise TooMany(_("You have sent many invitations today. Send more tomorrow."))
        earlier.update(withdrawn_at=now())
        invitation = cls.objects.create(institution=institution, email=email.lower(), made_by=by)
        invite(invitation)
        return invitation

    def withdraw(self):
        Invitation.objects.open().filter(pk=self.pk).update(withdrawn_at=now())

    @transaction.atomic
    def accept(self, user, position):
        """Let `user`, whose confirmed address this is, speak for the institution; raise `ValidationError` otherwise."""
        if not EmailAddress.objects.filter(user=user, email__iexact=self.email, verified=True).exists():
            raise ValidationError(_("This invitation was sent to another e-mail address than yours."))
        locked = Institution.objects.select_for_update().get(pk=self.institution_id)
        if not Invitation.objects.open().filter(pk=self.pk).update(accepted_at=now()):
            raise ValidationError(_("This invitation is no longer open."))
        speaking = Representation.objects.filter(institution=self.institution_id, user=user, ended_at=None)
        if speaking.acting().exists():
            return
        speaking.asked().update(ended_at=now())
        Representation.objects.create(
            institution=self.institution, user=user, position=position, accepted_at=now(),
            is_manager=nobody_manages(locked),
        )  # fmt: skip
        self.institution.record(Decision.REPRESENTATIVE_ACCEPTED, self.made_by, Role.APPLICANT, person=user)
