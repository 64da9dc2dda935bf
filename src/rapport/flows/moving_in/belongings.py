"""Storing what belongs to people: applications, notes, events, pools. A part of the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from rapport.activity.operations import Happening, record_many
from rapport.applications.history_operations import (
    PastApplication,
    PastMove,
    bring_in_applications,
    go_on_with_application,
)
from rapport.applications.models import Application
from rapport.applications.queries import lock_applications
from rapport.candidates import operations as candidates
from rapport.candidates.models import Pool
from rapport.flows.moving_in.planning import (
    FAILED,
    NEW,
    UNCHANGED,
    ApplicationPlan,
    PersonPlan,
    told_of_person,
)
from rapport.flows.moving_in.run import Run, added, as_json, id_of, not_after, the
from rapport.flows.moving_in.shape import (
    APPLICATION,
    CANDIDATE,
    EVENT,
    NOTE,
    NoteEntry,
    fingerprint,
)
from rapport.intake.activities import HISTORY_TOLD
from rapport.intake.models import ExternalId
from rapport.intake.operations.external_ids import remember, update
from rapport.intake.operations.sources import NewRow
from rapport.jobs.history_operations import add_stages
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.outreach.operations import exit_applied

LONGEST_EVENT = 500
AT_ONCE = timedelta(hours=1)  # a move so soon says where the application began


def store_belongings(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    _store_applications(run, working, import_id)
    _store_notes(run, working, import_id)
    _store_events(run, working, import_id)
    _store_pools(run, working, import_id)
    unfinished = [
        run.external(CANDIDATE, plan.entry.id, id_of(plan), "", told_of_person(plan))
        for plan, _ in working
        if any(application.what == FAILED for application in plan.applications)
    ]
    update(unfinished)  # looked at again the next time: their job may be there then


def _store_applications(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    now = clock.now()
    new: list[tuple[ApplicationPlan, NewRow, PastApplication]] = []
    changed: list[tuple[PersonPlan, ApplicationPlan, NewRow]] = []
    for plan, row in working:
        for application in plan.applications:
            if application.what == UNCHANGED:
                continue
            if application.entry.job_id not in run.jobs:
                run.no_job(plan, application)
                application.what = FAILED
            elif application.what == NEW:
                new.append((application, row, _past(run, application, id_of(plan), now)))
            else:
                changed.append((plan, application, row))
    stored = bring_in_applications(actor=run.actor, past=[past for *_, past in new], import_id=import_id)
    made = []
    active: dict[UUID | None, set[UUID]] = {}
    for (application, row, past), kept in zip(new, stored, strict=True):
        run.count(APPLICATION, "created" if kept.is_new else "attached")
        made.append(_external_application(run, application, kept.application_id, past))
        added(row).setdefault("external", []).append([APPLICATION, application.entry.id])
        if kept.is_new:
            added(row).setdefault("applications", []).append(str(kept.application_id))
            if past.state == Application.State.ACTIVE:
                active.setdefault(past.job.id, set()).add(past.candidate_id)
    remember(made)
    _go_on(run, changed, import_id, now)
    if active:
        exit_applied(people=active)


def _go_on(
    run: Run, changed: Sequence[tuple[PersonPlan, ApplicationPlan, NewRow]], import_id: UUID, now: datetime
) -> None:
    ids = [the(application.known).object_id for _, application, _ in changed]
    there = {row.id: row for row in lock_applications(SYSTEM, ids)}
    again = []
    for plan, application, row in changed:
        known = the(application.known)
        found, told = there.get(known.object_id), known.told or {}
        past = _past(run, application, id_of(plan), now)
        if found is None:
            run.count(APPLICATION, "skipped")
        elif (found.state, str(found.stage_id)) != (told.get("state"), told.get("stage")):
            plan.problems.append(f"Application {application.entry.id} was changed here since and is left as it is.")
            run.count(APPLICATION, "skipped")
        else:
            since = told.get("moved_at")
            before = go_on_with_application(
                actor=run.actor, application=found, past=past, import_id=import_id,
                since=datetime.fromisoformat(since) if since else None,
            )  # fmt: skip
            run.count(APPLICATION, "changed")
            added(row).setdefault("moved", []).append([str(found.id), as_json(before)])
            added(row).setdefault("was", []).append([APPLICATION, application.entry.id, told])
            again.append(_external_application(run, application, found.id, past))
    update(again)


def _past(run: Run, plan: ApplicationPlan, candidate_id: UUID, now: datetime) -> PastApplication:
    """An application with its job and stages; stages that the job lacks are added to it."""
    entry = plan.entry
    job, stages = run.jobs[entry.job_id]
    names = [name for name in (*(move.stage for move in entry.moves), entry.stage) if name]
    if not stages or any(_stage_key(name) not in stages for name in names):
        stages = add_stages(job=job, names=names)
        run.keep_job(entry.job_id, job, stages)
    first = min(stages.values(), key=lambda stage: stage.position)
    moves = tuple(
        PastMove(not_after(move.at, now), stages[_stage_key(move.stage)]) for move in entry.moves if move.stage
    )
    stage = stages[_stage_key(entry.stage)] if entry.stage else (moves[-1].stage if moves else first)
    applied = not_after(entry.applied_at or (moves[0].at if moves else None) or entry.ended_at or now, now)
    starts_there = bool(moves) and moves[0].at <= applied + AT_ONCE
    is_archived = entry.state in ("rejected", "withdrawn")
    reason = run.reason(entry.state, entry.reason) if is_archived and entry.reason else None
    ended = not_after(entry.ended_at or entry.applied_at or now, now) if entry.state != "active" else None
    return PastApplication(
        candidate_id=candidate_id, job=job, first_stage=moves[0].stage if starts_there else first, stage=stage,
        state=entry.state, applied_at=applied, moves=moves, ended_at=ended, reason=reason, note=entry.note,
        owner_id=run.people.find(entry.owner), origin=entry.origin,
    )  # fmt: skip


def _external_application(run: Run, plan: ApplicationPlan, own: UUID, past: PastApplication) -> ExternalId:
    moved = past.moves[-1].at.isoformat() if past.moves else None
    told = {"state": past.state, "stage": str(past.stage.id), "moved_at": moved}
    return run.external(APPLICATION, plan.entry.id, own, plan.print, told)


def _store_notes(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    now = clock.now()
    new = [(plan, row, note) for plan, row in working for note in plan.notes]
    past = [
        candidates.PastNote(id_of(plan), _note_text(run, note), _note_time(run, plan, note, now), run.people.find(note.author))
        for plan, _, note in new
    ]  # fmt: skip
    ids = candidates.bring_in_notes(actor=run.actor, notes=past, import_id=import_id)
    remember(
        [
            run.external(NOTE, note.id[:120], own, fingerprint(note), None)
            for (_, _, note), own in zip(new, ids, strict=True)
        ]
    )
    for (_, row, note), own in zip(new, ids, strict=True):
        added(row).setdefault("notes", []).append(str(own))
        added(row).setdefault("external", []).append([NOTE, note.id[:120]])
    run.count(NOTE, "created", len(new))
    changed = [pair for plan, _ in working for pair in plan.notes_changed]
    texts = {known.object_id: _note_text(run, note) for note, known in changed}
    done = set(candidates.change_past_notes(actor=run.actor, texts=texts)) if texts else set()
    run.count(NOTE, "changed", len(done))
    run.count(NOTE, "skipped", len(texts) - len(done))
    update([run.external(NOTE, known.external_id, known.object_id, fingerprint(note), None) for note, known in changed])


def _note_text(run: Run, note: NoteEntry) -> str:
    """The text, with who wrote it where that is nobody here."""
    author = note.author
    if author is None or run.people.find(author):
        return note.text
    return f"{author.name or author.email} wrote in {run.system.label}:\n{note.text}"


def _note_time(run: Run, plan: PersonPlan, note: NoteEntry, now: datetime) -> datetime:
    return not_after(note.at or plan.entry.created_at or now, now)


def _store_events(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    now = clock.now()
    new = [(plan, row, event) for plan, row in working for event in plan.events]
    happenings = [
        Happening(
            {"candidate": id_of(plan), "import": import_id},
            {"system": run.system.label, "text": event.text[:LONGEST_EVENT]},
            not_after(event.at, now),
        )
        for plan, _, event in new
    ]
    ids = record_many(HISTORY_TOLD, actor=run.actor, happenings=happenings)
    remember([run.external(EVENT, event.id[:120], own, "", None) for (_, _, event), own in zip(new, ids, strict=True)])
    for _, row, event in new:
        added(row).setdefault("external", []).append([EVENT, event.id[:120]])
    run.count(EVENT, "created", len(new))


def _store_pools(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    by_name: dict[str, list[tuple[UUID, NewRow]]] = {}
    for plan, row in working:
        for name in plan.entry.pools:
            by_name.setdefault(name[:120], []).append((id_of(plan), row))
    for name, members in by_name.items():
        pool = Pool.objects.filter(name__iexact=name).first() or candidates.create_pool(actor=run.actor, name=name)
        ids = {candidate_id for candidate_id, _ in members}
        joined = set(candidates.add_to_pool(
            actor=run.actor, pool_id=pool.id, candidate_ids=ids, reason=f"From {run.system.label}", import_id=import_id
        ))  # fmt: skip
        for candidate_id, row in members:
            if candidate_id in joined:
                added(row).setdefault("pools", []).append(str(pool.id))


def _stage_key(name: str) -> str:
    return " ".join(name.split())[:80].strip().casefold()
