"""What is asked of experts, and of those who speak for them."""

from copy import deepcopy
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from classifications.fields import (
    FIRST_LANGUAGES,
    LATIN,
    CountryField,
    DayField,
    LineField,
    ManyField,
    PreparedForm,
    Radios,
    ScriptValidator,
    SectorsField,
    Ticks,
)
from classifications.models import Language
from classifications.written import dates, digits, marked
from experts.cv import check_cv
from experts.employers import LONGEST, Employers
from experts.models import Entry, Expert, Export, Purpose, Reference, Roster, Shortlist
from experts.models.consent import WORDED_ON
from experts.models.linked import Level
from experts.models.reference import MOST_NAMED
from experts.tables import NOTE, USUAL

MOST_SECTORS = 10
MOST_CHOSEN = 50  # experts put on a shortlist at once
MOST_YEARS = 60
SUMMARY = 2000  # characters


class RostersField(ManyField):
    """Rosters that are open, by their address; those on which somebody is already are offered beside them."""

    def __init__(self, **kwargs):
        super().__init__(Roster.objects.open(), **{"to_field_name": "slug"} | kwargs)

    def prepared(self):
        return [(each.slug, each.name) for each in self.queryset.in_order()]

    def offer_to(self, expert):
        self.queryset = Roster.objects.open_to(expert)
        self.widget.choices = self.prepared


class LanguageField(forms.ModelChoiceField):
    """One language by its code; those of the OIC come first."""

    def __init__(self, **kwargs):
        super().__init__(Language.objects.all(), **{"to_field_name": "code", "empty_label": ""} | kwargs)

    def prepared(self):
        languages = [(each.code, each.name) for each in Language.objects.by_name()]
        first = [each for each in languages if each[0] in FIRST_LANGUAGES]
        return [("", ""), *first, (_("Other languages"), [each for each in languages if each not in first])]


class EmployerField(forms.ChoiceField):
    """Which listed institution is the employer that was written; what was answered about another one is no answer."""

    def clean(self, value):
        return value if value and self.valid_value(value) else ""


class YearField(forms.IntegerField):
    """A year that has come."""

    def __init__(self, **kwargs):
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"})
        super().__init__(min_value=1950, widget=widget, **kwargs)

    def clean(self, value):
        year = super().clean(value)
        if year and year > localdate().year:
            raise ValidationError(_("This year has not come yet."))
        return year


# --- Forms of which a part repeats ------------------------------------------------------------------------------------


@dataclass
class Rows:
    """A part of a form that repeats: what the rows are together and what each is, which of its answers it cannot lack."""

    name: str
    label: Promise
    each: Promise
    number: int
    fields: dict
    needed: tuple

    def names(self, number):
        return {f"{name}_{number}": name for name in self.fields}


@dataclass
class Row:
    """One row as a template draws it; it is open where it holds something, or comes first."""

    legend: str
    fields: list
    is_open: bool


def repeated(name, label, each, number, needed, **fields):
    """Give a form `number` rows of `fields`; what they hold is in `cleaned_data[name]` as a list of dicts."""

    def with_rows(form_class):
        rows = Rows(name, label, each, number, fields, needed)
        form_class.rows = (*form_class.rows, rows)
        for n in range(1, number + 1):
            form_class.base_fields |= {f"{field}_{n}": deepcopy(made) for field, made in fields.items()}
        return form_class

    return with_rows


class RowsForm(PreparedForm):
    """A form with repeated rows; an empty row is none."""

    rows = ()

    @property
    def row_names(self):
        return {name for rows in self.rows for n in range(1, rows.number + 1) for name in rows.names(n)}

    @property
    def single_fields(self):
        """The fields that do not repeat, as a template draws them."""
        return [field for field in self if field.name not in self.row_names]

    @property
    def groups(self):
        """Pairs of a label and `Row`s, as a template draws them."""
        return [(rows, [self._row(rows, n) for n in range(1, rows.number + 1)]) for rows in self.rows]

    def _row(self, rows, n):
        fields = [self[name] for name in rows.names(n)]
        holds = any(field.value() not in (None, "") for field in fields)
        legend = f"{rows.each} {digits(n)}"
        return Row(legend, fields, n == 1 or holds or any(field.errors for field in fields))

    def clean(self):
        answers = super().clean()
        for rows in self.rows:
            answers[rows.name] = [row for n in range(1, rows.number + 1) if (row := self._clean_row(rows, n))]
        return answers

    def _clean_row(self, rows, n):
        """The answers of one row; None where it is empty."""
        answers = {name: self.cleaned_data.get(full) for full, name in rows.names(n).items()}
        wrong = any(full in self.errors for full in rows.names(n))
        if not wrong and all(value in (None, "") for value in answers.values()):
            return None
        for full, name in rows.names(n).items():
            if name in rows.needed and answers[name] in (None, "") and full not in self.errors:
                self.add_error(full, ValidationError(_("This is missing in this row."), code="required"))
        return answers

    def told_rows(self):
        """Pairs of a label and a list of texts, one for each row that holds something."""
        return [
            (rows.label, [self.told_row(rows.name, row) for row in self.cleaned_data.get(rows.name, [])])
            for rows in self.rows
            if self.cleaned_data.get(rows.name)
        ]

    def told_row(self, name, row):
        raise NotImplementedError

    def refuse_twice(self, name, field, message):
        """Refuse the second of two rows that have the same in a field."""
        seen = set()
        for n in range(1, next(rows.number for rows in self.rows if rows.name == name) + 1):
            value = self.cleaned_data.get(f"{field}_{n}")
            key = value.lower() if isinstance(value, str) else value
            if key and key in seen:
                self.add_error(f"{field}_{n}", message)
            seen.add(key)


# --- The steps of the registration ------------------------------------------------------------------------------------


class PersonStep(PreparedForm):
    """The first step: who it is."""

    title = forms.ChoiceField(
        label=_("Form of address"), required=False, choices=[("", ""), *Expert.Title.choices],
        widget=forms.Select({"autocomplete": "honorific-prefix"}),
    )  # fmt: skip
    name = LineField(
        label=_("Name in Latin letters"), max_length=150, help_text=_("As in your passport."),
        validators=[ScriptValidator("LATIN", _("Write your name in Latin letters, as in your passport."))],
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "name"}),
    )  # fmt: skip
    name_ar = LineField(
        label=_("Name in Arabic script"), max_length=150, required=False,
        validators=[ScriptValidator("ARABIC", _("Write your name in Arabic letters, or leave this empty."))],
        widget=forms.TextInput({"lang": "ar", "dir": "rtl", "autocomplete": "off"}),
    )  # fmt: skip
    nationality = CountryField(label=_("Nationality"))
    residence = CountryField(label=_("Country in which you live"))
    gender = forms.ChoiceField(
        label=_("Gender"), required=False, choices=[("", _("No answer")), *Expert.Gender.choices], widget=Radios,
        help_text=_("Only the Centre sees it, to count how many women and men are on the rosters."),
    )  # fmt: skip


class ExpertiseStep(PreparedForm):
    """The second step: in what field."""

    rosters = RostersField(label=_("Rosters"), error_messages={"required": _("Tick at least one roster.")})
    sectors = SectorsField(
        label=_("Sectors you work in"), most=MOST_SECTORS, help_text=_("Open a theme and tick up to ten."),
        error_messages={"required": _("Tick at least one sector.")},
    )  # fmt: skip
    years = forms.IntegerField(
        label=_("Years of experience"), min_value=0, max_value=MOST_YEARS,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip
    degree = forms.ChoiceField(label=_("Highest degree"), choices=[("", ""), *Expert.Degree.choices])
    employer = LineField(
        label=_("Present employer"), max_length=LONGEST, required=False,
        help_text=_("If the portal lists it under this name, your profile leads to its page."),
        widget=forms.TextInput({"autocomplete": "organization", "dir": "auto"}),
    )  # fmt: skip
    employer_is = EmployerField(label=_("Is it one of these?"), required=False, widget=Radios)
    summary_en = forms.CharField(
        label=_("What you can teach or advise on, in English"), max_length=SUMMARY, required=False,
        widget=forms.Textarea({"rows": 5, "lang": "en", "dir": "ltr"}), help_text=_("One of the three languages is enough."),
    )  # fmt: skip
    summary_fr = forms.CharField(
        label=_("The same in French"), max_length=SUMMARY, required=False,
        widget=forms.Textarea({"rows": 5, "lang": "fr", "dir": "ltr"}),
    )  # fmt: skip
    summary_ar = forms.CharField(
        label=_("The same in Arabic"), max_length=SUMMARY, required=False,
        widget=forms.Textarea({"rows": 5, "lang": "ar", "dir": "rtl"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.employers = Employers(self["employer"].value() or "")
        self.offered = self.employers.choices()
        if not self.offered:
            del self.fields["employer_is"]
            return
        comma = pgettext("between city and country", ", ")
        shown = [
            (posted, format_html("<bdi>{}{}{}</bdi>", marked(each.name), comma, marked(each.country.name)))
            for posted, each in self.offered.items()
        ]
        self.fields["employer_is"].choices = [
            *shown,
            (self.employers.choice(None), _("None of them: keep what I wrote")),
        ]

    @property
    def asks_about_employer(self):
        """Whether somebody has yet to say which of the listed institutions is meant, or none."""
        return self.is_valid() and bool(self.offered) and not self.cleaned_data["employer_is"]

    def clean(self):
        answers = super().clean()
        answers["institution"] = self.offered.get(answers.get("employer_is")) or self.employers.on_record
        if not any(answers.get(f"summary_{language}") for language in ("en", "fr", "ar")):
            self.add_error("summary_en", _("Say it in at least one language."))
        return answers


@repeated(
    "periods", _("Periods in which you are free"), pgettext_lazy("of availability", "Period"),
    Expert.MOST_ROWS["periods"], ("starts_on", "until"),
    starts_on=DayField(label=_("From"), required=False), until=DayField(label=_("Until"), required=False),
)  # fmt: skip
@repeated(
    "languages", _("Languages"), _("Language"), Expert.MOST_ROWS["languages"], ("language", "level"),
    language=LanguageField(label=_("Language"), required=False),
    level=forms.TypedChoiceField(
        label=_("Level"), required=False, choices=[("", ""), *Level.choices], coerce=int, empty_value=None,
    ),
)  # fmt: skip
class LanguagesStep(RowsForm):
    """The third step: in which languages, and when."""

    way = forms.ChoiceField(label=_("How you work"), choices=Expert.Way.choices, widget=Radios)
    days_per_year = forms.IntegerField(
        label=_("Days a year you can give"), required=False, min_value=1, max_value=365,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip

    def clean(self):
        answers = super().clean()
        if not answers["languages"]:
            self.add_error("language_1", _("Name at least one language."))
        self.refuse_twice("languages", "language", _("This language is named twice."))
        for n in range(1, 5):
            first, last = answers.get(f"starts_on_{n}"), answers.get(f"until_{n}")
            if first and last and last < first:
                self.add_error(f"until_{n}", _("This is before the first day."))
            elif last and last < localdate():
                self.add_error(f"until_{n}", _("This day is over. Leave out periods that have passed."))
        return answers

    def told_row(self, name, row):
        if name == "languages":
            return f"{row['language'].name} – {Level(row['level']).label}" if row["language"] and row["level"] else ""
        return dates(row["starts_on"], row["until"]) if row["starts_on"] and row["until"] else ""


@repeated(
    "references", _("References"), _("Reference"), MOST_NAMED, ("referee", "referee_email"),
    referee=LineField(
        label=_("Name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "off", "dir": "auto"})
    ),
    referee_email=forms.EmailField(
        label=_("E-mail address"), required=False, widget=forms.EmailInput({"autocomplete": "off", **LATIN})
    ),
    relation=LineField(
        label=_("How they know your work"), max_length=200, required=False,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
    ),
)  # fmt: skip
@repeated(
    "assignments", _("Past assignments"), _("Assignment"), Expert.MOST_ROWS["assignments"], ("what", "year"),
    what=LineField(
        label=_("What it was"), max_length=200, required=False,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
    ),
    country=CountryField(label=_("Where"), required=False),
    year=YearField(label=_("Year"), required=False),
    client=LineField(
        label=_("For whom"), max_length=200, required=False,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
    ),
)  # fmt: skip
class ExperienceStep(RowsForm):
    """The fourth step: what was done, and who can speak of it to the Centre for `user`."""

    user = None

    def clean(self):
        answers = super().clean()
        self.refuse_twice("references", "referee_email", _("This address is named twice."))
        emails = {name: answers[name] for n in range(1, MOST_NAMED + 1) if answers.get(name := f"referee_email_{n}")}
        for name, email in emails.items():
            try:
                Reference.check_address(self.user, email)
            except ValidationError as error:
                self.add_error(name, error)
        Reference.check_number(self.user, emails.values())
        return answers

    def told_row(self, name, row):
        if name == "references":
            parts = [row["referee"], row["referee_email"], row["relation"]]
        else:
            country, year = row["country"], row["year"]
            parts = [row["what"], row["client"], country and country.name, year and digits(year)]
        return " · ".join(filter(None, parts))


class ConsentStep(forms.Form):
    """The fifth step: what may be done with all this. What was ticked under another wording does not count."""

    wording = forms.CharField(widget=forms.HiddenInput, initial=WORDED_ON.isoformat)
    kept = forms.BooleanField(
        label=Purpose.KEPT.wording, error_messages={"required": _("Without this agreement you cannot be listed.")}
    )
    partners = forms.BooleanField(label=Purpose.PARTNERS.wording, required=False)
    public = forms.BooleanField(label=Purpose.PUBLIC.wording, required=False)
    contacted = forms.BooleanField(label=Purpose.CONTACTED.wording, required=False)

    def __init__(self, data=None, initial=None, **kwargs):
        today = {"wording": WORDED_ON.isoformat()}
        if data is not None and data.get("wording") != today["wording"]:
            data = today
        if initial and initial.get("wording", today["wording"]) != today["wording"]:
            initial = today
        super().__init__(data, initial=initial, **kwargs)


class CheckStep(forms.Form):
    """The last step: that all of it is true."""

    is_true = forms.BooleanField(
        label=_("What I have written is true."), error_messages={"required": _("Confirm this to send it.")}
    )


# --- Others -----------------------------------------------------------------------------------------------------------


class CVForm(forms.Form):
    cv = forms.FileField(
        label=_("Your CV"), validators=[check_cv], help_text=_("A PDF of at most 5 MB and 30 pages, without a password."),
        widget=forms.FileInput({"accept": "application/pdf,.pdf"}),
    )  # fmt: skip


class ReferenceForm(forms.Form):
    """What somebody who was named as a reference answers."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Reference.Answer.choices, widget=Radios)
    words = forms.CharField(
        label=_("A few words"), required=False, max_length=1000, widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("Only the Centre reads them."),
    )  # fmt: skip


class EndorsementForm(forms.Form):
    words = forms.CharField(
        label=_("A few words"), required=False, max_length=1000, widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("The Centre and the expert read them."),
    )  # fmt: skip


# --- Shortlists ---------------------------------------------------------------------------------------------------------


class ShortlistForm(forms.Form):
    """What a shortlist is called."""

    name = LineField(label=_("Name"), max_length=150, widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}))


class NoteForm(forms.ModelForm):
    """Why somebody is on a shortlist."""

    class Meta:
        model = Entry
        fields = ["note"]
        widgets = {"note": forms.Textarea({"rows": 2, "dir": "auto"})}
        help_texts = {
            "note": _("Only who works on the shortlist reads it. The expert is given it with all data held about them.")
        }


class ChosenExpertsForm(forms.Form):
    """Experts who are to be put on one of the shortlists `kept`, or on a new one."""

    expert = forms.ModelMultipleChoiceField(
        Expert.objects.none(), to_field_name="key", label=_("Experts"), widget=forms.MultipleHiddenInput,
        error_messages={"required": _("Choose at least one expert in the list.")},
    )  # fmt: skip
    shortlist = forms.ModelChoiceField(
        Shortlist.objects.none(), label=_("On this shortlist"), required=False, empty_label=_("a new one")
    )
    name = LineField(
        label=_("Name of the new one"), max_length=150, required=False, widget=forms.TextInput({"dir": "auto"})
    )

    def __init__(self, readable, kept, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["expert"].queryset = self.readable = readable
        self.fields["shortlist"].queryset = kept
        if not kept.exists():
            del self.fields["shortlist"]
            self.fields["name"].label, self.fields["name"].required = _("Name of the shortlist"), True

    @property
    def chosen(self):
        """Those chosen so far whom the reader may see."""
        try:
            keys = self._keys()[:MOST_CHOSEN]
        except ValidationError:
            return []
        return self._in_order(self.readable.filter(key__in=keys).for_listing())

    def clean_expert(self):
        return self._in_order(self.cleaned_data["expert"])

    def _keys(self):
        """The keys in the order in which their experts stood in the list; raise `ValidationError` where one is none."""
        return [Expert.key.field.to_python(each) for each in self["expert"].value() or []]

    def _in_order(self, experts):
        places = {key: place for place, key in enumerate(self._keys())}
        return sorted(experts, key=lambda expert: places[expert.key])

    def clean(self):
        answers = super().clean()
        if not answers.get("shortlist") and not answers.get("name") and not {"shortlist", "name"} & self.errors.keys():
            self.add_error("name", _("Choose a shortlist, or name a new one."))
        return answers


class ExportForm(forms.Form):
    """Which columns of a shortlist are taken out, and in which form."""

    form = forms.ChoiceField(label=_("Format"), choices=Export.Form, initial=Export.Form.XLSX, widget=Radios)
    columns = forms.MultipleChoiceField(label=_("Columns"), initial=USUAL, widget=Ticks)

    def __init__(self, columns, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = [(each.name, capfirst(each.label)) for each in columns] + [
            (NOTE[0], capfirst(NOTE[1]))
        ]
