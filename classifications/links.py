"""What the database recorded of many-to-many links: which was made or taken away, when, and from which page.

A link's table holds no more than two keys, so its history is one table for all of them (`LinkChange`), written by triggers
once for each statement. From there `history.py` tells what became of a row's links, and puts them back.
"""

from dataclasses import dataclass, field

from django.db import connection

from classifications.models import LinkChange

MOST = 2000  # of one row's links, the latest


def links_of(model):
    """The many-to-many fields of a model, those whose rows carry more than the link among them."""
    return model._meta.many_to_many


def name_of(link):
    """How the triggers name a many-to-many field."""
    return f"{link.model._meta.label_lower}.{link.name}"


def links_untold(untold):
    """Record no links (or record them again) for the rest of this transaction: a new row's first links are no change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.links_untold', %s, true)", ["on" if untold else "off"])


@dataclass
class LinksChanged:
    """What one act changed of one field of a row; `key` is the first of the rows that say so.

    `removed` and `added` map the keys of linked rows to the number that the link carries, None for no number; `before` are the
    keys that were linked then.
    """

    link: object
    at: object
    context: object
    key: int = 0
    removed: dict = field(default_factory=dict)
    added: dict = field(default_factory=dict)
    before: set = field(default_factory=set)
    is_current: bool = False


def changes_of_links(row):
    """Give what became of the links of `row`, the latest first."""
    links = {name_of(link): link for link in links_of(type(row))}
    recorded = LinkChange.objects.filter(link__in=links, owner=row.pk).select_related("context").order_by("-pk")[:MOST]
    acts = {}
    for one in recorded:
        acts.setdefault((one.link, one.context_id, one.at), []).append(one)
    now = {name: _linked_now(row, links[name]) for name in {name for name, _context, _at in acts}}
    standing = dict(now)
    found = []
    for (name, _context, at), rows in acts.items():
        change = LinksChanged(links[name], at, rows[0].context, rows[-1].pk)
        last, first = {one.other: one for one in reversed(rows)}, {one.other: one for one in rows}
        was = {key: one.number for key, one in first.items() if not one.was_added}
        became = {key: one.number for key, one in last.items() if one.was_added}
        change.removed = {key: number for key, number in was.items() if became.get(key, "none") != number}
        change.added = {key: number for key, number in became.items() if was.get(key, "none") != number}
        standing[name] = change.before = (standing[name] - became.keys()) | was.keys()
        change.is_current = change.before == now[name]
        if change.removed or change.added:
            found.append(change)
    return found


def linked_before(row, key, name):
    """The keys that the field `name` of `row` linked before the change `key`, as a list of one; else an empty list."""
    found = (change for change in changes_of_links(row) if change.link.name == name and change.key == key)
    return [sorted(change.before) for change in found]


def last_links(model, former):
    """Map each of a model's many-to-many fields to the keys, with their numbers, that were linked to each deleted row of `former`.

    They went in the same act as the row did.
    """
    links = {name_of(link): link for link in links_of(model)}
    acts = {each.pgh_obj_id: (each.pgh_context_id, each.pgh_created_at) for each in former}
    found = {key: {link: {} for link in links.values()} for key in acts}
    gone = LinkChange.objects.filter(link__in=links, owner__in=acts, was_added=False).order_by("pk")
    for one in gone:
        if (one.context_id, one.at) == acts[one.owner]:
            found[one.owner][links[one.link]][one.other] = one.number
    return found


def link_again(row, link, keys):
    """Link `row` with those of `keys` (a dict from key to number) that are still on record; give the keys that are not."""
    others = link.related_model._base_manager.in_bulk(keys)
    through = link.remote_field.through
    rows = [{link.m2m_field_name(): row, link.m2m_reverse_field_name(): other} for other in others.values()]
    if not through._meta.auto_created:
        number = numbered(link)
        rows = [each | {number: keys[other]} for each, other in zip(rows, others, strict=True)]
    through._base_manager.bulk_create([through(**each) for each in rows], ignore_conflicts=True)
    return keys.keys() - others.keys()


def numbered(link):
    """The name of the column with the number that a link carries."""
    through = link.remote_field.through
    keys = {through._meta.pk.name, link.m2m_field_name(), link.m2m_reverse_field_name()}
    (column,) = (each.name for each in through._meta.concrete_fields if each.name not in keys)
    return column


def linked_by_people(through):
    """The keys of rows whose links in the table `through` a person changed."""
    return set(
        LinkChange.objects.filter(link=_name_of_table(through), context__metadata__user__gt=0).values_list(
            "owner", flat=True
        )
    )


def _name_of_table(through):
    owners = {each.related_model for each in through._meta.concrete_fields if each.is_relation}
    for link in (link for owner in owners for link in links_of(owner)):
        if link.remote_field.through is through:
            return name_of(link)
    return ""  # rows of their own, not links


def _linked_now(row, link):
    rows = link.remote_field.through._base_manager.filter(**{link.m2m_field_name(): row.pk})
    return set(rows.values_list(f"{link.m2m_reverse_field_name()}_id", flat=True))
