"""One institution from its registration to an answered letter: in English and Arabic, with scripts and without them."""

import re

import pytest

from tests.browser.portal import PASSWORD

pytestmark = pytest.mark.long
QUESTION = "Which department gives the courses?"
LETTER = "Could two of our instructors visit you in March?"
ANSWER = "With pleasure; write to us what they teach."


@pytest.fixture(scope="module")
def reviewer(portal, browser):
    """A page of somebody of the Centre who has signed in to the admin."""
    context = browser.new_context(base_url=portal.url, extra_http_headers={"X-Forwarded-For": "10.1.0.1"})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/accounts/login/?next=/admin/")
    page.fill("[name=login]", "admin@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
    page.fill("[name=code]", re.search(r"<bdi lang=\"en\">(\d{6})</bdi>", portal.read("/demo/"))[1])
    page.click("form.form button[type=submit]")
    page.wait_for_url(re.compile("/admin/$"))
    yield page
    context.close()


def decide(reviewer, name, step, reason="", of="partners/institution"):
    """Find what waits in the admin's list and take a step on it."""
    reviewer.goto(f"/admin/{of}/?q={name}")
    reviewer.click("#result_list tbody th a")
    reviewer.click(f".object-tools a[href*='/{step}/']")
    if reason:
        reviewer.fill("[name=reason]", reason)
    reviewer.click(".submit-row input[type=submit]")
    reviewer.wait_for_selector(".messagelist .success")


def submit(page):
    page.click("form.form button[type=submit] >> nth=0")


def open_account(page, portal, email):
    """From the sign-in page to being signed in, by the code of the letter; allauth leads back to what was wanted."""
    page.click("main a[href*='/accounts/signup/']")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    submit(page)
    page.fill("[name=code]", re.search(r"^\d{3}-\d{3}-\d{3}$", portal.letter_to(email), re.M)[0])
    submit(page)


def sign_in(page, prefix, email):
    page.goto(f"{prefix}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    submit(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("prefix", ["", "/ar"], ids=["en", "ar"])
def test_from_registration_to_an_answered_letter(portal, visit, reviewer, prefix, scripts):
    mark = f"{prefix.strip('/') or 'en'}-{'with' if scripts else 'without'}"
    name, email = f"Journey Institute {mark}", f"journey-{mark}@example.org"

    # Search before you register; an account by its code.
    page = visit(f"{prefix}/partners/register/?q={name}", java_script_enabled=scripts)
    page.click(f"main a[href='{prefix}/partners/register/form/']")
    open_account(page, portal, email)
    page.wait_for_url(re.compile(f"{prefix}/partners/register/form/institution/$"))

    # Four steps; a fault is told and nothing lost.
    page.fill("[name=name_en]", name)
    page.select_option("[name=country]", "UG")
    submit(page)
    page.locator(".errors").wait_for()
    assert page.input_value("[name=name_en]") == name
    page.select_option("[name=kind]", "training_institution")
    page.fill("[name=city_name]", "Kampala")
    submit(page)
    another = page.locator("[name=another]")  # those of earlier journeys look like it: that is asked once
    another.or_(page.locator(".ticks details summary")).first.wait_for()
    if another.count():
        another.click()
    page.locator(".ticks details summary").first.click()
    page.locator("[name=sectors]").first.check()
    page.check("[name=languages][value=en]")
    page.fill("[name=offers]", "Courses on drip irrigation.")
    submit(page)
    page.fill("[name=person]", "Sample Person")
    page.fill("[name=position]", "Head of Training")
    submit(page)
    page.locator("main").get_by_text("Courses on drip irrigation.").wait_for()
    page.check("[name=may_speak]")
    page.check("[name=agrees]")
    submit(page)
    page.wait_for_url(re.compile("/partners/[^/]+/desk/$"))
    slug = re.search(r"/partners/([^/]+)/desk/$", page.url)[1]
    assert page.request.get(f"/partners/{slug}/").status == 404

    # Returned with a question, corrected, listed.
    decide(reviewer, name, "return", QUESTION)
    assert QUESTION in portal.letter_to(email)
    page.goto(f"{prefix}/desk/")
    page.locator(".row-task a.button").first.click()
    page.get_by_text(QUESTION).first.wait_for()
    assert page.input_value("[name=name_en]") == name
    page.fill("[name=acronym]", "JI")
    submit(page)
    page.fill("[name=offers]", "Courses on drip irrigation by the department of water.")
    submit(page)
    submit(page)
    page.check("[name=may_speak]")
    page.check("[name=agrees]")
    submit(page)
    decide(reviewer, name, "approve")
    assert f"/partners/{slug}/" in portal.letter_to(email)

    # Signed in again: the profile is looked at first, then saved, and found.
    page.goto(f"{prefix}/desk/")
    page.click("form[action$='/accounts/logout/'] button")
    sign_in(page, prefix, email)
    page.goto(f"{prefix}/partners/{slug}/edit/")
    page.fill("[name=seeks]", f"Trainers of welding {mark}")
    page.click("button[formaction$='/preview/']")
    page.locator("main .pair").get_by_text(f"Trainers of welding {mark}").wait_for()
    submit(page)
    found = visit(f"{prefix}/partners/search/?q=welding {mark}", java_script_enabled=scripts)
    found.click(f".row-title a[href='{prefix}/partners/{slug}/']")

    # It joins TROP and publishes an opportunity, which is reviewed since it is the first, and found.
    page.goto(f"{prefix}/trop/join/{slug}/")
    page.fill("[name=courses]", "Two courses a year on irrigation.")
    page.check("[name=agrees]")
    submit(page)
    decide(reviewer, name, "approved", of="trop/membership")
    title = f"Drip irrigation for trainers {mark}"
    page.goto(f"{prefix}/trop/panel/{slug}/")
    page.click("form[action$='/new/'] button")
    page.fill("[name=title]", title)
    page.fill("[name=summary]", "Participants plan and repair a drip system.")
    for name_of_choice in ("category", "level"):
        page.select_option(f"[name={name_of_choice}]", index=1)
    page.select_option("[name=mode]", "online")
    page.locator(".ticks:has([name=sectors]) summary").first.click()
    page.locator("[name=sectors]").first.check()
    page.check("[name=languages][value=en]")
    for day, value in (("starts_on", "2090-03-15"), ("ends_on", "2090-03-19"), ("apply_by", "2090-02-01")):
        page.fill(f"[name={day}]", value)
    page.fill("[name=how_to_apply]", "Send a letter of nomination.")
    submit(page)
    page.click("form[action$='/publish/'] button")
    decide(reviewer, title, "approved", of="trop/trainingopportunity")
    found = visit(f"{prefix}/trop/opportunities/?q=drip irrigation {mark}", java_script_enabled=scripts)
    found.locator(".row-title a").first.click()
    found.get_by_role("heading", level=1, name=title).wait_for()

    # Another partner writes through the portal; the institution answers.
    partner = visit("/", java_script_enabled=scripts)
    sign_in(partner, prefix, "partner@example.org")
    partner.goto(f"{prefix}/partners/{slug}/")
    partner.click("a[href*='/write/']")
    partner.fill("[name=subject]", f"A visit {mark}")
    partner.fill("[name=text]", LETTER)
    submit(partner)
    partner.get_by_text(LETTER).first.wait_for()
    letter = portal.letter_to(email)
    assert LETTER in letter
    assert "partner@example.org" not in letter
    page.goto(f"{prefix}/desk/")
    page.locator(".row-task a.button").first.click()
    page.get_by_text(LETTER).first.wait_for()
    page.fill("[name=text]", ANSWER)
    submit(page)
    page.get_by_text(ANSWER).first.wait_for()
    assert ANSWER in portal.letter_to("partner@example.org")
