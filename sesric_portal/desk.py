"""What waits for a signed-in person, from every app."""

from operator import attrgetter

from events import waiting as of_events
from experts import waiting as of_experts
from notifications import waiting as of_notifications
from partners import waiting as of_partners
from trop import waiting as of_trop

SOURCES = [of_partners.tasks_of, of_experts.tasks_of, of_events.tasks_of, of_trop.tasks_of, of_notifications.tasks_of]


def tasks_of(user):
    """Give everything that waits for a person: what is most pressing first, then in the order of the sources."""
    return sorted((task for source in SOURCES for task in source(user)), key=attrgetter("turn"))
