"""Reading jobs: what this actor may see of them, and in which shape."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from rapport.accounts.capabilities import EVERYWHERE, ON_TEAM, get_capability, holds, require
from rapport.accounts.models import User
from rapport.activity.hiding import names, once
from rapport.jobs import facts
from rapport.jobs.figures import Figures, figures_for
from rapport.jobs.models import Department, HiringTeamMember, Job, JobSkill, Stage, StageTemplate
from rapport.jobs.permissions import EDIT, VIEW
from rapport.jobs.standard_process import STANDARD, StageDraft
from rapport.jobs.state_rules import possible
from rapport.lib import clock, navigation
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.wording import first_words
from rapport.skills.models import Skill
from rapport.skills.queries import vocabulary

PAGE_SIZE = 50
COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class JobRow:
    """A line of the list of jobs; the job comes with its department and owner."""

    job: Job
    figures: Figures


@dataclass(frozen=True, slots=True)
class JobPage:
    """Newest jobs first; `next_before` asks for the rows that follow, None where there are none."""

    rows: list[JobRow]
    next_before: UUID | None


def list_jobs(
    actor: Actor,
    *,
    state: str = "",
    text: str = "",
    department_id: UUID | None = None,
    mine: bool = False,
    before: UUID | None = None,
    limit: int = PAGE_SIZE,
) -> JobPage:
    """Jobs with their figures, in two statements whatever their number.

    `state` "" means all; `text` is looked for in the title; `mine` narrows to those owned or on whose team one is.
    """
    jobs = _matching(actor, text=text, department_id=department_id, mine=mine)
    if state:
        jobs = jobs.filter(state=state)
    if before:
        jobs = jobs.filter(id__lt=before)
    found = list(jobs.select_related("department", "owner").defer("description").order_by("-id")[: limit + 1])
    shown = found[:limit]
    figures = figures_for([job.id for job in shown])
    rows = [JobRow(job, figures.get(job.id, Figures())) for job in shown]
    return JobPage(rows, shown[-1].id if len(found) > limit else None)


def count_by_state(
    actor: Actor, *, text: str = "", department_id: UUID | None = None, mine: bool = False
) -> dict[str, int]:
    """How many jobs the list has in each state, "" for all of them; counting stops at 10,000."""
    jobs = _matching(actor, text=text, department_id=department_id, mine=mine)
    ids = jobs.order_by().values("id")[:COUNT_CAP]
    counted = Job.objects.filter(id__in=ids).order_by().values_list("state").annotate(Count("id"))
    counts = dict.fromkeys(Job.State.values, 0) | dict(counted)
    return {"": sum(counts.values()), **counts}


def _matching(actor: Actor, *, text: str, department_id: UUID | None, mine: bool) -> QuerySet[Job]:
    require(actor, VIEW)
    jobs: QuerySet[Job] = Job.objects.visible_to(actor)
    for word in first_words(text):
        jobs = jobs.filter(title__icontains=word)
    if department_id:
        jobs = jobs.filter(department_id=department_id)
    if mine:
        team = HiringTeamMember.objects.of(actor).values("job_id")
        jobs = jobs.filter(Q(owner_id=actor.id) | Q(id__in=team))
    return jobs


def list_open_jobs(actor: Actor, *, text: str = "", limit: int = 20) -> list[Job]:
    """Jobs that take applications, by title: for pickers."""
    jobs = Job.objects.visible_to(actor).filter(state__in=[Job.State.OPEN, Job.State.PAUSED, Job.State.DRAFT])
    for word in first_words(text):
        jobs = jobs.filter(title__icontains=word)
    return list(jobs.defer("description").order_by("title", "id")[:limit])


def get_job(actor: Actor, job_id: UUID) -> Job:
    """A job with its department and owner; NotFound when it does not exist or the actor may not know of it."""
    job = Job.objects.visible_to(actor).select_related("department", "owner").filter(id=job_id).first()
    if job is None:
        raise NotFound("There is no such job, or you are not on its team.")
    return job


def may_see(actor: Actor, job_id: UUID) -> bool:
    return Job.objects.visible_to(actor).filter(id=job_id).exists()


def lock_job(actor: Actor, job_id: UUID) -> Job:
    """The same, locked until the transaction ends."""
    job = Job.objects.visible_to(actor).select_for_update(of=("self",)).filter(id=job_id).first()
    if job is None:
        raise NotFound("There is no such job, or you are not on its team.")
    return job


@once
def hidden_job_ids(actor: Actor) -> set[UUID]:
    """The jobs of which this actor may see nothing anywhere."""
    return set(Job.objects.hidden_from(actor).values_list("id", flat=True))


def hides_jobs(actor: Actor) -> Q | None:
    """What is about jobs that the actor may not see."""
    hidden = hidden_job_ids(actor)
    return names("job", hidden) if hidden else None


def list_departments() -> QuerySet[Department]:
    """All departments by name; their names are no secret within the organisation."""
    return Department.objects.all()


def names_of_departments() -> list[str]:
    return list(Department.objects.values_list("name", flat=True))


def list_stages(job_id: UUID) -> list[Stage]:
    """A job's stages in their order."""
    return list(Stage.objects.filter(job_id=job_id).order_by("position"))


def get_stage(actor: Actor, stage_id: UUID) -> Stage:
    stage = Stage.objects.filter(id=stage_id, job__in=Job.objects.visible_to(actor)).first()
    if stage is None:
        raise NotFound("There is no such stage, or you are not on the team of its job.")
    return stage


def list_skills(job_id: UUID) -> list[JobSkill]:
    """What a job asks for, must-haves first, each with its skill."""
    return list(JobSkill.objects.filter(job_id=job_id).select_related("skill").order_by("need", "position"))


def list_team(job_id: UUID) -> list[HiringTeamMember]:
    """A job's hiring team with the users: recruiters, hiring managers, interviewers, each by name."""
    rows = HiringTeamMember.objects.filter(job_id=job_id).select_related("user")
    order = {role: place for place, role in enumerate(("recruiter", "hiring_manager", "interviewer"))}
    return sorted(rows, key=lambda row: (order[row.team_role], str(row.user).casefold()))


def list_colleagues() -> QuerySet[User]:
    """Everybody who can be put on a hiring team."""
    return User.objects.filter(is_active=True).only("id", "full_name", "email", "role")


def list_templates(actor: Actor) -> QuerySet[StageTemplate]:
    require(actor, EDIT)
    return StageTemplate.objects.order_by("-is_default", "name")


def get_template(actor: Actor, template_id: UUID) -> StageTemplate:
    require(actor, EDIT)
    template = StageTemplate.objects.filter(id=template_id).first()
    if template is None:
        raise NotFound("There is no such process.")
    return template


def stages_to_start_from(template_id: UUID | None) -> list[StageDraft]:
    """The stages of a template, of the default template, or those that come with the product."""
    templates = (
        StageTemplate.objects.filter(id=template_id) if template_id else StageTemplate.objects.filter(is_default=True)
    )
    template = templates.first()
    if template is None and template_id:
        raise NotFound("There is no such process.")
    return template.stages if template else STANDARD


@dataclass(frozen=True, slots=True)
class JobHead:
    """What every page of a job begins with; the fragment jobs/_head.html shows it as `head`.

    `tabs` are {label, url, is_current}; `facts` short phrases; `changes` {state, label} for the state's menu, empty for
    those who may not change the job.
    """

    job: Job
    facts: list[str]
    tabs: list[dict[str, Any]]
    team: list[HiringTeamMember]
    changes: list[dict[str, str]]
    can_edit: bool


def job_head(actor: Actor, job: Job, current: str) -> JobHead:
    """The head of a job's pages, in two or three statements; `current` is the URL name of the page that shows it.

    The tabs are the navigation's place "job". The job comes from get_job.
    """
    figures = figures_for([job.id]).get(job.id, Figures())
    team = list_team(job.id)
    can_edit = _holds_for_team(actor, team)
    return JobHead(
        job=job,
        facts=facts.of_job(job, hired_count=figures.hired_count, active_count=figures.active_count, now=clock.now()),
        tabs=_tabs(actor, job.id, current),
        team=team,
        changes=[{"state": state, "label": facts.CHANGES[state]} for state in possible(job.state)] if can_edit else [],
        can_edit=can_edit,
    )


def _tabs(actor: Actor, job_id: UUID, current: str) -> list[dict[str, Any]]:
    shown = [
        entry
        for entry in navigation.entries("job")
        if not entry.capability or holds(actor, get_capability(entry.capability))
    ]
    return [
        {"label": entry.label, "url": reverse(entry.url_name, args=[job_id]), "is_current": entry.url_name == current}
        for entry in shown
    ]


def _holds_for_team(actor: Actor, team: list[HiringTeamMember]) -> bool:
    """Whether the actor may change the job, without asking the database again for the team."""
    scope = EDIT.scope_for(actor)
    return scope == EVERYWHERE or (scope == ON_TEAM and any(row.user_id == actor.id for row in team))


def first_page_url(job_id: UUID) -> str:
    """Where a link to a job leads: the first of its tabs, which is the board where there is one."""
    return reverse(navigation.entries("job")[0].url_name, args=[job_id])


def suggest_skills(text: str, *, except_ids: Collection[UUID] = ()) -> list[Skill]:
    """Skills of the vocabulary that a description names, in the order of their first mention."""
    names = list(dict.fromkeys(mention.skill for mention in vocabulary().find(text)))
    known = {skill.name: skill for skill in Skill.objects.filter(name__in=names, is_active=True)}
    return [known[name] for name in names if name in known and known[name].id not in except_ids]
