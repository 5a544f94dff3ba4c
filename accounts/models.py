"""Who signs in: one account for each person, whatever parts they play."""

import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def check_time_zone(name):
    """Raise `ValidationError` unless `name` is a time zone such as Africa/Dakar."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not the name of a time zone, such as Africa/Dakar.") % {"name": name})


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """Make and store an account; `email` is kept in lower case."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; the e-mail address is the name, in whatever case it is typed."""

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("This address has an account already.")}
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=40, default=settings.TIME_ZONE, validators=[check_time_zone]
    )
    is_staff = models.BooleanField(
        _("staff of the Centre"), default=False, help_text=_("May open the admin, after a second factor.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Unmark this instead of deleting an account.")
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=now, editable=False)
    closed_at = models.DateTimeField(_("closed by its owner"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="email_once_in_any_case",
                violation_error_message=_("This address has an account already."),
            )
        ]

    def __str__(self):
        return gettext("a closed account") if self.closed_at else self.name or self.email

    @transaction.atomic
    def close(self):
        """Take away everything that says whose account this was; what the person did stays, without their name."""
        self.groups.clear()
        for held in (self.emailaddress_set, self.authenticator_set, self.usersession_set, self.drafts):
            held.all().delete()
        self.email, self.name, self.is_active = f"closed-{self.pk}@closed.invalid", "", False
        self.is_staff = self.is_superuser = False
        self.closed_at = now()
        self.set_unusable_password()
        self.save()

    def clean(self):
        super().clean()
        self.email = self.email.lower()

    def go_by(self, name):
        """Take a name that the person gave elsewhere, unless they have one."""
        if not self.name and name:
            User.objects.filter(pk=self.pk, name="").update(name=name)
            self.name = name

    def get_full_name(self):
        return self.name or self.email

    def get_short_name(self):
        return self.name or self.email.partition("@")[0]


class DraftQuerySet(models.QuerySet):
    def of(self, user, form, subject=""):
        """The draft of one form about one thing, if this person has begun it."""
        return self.filter(user=user, form=form, subject=str(subject)).first()

    def forgotten(self):
        """Drafts that nobody has touched for so long that they are deleted."""
        return self.filter(saved_at__lt=now() - Draft.KEPT)


class Draft(models.Model):
    """What somebody has filled in so far: lists of strings by field, as a form posts them, valid or not."""

    KEPT = timedelta(days=180)

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("account"), related_name="drafts")
    form = models.CharField(_("form"), max_length=40)
    subject = models.CharField(_("about"), max_length=40, blank=True)
    step = models.CharField(_("step"), max_length=40, blank=True)
    answers = models.JSONField(_("answers"), default=dict)
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "form", "subject"], name="draft_once_for_each_form")]

    def __str__(self):
        return f"{self.form} {self.subject}"

    @classmethod
    def save_answers(cls, user, form, subject, step, answers):
        """Keep what was answered to one step, valid or not, beside what other steps hold: lists of strings by name."""
        with transaction.atomic():
            draft, _created = cls.objects.select_for_update().get_or_create(user=user, form=form, subject=str(subject))
            draft.answers = draft.answers | {step: answers}
            draft.step = step
            draft.save()
        return draft

    def answers_to(self, step):
        """What was answered to a step, as a form takes it; None where nothing was."""
        return as_posted(self.answers[step]) if step in self.answers else None


NOT_KEPT = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword"}


def as_posted(answers):
    """Make the QueryDict of a post again from lists of strings by name."""
    posted = QueryDict(mutable=True)
    for name, values in answers.items():
        posted.setlist(name, values)
    return posted
