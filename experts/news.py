"""What experts may want to follow."""

from classifications.models import Sector
from experts.models import Expert
from partners.models import Notice


def proposals_to(user):
    """Interests that fit an expert: what institutions look for in their sectors."""
    expert = Expert.objects.of(user)
    slugs = sorted(Sector.objects.filter(experts=expert).values_list("slug", flat=True)) if expert else []
    if slugs:
        yield Notice.NEWS, {"kind": [Notice.Kind.REQUEST], "sector": slugs}
