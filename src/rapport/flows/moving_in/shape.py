"""The one shape into which every system's export is translated. Plain values; ids are those of the other system."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.candidates.drafts import ConsentDraft, ContactPointDraft, EducationDraft, ExperienceDraft

CANDIDATE, JOB, APPLICATION, NOTE, EVENT, DOCUMENT = "candidate", "job", "application", "note", "event", "document"
KINDS = (JOB, CANDIDATE, APPLICATION, NOTE, DOCUMENT, EVENT)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user of the other system: known here by the e-mail address, else by name only."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PastStage:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class JobEntry:
    """A job. `state` is one of Job.State; `team` names colleagues with their team role; `closed_at` ends it."""

    id: str
    title: str
    state: str = "open"
    created_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    department: str = ""
    place: str = ""
    description: str = ""
    is_confidential: bool = False
    headcount: int = 1
    owner: Colleague | None = None
    team: tuple[tuple[Colleague, str], ...] = ()
    stages: tuple[PastStage, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """When an application came into a stage, by the stage's name."""

    at: datetime
    stage: str


@dataclass(frozen=True, slots=True)
class ApplicationEntry:
    """An application. `stage` is the name of the last stage, `reason` why it ended; `side` whose reason it was."""

    id: str
    job_id: str
    state: str = "active"
    stage: str = ""
    reason: str = ""
    note: str = ""
    applied_at: datetime | None = None
    ended_at: datetime | None = None
    owner: Colleague | None = None
    origin: str = "imported"
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteEntry:
    id: str
    text: str
    at: datetime | None = None
    author: Colleague | None = None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a person. `path` is where it lies in the export; without one, `text` may be all that is left of it."""

    id: str
    file_name: str
    kind: str = "resume"
    path: str = ""
    at: datetime | None = None
    text: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.path or self.text)


@dataclass(frozen=True, slots=True)
class EventEntry:
    """Something that happened there and is no note: a sentence for the timeline, at its time."""

    id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person with everything that belongs to them.

    `is_reference` is a person of whom this export holds only some rows and not the person: they must be known already.
    `left_out` says why the person must not be brought in; `remarks` what was left out of them, and `warnings` what
    somebody has to look at.
    """

    id: str
    full_name: str = ""
    title: str = ""
    organisation: str = ""
    place: str = ""
    summary: str = ""
    source: str = ""
    owner: Colleague | None = None
    created_at: datetime | None = None
    last_activity_at: datetime | None = None
    contact_points: tuple[ContactPointDraft, ...] = ()
    experiences: tuple[ExperienceDraft, ...] = ()
    educations: tuple[EducationDraft, ...] = ()
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    consents: tuple[ConsentDraft, ...] = ()
    applications: tuple[ApplicationEntry, ...] = ()
    notes: tuple[NoteEntry, ...] = ()
    files: tuple[FileEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    is_reference: bool = False
    left_out: str = ""
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


Entry = JobEntry | PersonEntry


def fingerprint(*values: Any) -> str:
    """A short hash of all that values say: these entries are written alike on every machine and in every run."""
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
