"""The ladder of verification: how far others have vouched for what an institution says of itself."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Verification(models.TextChoices):
    """How far somebody else has vouched for what an institution says of itself; each rung of the ladder ends on a day."""

    DECLARED = "declared", _("Self-declared")
    CONFIRMED = "confirmed", _("Confirmed by the focal point")
    VERIFIED = "verified", _("Verified by the Centre")


@dataclass
class Rung:
    """A rung of the ladder on which an institution stands: since when, until when, by whom."""

    level: Verification
    since: date | None = None
    until: date | None = None


def standing_on(level, today):
    """The condition that an institution stands on a rung of the ladder on a day; confirmed and verified it may be at once."""
    vouched = {
        Verification.CONFIRMED: Q(confirmed_until__gte=today),
        Verification.VERIFIED: Q(verified_until__gte=today),
    }
    return vouched.get(level) or ~reduce(or_, vouched.values())
