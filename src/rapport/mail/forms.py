"""What people enter about mailboxes, templates and messages."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings

from rapport.accounts.models import User
from rapport.mail.branding import GREEN
from rapport.mail.logos import MAX_BYTES
from rapport.mail.models import DomainLimit, Letterhead, Look, Mailbox, Preference, Provider, Service, Template, Topic
from rapport.mail.operations import Choice, MailboxSettings, ProviderSettings, ServiceSettings
from rapport.mail.services import EVENTS, MAIL, Kind
from rapport.mail.template_fields import MAX_TEXT


class MailboxForm(forms.Form):
    """A mailbox's settings; passwords are never sent back to the browser."""

    address = forms.EmailField(label="E-mail address", max_length=320)
    display_name = forms.CharField(
        label="Name that people see", max_length=120, required=False, help_text="Such as “Rita Recruiter, Northwind”."
    )
    is_shared = forms.BooleanField(
        label="Shared mailbox", required=False, help_text="Every recruiter may read it and write from it."
    )
    signature = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), required=False, help_text="Stands below every message, after “-- ”."
    )
    provider_id = forms.TypedChoiceField(
        label="Signs in", coerce=UUID, empty_value=None, required=False,
        help_text="By password, or at a provider that administrators set up: then leave servers, user names and passwords empty, "
        "and sign in there after saving.",
    )  # fmt: skip
    smtp_host = forms.CharField(label="Server for sending (SMTP)", max_length=253, required=False)
    smtp_port = forms.IntegerField(label="Port", min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(label="Encryption", choices=Mailbox.Security.choices, initial="starttls")
    smtp_user = forms.CharField(label="User name", max_length=320, required=False)
    smtp_password = forms.CharField(
        label="Password", max_length=1000, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    imap_host = forms.CharField(
        label="Server for reading (IMAP)", max_length=253, required=False,
        help_text="Only answers and mail from candidates are taken in; the rest of your mail is left alone. Leave it empty and "
        "answers stay in your mail program.",
    )  # fmt: skip
    imap_port = forms.IntegerField(label="Port", min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(label="Encryption", choices=Mailbox.Security.choices, initial="ssl")
    imap_user = forms.CharField(
        label="User name", max_length=320, required=False, help_text="Empty: the same as for sending."
    )
    imap_password = forms.CharField(
        label="Password", max_length=1000, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Empty: the same as for sending.",
    )  # fmt: skip
    imap_folders = forms.CharField(label="Folders", initial="INBOX", help_text="Separated by commas.")
    daily_cap = forms.IntegerField(label="Messages in 24 hours at most", min_value=1, max_value=100_000, initial=200)
    pace_per_minute = forms.IntegerField(label="Messages a minute at most", min_value=1, max_value=10_000, initial=20)
    warm_up_from = forms.DateField(
        label="Warm up from", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="For a new address: 20 messages in 24 hours in the first week, then twice as many every week, up to the "
        "number above.",
    )  # fmt: skip
    answer_target_hours = forms.IntegerField(
        label="Answer within (hours)", min_value=1, max_value=2_000, required=False,
        help_text="The inbox marks who has waited longer. Empty: no target.",
    )  # fmt: skip
    takes_plus_addresses = forms.BooleanField(
        label="Ask for answers to name+code@",
        required=False,
        help_text="Only if your server delivers name+anything@ to name@. Answers are then matched even when a program "
        "loses the thread.",
    )
    verify_certificate = forms.BooleanField(
        label="Check the servers' certificates", required=False, initial=True,
        help_text="Turn this off only for a server inside your own network.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, may_share: bool, mailbox: Mailbox | None = None, providers: Iterable[Provider] = (), **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["provider_id"]
        chosen.choices = [("", "By password"), *((str(row.id), f"At {row}") for row in providers)]
        if len(chosen.choices) == 1:
            del self.fields["provider_id"]
            self.fields["smtp_host"].required = True
        if not may_share or mailbox:
            del self.fields["is_shared"]
        if mailbox:
            for name in ("smtp_password", "imap_password"):
                if getattr(mailbox, name):
                    self.fields[name].help_text = "Stored. Enter one only to change it."

    def settings(self) -> MailboxSettings:
        values = {name: self.cleaned_data[name] for name in self.cleaned_data if name != "is_shared"}
        folders = tuple(name.strip() for name in values.pop("imap_folders").split(","))
        return MailboxSettings(**values, imap_folders=folders)


def initial_of(mailbox: Mailbox) -> dict[str, Any]:
    """The form's values for a stored mailbox, without passwords."""
    names = set(MailboxSettings.__dataclass_fields__) - {"smtp_password", "imap_password", "imap_folders"}
    return {**{name: getattr(mailbox, name) for name in names}, "imap_folders": ", ".join(mailbox.imap_folders)}


class ProviderForm(forms.Form):
    """A provider of signing in by OAuth 2; the secret is never sent back to the browser."""

    name = forms.CharField(max_length=80, help_text="As people know it, such as “Northwind Mail”.")
    client_id = forms.CharField(label="Client id", max_length=400)
    client_secret = forms.CharField(
        label="Client secret", max_length=1000, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    tenant = forms.CharField(
        label="Directory (tenant)", max_length=100, required=False,
        help_text="The id or domain of your organisation's directory. Empty: accounts of any.",
    )  # fmt: skip
    authorize_url = forms.CharField(label="Address that asks for permission", max_length=500)
    token_url = forms.CharField(label="Address that gives tokens", max_length=500)
    scope = forms.CharField(
        label="Scope", max_length=500, required=False, help_text="What the provider calls reading and sending mail."
    )

    def __init__(self, *args: Any, kind: str, present: Provider | None, **kwargs: Any) -> None:
        initial = (
            {name: getattr(present, name) for name in self.base_fields if name != "client_secret"} if present else {}
        )
        super().__init__(*args, **kwargs | {"initial": initial})
        wanted = {"client_id", "client_secret"} | {
            Provider.Kind.MICROSOFT: {"tenant"}, Provider.Kind.OTHER: {"name", "authorize_url", "token_url", "scope"},
        }.get(Provider.Kind(kind), set())  # fmt: skip
        for name in set(self.fields) - wanted:
            del self.fields[name]
        if present and present.client_secret:
            self.fields["client_secret"].help_text = "Stored. Enter one only to change it."

    def settings(self) -> ProviderSettings:
        return ProviderSettings(**self.cleaned_data)


class ServiceForm(forms.Form):
    """A mail service; keys are never sent back to the browser."""

    signing_key = forms.CharField(
        max_length=1000, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    mail_key = forms.CharField(
        max_length=1000, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    mailbox_id = forms.TypedChoiceField(
        label="Mail for other addresses", coerce=UUID, empty_value=None, required=False,
        help_text="Mail goes to the mailbox that it was sent to; this is where the rest goes.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, kind: Kind, present: Service | None, mailboxes: Iterable[Mailbox], **kwargs: Any
    ) -> None:  # fmt: skip
        initial = {"mailbox_id": str(present.mailbox_id) if present and present.mailbox_id else ""}
        super().__init__(*args, **kwargs | {"initial": initial})
        chosen: Any = self.fields["mailbox_id"]
        chosen.choices = [("", "Nowhere: it is let go"), *((str(row.id), row.address) for row in mailboxes)]
        for name, what, is_there in (
            ("signing_key", EVENTS, EVENTS in kind.keys), ("mail_key", MAIL, kind.has_own_mail_key),
        ):  # fmt: skip
            if not is_there:
                del self.fields[name]
                continue
            self.fields[name].label = kind.keys[what].label
            if present and getattr(present, name):
                self.fields[name].help_text = "Stored. Enter one only to change it."
            elif not kind.keys[what].is_required:
                self.fields[name].help_text = "Only if signing is switched on there."
        if MAIL not in kind.delivers:
            del self.fields["mailbox_id"]

    def settings(self) -> ServiceSettings:
        return ServiceSettings(**self.cleaned_data)


class DomainLimitForm(forms.Form):
    """How much mail goes to a domain; the domain of a limit that is there stays."""

    domain = forms.CharField(
        max_length=253, required=False, widget=forms.TextInput(attrs={"placeholder": "example.com"}),
        help_text="What stands after the @. Empty: each domain that has no limit of its own.",
    )  # fmt: skip
    pace_count = forms.IntegerField(label="Messages at most", min_value=1, max_value=10_000_000, required=False)
    pace_per = forms.ChoiceField(label="In", choices=DomainLimit.Per.choices, initial=DomainLimit.Per.HOUR)
    daily_cap = forms.IntegerField(
        label="Messages in 24 hours at most", min_value=1, max_value=10_000_000, required=False,
        help_text="Empty: as many as the pace above allows.",
    )  # fmt: skip

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["domain"]


class TemplateForm(forms.Form):
    """A template; `seen_version` travels along, so that nobody overwrites a wording they have not seen."""

    name = forms.CharField(max_length=120)
    purpose = forms.ChoiceField(label="For", choices=Template.Purpose.choices)
    language_code = forms.ChoiceField(label="Language", choices=Preference.Language.choices[1:], initial="en")
    role_family = forms.CharField(
        label="Kind of role", max_length=80, required=False, help_text="Empty fits all.",
        widget=forms.TextInput(attrs={"list": "template-families", "autocomplete": "off", "placeholder": "Engineering"}),
    )  # fmt: skip
    department = forms.CharField(
        max_length=120, required=False, help_text="Empty fits all.",
        widget=forms.TextInput(attrs={"list": "template-departments", "autocomplete": "off"}),
    )  # fmt: skip
    owner_id = forms.ChoiceField(label="Kept by", required=False)
    look = forms.ChoiceField(
        choices=Look.choices, initial=Look.PLAIN, required=False,
        help_text="Plain reads like a letter from a person; branded is set on your letterhead.",
    )  # fmt: skip
    subject = forms.CharField(max_length=300)
    body = forms.CharField(label="Text", max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 14}))
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=100_000)

    def __init__(self, *args: Any, colleagues: Iterable[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner_id"]
        owner.choices = [("", "Nobody"), *((str(user.id), user.full_name) for user in colleagues)]

    def values(self) -> dict[str, Any]:
        """What `update_template` takes."""
        owner_id = self.cleaned_data["owner_id"]
        look = self.cleaned_data["look"] or Look.PLAIN
        return {**self.cleaned_data, "look": look, "owner_id": UUID(owner_id) if owner_id else None}


class LetterheadForm(forms.Form):
    """The letterhead; `seen_number` travels along, so that nobody overwrites one they have not seen."""

    colour = forms.CharField(
        label="Colour", max_length=7, widget=forms.TextInput(attrs={"type": "color"}),
        help_text="The line above every mail. Links have it too, as dark or light as they must be to be read.",
    )  # fmt: skip
    logo = forms.FileField(
        required=False, widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}), allow_empty_file=True,
        help_text="PNG, JPEG or WebP, 2 MB at most; shown up to 240 × 64 pixels. Dark mail programs keep it on white. "
        "Without a logo the name of your organisation stands there.",
    )  # fmt: skip
    logo_alt = forms.CharField(
        label="The logo in words", max_length=120, required=False, help_text="Read where pictures are not shown."
    )
    removes_logo = forms.BooleanField(label="Take the logo away", required=False)
    footer = forms.CharField(
        label="Lines below every mail", max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Such as your name and postal address, which some countries ask for. They stand in the text part too.",
    )  # fmt: skip
    seen_number = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)

    def __init__(self, *args: Any, present: Letterhead | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"colour": GREEN, "logo_alt": settings.SITE_NAME, "seen_number": 0}
        if present:
            initial = {name: getattr(present, name) for name in ("colour", "footer", "logo_alt")}
            initial |= {"logo_alt": present.logo_alt or settings.SITE_NAME, "seen_number": present.number}
        super().__init__(*args, **kwargs | {"initial": initial})
        if not (present and present.storage_name):
            del self.fields["removes_logo"]

    def uploaded(self) -> bytes | None:
        """The picture that was chosen, as far as a logo may be long and one byte more; None for none."""
        file = self.files.get("logo")
        if file is None:
            return None
        file.seek(0)
        return file.read(MAX_BYTES + 1)

    def values(self) -> dict[str, Any]:
        """What `save_letterhead` takes."""
        return {**self.cleaned_data, "logo": self.uploaded()}


class SnippetForm(forms.Form):
    """A snippet; its name is chosen once."""

    name = forms.CharField(max_length=60, help_text="Letters, digits and _, such as “about_us”. It stays as it is.")
    body = forms.CharField(label="Text", max_length=5_000, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["name"]


class TemplateFilterForm(forms.Form):
    """What the list of templates is narrowed by; a wrong value asks for nothing."""

    q = forms.CharField(max_length=100, required=False)
    purpose = forms.ChoiceField(choices=[("", "All purposes"), *Template.Purpose.choices], required=False)
    family = forms.ChoiceField(label="Kind of role", required=False)
    department = forms.ChoiceField(required=False)
    language = forms.ChoiceField(choices=[("", "All languages"), *Preference.Language.choices[1:]], required=False)

    def __init__(self, *args: Any, families: Iterable[str], departments: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, words in (("family", "All roles", families), ("department", "All departments", departments)):
            field: Any = self.fields[name]
            field.choices = [("", label), *((word, word) for word in words)]
        for shown in self.fields.values():
            shown.widget.attrs["class"] = "input"

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(self.cleaned_data.get(name, "")) for name in self.fields}


class MessageForm(forms.Form):
    """A message to one person."""

    mailbox = forms.ModelChoiceField(Mailbox.objects.none(), label="From", empty_label=None)
    to_address = forms.EmailField(label="To", max_length=320)
    subject = forms.CharField(max_length=300)
    look = forms.ChoiceField(label="Look", choices=Look.choices, initial=Look.PLAIN, required=False)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 8, "data-key": "r"}))

    def __init__(self, *args: Any, mailboxes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mailbox"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = mailboxes

    def clean_look(self) -> str:
        return str(self.cleaned_data["look"] or Look.PLAIN)


class SuppressionForm(forms.Form):
    address = forms.CharField(label="E-mail address", max_length=320)
    evidence = forms.CharField(label="Why", max_length=300, required=False)


class DomainForm(forms.Form):
    """Which domain to look at, and with which DKIM selectors."""

    domain = forms.CharField(label="Domain", max_length=320, help_text="Such as example.org, or an address of it.")
    selector = forms.CharField(
        label="DKIM selectors",
        max_length=400,
        required=False,
        help_text="Separated by spaces. Empty: the usual ones are tried.",
    )


class PreferenceForm(forms.Form):
    """What somebody outside wants to get, in their words."""

    topics = forms.MultipleChoiceField(
        label="What about?", choices=Topic.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    every_days = forms.TypedChoiceField(
        label="How often?", choices=Preference.Every.choices, coerce=int, initial=0, widget=forms.RadioSelect
    )
    is_paused = forms.BooleanField(label="Nothing for six months, then as chosen here", required=False)
    language_code = forms.ChoiceField(label="In which language?", choices=Preference.Language.choices, required=False)

    def choice(self) -> Choice:
        return Choice(**self.cleaned_data)
