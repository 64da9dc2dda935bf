from django import forms

from rapport.notifications.models import DigestChoice


class DigestForm(forms.Form):
    every = forms.ChoiceField(
        label="Mail about what you have not read", choices=DigestChoice.Every.choices, widget=forms.RadioSelect
    )


class ChatForm(forms.Form):
    url = forms.CharField(
        label="Address of the incoming webhook", max_length=1000, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Slack, Mattermost and Rocket.Chat make one for a channel; Discord’s needs /slack at its end.",
    )  # fmt: skip
