"""Following lists: by an account, or by an address alone. Nothing changes by GET; links in letters go by a key."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from classifications.addresses import NotOnRecord
from notifications.emails import ask_to_confirm
from notifications.forms import FollowByAddressForm, FrequencyForm
from notifications.models import Follower, Interest
from notifications.models.follower import with_names
from notifications.proposals import open_proposals
from notifications.subjects import subject_of

FORM = ["GET", "HEAD", "POST"]


def _subject(kind):
    try:
        return subject_of(kind)
    except KeyError:
        raise Http404 from None


# --- Following ----------------------------------------------------------------------------------------------------------


@require_http_methods(FORM)
def follow(request, kind):
    """Follow the list whose filters stand in the query string."""
    subject = _subject(kind)
    choices, words = subject.asked(request.GET)
    interest = Interest(kind=kind, choices=choices, words=words)
    kind_of_form = FrequencyForm if request.user.is_authenticated else FollowByAddressForm
    form = kind_of_form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if request.user.is_authenticated:
            return _follow_as_user(request, interest, form.cleaned_data["frequency"])
        if ratelimit.consume(request, action="follow"):
            return _follow_by_address(interest, **form.cleaned_data)
        form.add_error(
            None, _("Several requests have come from your connection just now. Please try again in an hour.")
        )
    context = {"form": form, "interest": interest, "subject": subject}
    return render(request, "notifications/follow.html", context, status=400 if form.is_bound else 200)


def _follow_as_user(request, asked, frequency):
    follower = Follower.for_user(request.user)
    if Interest.follow(follower, asked.kind, asked.choices, asked.words, frequency, accepted=True):
        messages.success(request, _("You will be told about new ones like these."))
    else:
        messages.error(request, _("You follow so many lists that no more fit: remove one first."))
    return redirect("notifications:interests")


def _follow_by_address(asked, email, frequency, leave_empty):
    if not leave_empty:
        follower = Follower.for_address(email, get_language())
        interest = Interest.follow(follower, asked.kind, asked.choices, asked.words, frequency, accepted=False)
        if interest:
            ask_to_confirm(interest, frequency, email, get_language())
    return redirect("notifications:sent", asked.kind)


@require_safe
def sent(request, kind):
    """That a letter went to the address, whether or not it is known here."""
    subject = _subject(kind)
    context = {"subject": subject, "list_url": reverse(subject.filterset.LIST)}
    return render(request, "notifications/sent.html", context)


@require_http_methods(FORM)
def confirm(request, key):
    """What the letter to an address leads to: one button. How often letters were wanted stands in its address."""
    interest = get_object_or_404(Interest.objects.select_related("follower"), key=key)
    if request.method == "POST":
        often = request.GET.get("often")
        interest.accept(often if often in Interest.Frequency.values else None)
        messages.success(request, _("You will be told about new ones like these."))
        return redirect("notifications:by-letter", interest.follower.key)
    return render(request, "notifications/confirm.html", {"interest": interest})


# --- What one follows ---------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def interests(request):
    follower = Follower.objects.of(request.user)
    followed = Interest.objects.of(request.user).accepted().for_listing()
    followed, proposals = with_names(followed, open_proposals(request.user))
    context = {"follower": follower, "interests": followed, "proposals": proposals}
    return render(request, "notifications/interests.html", context)


@signed_in
@require_http_methods(FORM)
def accept_proposals(request):
    """Follow what was proposed by one's profile, or say that one does not want to."""
    if request.method == "POST" and (proposals := open_proposals(request.user)):
        follower = Follower.for_user(request.user)
        follower.answer([each.as_proposal for each in proposals])
        if "decline" not in request.POST:
            for each in proposals:
                Interest.follow(follower, each.kind, each.choices, "", Interest.Frequency.WEEKLY, accepted=True)
            messages.success(request, _("You will be told about new ones like these."))
    return redirect("notifications:interests")


@signed_in
@require_http_methods(FORM)
def pause_all(request):
    if request.method == "POST":
        Follower.for_user(request.user).pause()
        messages.success(request, _("No more letters, until you want them again."))
    return redirect("notifications:interests")


@signed_in
@require_http_methods(FORM)
def resume_all(request):
    if request.method == "POST":
        Follower.for_user(request.user).resume()
        messages.success(request, _("You will be told again."))
    return redirect("notifications:interests")


@require_safe
def by_letter(request, key):
    """What somebody follows, for who comes from a letter and need not sign in."""
    follower = get_object_or_404(Follower, key=key)
    [followed] = with_names(follower.interests.accepted().for_listing())
    context = {"follower": follower, "interests": followed}
    return render(request, "notifications/by_letter.html", context)


@require_POST
def resume_by_letter(request, key):
    """Letters again, after all of them were stopped."""
    follower = get_object_or_404(Follower, key=key)
    follower.resume()
    messages.success(request, _("You will be told again."))
    return redirect("notifications:by-letter", key)


# --- One interest -------------------------------------------------------------------------------------------------------


def _interest(key):
    return get_object_or_404(Interest.objects.accepted().select_related("follower"), key=key)


def _back(request, interest):
    if request.user.is_authenticated and interest.follower.user_id == request.user.pk:
        return redirect("notifications:interests")
    return redirect("notifications:by-letter", interest.follower.key)


@require_http_methods(FORM)
def edit(request, key):
    """Change what is asked for, and how often letters come."""
    interest = _interest(key)
    posted = request.POST if request.method == "POST" else None
    form = FrequencyForm(posted, initial={"frequency": interest.frequency})
    if form.is_valid():
        choices, words = interest.asked(request.POST)
        if interest.ask_for(choices, words, form.cleaned_data["frequency"]):
            messages.success(request, _("Saved."))
            return _back(request, interest)
        form.add_error(None, _("You follow this already."))
    context = {"form": form, "interest": interest, "filter": interest.filter, "facets": interest.facets}
    return render(request, "notifications/edit.html", context, status=400 if form.is_bound else 200)


@require_POST
def pause(request, key):
    interest = _interest(key)
    interest.pause()
    return _back(request, interest)


@require_POST
def resume(request, key):
    interest = _interest(key)
    interest.resume()
    return _back(request, interest)


@require_POST
def remove(request, key):
    interest = _interest(key)
    interest.delete()
    messages.success(request, _("You no longer follow this."))
    return _back(request, interest)


@require_http_methods(FORM)
def mute(request, key):
    """No more letters for one reason; what a letter links to, also when that is followed no more."""
    interest = Interest.objects.accepted().select_related("follower").filter(key=key).first()
    if interest is None:
        raise NotOnRecord(_("What this letter was sent for is no longer followed: no letters come for this reason."))
    if request.method == "POST":
        interest.pause()
        messages.success(request, _("No more letters for this reason."))
        return _back(request, interest)
    return render(request, "notifications/mute.html", {"interest": interest})


@csrf_exempt  # mail programs post here of their own accord (RFC 8058); the key says who it is
@require_http_methods(FORM)
def unsubscribe(request, key):
    """No more letters at all; to be undone on the page of what one follows."""
    follower = get_object_or_404(Follower, key=key)
    if request.method == "POST":
        follower.pause()
        return render(request, "notifications/unsubscribed.html", {"follower": follower})
    return render(request, "notifications/unsubscribe.html", {"follower": follower})
