"""What the database recorded of a row's former states, told as changes: when, who, which field, what before and after.

A model under `pghistory.track` leaves its old row in a history table at each update, whoever made it: a form, an
import, a task or plain SQL. What a change made of the row is therefore the next old row, or for the latest change the
row as it stands.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import models

MOST = 200  # changes shown of one row, the latest


@dataclass
class Difference:
    """One field of a change, in words."""

    label: str
    before: str
    after: str


@dataclass
class Change:
    """What one statement changed. `by` is an account, or None where the portal itself or a deleted account did it."""

    at: datetime
    by: object
    url: str
    differences: list = field(default_factory=list)


def changes_of(row):
    """Give the recorded changes of `row`, the latest first; none for a model that is not tracked."""
    history = getattr(row, "pgh_event_models", {}).get("update")
    if history is None:
        return []
    former = list(history.objects.filter(pgh_obj=row.pk).select_related("pgh_context").order_by("-pgh_id")[:MOST])
    fields = [each for each in history._meta.fields if not each.name.startswith("pgh_")]
    words = _Words(fields, [row, *former])
    people = _people(former)
    changes = []
    for after, before in zip([row, *former], former, strict=False):
        context = before.pgh_context.metadata if before.pgh_context else {}
        change = Change(before.pgh_created_at, people.get(context.get("user")), context.get("url", ""))
        for each in fields:
            if getattr(before, each.attname) != getattr(after, each.attname):
                label = row._meta.get_field(each.name).verbose_name
                change.differences.append(Difference(label, words.of(before, each), words.of(after, each)))
        changes.append(change)
    return changes


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
        return dict(field.flatchoices).get(value, value)
