"""Experts from the registration to the shortlist and to being erased, and from being suggested for an event to a rating.

Both journeys are made in two languages, with scripts and without them.
"""

import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from tests.browser.portal import PASSWORD
from tests.browser.test_partner_journey import (
    decide,
    open_account,
    reviewer,  # noqa: F401  the same reviewer
    sign_in,
    submit,
)
from tests.experts.helpers import pdf_bytes

pytestmark = pytest.mark.long


def answer(page, step):
    """Fill one step of the registration and go on."""
    for name, value in step.items():
        field = page.locator(f"[name={name}]").first
        kind = field.evaluate("field => field.type || field.tagName")
        if kind in ("checkbox", "radio") and value != "on":
            field = page.locator(f"[name={name}][value='{value}']")
        folded = field.locator("xpath=ancestor::details[not(@open)]")
        if folded.count():
            folded.first.locator("summary").click()
        if kind in ("checkbox", "radio"):
            field.check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
    submit(page)


def steps(name, mark):
    return [
        {"title": "dr", "name": name, "nationality": "UG", "residence": "SN", "gender": "female"},
        {
            "rosters": "environment-water", "sectors": "water-resources", "years": "12", "degree": "doctorate",
            "employer": "Turkish Statistical Office", "summary_en": f"Drip irrigation {mark}.",
        },
        {"employer_is": "on"},  # asked in the same step: the likest institution on record
        {
            "way": "both", "language_1": "ar", "level_1": "5", "starts_on_1": "2091-03-01", "until_1": "2091-03-31",
        },
        {"referee_1": f"Referee {mark}", "referee_email_1": f"referee-{mark}@example.org"},
        {"kept": "on", "public": "on"},
    ]  # fmt: skip


def register(visit, portal, prefix, scripts, name, mark):
    """An account by its code, then the five steps; give the page, at the desk, and the address of the account."""
    email = f"expert-{mark}@example.org"
    page = visit(f"{prefix}/experts/register/", java_script_enabled=scripts)
    open_account(page, portal, email)
    page.wait_for_url(re.compile(f"{prefix}/experts/register/person/$"))
    for step in steps(name, mark):
        answer(page, step)
    page.locator("main").get_by_text(f"Drip irrigation {mark}.").wait_for()
    page.check("[name=is_true]")
    submit(page)
    page.wait_for_url(re.compile("/experts/desk/$"))
    return page, email


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("prefix", ["", "/ar"], ids=["en", "ar"])
def test_from_registration_to_the_shortlist_and_out_of_it(portal, visit, reviewer, prefix, scripts):  # noqa: F811
    mark = f"{prefix.strip('/') or 'en'}{'with' if scripts else 'without'}"
    name = f"Journey Expert {mark}"

    # The registration, the CV.
    page, email = register(visit, portal, prefix, scripts, name, mark)
    page.goto(f"{prefix}/experts/desk/cv/")
    page.set_input_files("[name=cv]", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ"})
    submit(page)
    page.locator(".errors").wait_for()
    page.set_input_files("[name=cv]", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": pdf_bytes()})
    submit(page)
    page.wait_for_url(re.compile("/experts/desk/$"))

    # Nobody finds who is not listed; then everybody does.
    search = f"{prefix}/experts/search/?q=irrigation {mark}"
    visitor = visit(search, java_script_enabled=scripts)
    assert visitor.get_by_text(name).count() == 0
    decide(reviewer, name, "approve", of="experts/expert")
    visitor.goto(f"{search}&language=ar&level=5")
    visitor.locator(".row-title a").first.click()
    visitor.get_by_role("heading", level=1).get_by_text(name).wait_for()
    shown_at = visitor.url
    assert visitor.get_by_text(email).count() == 0
    employer = "معهد الإحصاء التركي" if prefix else "Turkish Statistical Institute"
    assert visitor.get_by_text(employer, exact=True).count() == 1

    # The Centre finds the expert among those who are free, and puts them on a shortlist.
    reviewer.goto(f"{search}&sector=water-resources&free_from=2091-03-05&free_until=2091-03-09")
    reviewer.locator(".row", has_text=name).locator(".row-box").check()
    reviewer.click("button[form=chosen]")
    reviewer.fill("[name=name]", f"For a course {mark}")
    submit(reviewer)
    reviewer.get_by_role("heading", level=1).get_by_text(f"For a course {mark}").wait_for()
    reviewer.locator("main").get_by_text(name).first.wait_for()

    # A table of the chosen columns, and a page to print.
    reviewer.click("main a[href$='/export/']")
    reviewer.check("[name=form][value=csv]")
    with reviewer.expect_download() as taken:
        submit(reviewer)
    assert name in Path(taken.value.path()).read_text("utf-8-sig")
    reviewer.check("[name=form][value=print]")
    for box in reviewer.locator("[name=columns]").all():
        box.check()
    submit(reviewer)
    reviewer.locator("table").get_by_text(name).wait_for()
    reviewer.emulate_media(media="print")
    reviewer.set_viewport_size({"width": 1032, "height": 720})  # what a sheet holds beside its margins
    sides = reviewer.locator("table").evaluate(
        "table => [table.getBoundingClientRect()].map(r => [r.left, r.right])[0]"
    )
    assert 0 <= sides[0] < sides[1] <= 1032, "a column is cut off on paper"
    reviewer.emulate_media(media="null")
    reviewer.set_viewport_size({"width": 1280, "height": 800})

    # The referee answers without an account, once.
    asked = re.search(r"http\S+/experts/references/[0-9a-f-]+/", portal.letter_to(f"referee-{mark}@example.org"))[0]
    referee = visit(asked, java_script_enabled=scripts)
    referee.check("[name=answer][value=confirms]")
    submit(referee)
    referee.locator("main a[href$='/experts/']").wait_for()
    referee.goto(asked)
    referee.locator("main a[href$='/experts/']").wait_for()
    assert referee.locator("main form").count() == 0

    # What is withdrawn is gone from the next page on; then everything is.
    page.goto(f"{prefix}/experts/desk/")
    page.click("form[action$='/consent/public/withdraw/'] button")
    page.locator("form[action$='/consent/public/give/']").wait_for()
    assert visitor.goto(shown_at).status == 404
    assert reviewer.goto(shown_at).status == 200
    page.goto(f"{prefix}/experts/desk/")
    page.click("main a[href$='/experts/desk/download/']")
    page.fill("[name=password]", PASSWORD)  # to show that it is them
    submit(page)
    page.wait_for_url(re.compile(f"{prefix}/experts/desk/download/$"))  # the page with the button, not the question
    with page.expect_download() as taken:
        page.click("main a[href$='/expert.zip']")
    with zipfile.ZipFile(taken.value.path()) as archive:
        assert name in archive.read("expert.json").decode()
        assert archive.read("cv.pdf").startswith(b"%PDF-")
    page.goto(f"{prefix}/experts/desk/erase/")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(f"{prefix}/desk/$"))
    assert reviewer.goto(shown_at).status == 404


def plan(page, title):
    """Put an event that is being held into the admin; give the path of the page of its experts."""
    page.goto("/admin/events/event/add/")
    page.fill("[name=title_en]", title)
    page.select_option("[name=kind]", "training_course")
    page.select_option("[name=mode]", "online")
    for day, away in (("starts_on", -1), ("ends_on", 1)):
        page.fill(f"[name={day}]", f"{localdate() + timedelta(days=away)}")
    for field, words in (("sectors", "Water resources"), ("languages", "Arabic")):
        page.fill(f".field-{field} .select2-search__field", words)
        page.locator(".select2-results__option", has_text=words).first.click()
    page.click("[name=_continue]")
    page.locator(".messagelist .success").wait_for()
    return page.locator(".object-tools a[href$='/experts/']").get_attribute("href")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("prefix", ["", "/ar"], ids=["en", "ar"])
def test_from_being_suggested_for_an_event_to_a_rating(portal, visit, reviewer, prefix, scripts):  # noqa: F811
    mark = f"event{prefix.strip('/') or 'en'}{'with' if scripts else 'without'}"
    name, title, words = f"Invited Expert {mark}", f"Irrigation now {mark}", f"Prepared with care {mark}"
    page, email = register(visit, portal, prefix, scripts, name, mark)
    decide(reviewer, name, "approve", of="experts/expert")
    experts_of_event = f"{prefix}{plan(reviewer, title)}"
    seated = reviewer.context.storage_state()  # the same member of staff, in the language of this journey
    staff = visit(experts_of_event, java_script_enabled=scripts, storage_state=seated)

    # Who agrees to be written to is suggested, with reasons; who does not agree is not, however well they fit.
    suggested = staff.locator(".suggested li", has_text=name)
    staff.locator(".suggested li", has_text="Sample Expert One").wait_for()
    assert suggested.count() == 0
    page.click("form[action$='/consent/contacted/give/'] button")
    page.locator("form[action$='/consent/contacted/withdraw/']").wait_for()
    staff.reload()
    reasons = suggested.locator(".quiet")
    sector, language, years = (
        ("الموارد المائية", "العربية C1", "خبرة ١٢ سنة") if prefix else
        ("Water resources", "Arabic C1", "12 years of experience")
    )  # fmt: skip
    for reason in (sector, language, years):
        reasons.get_by_text(reason).wait_for()

    # Invited with words; the expert reads them in a letter and at the desk, and accepts.
    suggested.locator("a.button").click()
    staff.fill("[name=reason]", f"Two lessons {mark}")
    staff.click(".submit-row input[type=submit]")
    invited = staff.locator("section[aria-labelledby=engaged] tr", has_text=name)
    invited.wait_for()
    assert suggested.count() == 0
    letter = portal.letter_to(email)
    assert title in letter
    assert f"Two lessons {mark}" in letter
    page.goto(f"{prefix}/desk/")
    page.locator(".row-task", has_text=title).locator("a.button").click()
    page.locator("main").get_by_text(f"Two lessons {mark}").wait_for()
    page.click("form[action$='/accept/'] button")
    page.locator(".notice-green").first.wait_for()
    assert page.locator("form[action$='/accept/']").count() == 0
    invitation = page.url

    # Staff note that it was delivered, and rate it; each step leads back to the event.
    staff.reload()
    invited.locator("a[href*='/deliver/']").click()
    staff.click(".submit-row input[type=submit]")
    invited.locator("a[href*='/rate/']").click()
    staff.check("[name=rating][value='4']")
    staff.fill("[name=reason]", words)
    staff.click(".submit-row input[type=submit]")
    invited.locator("td", has_text="٤" if prefix else "4").wait_for()

    # It is in the history of the expert for staff, with the rating; for the expert without it; for others nothing is.
    staff.goto(f"{prefix}/admin/experts/expert/?q={name}")
    staff.locator("#result_list tbody th a").click()
    arranged = staff.locator(".field-at_events")
    arranged.get_by_text(title).wait_for()
    arranged.get_by_text(words).wait_for()
    page.goto(f"{prefix}/experts/desk/")
    page.locator("main .row", has_text=title).wait_for()
    assert words not in page.content()
    page.goto(invitation)
    page.locator(".timeline").wait_for()
    assert words not in page.content()
    for partner in (False, True):
        reader = visit(f"{prefix}/", java_script_enabled=scripts)
        if partner:
            sign_in(reader, prefix, "partner@example.org")
            reader.locator("form[action$='/accounts/logout/']").first.wait_for()
        reader.goto(f"{prefix}/experts/search/?q=irrigation {mark}")
        reader.locator(".row-title a", has_text=name).click()
        reader.get_by_role("heading", level=1).get_by_text(name).wait_for()
        content = reader.content()
        assert words not in content
        assert title not in content
