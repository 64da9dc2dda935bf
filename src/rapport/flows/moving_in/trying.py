"""What storing a batch of people would do, counted without writing anything."""

from collections.abc import Sequence
from uuid import UUID

from rapport.applications.models import Application
from rapport.candidates.preparing import prepare
from rapport.candidates.queries import find_by_contact_points
from rapport.flows.moving_in.person_drafts import draft_of, without_shared
from rapport.flows.moving_in.planning import (
    CHANGED,
    NEW,
    PersonPlan,
)
from rapport.flows.moving_in.run import Run
from rapport.flows.moving_in.shape import (
    APPLICATION,
    CANDIDATE,
    DOCUMENT,
    EVENT,
    NOTE,
)
from rapport.intake.models import ImportRow
from rapport.intake.operations.sources import NewRow
from rapport.lib import clock

State = ImportRow.State


def try_people(run: Run, working: Sequence[tuple[PersonPlan, NewRow]]) -> None:
    """Count what storing would do: nothing is written."""
    now = clock.now()
    new = [(plan, row) for plan, row in working if plan.what == NEW]
    drafts = without_shared(run, [plan for plan, _ in new], [draft_of(run, plan, now) for plan, _ in new])
    prepared = {row.number: prepare(draft, now.date()) for (_, row), draft in zip(new, drafts, strict=True)}
    owners = find_by_contact_points(key for item in prepared.values() for key in item.identities())
    known = {plan.candidate_id for plan, _ in working if plan.candidate_id}
    pairs = _find_pairs(run, working, known | {owner.candidate_id for owner in owners.values()})
    for plan, row in working:
        item = prepared.get(row.number)
        if item is not None and item.is_refused:
            row.state, row.message = State.FAILED, " ".join(item.problems)
            run.count(CANDIDATE, "failed")
            continue
        identity = str(plan.candidate_id or "")
        if item is not None:
            plan.problems += item.problems
            there = next((str(owners[key].candidate_id) for key in item.identities() if key in owners), "")
            identity = there or run.staging.find_seen(f"{kind}:{normal}" for kind, normal in item.identities())
            row.state = State.ATTACHED if identity else State.CREATED
            run.count(CANDIDATE, "attached" if identity else "created")
            identity = identity or f"new/{plan.entry.id}"
            run.staging.note_seen((f"{kind}:{normal}" for kind, normal in item.identities()), identity)
        else:
            row.state, row.candidate_id = State.ATTACHED, plan.candidate_id
            run.count(CANDIDATE, "changed")
        _try_belongings(run, plan, identity, pairs)


def _try_belongings(run: Run, plan: PersonPlan, identity: str, pairs: set[tuple[str, str]]) -> None:
    for application in plan.applications:
        job_id = application.entry.job_id
        is_staged = bool(job_id and run.staging.find(run.system.job_kind, job_id))
        is_there = job_id in run.jobs or (is_staged and job_id not in run.unusable_jobs)
        if application.what == NEW and not is_there:
            run.no_job(plan, application)
        elif application.what == NEW:
            is_twice = run.staging.see(f"{identity}/{job_id}") or (identity, job_id) in pairs
            run.count(APPLICATION, "attached" if is_twice else "created")
        elif application.what == CHANGED:
            run.count(APPLICATION, "changed")
    run.count(NOTE, "created", len(plan.notes))
    run.count(NOTE, "changed", len(plan.notes_changed))
    run.count(DOCUMENT, "created", len(plan.files))
    run.count(EVENT, "created", len(plan.events))


def _find_pairs(
    run: Run, working: Sequence[tuple[PersonPlan, NewRow]], candidate_ids: set[UUID]
) -> set[tuple[str, str]]:
    """Which of these people have an application for a job of the batch already: (their id, the job's id there)."""
    external = {run.jobs[key][0].id: key for plan, _ in working for key in _job_ids(plan) if key in run.jobs}
    rows = Application.objects.filter(candidate_id__in=candidate_ids, job_id__in=external)
    pairs = rows.exclude(state=Application.State.MERGED).values_list("candidate_id", "job_id")
    return {(str(candidate_id), external[job_id]) for candidate_id, job_id in pairs}


def _job_ids(plan: PersonPlan) -> set[str]:
    return {application.entry.job_id for application in plan.applications if application.what == NEW}
