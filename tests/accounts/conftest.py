"""What the tests of accounts share: the settings they speak of, and Arabic that is there before its catalogue is."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _static_folder(settings):
    """Whitenoise warns where it is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _letters_are_rows(settings):
    """pytest-django puts its own mail backend in place of the portal's."""
    settings.EMAIL_BACKEND = "notifications.letters.LetterBackend"


@pytest.fixture(autouse=True)
def _settings_of_accounts(settings):
    """To go into `sesric_portal/settings.py`, and out of here."""
    settings.LOGIN_URL = "account_login"
    settings.ALLAUTH_USER_CODE_FORMAT = {"numeric": True}
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    settings.ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
    settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    settings.ACCOUNT_FORMS = {
        "login": "accounts.forms.LoginForm",
        "signup": "accounts.forms.SignupForm",
        "add_email": "accounts.forms.AddEmailForm",
        "change_password": "accounts.forms.ChangePasswordForm",
        "set_password": "accounts.forms.SetPasswordForm",
        "reset_password": "accounts.forms.ResetPasswordForm",
        "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
        "reauthenticate": "accounts.forms.ReauthenticateForm",
        "confirm_email_verification_code": "accounts.forms.ConfirmEmailVerificationCodeForm",
        "confirm_password_reset_code": "accounts.forms.ConfirmPasswordResetCodeForm",
    }
    settings.MFA_FORMS = {
        "authenticate": "accounts.forms.AuthenticateForm",
        "reauthenticate": "accounts.forms.MFAReauthenticateForm",
        "activate_totp": "accounts.forms.ActivateTOTPForm",
    }
