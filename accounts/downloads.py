"""Files that are handed out only to who has just shown that it is them."""

from functools import wraps

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache


def handed_out_on(page):
    """For a view that hands out a file: who has yet to show that it is them is led to `page`, which asks, and has the button.

    `page` is the name of an address. Led back to the file itself the browser would save it and go on showing the question.
    No cache keeps the file.
    """

    def decorated(view):
        asking = reauthentication_required(view)

        @never_cache
        @wraps(view)
        def handing_out(request, *args, **kwargs):
            try:
                return asking(request, *args, **kwargs)
            except ReauthenticationRequired:
                return redirect(page)

        return handing_out

    return decorated
