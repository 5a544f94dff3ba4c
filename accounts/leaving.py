"""What ends with an account that staff take out of use: each app above says its part.

Closing one's own account goes through `own_data.py` of each app, which also takes away what says who the person was.
"""

_PARTS = []


def register(part):
    """Have `part(user, by)` called before staff take an account out of use."""
    _PARTS.append(part)


def end_all(user, by):
    """End what the person takes part in; call it in the transaction in which `by` takes it out of use."""
    for part in _PARTS:
        part(user, by)
