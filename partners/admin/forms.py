"""What the pages of the admin ask of whoever reviews institutions."""

from datetime import timedelta

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from classifications.fields import LineField
from classifications.steps import ReasonForm, WordsForm
from partners.models import Institution

VOUCHED_FOR = timedelta(days=2 * 365)  # proposed; who vouches may choose another day


class QuestionForm(ReasonForm):
    """Returning an application."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Question")
        self.fields["reason"].help_text = _(
            "What has to be corrected or explained. The applicant reads it as you write it."
        )


class UntilForm(WordsForm):
    """Vouching for an institution."""

    until = forms.DateField(
        label=_("Holds until"), initial=lambda: localdate() + VOUCHED_FOR,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), help_text=_("Everybody sees this day."),
    )  # fmt: skip
    field_order = ["until", "reason"]

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until < localdate():
            raise forms.ValidationError(_("The day on which this ends is over."))
        return until


class LetterForm(UntilForm):
    """Recording that a national focal point vouches for an institution."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].label = _("How the focal point confirmed it")
        self.fields["reason"].help_text = _("For example by a letter of 3 May. It stands in the history.")


class InstitutionForm(forms.ModelForm):
    """A record that staff make or correct; its address is made of its name where none is typed."""

    class Meta:
        model = Institution
        fields = []  # the admin names them, by what it shows
        field_classes = dict.fromkeys(["name_en", "name_fr", "name_ar", "acronym", "city_name"], LineField)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Made of the name if left empty. It cannot be changed later.")

    def clean(self):
        answers = super().clean()
        if "slug" in self.fields and not answers.get("slug") and answers.get("country") and answers.get("kind"):
            names = {name: answers.get(name, "") for name in ("name_en", "name_fr", "name_ar", "acronym")}
            unsaved = Institution(country=answers["country"], kind=answers["kind"], **names)
            answers["slug"] = Institution.free_slug(unsaved)
        return answers
