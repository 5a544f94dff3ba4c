"""Addresses of institutions; `RESERVED` in their model names what stands beside them."""

from django.urls import path

from partners import former as former  # the converter
from partners.views import desk, messages, notices, pages, registration, word

app_name = "partners"

urlpatterns = [
    path("", pages.partners, name="institution-list"),
    path("map/", pages.institution_map, name="map"),
    path("search/", pages.InstitutionList.as_view(), name="search"),
    path("register/", registration.find, name="register"),
    *registration.steps.urls("register/form/", "register"),
    path("invitations/<uuid:key>/", desk.invitation, name="invitation"),
    path("notices/", notices.NoticeList.as_view(), name="notice-list"),
    path("notices/feed/", notices.feed, name="notice-feed"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("messages/", messages.conversation_list, name="messages"),
    path("messages/<int:pk>/", messages.conversation, name="conversation"),
    path("messages/<int:pk>/set-aside/", messages.set_aside, name="set-aside"),
    path("messages/<int:pk>/block/", messages.block, name="block"),
    path("messages/<int:pk>/unblock/", messages.unblock, name="unblock"),
    path("messages/<int:pk>/report/<int:message>/", messages.report, name="report"),
    path("<institution:slug>/", pages.institution_detail, name="institution-detail"),
    path("<institution:slug>/write/", messages.write, name="write"),
    path("<institution:slug>/notices/", notices.own_notices, name="own-notices"),
    path("<institution:slug>/notices/new/", notices.publish_notice, name="publish-notice"),
    path("<institution:slug>/notices/<int:pk>/edit/", notices.edit_notice, name="edit-notice"),
    path("<institution:slug>/notices/<int:pk>/extend/", notices.extend_notice, name="extend-notice"),
    path("<institution:slug>/notices/<int:pk>/close/", notices.close_notice, name="close-notice"),
    path("<institution:slug>/word/", word.application, name="word"),
    path("<institution:slug>/word/endorse/", word.endorse, name="endorse"),
    path("<institution:slug>/word/return/", word.return_application, name="return"),
    path("<institution:slug>/word/object/", word.object_to, name="object"),
    path("<institution:slug>/represent/", desk.represent, name="represent"),
    path("<institution:slug>/desk/", desk.desk, name="desk"),
    path("<institution:slug>/edit/", desk.edit, name="edit"),
    path("<institution:slug>/edit/preview/", desk.preview, name="preview"),
    path("<institution:slug>/propose/", desk.propose, name="propose"),
    path("<institution:slug>/confirm/", desk.confirm_profile, name="confirm-profile"),
    path("<institution:slug>/withdraw/", desk.withdraw, name="withdraw"),
    path("<institution:slug>/leave/", desk.leave, name="leave"),
    path("<institution:slug>/people/invite/", desk.invite, name="invite"),
    path(
        "<institution:slug>/people/invitations/<int:pk>/withdraw/", desk.withdraw_invitation, name="withdraw-invitation"
    ),
    path("<institution:slug>/people/<int:pk>/accept/", desk.accept_request, name="accept-request"),
    path("<institution:slug>/people/<int:pk>/decline/", desk.decline_request, name="decline-request"),
    path("<institution:slug>/people/<int:pk>/remove/", desk.remove, name="remove"),
    path("<institution:slug>/people/<int:pk>/hand-over/", desk.hand_over, name="hand-over"),
    *registration.steps.urls("<institution:slug>/correct/", "correct"),
]
