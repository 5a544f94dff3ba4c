"""Pages that letters lead to, without an account: references, and renewing by a signed link."""

from datetime import datetime

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from experts.emails import SALT
from experts.forms import ReferenceForm
from experts.models import Expert, Reference

BOTH = ["GET", "HEAD", "POST"]


@require_http_methods(BOTH)
def reference(request, key):
    """Somebody who was named as a reference reads what they are asked, and answers; after that, that they have.

    Where they are not asked any more, they read that nothing is needed.
    """
    asked = Reference.objects.asked().select_related("expert").filter(key=key).first()
    if asked is None:  # taken out, withdrawn, erased or made up: nobody is told which
        return render(request, "experts/reference_closed.html", status=404)
    if asked.answered_at:
        is_late = request.method == "POST"
        return render(request, "experts/reference_given.html", {"is_late": is_late}, status=409 if is_late else 200)
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asked.give(form.cleaned_data["answer"], form.cleaned_data["words"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return render(request, "experts/reference_given.html")
    context = {"name": asked.expert.name, "referee": asked.name, "form": form}
    return render(request, "experts/reference.html", context, status=400 if form.is_bound else 200)


@require_http_methods(BOTH)
def renew(request, token):
    """Say by the link of a letter that everything is still right: a page with a button, which renews."""
    expert, since = _named_in(token)
    is_renewed = expert.renewed_at > since
    if request.method == "POST" and not is_renewed:
        expert.renew()
        is_renewed = True
    return render(request, "experts/renew.html", {"is_renewed": is_renewed, "expert": expert})


def _named_in(token):
    """The expert a token names, by a former key too, and the renewal it follows; 404 where it was not signed here."""
    try:
        key, since = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None
    listed = Expert.objects.listed().filter(is_kept=True)
    expert = listed.filter(key=key).first() or get_object_or_404(listed, former_addresses__key=key)
    return expert, datetime.fromisoformat(since)
