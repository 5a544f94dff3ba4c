"""One line of a list of events, as HTML.

Drawn in Python and not by a template: a list has 25 of them on every page, and Django's template language took four fifths of
the time of the whole page for them (`script/bench`). This is the only place that knows the markup of the part; its look and
its classes are in the style guide ("Result row").
"""

from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext, override, pgettext

from classifications import written
from events.models import Event


@lru_cache
def _words(language):
    """The words of a row in one language; they do not change while the portal runs."""
    with override(language):
        return {
            "kind": {kind.value: escape(kind.label) for kind in Event.Kind},
            "online": escape(Event.Mode.ONLINE.label),
            "open": escape(Event.Status.OPEN.label),
            "when": {when.value: escape(when.label) for when in Event.When},
            "sample": escape(gettext("Sample")),
            "with": escape(gettext("With:")),
            "taught by": escape(gettext("Taught by:")),
            "no place": escape(gettext("Place not recorded")),
            "in a list": escape(pgettext("between names in a list", ", ")),
            "in a place": escape(pgettext("between city and country", ", ")),
            "title in": {
                "en": gettext("Title in English"),
                "fr": gettext("Title in French"),
                "ar": gettext("Title in Arabic"),
            },
            "events": reverse("events:event-list"),
        }


def marked(row, field, page):
    """`row.<field>_<page>` as HTML; where it is empty another language's, marked as such. Gives HTML and its language."""
    for language in (page, *written.LANGUAGES):
        text = getattr(row, f"{field}_{language}")
        if text:
            return written.in_language(text, language, page), language
    return "", page


def place(event, language):
    """Where an event is held, as HTML."""
    words = _words(language)
    if event.mode == Event.Mode.ONLINE:
        return words["online"]
    parts = [marked(part, "name", language)[0] for part in (event.linked.city, event.linked.country) if part]
    return words["in a place"].join(parts) or words["no place"]


def _facts(event, language, words, title_language):
    facts = [words["kind"][event.kind], place(event, language)]
    for programme in event.linked.programmes:
        short = (
            f'<bdi lang="en">{escape(programme.acronym)}</bdi>'
            if programme.acronym
            else marked(programme, "name", language)[0]
        )
        facts.append(short)
    if title_language != language:
        facts.append(escape(words["title in"][title_language]))
    line = " ".join(f"<span>{fact}</span>" for fact in facts)
    sample = f' <span class="badge badge-line">{words["sample"]}</span>' if event.is_sample else ""
    return f'<p class="row-facts">{line}{sample}</p>'


def _state(event, today, words):
    when = event.when_on(today)
    if when == Event.When.TO_COME:
        label = words["open"] if event.status == Event.Status.OPEN else words["when"][when]
        return f'<p class="row-state"><span class="badge badge-gold">{label}</span></p>'
    if event.is_called_off:
        return f'<p class="row-state"><span class="badge badge-red">{words["when"][when]}</span></p>'
    if event.participants is not None:
        count = ngettext("%(n)s participant", "%(n)s participants", event.participants) % {
            "n": written.number(event.participants)
        }
        return f'<p class="row-state small muted num">{escape(count)}</p>'
    return ""


def draw(events):
    """Draw the rows of `events` in the page's language."""
    language, today = written.page_language(), localdate()
    words = _words(language)
    rows = []
    for event in events:
        title, title_language = marked(event, "title", language)
        providers = [marked(provider, "name", language)[0] for provider in event.linked.providers]
        by = ""
        if providers:
            label = words["with"] if event.is_gathering else words["taught by"]
            by = f'<p class="row-facts">{label} {words["in a list"].join(providers)}</p>'
        days = written.dates(event.starts_on, event.ends_on, language)
        rows.append(
            f'<li class="row"><h3 class="row-title"><a href="{words["events"]}{event.year}/{event.slug}/">{title}</a></h3>'
            f'<p class="row-date"><time datetime="{event.starts_on.isoformat()}">{days}</time></p>'
            f"{_facts(event, language, words, title_language)}{by}{_state(event, today, words)}</li>"
        )
    return mark_safe("\n".join(rows))  # noqa: S308  every value was escaped above
