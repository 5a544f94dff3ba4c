"""Form fields that several apps ask with: one line of text, sectors under their themes, languages, countries."""

import unicodedata
import uuid
from datetime import date
from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifications.models import Country, Language, Sector
from classifications.written import alphabetical, number, plain_digits

LATIN = {"dir": "ltr", "autocapitalize": "off", "spellcheck": "false"}
FIRST_LANGUAGES = ["ar", "en", "fr"]  # the OIC's own, and the portal's


class LineField(forms.CharField):
    """One line of text: line ends and runs of blanks become one blank, so that it can stand in the subject of a letter."""

    def clean(self, value):
        return super().clean(" ".join(str(value).split()) if value else value)


class ScriptValidator:
    """Refuse a name without a letter of one script; of others, signs and digits there may be as many as somebody has.

    `script` is how Unicode's names of its letters begin: "LATIN" covers accents and Turkish, "ARABIC" Persian and Urdu.
    """

    def __init__(self, script, message):
        self.script, self.message = script, message

    def __call__(self, value):
        if not any(each.isalpha() and unicodedata.name(each, "").startswith(self.script) for each in value):
            raise ValidationError(self.message, code="script")


class LinesField(forms.CharField):
    """Several lines of text, with line ends as they are on record: browsers send others, and a text left alone is unchanged."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class OnceField(forms.UUIDField):
    """A hidden mark made with the form, by which one that is sent twice is taken once; what is no mark counts as a new one."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(**{"initial": uuid.uuid4, "required": False} | kwargs)

    def clean(self, value):
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class AddressField(forms.URLField):
    """The address of a website; typed without https:// it is taken as such."""

    def __init__(self, **kwargs):
        widget = forms.URLInput({"autocomplete": "url", "inputmode": "url", **LATIN})
        super().__init__(**{"assume_scheme": "https", "widget": widget, "max_length": 200} | kwargs)


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes to tick; groups of them fold away unless something in them is ticked."""

    template_name = "portal/ticks.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["groups"] = [
            (group, options, any(option["selected"] for option in options))
            for group, options, _index in context["widget"]["optgroups"]
        ]
        return context


class Radios(Ticks, forms.RadioSelect):
    allow_multiple_selected = False
    input_type = "radio"


class CountryField(forms.ModelChoiceField):
    """One country, by its two-letter code; the member states come first."""

    def __init__(self, **kwargs):
        kwargs = {"label": _("Country"), "empty_label": "", "to_field_name": "iso2"} | kwargs
        super().__init__(Country.objects.all(), **kwargs)
        self.widget.attrs |= {"autocomplete": "country"}

    def prepared(self):
        """The choices in the page's language: asked when the form is drawn, since it depends on the page."""
        states = [(each.iso2, each.name) for each in Country.objects.member_states().by_name()]
        others = [(each.iso2, each.name) for each in Country.objects.not_member_states().by_name()]
        return [("", ""), (_("Member states"), states), (_("Other countries"), others)]


class DayField(forms.DateField):
    """A day, chosen from a calendar or typed as 2027-03-15 in any digits; other orders of day and month can be read in two ways."""

    FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)

    def __init__(self, **kwargs):
        widget = forms.DateInput({"type": "date", "autocomplete": "off", "dir": "ltr"}, format="%Y-%m-%d")
        errors = {"invalid": _("Write the day as year-month-day, such as 2027-03-15.")}
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d"], "error_messages": errors} | kwargs)

    def to_python(self, value):
        return super().to_python(plain_digits(value) if isinstance(value, str) else value)

    def clean(self, value):
        day = super().clean(value)
        if day and not self.FIRST <= day <= self.LAST:
            raise ValidationError(_("This is not a day between 2000 and 2099."))
        return day


class ManyField(forms.ModelMultipleChoiceField):
    """Several rows by a natural key, drawn as boxes; at most `most` of them."""

    widget = Ticks

    def __init__(self, queryset, *, most=None, **kwargs):
        self.most = most
        super().__init__(queryset, **kwargs)

    def clean(self, value):
        rows = super().clean(value)
        if self.most and len(rows) > self.most:
            raise ValidationError(_("Choose at most %(most)s.") % {"most": number(self.most)})
        return rows


class StatesField(ManyField):
    """Member states by their two-letter code, under their OIC groups."""

    def __init__(self, **kwargs):
        super().__init__(Country.objects.member_states(), **{"label": _("Countries"), "to_field_name": "iso2"} | kwargs)

    def prepared(self):
        states = list(Country.objects.member_states().by_name())
        return [
            (group.label, [(each.iso2, each.name) for each in states if each.oic_group == group])
            for group in Country.OICGroup
        ]


class SectorsField(ManyField):
    """Sectors by their address, under their themes."""

    def __init__(self, **kwargs):
        super().__init__(Sector.objects.below_themes(), **{"label": _("Sectors"), "to_field_name": "slug"} | kwargs)

    def prepared(self):
        sectors = sorted(
            Sector.objects.below_themes().select_related("theme").by_name(),
            key=lambda each: alphabetical(each.theme.name),
        )
        return [
            (theme, [(each.slug, each.name) for each in group])
            for theme, group in groupby(sectors, key=lambda each: each.theme.name)
        ]


class LanguagesField(ManyField):
    """Languages by their code; the three of the OIC first, the others fold away."""

    def __init__(self, **kwargs):
        super().__init__(Language.objects.all(), **{"label": _("Languages"), "to_field_name": "code"} | kwargs)

    def prepared(self):
        languages = [(each.code, each.name) for each in Language.objects.by_name()]
        first = [each for each in languages if each[0] in FIRST_LANGUAGES]
        return [*first, (_("Other languages"), [each for each in languages if each[0] not in FIRST_LANGUAGES])]


class PreparedForm(forms.Form):
    """A form whose fields make their choices when it is drawn, in the language of the page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if hasattr(field, "prepared"):
                field.widget.choices = field.prepared
