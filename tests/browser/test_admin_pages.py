"""The admin of staff and that of focal points: nothing for axe to find, no word in the console, in three languages."""

import re

import pytest

from tests.browser.portal import PASSWORD
from tests.browser.test_pages import LISTEN, faults

FIRST = "#result_list tbody th a >> nth=0"
# Where a value has several parts, each is clicked on the page before.
STAFF = {
    "home": ["/admin/"],
    "vacancies": ["/admin/programmes/focalpoint/vacancies/"],
    "designations": ["/admin/programmes/focalpoint/?in-force=yes"],
    "a designation": ["/admin/programmes/focalpoint/?in-force=yes", FIRST],
    "import": ["/admin/programmes/focalpoint/import/"],
    "begin a preview": ["/admin/programmes/focalpoint/?in-force=yes", FIRST, ".object-tools a[href*='/preview/']"],
    "its history": ["/admin/programmes/focalpoint/?in-force=yes", FIRST, ".object-tools a.historylink"],
    "succession": ["/admin/programmes/focalpoint/?in-force=yes", FIRST, ".object-tools a[href*='/succeed/']"],
    "the end of a designation": ["/admin/programmes/focalpoint/?in-force=yes", FIRST, ".object-tools a[href*='/end/']"],
    "deleted designations": ["/admin/programmes/focalpoint/deleted/"],
    "export": ["/admin/programmes/focalpoint/export/"],
    "a page": ["/admin/programmes/page/", FIRST],
    "experts of an event": ["/admin/events/event/?q=Drip+Irrigation", FIRST, ".object-tools a[href*='/experts/']"],
    "experts at events": ["/admin/events/engagement/"],
    "an expert": ["/admin/experts/expert/", FIRST],
    "a committee": ["/admin/programmes/committee/", FIRST],
    "review rules": ["/admin/partners/reviewrules/", FIRST],
    "an event": ["/admin/events/event/?q=Drip+Irrigation", FIRST],
    "a new event": ["/admin/events/event/add/"],
    "a country": ["/admin/classifications/country/", FIRST],
    "history of a country": ["/admin/classifications/country/", FIRST, ".object-tools a.historylink"],
    "deleted themes": ["/admin/programmes/theme/deleted/"],
}
FOCAL_POINT = {
    "home": ["/admin/country/"],
    "institutions": ["/admin/country/partners/institution/"],
    "an institution": ["/admin/country/partners/institution/", FIRST],
    "its history": ["/admin/country/partners/institution/", FIRST, ".object-tools a.historylink"],
    "experts": ["/admin/country/experts/expert/"],
    "an expert": ["/admin/country/experts/expert/", FIRST],
    "export of experts": ["/admin/country/experts/expert/export/"],
    "opportunities": ["/admin/country/trop/trainingopportunity/"],
    "designations": ["/admin/country/programmes/focalpoint/", FIRST],
}


def signed_in(portal, browser, email, wanted):
    """A page of somebody with a second factor who has signed in."""
    context = browser.new_context(base_url=portal.url, extra_http_headers={"X-Forwarded-For": "10.1.0.2"})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"/accounts/login/?next={wanted}")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
    page.fill("[name=code]", re.search(r"<bdi lang=\"en\">(\d{6})</bdi>", portal.read("/demo/"))[1])
    page.click("form.form button[type=submit]")
    page.wait_for_url(re.compile(f"{wanted}$"))
    page.add_init_script(LISTEN)
    return page


@pytest.fixture(scope="module")
def editor(portal, browser):
    page = signed_in(portal, browser, "editor@example.org", "/admin/")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def focal_point(portal, browser):
    page = signed_in(portal, browser, "focalpoint@example.org", "/admin/country/")
    yield page
    page.context.close()


def check(page, prefix, way):
    told = []
    page.on("console", lambda message: told.append(message.text))
    path, *clicks = way
    answer = page.goto(prefix + path)
    assert answer.status == 200
    for each in clicks:
        page.click(each)
        page.wait_for_load_state()
    assert (told, page.evaluate("violations")) == ([], [])
    assert faults(page) == []


@pytest.mark.parametrize("prefix", ["", "/fr", "/ar"], ids=["en", "fr", "ar"])
class TestPages:
    @pytest.mark.parametrize("name", STAFF)
    def test_staff(self, editor, prefix, name):
        check(editor, prefix, STAFF[name])

    @pytest.mark.parametrize("name", FOCAL_POINT)
    def test_focal_point(self, focal_point, prefix, name):
        check(focal_point, prefix, FOCAL_POINT[name])

    def test_a_preview(self, editor, prefix):
        editor.goto(f"{prefix}/admin/programmes/focalpoint/?in-force=yes")
        editor.click(FIRST)
        editor.click(".object-tools a[href*='/preview/']")
        editor.click(".submit-row input[type=submit]")
        editor.wait_for_selector(".previewed")
        assert faults(editor) == []
        editor.click(".previewed button")
        editor.wait_for_url(re.compile("/focalpoint/[0-9]+/change/$"))
