"""Everything that is held about one person, from every app: to be downloaded, and to be taken away."""

from accounts import own_data as of_accounts
from experts import own_data as of_experts
from notifications import own_data as of_notifications
from partners import own_data as of_partners
from trop import own_data as of_trop

# In this order they forget: letters while their address is known, then the name, so that nobody reads it in what follows.
APPS = {
    "letters": of_notifications,
    "account": of_accounts,
    "institutions": of_partners,
    "expert": of_experts,
    "training": of_trop,
}


def held_about(user):
    """Give all of it by app, as texts, numbers, lists and dicts."""
    return {name: app.held_about(user) for name, app in APPS.items()}


def forget(user):
    """Take away what says who the person was and end what they take part in."""
    for app in APPS.values():
        app.forget(user)
