"""Registering an institution in steps: the draft of each, what is still missing, and sending it all.

What is answered is kept as it was posted, valid or not, so that nobody has to type anything twice; all steps are read
again when the application is sent.
"""

from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.keeping import answers_of
from accounts.models import Draft, as_posted
from partners.forms import ConsentStep, InstitutionStep, ProfileStep, RepresentativeStep
from partners.models import Institution

FORM = "institution"
STEPS = {
    "institution": (_("Institution"), InstitutionStep),
    "profile": (_("What it offers and looks for"), ProfileStep),
    "representative": (_("Who speaks for it"), RepresentativeStep),
    "check": (_("Check and send"), ConsentStep),
}
LAST = "check"


@dataclass
class Registration:
    """What one person has filled in of an application, for a new institution or for one that was returned."""

    user: object
    institution: Institution | None = None

    @property
    def subject(self):
        return str(self.institution.pk) if self.institution else ""

    @cached_property
    def draft(self):
        return Draft.objects.of(self.user, FORM, self.subject)

    def form(self, step, answers=None):
        """The form of a step: filled with `answers` if given, else as the draft or the returned application has it."""
        form_class = STEPS[step][1]
        if answers is not None:
            return form_class(answers)
        kept = self.draft.answers_to(step) if self.draft else None
        return form_class(initial=as_initial(form_class, kept) if kept is not None else self._known(step))

    def _known(self, step):
        known = {"person": self.user.name, "written_in": self.user.language}
        if self.institution is None:
            return known
        one = self.institution
        mine = one.representations.acting().filter(user=self.user).first()
        return known | {
            "name_en": one.name_en, "name_fr": one.name_fr, "name_ar": one.name_ar, "acronym": one.acronym, "kind": one.kind,
            "country": one.country, "city_name": one.place, "website": one.website, "founded": one.founded, "staff": one.staff,
            "sectors": one.sectors.all(), "languages": one.languages.all(), "offers": one.offers, "seeks": one.seeks,
            "written_in": one.written_in, "position": mine.position if mine else "",
        }  # fmt: skip

    def save(self, step, posted):
        self.draft = Draft.save_answers(
            self.user, FORM, self.subject, step, answers_of(posted, STEPS[step][1].base_fields)
        )

    def read(self, step):
        """The form of a step as it would be sent: what the draft holds, or else what is on record."""
        kept = self.draft.answers_to(step) if self.draft else None
        if kept is None:
            form = self.form(step)
            kept = as_posted({name: _strings(form, name) for name in form.fields})
        return STEPS[step][1](kept)

    @cached_property
    def filled(self):
        """The forms of all steps but the last, read."""
        return {step: self.read(step) for step in list(STEPS)[:-1]}

    @property
    def first_open_step(self):
        """The first step that is not filled in as it has to be; the last one if all are."""
        return next((step for step, form in self.filled.items() if not form.is_valid()), LAST)

    @property
    def is_gone(self):
        """Whether there is nothing to send: it was sent already, or never begun."""
        return self.institution is None and self.draft is None

    def address(self, step, name="step"):
        """Where a step is shown (or kept, stopped, sent) of this registration."""
        where = [self.institution.slug] if self.institution else []
        name = f"partners:{'correct' if self.institution else 'register'}-{name}"
        return reverse(name, args=[*where, step] if step else where)

    def after(self, step):
        steps = list(STEPS)
        return steps[steps.index(step) + 1]

    def steps(self):
        """Triples of a step's key, its label and its address."""
        return [(step, label, self.address(step)) for step, (label, _form) in STEPS.items()]

    def summary(self):
        """For the last page, each step with what was answered: triples of label, address and pairs of question and answer."""
        return [
            (STEPS[step][0], self.address(step), [(form.fields[name].label, answer) for name, answer in answered(form)])
            for step, form in self.filled.items()
        ]

    @transaction.atomic
    def send(self):
        """Record the application, or its correction, and give the institution; None where another click was faster.

        Raise `ValidationError` where it cannot be recorded.
        """
        if self.draft and not Draft.objects.select_for_update().filter(pk=self.draft.pk).exists():
            return None
        facts = {}
        for form in self.filled.values():
            form.is_valid()
            facts |= form.cleaned_data
        position, person = facts.pop("position"), facts.pop("person")
        if self.institution is None:
            institution = Institution.apply(self.user, position, **facts)
        else:
            institution = self.institution
            institution.correct(self.user, position, **facts)
        self.user.go_by(person)
        if self.draft:
            self.draft.delete()
        return institution


def answered(form):
    """Pairs of a field's name and its answer as a list of texts, for those that were answered validly."""
    form.is_valid()
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            texts = [each.name for each in value.by_name()] if value is not None else []
        elif isinstance(field, forms.ModelChoiceField):
            texts = [value.name] if value else []
        elif isinstance(field, forms.ChoiceField):
            texts = [dict(field.choices)[value]] if value else []
        else:
            texts = [value] if value not in (None, "") else []
        if texts:
            yield name, texts


def as_initial(form_class, posted):
    """What was posted, as initial values: lists where a field takes several."""
    return {
        name: posted.getlist(name) if hasattr(field.widget, "allow_multiple_selected") and field.widget.allow_multiple_selected
        else posted.get(name)
        for name, field in form_class.base_fields.items()
        if name in posted
    }  # fmt: skip


def _strings(form, name):
    """The present value of a field as it would be posted."""
    value = form[name].value()
    field = form.fields[name]
    value = field.prepare_value(value)
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]
