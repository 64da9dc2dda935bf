"""From stage to stage of a job, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.accounts.queries import names_of
from rapport.activity.queries import list_timeline
from rapport.applications import queries, stage_rules
from rapport.applications.activities import APPLICATION_MOVED
from rapport.applications.models import Application, Promise
from rapport.applications.operations.many import Bulk, lock_many, record_applications
from rapport.applications.permissions import MOVE
from rapport.applications.promise_operations import close_promises, make_promises
from rapport.jobs.models import Stage
from rapport.jobs.queries import get_job, get_stage, list_stages
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import Conflict, InvalidInput


@transaction.atomic
def move_application(
    *,
    actor: Actor,
    application_id: UUID,
    to_stage_id: UUID,
    from_stage_id: UUID | None = None,
    reason: str = "",
) -> Application:
    """Move an application to another stage of its job; moving to the current stage does nothing.

    `from_stage_id` is where the person saw it: Conflict when somebody else moved it meanwhile. An open promise is kept
    by the move, and the new stage makes its own. Records application.moved with from_stage, to_stage and reason.
    Raises NotFound, NotAllowed without applications.move on the job, Conflict when the application has ended,
    InvalidInput when the stage belongs to another job.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    stage = get_stage(actor, to_stage_id)
    stage_rules.check_move(application, stage)
    if application.stage_id == stage.id:
        return application
    if from_stage_id and from_stage_id != application.stage_id:
        raise Conflict(_moved_meanwhile(application))
    _enter_stage(actor, [application], stage, reason)
    return application


@transaction.atomic
def move_applications(*, actor: Actor, application_ids: Sequence[UUID], to_stage_id: UUID, reason: str = "") -> Bulk:
    """Move many applications of one job; those that ended or stand there already are left as they are.

    Records as move_application does, in bulk. Raises NotFound when none of them may be seen, NotAllowed,
    InvalidInput when one belongs to another job or for more than 1,000.
    """
    applications = lock_many(actor, application_ids)
    stage = get_stage(actor, to_stage_id)
    require(actor, MOVE, applications[0].job)
    for application in applications:
        if application.job_id != stage.job_id:
            raise InvalidInput({"to_stage": f"{stage} is a stage of another job. Reload the page."})
    movable = [row for row in applications if row.state == Application.State.ACTIVE and row.stage_id != stage.id]
    from_stages = {row.id: row.stage_id for row in movable}
    _enter_stage(actor, movable, stage, reason)
    return Bulk(movable, len(set(application_ids)) - len(movable), from_stages)


@transaction.atomic
def move_back(
    *, actor: Actor, job_id: UUID, from_stages: Mapping[UUID, UUID], moved_to: UUID, moved_until: datetime
) -> Bulk:
    """Undo a move of many: each goes back to the stage it came from; who was moved or ended since stays.

    Records application.moved. Raises NotFound, NotAllowed; a stage that is gone keeps those who came from it.
    """
    job = get_job(actor, job_id)
    require(actor, MOVE, job)
    stages = {stage.id: stage for stage in list_stages(job_id)}
    by_stage: dict[UUID, list[Application]] = {}
    for row in queries.lock_applications(actor, list(from_stages)):
        is_active = row.job_id == job_id and row.state == Application.State.ACTIVE
        is_untouched = row.stage_id == moved_to and row.stage_entered_at <= moved_until
        if is_active and is_untouched and from_stages[row.id] in stages:
            by_stage.setdefault(from_stages[row.id], []).append(row)
    for stage_id, rows in by_stage.items():
        _enter_stage(actor, rows, stages[stage_id], "")
    changed = [row for rows in by_stage.values() for row in rows]
    return Bulk(changed, len(from_stages) - len(changed))


def _enter_stage(actor: Actor, applications: list[Application], stage: Stage, reason: str) -> None:
    """Put locked, active applications into a stage of their job."""
    now = clock.now()
    before = {row.id: row.stage for row in applications}
    for row in applications:
        row.stage, row.stage_entered_at = stage, now
    Application.objects.filter(id__in=before).update(stage=stage, stage_entered_at=now)
    record_applications(
        APPLICATION_MOVED,
        actor,
        applications,
        lambda row: {
            "from_stage": before[row.id].name,
            "from_stage_id": before[row.id].id,
            "to_stage": stage.name,
            "to_stage_id": stage.id,
            "reason": reason,
        },
    )
    close_promises(actor=actor, applications=applications, state=Promise.State.KEPT, now=now, how="moved")
    make_promises(actor=actor, applications=applications, stage=stage, now=now)


def _moved_meanwhile(application: Application) -> str:
    """Who moved it, where it is now, and what to do."""
    last = list_timeline(SYSTEM, application.id, limit=1).activities
    mover = names_of([last[0].actor_id]).get(last[0].actor_id) if last and last[0].actor_id else None
    return (
        f"{mover or 'Somebody'} moved {application.candidate} to {application.stage} meanwhile. "
        "The board shows it now; move the card again if you still want to."
    )
