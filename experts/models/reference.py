"""References: people whom an expert names, asked by e-mail, who answer on a page without an account."""

import uuid
from datetime import UTC

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from experts.models.expert import Expert
from notifications.models import Letter

MOST_NAMED = 3  # at once
MOST_ASKED = 9  # by letters in one day: nobody can make the portal write to a crowd


class ReferenceQuerySet(models.QuerySet):
    def answered(self):
        return self.exclude(answered_at=None)

    def named(self):
        """Those whom experts name now; the others declined and were taken out."""
        return self.exclude(name="")

    def asked(self):
        """Those whom the portal asks: of experts who are kept and not declined or withdrawn."""
        return self.filter(expert__in=Expert.objects.in_use().filter(is_kept=True))

    def open(self):
        """Those who may still answer."""
        return self.asked().filter(answered_at=None)


class Reference(models.Model):
    """One person named as a reference, and what they answered."""

    class Answer(models.TextChoices):
        CONFIRMS = "confirms", _("I know this person’s work and recommend them")
        KNOWS = "knows", _("I know this person’s work")
        DECLINES = "declines", _("I do not wish to be a reference")

    expert = models.ForeignKey(Expert, models.CASCADE, verbose_name=_("expert"), related_name="references")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    relation = models.CharField(_("how they know the work"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    words = models.TextField(_("words"), blank=True, max_length=1000)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("expert", Lower("email"), name="reference_asked_once_by_an_expert"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="reference_answered_with_an_answer",
            ),
        ]

    def __str__(self):
        return str(self.expert)  # kept in logs, so it names nobody

    def delete(self, *args, **kwargs):
        """Delete the letter, too: it names the expert, and by nothing but this row is it known whose it was."""
        self._forget_letter()
        return super().delete(*args, **kwargs)

    def _forget_letter(self):
        Letter.objects.of_record(self.key).delete()

    def take_out(self):
        """Delete the reference. Of who declined the address stays, so that they are not asked again."""
        if self.answer != self.Answer.DECLINES:
            self.delete()
            return
        self._forget_letter()
        self.name = self.relation = self.words = ""
        self.save(update_fields=["name", "relation", "words"])

    @classmethod
    def ask(cls, expert, people):
        """Make the references of an expert those in `people` (dicts of fields), and write to those who are new.

        Of those who are there already, name and relation may be put right until they have answered.

        Those beyond `MOST_NAMED`, of a record that was merged with another, stay: no form shows them. Raise
        `ValidationError` where too many were asked today, and where experts name themselves.
        """
        from experts.emails import ask_for_reference  # noqa: PLC0415  letters speak of models

        named = {each["email"].lower(): each for each in people}
        present = {each.email.lower(): each for each in expert.references.named().order_by("pk")}
        new = [fields for email, fields in named.items() if email not in present]
        for email in named:
            cls.check_address(expert.user, email)
        cls.check_number(expert.user, list(named))
        cls._count(expert.user, len(new))
        for email, reference in list(present.items())[:MOST_NAMED]:
            if email not in named:
                reference.take_out()
            elif reference.answered_at is None:  # what somebody answered is said of what they were told
                reference.name, reference.relation = named[email]["name"], named[email]["relation"]
                reference.save(update_fields=["name", "relation"])
        for fields in new:
            ask_for_reference(cls.objects.create(expert=expert, **fields))

    @classmethod
    def check_address(cls, user, email):
        """Raise `ValidationError` where `user` cannot name the person with this address as a reference."""
        if email.lower() == user.email.lower():
            raise ValidationError(_("You cannot be a reference for yourself. Name somebody who knows your work."))
        if cls.objects.filter(expert__user=user, email__iexact=email, name="").exists():
            raise ValidationError(_("This person was asked before and is not asked again. Please name somebody else."))

    @classmethod
    def check_number(cls, user, emails):
        """Raise `ValidationError` where `user` would make the portal write to too many people today by naming these."""
        present = {each.lower() for each in cls.objects.filter(expert__user=user).values_list("email", flat=True)}
        new = {each.lower() for each in emails} - present
        if new and cache.get(cls._counted(user), 0) + len(new) > MOST_ASKED:
            raise ValidationError(
                _("You have named too many references today. Leave them as they were, or go on tomorrow.")
            )

    @classmethod
    def _count(cls, user, number):
        """Count the letters that one account has sent today; leaving and coming back does not begin a new count."""
        cache.set(cls._counted(user), cache.get(cls._counted(user), 0) + number, 24 * 3600)

    @staticmethod
    def _counted(user):
        return f"references:{user.pk}:{now().astimezone(UTC).date()}"  # whatever the time zone of the account

    def give(self, answer, words=""):
        """Note the answer once; raise `ValidationError` where it was given already."""
        answered = {"answer": answer, "words": words, "answered_at": now()}
        if not Reference.objects.open().filter(pk=self.pk).update(**answered):
            raise ValidationError(_("This has been answered already."))
        for name, value in answered.items():
            setattr(self, name, value)
