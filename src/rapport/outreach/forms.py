"""What people enter about sequences and their steps."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import pycountry
from django import forms
from django.conf import settings

from rapport.candidates.tag_queries import find_tag
from rapport.jobs.models import Job
from rapport.mail.models import Look, Mailbox, TemplateVersion, Topic
from rapport.outreach.models import Sequence, Step
from rapport.outreach.operations import SequenceDraft, StepDraft, VariantDraft
from rapport.outreach.variants import FIRST

DAYS = [(0, "Mon"), (1, "Tue"), (2, "Wed"), (3, "Thu"), (4, "Fri"), (5, "Sat"), (6, "Sun")]


def read_tag(name: str) -> UUID | None:
    """The tag that a person means by a name; None for no name. Raises ValidationError where there is none."""
    if not name:
        return None
    tag = find_tag(name)
    if tag is None:
        raise forms.ValidationError(f"There is no tag named {name}. Choose one that there is.")
    return tag.id


class SequenceForm(forms.Form):
    """From whom, about what and when. `updated_at` travels along, so that nobody overwrites what they have not seen."""

    name = forms.CharField(max_length=120)
    mailbox_id = forms.ChoiceField(label="Writes from", required=False)
    job_id = forms.ChoiceField(
        label="About the job", required=False, help_text="Fills job_title, job_location and department."
    )
    days = forms.MultipleChoiceField(label="Days", choices=DAYS, widget=forms.CheckboxSelectMultiple)
    from_time = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    until_time = forms.TimeField(label="Until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    time_zone = forms.ChoiceField(
        label="Time zone", help_text="Of those whose own is not known; the others get mail in their own hours."
    )
    holiday_country = forms.ChoiceField(label="No mail on public holidays of", required=False)
    cap_count = forms.IntegerField(label="Mails at most", min_value=1, max_value=90)
    cap_days = forms.IntegerField(
        label="within days", min_value=1, max_value=90, help_text="Counted over everybody here who writes to them."
    )
    needs_consent = forms.BooleanField(label="Only to people who agreed to be written to about jobs", required=False)
    shows_unsubscribe = forms.BooleanField(label="A line at the end lets them unsubscribe", required=False)
    tracks_clicks = forms.BooleanField(
        label="See which links are followed",
        required=False,
        help_text="Links lead over this server, without cookies. What mail filters fetch counts as a machine.",
    )
    topic = forms.ChoiceField(
        label="What it is about",
        choices=Topic.choices,
        initial=Topic.JOBS,
        help_text="People who want no mail about this do not get it.",
    )
    again_after_days = forms.IntegerField(
        label="The same person again after days", min_value=0, max_value=3650, initial=0,
        help_text="Counted from when they left it; 0 for never.",
    )  # fmt: skip
    goal = forms.ChoiceField(
        label="What it is for",
        choices=Sequence.Goal.choices,
        initial=Sequence.Goal.REPLY,
        required=False,
        help_text="Who gets there is done with it. Whoever answers gets nothing more in any case.",
    )
    goes_on_when_applied = forms.BooleanField(
        label="Goes on for those who apply", required=False,
        help_text="Else whoever is considered for a job, whichever it is, gets nothing more.",
    )  # fmt: skip
    stop_tag = forms.CharField(label="Ends for whoever has the tag", required=False, max_length=100, initial="")
    held_out_percent = forms.IntegerField(
        label="Percent who get nothing, by chance", min_value=0, max_value=50, initial=0, required=False,
        help_text="Up to 50 of a hundred whom you put in. What becomes of them shows what the mails bring; 0 for nobody.",
    )  # fmt: skip
    updated_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, mailboxes: Iterable[Mailbox], jobs: Iterable[Job], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("mailbox_id", [("", "Choose a mailbox"), *((str(row.id), str(row)) for row in mailboxes)])
        self._choices("job_id", [("", "No particular job"), *((str(row.id), row.title) for row in jobs)])
        self._choices("time_zone", [(name, name.replace("_", " ")) for name in sorted(available_timezones())])
        countries = sorted((row.name, row.alpha_2) for row in pycountry.countries)
        self._choices("holiday_country", [("", "None"), *((code, name) for name, code in countries)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_stop_tag(self) -> UUID | None:
        return read_tag(self.cleaned_data["stop_tag"])

    def draft(self) -> SequenceDraft:
        values = dict(self.cleaned_data)
        del values["updated_at"]
        values["stop_tag_id"] = values.pop("stop_tag")
        values["goal"] = values["goal"] or Sequence.Goal.REPLY
        values["held_out_percent"] = values["held_out_percent"] or 0
        return SequenceDraft(
            **{
                **values,
                "mailbox_id": UUID(values["mailbox_id"]) if values["mailbox_id"] else None,
                "job_id": UUID(values["job_id"]) if values["job_id"] else None,
                "days": tuple(int(day) for day in values["days"]),
            }
        )


def initial_of(sequence: Sequence | None) -> dict[str, Any]:
    """The form's values for a stored sequence, or for a new one."""
    if sequence is None:
        draft = SequenceDraft(name="", time_zone=settings.DEFAULT_TIME_ZONE)
        return {name: getattr(draft, name) for name in SequenceDraft.__dataclass_fields__}
    values = {name: getattr(sequence, name) for name in SequenceDraft.__dataclass_fields__}
    ids = {name: str(values[name] or "") for name in ("mailbox_id", "job_id")}
    named = {"stop_tag": sequence.stop_tag.name if sequence.stop_tag else ""}
    return {**values, **ids, **named, "updated_at": sequence.updated_at.isoformat()}


def _look() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Look",
        choices=Look.choices,
        initial=Look.PLAIN,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )


class VariantForm(forms.Form):
    """A further wording of a step; an empty subject answers the mail before it."""

    template_version_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(label="Subject", max_length=300, required=False)
    body = forms.CharField(label="Text", required=False, widget=forms.Textarea(attrs={"rows": 8}))
    look = _look()

    written_from: TemplateVersion | None = None  # for the page

    def __init__(self, *args: Any, letter: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown_letter: str = letter or self.initial.get("letter", "")

    def draft(self) -> VariantDraft:
        values = {**self.cleaned_data, "look": self.cleaned_data["look"] or Look.PLAIN}
        return VariantDraft(letter=self.shown_letter, **values)


class StepForm(forms.Form):
    """One step with its first wording; an empty subject answers the mail before it. `variants` are the further ones.

    `used` has all letters that the step's variants ever had: a new one gets a letter of its own.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    template_version_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    letter = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1)
    used = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    kind = forms.ChoiceField(
        label="What happens", choices=Step.Kind.choices, widget=forms.Select(attrs={"class": "input"})
    )
    wait_count = forms.IntegerField(
        label="How long to wait", min_value=0, max_value=365, initial=0,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )  # fmt: skip
    wait_unit = forms.ChoiceField(
        label="Hours or days", choices=Step.WaitUnit.choices, initial=Step.WaitUnit.DAYS, required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    only_if = forms.ChoiceField(
        label="Who gets it", choices=Step.OnlyIf.choices, required=False, widget=forms.Select(attrs={"class": "input"})
    )
    only_if_tag = forms.CharField(label="Tag", required=False, max_length=100, initial="")
    subject = forms.CharField(label="Subject", max_length=300, required=False)
    body = forms.CharField(label="Text", required=False, widget=forms.Textarea(attrs={"rows": 8}))
    metric = forms.ChoiceField(
        label="What counts", choices=Step.Metric.choices, initial=Step.Metric.REPLIED, required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    look = _look()
    smallest_difference_points = forms.IntegerField(
        label="Smallest difference that matters", min_value=1, max_value=50, initial=5, required=False,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )  # fmt: skip
    expected_rate_percent = forms.IntegerField(
        label="Expected share of replies", min_value=1, max_value=90, initial=10, required=False,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )  # fmt: skip

    written_from: TemplateVersion | None = None  # for the page
    required_people = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants: list[VariantForm] = []

    @property
    def shown_letter(self) -> str:
        """That of the first wording where there are several, else ""."""
        return str(self["letter"].value() or FIRST) if self.variants else ""

    @property
    def texts(self) -> list["StepForm | VariantForm"]:
        """The forms of all wordings, the first one first."""
        return [self, *self.variants]

    def clean_only_if(self) -> str:
        """Everybody waits: who was chosen before a mail became a wait does not count any more."""
        return "" if self.cleaned_data.get("kind") == Step.Kind.WAIT else str(self.cleaned_data["only_if"])

    def clean_only_if_tag(self) -> UUID | None:
        if self.cleaned_data.get("only_if") not in (Step.OnlyIf.TAGGED, Step.OnlyIf.NOT_TAGGED):
            return None
        tag_id = read_tag(self.cleaned_data["only_if_tag"])
        if tag_id is None:
            raise forms.ValidationError("Choose the tag.")
        return tag_id

    def draft(self) -> StepDraft:
        values = {name: value for name, value in self.cleaned_data.items() if name != "used"}
        values["only_if_tag_id"] = values.pop("only_if_tag")
        for name in ("wait_unit", "look", "metric", "smallest_difference_points", "expected_rate_percent"):
            values[name] = values[name] or self.fields[name].initial
        return StepDraft(**values, variants=tuple(variant.draft() for variant in self.variants))
