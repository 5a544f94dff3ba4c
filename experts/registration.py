"""Registering as an expert in steps; the same steps correct a returned application and keep the profile of a listed one."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.steps import SteppedForm, answered
from experts.employers import Employers
from experts.forms import CheckStep, ConsentStep, ExperienceStep, ExpertiseStep, LanguagesStep, PersonStep
from experts.models import Expert, Purpose
from partners.applications import Status

OWN = [
    "title", "name", "name_ar", "nationality", "residence", "gender", "degree", "employer", "summary_en", "summary_fr",
    "summary_ar", "way", "days_per_year",
]  # fmt: skip
ROWS = ["languages", "assignments", "periods"]


class Registration(SteppedForm):
    """What one person has filled in to be listed, or `about` their record."""

    FORM = "expert"
    STEPS = {
        "person": (pgettext_lazy("step of a form", "You"), PersonStep),
        "expertise": (_("Your field"), ExpertiseStep),
        "languages": (_("Languages and time"), LanguagesStep),
        "experience": (_("Experience"), ExperienceStep),
        "consent": (_("Consent"), ConsentStep),
        "check": (_("Check and send"), CheckStep),
    }

    def address_of(self, name, step=None):
        name = f"experts:{'profile' if self.about else 'register'}-{name}"
        return reverse(name, args=[step] if step else [])

    def made(self, step, *args, **kwargs):
        form = super().made(step, *args, **kwargs)
        if self.about and step == "expertise":
            form.fields["rosters"].offer_to(self.about)
        if step == "experience":
            form.user = self.user
        return form

    def known(self):
        """What is on record; of who withdrew or was declined, too, but what they agree to is asked anew."""
        one = self.about or Expert.objects.of(self.user)
        if one is None:
            return {"name": self.user.name, "way": Expert.Way.BOTH}
        known = {name: getattr(one, name) for name in OWN}
        known |= one.name_to_come.facts if one.name_to_come else {}
        known["employer_is"] = Employers(one.employer).choice(one.institution)
        known |= {"sectors": one.sectors.all(), "rosters": one.rosters_in_order, "years": one.years}
        if self.about:
            known |= dict.fromkeys((each.purpose for each in one.consents.as_worded_today()), True)
        else:
            known["rosters"] = [roster for roster in one.rosters_in_order if roster.is_open]
        for name in ROWS:
            shown = getattr(one, name).order_by("pk")[: Expert.MOST_ROWS[name]]
            if name == "periods":
                shown = [each for each in shown if not each.is_over]  # they fall away: nobody is free in the past
            for n, row in enumerate(shown, 1):
                known |= {f"{field.name}_{n}": getattr(row, field.name) for field in row._meta.fields}
        for n, row in enumerate(one.references.named(), 1):
            known |= {f"referee_{n}": row.name, f"referee_email_{n}": row.email, f"relation_{n}": row.relation}
        return known

    def summary(self):
        told = []
        for step, form in self.filled.items():
            repeated = getattr(form, "row_names", ())
            pairs = [(form.fields[name].label, texts) for name, texts in answered(form) if name not in repeated]
            if step == "consent":
                pairs = [
                    (purpose.label, [_("Yes") if form.cleaned_data.get(purpose) else _("No")]) for purpose in Purpose
                ]
            if repeated:
                pairs += form.told_rows()
            told.append((self.STEPS[step][0], self.address_of("step", step), pairs))
        return told

    def record(self, answers):
        purposes = [purpose.value for purpose in Purpose if answers[purpose]]
        references = [
            {"name": row["referee"], "email": row["referee_email"], "relation": row["relation"]}
            for row in answers["references"]
        ]
        kept = {name: answers[name] for name in [*OWN, "institution", "years", "sectors", "rosters", *ROWS]} | {
            "references": references
        }
        if self.about is None:
            return Expert.apply(self.user, purposes, **kept)
        if self.about.status == Status.RETURNED:
            self.about.correct(self.user, purposes, **kept)
        else:
            self.about.keep_profile(purposes, **kept)
        return self.about
