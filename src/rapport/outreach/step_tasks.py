"""Steps that are tasks: something to do for the colleague who enrolled the person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from rapport.candidates.operations import add_task
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput, NotFound
from rapport.outreach.facts import Known
from rapport.outreach.going_on import go_on
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Passage
from rapport.outreach.plans import Plan, PlannedStep
from rapport.outreach.subjects import job_of


def add_tasks(plan: Plan, rows: Sequence[DueRow], known: Mapping[UUID, Known], now: datetime) -> None:
    """Give each of these people's colleagues their task, and let the enrollments go on. Records task.added."""
    done: list[tuple[DueRow, PlannedStep, str]] = []
    for row in rows:
        step, person = plan.find_step(row.step_id), known[row.candidate_id]
        if step is not None:
            _add(plan, row, step.text.template.text.render(_values(plan, person)), now)
            done.append((row, step, person.time_zone))
    go_on(plan, done, now, Passage.How.TASK)


def _values(plan: Plan, person: Known) -> dict[str, str]:
    """Values for a note among colleagues: what is not known is shown as such."""
    return {name: value or "(unknown)" for name, value in plan.values_for(person.person).items()}


def _add(plan: Plan, row: DueRow, text: str, now: datetime) -> None:
    assignee_id = row.enrolled_by_id or plan.sequence.owner_id
    add = partial(
        add_task, actor=SYSTEM, candidate_id=row.candidate_id, text=text, due_on=now.date(),
        about={"enrollment": row.id, **job_of(plan.sequence)},
    )  # fmt: skip
    try:
        add(assignee_id=assignee_id)
    except (InvalidInput, NotFound):
        # The colleague has left: the task belongs to nobody, but is there.
        add()
