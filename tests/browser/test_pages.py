"""Every kind of public page: nothing for axe to find, no word in the console, small on the wire, narrow on a phone."""

import json
from pathlib import Path

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
MOST_BYTES = 45 * 1024
MOST_REQUESTS = 6

# Where a value is callable, it is asked of the running portal.
PAGES = {
    "home": "/",
    "events": "/events/",
    "events, chosen": "/events/?theme=statistics&mode=online&when=held",
    "events, none found": "/events/?q=nothing-holds-this-word&mode=online",
    "events, unknown value": "/events/?year=abc",
    "year": "/events/2011/",
    "year that nothing is recorded of": "/events/2031/",
    "event in person": lambda portal: portal.first_event("mode=in_person"),
    "event online": lambda portal: portal.first_event("mode=online"),
    "event to come": lambda portal: portal.first_event("when=to-come", sample=True),
    "event postponed": lambda portal: portal.first_event("when=postponed", sample=True),
    "archive": "/events/archive/",
    "catalogue": "/programmes/",
    "programme": "/programmes/statcab/",
    "programme without events": lambda portal: portal.programme_without_events(),
    "OIC-VET": "/oic-vet/",
    "OIC-VET, programme types": "/oic-vet/programme-types/",
    "OIC-VET, committee": "/oic-vet/committee/",
    "OIC-VET, focal points": "/oic-vet/focal-points/",
    "OIC-VET, summary": "/oic-vet/summary/",
    "countries": "/countries/",
    "member state": "/countries/tr/",
    "member state without events": "/countries/gy/",
    "other country": "/countries/de/",
    "institutions": "/partners/",
    "partner search": "/partners/search/",
    "partner search, chosen": "/partners/search/?kind=university&part=offers",
    "partners on the map": "/partners/map/",
    "registering": "/partners/register/",
    "registering, look-alikes": "/partners/register/?q=statistics",
    "institution": lambda portal: portal.first_institution(),
    "requests and offers": "/partners/notices/",
    "requests and offers, past": "/partners/notices/?when=past",
    "request": "/partners/notices/1/",
    "search": "/search/",
    "search, found": "/search/?q=statistics",
    "search, not found": "/search/?q=nothing-holds-this-word",
    "TROP": "/trop/",
    "training opportunities": "/trop/opportunities/",
    "training opportunities, past": "/trop/opportunities/?when=past",
    "training opportunities, none found": "/trop/opportunities/?q=nothing-holds-this-word&mode=online",
    "training opportunity": "/trop/opportunities/maintenance-of-solar-water-pumps/",
    "TROP members": "/trop/institutions/",
    "TROP member": "/trop/institutions/sample-training-institute/",
    "joining TROP": "/trop/join/",
    "experts": "/experts/",
    "expert search": "/experts/search/",
    "roster": "/experts/tvet/",
    "expert": lambda portal: portal.first_expert(),
    "following": "/notifications/follow/event/?kind=seminar",
    "about": "/about/",
    "links": "/links/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "contact": "/contact/",
    "letter sent": "/contact/sent/",
    "not found": "/nothing-stands-here/",
    "document that is not there": "/events/documents/999999/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "password reset": "/accounts/password/reset/",
}
NOT_THERE = ["not found", "document that is not there", "year that nothing is recorded of"]
WITH_FORMS = ["contact", "following", "sign-in", "sign-up", "password reset"]  # their mark is a cookie
IN_FRENCH = ["home", "events, chosen", "event online", "archive", "member state", "OIC-VET", "contact"]

LISTEN = """
window.violations = [];
document.addEventListener(
    "securitypolicyviolation", event => violations.push(event.violatedDirective + " " + event.blockedURI)
);
"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
WIDER_THAN_SHOWN = """[...document.querySelectorAll(".scroll")].filter(
    element => element.scrollWidth > element.clientWidth + 1
).map(element => [element.scrollWidth, element.clientWidth, element.innerText.slice(0, 250)])"""
LINES = "all => all.map(it => new Set([...it.getClientRects()].map(box => Math.round(box.top))).size)"
STICKING_OUT = """[...document.querySelectorAll("main *, header *, footer *")].filter(element => {
    const box = element.getBoundingClientRect();
    const scrolls = element.closest(".scroll, .years, .map, .hero-map, .hide, .skip");
    return box.width && (box.right > innerWidth + 1 || box.left < -1) && !scrolls;
}).slice(0, 3).map(element => element.outerHTML.slice(0, 100))"""


class Wire:
    """What a page takes over the wire."""

    def __init__(self, page):
        self.sizes = {}
        self.session = page.context.new_cdp_session(page)
        self.session.on("Network.requestWillBeSent", lambda event: self.sizes.setdefault(event["requestId"], 0))
        self.session.on(
            "Network.loadingFinished", lambda event: self.sizes.update({event["requestId"]: event["encodedDataLength"]})
        )
        self.session.send("Network.enable")


def faults(page):
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['help']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]


def path_of(name, portal, prefix):
    path = PAGES[name]
    return prefix + (path if isinstance(path, str) else path(portal))


class PagesOf:
    """The same for each language; one class each, so that test processes can share the work."""

    prefix = ""

    def check(self, name, portal, visit):
        path = path_of(name, portal, self.prefix)
        page = visit("about:blank")
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.add_init_script(LISTEN)
        wire = Wire(page)
        answer = page.goto(path, wait_until="load")
        page.wait_for_load_state("networkidle")
        assert answer.status == (404 if name in NOT_THERE else 200)
        if name in NOT_THERE:  # the browser itself says so
            told = [each for each in told if "404" not in each]
        assert told == []
        assert page.evaluate("violations") == []
        sizes = [size for size in wire.sizes.values() if size]  # a second use of a file comes from the browser's cache
        assert len(sizes) <= MOST_REQUESTS
        assert sum(sizes) <= MOST_BYTES
        assert page.context.cookies() == [] or name in WITH_FORMS
        assert faults(page) == []
        for width, size in ((320, "100%"), (320, "200%"), (375, "200%")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert not page.evaluate(TOO_WIDE), (width, size, page.evaluate(STICKING_OUT))


class TestEnglish(PagesOf):
    @pytest.mark.parametrize("name", PAGES)
    def test_page(self, name, portal, visit):
        self.check(name, portal, visit)


class TestArabic(PagesOf):
    prefix = "/ar"

    @pytest.mark.parametrize("name", PAGES)
    def test_page(self, name, portal, visit):
        self.check(name, portal, visit)


class TestFrench(PagesOf):
    prefix = "/fr"

    @pytest.mark.parametrize("name", IN_FRENCH)
    def test_page(self, name, portal, visit):
        self.check(name, portal, visit)


@pytest.mark.parametrize("prefix", ["", "/ar"])
class TestOtherStates:
    @pytest.mark.parametrize("path", ["/", "/events/", "/events/archive/", "/countries/tr/", "/contact/"])
    def test_contrast_in_the_dark(self, path, prefix, visit):
        assert faults(visit(prefix + path, color_scheme="dark")) == []

    def test_refused_letter(self, prefix, visit):
        page = visit(f"{prefix}/contact/")
        page.fill("#id_name", "Amina")
        page.click("form.form button[type=submit]")
        page.wait_for_selector(".errors:focus")
        assert page.input_value("#id_name") == "Amina"
        assert faults(page) == []
        page.set_viewport_size({"width": 320, "height": 800})
        assert not page.evaluate(TOO_WIDE)

    def test_narrow_with_menu_and_filters_open(self, prefix, visit):
        page = visit(f"{prefix}/events/?mode=online", width=320)
        for fold in page.locator(".fold > summary").all():
            fold.click()
        assert not page.evaluate(TOO_WIDE)
        assert faults(page) == []

    def test_tables_of_countries_fit_a_phone(self, prefix, visit):
        page = visit(f"{prefix}/countries/", width=360)
        assert page.locator(".figures-table").count() == 1
        assert page.evaluate(WIDER_THAN_SHOWN) == []
        page.goto(f"{prefix}/oic-vet/focal-points/")
        assert page.locator(".stack-table").count() == 1
        assert page.evaluate(WIDER_THAN_SHOWN) == []
        lines = page.locator(".stack-table time").evaluate_all(LINES)
        assert lines
        assert set(lines) == {1}

    def test_print(self, prefix, visit):
        page = visit(f"{prefix}/oic-vet/summary/")
        page.emulate_media(media="print")
        for part in (".menu", ".langs", ".seek", ".foot-in", ".crumbs", "[data-print]"):
            assert not page.locator(part).first.is_visible(), part
        assert page.locator("h1").is_visible()
        assert page.locator(".table").first.is_visible()


def test_style_guide(visit):
    page = visit("/demo/styleguide/")
    assert page.title().startswith("Style guide")
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert not page.evaluate(TOO_WIDE)


def test_linked_data_is_json(portal, visit):
    page = visit(portal.first_event("mode=in_person"))
    assert json.loads(page.locator("script[type='application/ld+json']").first.text_content())["@type"]


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_long_words_of_institutions_wrap(prefix, visit):
    """Names, acronyms and addresses of websites may be as long as the forms take, without a blank."""
    page = visit(f"{prefix}/partners/search/", width=320)
    lengthen = (
        "([wanted, length]) => document.querySelectorAll(wanted).forEach(each => each.textContent = 'W'.repeat(length))"
    )
    own = page.locator(".row-title a").first.get_attribute("href")
    for wanted in (".row-title a", ".row-facts bdi, .row-facts span"):
        page.evaluate(lengthen, [wanted, 200 if "title" in wanted else 40])
    page.evaluate(
        "document.querySelectorAll('.row-facts').forEach(each => each.innerHTML += ' <span><bdi lang=en></bdi></span>')"
    )
    page.evaluate(lengthen, [".row-facts bdi", 40])
    assert not page.evaluate(TOO_WIDE), page.evaluate(STICKING_OUT)
    page.goto(own)
    for wanted, length in (
        ("h1, .crumbs a, .crumbs [aria-current]", 200),
        (".facts dd, .facts a", 190),
        (".eyebrow > span", 40),
    ):
        page.evaluate(lengthen, [wanted, length])
    assert not page.evaluate(TOO_WIDE), page.evaluate(STICKING_OUT)


@pytest.mark.parametrize("prefix", ["", "/fr", "/ar"])
class TestOnAPhone:
    def test_masthead(self, prefix, visit):
        """The name of the portal takes two lines at most, and what is at the end of the two rows ends at the same edge."""
        page = visit(f"{prefix}/about/", width=375)
        menu, account = (page.locator(f".masthead {part}").bounding_box() for part in (".fold > summary", ".account"))
        ends = [box["x"] if prefix == "/ar" else box["x"] + box["width"] for box in (menu, account)]
        assert ends[0] == pytest.approx(ends[1], abs=1)
        for width in (375, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.locator(".brand-name").bounding_box()["height"] <= 2 * 24 + 1
        page.set_viewport_size({"width": 320, "height": 800})
        assert len({link.bounding_box()["y"] for link in page.locator(".langs a").all()}) == 1

    def test_what_one_does_stands_before_what_is_near(self, prefix, portal, visit):
        page = visit(prefix + portal.first_event("when=to-come", sample=True), width=375)
        facts, button, near = (
            page.locator(part).first.bounding_box()["y"] for part in (".facts", ".aside .button", ".flow .rows")
        )
        assert facts < button < near
        page.set_viewport_size({"width": 1280, "height": 800})
        assert page.locator(".aside .button").first.bounding_box()["y"] < page.locator(".facts").bounding_box()["y"]

    def test_archive_opens_at_the_latest_years(self, prefix, visit):
        page = visit(f"{prefix}/events/archive/", width=375)
        page.wait_for_function("() => document.querySelector('.scroll').scrollLeft")
        seen = "box => box.left >= 0 && box.right <= innerWidth"
        boxes = "element => (({left, right}) => ({left, right}))(element.getBoundingClientRect())"
        last = page.locator(".matrix thead a").last.evaluate(boxes)
        theme = page.locator(".matrix-theme span").first.evaluate(boxes)
        assert [page.evaluate(f"({seen})({json.dumps(box)})") for box in (last, theme)] == [True, True]
