"""What is asked of those who register an institution or speak for one."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.forms import LanguageSelect
from classifications.fields import (
    LATIN,
    AddressField,
    CountryField,
    DayField,
    LanguagesField,
    LineField,
    OnceField,
    PreparedForm,
    Radios,
    SectorsField,
    StatesField,
)
from partners.models import Institution, Notice
from partners.models.notice import LONGEST

OLDEST = 800  # the oldest university still teaching was founded in the ninth century
MOST_SECTORS = 10
ENDORSED_FOR = timedelta(days=2 * 365)  # proposed; who vouches may choose another day


def name_fields():
    """The name in each language, written in its own direction whatever the page's."""
    return {
        "name_en": LineField(
            label=_("Name in English"), required=False, max_length=300,
            widget=forms.TextInput({"lang": "en", "dir": "ltr", "autocomplete": "organization"}),
        ),
        "name_fr": LineField(
            label=_("Name in French"), required=False, max_length=300,
            widget=forms.TextInput({"lang": "fr", "dir": "ltr", "autocomplete": "off"}),
        ),
        "name_ar": LineField(
            label=_("Name in Arabic"), required=False, max_length=300,
            widget=forms.TextInput({"lang": "ar", "dir": "rtl", "autocomplete": "off"}),
        ),
    }  # fmt: skip


class VerifiedFactsForm(PreparedForm):
    """The facts that others vouch for; `Institution.VERIFIED_FACTS`."""

    name_en, name_fr, name_ar = name_fields().values()
    kind = forms.ChoiceField(label=_("Kind of institution"), choices=[("", ""), *Institution.Kind.choices])
    country = CountryField()
    website = AddressField(label=_("Website"), required=False)

    def clean(self):
        answers = super().clean()
        if not any(answers.get(name) for name in ("name_en", "name_fr", "name_ar")):
            self.add_error("name_en", _("Give the name in at least one language."))
        return answers


class InstitutionStep(VerifiedFactsForm):
    """The first step: which institution it is."""

    acronym = LineField(
        label=_("Acronym"), required=False, max_length=40, widget=forms.TextInput(LATIN | {"autocomplete": "off"})
    )
    city_name = LineField(
        label=_("City"), required=False, max_length=100, widget=forms.TextInput({"autocomplete": "address-level2"})
    )
    founded = forms.IntegerField(
        label=_("Founded in"), required=False, min_value=OLDEST, help_text=_("The year, such as 1962."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip
    staff = forms.ChoiceField(label=_("Number of staff"), required=False, choices=[("", ""), *Institution.Size.choices])
    field_order = [
        "name_en", "name_fr", "name_ar", "acronym", "kind", "country", "city_name", "website", "founded", "staff",
    ]  # fmt: skip

    def clean_founded(self):
        year = self.cleaned_data["founded"]
        if year and year > localdate().year:
            raise forms.ValidationError(_("This year has not come yet."))
        return year


class ProfileStep(PreparedForm):
    """The second step: what it works in, what it offers and what it looks for."""

    sectors = SectorsField(
        label=_("Sectors it works in"), most=MOST_SECTORS, help_text=_("Open a theme and tick up to ten."),
        error_messages={"required": _("Tick at least one sector.")},
    )  # fmt: skip
    languages = LanguagesField(
        label=_("Working languages"), error_messages={"required": _("Tick at least one language.")}
    )
    offers = forms.CharField(
        label=_("What it offers"), required=False, max_length=2000, widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=_("Courses, experts, study visits, laboratories: what others could learn from it."),
    )  # fmt: skip
    seeks = forms.CharField(
        label=_("What it looks for"), required=False, max_length=2000, widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=_("What its people want to learn, or with whom it wants to work."),
    )  # fmt: skip
    written_in = forms.ChoiceField(
        label=_("Language of these two texts"), choices=settings.LANGUAGES, widget=LanguageSelect()
    )

    def clean(self):
        answers = super().clean()
        if not answers.get("offers") and not answers.get("seeks"):
            self.add_error("offers", _("Say what it offers, or what it looks for, or both."))
        return answers


class RepresentativeStep(forms.Form):
    """The third step: who speaks for it."""

    person = LineField(
        label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name", "dir": "auto"}),
        help_text=_("Seen by the reviewers and by partners you write to."),
    )  # fmt: skip
    position = LineField(
        label=_("Your position"), max_length=150,
        widget=forms.TextInput({"autocomplete": "organization-title", "dir": "auto"}),
    )  # fmt: skip


class ConsentStep(forms.Form):
    """The last step: that all may be kept and shown."""

    may_speak = forms.BooleanField(
        label=_("I am authorised to represent this institution."),
        error_messages={"required": _("Only somebody authorised may register it.")},
    )
    agrees = forms.BooleanField(
        label=_(
            "I agree that the portal keeps these answers, and shows the institution’s profile to the public once it is listed."
            " My name and e-mail address are not shown to the public."
        ),
        error_messages={"required": _("Without this agreement it cannot be listed.")},
    )


class ProfileForm(ProfileStep):
    """What a representative of a listed institution may change at once."""

    acronym = InstitutionStep.base_fields["acronym"]
    city_name = InstitutionStep.base_fields["city_name"]
    founded = InstitutionStep.base_fields["founded"]
    staff = InstitutionStep.base_fields["staff"]
    clean_founded = InstitutionStep.clean_founded


class RequestForm(RepresentativeStep):
    """Asking to represent an institution that is on record."""

    words = forms.CharField(
        label=_("How the reviewers can tell that you work there"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("For example your department, or a page of the institution that names you."),
    )  # fmt: skip
    agrees = ConsentStep.base_fields["may_speak"]


class PositionForm(forms.Form):
    """Accepting an invitation."""

    person = RepresentativeStep.base_fields["person"]
    position = RepresentativeStep.base_fields["position"]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("Their official e-mail address"), max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "inputmode": "email", **LATIN}),
        help_text=_("They get a letter with a link. It is not shown to anybody else."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    """A step that has to say why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("The person concerned reads it."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """A message in a conversation."""

    key = OnceField()
    text = forms.CharField(
        label=_("Your message"), max_length=5000, widget=forms.Textarea({"rows": 8, "dir": "auto"}),
        help_text=_("Plain text. Your name, position and institution stand above it; your e-mail address does not."),
    )  # fmt: skip


class MessageForm(AnswerForm):
    """The first message of a conversation; `institutions` are those in whose name it may be written."""

    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=_("In whose name you write"), to_field_name="slug", empty_label=None
    )
    subject = LineField(label=_("What it is about"), max_length=150, widget=forms.TextInput({"dir": "auto"}))
    field_order = ["key", "institution", "subject", "text"]

    def __init__(self, *args, institutions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = institutions
        if len(institutions) == 1:
            self.fields["institution"].widget = forms.HiddenInput()
            self.initial["institution"] = institutions[0].slug


class ReportForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong with it"), max_length=2000, widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("Staff of SESRIC read this and the conversation. The institution that wrote is not told who reported."),
    )  # fmt: skip


class ClosingDayForm(forms.Form):
    """Until when a notice is open."""

    closes_on = DayField(
        label=_("Closing day"), help_text=_("The last day on which others can answer, within twelve months.")
    )

    def clean_closes_on(self):
        day = self.cleaned_data["closes_on"]
        if day < localdate():
            raise forms.ValidationError(_("This day is over."))
        if day > localdate() + LONGEST:
            raise forms.ValidationError(_("Choose a closing day within twelve months."))
        return day


class NoticeForm(PreparedForm):
    """What a request or an offer says."""

    kind = forms.ChoiceField(
        label=_("Request or offer"), widget=Radios,
        choices=[
            (Notice.Kind.REQUEST, _("A request: we look for something")),
            (Notice.Kind.OFFER, _("An offer: we can give something")),
        ],
    )  # fmt: skip
    title = LineField(label=_("Title"), max_length=150, widget=forms.TextInput({"dir": "auto"}))
    text = forms.CharField(
        label=_("What you look for or offer"), max_length=3000, widget=forms.Textarea({"rows": 8, "dir": "auto"}),
        help_text=_("What, for whom, when and where. Leave out e-mail addresses: others write to you through the portal."),
    )  # fmt: skip
    written_in = forms.ChoiceField(
        label=_("Language of these two texts"), choices=settings.LANGUAGES, widget=LanguageSelect()
    )
    sectors = SectorsField(
        most=MOST_SECTORS, help_text=_("Open a theme and tick up to ten."),
        error_messages={"required": _("Tick at least one sector.")},
    )  # fmt: skip
    countries = StatesField(
        label=_("Countries wanted"), required=False,
        help_text=_("Tick none if institutions of all countries may answer."),
    )  # fmt: skip


class NewNoticeForm(NoticeForm, ClosingDayForm):
    """A notice to publish."""

    key = OnceField()
    field_order = ["key", "kind", "title", "text", "written_in", "sectors", "countries", "closes_on"]


class EndorsementForm(forms.Form):
    """A focal point vouches for an institution."""

    until = DayField(
        label=_("Holds until"), initial=lambda: localdate() + ENDORSED_FOR, help_text=_("Everybody sees this day.")
    )
    reason = forms.CharField(
        label=_("Words to the institution and the Centre"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}), help_text=_("They stand in the history."),
    )  # fmt: skip

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until < localdate():
            raise forms.ValidationError(_("The day on which this ends is over."))
        return until


class WordForm(forms.Form):
    """A question to the applicant, or an objection."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea({"rows": 6, "dir": "auto"}))

    def __init__(self, *args, label, help_text, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, help_text
