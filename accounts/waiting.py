"""What waits for somebody: each app says what it has for a person, the desk shows it all."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Turn(IntEnum):
    """In which order the desk shows what waits, whatever app it comes from."""

    RETURNED = 1  # one's own application came back with a question
    ASKED = 2  # others wait for an answer or a word
    CLOSES = 3  # something of one's own ends soon
    BEGUN = 4  # what one has not sent yet
    OFFERED = 5  # what one could do


@dataclass
class Task:
    """One thing to do: what, about what, the verb of its button, where it is done, since when it waits."""

    title: str
    about: str
    verb: str
    url: str
    since: datetime | None = None
    turn: Turn = Turn.ASKED
