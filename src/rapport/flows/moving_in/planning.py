"""What is to be done with a batch of entries: which are new, known, different or impossible. Reads only."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.candidates.queries import resolve_merged
from rapport.flows.moving_in.shape import (
    APPLICATION,
    CANDIDATE,
    DOCUMENT,
    EVENT,
    JOB,
    NOTE,
    ApplicationEntry,
    Colleague,
    EventEntry,
    FileEntry,
    JobEntry,
    NoteEntry,
    PersonEntry,
    fingerprint,
)
from rapport.intake.models import ExternalId
from rapport.intake.queries import find_external
from rapport.jobs.models import Job

NEW, CHANGED, UNCHANGED, LEFT, FAILED = "new", "changed", "unchanged", "left", "failed"
REMOVED_HERE = "This was removed here since it was brought in, and stays removed."
NO_NAME = "The name is missing."
# What of a person does not belong to the profile: it is compared by itself.
APART = (
    "applications",
    "notes",
    "files",
    "events",
    "pools",
    "remarks",
    "warnings",
    "last_activity_at",
    "is_reference",
    "left_out",
)
PROFILE = tuple(field.name for field in fields(PersonEntry) if field.name not in APART)
Keys = Mapping[tuple[str, str], ExternalId]


@dataclass(slots=True)
class JobPlan:
    entry: JobEntry
    what: str
    print: str
    known: ExternalId | None = None
    message: str = ""


@dataclass(slots=True)
class ApplicationPlan:
    entry: ApplicationEntry
    what: str
    print: str
    known: ExternalId | None = None


@dataclass(slots=True)
class PersonPlan:
    """A person, what is to be done with them and with each thing that is theirs; `candidate_id` once it is known."""

    entry: PersonEntry
    what: str
    print: str
    profile: str
    known: ExternalId | None = None
    candidate_id: UUID | None = None
    applications: list[ApplicationPlan] = field(default_factory=list)
    notes: list[NoteEntry] = field(default_factory=list)
    notes_changed: list[tuple[NoteEntry, ExternalId]] = field(default_factory=list)
    files: list[FileEntry] = field(default_factory=list)
    events: list[EventEntry] = field(default_factory=list)
    unchanged: Counter[str] = field(default_factory=Counter)
    missing_files: int = 0
    message: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def profile_changed(self) -> bool:
        """Whether what is told of the person, or a file of theirs, is new."""
        told = (self.known.told or {}) if self.known else {}
        if self.entry.is_reference:
            return bool(self.files or self.entry.contact_points or self.entry.tags)
        return bool(self.files) or told.get("profile") != self.profile


class People:
    """The colleagues of the other system as users here, by e-mail address."""

    def __init__(self) -> None:
        self._ids = {email.casefold(): key for email, key in User.objects.values_list("email", "id")}

    def find(self, colleague: Colleague | None) -> UUID | None:
        return self._ids.get(colleague.email.casefold()) if colleague and colleague.email else None


def plan_jobs(system: str, entries: Sequence[JobEntry]) -> list[JobPlan]:
    """A plan for each job; two statements."""
    known = find_external(system, [(JOB, entry.id) for entry in entries])
    there = set(Job.objects.filter(id__in=[row.object_id for row in known.values()]).values_list("id", flat=True))
    return [_plan_job(entry, known.get((JOB, entry.id)), there) for entry in entries]


def _plan_job(entry: JobEntry, known: ExternalId | None, there: Collection[UUID]) -> JobPlan:
    plan = JobPlan(entry, NEW, fingerprint(entry), known)
    if known is not None and known.object_id not in there:
        plan.what, plan.message = LEFT, REMOVED_HERE
    elif known is not None:
        plan.what = UNCHANGED if known.fingerprint == plan.print else CHANGED
    elif not entry.title:
        plan.what, plan.message = FAILED, NO_NAME
    return plan


def plan_people(system: str, entries: Sequence[PersonEntry]) -> list[PersonPlan]:
    """A plan for each person and for what belongs to them; three statements and one for each merge among them."""
    known = find_external(system, (key for entry in entries for key in _keys(entry)))
    people = {entry.id: known[CANDIDATE, entry.id].object_id for entry in entries if (CANDIDATE, entry.id) in known}
    now = resolve_merged(people.values())
    there = set(Candidate.objects.filter(id__in=now.values()).values_list("id", flat=True))
    plans = []
    for entry in entries:
        candidate_id = now.get(people[entry.id]) if entry.id in people else None
        plans.append(_plan_person(entry, known, candidate_id if candidate_id in there else None))
    return plans


def _keys(entry: PersonEntry) -> Iterable[tuple[str, str]]:
    yield CANDIDATE, entry.id
    for kind, rows in (
        (APPLICATION, entry.applications),
        (NOTE, entry.notes),
        (DOCUMENT, entry.files),
        (EVENT, entry.events),
    ):
        for row in rows:
            yield kind, row.id[:120]


def _plan_person(entry: PersonEntry, known: Keys, candidate_id: UUID | None) -> PersonPlan:
    own = known.get((CANDIDATE, entry.id))
    profile = fingerprint(*(getattr(entry, name) for name in PROFILE))
    plan = PersonPlan(
        entry, NEW, fingerprint(profile, *(getattr(entry, name) for name in APART)), profile, own, candidate_id
    )
    if entry.left_out:
        plan.what, plan.message = LEFT, entry.left_out
    elif own is not None and candidate_id is None:
        plan.what, plan.message = LEFT, REMOVED_HERE
    elif own is not None:
        plan.what = UNCHANGED if own.fingerprint == plan.print else CHANGED
    elif entry.is_reference:
        plan.what, plan.message = FAILED, _missing(entry)
    if plan.what == UNCHANGED:
        _count_all(plan)
    elif plan.what in (NEW, CHANGED):
        plan.problems = list(entry.warnings)
        _plan_belongings(plan, known)
    return plan


def _missing(entry: PersonEntry) -> str:
    """What an export holds of somebody it does not hold."""
    found = {
        "applications": entry.applications, "notes": entry.notes, "files": entry.files, "events": entry.events,
        "contact points": entry.contact_points, "tags": entry.tags,
    }  # fmt: skip
    counted = ", ".join(f"{len(rows)} {noun}" for noun, rows in found.items() if rows) or "nothing that can be kept"
    return f"This candidate is neither in this export nor here. What the export has of them was left out: {counted}."


def _count_all(plan: PersonPlan) -> None:
    entry = plan.entry
    plan.unchanged[APPLICATION] += len(entry.applications)
    plan.unchanged[NOTE] += len(entry.notes)
    plan.unchanged[DOCUMENT] += sum(file.is_there for file in entry.files)
    plan.unchanged[EVENT] += len(entry.events)


def _plan_belongings(plan: PersonPlan, known: Keys) -> None:
    entry = plan.entry
    for application in {row.id: row for row in entry.applications}.values():
        own, print = known.get((APPLICATION, application.id)), fingerprint(application)
        what = NEW if own is None else UNCHANGED if own.fingerprint == print else CHANGED
        plan.unchanged[APPLICATION] += what == UNCHANGED
        plan.applications.append(ApplicationPlan(application, what, print, own))
    for note in {row.id[:120]: row for row in entry.notes if row.text.strip()}.values():
        own = known.get((NOTE, note.id[:120]))
        if own is None:
            plan.notes.append(note)
        elif own.fingerprint != fingerprint(note):
            plan.notes_changed.append((note, own))
        else:
            plan.unchanged[NOTE] += 1
    for file in {row.id[:120]: row for row in entry.files}.values():
        if (DOCUMENT, file.id[:120]) in known:
            plan.unchanged[DOCUMENT] += 1
        elif file.is_there:
            plan.files.append(file)
        else:
            plan.missing_files += 1
    missing = (
        f"{plan.missing_files} of their files could not be taken: the export only names them."
        if plan.missing_files
        else ""
    )
    plan.message = " ".join(filter(None, (*entry.remarks, missing)))
    for event in {row.id[:120]: row for row in entry.events}.values():
        if (EVENT, event.id[:120]) in known:
            plan.unchanged[EVENT] += 1
        else:
            plan.events.append(event)


def told_of_job(entry: JobEntry) -> dict[str, Any]:
    """The values of a job that a later run compares, as JSON."""
    return {
        "title": entry.title[:200],
        "description": entry.description,
        "place": entry.place[:200],
        "state": entry.state,
    }


def told_of_person(plan: PersonPlan) -> dict[str, Any]:
    """The values of a person that a later run compares, as JSON."""
    entry = plan.entry
    if entry.is_reference:
        return dict((plan.known.told or {}) if plan.known else {})
    return {
        "full_name": entry.full_name, "title": entry.title, "organisation": entry.organisation, "place": entry.place,
        "summary": entry.summary, "profile": plan.profile,
    }  # fmt: skip
