"""What waits for experts: invitations to events."""

from django.utils.translation import gettext as _

from accounts.waiting import Task
from events.models import Engagement


def tasks_of(user):
    """Yield the invitations that a person has not answered."""
    for invited in Engagement.objects.of(user).unanswered().select_related("event"):
        title = _("You are invited to take part as an expert")
        yield Task(title, invited.event.title, _("Answer"), invited.get_absolute_url(), invited.waiting_since)
