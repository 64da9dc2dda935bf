"""allauth's forms for a new password, in the words of the other forms."""

from typing import Any, cast

from allauth.account import forms
from django.conf import settings
from django.forms import Field

SHORTEST = next(
    cast(dict[str, int], each["OPTIONS"])["min_length"]
    for each in settings.AUTH_PASSWORD_VALIDATORS
    if "OPTIONS" in each
)
LABELS = {"oldpassword": "Current password", "password1": "New password", "password2": "New password again"}
HELP = f"At least {SHORTEST} characters, not only digits, and no password that many people use."


class PlainWords:
    """Sentence case, and one line of help in place of Django's list."""

    fields: dict[str, Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            if name == "password1":
                field.help_text = HELP


class ChangePassword(PlainWords, forms.ChangePasswordForm):
    pass


class SetPassword(PlainWords, forms.SetPasswordForm):
    pass


class ChoosePassword(PlainWords, forms.ResetPasswordKeyForm):
    pass
