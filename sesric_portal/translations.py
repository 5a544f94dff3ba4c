"""The catalogues of interface strings, kept with Babel so that no machine needs the gettext programs.

    python -m sesric_portal.translations update    # after strings changed: adds new ones, drops those that are gone
    python -m sesric_portal.translations compile   # writes the .mo files Django reads; part of every set-up
    python -m sesric_portal.translations check     # fails where a string is missing, empty or uncertain in French or Arabic,
                                                   # or where a French line could break before its : ; ? !

English is the language of the strings themselves; its catalogue holds only the plural forms, which need none.
"""

import io
import re
import sys
from ast import literal_eval
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
LANGUAGES = ("fr", "ar")
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;",
}
APPS = (
    ["sesric_portal", "classifications", "accounts", "programmes", "notifications", "partners", "experts", "events", "trop"]
)  # fmt: skip
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# What `templatize` writes for the tags of a template: calls of gettext with string literals among filler.
_CALL = re.compile(
    r"""\b(_|gettext|ngettext|pgettext|npgettext)\(((?:\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),?)+)""", re.S
)


# French keeps these signs on the line of their word; a browser would break the line at a plain space.
_LOOSE = re.compile(r" (?=[:;?!»])|(?<=«) ")
_UNSPACED = re.compile(r"(?<=[\w)}»])[:;?!](?=\s|$)")


def _messages_of_python(path):
    with path.open("rb") as source:
        for line, message, _comments, context in extract("python", source, KEYWORDS):
            yield line, message, context


def _messages_of_template(path):
    text = path.read_text("utf-8")
    for call in _CALL.finditer(templatize(text, origin=str(path))):
        strings = [
            literal_eval(literal)
            for literal in re.findall(r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", call[2], re.S)
        ]
        context = strings.pop(0) if call[1] in ("pgettext", "npgettext") else None
        yield 0, tuple(strings[:2]) if call[1] in ("ngettext", "npgettext") else strings[0], context


def extracted():
    """Give the catalogue of every string in the project's own Python files and templates."""
    catalog = Catalog()
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found += [(path, *each) for each in _messages_of_python(path)]
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt", ".xml"):
            found += [(path, *each) for each in _messages_of_template(path)]
    for path, _line, message, context in found:
        if message and message != "":
            catalog.add(message, locations=[(str(path.relative_to(ROOT)), None)], context=context)
    return catalog


def _path(language, folder=LOCALES):
    return folder / language / "LC_MESSAGES" / "django.po"


def _read(path, language):
    """Read a catalogue; a new one begins with the plural forms that Django itself uses for the language."""
    if not path.exists():
        header = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: {PLURALS[language]}\\n"\n'
        return read_po(io.StringIO(header), locale=language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def _strings(message):
    """The translation of a message as a tuple of its forms, of which there is one where it has no plural; empty if new."""
    return message.string if isinstance(message.string, tuple) else (message.string or "",)


def tied(text):
    """Put no-break spaces where French wants them before or after a sign and somebody typed plain ones."""
    return _LOOSE.sub("\N{NO-BREAK SPACE}", text)


def is_loose(text):
    """Whether a sign in a French text has a plain space beside it, or none where it wants one."""
    return bool(_LOOSE.search(text) or _UNSPACED.search(text))


def _loose_signs():
    """Give a line for each French string, those for the libraries among them, that is loose."""
    for path in sorted(LOCALES.rglob("fr/LC_MESSAGES/django.po")):
        for message in _read(path, "fr"):
            if message.id and any(map(is_loose, _strings(message))):
                yield f"fr: no no-break space beside : ; ? ! « or »: {_strings(message)[0]!r}"


def update(folder=LOCALES):
    """Bring the catalogues in a folder to the strings in the code; new ones are empty until somebody translates them."""
    template = extracted()
    for language in LANGUAGES:
        catalog = _read(_path(language, folder), language)
        catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
        for message in catalog if language == "fr" else ():
            forms = tuple(map(tied, _strings(message)))
            message.string = forms if isinstance(message.string, tuple) else forms[0]
        catalog.obsolete.clear()
        catalog.fuzzy = False
        catalog.header_comment = f"# The portal's strings in {catalog.locale.english_name}."
        _path(language, folder).parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        write_po(out, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)
        lines = out.getvalue().decode().splitlines(keepends=True)
        # Dates and tools would make every update a conflict for whoever translates at the same time.
        dropped = (
            '"POT-',
            '"PO-Revision',
            '"Generated-By',
            '"Last-Translator',
            '"Report-Msgid',
            '"Language-Team',
            '"Project-Id',
        )
        _path(language, folder).write_text("".join(line for line in lines if not line.startswith(dropped)), "utf-8")


def faults():
    """Give a line for each string that a reader would see untranslated or that is no longer in the code."""
    wanted = {
        (message.id if isinstance(message.id, str) else message.id[0], message.context)
        for message in extracted()
        if message.id
    }
    for language in LANGUAGES:
        catalog = _read(_path(language), language)
        known = {}
        for message in catalog:
            if message.id:
                key = (message.id if isinstance(message.id, str) else message.id[0], message.context)
                known[key] = message
        for text, context in sorted(wanted, key=str):
            message = known.get((text, context))
            strings = _strings(message) if message else ()
            if not strings or not all(strings):
                yield f"{language}: not translated: {text!r}"
            elif message.fuzzy:
                yield f"{language}: uncertain: {text!r}"
            else:
                for error in message.check(catalog):
                    yield f"{language}: {error}: {text!r}"
        for text, _context in sorted(set(known) - wanted, key=str):
            yield f"{language}: no longer in the code: {text!r}"
    yield from _loose_signs()


def compile_all():
    """Write the .mo file beside each .po file."""
    for path in sorted(LOCALES.rglob("*.po")):
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            catalog = _read(path, path.parent.parent.name)
            with target.open("wb") as out:
                write_mo(out, catalog)


def main(task):
    if task == "update":
        update()
    elif task == "compile":
        compile_all()
    elif found := list(faults()):
        sys.exit(
            "\n".join(
                [*found, f"{len(found)} strings to translate: run “update”, fill in locale/*/LC_MESSAGES/django.po."]
            )
        )


if __name__ == "__main__":
    main(sys.argv[1])
