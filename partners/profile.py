"""The part of an institution's page that its representatives write: to be edited, and to be looked at before it is saved."""

from copy import copy

EDITED = ["acronym", "founded", "staff", "offers", "seeks", "written_in"]


def profile_of(institution):
    """What the form of the profile begins with."""
    known = {name: getattr(institution, name) for name in EDITED}
    return known | {
        "city_name": institution.place,
        "sectors": institution.sectors.all(),
        "languages": institution.languages.all(),
    }


def as_shown(institution, answers):
    """What a page shows of an institution as it would be with other answers; nothing is saved."""
    shown = copy(institution)
    for name in EDITED:
        setattr(shown, name, answers[name])
    shown.settle_in(answers["city_name"])
    return {"institution": shown, "sectors": answers["sectors"].by_name(), "languages": answers["languages"].by_name()}
