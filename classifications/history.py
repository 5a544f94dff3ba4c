"""What the database recorded of a row's former states, told as changes: when, who, which field, what before and after.

A model under `pghistory.track` leaves its old row in a history table at each update and deletion, whoever made it: a
form, an import, a task or plain SQL. What a change made of the row is therefore the next old row, or for the latest
change the row as it stands. A row that was deleted can be put back as its last state has it. What it was linked to is
recorded beside it (`links.py`), and told and put back with it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classifications.links import changes_of_links, last_links, link_again, linked_before
from classifications.written import plain

MOST = 200  # changes shown of one row, the latest


@dataclass
class Difference:
    """One field of a change, in words; `name` and `key` of the recorded state say which value stood there before.

    Of links `before` tells what was taken away, and `after` what was added.
    """

    label: str
    before: str
    after: str
    name: str = ""
    key: int = 0
    is_current: bool = False  # whether what stood there before stands there again
    of_links: bool = False


@dataclass
class Change:
    """What one statement changed. `by` is an account, or None where the portal itself or a deleted account did it."""

    at: datetime
    by: object
    url: str
    differences: list = field(default_factory=list)


@dataclass
class Deletion:
    """A row that is gone: its last state, by whom and from where it was deleted, and its values in words."""

    key: int
    at: datetime
    by: object
    url: str
    row: models.Model
    values: list


def changes_of(row):
    """Give the recorded changes of `row`, the latest first; none for a model that is not tracked."""
    history = getattr(row, "pgh_event_models", {}).get("update")
    if history is None:
        return []
    former = list(history.objects.filter(pgh_obj=row.pk).select_related("pgh_context").order_by("-pgh_id")[:MOST])
    links = changes_of_links(row)
    fields = _recorded(history)
    words = _Words(fields, [row, *former])
    people = _people([each.pgh_context for each in former] + [each.context for each in links])
    changes, acts = [], {}
    for after, before in zip([row, *former], former, strict=False):
        change = _change(before.pgh_created_at, before.pgh_context, people)
        acts.setdefault((before.pgh_context_id, before.pgh_created_at), change)
        for each in fields:
            if getattr(before, each.attname) != getattr(after, each.attname):
                told = [row._meta.get_field(each.name).verbose_name, words.of(before, each), words.of(after, each)]
                is_current = getattr(before, each.attname) == getattr(row, each.attname)
                change.differences.append(Difference(*told, each.name, before.pk, is_current))
        changes.append(change)
    names = _NamesOfLinked((each.link, keys) for each in links for keys in (each.removed, each.added))
    for each in links:
        act = each.context and each.context.pk, each.at
        if act not in acts:
            acts[act] = _change(each.at, each.context, people)
            changes.append(acts[act])
        told = [each.link.verbose_name, names.of(each.link, each.removed), names.of(each.link, each.added)]
        acts[act].differences.append(Difference(*told, each.link.name, each.key, each.is_current, of_links=True))
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _change(at, context, people):
    metadata = context.metadata if context else {}
    return Change(at, people.get(metadata.get("user")), metadata.get("url", ""))


def value_before(row, key, name):
    """The value of a field in the recorded state `key` of `row`, as a list of one; an empty one where none is recorded.

    Of links it is the keys of what was linked, as far as that is still on record.
    """
    if link := next((each for each in row._meta.many_to_many if each.name == name), None):
        there = link.related_model._base_manager
        return [list(there.filter(pk__in=keys).values_list("pk", flat=True)) for keys in linked_before(row, key, name)]
    history = getattr(row, "pgh_event_models", {}).get("update")
    recorded = {each.name: each.attname for each in _recorded(history)} if history else {}
    former = history.objects.filter(pgh_obj=row.pk, pk=key).first() if name in recorded else None
    return [getattr(former, recorded[name])] if former else []


def changed_by_people(model):
    """Map the key of each row of `model` that a person changed to the names of the columns they changed; empty if untracked."""
    history = getattr(model, "pgh_event_models", {}).get("update")
    if history is None:
        return {}
    by_people = history.objects.filter(pgh_context__metadata__user__gt=0)
    former = history.objects.filter(pgh_obj__in=by_people.values("pgh_obj")).select_related("pgh_context")
    states = {key: list(rows) for key, rows in groupby(former.order_by("pgh_obj", "pgh_id"), attrgetter("pgh_obj_id"))}
    columns = [each.attname for each in _recorded(history)]
    found = {}
    for key, row in model._base_manager.in_bulk(states).items():
        for before, after in pairwise([*states[key], row]):
            if before.pgh_context and before.pgh_context.metadata.get("user"):
                differing = {each for each in columns if getattr(before, each) != getattr(after, each)}
                found.setdefault(key, set()).update(differing)
    return found


def deletions(model):
    """The last states of the rows of `model` that were deleted and are not back, the latest first; None if untracked."""
    history = getattr(model, "pgh_event_models", {}).get("delete")
    if history is None:
        return None
    deleted = history.objects.filter(pgh_label="delete")
    latest = deleted.values("pgh_obj").annotate(latest=models.Max("pgh_id")).values("latest")
    return (
        deleted.filter(pgh_id__in=latest)
        .exclude(pgh_obj__in=model._base_manager.values("pk"))
        .select_related("pgh_context")
        .order_by("-pgh_id")
    )


def told(model, former):
    """Tell the last states `former` (from `deletions`) in words."""
    if not former:
        return []
    fields = _recorded(type(former[0]))
    words = _Words(fields, former)
    people = _people([each.pgh_context for each in former])
    linked = last_links(model, former)
    names = _NamesOfLinked(item for links in linked.values() for item in links.items())
    found = []
    for each in former:
        row = _as_it_was(model, each)
        for one in (one for one in fields if one.attname in words.linked):
            if whole := words.linked[one.attname].get(getattr(each, one.attname)):
                setattr(row, one.name, whole)
        values = [(model._meta.get_field(one.name).verbose_name, words.of(each, one)) for one in fields]
        values += [(link.verbose_name, names.of(link, keys)) for link, keys in linked[each.pgh_obj_id].items()]
        change = _change(each.pgh_created_at, each.pgh_context, people)
        found.append(Deletion(each.pgh_id, change.at, change.by, change.url, row, values))
    return found


def restore(model, former):
    """Put a row back under its old key, as its last state `former` has it, and give it. Raises `ValidationError`.

    It is linked again with what it was linked to and is still on record. What history does not record stays empty: personal data.
    """
    row = _as_it_was(model, former)
    people = get_user_model()
    for link in (each for each in model._meta.concrete_fields if each.many_to_one and each.related_model is people):
        if not people._base_manager.filter(pk=getattr(row, link.attname)).exists():
            setattr(row, link.name, None)  # the account is gone since
    recorded = {each.name for each in _recorded(type(former))} | {model._meta.pk.name}
    unknown = {each.name for each in model._meta.get_fields()} - recorded
    row.clean_fields(exclude=unknown)  # before the model's own rules, which look at what it names: that may be gone
    row.full_clean(exclude=unknown)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            for link, keys in last_links(model, [former])[row.pk].items():
                link_again(row, link, keys)
    except IntegrityError:
        raise ValidationError(_("Another record has taken its place.")) from None
    return row


def _as_it_was(model, former):
    values = {each.attname: getattr(former, each.attname) for each in _recorded(type(former))}
    return model(pk=former.pgh_obj_id, **values)


def _recorded(history):
    return [field for field in history._meta.fields if not field.name.startswith("pgh_")]


def _people(contexts):
    ids = {each.metadata.get("user") for each in contexts if each}
    return get_user_model().objects.in_bulk(ids - {None})


class _NamesOfLinked:
    """Writes what links lead to as readers know it, with the number that a link carries; `keys` are pairs of a field and keys.

    What is gone is named as it was when it was deleted, where its model has a history.
    """

    def __init__(self, keys):
        wanted = {}
        for link, some in keys:
            wanted.setdefault(link.related_model, set()).update(some)
        self.known = {model: self._named(model, some) for model, some in wanted.items()}

    @staticmethod
    def _named(model, keys):
        named = {key: str(row) for key, row in model._base_manager.in_bulk(keys).items()}
        history = getattr(model, "pgh_event_models", {}).get("delete")
        if gone := keys - named.keys() if history else ():
            last = history.objects.filter(pgh_obj__in=gone, pgh_label="delete").order_by("pgh_id")
            named |= {each.pgh_obj_id: str(_as_it_was(model, each)) for each in last}
        return named

    def of(self, link, keys):
        known = self.known.get(link.related_model, {})
        told = [known.get(key, f"№ {key}") + ("" if number is None else f" ({number})") for key, number in keys.items()]
        return pgettext("between reasons", "; ").join(sorted(told))


class _Words:
    """Writes values of fields as readers know them; what they refer to is fetched once for each field."""

    def __init__(self, fields, rows):
        self.linked = {
            each.attname: each.remote_field.model._base_manager.in_bulk(
                {getattr(row, each.attname) for row in rows} - {None}
            )
            for each in fields
            if isinstance(each, models.ForeignKey)
        }

    def of(self, row, field):
        value = getattr(row, field.attname)
        if value is None or value == "":
            return ""
        if field.attname in self.linked:
            return str(self.linked[field.attname].get(value, f"№ {value}"))
        if isinstance(value, list):
            known = dict(field.base_field.flatchoices)
            return pgettext("between reasons", "; ").join(str(known.get(each, each)) for each in value)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return plain(dict(field.flatchoices).get(value, value))
