"""What people enter about users, teams and themselves."""

from django import forms
from django.utils.html import format_html

from rapport.accounts.models import Role


def _role_choices() -> list[tuple[str, str]]:
    return [
        (role.value, format_html("<span>{}<br><small>{}</small></span>", role.label, role.purpose)) for role in Role
    ]


class RoleField(forms.ChoiceField):
    """The roles as radio buttons, each with what it is for."""

    def __init__(self) -> None:
        super().__init__(choices=_role_choices, widget=forms.RadioSelect)


class NewPersonForm(forms.Form):
    full_name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label="E-mail", max_length=254, help_text="They sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    role = RoleField()


class PersonForm(forms.Form):
    full_name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = RoleField()


class TeamForm(forms.Form):
    name = forms.CharField(max_length=120, help_text="Such as “Engineering recruiting”.")


class OwnForm(forms.Form):
    """The time zone is drawn by the combobox."""

    full_name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.CharField(max_length=64)
