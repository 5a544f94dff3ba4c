"""The forms of institutions' people of which what is typed is kept until it is sent."""

from django.utils.translation import gettext_lazy as _

from accounts import drafts
from accounts.drafts import Drafted
from partners.forms import (
    AnswerForm,
    MessageForm,
    NewNoticeForm,
    NoticeForm,
    ProfileForm,
    RequestForm,
    VerifiedFactsForm,
)
from partners.models import Institution, Notice, Side
from partners.registration import Registration


def _own(user):
    return Institution.objects.represented_by(user).listed().select_related("country", "city")


def _others(user):
    return Institution.objects.listed().select_related("country")


def _notices(user):
    return Notice.objects.editable_by(user).select_related("institution")


def _sides(user):
    return Side.objects.of(user).select_related("conversation", "institution", "partner__country")


PROFILE = Drafted(
    "profile", ProfileForm, Institution, _own, "partners:edit", _("Go on editing the profile"),
    changed_at="profile_confirmed_at",
)  # fmt: skip
CHANGE = Drafted(
    "change-of-facts", VerifiedFactsForm, Institution, _own, "partners:propose", _("Go on with the change you propose")
)
NEW_NOTICE = Drafted(
    "new-notice", NewNoticeForm, Institution, _own, "partners:publish-notice", _("Go on with your request or offer")
)
NOTICE = Drafted(
    "notice", NoticeForm, Notice, _notices, "partners:edit-notice", _("Go on changing your request or offer"),
    parts={"slug": "institution__slug", "pk": "pk"}, heading="heading", changed_at="changed_at",
)  # fmt: skip
REQUEST = Drafted(
    "request-to-represent", RequestForm, Institution, _others, "partners:represent", _("Go on asking to represent it")
)
MESSAGE = Drafted("message", MessageForm, Institution, _others, "partners:write", _("Go on with your message"))
ANSWER = Drafted(
    "answer", AnswerForm, Side, _sides, "partners:conversation", _("Go on with your message"),
    parts={"pk": "pk"}, heading="conversation.subject",
)  # fmt: skip

ALL = [PROFILE, CHANGE, NEW_NOTICE, NOTICE, REQUEST, MESSAGE, ANSWER]
drafts.are_about(Institution, Registration.FORM)
