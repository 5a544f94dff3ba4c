"""What readers do, with the keyboard, with scripts and without them, in English and Arabic."""

import re

import pytest

LANGUAGES = {"en": "", "ar": "/ar"}
both = pytest.mark.parametrize("prefix", LANGUAGES.values(), ids=LANGUAGES)


def focused(page):
    return page.evaluate(
        "document.activeElement.className || document.activeElement.id || document.activeElement.tagName"
    )


def range_told(page):
    return page.locator("#listing .bar-top p").inner_text()


@both
def test_everything_without_scripts(prefix, visit):
    """Home, search, a list, a filter by its button, page 2, an event, its calendar file, a letter to the Centre."""
    page = visit(f"{prefix}/", java_script_enabled=False)
    page.fill("#q", "statistics")
    page.click("main form[role=search] button")
    assert re.search(f"{prefix}/search/\\?q=statistics$", page.url)
    page.click(f"main a.more[href^='{prefix}/events/?q=']")
    assert "q=statistics" in page.url
    page.goto(f"{prefix}/events/")
    everything = range_told(page)
    page.check("input[name=mode][value=in_person]")
    page.click(".facets button[type=submit]")
    assert "mode=in_person" in page.url
    assert range_told(page) != everything
    page.click(".pager a[rel=next]")
    assert "page=2" in page.url
    assert "mode=in_person" in page.url
    page.locator(".row-title a").first.click()
    assert re.search(f"{prefix}/events/\\d{{4}}/[^/]+/$", page.url)
    calendar = page.request.get(page.locator(".aside a[href$='event.ics']").get_attribute("href"))
    assert calendar.headers["content-type"].startswith("text/calendar")
    page.click(f".aside .buttons a[href^='{prefix}/contact/']")
    page.fill("#id_name", "Amina Diallo")
    page.fill("#id_email", "amina@example.org")
    page.fill("#id_subject", "A question")
    page.fill("#id_text", "When is the next course?")
    page.click("form.form button[type=submit]")
    assert page.url.endswith(f"{prefix}/contact/sent/")


@both
def test_menu_and_filters_open_without_scripts(prefix, visit):
    page = visit(f"{prefix}/events/", width=375, java_script_enabled=False)
    for fold, hidden in (("header .fold", ".menu"), ("#listing .fold", ".facets")):
        assert not page.locator(hidden).is_visible()
        page.click(f"{fold} > summary")
        assert page.locator(hidden).is_visible()


@both
def test_first_key_leads_past_the_menu(prefix, visit):
    page = visit(f"{prefix}/events/")
    page.keyboard.press("Tab")
    assert focused(page) == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert focused(page) == "main"


@both
def test_menu_by_keyboard_on_a_phone(prefix, visit):
    page = visit(f"{prefix}/about/", width=375)
    summary = page.locator("header .fold > summary")
    for _ in range(10):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    assert page.locator(".menu").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav').classList.contains('menu')")
    page.keyboard.press("Escape")
    assert not page.locator(".menu").is_visible()
    assert summary.evaluate("element => element === document.activeElement")


@both
def test_filters_by_keyboard_in_place(prefix, visit):
    page = visit(f"{prefix}/events/")
    page.evaluate("window.same = true")
    everything = range_told(page)
    # The rest of a facet that was unfolded has to stay so, and the box in focus.
    page.locator(".facet:has([name=programme]) summary").press("Enter")
    page.locator("input[name=mode][value=online]").focus()
    with page.expect_response(re.compile("mode=online")):
        page.keyboard.press("Space")
    page.wait_for_selector(".chips .chip")
    assert page.url.endswith(f"{prefix}/events/?mode=online")
    assert range_told(page) != everything
    assert page.evaluate("window.same")
    assert page.evaluate("document.activeElement.value") == "online"
    assert page.locator(".facet details[open]").count() == 1
    page.wait_for_function("() => document.querySelector('#told').textContent.trim()")
    for link in page.locator(".langs a").all():
        assert link.get_attribute("href").endswith("/events/?mode=online")
    page.go_back()
    page.wait_for_function("() => !document.querySelector('.chips')")
    assert page.url.endswith(f"{prefix}/events/")
    assert range_told(page) == everything
    assert not page.locator("input[name=mode][value=online]").is_checked()


@both
def test_filters_stay_open_on_a_phone(prefix, visit):
    page = visit(f"{prefix}/events/", width=375)
    page.click("#listing .fold > summary")
    page.check("input[name=mode][value=online]")
    page.wait_for_selector(".chips .chip")
    assert page.locator(".facets").is_visible()


def of_htmx(page):
    return page.locator("script[src*=htmx]").count()


@pytest.mark.parametrize("touch", ["hover", "focus"])
def test_scripts_of_the_filters_come_with_the_first_touch(touch, visit):
    page = visit("/events/")
    assert of_htmx(page) == 0
    getattr(page.locator("#words"), touch)()
    page.wait_for_function("() => window.htmx")
    page.locator("#words").press("Tab")
    assert of_htmx(page) == 1


def test_a_box_ticked_before_the_script_is_there_is_not_lost(visit):
    page = visit("/events/")
    page.evaluate("window.same = true")
    page.evaluate("""() => {
        const box = document.querySelector("input[name=mode][value=online]");
        box.checked = true;
        box.dispatchEvent(new Event("change", {bubbles: true}));
    }""")
    page.wait_for_selector(".chips .chip")
    assert page.url.endswith("/events/?mode=online")
    assert page.evaluate("window.same")


def test_back_leads_through_filters_from_a_page_beyond(visit):
    page = visit("/events/")
    everything = range_told(page)
    page.check("input[name=mode][value=online]")
    page.wait_for_selector(".chips .chip")
    page.goto(page.url.split("/events/")[0] + "/about/")
    page.go_back()
    page.wait_for_selector(".chips .chip")
    page.go_back()
    page.wait_for_function("() => !document.querySelector('.chips')")
    assert page.url.endswith("/events/")
    assert range_told(page) == everything


def test_languages_keep_page_and_query(visit):
    page = visit("/events/?mode=online&page=2")
    page.click(".langs a[lang=ar]")
    assert page.url.endswith("/ar/events/?mode=online&page=2")
    page.wait_for_selector("html[lang=ar][dir=rtl]")  # the address is there a moment before the page is
    page.click(".langs a[lang=fr]")
    assert page.url.endswith("/fr/events/?mode=online&page=2")
    page.click(".langs a[lang=en]")
    assert page.url.endswith("/events/?mode=online&page=2")
    assert "/fr/" not in page.url


def test_print_button_prints(visit):
    page = visit("/oic-vet/summary/")
    page.evaluate("window.print = () => { window.printed = true }")
    page.click("[data-print]")
    assert page.evaluate("window.printed")
    assert not visit("/oic-vet/summary/", java_script_enabled=False).locator("[data-print]").is_visible()
