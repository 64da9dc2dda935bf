"""Forms of saved searches."""

from django import forms


class SegmentForm(forms.Form):
    """A search to keep; the query is shown, and may be changed."""

    name = forms.CharField(max_length=120, label="Name", widget=forms.TextInput(attrs={"class": "input"}))
    query = forms.CharField(
        max_length=4000,
        required=False,
        strip=True,
        label="Search",
        help_text="Everybody who matches at the time you look; an empty search is everybody.",
        widget=forms.Textarea(attrs={"class": "input", "rows": 2, "spellcheck": "false"}),
    )
    is_shared = forms.BooleanField(required=False, label="Share with colleagues")
