"""Experts answer here whether they take part in an event."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from events.models import Engagement
from partners.forms import WordForm


def _mine(request, pk):
    return get_object_or_404(Engagement.objects.of(request.user).select_related("event__country", "expert"), pk=pk)


def _answer(request, engagement, verb, done):
    try:
        verb()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(engagement)


@never_cache
@signed_in
@require_safe
def invitation(request, pk):
    engagement = _mine(request, pk)
    context = {
        "engagement": engagement,
        "event": engagement.event,
        "reviews": engagement.reviews.open_to_expert(),
        "may_accept": engagement.may_answer(Engagement.Decision.ACCEPTED),
        "may_decline": engagement.may_answer(Engagement.Decision.DECLINED),
    }
    return render(request, "events/invitation.html", context)


@signed_in
@require_POST
def accept(request, pk):
    engagement = _mine(request, pk)
    return _answer(request, engagement, lambda: engagement.accept(request.user), _("Accepted. The Centre was told."))


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request, pk):
    engagement = _mine(request, pk)
    form = WordForm(request.answers, label=_("A few words"), help_text=_("The Centre reads them. May stay empty."))
    form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["reason"]
        return _answer(
            request,
            engagement,
            lambda: engagement.decline(request.user, words=words),
            _("Declined. The Centre was told."),
        )
    context = {"engagement": engagement, "event": engagement.event, "form": form}
    return render(request, "events/decline.html", context, status=400 if request.method == "POST" else 200)
