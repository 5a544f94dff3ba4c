"""Addresses of news: what somebody follows and was told. Those in letters go by a key that nobody can guess."""

from django.urls import path

from notifications.views import following, inbox

app_name = "notifications"

INTEREST = "interests/<uuid:key>/"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.mark_read, name="mark-read"),
    path("feed/<uuid:key>/", inbox.feed, name="feed"),
    path("interests/", following.interests, name="interests"),
    path("interests/proposed/", following.accept_proposals, name="accept-proposals"),
    path("interests/pause/", following.pause_all, name="pause-all"),
    path("interests/resume/", following.resume_all, name="resume-all"),
    path(f"{INTEREST}edit/", following.edit, name="edit"),
    path(f"{INTEREST}pause/", following.pause, name="pause"),
    path(f"{INTEREST}resume/", following.resume, name="resume"),
    path(f"{INTEREST}remove/", following.remove, name="remove"),
    path("follow/<slug:kind>/", following.follow, name="follow"),
    path("follow/<slug:kind>/sent/", following.sent, name="sent"),
    path("confirm/<uuid:key>/", following.confirm, name="confirm"),
    path("mute/<uuid:key>/", following.mute, name="mute"),
    path("unsubscribe/<uuid:key>/", following.unsubscribe, name="unsubscribe"),
    path("by-letter/<uuid:key>/", following.by_letter, name="by-letter"),
    path("by-letter/<uuid:key>/resume/", following.resume_by_letter, name="resume-by-letter"),
]
