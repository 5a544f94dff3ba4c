"""Addresses under which an institution stood before it was merged lead on, wherever one is part of an address.

Addresses of institutions are marked in `urls.py` by the converter: `<institution:slug>`. Where such a page answers that there
is nothing, and the address is a former one of an institution that the reader may see, it leads to the same page under the
present one; what may be done there is decided there.
"""

from django.http import HttpResponsePermanentRedirect
from django.urls import register_converter, reverse
from django.urls.converters import SlugConverter

from partners.models import FormerAddress, Institution

MARK = "<institution:slug>"


class InstitutionConverter(SlugConverter):
    """The address of an institution, as a part of others."""


register_converter(InstitutionConverter, "institution")


def lead_on(get_response):
    """The middleware that leads former addresses on; what was posted to one is posted on."""

    def answer(request):
        response = get_response(request)
        match = request.resolver_match
        if response.status_code != 404 or match is None or MARK not in match.route:
            return response
        visible = Institution.objects.listed() | Institution.objects.represented_by(request.user)
        former = FormerAddress.objects.filter(institution__in=visible.values("pk"), slug=match.kwargs["slug"])
        if (present := former.select_related("institution").first()) is None:
            return response
        path = reverse(match.view_name, kwargs=match.captured_kwargs | {"slug": present.institution.slug})
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(
            f"{path}?{query}" if query else path, preserve_request=request.method not in ("GET", "HEAD")
        )

    return answer
