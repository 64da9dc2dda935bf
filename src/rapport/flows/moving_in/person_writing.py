"""Storing a batch of people with all that is theirs. A part of the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rapport.candidates import operations as candidates
from rapport.candidates.drafts import DraftOutcome
from rapport.candidates.models import Candidate
from rapport.candidates.preparing import Prepared, prepare
from rapport.flows.moving_in.belongings import store_belongings
from rapport.flows.moving_in.person_drafts import draft_of, with_files, without_shared
from rapport.flows.moving_in.planning import (
    CHANGED,
    NEW,
    PersonPlan,
    plan_people,
    told_of_person,
)
from rapport.flows.moving_in.resume_files import read_files, remember_files
from rapport.flows.moving_in.run import Run, added, the
from rapport.flows.moving_in.shape import (
    CANDIDATE,
    DOCUMENT,
    PersonEntry,
)
from rapport.flows.moving_in.trying import try_people
from rapport.intake.models import ExternalId, ImportRow
from rapport.intake.operations.external_ids import remember, update
from rapport.intake.operations.running import added_as_json
from rapport.intake.operations.running import store_people as store_prepared_people
from rapport.intake.operations.sources import NewRow
from rapport.lib import clock

COMPARED = ("full_name", "title", "organisation", "place", "summary")
State = ImportRow.State


def store_people(run: Run, entries: Sequence[PersonEntry], number: int) -> list[NewRow]:
    """The rows of a batch of people with all that is theirs, the first of which has this number."""
    plans = plan_people(run.system.kind, entries)
    rows = [run.row(place, f"Candidate {plan.entry.id}") for place, plan in enumerate(plans, start=number)]
    run.load_jobs(plans)
    for plan in plans:
        for kind, count in plan.unchanged.items():
            run.count(kind, "unchanged", count)
    working = [(plan, row) for plan, row in zip(plans, rows, strict=True) if plan.what in (NEW, CHANGED)]
    for plan, row in zip(plans, rows, strict=True):
        if plan.what not in (NEW, CHANGED):
            row.candidate_id, row.message = plan.candidate_id, plan.message
            run.pass_over(CANDIDATE, plan.what, row)
        run.count(DOCUMENT, "missing", plan.missing_files)
    if run.item:
        _store_profiles(run, working, run.item.id)
        store_belongings(run, [pair for pair in working if pair[0].candidate_id], run.item.id)
    else:
        try_people(run, working)
    for plan, row in working:
        remark = plan.message if row.state != State.FAILED else ""
        row.message = " ".join(filter(None, (row.message, *plan.problems, remark)))[:1000]
        row.needs_look = bool(plan.problems) and row.state in (State.CREATED, State.ATTACHED)
    return rows


def _store_profiles(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], import_id: UUID) -> None:
    """Create people, attach them to those who are there, or add what is new to those who are known."""
    now = clock.now()
    to_store = [(plan, row) for plan, row in working if plan.what == NEW or plan.profile_changed]
    files = read_files(run, [plan for plan, _ in to_store])
    drafts = [with_files(run, plan, files, now) for plan, _ in to_store]
    drafts = without_shared(run, [plan for plan, _ in to_store], drafts)
    prepared = [prepare(draft, now.date()) for draft in drafts]
    ids = [plan.candidate_id for plan, _ in to_store]
    outcomes = store_prepared_people(run.actor, prepared, import_id, ids)
    made: list[ExternalId] = []
    again: list[ExternalId] = []
    for (plan, row), item, outcome in zip(to_store, prepared, outcomes, strict=True):
        _note_profile(run, plan, row, item, outcome)
    _change_fields(run, [(plan, row) for plan, row in working if plan.what == CHANGED], now)
    for plan, row in working:
        if plan.candidate_id is None:
            continue
        row.candidate_id = plan.candidate_id
        told = told_of_person(plan)
        own = run.external(CANDIDATE, plan.entry.id, plan.candidate_id, plan.print, told)
        if plan.what == NEW:
            made.append(own)
            added(row).setdefault("external", []).append([CANDIDATE, plan.entry.id])
        else:
            row.state = State.ATTACHED
            run.count(CANDIDATE, "changed")
            again.append(own)
            added(row).setdefault("was", []).append([CANDIDATE, plan.entry.id, the(plan.known).told])
    remember(made)
    update(again)
    remember_files(run, to_store, outcomes, files)


def _note_profile(run: Run, plan: PersonPlan, row: NewRow, item: Prepared, outcome: DraftOutcome) -> None:
    if outcome.result == "refused":
        row.state, row.message = State.FAILED, " ".join(outcome.problems)[:1000]
        plan.candidate_id, plan.problems = None, []
        run.count(CANDIDATE, "failed")
        return
    plan.problems += outcome.problems
    plan.candidate_id = outcome.candidate_id
    if plan.what == NEW:
        is_new = outcome.result == "created"
        row.state = State.CREATED if is_new else State.ATTACHED
        run.count(CANDIDATE, "created" if is_new else "attached")
    if outcome.result == "attached" and outcome.added:
        added(row)["additions"] = added_as_json(outcome)


def _change_fields(run: Run, working: Sequence[tuple[PersonPlan, NewRow]], now: datetime) -> None:
    """Set what the export says otherwise than the last time, where nobody has changed it here since."""
    people = Candidate.objects.in_bulk([plan.candidate_id for plan, _ in working if plan.candidate_id])
    for plan, row in working:
        told = (the(plan.known).told or {}) if plan.candidate_id else {}
        person = people.get(plan.candidate_id) if plan.candidate_id else None
        if person is None or plan.entry.is_reference:
            continue
        new = prepare(draft_of(run, plan, now), now.date())
        values = {"full_name": new.name.full, **{name: getattr(new.draft, name) for name in COMPARED[1:]}}
        changes = {
            name: value
            for name, value in values.items()
            if value and getattr(plan.entry, name) != told.get(name) and _same(getattr(person, name), told.get(name))
        }  # fmt: skip
        changes = {name: value for name, value in changes.items() if value != getattr(person, name)}
        if changes:
            before = {name: getattr(person, name) for name in changes}
            candidates.update_candidate(
                actor=run.actor, candidate_id=person.id, version=person.version, changes=changes  # type: ignore[arg-type]  # names of CandidateChanges
            )  # fmt: skip
            added(row)["fields"] = {"before": before, "after": changes}


def _same(ours: str, told: Any) -> bool:
    """Whether a field still holds what the export said the last time; what was empty then may be filled."""
    return " ".join(ours.split()).casefold() == " ".join(str(told or "").split()).casefold() or not ours
