"""A candidate as importers hand one over: plain values, before anything is normalised or stored.

Only `full_name` is needed. Dates follow Experience: the first day of the known month or year, `date_precision` is
"month" or "year". `content` of a document is the file itself; `evidence` spans count characters of a document's `text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContactPointDraft:
    """`kind` is email, phone or link; `value` as somebody wrote it."""

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ExperienceDraft:
    title: str = ""
    organisation: str = ""
    place: str = ""
    start_on: date | None = None
    end_on: date | None = None
    date_precision: str = "month"
    is_current: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class EducationDraft:
    school: str = ""
    degree: str = ""
    field: str = ""
    start_on: date | None = None
    end_on: date | None = None


@dataclass(frozen=True, slots=True)
class SkillDraft:
    """A skill by name; `evidence` are the words that show it, `start` and `end` their span in the document's text.

    `document` is the position in the draft's `documents`, None without one.
    """

    name: str
    years: float | None = None
    evidence: str = ""
    start: int | None = None
    end: int | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A file; `parsed` is what the parser made of it (JSON), `created_at` when somebody sent it, None for now."""

    file_name: str
    content: bytes
    kind: str = "resume"
    text: str = ""
    page_count: int | None = None
    parsed: Mapping[str, Any] | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentDraft:
    """`purpose` is pool or outreach; `basis` one of Consent.Basis."""

    purpose: str
    given_at: datetime
    basis: str = "consent"
    expires_at: datetime | None = None
    proof: str = ""


@dataclass(slots=True)
class CandidateDraft:
    """One person. `source` and `tags` are names, made when they do not exist yet.

    Nobody changes one; it is not frozen because an import makes each three times, and that would take four times as long.
    `created_at` and `last_activity_at` are told by whoever knew the person before; None means now.
    """

    full_name: str
    pronouns: str = ""
    title: str = ""
    organisation: str = ""
    place: str = ""
    country_code: str = ""
    summary: str = ""
    languages: tuple[str, ...] = ()
    language_code: str = ""
    years_experience: float | None = None
    source: str = ""
    owner_id: UUID | None = None
    contact_points: tuple[ContactPointDraft, ...] = ()
    experiences: tuple[ExperienceDraft, ...] = ()
    educations: tuple[EducationDraft, ...] = ()
    skills: tuple[SkillDraft, ...] = ()
    tags: tuple[str, ...] = ()
    documents: tuple[DocumentDraft, ...] = ()
    consents: tuple[ConsentDraft, ...] = ()
    notes: tuple[str, ...] = ()
    created_at: datetime | None = None
    last_activity_at: datetime | None = None


@dataclass(slots=True)
class Additions:
    """What attaching a draft has added to the person who was there, so that it can be taken back: ids of rows by noun.

    `skills` and `tags` are ids of the vocabulary; `filled` maps the columns that were empty to what they hold now.
    """

    contact_points: list[UUID] = field(default_factory=list)
    experiences: list[UUID] = field(default_factory=list)
    educations: list[UUID] = field(default_factory=list)
    documents: list[UUID] = field(default_factory=list)
    skills: list[UUID] = field(default_factory=list)
    tags: list[UUID] = field(default_factory=list)
    consents: list[UUID] = field(default_factory=list)
    notes: list[UUID] = field(default_factory=list)
    filled: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(getattr(self, noun) for noun in self.__slots__)


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """What became of a draft.

    `result` is created, attached (the person was there; what was new has been added) or refused. `problems` are
    sentences about what could not be taken over, also of a draft that was. `matched_by` is the contact point that told.
    `added` says what a person who was there has got by it.
    """

    result: str
    candidate_id: UUID | None = None
    matched_by: str = ""
    problems: tuple[str, ...] = field(default=())
    added: Additions = field(default_factory=Additions)
