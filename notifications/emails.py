"""Letters of this app that are no news."""

from notifications.writing import write


def ask_to_confirm(interest, frequency, email, language):
    """Ask whoever reads an address whether they want what somebody typed it for, as often as was chosen there."""
    write(email, language, "notifications/email/confirm.txt", {"interest": interest, "frequency": frequency})
