"""What the database recorded of a row's former states, told as changes: when, who, which field, what before and after.

A model under `pghistory.track` leaves its old row in a history table at each update and deletion, whoever made it: a
form, an import, a task or plain SQL. What a change made of the row is therefore the next old row, or for the latest
change the row as it stands. A row that was deleted can be put back as its last state has it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

MOST = 200  # changes shown of one row, the latest


@dataclass
class Difference:
    """One field of a change, in words; `name` and `key` of the recorded state say which value stood there before."""

    label: str
    before: str
    after: str
    name: str = ""
    key: int = 0
    is_current: bool = False  # whether what stood there before stands there again


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
    fields = _recorded(history)
    words = _Words(fields, [row, *former])
    people = _people(former)
    changes = []
    for after, before in zip([row, *former], former, strict=False):
        context = before.pgh_context.metadata if before.pgh_context else {}
        change = Change(before.pgh_created_at, people.get(context.get("user")), context.get("url", ""))
        for each in fields:
            if getattr(before, each.attname) != getattr(after, each.attname):
                told = [row._meta.get_field(each.name).verbose_name, words.of(before, each), words.of(after, each)]
                is_current = getattr(before, each.attname) == getattr(row, each.attname)
                change.differences.append(Difference(*told, each.name, before.pk, is_current))
        changes.append(change)
    return changes


def value_before(row, key, name):
    """The value of a field in the recorded state `key` of `row`, as a list of one; an empty one where none is recorded."""
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
    people = _people(former)
    found = []
    for each in former:
        context = each.pgh_context.metadata if each.pgh_context else {}
        row = _as_it_was(model, each)
        for one in (one for one in fields if one.attname in words.linked):
            if linked := words.linked[one.attname].get(getattr(each, one.attname)):
                setattr(row, one.name, linked)
        values = [(model._meta.get_field(one.name).verbose_name, words.of(each, one)) for one in fields]
        by = people.get(context.get("user"))
        found.append(Deletion(each.pgh_id, each.pgh_created_at, by, context.get("url", ""), row, values))
    return found


def restore(model, former):
    """Put a row back under its old key, as its last state `former` has it, and give it. Raises `ValidationError`.

    What history does not record stays empty: what was linked to the row, and personal data.
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
    except IntegrityError:
        raise ValidationError(_("Another record has taken its place.")) from None
    return row


def _as_it_was(model, former):
    values = {each.attname: getattr(former, each.attname) for each in _recorded(type(former))}
    return model(pk=former.pgh_obj_id, **values)


def _recorded(history):
    return [field for field in history._meta.fields if not field.name.startswith("pgh_")]


def _people(former):
    ids = {each.pgh_context.metadata.get("user") for each in former if each.pgh_context}
    return get_user_model().objects.in_bulk(ids - {None})


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
            return "; ".join(str(known.get(each, each)) for each in value)
        return dict(field.flatchoices).get(value, value)
