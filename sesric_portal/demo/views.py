"""The letters the portal has sent, the sample sign-ins with the codes they need now, and the style guide."""

import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import tally
from sesric_portal.demo import samples
from sesric_portal.demo.letters import files, read
from sesric_portal.figures import figures_of
from sesric_portal.maps import tile_map


@require_safe
@never_cache
def letters(request):
    code = format_hotp_value(hotp_value(samples.TOTP_KEY, int(time.time()) // app_settings.TOTP_PERIOD))
    accounts = [
        (role, email, samples.PASSWORD, rights.get("is_staff")) for role, email, _n, rights, _g in samples.ACCOUNTS
    ]
    return render(
        request,
        "demo/letters.html",
        {"letters": [read(path) for path in files(settings.EMAIL_FILE_PATH)[:50]], "accounts": accounts, "code": code},
    )


@require_safe
@never_cache
def letter(request, name):
    path = next((path for path in files(settings.EMAIL_FILE_PATH) if path.stem == name), None)
    if path is None:
        raise Http404
    return render(request, "demo/letter.html", {"letter": read(path)})


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
    context = {"strip": figures_of(counted).strip, "map": tile_map(counted, "beneficiary"), "prose": PROSE}
    return render(request, "demo/styleguide.html", context)
