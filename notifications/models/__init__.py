"""Who wants to hear what, what there is to tell, what is owed to whom, and the letters that bring it."""

from notifications.models.announcement import Announcement, Notification
from notifications.models.follower import Follower, Interest
from notifications.models.letter import Letter, MailStop, RefusedAddress

__all__ = ["Announcement", "Follower", "Interest", "Letter", "MailStop", "Notification", "RefusedAddress"]
