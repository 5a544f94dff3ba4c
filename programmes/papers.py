"""The papers of a programme as its page shows them: forms in three languages, whatever is missing named; then the others."""

from dataclasses import dataclass, field
from itertools import groupby

from classifications.models import Language
from classifications.written import LANGUAGES
from programmes.models import ProgrammeDocument


@dataclass
class Form:
    """A form for one kind of activity: its documents by language, and the portal's languages in which there is none."""

    purpose: str
    activity: str
    documents: list
    missing: list = field(default_factory=list)


def forms_of(programme):
    """The forms among the documents of a programme that was fetched `for_page`."""
    known = Language.objects.in_bulk(LANGUAGES, field_name="code")
    forms = [each for each in programme.documents.all() if each.is_form]
    forms.sort(key=lambda each: (each.purpose, each.activity))
    found = []
    for (purpose, activity), documents in groupby(forms, lambda each: (each.purpose, each.activity)):
        documents = sorted(documents, key=_place)
        there = {each.language.code for each in documents}
        missing = [known[code] for code in LANGUAGES if code in known and code not in there]
        labels = ProgrammeDocument.Kind(purpose).label, dict(ProgrammeDocument.ACTIVITIES)[activity]
        found.append(Form(*labels, documents, missing))
    return found


def _place(document):
    code = document.language.code
    return LANGUAGES.index(code) if code in LANGUAGES else len(LANGUAGES)


def other_papers(programme):
    return [each for each in programme.documents.all() if not each.is_form]
