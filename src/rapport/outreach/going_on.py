"""People who go on to the step after without a mail: it was a task, or for others only, or was taken out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rapport.outreach import ledger
from rapport.outreach.ending import record_finished
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Step
from rapport.outreach.plans import Plan, PlannedStep


def go_on(plan: Plan, rows: Sequence[tuple[DueRow, PlannedStep, str]], now: datetime, how: str) -> None:
    """Let each go on from its step, and note how (of Passage.How); the text is the person's time zone.

    Two statements for all. Records enrollment.finished.
    """
    ledger.note_passages([(row.id, step.id) for row, step, _ in rows], how, now)
    _move(plan, [(row, *plan.due_after(step.position, now, time_zone)) for row, step, time_zone in rows], now)


def leave_gone(plan: Plan, rows: Sequence[DueRow], now: datetime) -> None:
    """Who was on the way to a step while it was taken out is due for the one after, or done. Records enrollment.finished.

    A step that this plan does not know yet is none of those: whoever is due for it is looked at again.
    """
    taken_out = Step.objects.filter(id__in={row.step_id for row in rows}, retired_at__isnull=False) if rows else ()
    after = {step.id: plan.step_after(step.position) for step in taken_out}
    moves = [(row, after[row.step_id]) for row in rows if row.step_id in after]
    _move(plan, [(row, step.id, now) if step else (row, None, None) for row, step in moves], now)


def _move(plan: Plan, moves: Sequence[tuple[DueRow, UUID | None, datetime | None]], now: datetime) -> None:
    over = ledger.go_on([(row.id, step_id, due_at) for row, step_id, due_at in moves], now)
    record_finished(plan.sequence, [(row.id, row.candidate_id) for row, _, _ in moves if row.id in over])
