"""Considering candidates for a job."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.applications import queries
from rapport.applications.activities import APPLICATION_CREATED
from rapport.applications.models import Application
from rapport.applications.operations.many import Bulk, check_size, record_applications
from rapport.applications.permissions import CREATE
from rapport.applications.promise_operations import make_promises
from rapport.candidates.queries import get_candidate, lock_visible_ids, missing
from rapport.jobs.models import Job, Stage
from rapport.jobs.queries import get_job, get_stage
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput


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
    if lock_visible_ids(actor, [candidate_id]) != [candidate_id]:
        raise missing(actor, candidate_id)
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
    record_applications(APPLICATION_CREATED, actor, [application], _created_data)
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
    check_size(candidate_ids)
    stage = _starting_stage(actor, job, stage_id)
    now, owner_id, scores = clock.now(), _own_id(actor), fit_scores or {}
    wanted = [
        Application(
            candidate_id=candidate_id, job=job, stage=stage, origin=origin, owner_id=owner_id,
            fit_score=scores.get(candidate_id), applied_at=now, stage_entered_at=now,
        )
        for candidate_id in lock_visible_ids(actor, candidate_ids)
    ]  # fmt: skip
    Application.objects.bulk_create(wanted, ignore_conflicts=True)
    stored = set(Application.objects.filter(id__in=[row.id for row in wanted]).values_list("id", flat=True))
    made = [row for row in wanted if row.id in stored]
    record_applications(APPLICATION_CREATED, actor, made, _created_data)
    make_promises(actor=actor, applications=made, stage=stage, now=now)
    return Bulk(made, len(set(candidate_ids)) - len(made))


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


def _own_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def _created_data(application: Application) -> dict[str, Any]:
    return {
        "to_stage": application.stage.name, "to_stage_id": application.stage_id, "origin": application.origin
    }  # fmt: skip
