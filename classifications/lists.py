"""Filtered lists: what a page shows of the choices in force, and how many rows each further choice would leave."""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache, partial

import django_filters
from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django_filters.views import FilterView

from classifications.facets import Chip, Facet, OpenToFacet, Tick, left_out, query_string
from classifications.models import Country
from classifications.names import Names
from classifications.written import labelled, marked


class ListFilter(django_filters.FilterSet):
    """The filters of a list, and all that its page shows of them.

    Subclasses name their `FACETS` in the order of the page, the `SORTS` if there are any, and the address of the `LIST`;
    they say how many rows have each value (`counts`), how many there are (`count`, `count_of`) and what a value is called.
    """

    FACETS = []
    SORTS = {}
    LIST = ""

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(QueryDict() if data is None else data, *args, **kwargs)  # unbound, it would say nothing

    def counts(self, facet):
        """The number of rows for each value of a facet, under the other filters in force."""
        raise NotImplementedError

    def count_of(self, chosen, words):
        """The number of rows under other choices (values by facet) and words than those in force."""
        raise NotImplementedError

    def label(self, name, value):
        """What a reader calls a value of a facet."""
        raise NotImplementedError

    def label_as_html(self, name, value):
        return marked(self.label(name, value))

    @cached_property
    def chosen(self):
        """The values in force by facet."""
        self.form.is_valid()
        return {name: self.form.cleaned_data[name] or self.filters[name].usual for name in self.FACETS}

    @property
    def asked(self):
        """The values in force by facet, but for facets in which the usual ones are."""
        return {name: values for name, values in self.chosen.items() if values != self.filters[name].usual}

    @cached_property
    def words(self):
        self.form.is_valid()
        return self.form.cleaned_data["q"]

    @cached_property
    def order(self):
        """The key of the order in force, one of `SORTS`."""
        self.form.is_valid()
        return (self.form.cleaned_data.get("sort") or [self.usual_order])[0]

    @property
    def orders(self):
        """The orders to choose from, as `SORTS`, the usual one first."""
        return self.SORTS

    @cached_property
    def usual_order(self):
        return next(iter(self.orders), "")

    @property
    def is_usual_order(self):
        return self.order == self.usual_order

    @cached_property
    def left_out(self):
        """What the reader asked for and nothing is known of."""
        return left_out(self.form)

    @cached_property
    def facets(self):
        return [facet for name in self.FACETS if (facet := self._facet(name))]

    @property
    def carried(self):
        """Pairs of name and value that are in force without a box in the form, such as the order: it sends them along."""
        boxes = {"q", *(facet.name for facet in self.facets)}
        return [(name, value) for name, value in self.pairs() if name not in boxes]

    def values_to_show(self, name, counts):
        """Drop from the counts of a facet what is no choice to offer."""
        return counts

    def every_value(self, name):
        """All values that a facet can have, whether or not a row has them now; none where they cannot be listed."""
        known = self.filters[name].extra["known"]()
        return known if isinstance(known, Iterable) else ()

    def facet_of_all(self, name):
        """A facet with all the values that it can have, for a form that says what is wanted of what comes later."""
        return self._facet(name, self.every_value(name))

    def _facet(self, name, also=()):
        chosen = self.chosen[name]
        values = dict.fromkeys(also, 0) | self.values_to_show(name, {**self.counts(name)})
        values |= {value: 0 for value in chosen if value not in values}
        ticks = [
            Tick(value, self.label_as_html(name, value), count, value in chosen) for value, count in values.items()
        ]
        return Facet.of(name, self.filters[name].label, ticks) if ticks else None

    # --- Addresses of lists that differ from this one ---------------------------------------------------------------

    def pairs(self, *, without=None, sort=True):
        """What is in force as pairs of name and value, without one pair, or without the order."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.asked.items() for value in values]
        if sort and not self.is_usual_order:
            pairs.append(("sort", self.order))
        return [pair for pair in pairs if pair != without]

    def url(self, pairs, name=None):
        """The address of the list, or of another address by `name`, under the choices in `pairs`."""
        return reverse(name or self.LIST) + query_string(pairs)

    @property
    def query(self):
        """What is in force as a query string, the order apart."""
        return query_string(self.pairs(sort=False))

    @cached_property
    def canonical_url(self):
        return self.url(self.pairs())

    def page_url(self, number):
        """The address of a page of the list, under the choices in force."""
        return self.url([*self.pairs(), *([("page", number)] if number > 1 else [])])

    @cached_property
    def clear_url(self):
        return self.url([])

    @cached_property
    def chips(self):
        chips = []
        if self.words:
            label = _("“%(text)s”") % {"text": self.words}
            chips.append(Chip(label, self.url(self.pairs(without=("q", self.words)))))
        return chips + [
            Chip(self.label(name, value), self.url(self.pairs(without=(name, value))))
            for name, values in self.asked.items()
            for value in values
        ]

    def titled(self, title):
        """A title for what readers keep of the list elsewhere, with what is chosen, by which they tell it from their others."""
        chosen = " · ".join(str(chip.label) for chip in self.chips)
        return labelled(title, chosen) if chosen else title

    @cached_property
    def ways_out(self):
        """Where nothing fits: pairs of a choice to leave out and the number of rows that are then shown."""
        counts = [self.count_of(self.chosen, "")] if self.words else []
        for name, values in self.asked.items():
            for value in values:
                fewer = self.chosen | {name: [each for each in values if each != value] or self.filters[name].usual}
                counts.append(self.count_of(fewer, self.words))
        return [(chip, count) for chip, count in zip(self.chips, counts, strict=True) if count]

    @cached_property
    def sorts(self):
        """Triples of label, address and whether it is in force."""
        pairs = self.pairs(sort=False)
        return [
            (label, self.url(pairs if key == self.usual_order else [*pairs, ("sort", key)]), key == self.order)
            for key, (label, _word) in self.orders.items()
        ]


class CountedFilter(ListFilter):
    """A `ListFilter` of `CountedFacet`s: the counts come from the database, all of them in one query.

    The queryset it is given is that of all rows the reader may see. The rows in which the words occur are looked up once
    for all counts, facets of which a row has one value are counted in one pass, and names by the numbers of their rows,
    which need no join. SQL is written here because the ORM has neither such a `WITH`, nor `GROUPING SETS`, nor a `GROUP BY`
    over a `DISTINCT`, which hashes where `COUNT(DISTINCT …)` sorts on disk.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = Names()
        for facet in (self.filters[name] for name in self.FACETS):
            if facet.named:
                facet.extra["known"] = partial(self.names.known.get, facet.named)

    def _under(self, rows, chosen):
        """The rows that these choices leave."""
        for name, values in chosen.items():
            rows = self.filters[name].filter(rows, values)
        return rows

    def _counts(self, facets):
        """Count the rows of the list (under "") and those with each value of these facets: dicts by facet."""
        # Where words are searched, `_among` has already left out what the reader may not see.
        rows = (self.queryset.model._default_manager.all() if self.words else self.queryset).order_by()
        listed = self._under(rows, self.chosen)
        asked = [name for name in facets if self.filters[name].filter(listed, self.chosen[name]) is not listed]
        others = tuple(name for name in facets if name not in asked)
        parts = [_among(listed, *self._of_every_row(others, localdate()), "NOT MATERIALIZED")]
        for name in asked:
            fitting = self._under(rows, {other: values for other, values in self.chosen.items() if other != name})
            parts.append(_counting(fitting, {name: self.filters[name]}))
        counts, params = _together(parts)
        if self.words:
            found = self.queryset.order_by().search(self.words)
            counts, params = _among(found, counts, params, "MATERIALIZED")
        counted = {name: {} for name in ("", *facets)}
        with connection.cursor() as cursor:
            cursor.execute(counts, params)
            for name, value, count in cursor:
                if value or not name:
                    counted[name][value] = count
        for name in facets:
            if self.filters[name].keyed:
                keys = {str(number): key for key, number in self.names.ids[self.filters[name].named].items()}
                counted[name] = {keys[number]: count for number, count in counted[name].items() if number in keys}
        return counted

    @classmethod
    @lru_cache(maxsize=512)
    def _of_every_row(cls, facets, day):
        """SQL that counts all rows of the table, and those with each value of these facets, with its parameters.

        Whatever is chosen it is the same, so that Django writes it once a day.
        """
        rows = cls._meta.model._default_manager.order_by()
        return _counting(rows, {name: cls.base_filters[name] for name in facets}, ("", Value("")))

    @classmethod
    def values_of(cls, rows, facets):
        """The values that `rows` have in each of these facets, whatever is chosen: a dict of sets, in one query."""
        parts = [
            rows.order_by().values_list(_text(Value(name)), _text(path() if callable(path) else path))
            for name in facets
            for path in cls.base_filters[name].paths
        ]
        values = {name: set() for name in facets}
        for name, value in parts[0].union(*parts[1:]):
            if value:
                values[name].add(value)
        for name in facets:
            if OpenToFacet.ALL in values[name]:
                values[name] = set(Country.objects.values_list("iso2", flat=True))
        return values

    @cached_property
    def _counted(self):
        return self._counts(self.FACETS)

    @property
    def count(self):
        return self._counted[""].get("", 0)

    def counts(self, facet):
        return self.filters[facet].counts(self._counted[facet], self.chosen[facet])

    def counts_alone(self, facet):
        """As `counts`, for a page that shows no other facet."""
        return self._counts([facet])[facet]

    def count_of(self, chosen, words):
        rows = self.queryset.order_by().search(words) if words else self.queryset.order_by()
        return self._under(rows, chosen).count()

    def label(self, name, value):
        facet = self.filters[name]
        return self.names.of(facet.named, value) if facet.named else facet.choices(value).label


def _text(expression):
    return Cast(expression, CharField())


def _counting(rows, facets, *more):
    """SQL that counts rows by each of these facets, given by name, and by `more` pairs of name and path; with its parameters."""
    single, several = list(more), []
    for name, facet in facets.items():
        paths = [(name, path() if callable(path) else path) for path in facet.counted_by]
        if facet.many:
            several += [_one_by_one(rows, name, path, facet.repeats) for name, path in paths]
        else:
            single += paths
    return _together([*([_in_one_pass(rows, single)] if single else []), *several])


def _together(parts):
    """One query of several, with its parameters."""
    return " UNION ALL ".join(sql for sql, _params in parts), [param for _sql, own in parts for param in own]


def _among(rows, sql, params, how):
    """Let a query read these rows as if their table held no others, and only the columns it names: SQL, with its parameters.

    A `WITH` of the table's own name hides the table. `how` is SQL, too: MATERIALIZED looks the rows up once, and each part of
    the query reads them in memory; NOT MATERIALIZED is as if each part said itself which rows it wants.
    """
    table, named = rows.model._meta, set(re.findall(r'"(\w+)"', sql))
    columns = [field.column for field in table.concrete_fields if field.primary_key or field.column in named]
    names = [field.attname for field in table.concrete_fields if field.column in columns]
    own_sql, own_params = rows.values_list(*names).query.sql_with_params()
    head = ", ".join(connection.ops.quote_name(column) for column in columns)
    hidden = connection.ops.quote_name(table.db_table)
    return (
        f"(WITH {hidden} ({head}) AS {how} ({own_sql}) SELECT * FROM ({sql}) AS part)",  # noqa: S608  compiled
        [*own_params, *params],
    )


def _in_one_pass(rows, paths):
    """SQL that reads rows once and counts them by each of `paths` alone, with its parameters: name, value and number.

    Rows alike in all of it are few, however many rows there are; they are put together first.
    """
    sql, params = rows.values_list(*(path for _name, path in paths)).query.sql_with_params()
    columns = [f"v{place}" for place in range(len(paths))]
    every = ", ".join(columns)
    name = " ".join(f"WHEN grouping({column}) = 0 THEN %s" for column in columns)
    value = ", ".join(f"{column}::text" for column in columns)
    sets = ", ".join(f"({column})" for column in columns)
    return (
        f"SELECT CASE {name} END, coalesce({value}), sum(number)::bigint FROM "  # noqa: S608  compiled
        f"(SELECT {every}, count(*) AS number FROM ({sql}) AS part ({every}) GROUP BY {every}) AS alike "
        f"GROUP BY GROUPING SETS ({sets})",
        [*(name for name, _path in paths), *params],
    )


def _one_by_one(rows, name, path, repeats):
    """SQL that counts rows by what they are linked to at `path`, with its parameters: name, value and number."""
    pairs = rows.values_list(path, "pk")
    sql, params = (pairs.distinct() if repeats else pairs).query.sql_with_params()
    return (
        f"SELECT %s, value::text, count(*) FROM ({sql}) AS part (value, id) GROUP BY value",  # noqa: S608  compiled
        [name, *params],
    )


class ListPage(FilterView):
    """The page of a filtered list; subclasses name their filter and template, and the rows the reader may see."""

    http_method_names = ["get", "head", "options"]
    paginate_by = 25

    def get_paginator(self, queryset, per_page, **kwargs):
        paginator = super().get_paginator(queryset.for_listing(), per_page, **kwargs)
        paginator.count = self.filterset.count  # counted already, with the facets
        return paginator

    def paginate_queryset(self, queryset, page_size):
        """Give the page asked for; where there is none of this number, the nearest."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        self.request.canonical_url = self.filterset.page_url(page.number)
        return paginator, page, page.object_list, page.has_other_pages()
