"""What people enter about candidates."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from rapport.accounts.models import User
from rapport.candidates.drafts import (
    CandidateDraft,
    ContactPointDraft,
    EducationDraft,
    ExperienceDraft,
    SkillDraft,
)
from rapport.candidates.models import Candidate, Consent, ContactPoint, Document
from rapport.candidates.operations import CandidateChanges

TEXTS = ("full_name", "pronouns", "title", "organisation", "place", "summary", "source")


class MonthField(forms.CharField):
    """A month as browsers send it ("2024-03"), or a year alone; empty is None. Gives (first day, precision)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs={"placeholder": "2024-03"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value).strip().replace("/", "-")
        if not text:
            return None
        year, _, month = text.partition("-")
        try:
            return date(int(year), int(month or 1), 1)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError("Enter a year, or year and month: 2024 or 2024-03.") from error


class CandidateForm(forms.Form):
    """The person: name, present job, place, and the words about them."""

    full_name = forms.CharField(label="Full name", max_length=300)
    pronouns = forms.CharField(max_length=40, required=False)
    title = forms.CharField(label="Present title", max_length=200, required=False)
    organisation = forms.CharField(max_length=200, required=False)
    place = forms.CharField(
        max_length=200, required=False, help_text="City and country; distance search and time zone follow from it."
    )
    languages = forms.CharField(max_length=400, required=False, help_text="Separated by commas.")
    years_experience = forms.DecimalField(
        label="Years of experience", min_value=0, max_value=60, decimal_places=1, required=False
    )
    source = forms.CharField(max_length=120, required=False, help_text="Where you know them from.")
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    summary = forms.CharField(label="About", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, colleagues: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if colleagues is not None:
            self.fields["owner"].queryset = colleagues  # type: ignore[attr-defined]  # a ModelChoiceField has one
        self.fields["source"].widget.attrs["list"] = "sources"
        self.fields["full_name"].widget.attrs["autocomplete"] = "off"

    def tell_normal_forms(self, candidate: Candidate) -> None:
        """Say beside the entered title and organisation how they are read."""
        if candidate.title_normal:
            self.fields["title"].help_text = f"Read as “{candidate.title_normal}”, {candidate.seniority}."
        if candidate.organisation_normal:
            self.fields["organisation"].help_text = f"Read as “{candidate.organisation_normal}”."
        if candidate.city:
            where = ", ".join(filter(None, (candidate.city, candidate.country_code)))
            self.fields["place"].help_text = f"Read as {where}; distance search and time zone follow from it."

    def words(self, name: str) -> list[str]:
        """A field of words separated by commas."""
        return [word.strip() for word in self.cleaned_data[name].split(",") if word.strip()]

    def changes(self) -> CandidateChanges:
        data = self.cleaned_data
        changes: dict[str, Any] = {name: data[name] for name in TEXTS}
        changes["languages"] = self.words("languages")
        changes["years_experience"] = data["years_experience"]
        changes["owner_id"] = data["owner"].id if data["owner"] else None
        return CandidateChanges(**changes)  # type: ignore[typeddict-item]  # the fields are named alike


class CreateForm(CandidateForm):
    """A new person with the ways to reach them."""

    email = forms.CharField(label="E-mail", max_length=320, required=False)
    phone = forms.CharField(max_length=60, required=False, help_text="With + and the country, or enter the place.")
    link = forms.CharField(label="Profile link", max_length=500, required=False)
    skills = forms.CharField(max_length=2000, required=False, help_text="Separated by commas.")
    tags = forms.CharField(max_length=600, required=False, help_text="Separated by commas.")
    field_order = (
        "full_name", "email", "phone", "link", "title", "organisation", "place", "skills", "tags", "source", "owner",
        "summary",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pronouns", "languages", "years_experience"):
            del self.fields[name]

    def draft(self) -> CandidateDraft:
        data = self.cleaned_data
        points = [ContactPointDraft(kind, data[kind]) for kind in ("email", "phone", "link") if data[kind].strip()]
        return CandidateDraft(
            full_name=data["full_name"],
            title=data["title"],
            organisation=data["organisation"],
            place=data["place"],
            summary=data["summary"],
            source=data["source"],
            owner_id=data["owner"].id if data["owner"] else None,
            contact_points=tuple(points),
            skills=tuple(SkillDraft(name) for name in self.words("skills")),
            tags=tuple(self.words("tags")),
        )


def initial_of(candidate: Candidate) -> dict[str, Any]:
    """A stored candidate as CandidateForm shows it."""
    texts = {name: getattr(candidate, name) for name in TEXTS if name != "source"}
    return {
        **texts,
        "languages": ", ".join(candidate.languages),
        "years_experience": None if candidate.years_experience is None else f"{candidate.years_experience:g}",
        "source": candidate.source.name if candidate.source else "",
        "owner": candidate.owner_id,
    }


class ContactPointForm(forms.Form):
    kind = forms.ChoiceField(choices=ContactPoint.Kind.choices, required=False)
    value = forms.CharField(label="E-mail, phone or link", max_length=600)
    label = forms.CharField(max_length=40, required=False)
    is_shared = forms.BooleanField(label="Shared by several people", required=False)


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(choices=Consent.Purpose.choices)
    basis = forms.ChoiceField(choices=Consent.Basis.choices)
    expires_on = forms.DateField(label="Valid until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    proof = forms.CharField(label="How do we know", max_length=300, required=False)


class SkillForm(forms.Form):
    name = forms.CharField(label="Skill", max_length=200)
    years = forms.DecimalField(min_value=0, max_value=60, decimal_places=1, required=False)


class TaskForm(forms.Form):
    text = forms.CharField(label="What is to be done", max_length=300)
    due_on = forms.DateField(label="By", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    assignee = forms.UUIDField(required=False)


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(choices=Document.Kind.choices, required=False)
    file = forms.FileField()


class ExperienceForm(forms.Form):
    title = forms.CharField(max_length=200, required=False)
    organisation = forms.CharField(max_length=200, required=False)
    place = forms.CharField(max_length=200, required=False)
    start_on = MonthField(label="From")
    end_on = MonthField(label="To")
    is_current = forms.BooleanField(label="Works there now", required=False)
    text = forms.CharField(label="What they did", required=False, widget=forms.Textarea(attrs={"rows": 5}))

    def draft(self) -> ExperienceDraft:
        return ExperienceDraft(date_precision=self._precision(), **self.cleaned_data)

    def _precision(self) -> str:
        entered = [self.data.get(name, "").strip() for name in ("start_on", "end_on")]
        return "year" if any(entered) and all(len(text) <= 4 for text in entered) else "month"


class EducationForm(forms.Form):
    school = forms.CharField(max_length=200, required=False)
    degree = forms.CharField(max_length=200, required=False)
    field = forms.CharField(label="Subject", max_length=200, required=False)
    start_on = MonthField(label="From")
    end_on = MonthField(label="To")

    def draft(self) -> EducationDraft:
        return EducationDraft(**self.cleaned_data)


def errors_in_words(forms_: Iterable[forms.Form]) -> str:
    """All complaints of forms as sentences, for places too small to show them beside their fields."""
    return " ".join(str(message) for form in forms_ for messages in form.errors.values() for message in messages)
