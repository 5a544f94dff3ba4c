"""What /search/ finds of each kind of thing on the portal."""

from django.db.models import Value
from django.db.models.functions import JSONObject
from django.utils.timezone import localdate

from classifications.gathering import NAMES
from classifications.models import Country, name_order
from classifications.search import Found, searched
from classifications.written import page_language
from events.models import Event
from experts.models import Expert
from partners.models import Institution, Notice
from programmes.models import Programme
from trop.models import TrainingOpportunity

FOUND = 8  # results of one kind on the page
_SHOWN = {  # of the two short tables that are searched in one query: the fields that a row of the page is made of
    "programmes": (Programme, ["pk", "slug", "acronym", "launched_year", "nature", *NAMES]),
    "countries": (Country, ["pk", "iso2", *NAMES]),
}


def found_by(words):
    """Give the first rows of each kind that hold all the words, as `Found`, by the kind's name in the template.

    Experts are those whom everybody may see, whoever asks: the Centre's own search is `/experts/search/`.
    """
    return {
        "events": searched(Event.objects.published().for_listing().newest_first(), words, FOUND),
        "opportunities": searched(TrainingOpportunity.objects.published().for_listing().closing_first(), words, FOUND),
        "institutions": searched(Institution.objects.listed().for_listing(), words, FOUND),
        "experts": searched(Expert.objects.public().for_listing().freshest_first(), words, FOUND),
        "notices": searched(Notice.objects.open_on(localdate()).for_listing(), words, FOUND),
        **_programmes_and_countries(words),
    }


def _programmes_and_countries(words):
    """Both in one query: a page asks the database at most eight times, and who is signed in takes two of them."""
    first, second = (
        model.objects.search(words)
        .order_by()
        .annotate(
            kind=Value(kind), place=name_order(page_language()), facts=JSONObject(**{field: field for field in fields})
        )
        .values_list("kind", "place", "facts")
        for kind, (model, fields) in _SHOWN.items()
    )
    rows = {kind: [] for kind in _SHOWN}
    for kind, _place, facts in first.union(second, all=True).order_by("kind", "place"):
        rows[kind].append(_SHOWN[kind][0](**facts))
    return {kind: Found(each[:FOUND], len(each) > FOUND) for kind, each in rows.items()}
