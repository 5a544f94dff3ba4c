"""What there can be news of: one subject for each list that can be followed.

The apps above register theirs (`events/news.py` and so on), because the lists, their filters and what is open today are
theirs; this app knows them by these names only.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Standing:
    """How a row stands on record now, as far as readers are told of it.

    `is_open` says that it is public and that it is not too late for it; `state` is "" or one of `Announcement.CALLED_OFF`.
    """

    title: str
    days: str = ""
    state: str = ""
    is_open: bool = True


@dataclass
class Item:
    """A row as a letter or the inbox tells it, in the reader's language: `facts` are pairs of a label and a value."""

    title: str
    url: str
    what: str
    facts: list = field(default_factory=list)
    state: str = ""  # where it is not, or no longer, simply open


class Subject(ABC):
    """One kind of news. `kind` is its key; `label` what a reader calls a list of them; `list_url` names the list."""

    kind = ""
    label = ""
    list_id = ""
    filterset = None
    model = None
    TIMELESS = ()  # facets that say when, which news cannot be asked for: it is always of what is open

    @abstractmethod
    def public(self):
        """The rows that the public may see."""

    @abstractmethod
    def open(self):
        """Those of the public rows for which it is not too late."""

    @abstractmethod
    def standing(self, pk):
        """The `Standing` of a row, or None where there is no such row, or the public may not see it."""

    def tellable(self):
        """The rows of which there may still be something to tell: the public ones, and those that were called off."""
        return self.public()

    def is_timely(self, pk):
        """Whether it is not too late for a row that is on record, published or not."""
        return True

    @abstractmethod
    def values_of(self, rows):
        """The values of one row in each facet of the list, as a dict of sets; `rows` is a queryset of that row alone."""

    def texts_of(self, rows):
        """The texts in which words are looked for, as the list does: pairs of folded key and stems; `rows` as above."""
        return list(rows.values_list("search_key", "search_stems"))

    @abstractmethod
    def items(self, pks):
        """The `Item`s of the tellable rows among `pks`, by key."""

    # --- The list -----------------------------------------------------------------------------------------------------

    def filter(self, data):
        """The filter of the list under the query string `data` (a QueryDict)."""
        return self.filterset(data, self.public())

    @property
    def facets(self):
        """The facets that news can be asked for by, in the order of the list's page."""
        return [name for name in self.filterset.FACETS if name not in self.TIMELESS]

    def asked(self, data):
        """What a query string asks for: choices (sorted lists by facet) and words; what says when is left out."""
        filterset = self.filter(data)
        choices = {name: sorted(values) for name in self.facets if (values := filterset.asked.get(name))}
        return choices, filterset.words


_SUBJECTS = {}


def register(subject):
    """Make a kind of news known; called by the configuration of the app whose list it is."""
    _SUBJECTS[subject.kind] = subject


def subjects():
    """All subjects by kind, in the order of their names."""
    return dict(sorted(_SUBJECTS.items()))


def subject_of(kind):
    """The subject of a kind; raises `KeyError` where there is none."""
    return _SUBJECTS[kind]


_PROPOSERS = []


def propose_by(proposer):
    """Register a function that, for a user, yields the interests that fit their profile: pairs of kind and choices."""
    _PROPOSERS.append(proposer)


def proposals_for(user):
    """Interests that fit what somebody's profile says: triples of subject, choices by facet."""
    return [(subject_of(kind), choices) for proposer in _PROPOSERS for kind, choices in proposer(user) if choices]
