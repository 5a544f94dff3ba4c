"""How the reader's language writes numbers, days and names.

Month names and the order of a date follow what ministries print: «5–6 July 2011», «5-6 juillet 2011», «٥–٦ تموز/يوليو ٢٠١١»
(Arabic with both sets of month names, since readers in the Mashreq and the Maghreb know different ones).
"""

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, override, pgettext

LANGUAGES = ("en", "fr", "ar")

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_#&+/:@.-])[0-9]+(?![A-Za-z0-9_#/:@-]|\.[0-9A-Za-z])")
# Not NUL, which no database takes, nor others that no feed and no spreadsheet may hold; line ends and tabs are text.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_GROUP = {"en": ",", "fr": "\u202f", "ar": "٬"}
_RANGE = {"en": "–", "fr": "-", "ar": "–"}
_AT = {"en": ", ", "fr": " à ", "ar": "، "}  # between a day and a time of day
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "ar": [
        "كانون الثاني/يناير",
        "شباط/فبراير",
        "آذار/مارس",
        "نيسان/أبريل",
        "أيار/مايو",
        "حزيران/يونيو",
        "تموز/يوليو",
        "آب/أغسطس",
        "أيلول/سبتمبر",
        "تشرين الأول/أكتوبر",
        "تشرين الثاني/نوفمبر",
        "كانون الأول/ديسمبر",
    ],
}


def page_language():
    """Return the language of the page being made: "en", "fr" or "ar"."""
    language = (get_language() or "en")[:2]
    return language if language in LANGUAGES else "en"


def digits(text, language=None):
    """Write the digits in `text` (anything) as the language writes them: Arabic-Indic in Arabic."""
    text = str(text)
    return text.translate(_ARABIC_DIGITS) if (language or page_language()) == "ar" else text


def plain_digits(text):
    """Write the digits in `text`, typed on an Arabic or Persian keyboard perhaps, as 0 to 9."""
    return "".join(str(unicodedata.digit(character, character)) for character in text)


def digits_in(sentence, language=None):
    """Write the numbers in a sentence as the language does; days, times, addresses and codes keep their digits."""
    sentence = str(sentence)  # a lazy one too; what is markup stays so
    written = _NUMBER.sub(lambda found: digits(found[0], language), sentence)
    return mark_safe(written) if isinstance(sentence, SafeData) else written  # noqa: S308  digits are no markup


def number(value, language=None):
    """Write a whole number with the language's digits and thousands mark: 12,400 · 12 400 · ١٢٬٤٠٠."""
    language = language or page_language()
    return digits(f"{value:,}".replace(",", _GROUP[language]) if abs(value) > 999 else value, language)


def month(day, language=None):
    """Write the month and year of a day: July 2011."""
    language = language or page_language()
    return f"{MONTHS[language][day.month - 1]} {digits(day.year, language)}"


def dates(first, last=None, language=None):
    """Write a day, or the days from `first` to `last`, as people write them in the language."""
    language = language or page_language()
    last = last or first

    def written(day, *, with_month, with_year):
        of_month = "1er" if language == "fr" and day.day == 1 else day.day
        parts = [digits(of_month, language)]
        parts += [MONTHS[language][day.month - 1]] if with_month else []
        parts += [digits(day.year, language)] if with_year else []
        return " ".join(parts)

    if first == last:
        return written(first, with_month=True, with_year=True)
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    start = written(first, with_month=not same_month, with_year=not same_year)
    end = written(last, with_month=True, with_year=True)
    mark = _RANGE[language] if same_month else f" {_RANGE['en']} "
    return f"{start}{mark}{end}"


def moment(at, zone=None):
    """Write a moment in a time zone by name, the reader's unless one is given: 5 July 2011, 11:30 · 5 juillet 2011 à 11:30."""
    language = page_language()
    at = localtime(at, zone and ZoneInfo(zone))
    return f"{dates(at.date(), language=language)}{_AT[language]}{digits(f'{at:%H:%M}', language)}"


def plain(value):
    """Write a moment, a day, a time of day or a whole number as the page's language does; give all else back as it is.

    Numbers have no mark for thousands here: they may be years.
    """
    match value:
        case bool():
            return value
        case datetime():
            return moment(value)
        case date():
            return dates(value)
        case time():
            return digits(f"{value:%H:%M}")
        case int():
            return digits(value)
    return value


class Text(str):
    """A text that knows in which language it is, so that a page in another one can say so."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text, language):
        self = super().__new__(cls, text)
        self.language = language
        return self


def translated(row, field):
    """Return `row.<field>_<language>` in the page's language as a `Text`; where it is empty, in English, French, Arabic.

    The `language` of the answer is the one it is really in. An empty `Text` where no language has one.
    """
    wanted = page_language()
    for language in (wanted, *LANGUAGES):
        text = getattr(row, f"{field}_{language}")
        if text:
            return Text(text, language)
    return Text("", wanted)


def in_language(text, language, page):
    """Write a text as HTML for a page in the language `page`: escaped, and marked where it is in another one."""
    if language == page:
        return escape(text)
    direction = "rtl" if language == "ar" else "ltr"
    return mark_safe(f'<bdi lang="{language}" dir="{direction}">{escape(text)}</bdi>')  # noqa: S308  escaped


def in_each_language(value):
    """What a value is called in each language, as one text to store; what is called the same everywhere stays as it is."""
    names = []
    for language in LANGUAGES:
        with override(language):
            names.append(str(value))
    return names[0] if len({*names}) == 1 else f"⟦{'¦'.join(names)}⟧"


def read_here(text):
    """A stored text in the language of the page, where it holds words `in_each_language`."""

    def chosen(part):
        names = part[1].split("¦")
        return names[LANGUAGES.index(page_language())] if len(names) == len(LANGUAGES) else part[0]

    return re.sub("⟦([^⟦⟧]*)⟧", chosen, text)


def writable(text):
    """Give a text with blanks for the control characters, which come along with what is pasted and break feeds and spreadsheets."""
    return UNWRITABLE.sub(" ", str(text))


def labelled(label, value):
    """A label and what it says, with a colon as the page's language sets it: French puts a space before."""
    return f"{label}{pgettext('between a label and its value', ': ')}{value}"


def alphabetical(text):
    """Give what a text is sorted by: without accents, the hamza of letters and case, so that É stands with E."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def marked(text):
    """Write a `Text` as HTML, marked where it is not in the page's language; any other text as it is."""
    language = getattr(text, "language", None)
    return in_language(text, language, page_language()) if language else conditional_escape(text)
