"""What search engines are told: which pages not to visit, and where the list of the others is.

Lists of what was found may be visited: they say themselves that they are not to be kept, and lead to pages that are.
"""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from sesric_portal.frame import PREFIXES


@require_safe
def robots(request):
    lines = ["User-agent: *"]
    for prefix in PREFIXES.values():
        lines += [
            f"Disallow: {prefix}{path}"
            for path in ("/admin/", "/accounts/", "/desk/", "/trop/panel/", "/experts/shortlists/")
        ]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.PORTAL_URL}/sitemap.xml", ""]), content_type="text/plain"
    )
