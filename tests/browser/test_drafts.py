"""What is typed is kept while it is typed, and institutions that look alike are offered before anything is sent."""

import re

import pytest

from tests.browser.test_partner_journey import open_account

FORM = "/partners/register/form/institution/"


@pytest.fixture(params=["", "/ar"], ids=["en", "ar"])
def prefix(request):
    return request.param


@pytest.fixture
def page(portal, visit, prefix, request):
    """The first step of a registration, before a word of it is written."""
    page = visit(f"{prefix}/partners/register/?q=Draft+Institute")
    page.click(f"main a[href='{prefix}/partners/register/form/']")
    open_account(page, portal, f"draft-{abs(hash(request.node.name))}@example.org")
    page.wait_for_url(re.compile(f"{prefix}{FORM}$"))
    return page


def is_kept(answer):
    return "/keep/" in answer.url and answer.status == 200


def test_a_draft_is_kept_while_it_is_typed(page, prefix):
    with page.expect_response(is_kept):
        page.locator("[name=name_en]").press_sequentially("Draft Institute of Water")
    page.locator("#kept", has_text=re.compile(r"\S")).wait_for()
    page.goto(f"{prefix}/about/")
    page.goto(prefix + FORM)
    assert page.input_value("[name=name_en]") == "Draft Institute of Water"


def test_a_lost_connection_loses_nothing(page, prefix):
    with page.expect_response(is_kept):
        page.locator("[name=name_en]").press_sequentially("Draft Institute")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.locator("[name=name_en]").press_sequentially(" of Soil")
    assert page.input_value("[name=name_en]") == "Draft Institute of Soil"  # the page is still there
    page.context.set_offline(False)
    with page.expect_response(is_kept):
        page.locator("[name=name_en]").press_sequentially("s")
    page.goto(prefix + FORM)
    assert page.input_value("[name=name_en]") == "Draft Institute of Soils"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_is_typed_into_a_page_of_one_form_is_kept_and_discarded(portal, visit, prefix, scripts, request):
    """While it is typed with scripts; by a button without them."""
    path = f"{prefix}{portal.first_institution()}represent/"
    page = visit(path, java_script_enabled=scripts)
    open_account(page, portal, f"typed-{abs(hash(request.node.name))}@example.org")
    page.goto(path)
    words = page.locator("[name=words]")
    if scripts:
        with page.expect_response(is_kept):
            words.press_sequentially("I work in statistics")
    else:
        words.fill("I work in statistics")
        page.locator("button[formaction]").click()
        page.wait_for_url("**/desk/")
    page.goto(f"{prefix}/desk/")
    page.locator(f"main a[href='{path}']").first.click()
    assert page.input_value("[name=words]") == "I work in statistics"
    page.locator("form[action*='/discard/'] button").click()
    page.wait_for_url(f"**{path}")
    assert page.input_value("[name=words]") == ""


def test_what_was_typed_before_the_script_is_there_is_looked_up(visit):
    """On a slow line a whole name is typed while it is fetched."""
    page, held = visit("/partners/register/"), []
    page.route("**/*htmx*", lambda route: held.append(route))
    page.locator("#words").press_sequentially("Institut")
    page.wait_for_timeout(200)
    with page.expect_response(lambda answer: "/partners/register/?q=Institut" in answer.url, timeout=6000):
        held[0].continue_()


def test_look_alikes_are_offered_while_the_name_is_typed(portal, visit, prefix):
    row = re.search(
        r'row-title"><a href="(/partners/[^"]+/)"[^>]*>(?:<bdi[^>]*>)?([^<]+)', portal.read("/partners/search/?page=3")
    )
    known, typed = f"#alike a[href='{prefix}{row[1]}']", row[2][:-2]
    page = visit(f"{prefix}/partners/register/")
    assert page.locator(known).count() == 0
    with page.expect_response(lambda answer: "/partners/register/?q=" in answer.url):
        page.locator("#words").press_sequentially(typed)
    page.locator(known).wait_for()
    assert page.input_value("#words") == typed  # nothing was sent, nothing was lost
    page.locator("#words").fill("Zzzz qqqq")
    page.locator(known).wait_for(state="detached")
