"""One portal for each test process; a browser for each module, for while one runs Django's database is out of reach."""

import os
import tempfile
from itertools import count
from pathlib import Path

import pytest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_people = count(1)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser. Without it the tests are skipped, or fail where the environment requires them."""
    if Path(CHROMIUM).exists():
        return CHROMIUM
    missing = f"No {CHROMIUM}: the browser tests are skipped (Debian: apt install chromium)."
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(f"No {CHROMIUM}, and BROWSER_TESTS=required.", pytrace=False)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def portal(chromium, worker_id):
    from tests.browser.portal import portal  # noqa: PLC0415  nothing of it is needed where there is no browser

    with (
        tempfile.TemporaryDirectory(prefix="portal-browser-") as folder,
        portal(Path(folder), f"browser_{worker_id}") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  as above

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(portal, browser):
    """Open a page of the portal as a new visitor: `visit(path, **options of the context)`."""
    contexts = []

    def visit(path="/", *, width=1280, **options):
        address = f"10.0.0.{next(_people) % 250 + 1}"  # rate limits go by address
        context = browser.new_context(
            base_url=portal.url,
            viewport={"width": width, "height": 800},
            extra_http_headers={"X-Forwarded-For": address},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
