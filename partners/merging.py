"""Making one record out of two that stand for the same institution.

One record stays and one goes. Of every fact the one who merges says from which record it is taken. Whatever points to the
record that goes, in any app, then points to the one that stays: the foreign keys are asked of Django, not listed here, so
that a model made later moves too. Where the one that stays has the same already (a provider of the same event, a person who
speaks for both), the two rows become one. The address that goes leads on to the one that stays, and whoever follows what the
one did follows what the other does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import drafts
from classifications.merging import join, move
from classifications.written import dates
from notifications.models import Interest
from partners.applications import Decision, Role, Status
from partners.models import FormerAddress, Institution, Representation

# --- The facts --------------------------------------------------------------------------------------------------------


def _filled(values):
    return sum(value not in (None, "") for value in values)


def _length(values):
    return sum(len(value) for value in values[:2])


def _last_day(values):
    return values[-1].toordinal() if values[-1] else 0


@dataclass(frozen=True)
class Part:
    """A fact, or several that make sense together only, which come as a whole from one record or from the other."""

    label: str
    columns: tuple
    fullness: Callable = _filled

    @property
    def name(self):
        return self.columns[0]

    @property
    def is_many(self):
        return Institution._meta.get_field(self.name).many_to_many

    def of(self, institution):
        """The values of the columns; for a many-to-many field the rows that are linked."""
        if self.is_many:
            return list(getattr(institution, self.name).by_name())
        return [getattr(institution, column) for column in self.columns]

    def in_words(self, institution):
        """The values as a reader knows them: a list of texts, empty where nothing is on record."""
        if self.is_many:
            return [row.name for row in self.of(institution)]
        if self.name == "country":
            return [each for each in (institution.place, institution.country.name) if each]
        if self.name in ("confirmed_on", "verified_on"):
            since, until = self.of(institution)
            return [f"{dates(since)} → {dates(until)}"] if until else []
        if self.name == "offers":
            texts = [(_("Offers: %(text)s"), institution.offers), (_("Looks for: %(text)s"), institution.seeks)]
            return [label % {"text": text} for label, text in texts if text]
        field = Institution._meta.get_field(self.name)
        value = getattr(institution, self.name)
        return [dict(field.flatchoices).get(value, value)] if value not in (None, "") else []

    def is_fuller(self, one, other):
        """Whether `one` has more of it on record than `other`."""
        return self._fullness_of(one) > self._fullness_of(other)

    def _fullness_of(self, institution):
        values = self.of(institution)
        return len(values) if self.is_many else self.fullness(values)


def _fact(name):
    return Part(capfirst(Institution._meta.get_field(name).verbose_name), (name,))


PARTS = [
    _fact("name_en"), _fact("name_fr"), _fact("name_ar"), _fact("acronym"), _fact("kind"),
    Part(_("Country and city"), ("country", "city", "city_name")),
    _fact("website"), _fact("sectors"), _fact("languages"),
    Part(_("What it offers and looks for"), ("offers", "seeks", "written_in"), _length),
    _fact("staff"), _fact("founded"),
    Part(_("Confirmed by the focal point"), ("confirmed_on", "confirmed_until"), _last_day),
    Part(_("Verified by the Centre"), ("verified_on", "verified_until"), _last_day),
    _fact("source_url"),
]  # fmt: skip


def facts_of(institution):
    """Pairs of a label and the values in words, of all that an institution says of itself."""
    return [(part.label, part.in_words(institution)) for part in PARTS]


# --- The two records --------------------------------------------------------------------------------------------------

# The better a state, the earlier it stands.
STANDING = [Status.LISTED, Status.SUSPENDED, Status.APPLIED, Status.RETURNED, *Institution.ENDED]


def better_first(one, other):
    """The two records, the one that had better stay first: by state, then by when it was recorded."""
    return sorted([one, other], key=lambda each: (STANDING.index(each.status), each.created_at, each.pk))


@transaction.atomic
def merge(stays, goes, by, taken=()):
    """Make one record of two and give it.

    `taken` names the parts (`Part.name`) that come from the record that goes. Raise `ValidationError` where the two cannot
    be merged so; nothing is changed then.
    """
    stays, goes = _locked(stays, goes)
    new = {part: part.of(goes) for part in PARTS if part.name in taken}
    confirmed = max(filter(None, [stays.profile_confirmed_at, goes.profile_confirmed_at]), default=None)
    told = f"{goes.name} ({goes.slug})"
    manager = _settle_people(stays, goes)
    move(goes, stays)
    drafts.move(goes, stays)
    _make_manager(stays, manager)
    FormerAddress.objects.create(institution=stays, slug=goes.slug)
    Interest.objects.call_anew("institution", goes.slug, stays.slug)  # so every list calls its facet of institutions
    goes.delete()
    _write(stays, new, confirmed)
    stays.record(Decision.MERGED, by, Role.CENTRE, told)
    return stays


def _locked(stays, goes):
    """Both records as they are now, locked in an order that is the same for everybody."""
    pks = [stays.pk, goes.pk]
    rows = {each.pk: each for each in Institution.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    if stays.pk == goes.pk:
        raise ValidationError(_("These are one and the same record."))
    if len(rows) < 2:
        raise ValidationError(_("One of the two is no longer on record: it was merged or deleted in the meantime."))
    stays, goes = (rows[pk] for pk in pks)
    if STANDING.index(goes.status) < STANDING.index(stays.status) and (goes.is_listed or stays.status in stays.ENDED):
        raise ValidationError(
            _("%(goes)s is “%(state)s”: keep that record, and merge the other one with it.")
            % {"goes": goes.slug, "state": goes.get_status_display()}
        )
    return stays, goes


def _write(institution, new, confirmed):
    columns = {column: value for part, values in new.items() if not part.is_many
               for column, value in zip(part.columns, values, strict=True)}  # fmt: skip
    for column, value in columns.items():
        setattr(institution, column, value)
    institution.profile_confirmed_at = confirmed
    institution.full_clean(exclude=["slug"])
    institution.save(update_fields=[*columns, "profile_confirmed_at"])
    for part, rows in new.items():
        if part.is_many:
            getattr(institution, part.name).set(rows)


# --- The people -------------------------------------------------------------------------------------------------------


def _settle_people(stays, goes):
    """Give the id of the one who will manage the people of both; those of an application that has ended do not come along.

    Until the rows have moved nobody manages: two managers of one institution are impossible.
    """
    if goes.status in Institution.ENDED:
        goes.representations.filter(ended_at=None).update(ended_at=now(), is_manager=False)
        goes.invitations.open().update(withdrawn_at=now())
    managers = [each.user_id for one in (stays, goes) for each in one.representations.acting().filter(is_manager=True)]
    both = Representation.objects.filter(institution__in=[stays, goes], ended_at=None)
    both.update(is_manager=False)
    for speaking in goes.representations.acting():
        for request in stays.representations.asked().filter(user=speaking.user_id):
            join(request, speaking)  # who speaks for the one already need not ask for the other
    return managers[0] if managers else None


def _make_manager(institution, user_id):
    acting = institution.representations.acting().order_by("accepted_at", "pk")
    heir = acting.filter(user=user_id).first() or acting.first()
    if heir:
        Representation.objects.filter(pk=heir.pk).update(is_manager=True)
