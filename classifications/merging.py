"""Making one record out of two, whatever they are records of.

Of every fact the one who merges says from which record it is taken (`MergeForm`). Whatever points to the record that goes, in
any app, then points to the one that stays (`move`): the foreign keys are asked of Django, not listed here, so that a model made
later moves too. Where the one that stays has the same already, the two rows become one: that of the record that stays, unless
the model says of the other that it `outranks` it.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from pghistory.models import Event as HistoryRow


class MergeForm(forms.Form):
    """From which of two records each fact is taken.

    A part of `parts` has a name and a label, tells its values in words, and which record has more of it.
    """

    STAYS, GOES = "stays", "goes"

    def __init__(self, parts, stays, goes, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.compared = []
        for part in parts:
            one, other = part.in_words(stays), part.in_words(goes)
            if one != other:
                self.fields[part.name] = forms.ChoiceField(
                    label=part.label, choices=[(self.STAYS, _("Stays")), (self.GOES, _("Goes"))], widget=forms.RadioSelect,
                    initial=self.GOES if part.is_fuller(goes, stays) else self.STAYS,
                )  # fmt: skip
            self.compared.append((part, one, other))

    def rows(self):
        """For each fact its label, and the two values, each with the button that chooses it (none where they agree)."""
        for part, one, other in self.compared:
            buttons = [each.tag() for each in self[part.name].subwidgets] if part.name in self.fields else ["", ""]
            yield part.label, [(one, buttons[0]), (other, buttons[1])], self[part.name].errors if any(buttons) else ""

    def taken(self):
        """The names of the parts that come from the record that goes."""
        return [name for name, answer in self.cleaned_data.items() if answer == self.GOES]


def pointing_to(row):
    """What points to a row: a dict from what it is called to how many rows of it there are."""
    counts = {}
    for field in pointing(type(row)):
        owner = field.model._meta.auto_created or field.model
        label = capfirst(owner._meta.verbose_name_plural)
        counts[label] = counts.get(label, 0) + field.model._base_manager.filter(**{field.name: row}).count()
    return counts


def side_by_side(stays, goes):
    """Triples of what points to either of two rows, with how much there is of it."""
    counts = pointing_to(stays), pointing_to(goes)
    return [(label, counts[0][label], counts[1][label]) for label in counts[0] if counts[0][label] or counts[1][label]]


def pointing(model):
    """The foreign keys that lead to a model, those of link tables and hidden ones too.

    Left out are the model's own links, which are facts of it, the tables of history, which tell what was, and keys that the
    database does not hold to, whose rows it keeps itself.
    """
    for each in model._meta.get_fields(include_hidden=True):
        if each.auto_created and not each.concrete and (each.one_to_many or each.one_to_one):
            source = each.related_model
            if (
                source._meta.auto_created is not model
                and not issubclass(source, HistoryRow)
                and each.field.db_constraint
            ):
                yield each.field


def move(old, new):
    """Make everything that points to the row `old` point to the row `new`."""
    for field in pointing(type(old)):
        rows = field.model._base_manager.filter(**{field.name: old})
        if field.model._meta.auto_created:
            _move_links(rows, field, new)
        else:
            for row in rows:
                _move_row(row, field, new)


def _move_links(rows, field, new):
    """Links of many-to-many fields are made anew: triggers listen to rows that come and go."""
    far = next(each for each in field.model._meta.fields if each.is_relation and each != field)
    links = [field.model(**{field.name: new, far.attname: key}) for key in rows.values_list(far.attname, flat=True)]
    field.model._base_manager.bulk_create(links, ignore_conflicts=True)
    rows.delete()


def _move_row(row, field, new):
    if twin := _twin(row, field, new):
        if not getattr(row, "outranks", lambda other: False)(twin):
            join(row, twin)
            return
        join(twin, row)  # then there is room for it
    rows = field.model._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.update(**{field.name: new})
    except IntegrityError as error:
        if not _links_back(row, field, new):
            raise ValidationError(
                _("%(what)s “%(row)s” cannot move to the other record. Settle this first, then merge.")
                % {"what": capfirst(row._meta.verbose_name), "row": row}
            ) from error
        row.delete()  # between the two records; now it would lead from a record to itself


def _twin(row, field, new):
    """The row of `new` that makes it impossible for `row` to be there too; None if there is none."""
    rows = field.model._base_manager
    for names, condition in _unique_sets(field):
        others = [field.model._meta.get_field(name) for name in names if name != field.name]
        same = {each.attname: getattr(row, each.attname) for each in others}
        if None in same.values() or not rows.filter(condition, pk=row.pk).exists():
            continue
        if twin := rows.filter(condition, **same, **{field.name: new}).first():
            return twin
    return None


def _unique_sets(field):
    """The names of fields, each with a condition, of which no two rows may hold the same, where `field` is among them."""
    meta = field.model._meta
    if field.unique:
        yield (field.name,), Q()
    for names in meta.unique_together:
        if field.name in names:
            yield names, Q()
    for each in meta.constraints:
        if isinstance(each, models.UniqueConstraint) and field.name in each.fields:
            yield each.fields, each.condition or Q()


def join(row, twin):
    """Let `twin` take the place of `row`, also for what points to it."""
    move(row, twin)
    row.delete()


def _links_back(row, field, new):
    """Whether `row` leads to `new` by another of its foreign keys to the same model."""
    return any(
        getattr(row, each.attname) == new.pk
        for each in row._meta.fields
        if each.is_relation and each != field and each.related_model is type(new)
    )
