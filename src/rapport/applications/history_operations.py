"""Applications that ran in another system: brought in with their moves and endings, gone on with, taken back.

No promise is made for them: nobody has promised anything here. What is recorded lies at its own time and names the
import: it is history, and nobody is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.activity.verbs import Verb
from rapport.applications.activities import (
    APPLICATION_ARCHIVED,
    APPLICATION_CREATED,
    APPLICATION_HIRED,
    APPLICATION_MOVED,
    APPLICATION_REMOVED,
    APPLICATION_REOPENED,
)
from rapport.applications.models import Application, ArchiveReason
from rapport.applications.operations import save_archive_reason
from rapport.applications.permissions import ARCHIVE, CREATE, MOVE
from rapport.jobs.models import Job, Stage
from rapport.lib.actors import Actor
from rapport.lib.ids import id_at

REASON_NAME = 120
TOUCHED = """
SELECT DISTINCT s.subject_id FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
WHERE s.subject_id = ANY(%s) AND a.subjects->>'import' IS DISTINCT FROM %s
"""
Told = dict[Verb, dict[Actor, list[Happening]]]


@dataclass(frozen=True, slots=True)
class PastMove:
    """When an application came into a stage."""

    at: datetime
    stage: Stage


@dataclass(frozen=True, slots=True)
class PastApplication:
    """An application of another system for a job that is here; `moves` are in the order of time, all but the first stage.

    `stage` is the last one it stood in; `state` is active, hired, rejected or withdrawn.
    """

    candidate_id: UUID
    job: Job
    first_stage: Stage
    stage: Stage
    state: str
    applied_at: datetime
    moves: tuple[PastMove, ...] = ()
    ended_at: datetime | None = None
    reason: ArchiveReason | None = None
    note: str = ""
    owner_id: UUID | None = None
    origin: str = Application.Origin.IMPORTED

    @property
    def entered_at(self) -> datetime:
        return self.moves[-1].at if self.moves else self.applied_at


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a past application: its id here, and whether it is new (else the person had one for that job)."""

    application_id: UUID
    is_new: bool


def find_or_add_reason(*, actor: Actor, side: str, name: str) -> ArchiveReason:
    """The archive reason of a name (in any case) on a side, made when there is none."""
    name = " ".join(name.split())[:REASON_NAME].strip()
    of_name = ArchiveReason.objects.alias(lower=Lower("name")).filter(side=side, lower=Lower(Value(name)))
    return of_name.first() or save_archive_reason(actor=actor, name=name, side=side, is_active=False)


@transaction.atomic
def bring_in_applications(*, actor: Actor, past: Sequence[PastApplication], import_id: UUID) -> list[Stored]:
    """Store applications, one answer for each in their order; a constant number of statements however many.

    A candidate who has one for the job keeps it as it is. Records application.created, moved, archived and hired at
    their times. Raises NotAllowed without applications.create.
    """
    require(actor, CREATE)
    rows = [_build(item) for item in past]
    Application.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    keys = {(row.candidate_id, row.job_id) for row in rows}
    there = Application.objects.exclude(state=Application.State.MERGED).filter(
        candidate_id__in={key for key, _ in keys}, job_id__in={key for _, key in keys}
    )
    by_pair = {(row[0], row[1]): row[2] for row in there.values_list("candidate_id", "job_id", "id")}
    told: Told = {}
    stored = []
    for item, row in zip(past, rows, strict=True):
        found = by_pair[row.candidate_id, row.job_id]
        stored.append(Stored(found, found == row.id))
        if found == row.id:
            _tell_created(told, actor, item, row, import_id)
            _tell_moves(told, actor, row, item.first_stage, item.moves, import_id)
            _tell_end(told, actor, row, row.stage, import_id)
    _record(told)
    return stored


@transaction.atomic
def go_on_with_application(
    *, actor: Actor, application: Application, past: PastApplication, since: datetime | None, import_id: UUID
) -> dict[str, Any]:
    """Bring a locked application to where a newer export says it stands; returns what it was, to be taken back.

    Moves up to `since` are known already. Records application.moved, archived, hired or reopened at their times.
    Raises NotAllowed without applications.move.
    """
    require(actor, MOVE, application.job)
    before = snapshot(application)
    told: Told = {}
    moves = [move for move in past.moves if since is None or move.at > since]
    _tell_moves(told, actor, application, application.stage, moves, import_id)
    was_ended = application.state != Application.State.ACTIVE
    row = _build(past)
    for name in before:
        setattr(application, name, getattr(row, name))
    application.stage = past.stage
    application.archive_reason = row.archive_reason
    if application.state != before["state"]:
        if was_ended and application.state == Application.State.ACTIVE:
            _tell(told, APPLICATION_REOPENED, actor, application, past.entered_at, import_id, from_state=before["state"],
                  to_stage=past.stage.name, to_stage_id=past.stage.id)  # fmt: skip
        _tell_end(told, actor, application, past.stage, import_id)
    application.save(update_fields=list(before))
    _record(told)
    return before


KEPT = ("stage_id", "state", "archive_reason_id", "archive_note", "stage_entered_at", "ended_at")


def snapshot(application: Application) -> dict[str, Any]:
    """The columns that an export may change, as they stand."""
    return {name: getattr(application, name) for name in KEPT}


@transaction.atomic
def put_back_application(*, actor: Actor, application: Application, before: Mapping[str, Any], import_id: UUID) -> None:
    """Give a locked application the stage and state it had before an import. Raises NotAllowed without applications.archive."""
    require(actor, ARCHIVE, application.job)
    was = application.state
    for name in KEPT:
        setattr(application, name, before[name])
    application.save(update_fields=list(KEPT))
    stage = Stage.objects.get(id=application.stage_id)
    told: Told = {}
    _tell(told, APPLICATION_REOPENED, actor, application, None, import_id, from_state=was, to_stage=stage.name,
          to_stage_id=stage.id)  # fmt: skip
    _record(told)


@transaction.atomic
def take_back_applications(*, actor: Actor, application_ids: Sequence[UUID], import_id: UUID) -> set[UUID]:
    """Delete applications that an import has made and nobody has touched since; returns those that stay.

    Records application.removed. Raises NotAllowed without applications.archive.
    """
    require(actor, ARCHIVE)
    rows = Application.objects.select_for_update(of=("self",)).filter(id__in=application_ids).order_by("id")
    found = {row.id: row for row in rows.select_related("job")}
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, [list(found), str(import_id)])
        kept = {row[0] for row in cursor.fetchall()}
    gone = [row for key, row in found.items() if key not in kept]
    told: Told = {}
    for row in gone:
        _tell(told, APPLICATION_REMOVED, actor, row, None, import_id)
    Application.objects.filter(id__in=[row.id for row in gone]).delete()
    _record(told)
    return kept


def _build(item: PastApplication) -> Application:
    is_archived = item.state in (Application.State.REJECTED, Application.State.WITHDRAWN)
    return Application(
        id=id_at(item.applied_at), candidate_id=item.candidate_id, job=item.job, stage=item.stage, state=item.state,
        archive_reason=item.reason if is_archived else None, archive_note=item.note if is_archived else "",
        owner_id=item.owner_id, origin=item.origin, applied_at=item.applied_at, stage_entered_at=item.entered_at,
        ended_at=None if item.state == Application.State.ACTIVE else item.ended_at or item.entered_at,
    )  # fmt: skip


def _tell_created(told: Told, actor: Actor, item: PastApplication, row: Application, import_id: UUID) -> None:
    _tell(told, APPLICATION_CREATED, actor, row, item.applied_at, import_id, to_stage=item.first_stage.name,
          to_stage_id=item.first_stage.id, origin=item.origin)  # fmt: skip


def _tell_moves(
    told: Told, actor: Actor, row: Application, stage: Stage, moves: Sequence[PastMove], import_id: UUID
) -> None:
    for move in moves:
        if move.stage.id != stage.id:
            _tell(told, APPLICATION_MOVED, actor, row, move.at, import_id, from_stage=stage.name, from_stage_id=stage.id,
                  to_stage=move.stage.name, to_stage_id=move.stage.id, reason="")  # fmt: skip
        stage = move.stage


def _tell_end(told: Told, actor: Actor, row: Application, stage: Stage, import_id: UUID) -> None:
    at = {"from_stage": stage.name, "from_stage_id": stage.id}
    if row.state == Application.State.HIRED:
        _tell(told, APPLICATION_HIRED, actor, row, row.ended_at, import_id, **at)
    elif row.state != Application.State.ACTIVE:
        reason = row.archive_reason.name if row.archive_reason else ""
        _tell(told, APPLICATION_ARCHIVED, actor, row, row.ended_at, import_id, **at, state=row.state, reason=reason,
              note=row.archive_note)  # fmt: skip


def _tell(
    told: Told, verb: Verb, actor: Actor, row: Application, at: datetime | None, import_id: UUID, **data: Any
) -> None:
    subjects = {"application": row.id, "candidate": row.candidate_id, "job": row.job_id, "import": import_id}
    happening = Happening(subjects, {"job_title": row.job.title, **data}, at)
    told.setdefault(verb, {}).setdefault(actor, []).append(happening)


def _record(told: Told) -> None:
    for verb, by_actor in told.items():
        for actor, happenings in by_actor.items():
            record_many(verb, actor=actor, happenings=happenings)
