"""The forms of an account: what people may change about it, and allauth's own in the portal's words."""

from allauth.account import forms as account
from allauth.account.fields import EmailField
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from classifications.written import plain_digits

# Offered while somebody types; every other time zone is taken as well.
MEMBER_STATE_ZONES = [
    "Africa/Abidjan",
    "Africa/Algiers",
    "Africa/Bamako",
    "Africa/Banjul",
    "Africa/Bissau",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Conakry",
    "Africa/Dakar",
    "Africa/Djibouti",
    "Africa/Douala",
    "Africa/Freetown",
    "Africa/Kampala",
    "Africa/Khartoum",
    "Africa/Lagos",
    "Africa/Libreville",
    "Africa/Lome",
    "Africa/Maputo",
    "Africa/Mogadishu",
    "Africa/Ndjamena",
    "Africa/Niamey",
    "Africa/Nouakchott",
    "Africa/Ouagadougou",
    "Africa/Porto-Novo",
    "Africa/Tripoli",
    "Africa/Tunis",
    "America/Guyana",
    "America/Paramaribo",
    "Asia/Aden",
    "Asia/Almaty",
    "Asia/Amman",
    "Asia/Ashgabat",
    "Asia/Baghdad",
    "Asia/Bahrain",
    "Asia/Baku",
    "Asia/Beirut",
    "Asia/Bishkek",
    "Asia/Brunei",
    "Asia/Damascus",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Dushanbe",
    "Asia/Gaza",
    "Asia/Hebron",
    "Asia/Jakarta",
    "Asia/Jayapura",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kuala_Lumpur",
    "Asia/Kuwait",
    "Asia/Makassar",
    "Asia/Muscat",
    "Asia/Qatar",
    "Asia/Riyadh",
    "Asia/Tashkent",
    "Asia/Tehran",
    "Europe/Istanbul",
    "Europe/Tirane",
    "Indian/Comoro",
    "Indian/Maldives",
]


class LanguageSelect(forms.Select):
    """Each language under its own name, marked as being in that language."""

    def create_option(self, name, value, label, *args, **kwargs):
        option = super().create_option(name, value, label, *args, **kwargs)
        option["attrs"]["lang"] = str(value)
        return option


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Your name"), "language": _("Language"), "time_zone": _("Time zone")}
        help_texts = {
            "name": _("As it should stand on your desk and in letters to you."),
            "language": _("Letters reach you in this language. Pages can be read in each, whatever you choose here."),
            "time_zone": _("A continent and a city, such as Africa/Dakar. Times are shown to you in it."),
        }
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "language": LanguageSelect(),
            "time_zone": forms.TextInput(
                {"dir": "ltr", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "list": "zones"}
            ),
        }

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())  # it stands in subjects of letters


class CodeField(forms.CharField):
    """A code from a letter or an app; its digits may be typed on an Arabic or Persian keyboard."""

    def to_python(self, value):
        return plain_digits(super().to_python(value))


class Worded:
    """Labels and hints in the portal's words, and what phones need to offer the right keyboard.

    allauth's fields carry the label again as a placeholder, which fades when it is needed most.
    """

    labels = {}
    hints = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text)
            if isinstance(field, EmailField):
                field.label = self.labels.get(name, _("E-mail address"))
                attrs |= {"inputmode": "email", "dir": "ltr", "autocapitalize": "off", "spellcheck": "false"}
            elif isinstance(field.widget, forms.PasswordInput):
                attrs["dir"] = "ltr"


class OneCode(Worded):
    """A form that asks for nothing but a code."""

    label = _("Code")
    hint = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "dir": "ltr"}
        self.fields["code"] = CodeField(label=self.label, help_text=self.hint, widget=forms.TextInput(attrs))


PASSWORDS = {
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "oldpassword": _("Present password"),
}


class LoginForm(Worded, account.LoginForm):
    labels = {"password": _("Password"), "remember": _("Keep me signed in on this device")}


class SignupForm(Worded, account.SignupForm):
    labels = {"password1": _("Password"), "password2": _("Password, once more")}
    hints = {"email": _("Your office address, if you have one. A code is sent to it.")}

    def try_save(self, request):
        """Take as long for an address that has an account as for a new one, so that the time gives nothing away."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AddEmailForm(Worded, account.AddEmailForm):
    labels = {"email": _("New e-mail address")}
    hints = {"email": _("A code is sent to it. Nothing changes before you enter the code.")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    labels = PASSWORDS


class SetPasswordForm(Worded, account.SetPasswordForm):
    labels = PASSWORDS


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    hints = {"email": _("The one you sign in with.")}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    labels = PASSWORDS


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class ConfirmEmailVerificationCodeForm(OneCode, account.ConfirmEmailVerificationCodeForm):
    label = _("Code from the letter")


class ConfirmPasswordResetCodeForm(OneCode, account.ConfirmPasswordResetCodeForm):
    label = _("Code from the letter")


class ActivateTOTPForm(OneCode, totp.ActivateTOTPForm):
    label = _("Code from the app")
    hint = _("Six digits, new every half minute.")


class AuthenticateForm(OneCode, mfa.AuthenticateForm):
    label = _("Code from the app")
    hint = _("Six digits. A recovery code of eight digits does as well.")


class MFAReauthenticateForm(OneCode, mfa.ReauthenticateForm):
    label = AuthenticateForm.label
    hint = AuthenticateForm.hint
