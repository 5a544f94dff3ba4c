"""What the pages and letters of an account need beyond the portal's own tags."""

import re

import qrcode
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import pgettext

register = template.Library()

# The first that fits is right: Edge and Opera also call themselves Chrome, and all call themselves Safari.
_BROWSERS = [
    ("Edge", "Edg"),
    ("Opera", "OPR/"),
    ("Samsung Internet", "SamsungBrowser"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"),
    ("Safari", "Safari"),
]
_SYSTEMS = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
]


def _first(table, text):
    return next((name for name, pattern in table if re.search(pattern, text)), "")


@register.filter
def browser(user_agent):
    """The browser and the system as people call them: “Firefox, Android”; empty where neither is known."""
    names = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return pgettext("between names in a list", ", ").join(name for name in names if name)


@register.filter
def in_fours(secret):
    """A long key in groups that can be read out and typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@register.simple_tag
def qr_code(text, label):
    """A QR code as SVG in the page itself: dark on white in both colour schemes, since cameras need it so."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    squares = format_html_join(
        "",
        "M{} {}h{}v1h-{}z",
        ((x, y, width, width) for y, row in enumerate(rows) for x, width in _runs(row)),
    )
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="232" height="232" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>',
        label, len(rows), len(rows), len(rows), len(rows), squares,
    )  # fmt: skip


def _runs(row):
    """Where dark squares stand side by side in a row: their first place and how many they are."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
