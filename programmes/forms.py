"""What staff are asked of designations, and of vacant seats."""

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from classifications.fields import LineField
from classifications.models import Country
from programmes.models import FocalPoint
from programmes.seats import programmes_with_seats, seats_of
from programmes.tables import OFFICES


class FocalPointForm(forms.ModelForm):
    """A designation; with a `predecessor` it takes the seat of that one."""

    predecessor = None

    class Meta:
        model = FocalPoint
        fields = []  # the admin names them
        field_classes = dict.fromkeys([*OFFICES, "person"], LineField)

    def clean_designated_on(self):
        day = self.cleaned_data["designated_on"]
        if self.predecessor:
            FocalPoint.hold_seats_of(self.predecessor.country_id)
            self.predecessor.refresh_from_db()
            self.predecessor.check_successor(day)
        return day

    def clean(self):
        """Of two who fill a seat at once one waits here, so that the other is told by the form, with all that was typed."""
        country = self.cleaned_data.get("country")
        FocalPoint.hold_seats_of(country.pk if country else self.instance.country_id)
        return super().clean()


class EndForm(forms.Form):
    """Ending a designation."""

    on = forms.DateField(
        label=_("First day on which it is no longer in force"), initial=localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    because = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("Only staff read it."),
    )  # fmt: skip


class VacancyFilters(forms.Form):
    """Which vacant seats are shown; what cannot be read leaves nothing out."""

    programme = forms.ModelChoiceField(None, label=_("programme or network"), required=False, to_field_name="slug")
    country = forms.ModelChoiceField(None, label=_("country"), required=False, to_field_name="iso2")
    group = forms.ChoiceField(label=_("OIC group"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes_with_seats()
        self.fields["country"].queryset = Country.objects.member_states().by_name()
        self.fields["group"].choices = [("", "---------"), *Country.OICGroup.choices]
        self.is_valid()

    def found(self):
        """Pairs of a programme and its vacant seats."""
        programme, country, group = (self.cleaned_data.get(name) for name in ("programme", "country", "group"))
        return [
            (
                each,
                [
                    seat
                    for seat in seats_of(each.slug)
                    if seat.point is None
                    and (not country or seat.country == country)
                    and (not group or seat.country.oic_group == group)
                ],
            )
            for each in ([programme] if programme else programmes_with_seats())
        ]
