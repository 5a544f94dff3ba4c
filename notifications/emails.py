"""Letters of this app that are no news."""

from notifications.writing import write


def ask_to_confirm(interest, email, language):
    """Ask whoever reads an address whether they want what somebody typed it for."""
    write(email, language, "notifications/email/confirm.txt", {"interest": interest})
