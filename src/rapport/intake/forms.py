"""Input from people: uploads, the columns of a CSV file, and a résumé as corrected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from rapport.accounts.models import User
from rapport.candidates import language_rules
from rapport.candidates.drafts import (
    CandidateDraft,
    ContactPointDraft,
    EducationDraft,
    ExperienceDraft,
    SkillDraft,
)
from rapport.intake.resume_drafts import SURE, read_date
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import whole_number

JOB_INPUTS = ("title", "organisation", "place", "start", "end", "text")
LANGUAGE_INPUTS = ("language", "level")
LEVELS = ("native", "C2", "C1", "B2", "B1", "A2", "A1", "fluent", "intermediate", "beginner")
SCHOOL_INPUTS = ("school", "degree", "start", "end")
MOST_LINES = 500


class SharedForm(forms.Form):
    """What all people of an import get."""

    source = forms.CharField(
        max_length=120, required=False, help_text="Where these people come from. A source column comes first."
    )
    tags = forms.CharField(max_length=500, required=False, help_text="Separated by commas.")
    owner = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Nobody"), *((str(user.id), str(user)) for user in colleagues)]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them

    def options(self) -> dict[str, Any]:
        """The options of an import. Call it on a valid form."""
        data = self.cleaned_data
        tags = [tag.strip() for tag in data["tags"].split(",")]
        return {"source": data["source"], "tags": [tag for tag in tags if tag], "owner_id": data["owner"]}


class ResumesForm(SharedForm):
    look = forms.ChoiceField(
        label="When to look at them",
        choices=[
            ("before", "I look at each one before it is saved"),
            ("after", "Save them; I look at the unsure ones afterwards"),
        ],
        initial="before",
        widget=forms.RadioSelect,
    )
    field_order = ("look", "source", "tags", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].help_text = "Where these people come from."

    def options(self) -> dict[str, Any]:
        return {**super().options(), "review": self.cleaned_data["look"] == "before"}


@dataclass(frozen=True, slots=True)
class Row:
    """A job, school or language on the review page: texts by input name, where it was found, whether that is unsure, what is wrong with it."""

    place: int
    values: dict[str, Any]
    evidence: str = ""
    unsure: bool = False
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewFields:
    """What the review page puts into its inputs; `unsure` names the inputs that ask to be looked at."""

    values: dict[str, str]
    unsure: frozenset[str]
    jobs: list[Row]
    schools: list[Row]
    languages: list[Row]
    skills: list[dict[str, Any]]
    more_skills: str = ""

    @property
    def check_count(self) -> int:
        """How many fields ask to be looked at; a job or school counts once."""
        return len(self.unsure) + sum(row.unsure for row in (*self.jobs, *self.schools))


def review_fields(draft: CandidateDraft, resume: Mapping[str, Any]) -> ReviewFields:
    """The inputs of a résumé as it was read."""
    confidence = resume.get("confidence") or {}
    has_name = bool((resume.get("basics") or {}).get("name"))
    points = {
        kind: "\n".join(p.value for p in draft.contact_points if p.kind == kind) for kind in ("email", "phone", "link")
    }
    values = {
        "full_name": draft.full_name if has_name else "",
        "title": draft.title,
        "organisation": draft.organisation,
        "place": draft.place,
        "summary": draft.summary,
        **points,
    }
    checked = {
        "full_name": "basics.name",
        "email": "basics.email",
        "phone": "basics.phone",
        "title": "basics.label",
        "place": "basics.location",
    }
    unsure = {name for name, key in checked.items() if values[name] and confidence.get(key, 1) < SURE}
    unsure |= {name for name in ("full_name", "email") if not values[name]}
    jobs = [
        Row(place, _job_values(job), f"work[{place}]", _is_unsure(confidence, f"work[{place}]", 0.6))
        for place, job in enumerate(draft.experiences)
    ]
    places = _school_places(resume)
    schools = [
        Row(place, _school_values(school), places[place], _is_unsure(confidence, places[place], 0.6))
        for place, school in enumerate(draft.educations)
    ]
    skills = [
        {"place": place, "name": skill.name, "years": skill.years, "evidence": skill.evidence, "is_kept": True}
        for place, skill in enumerate(draft.skills)
    ]
    languages = [
        Row(place, dict(zip(LANGUAGE_INPUTS, language_rules.split(entry), strict=True)), f"languages[{place}]")
        for place, entry in enumerate(draft.languages)
    ]
    return ReviewFields(values, frozenset(unsure), jobs, schools, languages, skills)


def _school_places(resume: Mapping[str, Any]) -> list[str]:
    """Where each line of the education was read: certificates follow the schools, as in the draft."""
    names = ("education", "certificates")
    return [f"{name}[{place}]" for name in names for place in range(len(resume.get(name) or ()))]


def entered_fields(fields: ReviewFields, data: QueryDict, errors: Mapping[str, str]) -> ReviewFields:
    """The inputs as a person left them, added lines and dropped ones too, with what is wrong beside each line."""
    kept = set(data.getlist("skills"))
    return replace(
        fields,
        values={name: data.get(name, "") for name in fields.values},
        jobs=_entered_rows(data, "job", JOB_INPUTS, fields.jobs, errors),
        schools=_entered_rows(data, "school", SCHOOL_INPUTS, fields.schools, errors),
        languages=_entered_rows(data, "language", LANGUAGE_INPUTS, fields.languages, errors),
        skills=[skill | {"is_kept": str(skill["place"]) in kept} for skill in fields.skills],
        more_skills=data.get("more_skills", ""),
    )


def _entered_rows(
    data: QueryDict, prefix: str, names: Sequence[str], read: Sequence[Row], errors: Mapping[str, str]
) -> list[Row]:
    rows = []
    for place, values in _lines(data, prefix, names):
        known = read[place] if place < len(read) else Row(place, {})
        wrong = {name: errors[key] for name in names if (key := f"{prefix}-{place}-{name}") in errors}
        is_current = bool(data.get(f"{prefix}-{place}-current"))
        rows.append(replace(known, values=values | {"is_current": is_current}, errors=wrong))
    return rows


def _is_unsure(confidence: dict[str, float], prefix: str, sure: float) -> bool:
    return any(value < sure for key, value in confidence.items() if key.startswith(prefix + "."))


def _job_values(job: ExperienceDraft) -> dict[str, Any]:
    shape = "%Y" if job.date_precision == "year" else "%Y-%m"
    return {
        "title": job.title, "organisation": job.organisation, "place": job.place, "text": job.text, "is_current": job.is_current,
        "start": job.start_on.strftime(shape) if job.start_on else "",
        "end": job.end_on.strftime(shape) if job.end_on else "",
    }  # fmt: skip


def _school_values(school: EducationDraft) -> dict[str, Any]:
    return {
        "school": school.school, "degree": ", ".join(filter(None, (school.degree, school.field))),
        "start": f"{school.start_on:%Y}" if school.start_on else "", "end": f"{school.end_on:%Y}" if school.end_on else "",
    }  # fmt: skip


def read_review(data: QueryDict, read: CandidateDraft) -> CandidateDraft:
    """The draft as corrected: every input replaces what was read. Raises InvalidInput naming the input."""
    name = data.get("full_name", "").strip()
    if not name:
        raise InvalidInput({"full_name": "Enter the person's name."})
    points = [
        ContactPointDraft(kind, line.strip())
        for kind in ("email", "phone", "link")
        for line in data.get(kind, "").splitlines()
        if line.strip()
    ]
    kept = {whole_number(place) for place in data.getlist("skills") if place.isdecimal()}
    more = [SkillDraft(word.strip()) for word in data.get("more_skills", "").split(",") if word.strip()]
    return replace(
        read,
        full_name=name,
        title=data.get("title", ""),
        organisation=data.get("organisation", ""),
        place=data.get("place", ""),
        summary=data.get("summary", ""),
        languages=tuple(
            language_rules.with_level(given["language"], given["level"])
            for _, given in _lines(data, "language", LANGUAGE_INPUTS)
            if given["language"]
        ),
        contact_points=tuple(points),
        experiences=tuple(_read_jobs(data, read.experiences)),
        educations=tuple(_read_schools(data, read.educations)),
        skills=(*(skill for place, skill in enumerate(read.skills) if place in kept), *more),
    )


def _read_jobs(data: QueryDict, read: Sequence[ExperienceDraft]) -> Iterable[ExperienceDraft]:
    for place, given in _lines(data, "job", JOB_INPUTS):
        if not (given["title"] or given["organisation"] or given["text"]):
            continue
        known = read[place] if place < len(read) else ExperienceDraft()
        dates = [value for value in (given["start"], given["end"]) if value]
        yield replace(
            known,
            title=given["title"],
            organisation=given["organisation"],
            place=given["place"] if f"job-{place}-place" in data else known.place,
            text=given["text"],
            start_on=_date(given["start"], f"job-{place}-start"),
            end_on=_date(given["end"], f"job-{place}-end"),
            date_precision="year" if dates and all(len(value) == 4 for value in dates) else "month",
            is_current=bool(data.get(f"job-{place}-current")),
        )


def _read_schools(data: QueryDict, read: Sequence[EducationDraft]) -> Iterable[EducationDraft]:
    for place, given in _lines(data, "school", SCHOOL_INPUTS):
        if not (given["school"] or given["degree"]):
            continue
        known = read[place] if place < len(read) else EducationDraft()
        was = ", ".join(filter(None, (known.degree, known.field)))
        degree = {} if given["degree"] == was else {"degree": given["degree"], "field": ""}
        start, end = (_date(given[key], f"school-{place}-{key}") for key in ("start", "end"))
        yield replace(known, school=given["school"], start_on=start, end_on=end, **degree)


def _lines(data: QueryDict, prefix: str, names: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """(place, values) of the numbered inputs job-0-title, job-0-start …"""
    for place in range(MOST_LINES):
        if f"{prefix}-{place}-{names[0]}" in data:
            yield place, {name: data.get(f"{prefix}-{place}-{name}", "").strip() for name in names}


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    found = read_date(text)
    if found is None:
        raise InvalidInput({name: f"{text!r} is no date. Write 2019 or 2019-03."})
    return found


def as_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
