"""Jobs that ran in another system: brought in with their stages and times, changed by a newer export, taken back.

What is recorded lies at its own time and names the import: it is history, and nobody is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.accounts.capabilities import require
from rapport.accounts.models import Role, User
from rapport.activity.operations import Happening, record, record_many
from rapport.activity.verbs import Verb
from rapport.jobs.activities import JOB_CHANGED, JOB_CLOSED, JOB_CREATED, JOB_OPENED, JOB_PAUSED, JOB_REMOVED
from rapport.jobs.models import HiringTeamMember, Job, Stage
from rapport.jobs.operations import find_or_add_department
from rapport.jobs.permissions import CREATE, EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.places import find_place

TITLE, PLACE, STAGE_NAME, DEPARTMENT = 200, 200, 80, 120
STATE_VERBS: Mapping[str, Verb] = {"open": JOB_OPENED, "paused": JOB_PAUSED, "closed": JOB_CLOSED}
CHANGEABLE = ("title", "description", "place", "state", "opened_at", "closed_at")
TOUCHED = """
SELECT DISTINCT s.subject_id FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
WHERE s.subject_id = ANY(%s) AND a.subjects->>'import' IS DISTINCT FROM %s
"""


@dataclass(frozen=True, slots=True)
class PastJob:
    """A job of another system. `stages` are names in their order; `team` maps ids of users here to their team role."""

    title: str
    state: str
    created_at: datetime
    description: str = ""
    department: str = ""
    place: str = ""
    is_confidential: bool = False
    headcount: int = 1
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    owner_id: UUID | None = None
    team: Mapping[UUID, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A job that is stored, and its stages by their names in lower case."""

    job: Job
    stages: Mapping[str, Stage]


def stage_kind(name: str) -> str:
    """What kind of step a stage of another system is, by its name: applied, screen, interview or offer."""
    word = name.casefold()
    if "offer" in word or "placed" in word or "hired" in word:
        return Stage.Kind.OFFER
    if any(part in word for part in ("interview", "onsite", "on-site", "face to face", "panel", "presentation")):
        return Stage.Kind.INTERVIEW
    if any(part in word for part in ("application", "applicant", "applied", "new lead", "no contact", "no status")):
        return Stage.Kind.APPLIED
    return Stage.Kind.SCREEN


@transaction.atomic
def bring_in_job(*, actor: Actor, past: PastJob, import_id: UUID) -> BroughtIn:
    """Store one job with its stages, none of which promises an answer: nobody has promised one.

    Records job.created, and job.opened, job.paused or job.closed, at their times. Raises NotAllowed without
    jobs.create. The team of a confidential job of which nobody is here are the administrators: somebody has to see it.
    """
    require(actor, CREATE)
    job = Job(
        title=past.title[:TITLE], description=past.description, place=past.place[:PLACE], state=past.state,
        is_confidential=past.is_confidential, headcount=min(max(past.headcount, 1), 10_000), owner_id=past.owner_id,
        opened_at=past.opened_at, closed_at=past.closed_at if past.state == Job.State.CLOSED else None,
        created_at=past.created_at, updated_at=clock.now(),
        department=find_or_add_department(past.department[:DEPARTMENT]) if past.department else None,
    )  # fmt: skip
    _locate(job)
    job.save(force_insert=True)
    stages = add_stages(job=job, names=past.stages)
    team = dict(past.team)
    if past.is_confidential and not team:
        administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
        team = dict.fromkeys(administrators.values_list("id", flat=True), HiringTeamMember.TeamRole.RECRUITER.value)
    known = set(User.objects.filter(id__in=team).values_list("id", flat=True))
    HiringTeamMember.objects.bulk_create(
        HiringTeamMember(job=job, user_id=user_id, team_role=role) for user_id, role in team.items() if user_id in known
    )
    _tell(actor, job, JOB_CREATED, past.created_at, import_id)
    if past.opened_at and job.state != Job.State.DRAFT:
        _tell(actor, job, JOB_OPENED, past.opened_at, import_id, from_state=Job.State.DRAFT)
    if job.state in (Job.State.PAUSED, Job.State.CLOSED):
        at = past.closed_at or past.opened_at or past.created_at
        _tell(actor, job, STATE_VERBS[job.state], at, import_id, from_state=Job.State.OPEN)
    return BroughtIn(job, stages)


def add_stages(*, job: Job, names: Sequence[str]) -> dict[str, Stage]:
    """All stages of a job by lower-case name, those of `names` added behind the others where they are missing.

    A part of the caller's transaction, whose operation has asked for the permission.
    """
    there = {stage.name.casefold(): stage for stage in Stage.objects.filter(job=job).order_by("position")}
    place = max((stage.position for stage in there.values()), default=-1)
    new = []
    for name in filter(None, (" ".join(name.split())[:STAGE_NAME].strip() for name in names)):
        if name.casefold() not in there:
            place += 1
            stage = Stage(job=job, name=name, kind=stage_kind(name), position=place)
            there[name.casefold()] = stage
            new.append(stage)
    if not there:
        there["applied"] = Stage(job=job, name="Applied", kind=Stage.Kind.APPLIED, position=0)
        new.append(there["applied"])
    Stage.objects.bulk_create(new)
    return there


@transaction.atomic
def change_past_job(*, actor: Actor, job: Job, changes: Mapping[str, Any], import_id: UUID | None) -> dict[str, Any]:
    """Set what a newer export says of a locked job; returns what stood there before. Records job.changed.

    With `import_id` the change is a part of an import. Raises NotAllowed without jobs.edit.
    """
    require(actor, EDIT, job)
    before = {name: getattr(job, name) for name, value in changes.items() if name in CHANGEABLE}
    before = {name: value for name, value in before.items() if value != changes[name]}
    for name in before:
        setattr(job, name, changes[name])
    if not before:
        return before
    if "place" in before:
        _locate(job)
    job.version += 1
    job.updated_at = clock.now()
    located = ["city", "country_code", "latitude", "longitude"] if "place" in before else []
    job.save(update_fields=[*before, *located, "version", "updated_at"])
    data = {"job_title": job.title, "changed": sorted(before), "is_confidential": job.is_confidential}
    subjects = {"job": job.id} | ({"import": import_id} if import_id else {})
    record(JOB_CHANGED, actor=actor, subjects=subjects, data=data)
    return before


@transaction.atomic
def take_back_jobs(*, actor: Actor, job_ids: Sequence[UUID], import_id: UUID) -> dict[UUID, str]:
    """Delete jobs that an import has made and nobody has touched since; returns why each of the others stays.

    Records job.removed. Raises NotAllowed without jobs.create.
    """
    require(actor, CREATE)
    rows = list(Job.objects.select_for_update(of=("self",)).filter(id__in=job_ids).order_by("id"))
    touched = find_touched([job.id for job in rows], import_id)
    kept: dict[UUID, str] = {}
    happenings = []
    for job in rows:
        if job.applications.exists():
            kept[job.id] = "Candidates are considered for this job still, so it stays."
        elif job.id in touched:
            kept[job.id] = "Somebody has changed this job since, so it stays."
        else:
            happenings.append(Happening({"job": job.id, "import": import_id}, {"job_title": job.title}))
            job.delete()
    record_many(JOB_REMOVED, actor=actor, happenings=happenings)
    return kept


def find_touched(subject_ids: Sequence[UUID], import_id: UUID) -> set[UUID]:
    """Those with whom something happened that was no part of the import."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, [list(subject_ids), str(import_id)])
        return {row[0] for row in cursor.fetchall()}


def _tell(actor: Actor, job: Job, verb: Verb, at: datetime, import_id: UUID, **data: str) -> None:
    record(
        verb, actor=actor, subjects={"job": job.id, "import": import_id}, data={"job_title": job.title, **data}, at=at
    )


def _locate(job: Job) -> None:
    place = find_place(job.place) if job.place else None
    job.city, job.country_code = (place.city[:120], place.country_code) if place else ("", "")
    job.latitude, job.longitude = (place.latitude, place.longitude) if place else (None, None)
