"""Two records of one person become one, as those of an institution do.

Of every fact the one who merges says from which record it comes, the account included. What the person agrees to is not
chosen: of each purpose the latest word counts, whether it was given or withdrawn and in whichever record. The state and the
address are those of the record that stays, to which the other address leads on; the later confirmation, the later word of the
focal point, the earlier recording and, of two that wait for review, the longer waiting are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from classifications.merging import move
from classifications.written import dates, digits, plain
from experts.cv import link_to_cv
from experts.duplicates import COUNTED
from experts.duplicates import part as keep_apart
from experts.erasing import forget_letters
from experts.models import Apart, Expert
from experts.tally import fold
from partners.applications import Decision, Role
from partners.merging import STANDING

GONE = _("One of the two is no longer on record: it was merged or erased in the meantime.")


def _plain(expert, columns):
    shown = []
    for column in columns:
        value = getattr(expert, column)
        value = dict(Expert._meta.get_field(column).flatchoices).get(value, value)
        shown += [str(plain(value))] if value not in (None, "") else []
    return shown


def _rows(expert, columns):
    """The linked rows of a fact as a reader knows them."""
    written = {
        "sectors": lambda: [sector.name for sector in expert.sectors_by_name],
        "languages": lambda: [str(each) for each in expert.languages.select_related("language").order_by("language")],
        "assignments": lambda: [
            _assignment(each) for each in expert.assignments.select_related("country").order_by("-year", "what")
        ],
        "periods": lambda: [dates(each.starts_on, each.until) for each in expert.periods.order_by("starts_on")],
    }
    return written[columns[0]]()


def _assignment(assignment):
    told = [assignment.what, digits(assignment.year), assignment.country and assignment.country.name, assignment.client]
    return pgettext("between names in a list", ", ").join(filter(None, told))


@dataclass(frozen=True)
class Part:
    """A fact, or several that make sense together only: columns of an expert, or rows that are linked to it."""

    label: str
    columns: tuple
    written: Callable = _plain

    @property
    def name(self):
        return self.columns[0]

    @property
    def is_linked(self):
        return self.written is _rows

    def in_words(self, expert):
        return self.written(expert, self.columns)

    def is_fuller(self, one, other):
        return len(self.in_words(one)) > len(self.in_words(other))


def _fact(name, *more):
    return Part(capfirst(Expert._meta.get_field(name).verbose_name), (name, *more))


PARTS = [
    Part(_("Account and e-mail address"), ("user",), lambda expert, _columns: [expert.email]),
    _fact("title"), _fact("name"), _fact("name_ar"), _fact("nationality"), _fact("residence"), _fact("gender"),
    _fact("degree"), _fact("first_year"), _fact("employer", "institution"),
    _fact("summary_en"), _fact("summary_fr"), _fact("summary_ar"), _fact("way", "days_per_year"),
    Part(_("CV"), ("cv",), lambda expert, _columns: [link_to_cv(expert)] if expert.cv else []),
    Part(capfirst(_("sectors")), ("sectors",), _rows), Part(capfirst(_("languages")), ("languages",), _rows),
    Part(_("Past assignments"), ("assignments",), _rows), Part(_("Free"), ("periods",), _rows),
]  # fmt: skip


def better_first(one, other):
    """The two records, the one that had better stay first: by state, then by the last confirmation."""
    return sorted([one, other], key=lambda each: (STANDING.index(each.status), -each.renewed_at.timestamp(), each.pk))


@transaction.atomic
def merge(stays, goes, by, taken=()):
    """Make one record of two and give it; `taken` names the parts that come from the record that goes.

    Raise `ValidationError` where the two cannot be merged so; nothing is changed then.
    """
    stays, goes = _locked(stays, goes)
    values = {column: getattr(goes, column) for part in PARTS if part.name in taken and not part.is_linked
              for column in part.columns}  # fmt: skip
    dropped = (stays if "cv" in values else goes).cv
    forget_letters(goes)
    left = stays if "user" in values else goes  # whose account has no record any more
    left.user.drafts.filter(form="expert").delete()
    _settle_consents(stays, goes)
    _settle_references(stays, goes)
    _settle_proposals(stays, goes)
    _settle_apart(stays, goes, by)
    _settle_rows(stays, goes, taken)
    move(goes, stays)
    stays.former_addresses.create(key=goes.key)
    latest = _latest(stays, goes, values.get("nationality", stays.nationality))
    goes.refresh_from_db()
    goes.delete()
    for column, value in {**values, **latest}.items():
        setattr(stays, column, value)
    stays.full_clean(exclude=["cv"])
    stays.save()
    stays.raise_flags()
    _settle_names(stays)
    stays.keep_words()
    stays.record(Decision.MERGED, by, Role.CENTRE)
    fold()
    cache.delete(COUNTED)
    if dropped:
        transaction.on_commit(lambda: dropped.storage.delete(dropped.name))
    return stays


def _locked(stays, goes):
    """Both records as they are now, locked in an order that is the same for everybody."""
    pks = [stays.pk, goes.pk]
    rows = {
        each.pk: each for each in Expert.objects.select_for_update().filter(pk__in=pks, is_kept=True).order_by("pk")
    }
    if stays.pk == goes.pk:
        raise ValidationError(_("These are one and the same record."))
    if len(rows) < 2:
        raise ValidationError(GONE)
    stays, goes = (rows[pk] for pk in pks)
    if STANDING.index(goes.status) < STANDING.index(stays.status):
        raise ValidationError(
            _("%(goes)s is “%(state)s”: keep that record, and merge the other one with it.")
            % {"goes": goes, "state": goes.get_status_display()}
        )
    return stays, goes


def _latest(stays, goes, nationality):
    """What is not chosen but follows from both; only the focal point of the state that is kept vouches for the expert."""
    endorsed = [each.endorsed_on for each in (stays, goes) if each.endorsed_on and each.nationality == nationality]
    return {
        "renewed_at": max(stays.renewed_at, goes.renewed_at),
        "created_at": min(stays.created_at, goes.created_at),
        "endorsed_on": max(endorsed, default=None),
        "waiting_since": stays.waiting_since and min(filter(None, [stays.waiting_since, goes.waiting_since])),
    }


def _settle_consents(stays, goes):
    """Let the latest word on each purpose count: what was in force in the other record ends with it."""
    rows = stays.consents.model.objects.filter(expert__in=[stays, goes])
    for purpose in rows.order_by("purpose").values_list("purpose", flat=True).distinct():
        own = list(rows.filter(purpose=purpose))
        latest = max(own, key=lambda row: (row.withdrawn_at or row.given_at, row.pk))
        for row in own:
            if row.withdrawn_at is None and row != latest:
                row.withdrawn_at = latest.withdrawn_at or latest.given_at
                row.save(update_fields=["withdrawn_at"])


def _settle_names(stays):
    """Let no other name wait for the Centre that is the one on record by now."""
    waiting = stays.proposed_names.waiting().first()
    if waiting and all(old == new for _label, old, new in waiting.differences()):
        waiting.delete()


def _settle_references(stays, goes):
    """Of two references of one address the one that was answered stays."""
    for reference in goes.references.all():
        for twin in stays.references.filter(email__iexact=reference.email):
            (reference if twin.answered_at or not reference.answered_at else twin).delete()


def _settle_proposals(stays, goes):
    """Let what focal points proposed be about the record that stays; of two that wait, that of this record does.

    They point by a generic link, of which `move` knows nothing.
    """
    if stays.proposals.waiting().exists():
        goes.proposals.waiting().delete()
    goes.proposals.update(record_id=stays.pk)


def _settle_apart(stays, goes, by):
    """Whoever is another person than the one is another than the other, too."""
    for said in Apart.objects.filter(Q(one=goes) | Q(other=goes)).select_related("one", "other", "by"):
        third = said.other if said.one_id == goes.pk else said.one
        said.delete()
        if third != stays:
            keep_apart(stays, third, said.by)


def _settle_rows(stays, goes, taken):
    """Of rows that are chosen as a whole those of one record only."""
    for part in PARTS:
        if not part.is_linked:
            continue
        if part.name == "sectors":
            if part.name in taken:
                stays.sectors.set(goes.sectors.all())
        else:
            getattr(stays if part.name in taken else goes, part.name).all().delete()
