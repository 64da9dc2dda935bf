"""What people enter about applications."""

from datetime import date, timedelta
from typing import Any

from django import forms

from rapport.applications.models import ArchiveReason


class ArchiveForm(forms.Form):
    """Why applications end; the reason says on which side."""

    reason = forms.ChoiceField(
        label="Reason", error_messages={"required": "Choose why.", "invalid_choice": "Choose one of the reasons shown."}
    )
    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="For colleagues only."
    )

    def __init__(self, *args: Any, reasons: list[ArchiveReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (label, [(str(reason.id), reason.name) for reason in reasons if reason.side == side])
            for side, label in ArchiveReason.Side.choices
        ]
        field: Any = self.fields["reason"]
        field.choices = [("", "Choose a reason"), *((label, rows) for label, rows in groups if rows)]


class PromiseForm(forms.Form):
    """Until when the candidate hears, and why it takes longer."""

    hear_by_on = forms.DateField(label="They hear by", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="Why the day moves", required=False, max_length=300)

    def __init__(self, *args: Any, today: date, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["hear_by_on"].widget.attrs
        attrs["min"], attrs["max"] = today.isoformat(), (today + timedelta(days=365)).isoformat()
        if is_new:
            del self.fields["reason"]


class ReasonForm(forms.Form):
    """A reason of the list that archiving offers."""

    name = forms.CharField(label="Reason", max_length=120)
    side = forms.ChoiceField(label="Who says no", choices=ArchiveReason.Side.choices)
