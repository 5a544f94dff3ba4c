"""Who may read what of an expert: the one place that says so.

`Expert.objects.readable_by(user)` gives the experts that somebody may read at all; `Reader.profile_of(expert)` gives of one
of them what this reader may read. Pages, linked data, tables and letters are made of profiles and never of experts.
"""

from dataclasses import dataclass, field

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.backends import ModelBackend
from django.db import models
from django.db.models import BigIntegerField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from partners.models import Institution


class Kind(models.TextChoices):
    """As whom somebody reads."""

    PUBLIC = "public", _("Everybody")
    PARTNER = "partner", _("Partners")
    STAFF = "staff", _("The Centre")


_PUBLIC = (
    "key", "title_as_written", "name", "name_ar", "nationality", "residence", "degree_as_written", "years", "employer_name",
    "summary", "way_as_written", "sectors_by_name", "languages_by_level", "assignments_latest_first", "rosters_in_order",
    "endorsed_on", "renewed_at", "is_lapsed", "is_sample",
)  # fmt: skip
_PARTNER = (*_PUBLIC, "days_per_year", "periods_to_come")
# Focal points read the steps of `reviews`, too, of their nationals alone, without what the Centre wrote: in the country office,
# and where their word is asked for.
_STAFF = (
    *_PARTNER, "gender_as_written", "email", "email_if_contacted", "cv", "answered_references", "reviews", "status",
    "get_status_display", "is_for_focal_points", "is_for_partners", "is_public", "may_be_contacted", "last_question",
)  # fmt: skip
OF_OTHERS = ("answered_references",)  # what others told the Centre in confidence: not for the expert's own eyes either
SHOWN = {Kind.PUBLIC: _PUBLIC, Kind.PARTNER: _PARTNER, Kind.STAFF: _STAFF}


class Profile:
    """What one reader may read of one expert; everything else is as if it were not there."""

    def __init__(self, expert, kind, without=()):
        self._expert, self.kind, self._without = expert, kind, without

    def __getattr__(self, name):
        if name.startswith("_") or name not in SHOWN[self.kind] or name in self._without:
            raise AttributeError(name)
        return getattr(self._expert, name)


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: as whom, and for which states as their national focal point (keys of countries).

    Without a second factor a focal point reads like anybody else.
    """

    kind: Kind
    states: frozenset = field(default_factory=frozenset)

    @classmethod
    def of(cls, user):
        """Tell as whom an account reads, or a visitor without one."""
        if not user.is_authenticated:
            return cls(Kind.PUBLIC)
        if is_staff(user):
            return cls(Kind.STAFF)
        spoken_for = (
            Institution.objects.represented_by(user)
            .listed()
            .order_by()
            .values_list(Cast(Value(None), BigIntegerField()))
        )
        states = user.designations.acting().secured().order_by().values_list("country")
        found = frozenset(country for (country,) in states.union(spoken_for))
        return cls(Kind.PARTNER if None in found else Kind.PUBLIC, found - {None})

    def profile_of(self, expert):
        """What this reader may read of an expert whom `readable_by` gave."""
        if self.kind == Kind.STAFF:
            return Profile(expert, Kind.STAFF)
        as_partner = self.kind == Kind.PARTNER and expert.is_for_partners
        as_focal_point = self.states and (expert.is_for_focal_points or expert.nationality_id in self.states)
        return Profile(expert, Kind.PARTNER if as_partner or as_focal_point else Kind.PUBLIC)


def is_staff(user):
    """Whether somebody is of the Centre's staff who keep the rosters, with the second factor the admin asks for, too."""
    if not (user.is_active and user.is_staff):
        return False
    keepers = ModelBackend().with_perm(
        "experts.view_expert"
    )  # with the second factor in one query, as every page asks it
    return keepers.filter(pk=user.pk, authenticator__isnull=False).exists()


def may_shortlist(reader):
    """Whether somebody may keep shortlists: the Centre's staff, and focal points."""
    return reader.kind == Kind.STAFF or bool(reader.states)


def lacks_second_factor_alone(user):
    """Whether somebody reads like anybody else only for want of a second factor."""
    keeps_rosters = user.is_staff and user.has_perm("experts.view_expert")
    return not is_mfa_enabled(user) and (keeps_rosters or user.designations.acting().exists())
