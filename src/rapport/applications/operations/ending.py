"""Rejecting, withdrawing and hiring, and taking an application up again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.applications import queries, stage_rules
from rapport.applications.activities import APPLICATION_ARCHIVED, APPLICATION_HIRED, APPLICATION_REOPENED
from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.applications.operations.many import Bulk, lock_many, record_applications, stage_data
from rapport.applications.permissions import ARCHIVE, MOVE
from rapport.applications.promise_operations import close_promises, make_promises
from rapport.lib import clock
from rapport.lib.actors import Actor


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
    applications = _lock_for_ending(actor, application_ids)
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
    applications = _lock_for_ending(actor, application_ids)
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
    record_applications(APPLICATION_HIRED, actor, [application], stage_data)
    return application


def _lock_for_ending(actor: Actor, application_ids: Sequence[UUID]) -> list[Application]:
    applications = lock_many(actor, application_ids)
    for job in {application.job_id: application.job for application in applications}.values():
        require(actor, ARCHIVE, job)
    return applications


def _end(actor: Actor, applications: list[Application], reason: ArchiveReason, note: str) -> None:
    now = clock.now()
    values: dict[str, Any] = {
        "state": reason.side, "archive_reason": reason, "archive_note": note.strip(), "ended_at": now
    }  # fmt: skip
    for row in applications:
        for name, value in values.items():
            setattr(row, name, value)
    Application.objects.filter(id__in=[row.id for row in applications]).update(**values)
    record_applications(
        APPLICATION_ARCHIVED,
        actor,
        applications,
        lambda row: {"state": reason.side, "reason": reason.name, "note": note.strip(), **stage_data(row)},
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
    record_applications(
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
