"""Nothing that was typed is lost where a session has ended before the form was sent."""

import json
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import NOT_KEPT, as_posted

MOST = 100_000  # characters of one form kept in a session
KEPT = "kept_answers"


def signed_in(view):
    """As Django's `login_required`; what somebody posts without being signed in waits for them behind the sign-in.

    After it `request.answers` holds what to fill the form with: what was posted now, else what was kept, else None;
    `request.given_back` holds what was kept as `give_back` gives it, an empty dict where a button without fields was pressed.
    """

    @wraps(view)
    def keeping(request, *args, **kwargs):
        if not request.user.is_authenticated:
            if "HX-Request" in request.headers:
                return HttpResponse(status=401)  # a draft kept in passing: the page stays, what is typed with it
            if request.method == "POST":
                _keep(request)
            return redirect_to_login(request.get_full_path())
        request.given_back = kept = None if request.method == "POST" else give_back(request)
        request.answers = request.POST if request.method == "POST" else kept and as_posted(kept)
        return view(request, *args, **kwargs)

    return keeping


class KeepsAnswers:
    """An admin site that shows what somebody posted without being signed in behind the sign-in, to be sent again."""

    def admin_view(self, view, cacheable=False):
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def keeping(request, *args, **kwargs):
            if request.method == "POST" and not request.user.is_authenticated:
                _keep(request)
            if request.method == "GET" and self.has_permission(request) and (answers := give_back(request)) is not None:
                return render(request, "kept_answers.html", {"kept": answers, "opens": True})
            return page(request, *args, **kwargs)

        return keeping


def _keep(request):
    answers = answers_of(request.POST)
    if len(json.dumps(answers)) <= MOST:
        request.session[KEPT] = {"path": request.path, "answers": answers}


def give_back(request):
    """What was kept for this address, once: lists of strings by name, or None."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    return kept["answers"]


def forget_answers(request):
    """Forget whatever was kept for the reader, in the browsers in which they are signed in beside this one, too."""
    own = request.session
    others = request.user.usersession_set.exclude(session_key=own.session_key).values_list("session_key", flat=True)
    for session in (own, *map(type(own), others)):
        if session.pop(KEPT, None) is not None and session is not own:
            session.save()


def answers_of(posted, names=None):
    """What was posted, as lists of strings by name: under `names` if given, without what must not or cannot be kept."""
    names = [name for name in (names or posted) if name in posted and name not in NOT_KEPT]
    return {_storable(name): [_storable(value) for value in posted.getlist(name)] for name in names}


def _storable(text):
    return text.replace("\x00", "")
