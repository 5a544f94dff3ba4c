"""Pages for what goes wrong, in the portal's look and in the reader's language; none of them needs the database."""

from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from accounts.keeping import answers_of
from classifications.addresses import NotOnRecord
from sesric_portal.methods import methods_of


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request, exception):
    return render(request, "404.html", {"reason": _reason(exception)}, status=404)


@requires_csrf_token
def server_error(request):
    """503 while the database does not answer, with a word on when to come back; else 500.

    What a reader typed into a form of ours is given back, to be sent again.
    """
    import sys  # noqa: PLC0415  the exception is only to be had here

    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    context = {"away": away, "frame_only": True, "kept": _typed(request)}
    response = render(request, "500.html", context, status=503 if away else 500)
    if away:
        response["Retry-After"] = "60"
    return response


@requires_csrf_token
def csrf_failure(request, reason=""):
    """A form came without its mark. What a reader typed into a form of ours is given back, to be sent again.

    Where no form can be sent at all, that is what is wrong.
    """
    taken = methods_of(request.resolver_match.func) if request.resolver_match else None
    if taken and request.method not in taken:
        return HttpResponseNotAllowed(taken)
    return render(request, "403_csrf.html", {"kept": _typed(request)}, status=403)


def _typed(request):
    """What was typed into a form of the portal, without passwords, as far as it can be read."""
    try:
        return answers_of(request.POST) if _came_from_here(request) else {}
    except (OSError, SuspiciousOperation, MultiPartParserError):  # a body that broke off, or was too big
        return {}


def _came_from_here(request):
    """Whether the form stood on a page of the portal: another site must not have its form sent again from ours."""
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(source).netloc == request.get_host()


def _reason(exception):
    return str(exception) if isinstance(exception, NotOnRecord) else ""
