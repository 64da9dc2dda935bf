"""Storing a batch of jobs. A part of the caller's transaction."""

from collections.abc import Sequence
from uuid import UUID

from rapport.flows.moving_in.planning import (
    CHANGED,
    NEW,
    UNCHANGED,
    JobPlan,
    plan_jobs,
    told_of_job,
)
from rapport.flows.moving_in.run import Run, as_json, not_after, the
from rapport.flows.moving_in.shape import (
    JOB,
    JobEntry,
)
from rapport.intake.models import ImportRow
from rapport.intake.operations.external_ids import remember, update
from rapport.intake.operations.sources import NewRow
from rapport.jobs.history_operations import PastJob, add_stages, bring_in_job, change_past_job
from rapport.jobs.models import Job
from rapport.lib import clock

State = ImportRow.State


def store_jobs(run: Run, entries: Sequence[JobEntry], number: int) -> list[NewRow]:
    """The rows of a batch of jobs, the first of which has this number."""
    plans = plan_jobs(run.system.kind, entries)
    return [_job(run, plan, place) for place, plan in enumerate(plans, start=number)]


def _job(run: Run, plan: JobPlan, number: int) -> NewRow:
    row = run.row(number, f"Job {plan.entry.id}: {plan.entry.title}")
    row.message = " ".join(filter(None, (plan.message, *plan.entry.problems)))[:1000]
    if plan.what == NEW:
        row.state = State.CREATED
        run.count(JOB, "created")
        if run.item:
            _create_job(run, plan, row, run.item.id)
    elif plan.what == CHANGED:
        row.state = State.ATTACHED
        run.count(JOB, "changed")
        if run.item:
            _change_job(run, plan, row, run.item.id)
    else:
        run.pass_over(JOB, plan.what, row)
        if plan.what != UNCHANGED:
            run.unusable_jobs.add(plan.entry.id)
    return row


def _create_job(run: Run, plan: JobPlan, row: NewRow, import_id: UUID) -> None:
    entry, now = plan.entry, clock.now()
    created = not_after(entry.created_at or entry.opened_at or now, now)
    team = {user: role for colleague, role in reversed(entry.team) if (user := run.people.find(colleague))}
    past = PastJob(
        title=entry.title, state=entry.state, created_at=created, description=entry.description,
        department=entry.department, place=entry.place, is_confidential=entry.is_confidential,
        headcount=entry.headcount, opened_at=entry.opened_at and not_after(entry.opened_at, now),
        closed_at=entry.closed_at and not_after(entry.closed_at, now), owner_id=run.people.find(entry.owner),
        team=team, stages=tuple(stage.name for stage in entry.stages),
    )  # fmt: skip
    brought = bring_in_job(actor=run.actor, past=past, import_id=import_id)
    run.keep_job(entry.id, brought.job, dict(brought.stages))
    remember([run.external(JOB, entry.id, brought.job.id, plan.print, told_of_job(entry))])
    row.added = {"job": str(brought.job.id), "external": [[JOB, entry.id]]}


def _change_job(run: Run, plan: JobPlan, row: NewRow, import_id: UUID) -> None:
    known = the(plan.known)
    job = Job.objects.select_for_update(of=("self",)).get(id=known.object_id)
    new, told = told_of_job(plan.entry), known.told or {}
    changes = {name: value for name, value in new.items() if value != told.get(name) == getattr(job, name) and value}
    if changes.get("state") in (Job.State.OPEN, Job.State.CLOSED):
        now = clock.now()
        changes["closed_at"] = (plan.entry.closed_at or now) if changes["state"] == Job.State.CLOSED else None
        changes["opened_at"] = job.opened_at or plan.entry.opened_at or now
    before = change_past_job(actor=run.actor, job=job, changes=changes, import_id=import_id)
    add_stages(job=job, names=[stage.name for stage in plan.entry.stages])
    run.jobs.pop(plan.entry.id, None)
    after = {name: getattr(job, name) for name in before}
    row.added = {
        "job_changed": str(job.id), "before": as_json(before), "after": as_json(after),
        "was": [[JOB, known.external_id, known.told]],
    }  # fmt: skip
    update([run.external(JOB, known.external_id, job.id, plan.print, new)])
