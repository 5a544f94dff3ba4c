"""What waits for somebody: each app says what it has for a person, the desk shows it all."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Task:
    """One thing to do: what, about what, the verb of its button, where it is done, since when it waits."""

    title: str
    about: str
    verb: str
    url: str
    since: datetime | None = None
