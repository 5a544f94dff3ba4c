"""Addresses of institutions; `RESERVED` in their model names what stands beside them."""

from django.urls import path

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
    path("<slug:slug>/", pages.institution_detail, name="institution-detail"),
    path("<slug:slug>/write/", messages.write, name="write"),
    path("<slug:slug>/notices/", notices.own_notices, name="own-notices"),
    path("<slug:slug>/notices/new/", notices.publish_notice, name="publish-notice"),
    path("<slug:slug>/notices/<int:pk>/edit/", notices.edit_notice, name="edit-notice"),
    path("<slug:slug>/notices/<int:pk>/extend/", notices.extend_notice, name="extend-notice"),
    path("<slug:slug>/notices/<int:pk>/close/", notices.close_notice, name="close-notice"),
    path("<slug:slug>/word/", word.application, name="word"),
    path("<slug:slug>/word/endorse/", word.endorse, name="endorse"),
    path("<slug:slug>/word/return/", word.return_application, name="return"),
    path("<slug:slug>/word/object/", word.object_to, name="object"),
    path("<slug:slug>/represent/", desk.represent, name="represent"),
    path("<slug:slug>/desk/", desk.desk, name="desk"),
    path("<slug:slug>/edit/", desk.edit, name="edit"),
    path("<slug:slug>/edit/preview/", desk.preview, name="preview"),
    path("<slug:slug>/propose/", desk.propose, name="propose"),
    path("<slug:slug>/confirm/", desk.confirm_profile, name="confirm-profile"),
    path("<slug:slug>/withdraw/", desk.withdraw, name="withdraw"),
    path("<slug:slug>/leave/", desk.leave, name="leave"),
    path("<slug:slug>/people/invite/", desk.invite, name="invite"),
    path("<slug:slug>/people/invitations/<int:pk>/withdraw/", desk.withdraw_invitation, name="withdraw-invitation"),
    path("<slug:slug>/people/<int:pk>/accept/", desk.accept_request, name="accept-request"),
    path("<slug:slug>/people/<int:pk>/decline/", desk.decline_request, name="decline-request"),
    path("<slug:slug>/people/<int:pk>/remove/", desk.remove, name="remove"),
    path("<slug:slug>/people/<int:pk>/hand-over/", desk.hand_over, name="hand-over"),
    *registration.steps.urls("<slug:slug>/correct/", "correct"),
]
