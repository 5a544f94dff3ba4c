"""What people may change about their own account."""

from django import forms

from accounts.models import User


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "time_zone": forms.TextInput({"dir": "ltr", "autocomplete": "off"}),
        }
