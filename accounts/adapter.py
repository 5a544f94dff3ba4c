"""How allauth behaves here where its settings do not reach."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both and try again."),
        "too_many_login_attempts": _("Too many attempts have failed. Wait five minutes and try again."),
    }

    def save_user(self, request, user, form, commit=True):
        """Keep the language in which somebody signed up as theirs."""
        user.language = request.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix, email, context):
        """Write to people in their own language and time; to strangers in the language of the page."""
        reader = context.get("user") or _account_of(email) or self.request.user
        language, zone = self.request.LANGUAGE_CODE, settings.TIME_ZONE
        if reader.is_authenticated:
            language, zone = reader.language, reader.time_zone
        with override(language):
            super().send_mail(template_prefix, email, context | {"zone": zone, "portal_url": settings.PORTAL_URL})

    def render_mail(self, template_prefix, email, context, headers=None):
        """Give the letter its own subject, to begin with."""
        subject = render_to_string(f"{template_prefix}_subject.txt", context).strip()
        return super().render_mail(template_prefix, email, context | {"subject": subject}, headers)


def _account_of(email):
    address = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return address.user if address else User.objects.filter(email__iexact=email).first()
