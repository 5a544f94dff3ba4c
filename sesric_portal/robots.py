"""What search engines are told: which pages not to visit, and which there are."""

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from classifications.models import Country
from classifications.written import LANGUAGES
from events.models import Event
from experts.models import Expert, Roster, RosterMembership
from partners.models import Institution, Notice
from programmes.models import Programme
from sesric_portal.frame import PREFIXES
from trop.models import TrainingOpportunity

STANDING = [
    "home", "programmes:programme-list", "events:event-list", "events:archive", "country-list", "partners:institution-list",
    "partners:search", "partners:map", "partners:register", "partners:notice-list",
    "oic-vet:about", "oic-vet:programme-types", "oic-vet:committee", "oic-vet:focal-points", "oic-vet:summary", "trop:about",
    "trop:opportunity-list", "trop:institution-list", "trop:join",
    "experts:about", "experts:search", "about", "links", "contact", "privacy", "accessibility",
]  # fmt: skip


@require_safe
def robots(request):
    lines = ["User-agent: *"]
    for prefix in PREFIXES.values():
        lines += [
            f"Disallow: {prefix}{path}"
            for path in ("/admin/", "/accounts/", "/desk/", "/search/", "/trop/panel/", "/experts/shortlists/")
        ]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.PORTAL_URL}/sitemap.xml", ""]), content_type="text/plain"
    )


@require_safe
def sitemap(request):
    """Every public page in three languages, each naming the other two."""
    paths = [(reverse(name), None) for name in STANDING]
    published = Event.objects.published()
    paths += [(reverse("events:year", args=[year]), None) for year in sorted(published.count_by_year())]
    for rows in (
        Programme.objects.only("slug"),
        Institution.objects.listed().only("slug"),
        Country.objects.only("iso2"),
    ):
        paths += [(row.get_absolute_url(), None) for row in rows.order_by("pk")]
    paths += [(event.get_absolute_url(), event.updated_at) for event in published.only("slug", "year", "updated_at")]
    notices = Notice.objects.open_on(localdate()).only("changed_at").order_by("pk")
    paths += [(notice.get_absolute_url(), notice.changed_at) for notice in notices]
    members = Institution.objects.listed().of_networks([Institution.Network.TROP]).only("slug")
    paths += [(reverse("trop:institution-detail", args=[member.slug]), None) for member in members.order_by("pk")]
    offered = TrainingOpportunity.objects.published().only("slug", "updated_at")
    paths += [(each.get_absolute_url(), each.updated_at) for each in offered.order_by("pk")]
    paths += [(roster.get_absolute_url(), None) for roster in Roster.objects.in_order()]
    public = RosterMembership.objects.filter(expert__in=Expert.objects.public()).order_by("pk")
    paths += [
        (reverse("experts:expert", args=[slug, key]), None)
        for slug, key in public.values_list("roster__slug", "expert__key")
    ]
    entries = [
        {"languages": [(code, settings.PORTAL_URL + PREFIXES[code] + path) for code in LANGUAGES], "changed": changed}
        for path, changed in paths
    ]
    return HttpResponse(render_to_string("sitemap.xml", {"entries": entries}), content_type="application/xml")
