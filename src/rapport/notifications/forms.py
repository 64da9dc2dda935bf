from django import forms

from rapport.notifications.models import DigestChoice


class DigestForm(forms.Form):
    every = forms.ChoiceField(
        label="Mail about what you have not read", choices=DigestChoice.Every.choices, widget=forms.RadioSelect
    )
