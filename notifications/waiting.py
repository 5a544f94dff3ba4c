"""What waits on the desk: an offer to follow what fits one's profile, until one says yes or no."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.waiting import Task, Turn
from notifications.proposals import open_proposals


def tasks_of(user):
    if open_proposals(user):
        title = _("Be told about what fits your profile")
        url = reverse("notifications:interests")
        yield Task(title, _("News by e-mail and on your desk"), _("Choose"), url, turn=Turn.OFFERED)
