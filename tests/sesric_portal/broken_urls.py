"""The portal's addresses and some that fail, to see what readers are shown then; put in force by `ROOT_URLCONF`."""

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.urls import path

from sesric_portal import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def failing(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    *i18n_patterns(
        path("broken/400/", failing(SuspiciousOperation("secret detail"))),
        path("broken/403/", failing(PermissionDenied("secret detail"))),
        path("broken/500/", failing(RuntimeError("secret detail"))),
        path("broken/503/", failing(OperationalError("secret detail"))),
        prefix_default_language=False,
    ),
    *urls.urlpatterns,
]
