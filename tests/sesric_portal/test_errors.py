"""What readers are shown when something goes wrong: in their language, in the portal's look."""

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from tests.factories import UserFactory
from tests.pages import PREFIXES, parsed
from tests.processes import run_python

HEADINGS = {
    400: "This address cannot be read",
    403: "This page is not for you",
    404: "Nothing stands at this address",
    500: "Something went wrong here",
    503: "The portal is away for a moment",
}


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = "tests.sesric_portal.broken_urls"
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("language", PREFIXES)
@pytest.mark.parametrize("status", HEADINGS)
def test_every_failure_speaks_the_language_of_the_page(db, visitor, status, language):
    response = visitor.get(f"{PREFIXES[language]}/broken/{status}/")
    html = response.content.decode()
    with override(language):
        heading = gettext(HEADINGS[status])
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in html
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert "secret detail" not in html
    assert {"name": "robots", "content": "noindex"} in [each for tag, each in parsed(response).tags if tag == "meta"]
    assert ('class="masthead"' in html, 'class="foot"' in html) == (True, True)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"].split("; ")
    assert dict(visitor.cookies) == {}
    assert response.headers.get("Retry-After") == ("60" if status == 503 else None)


@pytest.mark.parametrize(
    ("asked", "in_english"),
    [
        ("/fr//example.org/", "/%2Fexample.org/"),
        ("/ar/%5Cexample.org/", "/%5Cexample.org/"),
        ("/fr/who%3F/é/", "/who%3F/%C3%A9/"),
    ],
)
def test_the_switch_of_languages_stays_on_the_portal(db, asked, in_english):
    """Browsers take `//name/` and `/\\name/` for the address of another site."""
    tags = parsed(Client().get(asked)).tags
    english, french = (
        [each["href"] for tag, each in tags if each.get("hreflang") == code and tag == "a"] for code in ("en", "fr")
    )
    assert (english, french) == ([in_english], [f"/fr{in_english}"])


@pytest.mark.parametrize("status", HEADINGS)
def test_who_is_signed_in_is_shown_them_too(db, visitor, status):
    visitor.force_login(UserFactory())
    response = visitor.get(f"/broken/{status}/")
    assert (response.status_code, f"<h1>{HEADINGS[status]}</h1>" in response.content.decode()) == (status, True)


TYPED = {"subject": "A question", "text": "Words <enough> for a box of their own. " * 3, "password": "secret words"}


@pytest.mark.parametrize(("status", "shown"), [(500, True), (503, True), (404, False), (400, False)])
def test_what_was_typed_is_given_back_where_the_fault_is_ours(db, visitor, status, shown):
    html = visitor.post(f"/ar/broken/{status}/", TYPED, headers={"origin": "http://testserver"}).content.decode()
    assert ("Words &lt;enough&gt; for a box of their own. " in html) == shown
    assert ('name="subject" value="A question"' in html, 'action="/ar/broken/' in html) == (shown, shown)
    assert "secret words" not in html


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}])
def test_the_form_of_another_site_is_not_handed_on(db, visitor, headers):
    assert "A question" not in visitor.post("/broken/500/", TYPED, headers=headers).content.decode()


def test_a_body_that_cannot_be_read_is_no_second_failure(db, visitor):
    for body, kind in ((b"x", "multipart/form-data; boundary="), (b"--x\r\n", "multipart/form-data; boundary=x")):
        response = visitor.generic("POST", "/broken/503/", body, kind, headers={"origin": "http://testserver"})
        assert (response.status_code, HEADINGS[503] in response.content.decode()) == (503, True)


AWAY = """
import django
django.setup()
from django.conf import settings
from django.test import Client
settings.DEBUG = False
visitor = Client(raise_request_exception=False)
visitor.cookies["sessionid"] = "abcdefghijklmnopqrstuvwxyz012345"
for path in ("/fr/events/", "/fr/desk/", "/health/ready", "/health/live"):
    response = visitor.get(path)
    print(path, response.status_code, response.headers.get("Retry-After"), 'lang="fr"' in response.content.decode())
letter = {"name": "Awa", "email": "awa@example.org", "subject": "A question", "text": "Words of a letter."}
response = visitor.post("/fr/contact/", letter, headers={"origin": "http://testserver"})
print(response.status_code, 'name="text" value="Words of a letter."' in response.content.decode())
"""


def test_without_the_database_readers_are_told_to_come_back(tmp_path):
    """Also those who are signed in, whom no page can know now."""
    done = run_python(
        AWAY, DATABASE_URL=f"postgres://nobody@/portal?host={tmp_path}", DEBUG="1", ALLOWED_HOSTS="testserver"
    )
    assert (done.stdout.splitlines(), done.returncode) == (
        ["/fr/events/ 503 60 True", "/fr/desk/ 503 60 True", "/health/ready 503 None False", "/health/live 200 None False",
         "503 True"], 0,
    ), done.stderr  # fmt: skip
