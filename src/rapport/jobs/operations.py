"""Writes to jobs, their hiring team and the skills they ask for. Stages: stage_operations.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from rapport.accounts.capabilities import require
from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.jobs import queries, state_rules
from rapport.jobs.activities import JOB_CHANGED, JOB_CLOSED, JOB_CREATED, JOB_OPENED, JOB_PAUSED, SKILLS_SET, TEAM_SET
from rapport.jobs.models import Department, HiringTeamMember, Job, JobSkill, Stage
from rapport.jobs.permissions import CREATE, EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.places import find_place
from rapport.skills.models import Skill

STATE_VERBS = {Job.State.OPEN: JOB_OPENED, Job.State.PAUSED: JOB_PAUSED, Job.State.CLOSED: JOB_CLOSED}


class JobDetails(TypedDict, total=False):
    """What can be said about a job. `department` is a name: one that is new is added. Pay is in whole currency units."""

    title: str
    description: str
    department: str
    place: str
    workplace: str
    seniority: str
    min_years: int | None
    headcount: int
    pay_min: int | None
    pay_max: int | None
    pay_currency: str
    pay_period: str
    is_confidential: bool
    owner_id: UUID | None


@dataclass(frozen=True, slots=True)
class WantedSkill:
    """A skill a job asks for: need is must or nice, weight 1 to 10."""

    skill_id: UUID
    need: str = JobSkill.Need.MUST
    weight: int = 5


@transaction.atomic
def create_job(*, actor: Actor, template_id: UUID | None = None, **details: Unpack[JobDetails]) -> Job:
    """Create a draft with the stages of a template (the default one if none is named) and its maker on the team.

    Records job.created. Raises NotAllowed without jobs.create, NotFound for the template, InvalidInput by field.
    """
    require(actor, CREATE)
    now = clock.now()
    maker = actor.id if actor.kind == "user" else None
    job = Job(owner_id=maker, created_at=now, updated_at=now)
    _apply(job, details)
    job.save(force_insert=True)
    drafts = queries.stages_to_start_from(template_id)
    Stage.objects.bulk_create(Stage(job=job, position=place, **draft) for place, draft in enumerate(drafts))
    if maker:
        role = actor.role if actor.role in HiringTeamMember.TeamRole.values else HiringTeamMember.TeamRole.RECRUITER
        HiringTeamMember.objects.create(job=job, user_id=maker, team_role=role)
    record(JOB_CREATED, actor=actor, subjects=[job], data={"job_title": job.title})
    return job


@transaction.atomic
def update_job(*, actor: Actor, job_id: UUID, version: int | None = None, **details: Unpack[JobDetails]) -> Job:
    """Change what is said about a job; what stays the same is not recorded.

    `version` is the one the person saw: Conflict when somebody saved in between. Records job.changed with the names of
    what changed. Raises NotFound, NotAllowed without jobs.edit, InvalidInput by field.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    if version is not None and version != job.version:
        raise Conflict(
            f"Somebody changed {job.title} while you were writing. Copy your text, reload, and enter it again."
        )
    changed = _apply(job, details)
    if not changed:
        return job
    if job.is_confidential and not job.team_rows.exists():
        raise InvalidInput(
            {"is_confidential": "A confidential job is seen by its hiring team only. Add somebody to the team first."}
        )
    _save(job, changed)
    data = {"job_title": job.title, "changed": changed, "is_confidential": job.is_confidential}
    record(JOB_CHANGED, actor=actor, subjects=[job], data=data)
    return job


@transaction.atomic
def change_state(*, actor: Actor, job_id: UUID, state: str) -> Job:
    """Open, pause or close a job; asking for the state it has does nothing.

    Records job.opened, job.paused or job.closed with from_state. Raises NotFound, NotAllowed without jobs.edit,
    Conflict when the state cannot follow (state_rules.py), InvalidInput for an unknown one.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    if state not in Job.State.values:
        raise InvalidInput({"state": f"There is no state {state!r}."})
    if job.state == state:
        return job
    state_rules.check_change(job.title, job.state, state)
    before, job.state = job.state, state
    now = clock.now()
    if state == Job.State.OPEN:
        job.opened_at, job.closed_at = job.opened_at or now, None
    job.closed_at = now if state == Job.State.CLOSED else None
    _save(job, ["state", "opened_at", "closed_at"])
    data = {"job_title": job.title, "from_state": before}
    record(STATE_VERBS[Job.State(state)], actor=actor, subjects=[job], data=data)
    return job


@transaction.atomic
def set_team(*, actor: Actor, job_id: UUID, members: Mapping[UUID, str]) -> Job:
    """Replace a job's hiring team: user id to team role (recruiter, hiring_manager, interviewer).

    Records job.team_changed with added_ids and removed_ids. Raises NotFound, NotAllowed without jobs.edit, InvalidInput
    for an unknown role or person, and for a confidential job without anybody.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    _check_team(job, members)
    before = dict(job.team_rows.values_list("user_id", "team_role"))
    if before == dict(members):
        return job
    job.team_rows.exclude(user_id__in=members).delete()
    HiringTeamMember.objects.bulk_create(
        [HiringTeamMember(job=job, user_id=user_id, team_role=role) for user_id, role in members.items()],
        update_conflicts=True,
        unique_fields=["job_id", "user_id"],
        update_fields=["team_role"],
    )
    added, removed = sorted(set(members) - set(before)), sorted(set(before) - set(members))
    data = {"job_title": job.title, "added_ids": added, "removed_ids": removed}
    record(TEAM_SET, actor=actor, subjects=[job], data=data)
    return job


@transaction.atomic
def set_skills(*, actor: Actor, job_id: UUID, skills: Sequence[WantedSkill]) -> Job:
    """Replace what a job asks for; the order given is kept within must and within nice.

    Records job.skills_changed with the names. Raises NotFound, NotAllowed without jobs.edit, InvalidInput for a weight
    outside 1 to 10, an unknown need or skill, or a skill named twice.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    names = _check_skills(skills)
    wanted = [
        JobSkill(job=job, skill_id=skill.skill_id, need=skill.need, weight=skill.weight, position=place)
        for place, skill in enumerate(skills)
    ]
    before = {(row.skill_id, row.need, row.weight, row.position) for row in job.skill_rows.all()}
    if before == {(row.skill_id, row.need, row.weight, row.position) for row in wanted}:
        return job
    job.skill_rows.all().delete()
    JobSkill.objects.bulk_create(wanted)
    _save(job, [])
    data: dict[str, Any] = {"job_title": job.title, "must": [], "nice": []}
    for skill in skills:
        data[skill.need].append(names[skill.skill_id])
    record(SKILLS_SET, actor=actor, subjects=[job], data=data)
    return job


def _save(job: Job, fields: list[str]) -> None:
    job.version += 1
    job.updated_at = clock.now()
    names = {name.removesuffix("_id") for name in fields}
    if "place" in names:
        names |= {"city", "country_code", "latitude", "longitude"}
    job.save(update_fields=[*names, "version", "updated_at"])


def _apply(job: Job, details: JobDetails) -> list[str]:
    """Set what is given and different, check the whole, and return the names of what changed."""
    given: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in details.items()
    }
    changed = []
    if "department" in given:
        name = given.pop("department")
        if name.casefold() != (job.department.name if job.department else "").casefold():
            job.department = find_or_add_department(name) if name else None
            changed.append("department")
    for name, value in given.items():
        if getattr(job, name) != value:
            setattr(job, name, value)
            changed.append(name)
    if "place" in changed:
        _locate(job)
    _check(job)
    return sorted(changed)


def find_or_add_department(name: str) -> Department:
    """The department of a name (in any case), made when there is none."""
    # In lower case as the database makes it: that is what is unique.
    of_name = Department.objects.alias(lower=Lower("name")).filter(lower=Lower(Value(name)))
    found = of_name.first()
    if found:
        return found
    try:
        with transaction.atomic():
            return Department.objects.create(name=name)
    except IntegrityError:
        return of_name.get()


def _locate(job: Job) -> None:
    place = find_place(job.place)
    job.city, job.country_code = (place.city, place.country_code) if place else ("", "")
    job.latitude, job.longitude = (place.latitude, place.longitude) if place else (None, None)


def _check(job: Job) -> None:
    problems = {}
    if not job.title:
        problems["title"] = "Give the job a title."
    choices = {
        "workplace": Job.Workplace.values,
        "seniority": ["", *Job.Seniority.values],
        "pay_period": Job.PayPeriod.values,
    }
    for name, known in choices.items():
        if getattr(job, name) not in known:
            problems[name] = f"{getattr(job, name)!r} is none of the choices."
    if job.headcount is None or not 1 <= job.headcount <= 10_000:
        problems["headcount"] = "Enter how many people are to be hired, at least 1."
    if job.pay_min is not None and job.pay_max is not None and job.pay_max < job.pay_min:
        problems["pay_max"] = "The upper end of the pay lies below the lower end."
    if len(job.pay_currency) != 3 or not job.pay_currency.isalpha():
        problems["pay_currency"] = "Enter a currency by its three letters, such as EUR."
    if problems:
        raise InvalidInput(problems)


def _check_team(job: Job, members: Mapping[UUID, str]) -> None:
    unknown = set(members.values()) - set(HiringTeamMember.TeamRole.values)
    if unknown:
        raise InvalidInput({"team": f"There is no team role {min(unknown)!r}."})
    found = User.objects.filter(id__in=members).count()
    if found != len(members):
        raise InvalidInput({"team": "Somebody in this team is no user any more. Reload the page."})
    if job.is_confidential and not members:
        raise InvalidInput({"team": "A confidential job needs somebody who can see it."})


def _check_skills(skills: Sequence[WantedSkill]) -> dict[UUID, str]:
    """The names of the skills by id."""
    names = dict(Skill.objects.filter(id__in=[skill.skill_id for skill in skills]).values_list("id", "name"))
    if len({skill.skill_id for skill in skills}) != len(skills):
        raise InvalidInput({"skills": "A skill stands there twice."})
    if any(skill.skill_id not in names for skill in skills):
        raise InvalidInput({"skills": "One of these skills is not in the vocabulary any more. Reload the page."})
    if any(skill.need not in JobSkill.Need.values for skill in skills):
        raise InvalidInput({"skills": "A skill is either a must or nice to have."})
    if any(not 1 <= skill.weight <= 10 for skill in skills):
        raise InvalidInput({"skills": "The weight of a skill lies between 1 and 10."})
    return names
