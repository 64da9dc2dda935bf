"""People who go on to the step after without a mail: it was a task, or for others only."""

from collections.abc import Iterable
from datetime import datetime

from rapport.outreach import ledger
from rapport.outreach.ending import record_finished
from rapport.outreach.ledger import DueRow
from rapport.outreach.plans import Plan, PlannedStep


def go_on(plan: Plan, rows: Iterable[tuple[DueRow, PlannedStep, str]], now: datetime) -> None:
    """Let each go on from its step, in one statement; the text is the person's time zone. Records enrollment.finished."""
    candidates, moves = {}, []
    for row, step, time_zone in rows:
        candidates[row.id] = row.candidate_id
        moves.append((row.id, *plan.due_after(step.position, now, time_zone)))
    over = ledger.go_on(moves, now)
    record_finished(plan.sequence, [(key, candidate_id) for key, candidate_id in candidates.items() if key in over])
