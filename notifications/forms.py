"""A letter from a reader to the Centre; following a list."""

from hashlib import sha256

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils.translation import gettext_lazy as _

from classifications.fields import Radios
from notifications.models import Interest

SAME_CLICK = 600  # seconds in which the same letter is taken for a second click


class LetterToTheCentreForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The answer goes there. It is not published."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email", "dir": "ltr"}),
    )
    subject = forms.CharField(label=_("What it is about"), max_length=150)
    text = forms.CharField(label=_("Your letter"), max_length=5000, widget=forms.Textarea({"rows": 8}))
    # Only programs fill this in: it is out of sight and out of the tab order.
    leave_empty = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def clean_subject(self):
        return " ".join(self.cleaned_data["subject"].split())

    def send(self):
        """Write the letter into the outbox; what a program wrote, or a second click sent, is dropped without a word."""
        written = repr(sorted(self.cleaned_data.items()))
        if self.cleaned_data["leave_empty"] or not cache.add(
            f"contact-{sha256(written.encode()).hexdigest()}", 1, SAME_CLICK
        ):
            return
        EmailMessage(
            subject=self.cleaned_data["subject"],
            body="{text}\n\n-- \n{name} <{email}>".format(**self.cleaned_data),
            to=[settings.CENTRE_EMAIL],
            reply_to=[self.cleaned_data["email"]],
        ).send()


class FrequencyForm(forms.Form):
    """How often somebody with an account wants letters about what they follow."""

    frequency = forms.ChoiceField(
        label=_("Letters"), choices=Interest.Frequency.choices, initial=Interest.Frequency.DAILY,
        widget=Radios,
    )  # fmt: skip


class FollowByAddressForm(FrequencyForm):
    """The same, of somebody without an account."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("A letter goes there with a link; nothing else is sent before you open it."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email", "dir": "ltr"}),
    )
    # Only programs fill this in: it is out of sight and out of the tab order.
    leave_empty = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["frequency"]
        field.choices = [each for each in field.choices if each[0] != Interest.Frequency.NEVER]  # has no inbox here
