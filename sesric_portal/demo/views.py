"""The letters the portal has sent, the sample sign-ins with the codes they need now, and the style guide."""

from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import tally
from sesric_portal.demo import samples
from sesric_portal.figures import HomeFigures
from sesric_portal.maps import tile_map


def _files():
    return sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True)


def _read(path):
    """Read one letter as Django's file backend wrote it."""
    raw = path.read_bytes().partition(b"\n" + b"-" * 79)[0]
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "name": path.stem,
        "subject": message["subject"],
        "to": message["to"],
        "at": datetime.fromtimestamp(path.stat().st_mtime, get_current_timezone()),
        "text": body.get_content() if body else "",
    }


@require_safe
@never_cache
def letters(request):
    code = format_hotp_value(hotp_value(samples.TOTP_KEY, next(yield_hotp_counters_from_time())))
    accounts = [
        (role, email, samples.PASSWORD, rights.get("is_staff")) for role, email, _n, rights, _g in samples.ACCOUNTS
    ]
    return render(
        request,
        "demo/letters.html",
        {"letters": [_read(path) for path in _files()[:50]], "accounts": accounts, "code": code},
    )


@require_safe
@never_cache
def letter(request, name):
    path = next((path for path in _files() if path.stem == name), None)
    if path is None:
        raise Http404
    return render(request, "demo/letter.html", {"letter": _read(path)})


PROSE = """## A heading

A paragraph with a [link](/about/) and a **weighty** word.

- one thing;
- another thing.

| Column | Another |
| --- | --- |
| A cell | Its neighbour |
"""


@require_safe
def style_guide(request):
    """Every part of the portal's look; those that show figures are drawn with the real ones."""
    counted = tally.current()
    context = {"strip": HomeFigures(counted).strip, "map": tile_map(counted, "beneficiary"), "prose": PROSE}
    return render(request, "demo/styleguide.html", context)
