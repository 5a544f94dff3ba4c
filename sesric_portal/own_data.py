"""Everything that is held about one person, from every app: to be downloaded, and to be taken away."""

from accounts import own_data as of_accounts
from events import own_data as of_events
from experts import own_data as of_experts
from notifications import own_data as of_notifications
from partners import own_data as of_partners
from programmes import own_data as of_programmes
from trop import own_data as of_trop

APPS = {
    "letters": of_notifications,
    "account": of_accounts,
    "designations": of_programmes,
    "institutions": of_partners,
    "expert": of_experts,
    "events": of_events,
    "training": of_trop,
}
KEEP_ADDRESSES = [of_notifications, of_partners]  # also of people who have no account
# In this order: the name goes first, so that nobody reads it in what follows.
FORGET = [of_accounts, of_partners, of_experts, of_trop]


def held_about(user):
    """Give all of it by app, as texts, numbers, lists and dicts."""
    return {name: app.held_about(user) for name, app in APPS.items()}


def forget(user):
    """Take away what says who the person was and end what they take part in."""
    for address in {user.email, *user.emailaddress_set.values_list("email", flat=True)}:  # while they are known
        for app in KEEP_ADDRESSES:
            app.forget_address(address)
    for app in FORGET:
        app.forget(user)
