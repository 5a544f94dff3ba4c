"""Registering an institution in steps, and correcting an application that was returned."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.steps import SteppedForm
from partners.forms import ConsentStep, InstitutionStep, ProfileStep, RepresentativeStep
from partners.models import Institution


class Registration(SteppedForm):
    """What one person has filled in of an application, for a new institution or `about` one that was returned."""

    FORM = "institution"
    STEPS = {
        "institution": (_("Institution"), InstitutionStep),
        "profile": (_("What it offers and looks for"), ProfileStep),
        "representative": (_("Who speaks for it"), RepresentativeStep),
        "check": (_("Check and send"), ConsentStep),
    }

    def address_of(self, name, step=None):
        where = [self.about.slug] if self.about else []
        name = f"partners:{'correct' if self.about else 'register'}-{name}"
        return reverse(name, args=[*where, step] if step else where)

    def known(self):
        known = {"person": self.user.name, "written_in": self.user.language}
        if self.about is None:
            return known
        one = self.about
        mine = one.representations.acting().filter(user=self.user).first()
        return known | {
            "name_en": one.name_en, "name_fr": one.name_fr, "name_ar": one.name_ar, "acronym": one.acronym, "kind": one.kind,
            "country": one.country, "city_name": one.place, "website": one.website, "founded": one.founded, "staff": one.staff,
            "sectors": one.sectors.all(), "languages": one.languages.all(), "offers": one.offers, "seeks": one.seeks,
            "written_in": one.written_in, "position": mine.position if mine else "",
        }  # fmt: skip

    def record(self, answers):
        position, person = answers.pop("position"), answers.pop("person")
        if self.about is None:
            institution = Institution.apply(self.user, position, **answers)
        else:
            institution = self.about
            institution.correct(self.user, position, **answers)
        self.user.go_by(person)
        return institution
