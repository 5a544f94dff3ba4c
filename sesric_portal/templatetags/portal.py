"""How the portal's templates write numbers, days, names in another language, and the parts drawn many times on a page."""

import json
import re
from html import escape

import nh3
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from classifications import written
from sesric_portal.frame import PREFIXES

register = template.Library()

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_icons = {}


@register.simple_tag
def icon(name, css="icon"):
    """A sign from the sprite; always beside words, so hidden from screen readers."""
    if (name, css) not in _icons or settings.DEBUG:
        url = f"{static('img/icons.svg')}#{name}"
        _icons[name, css] = format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, url)
    return _icons[name, css]


@register.filter
def number(value):
    """A whole number in the language's digits."""
    return written.number(value)


@register.filter
def digits(value):
    """A text, such as a year, in the language's digits."""
    return written.digits(value)


@register.filter
def digits_in(sentence):
    """A sentence that somebody else worded, such as Django's on a limit, with its numbers in the language's digits."""
    return written.digits_in(sentence)


@register.filter
def digits_in_text(html):
    """Markup that Django drew, with the numbers of its text in the language's digits; what stands in tags stays."""
    return mark_safe(re.sub("(?<=>)[^<]+", lambda text: written.digits_in(text[0]), html))  # noqa: S308  was markup before


@register.filter
def day(value):
    """A day, or the day of a moment in the reader's time zone, as people write it."""
    if hasattr(value, "hour"):
        value = localtime(value).date()
    return written.dates(value) if value else ""


@register.filter
def moment(value, zone=None):
    """A day with its time of day, in the reader's time zone or one that is named."""
    return written.moment(value, zone) if value else ""


@register.filter
def month(day):
    return written.month(day)


@register.simple_tag
def dates(first, last=None):
    """The days of something as people write them, readable by machines too."""
    return format_html('<time datetime="{}">{}</time>', first.isoformat(), written.dates(first, last))


register.filter(written.marked)


@register.filter
def latin(text):
    """An acronym or another name in Latin letters, kept apart from Arabic around it."""
    if written.page_language() != "ar":
        return conditional_escape(text)
    return format_html('<bdi lang="en">{}</bdi>', text)


@register.filter
def prose(text, below=0):
    """Markdown that staff wrote, as HTML that can do no harm; its internal links lead to pages in the reader's language.

    `below` is by how many levels its headings go down, where it stands under a heading of its own.
    """
    html = nh3.clean(_markdown.render(str(text)))
    if below:
        html = re.sub(r"(</?h)([2-4])(?=>)", lambda tag: f"{tag[1]}{int(tag[2]) + below}", html)
    prefix = PREFIXES[written.page_language()]
    return mark_safe(html.replace('href="/', f'href="{prefix}/'))  # noqa: S308  cleaned above


@register.filter
def without_empty_headers(html):
    """A table whose headers that say nothing are plain cells: Django's tables of linked rows have such."""
    return mark_safe(re.sub(r"<th\b([^>]*)>\s*</th>", r"<td\1></td>", html))  # noqa: S308  rendered by a template


@register.filter
def event_count(count):
    return ngettext("%(n)s event", "%(n)s events", count) % {"n": written.number(count)}


@register.filter
def programme_count(count):
    return ngettext("%(n)s programme", "%(n)s programmes", count) % {"n": written.number(count)}


@register.filter
def participant_count(count):
    return ngettext("%(n)s participant", "%(n)s participants", count) % {"n": written.number(count)}


@register.filter
def country_count(count):
    return ngettext("%(n)s country", "%(n)s countries", count) % {"n": written.number(count)}


@register.filter
def day_count(count):
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": written.number(count)}


@register.filter
def institution_count(count):
    return ngettext("%(n)s institution", "%(n)s institutions", count) % {"n": written.number(count)}


@register.filter
def notice_count(count):
    return ngettext("%(n)s notice", "%(n)s notices", count) % {"n": written.number(count)}


@register.filter
def opportunity_count(count):
    return ngettext("%(n)s opportunity", "%(n)s opportunities", count) % {"n": written.number(count)}


@register.filter
def expert_count(count):
    return ngettext("%(n)s expert", "%(n)s experts", count) % {"n": written.number(count)}


@register.filter
def year_count(count):
    return ngettext("%(n)s year", "%(n)s years", count) % {"n": written.number(count)}


@register.simple_tag
def linked_data(data):
    """A dict as JSON-LD: a block of data, not a script, so the content security policy has no say in it."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  escaped above


@register.simple_tag
def ticks(facet):
    """The boxes of a facet. Written here and not in a template because a page draws some 250 of them (`script/bench`)."""
    arabic = written.page_language() == "ar"

    def box(tick):
        count = written.digits(tick.count, "ar") if arabic else tick.count
        return (
            f'<label class="tick"><input type="checkbox" name="{facet.name}" value="{escape(tick.value)}"'
            f'{" checked" if tick.chosen else ""}><span class="tick-name">{tick.label}</span> '
            f'<span class="tick-n">{count}</span></label>'
        )

    shown = "\n".join(map(box, facet.shown))
    if not facet.folded:
        return mark_safe(shown)  # noqa: S308  labels are HTML already, values are escaped, the rest is ours
    more = ngettext("%(n)s more", "%(n)s more", len(facet.folded)) % {"n": written.number(len(facet.folded))}
    folded = "\n".join(map(box, facet.folded))
    return mark_safe(f"{shown}\n<details><summary>{escape(more)}</summary>\n{folded}</details>")  # noqa: S308  as above


@register.simple_tag
def year_bars(strip):
    """The bars of a year strip; like `ticks`, drawn too often for a template."""
    language = written.page_language()
    comma = "، " if language == "ar" else ", "
    bars = []
    for year in strip:
        label = written.digits(year.year, language)
        drawing = '<svg viewBox="0 0 10 64" preserveAspectRatio="none" aria-hidden="true">'
        if not year.count:
            bars.append(
                f'<li><span class="years-none">{drawing}</svg><span class="years-y">{label}</span>'
                '<span class="years-n" aria-hidden="true">&nbsp;</span></span></li>'
            )
            continue
        current = ' aria-current="true"' if year.chosen else ""
        bars.append(
            f'<li><a href="{escape(year.url)}"{current}>{drawing}'
            f'<rect y="{64 - year.height}" width="10" height="{year.height}"/></svg><span class="years-y">{label}</span>'
            f'<span class="years-n" aria-hidden="true">{written.number(year.count, language)}</span>'
            f'<span class="hide">{comma}{escape(event_count(year.count))}</span></a></li>'
        )
    return mark_safe("\n".join(bars))  # noqa: S308  addresses and words were escaped above


@register.simple_tag
def stars(places):
    """The stars of the home page's map; `places` are triples of x, y and shade."""
    return mark_safe("".join(f'<use href="#st" class="s{shade}" x="{x}" y="{y}"/>' for x, y, shade in places))  # noqa: S308  numbers


@register.filter
def page_numbers(page):
    """The numbers to show in a pager, with gaps."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
