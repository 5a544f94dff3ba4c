"""Nothing English is left on the pages and in the letters of accounts in Arabic.

Where the portal's own catalogue is not filled in yet, something in Arabic letters stands in for the translation; what
is left in English is then either not marked for translation or lacking in the libraries' catalogues.
"""

import re
from html.parser import HTMLParser

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings as django_settings
from django.test import Client

from notifications.models import Letter
from sesric_portal import frame
from sesric_portal.translations import PLURALS, extracted
from tests.accounts.helpers import PASSWORD, address, app_code, confirmed_user, show_it_is_me, sign_in, sign_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("arabic")]

LATIN_NAMES = {"SESRIC", "OIC-VET", "OIC", "QR", "Africa", "Dakar", "Europe", "Istanbul", "PDF", "CSV"}
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "use", "wbr"}
UNSEEN = {"script", "style", "head", "svg"}


class English(HTMLParser):
    """Gathers the words in Latin letters that stand in no element marked as being in another language."""

    def __init__(self):
        super().__init__()
        self.apart, self.words = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self.apart.append(tag in UNSEEN or tag == "bdi" or attrs.get("lang", "ar") != "ar")
        for name in ("aria-label", "title", "placeholder", "alt"):
            self.look(attrs.get(name) or "")

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.apart.pop()

    def handle_data(self, text):
        self.look(text)

    def look(self, text):
        if not any(self.apart):
            text = re.sub(r"\S+@\S+|https?://\S+", " ", text)
            self.words += [word for word in re.findall(r"[A-Za-z][A-Za-z-]+", text) if word not in LATIN_NAMES]


def english_in(html):
    reader = English()
    reader.feed(html)
    reader.close()
    return reader.words


@pytest.fixture(scope="session")
def arabic_catalogues(tmp_path_factory):
    """Folders with the Arabic of the portal and of the libraries; what is not translated yet gets a stand-in."""
    folders = []
    for source in django_settings.LOCALE_PATHS:
        text = (source / "ar" / "LC_MESSAGES" / "django.po").read_bytes().decode()
        folder = tmp_path_factory.mktemp("locale")
        catalog = read_po(text.splitlines(), locale="ar")
        if source == django_settings.LOCALE_PATHS[0]:
            for message in extracted():
                if message.id and not has_translation(catalog.get(one(message.id), message.context)):
                    catalog.delete(one(message.id), message.context)
                    catalog.add(message.id, stand_in(message.id), context=message.context)
        target = folder / "ar" / "LC_MESSAGES"
        target.mkdir(parents=True)
        with (target / "django.mo").open("wb") as out:
            write_mo(out, catalog)
        folders.append(folder)
    return folders


def one(message_id):
    return message_id if isinstance(message_id, str) else message_id[0]


def has_translation(message):
    return message and all(message.string if isinstance(message.string, tuple) else [message.string])


def stand_in(message_id):
    """Arabic letters in place of the words; variables and tags stay."""
    if not isinstance(message_id, str):
        return [stand_in(message_id[1])] * int(re.search(r"\d", PLURALS["ar"])[0])
    return re.sub(r"(%\(\w+\)[sd]|%[sd]|<[^>]*>)|[A-Za-z]+", lambda found: found[1] or "نص", message_id)


@pytest.fixture
def arabic(settings, arabic_catalogues):
    settings.LOCALE_PATHS = arabic_catalogues
    frame._links.cache_clear()
    yield
    frame._links.cache_clear()


def page(client, name):
    return client.get(address(name, "ar")).content.decode()


def test_english_would_be_found(client):
    english = client.get(address("account_login")).content.decode().replace('lang="en"', "")
    assert {"Sign", "Password", "Forgot"} <= set(english_in(english))


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_inactive",
        "account_password_reset_completed",
    ],
)
def test_pages_before_signing_in(client, name):
    assert english_in(page(client, name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "accounts:preferences",
        "account_email",
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "usersessions_list",
    ],
)
def test_pages_of_an_account(client, name):
    user = confirmed_user()
    sign_in(client, user.email)
    show_it_is_me(client)
    assert english_in(page(client, name)) == []


def test_pages_of_the_second_factor(client):
    user = confirmed_user()
    sign_in(client, user.email)
    show_it_is_me(client)
    secret = client.get(address("mfa_activate_totp", "ar")).context["form"].secret
    client.post(address("mfa_activate_totp", "ar"), {"code": app_code(secret)})
    for name in (
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_index",
        "mfa_reauthenticate",
    ):
        assert (name, english_in(page(client, name))) == (name, [])
    other = Client()
    sign_in(other, user.email, language="ar")
    assert english_in(page(other, "mfa_authenticate")) == []
    wrong = other.post(address("mfa_authenticate", "ar"), {"code": "1"})
    assert english_in(wrong.content.decode()) == []


def test_refused_forms(client):
    taken = {"email": "not an address", "password1": "short", "password2": "other"}
    sent = [("account_signup", taken), ("account_signup", {}), ("account_reset_password", {"email": "x"})]
    sent += [("account_login", {"login": "nobody@example.org", "password": "wrong"})]
    for name, form in sent:
        response = client.post(address(name, "ar"), form)
        assert 'class="errors"' in response.content.decode()
        assert (name, english_in(response.content.decode())) == (name, [])
    sign_up(client, "new@example.org", "ar")
    answer = client.post(address("account_email_verification_sent", "ar"), {"code": "1"})
    assert english_in(answer.content.decode()) == []


def test_a_refused_password_and_time_zone(client):
    client.force_login(confirmed_user())
    form = {"oldpassword": "wrong", "password1": "12345", "password2": "12"}
    assert english_in(client.post(address("account_change_password", "ar"), form).content.decode()) == []
    form = {"name": "", "language": "ar", "time_zone": "٣"}
    assert english_in(client.post(address("accounts:preferences", "ar"), form).content.decode()) == []


def test_too_many_attempts(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(client, "nobody@example.org", language="ar")
    assert english_in(sign_in(client, "nobody@example.org", language="ar").content.decode()) == []


def test_letters(client):
    user = confirmed_user(language="ar", time_zone="Africa/Dakar")
    sign_up(Client(), "new@example.org", "ar")
    sign_up(Client(), user.email)
    client.post(address("account_reset_password"), {"email": user.email})
    Client().post(address("account_reset_password", "ar"), {"email": "nobody@example.org"})
    sign_in(client, user.email)
    new = "seven quiet rivers"
    client.post(address("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    letters = list(Letter.objects.all())
    assert len(letters) == 5
    for letter in letters:
        assert '<html lang="ar" dir="rtl">' in letter.html
        assert (letter.subject, english_in(letter.html)) == (letter.subject, [])
        assert english_in(f"<p>{letter.subject}</p>") == []
        assert (letter.subject, english_in(f"<p>{letter.text}</p>")) == (letter.subject, [])
        assert len(letter.html.encode()) < 40_000
        assert "<img" not in letter.html
