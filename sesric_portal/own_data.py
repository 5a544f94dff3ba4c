"""Everything that is held about one person, from every app: to be downloaded, and to be taken away."""

from accounts import own_data as of_accounts
from notifications import own_data as of_notifications
from partners import own_data as of_partners

APPS = {"account": of_accounts, "institutions": of_partners, "letters": of_notifications}


def held_about(user):
    """Give all of it by app, as texts, numbers, lists and dicts."""
    return {name: app.held_about(user) for name, app in APPS.items()}


def forget(user):
    """End what the person takes part in and take away what says who it was; uppermost apps first, the account last."""
    for app in reversed(APPS.values()):
        app.forget(user)
