"""Steps that tests of several pages share."""

import re
import time

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.totp.internal import auth
from django.urls import reverse
from django.utils.translation import override

from notifications.models import Letter
from tests.factories import UserFactory

PASSWORD = "a long enough password"
ANOTHER = "harbour lights at noon"


def address(name, language="en"):
    with override(language):
        return reverse(name)


def confirmed_user(**fields):
    """Make an account whose e-mail address is confirmed."""
    user = UserFactory(**fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, email, password=PASSWORD, language="en", **extra):
    return client.post(address("account_login", language), {"login": email, "password": password}, **extra)


def show_it_is_me(client):
    """Give the password once more, as security settings ask for."""
    return client.post(address("account_reauthenticate"), {"password": PASSWORD})


def sign_up(client, email, language="en"):
    form = {"email": email, "password1": ANOTHER, "password2": ANOTHER}
    return client.post(address("account_signup", language), form)


def last_letter():
    return Letter.objects.latest("pk")


def code_in(letter):
    """The code of a letter, which stands alone on its line."""
    (code,) = re.findall(r"^\d{3}-\d{3}-\d{3}$", letter.text, re.M)
    return code


def app_code(secret, periods=0):
    """What an authenticator app shows; `periods` from now, since a code is taken once."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD + periods
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def plain(response, email):
    """A page without what differs each time: the address that was typed and the marks of its forms."""
    page = response.content.decode().replace(email, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
