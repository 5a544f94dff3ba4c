"""What is answered where an address takes no request of this kind, such as GET where only a form is sent."""

from inspect import getclosurevars

from django.shortcuts import render

from accounts.keeping import give_back


def _kept_for(request):
    """What was typed for this address, which its view may have taken already; None for whoever is not signed in."""
    if (kept := getattr(request, "given_back", None)) is not None:
        return kept
    return give_back(request) if request.user.is_authenticated else None


def methods_of(view):
    """The request methods that a view takes, as its class or its `require_…` decorator says; None where neither does."""
    if hasattr(view, "view_class"):
        return [name.upper() for name in view.view_class.http_method_names]
    while view:
        if methods := getclosurevars(view).nonlocals.get("request_method_list"):
            return list(methods)
        view = getattr(view, "__wrapped__", None)
    return None


class NotAllowedHere:
    """Gives the bare 405 of the views a page.

    Whoever sent a form without being signed in is led back by GET behind the sign-in: what they had typed is shown then, to
    be sent again; where they had pressed a button that takes no words, the button.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        if request.method == "GET" and (kept := _kept_for(request)) is not None:
            return render(request, "kept_answers.html", {"kept": kept})
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
