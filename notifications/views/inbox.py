"""What somebody was told, on the site: the same rows as in the letters."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keeping import signed_in
from notifications.digests import Words
from notifications.feeds import atom_of
from notifications.models import Follower, Notification

SHOWN = 25
IN_FEED = 50


@signed_in
@require_safe
def inbox(request):
    """The news of somebody with an account, the latest first."""
    follower = Follower.objects.of(request.user)
    told = Notification.objects.of(request.user).tellable().latest_first().select_related("announcement")
    page = Paginator(told, SHOWN).get_page(request.GET.get("page"))
    context = {
        "follower": follower,
        "page_obj": page,
        "is_paginated": page.has_other_pages(),
        "entries": entries_of(follower, page.object_list),
        "unread": told.unread().count(),
    }
    return render(request, "notifications/inbox.html", context)


def entries_of(follower, notifications):
    """The entries of a reader's notifications, with the reasons that are still followed."""
    followed = {each.pk: each for each in follower.interests.all()} if follower else {}
    return Words().entries_of(list(notifications), followed)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mark_read(request):
    """Note that all of it is read."""
    if request.method == "POST":  # who had to sign in first comes back by GET
        Notification.objects.of(request.user).unread().update(read_at=now())
    return redirect("notifications:inbox")


@require_safe
def feed(request, key):
    """The news of one reader as an Atom feed; programs that read feeds cannot sign in, so it goes by a key."""
    follower = get_object_or_404(Follower.objects.select_related("user"), key=key)
    told = follower.notifications.tellable().latest_first().select_related("announcement")[:IN_FEED]
    text = atom_of(_("News that fits me"), request.path, entries_of(follower, told))
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
