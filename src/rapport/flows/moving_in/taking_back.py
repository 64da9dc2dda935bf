"""Taking back what an import of another system's export has stored: rows as the undo of imports hands them over.

A row goes whole or not at all: a person with whom something else has happened since keeps what the import brought.
Jobs come last (their rows are the first of the import), when the applications for them are gone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rapport.applications.history_operations import put_back_application, snapshot, take_back_applications
from rapport.applications.models import Application
from rapport.applications.queries import lock_applications
from rapport.candidates import operations as candidates
from rapport.candidates.drafts import Additions
from rapport.candidates.models import Candidate
from rapport.candidates.queries import find_touched
from rapport.flows.moving_in.person_writing import COMPARED
from rapport.intake.models import MOVES, ExternalId, Import, ImportRow
from rapport.intake.operations import take_back_with
from rapport.intake.operations.external_ids import forget, update
from rapport.intake.operations.undoing import read_additions
from rapport.jobs.history_operations import change_past_job, take_back_jobs
from rapport.jobs.models import Job
from rapport.lib.actors import SYSTEM, Actor

State = ImportRow.State
TOUCHED = "Something else has happened with this person since, so they stay: {}."


def register() -> None:
    """Let the undo of imports take back what only this flow knows of."""
    for kind in MOVES:
        take_back_with(kind, take_back)


def take_back(item: Import, rows: list[ImportRow], actor: Actor) -> None:
    """Take back rows, the last of the import first, and set their states."""
    people = [row for row in rows if row.candidate_id]
    # Whoever came twice was created by one row and added to by another: that one goes first.
    _take_back_attached(item, [row for row in people if row.state == State.ATTACHED], actor)
    _take_back_people(item, [row for row in people if row.state == State.CREATED], actor)
    _take_back_jobs(item, [row for row in rows if not row.candidate_id], actor)
    for row in rows:
        if row.state in (State.CREATED, State.ATTACHED):
            row.state, row.message = State.UNDONE, ""
        row.needs_look = False
    _forget(item, [row for row in rows if row.state == State.UNDONE])


def _take_back_people(item: Import, rows: Sequence[ImportRow], actor: Actor) -> None:
    ids = [row.candidate_id for row in rows if row.candidate_id]
    touched = find_touched(ids, except_import_id=item.id)
    for row in rows:
        if row.candidate_id in touched:
            nouns = sorted(
                {"changes of the profile" if noun == "candidate" else noun for noun in touched[row.candidate_id]}
            )
            row.state, row.message = State.KEPT, TOUCHED.format(", ".join(noun.replace("_", " ") for noun in nouns))
    going = [row for row in rows if row.state == State.CREATED]
    take_back_applications(actor=actor, application_ids=_ids(going, "applications"), import_id=item.id)
    gone = [row.candidate_id for row in going if row.candidate_id]
    kept = candidates.discard_candidates(actor=actor, candidate_ids=gone, import_id=item.id).kept
    for row in going:
        why = kept.get(row.candidate_id, "") if row.candidate_id else ""
        row.state, row.message = (State.KEPT, why[:1000]) if why else (State.UNDONE, "")


def _take_back_attached(item: Import, rows: Sequence[ImportRow], actor: Actor) -> None:
    """Remove what was added to people who were there, and put back what was changed of them."""
    take_back_applications(actor=actor, application_ids=_ids(rows, "applications"), import_id=item.id)
    additions: list[tuple[UUID, Additions]] = []
    for row in rows:
        added = row.added or {}
        found = read_additions(added.get("additions"))
        found.notes += [UUID(key) for key in added.get("notes", ())]
        if row.candidate_id:
            additions.append((row.candidate_id, found))
    candidates.take_back_additions(actor=actor, additions=additions, import_id=item.id)
    for row in rows:
        _put_back_applications(item, row, actor)
        _put_back_fields(row, actor)
        for pool_id in (row.added or {}).get("pools", ()):
            if row.candidate_id:
                candidates.remove_from_pool(actor=actor, pool_id=UUID(pool_id), candidate_ids=[row.candidate_id])


def _put_back_applications(item: Import, row: ImportRow, actor: Actor) -> None:
    moved = {UUID(key): before for key, before in (row.added or {}).get("moved", ())}
    for application in lock_applications(SYSTEM, list(moved)) if moved else ():
        if _is_as_told(item, application):
            put_back_application(
                actor=actor, application=application, before=_values(moved[application.id]), import_id=item.id
            )


def _is_as_told(item: Import, application: Application) -> bool:
    """Whether it still stands where the export has put it."""
    rows = ExternalId.objects.filter(object_id=application.id, system=item.kind, kind="application")
    now = snapshot(application)
    return any(
        row.told and (row.told["state"], row.told["stage"]) == (now["state"], str(now["stage_id"])) for row in rows
    )


def _put_back_fields(row: ImportRow, actor: Actor) -> None:
    fields = (row.added or {}).get("fields")
    if not fields or not row.candidate_id:
        return
    person = Candidate.objects.filter(id=row.candidate_id, merged_into=None).first()
    if person is None:
        return
    changes = {
        name: fields["before"][name]
        for name in COMPARED
        if name in fields["after"] and getattr(person, name) == fields["after"][name]
    }
    if changes:
        candidates.update_candidate(actor=actor, candidate_id=person.id, version=person.version, changes=changes)  # type: ignore[arg-type]  # names of CandidateChanges


def _take_back_jobs(item: Import, rows: Sequence[ImportRow], actor: Actor) -> None:
    made = {UUID(row.added["job"]): row for row in rows if row.added and "job" in row.added}
    for job_id, why in take_back_jobs(actor=actor, job_ids=list(made), import_id=item.id).items():
        made[job_id].state, made[job_id].message = State.KEPT, why
    for row in rows:
        if row.added and "job_changed" in row.added:
            job = Job.objects.select_for_update(of=("self",)).filter(id=row.added["job_changed"]).first()
            if job is not None:
                before, after = _values(row.added["before"]), _values(row.added["after"])
                changes = {name: before[name] for name in before if getattr(job, name) == after[name]}
                change_past_job(actor=actor, job=job, changes=changes, import_id=None)


def _forget(item: Import, rows: Sequence[ImportRow]) -> None:
    """What was brought in by these rows is unknown again; what was changed by them is looked at again the next time."""
    forget(item.kind, [(kind, key) for row in rows for kind, key in (row.added or {}).get("external", ())])
    was = [(kind, key, told) for row in rows for kind, key, told in (row.added or {}).get("was", ())]
    update([
        ExternalId(system=item.kind, kind=kind, external_id=key, fingerprint="", told=told) for kind, key, told in was
    ])  # fmt: skip


def _ids(rows: Iterable[ImportRow], noun: str) -> list[UUID]:
    return [UUID(key) for row in rows for key in (row.added or {}).get(noun, ())]


def _values(stored: dict[str, Any]) -> dict[str, Any]:
    """Values of columns as they were before they became JSON."""
    found: dict[str, Any] = {}
    for name, value in stored.items():
        if isinstance(value, str) and name.endswith("_at"):
            value = datetime.fromisoformat(value)
        elif isinstance(value, str) and name.endswith("_id"):
            value = UUID(value)
        found[name] = value
    return found
