"""Writes to applications: consider, move, end, take up again, hire. Promises: promise_operations.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.accounts.models import User
from rapport.accounts.queries import names_of
from rapport.activity.operations import Happening, record, record_many
from rapport.activity.queries import list_timeline
from rapport.activity.verbs import Verb
from rapport.applications import queries, stage_rules
from rapport.applications.activities import (
    APPLICATION_ARCHIVED,
    APPLICATION_ASSIGNED,
    APPLICATION_CREATED,
    APPLICATION_HIRED,
    APPLICATION_MOVED,
    APPLICATION_REOPENED,
    REASON_SAVED,
)
from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.applications.permissions import ARCHIVE, CREATE, MANAGE_REASONS, MOVE
from rapport.applications.promise_operations import close_promises, make_promises
from rapport.candidates.queries import get_candidate, list_visible_ids
from rapport.jobs.models import Job, Stage
from rapport.jobs.queries import get_job, get_stage, list_stages
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk operation did: the applications changed, and how many of those asked for were left as they are.

    `from_stages` says of moved ones where they stood before.
    """

    changed: list[Application]
    left_count: int
    from_stages: Mapping[UUID, UUID] = field(default_factory=dict)


@transaction.atomic
def create_application(
    *,
    actor: Actor,
    candidate_id: UUID,
    job_id: UUID,
    stage_id: UUID | None = None,
    origin: str = Application.Origin.SOURCED,
    owner_id: UUID | None = None,
    fit_score: int | None = None,
) -> Application:
    """Consider a candidate for a job, in its first stage if none is named; repeating it returns the one there is.

    Records application.created, and promise.made where the stage promises an answer. Raises NotFound for what the actor
    may not see, NotAllowed without applications.create on the job, Conflict when the job is closed, the candidate
    archived, or an earlier application has ended, InvalidInput when the stage belongs to another job.
    """
    job = get_job(actor, job_id)
    require(actor, CREATE, job)
    candidate = get_candidate(actor, candidate_id)
    existing = queries.find_application(actor, candidate_id=candidate_id, job_id=job_id)
    if existing:
        return _still_active(existing)
    if candidate.archived_at:
        raise Conflict(f"{candidate} is archived. Take the candidate back from the archive first.")
    stage = _starting_stage(actor, job, stage_id)
    now = clock.now()
    application = Application(
        candidate=candidate, job=job, stage=stage, origin=origin, fit_score=fit_score,
        owner_id=owner_id or _own_id(actor), applied_at=now, stage_entered_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        # Somebody did the same a moment ago: their application is the one.
        return _still_active(
            Application.objects.exclude(state=Application.State.MERGED)
            .select_related("candidate", "job", "stage")
            .get(candidate=candidate, job=job)
        )
    _record_many(APPLICATION_CREATED, actor, [application], _created_data)
    make_promises(actor=actor, applications=[application], stage=stage, now=now)
    return application


@transaction.atomic
def create_applications(
    *,
    actor: Actor,
    job_id: UUID,
    candidate_ids: Sequence[UUID],
    stage_id: UUID | None = None,
    origin: str = Application.Origin.SOURCED,
    fit_scores: Mapping[UUID, int] | None = None,
) -> Bulk:
    """Consider many candidates for a job in a constant number of statements; those considered before are left as is.

    Records as create_application does, in bulk. Candidates the actor may not see, and archived ones, are left out.
    Raises NotFound, NotAllowed, Conflict when the job is closed, InvalidInput for more than 1,000 at once.
    """
    job = get_job(actor, job_id)
    require(actor, CREATE, job)
    _check_size(candidate_ids)
    stage = _starting_stage(actor, job, stage_id)
    now, owner_id, scores = clock.now(), _own_id(actor), fit_scores or {}
    wanted = [
        Application(
            candidate_id=candidate_id, job=job, stage=stage, origin=origin, owner_id=owner_id,
            fit_score=scores.get(candidate_id), applied_at=now, stage_entered_at=now,
        )
        for candidate_id in sorted(list_visible_ids(actor, candidate_ids))
    ]  # fmt: skip
    Application.objects.bulk_create(wanted, ignore_conflicts=True)
    stored = set(Application.objects.filter(id__in=[row.id for row in wanted]).values_list("id", flat=True))
    made = [row for row in wanted if row.id in stored]
    _record_many(APPLICATION_CREATED, actor, made, _created_data)
    make_promises(actor=actor, applications=made, stage=stage, now=now)
    return Bulk(made, len(set(candidate_ids)) - len(made))


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
    _check_size(application_ids)
    applications = queries.lock_applications(actor, application_ids)
    if not applications:
        raise NotFound(queries.NO_APPLICATION)
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


@transaction.atomic
def archive_application(*, actor: Actor, application_id: UUID, reason_id: UUID, note: str = "") -> Application:
    """End an application: rejected or withdrawn, as the reason says.

    Repeating it with the same side does nothing. A withdrawal releases the open promise; a rejection leaves it open
    until the candidate hears. Records application.archived. Raises NotFound, NotAllowed without applications.archive,
    Conflict when it ended otherwise before.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, ARCHIVE, application.job)
    reason = queries.get_archive_reason(reason_id)
    if application.state == reason.side:
        return application
    stage_rules.check_active(application)
    _end(actor, [application], reason, note)
    return application


@transaction.atomic
def archive_applications(*, actor: Actor, application_ids: Sequence[UUID], reason_id: UUID, note: str = "") -> Bulk:
    """End many applications of one job with one reason; ended ones are left as they are.

    Raises NotFound when none of them may be seen, NotAllowed, InvalidInput for more than 1,000.
    """
    _check_size(application_ids)
    applications = queries.lock_applications(actor, application_ids)
    if not applications:
        raise NotFound(queries.NO_APPLICATION)
    for job in {application.job_id: application.job for application in applications}.values():
        require(actor, ARCHIVE, job)
    reason = queries.get_archive_reason(reason_id)
    active = [row for row in applications if row.state == Application.State.ACTIVE]
    _end(actor, active, reason, note)
    return Bulk(active, len(set(application_ids)) - len(active))


@transaction.atomic
def reopen_applications(*, actor: Actor, application_ids: Sequence[UUID], ended_until: datetime | None = None) -> Bulk:
    """Take ended applications up again, each in the stage where it stood: the undo of a rejection or a hire.

    A promise released by the ending is made anew; active ones are left as they are, and with `ended_until` those that
    ended (again) after that moment. Records application.reopened. Raises NotFound when none of them may be seen,
    NotAllowed without applications.archive, InvalidInput for more than 1,000.
    """
    _check_size(application_ids)
    applications = queries.lock_applications(actor, application_ids)
    if not applications:
        raise NotFound(queries.NO_APPLICATION)
    for job in {application.job_id: application.job for application in applications}.values():
        require(actor, ARCHIVE, job)
    ended = [row for row in applications if row.state != Application.State.ACTIVE]
    if ended_until:
        ended = [row for row in ended if row.ended_at is None or row.ended_at <= ended_until]
    _reopen(actor, ended)
    return Bulk(ended, len(set(application_ids)) - len(ended))


@transaction.atomic
def hire_application(*, actor: Actor, application_id: UUID) -> Application:
    """Mark the candidate as hired; repeating it does nothing. The open promise is kept by it.

    Records application.hired. Raises NotFound, NotAllowed without applications.move, Conflict when it ended otherwise.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    if application.state == Application.State.HIRED:
        return application
    stage_rules.check_active(application)
    now = clock.now()
    application.state, application.ended_at = Application.State.HIRED, now
    application.save(update_fields=["state", "ended_at"])
    close_promises(actor=actor, applications=[application], state=Promise.State.KEPT, now=now, how="hired")
    _record_many(APPLICATION_HIRED, actor, [application], _stage_data)
    return application


@transaction.atomic
def assign_application(*, actor: Actor, application_id: UUID, owner_id: UUID) -> Application:
    """Give an application to a colleague. Records application.assigned; the present owner stays silently.

    Raises NotFound, NotAllowed without applications.move, InvalidInput for an unknown user.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    if application.owner_id == owner_id:
        return application
    owner = User.objects.filter(id=owner_id, is_active=True).first()
    if owner is None:
        raise InvalidInput({"owner": "This colleague is not here any more. Choose another."})
    application.owner = owner
    application.save(update_fields=["owner"])
    _record_many(
        APPLICATION_ASSIGNED, actor, [application], lambda row: {"owner_id": owner.id, "owner_name": str(owner)}
    )
    return application


@transaction.atomic
def set_fit_scores(*, actor: Actor, job_id: UUID, scores: Mapping[UUID, int]) -> int:
    """Store the fit (0 to 100) of candidates already considered for a job; a figure, not an event: nothing is recorded.

    Returns how many applications carry a new score. Raises NotFound for the job.
    """
    job = get_job(actor, job_id)
    rows = list(Application.objects.filter(job=job, candidate_id__in=scores).order_by("id"))
    changed = [row for row in rows if row.fit_score != scores[row.candidate_id]]
    for row in changed:
        row.fit_score = scores[row.candidate_id]
    Application.objects.bulk_update(changed, ["fit_score"], batch_size=500)
    return len(changed)


@transaction.atomic
def save_archive_reason(
    *, actor: Actor, name: str, side: str, is_active: bool = True, reason_id: UUID | None = None
) -> ArchiveReason:
    """Add a reason, or rename or retire one; applications keep it. Records archive_reason.saved.

    Raises NotAllowed without applications.manage_reasons, NotFound, InvalidInput, Conflict for a name that is taken.
    """
    require(actor, MANAGE_REASONS)
    reason = queries.get_archive_reason(reason_id) if reason_id else ArchiveReason(side=side)
    reason.name, reason.is_active = name.strip(), is_active
    if not reason.name:
        raise InvalidInput({"name": "Name the reason."})
    if side not in ArchiveReason.Side.values or side != reason.side:
        raise InvalidInput({"side": "A reason is either ours or theirs, and stays so."})
    try:
        with transaction.atomic():
            reason.save()
    except IntegrityError as error:
        raise Conflict(f"There is already a reason named {reason.name}.") from error
    data = {"name": reason.name, "side": reason.side}
    record(REASON_SAVED, actor=actor, subjects={"archive_reason": reason.id}, data=data)
    return reason


def _enter_stage(actor: Actor, applications: list[Application], stage: Stage, reason: str) -> None:
    """Put locked, active applications into a stage of their job."""
    now = clock.now()
    before = {row.id: row.stage for row in applications}
    for row in applications:
        row.stage, row.stage_entered_at = stage, now
    Application.objects.filter(id__in=before).update(stage=stage, stage_entered_at=now)
    _record_many(
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


def _end(actor: Actor, applications: list[Application], reason: ArchiveReason, note: str) -> None:
    now = clock.now()
    values: dict[str, Any] = {
        "state": reason.side, "archive_reason": reason, "archive_note": note.strip(), "ended_at": now
    }  # fmt: skip
    for row in applications:
        for name, value in values.items():
            setattr(row, name, value)
    Application.objects.filter(id__in=[row.id for row in applications]).update(**values)
    _record_many(
        APPLICATION_ARCHIVED,
        actor,
        applications,
        lambda row: {"state": reason.side, "reason": reason.name, "note": note.strip(), **_stage_data(row)},
    )
    if reason.side == ArchiveReason.Side.WITHDRAWN:
        close_promises(actor=actor, applications=applications, state=Promise.State.RELEASED, now=now)


def _reopen(actor: Actor, applications: list[Application]) -> None:
    now = clock.now()
    before = {row.id: row.state for row in applications}
    values: dict[str, Any] = {
        "state": Application.State.ACTIVE, "archive_reason": None, "archive_note": "", "ended_at": None
    }  # fmt: skip
    for row in applications:
        for name, value in values.items():
            setattr(row, name, value)
    Application.objects.filter(id__in=before).update(**values)
    _record_many(
        APPLICATION_REOPENED,
        actor,
        applications,
        lambda row: {"from_state": before[row.id], "to_stage": row.stage.name, "to_stage_id": row.stage_id},
    )
    waiting = set(
        Promise.objects.filter(application_id__in=before, state=Promise.State.OPEN).values_list(
            "application_id", flat=True
        )
    )
    by_stage: dict[UUID, list[Application]] = {}
    for row in applications:
        if row.id not in waiting:
            by_stage.setdefault(row.stage_id, []).append(row)
    for rows in by_stage.values():
        make_promises(actor=actor, applications=rows, stage=rows[0].stage, now=now)


def _starting_stage(actor: Actor, job: Job, stage_id: UUID | None) -> Stage:
    if job.state == Job.State.CLOSED:
        raise Conflict(f"{job} is closed. Open it again before you add candidates.")
    stage = get_stage(actor, stage_id) if stage_id else queries.first_stage(job.id)
    if stage.job_id != job.id:
        raise InvalidInput({"stage": f"{stage} is a stage of another job."})
    return stage


def _still_active(application: Application) -> Application:
    """An application made before, when it runs; Conflict when it has ended: that is taken up again, not made twice."""
    if application.state != Application.State.ACTIVE:
        raise Conflict(
            f"{application.candidate} was considered for {application.job} before ({application.state}). "
            "Open that application and take it up again."
        )
    return application


def _moved_meanwhile(application: Application) -> str:
    """Who moved it, where it is now, and what to do."""
    last = list_timeline(application.id, limit=1).activities
    mover = names_of([last[0].actor_id]).get(last[0].actor_id) if last and last[0].actor_id else None
    return (
        f"{mover or 'Somebody'} moved {application.candidate} to {application.stage} meanwhile. "
        "The board shows it now; move the card again if you still want to."
    )


def _own_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def _check_size(ids: Sequence[UUID]) -> None:
    if len(ids) > MOST_AT_ONCE:
        raise InvalidInput({"ids": f"Choose {MOST_AT_ONCE:,} at most at once."})


def _created_data(application: Application) -> dict[str, Any]:
    return {
        "to_stage": application.stage.name, "to_stage_id": application.stage_id, "origin": application.origin
    }  # fmt: skip


def _stage_data(application: Application) -> dict[str, Any]:
    return {"from_stage": application.stage.name, "from_stage_id": application.stage_id}


def _record_many(verb: Verb, actor: Actor, applications: Sequence[Application], data: Any) -> None:
    """Record a verb for applications that have their job at hand; `data` makes the rest of an application's data."""
    happenings = [
        Happening(
            {"application": row.id, "candidate": row.candidate_id, "job": row.job_id},
            {"job_title": row.job.title, **data(row)},
        )
        for row in applications
    ]
    record_many(verb, actor=actor, happenings=happenings)
