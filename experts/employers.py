"""The employer an expert writes, and the listed institution that may be meant."""

from classifications.written import alphabetical
from partners.models import Institution

ALIKE = 6  # look-alikes offered
LONGEST = 200  # characters of a name worth comparing


class Employers:
    """Listed institutions that a written employer resembles, the likest first."""

    def __init__(self, written):
        self.written = " ".join(written.replace("\0", " ").split())  # as a form takes it
        found = Institution.objects.listed().resembling([self.written], self.written).for_choice()
        self.alike = list(found[:ALIKE]) if 0 < len(self.written) <= LONGEST else []

    @property
    def on_record(self):
        """The one that is called just like this, whatever the case and the accents; None where it is none, or several."""
        wanted = alphabetical(self.written)
        names = ((each, (each.name_en, each.name_fr, each.name_ar, each.acronym)) for each in self.alike)
        same = [each for each, called in names if wanted in map(alphabetical, called)]
        return same[0] if len(same) == 1 else None

    def choice(self, institution):
        """How the choice of one of them, or of none, is posted: it holds for what is written now alone."""
        return f"{institution.slug if institution else ''}={self.written}"

    def choices(self):
        """Each of them by how it is posted; empty where there is nothing to ask."""
        return {} if self.on_record else {self.choice(each): each for each in self.alike}
