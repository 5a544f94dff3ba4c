"""One expert, from the registration to the shortlist of the Centre and to being erased: in two languages, with scripts or not."""

import re
import zipfile
from pathlib import Path

import pytest

from tests.browser.portal import PASSWORD
from tests.browser.test_partner_journey import decide, open_account, reviewer, submit  # noqa: F401  the same reviewer
from tests.experts.helpers import pdf_bytes


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


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("prefix", ["", "/ar"], ids=["en", "ar"])
def test_from_registration_to_the_shortlist_and_out_of_it(portal, visit, reviewer, prefix, scripts):  # noqa: F811
    mark = f"{prefix.strip('/') or 'en'}{'with' if scripts else 'without'}"
    name, email = f"Journey Expert {mark}", f"expert-{mark}@example.org"

    # An account by its code, five steps, the CV.
    page = visit(f"{prefix}/experts/register/", java_script_enabled=scripts)
    open_account(page, portal, email)
    page.wait_for_url(re.compile(f"{prefix}/experts/register/person/$"))
    for step in steps(name, mark):
        answer(page, step)
    page.locator("main").get_by_text(f"Drip irrigation {mark}.").wait_for()
    page.check("[name=is_true]")
    submit(page)
    page.wait_for_url(re.compile("/experts/desk/$"))
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
