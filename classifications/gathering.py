"""Rows together with what is linked to them, in one query.

`prefetch_related` asks once for every kind of link, so a page of something with sectors, languages and seats asks four times.
Here the database sends the linked rows along as JSON, and `row.sectors.all()` answers from them.
"""

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.db.models.query import ModelIterable

NAMES = ["name_en", "name_fr", "name_ar"]


class GatheringQuerySet(models.QuerySet):
    _gathered = ()

    def gathering(self, name, *fields, among=None):
        """Send along what each row is linked to by `name`, in the order of its model or of `among`.

        Of each linked row these `fields` and its key; `language__code` is one of the row it points to in turn. Other fields
        are deferred. `among` is a queryset of those that count. Fields are plain: texts, numbers, days, keys.
        """
        link = self.model._meta.get_field(name)
        rows = link.related_model._default_manager.all() if among is None else among
        sent = JSONObject(**{field: field for field in ("pk", *fields)})
        found = self.annotate(
            **{_column(name): ArraySubquery(rows.filter(**{link.remote_field.name: OuterRef("pk")}).values_list(sent))}
        )
        found._gathered = (*self._gathered, link)
        found._iterable_class = _Gathered
        return found

    def _clone(self):
        copy = super()._clone()
        copy._gathered = self._gathered
        return copy


class _Gathered(ModelIterable):
    """Rows with what was gathered where Django looks for what was fetched before."""

    def __iter__(self):
        for row in super().__iter__():
            for link in self.queryset._gathered:
                _keep(row, link)
            yield row


def _column(name):
    return f"gathered_{name}"


def _keep(row, link):
    name = link.name if link.concrete else link.get_accessor_name()
    linked = [_made(link.related_model, values, row._state.db) for values in row.__dict__.pop(_column(link.name))]
    if link.one_to_many:
        for each in linked:
            link.field.set_cached_value(each, row)
    rows = getattr(row, name).all()
    rows._result_cache, rows._prefetch_done = linked, True
    row._prefetched_objects_cache = {**getattr(row, "_prefetched_objects_cache", {}), name: rows}


def _made(model, values, db):
    """A row of `model` from values by path; those of a row that it points to make that row, too."""
    names, taken, pointed = _plan(model, tuple(values))
    row = model.from_db(db, names, [read(values[path]) for path, read in taken])
    for field, paths in pointed:
        theirs = {rest: values[path] for rest, path in paths}
        found = None if theirs["pk"] is None else _made(field.related_model, theirs, db)
        field.set_cached_value(row, found)
    return row


@cache
def _plan(model, paths):
    """How rows are made from values by these paths: the same for all of them, so worked out once.

    Gives the names of the columns in the order of the table; for each its path and how its value is read; and for each row
    pointed to the field, and its own paths with those they stand under here.
    """
    own, pointed = {}, {}
    for path in paths:
        first, _, rest = path.partition("__")
        field = model._meta.pk if first == "pk" else model._meta.get_field(first)
        if rest:
            pointed.setdefault(field, []).append((rest, path))
        if not rest or rest == "pk":
            own[field.attname] = path, field.to_python
    names = [field.attname for field in model._meta.concrete_fields if field.attname in own]
    return names, [own[name] for name in names], list(pointed.items())
