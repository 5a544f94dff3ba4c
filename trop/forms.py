"""What is asked of those who join TROP and of those who offer training."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms import LanguageSelect
from classifications.fields import (
    AddressField,
    DayField,
    LanguagesField,
    LineField,
    PreparedForm,
    SectorsField,
    StatesField,
    Ticks,
)
from trop.models import TrainingOpportunity

MOST_SECTORS = 5
MOST_PLACES = 10_000


class JoinForm(forms.Form):
    courses = forms.CharField(
        label=_("Which training you would open to others"), max_length=2000,
        widget=forms.Textarea({"rows": 6, "dir": "auto"}),
        help_text=_("The courses or visits, in which languages, and about how many places a year."),
    )  # fmt: skip
    agrees = forms.BooleanField(
        label=_("We answer everybody who applies, and close what is full or called off."),
        error_messages={"required": _("Without this promise the institution cannot join.")},
    )


class OpportunityForm(PreparedForm):
    """The facts of an opportunity. One that is a draft may lack all but its title."""

    title = LineField(
        label=_("Title"), max_length=200, widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
        help_text=_("What is taught, in a few words, such as: Maintenance of solar water pumps."),
    )  # fmt: skip
    summary = forms.CharField(
        label=_("What it teaches, and to whom"), max_length=3000, widget=forms.Textarea({"rows": 7, "dir": "auto"}),
        help_text=_("What participants can do afterwards, and what they should know before."),
    )  # fmt: skip
    written_in = forms.ChoiceField(
        label=_("Language in which you write this"), choices=settings.LANGUAGES, widget=LanguageSelect(),
        help_text=_("One is enough; readers of other languages are told which it is."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"), choices=[("", ""), *TrainingOpportunity.Category.choices])
    level = forms.ChoiceField(label=_("Level"), choices=[("", ""), *TrainingOpportunity.Level.choices])
    sectors = SectorsField(
        label=_("Sectors"), most=MOST_SECTORS, help_text=_("Open a theme and tick up to five."),
        error_messages={"required": _("Tick at least one sector.")},
    )  # fmt: skip
    languages = LanguagesField(
        label=_("Languages of teaching"), error_messages={"required": _("Tick at least one language.")}
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    apply_by = DayField(
        label=_("Last day to apply"), help_text=_("Officers need at least two weeks to hear of it and be nominated.")
    )
    mode = forms.ChoiceField(label=_("How it is held"), choices=[("", ""), *TrainingOpportunity.Mode.choices])
    city_name = LineField(
        label=_("City"), required=False, max_length=100, widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
        help_text=_("Empty if it is online."),
    )  # fmt: skip
    seats = forms.IntegerField(
        label=_("Places for others"), required=False, min_value=1, max_value=MOST_PLACES,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip
    cost = LineField(
        label=_("Cost to the participant"), required=False, max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
        help_text=_("Such as: free of charge, or the fee with its currency."),
    )  # fmt: skip
    covered = forms.MultipleChoiceField(
        label=_("Costs covered"), required=False, choices=TrainingOpportunity.Cost, widget=Ticks,
        help_text=_("What the institution or a sponsor pays."),
    )  # fmt: skip
    open_to = StatesField(
        label=_("Countries that may apply"), required=False, help_text=_("Tick none if all member states may.")
    )
    how_to_apply = forms.CharField(
        label=_("How to apply"), max_length=2000, widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=_("What to send, to whom, and who may nominate. Everybody can read this."),
    )  # fmt: skip
    application_url = AddressField(label=_("Page with the application form"), required=False)

    def __init__(self, *args, is_draft, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft

    def clean(self):
        answers = super().clean()
        if self.is_draft:
            self._forgive_gaps(answers)
        starts_on, ends_on, apply_by = (answers.get(name) for name in ("starts_on", "ends_on", "apply_by"))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first."))
        if starts_on and apply_by and apply_by >= starts_on:
            self.add_error("apply_by", _("The last day to apply has to be before the first day of the training."))
        return answers

    def _forgive_gaps(self, answers):
        for name, errors in list(self.errors.items()):
            if name != "title" and {error.code for error in errors.as_data()} == {"required"}:
                del self.errors[name]
                answers[name] = self.fields[name].to_python(None)
