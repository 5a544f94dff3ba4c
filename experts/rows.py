"""One line of a list of experts, as HTML.

Drawn in Python and not by a template, as the lines of events are, for the same reason: a list has 25 of them, each with names
of sectors, languages and reasons (`script/bench experts`). It is given profiles, so it knows nothing that a reader may not.
"""

from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, override, pgettext

from classifications.written import marked, page_language
from experts.models.linked import Level


@lru_cache
def _words(language):
    """The words of a row in one language; they do not change while the portal runs."""
    with override(language):
        return {
            "experts": reverse("experts:about"),
            "in a list": escape(pgettext("between names in a list", ", ")),
            "between reasons": escape(pgettext("between reasons", "; ")),
            "sample": escape(gettext("Sample")),
            "lapsed": escape(gettext("Not confirmed for a year")),
            "endorsed": escape(gettext("Endorsed")),
            "choose": gettext("Choose %(name)s"),
            "fits": escape(gettext("Fits:")),
        }


def draw(found, *, may_choose=False):
    """Draw the rows of pairs of a profile and its reasons; with a box each where the reader may choose some."""
    words = _words(page_language())
    return mark_safe("\n".join(_row(*each, words, may_choose) for each in found))  # noqa: S308  every value is escaped


def _row(profile, reasons, words, may_choose):
    box = ""
    if may_choose:
        label = escape(words["choose"] % {"name": profile.name})
        box = f'<input class="row-box" type="checkbox" form="chosen" name="expert" value="{profile.key}" aria-label="{label}">'
    address = f"{words['experts']}{profile.rosters_in_order[0].slug}/{profile.key}/"
    title = profile.title_as_written  # worked out each time it is asked for
    title = f"{escape(title)} " if title else ""
    spoken = words["in a list"].join(
        f"{marked(each.language.name)} ({escape(Level(each.level).label)})" for each in profile.languages_by_level
    )
    sample = f' <span class="badge badge-line">{words["sample"]}</span>' if profile.is_sample else ""
    sectors = " ".join(f"<span>{marked(sector.name)}</span>" for sector in profile.sectors_by_name)
    why = words["between reasons"].join(str(marked(reason)) for reason in reasons)
    fits = f'<p class="row-facts">{words["fits"]} {why}</p>' if why else ""
    return (
        f'<li class="row row-plain"><h3 class="row-title">{box}<a href="{address}">{title}'
        f"<bdi>{escape(profile.name)}</bdi></a></h3>"
        f'<p class="row-facts"><span>{marked(profile.nationality.name)}</span> <span>{spoken}</span>{sample}</p>'
        f'<p class="row-facts">{sectors}</p>{fits}{_state(profile, words)}</li>'
    )


def _state(profile, words):
    if profile.is_lapsed:
        return f'<p class="row-state"><span class="badge badge-gold">{words["lapsed"]}</span></p>'
    if profile.endorsed_on:
        return f'<p class="row-state"><span class="badge badge-green">{words["endorsed"]}</span></p>'
    return ""
