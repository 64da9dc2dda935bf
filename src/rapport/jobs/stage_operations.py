"""Writes to a job's stages, and to the templates that new jobs take theirs from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.jobs import queries
from rapport.jobs.activities import (
    STAGE_ADDED,
    STAGE_CHANGED,
    STAGE_REMOVED,
    STAGES_REORDERED,
    TEMPLATE_REMOVED,
    TEMPLATE_SAVED,
)
from rapport.jobs.models import Job, Stage, StageTemplate
from rapport.jobs.permissions import CREATE, EDIT
from rapport.jobs.standard_process import StageDraft
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput

MOST_STAGES = 20
MOST_PROMISED_DAYS = 90


@transaction.atomic
def add_stage(
    *,
    actor: Actor,
    job_id: UUID,
    name: str,
    kind: str = Stage.Kind.INTERVIEW,
    candidate_text: str = "",
    promised_days: int | None = None,
) -> Stage:
    """Add a stage at the end of a job's process, before a final offer stage. Records stage.added.

    Raises NotFound, NotAllowed without jobs.edit, InvalidInput by field, Conflict for a name that is there already.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    stages = queries.list_stages(job.id)
    if len(stages) >= MOST_STAGES:
        raise Conflict(f"A job has {MOST_STAGES} stages at most.")
    place = len(stages)
    if stages and stages[-1].kind == Stage.Kind.OFFER and kind != Stage.Kind.OFFER:
        place -= 1
        Stage.objects.filter(id=stages[-1].id).update(position=len(stages))
    stage = Stage(job=job, position=place)
    _set(stage, name=name, kind=kind, candidate_text=candidate_text, promised_days=promised_days)
    _store(stage, new=True)
    record(STAGE_ADDED, actor=actor, subjects=[stage, job], data={"job_title": job.title, "stage": stage.name})
    return stage


@transaction.atomic
def change_stage(
    *, actor: Actor, stage_id: UUID, name: str, kind: str, candidate_text: str, promised_days: int | None
) -> Stage:
    """Change a stage. Promises already given stand. Records stage.changed with the names of what changed.

    Raises NotFound, NotAllowed without jobs.edit, InvalidInput by field, Conflict for a name that is there already.
    """
    stage, job = _lock_stage(actor, stage_id)
    changed = _set(stage, name=name, kind=kind, candidate_text=candidate_text, promised_days=promised_days)
    if not changed:
        return stage
    _store(stage, new=False)
    data = {"job_title": job.title, "stage": stage.name, "changed": changed}
    record(STAGE_CHANGED, actor=actor, subjects=[stage, job], data=data)
    return stage


@transaction.atomic
def reorder_stages(*, actor: Actor, job_id: UUID, stage_ids: Sequence[UUID]) -> list[Stage]:
    """Put all stages of a job into the given order. Records stage.reordered with their names.

    Raises NotFound, NotAllowed without jobs.edit, Conflict when the stages are not exactly the job's: somebody added or
    removed one meanwhile.
    """
    job = queries.lock_job(actor, job_id)
    require(actor, EDIT, job)
    stages = {stage.id: stage for stage in queries.list_stages(job.id)}
    if len(stage_ids) != len(stages) or set(stage_ids) != set(stages):
        raise Conflict("Somebody added or removed a stage meanwhile. Reload the page and try again.")
    ordered = [stages[stage_id] for stage_id in stage_ids]
    if [stage.position for stage in ordered] == list(range(len(ordered))):
        return ordered
    for place, stage in enumerate(ordered):
        stage.position = place
    Stage.objects.bulk_update(ordered, ["position"])
    data = {"job_title": job.title, "stages": [stage.name for stage in ordered]}
    record(STAGES_REORDERED, actor=actor, subjects=[job], data=data)
    return ordered


@transaction.atomic
def remove_stage(*, actor: Actor, stage_id: UUID) -> None:
    """Remove a stage nobody stands in. Records stage.removed.

    Raises NotFound, NotAllowed without jobs.edit, Conflict when applications stand in it or it is the last one.
    """
    stage, job = _lock_stage(actor, stage_id)
    rest = [other for other in queries.list_stages(job.id) if other.id != stage.id]
    if not rest:
        raise Conflict("A job needs at least one stage.")
    try:
        with transaction.atomic():
            stage.delete()
    except ProtectedError as error:
        raise Conflict(
            f"Applications stand in {stage.name}, ended ones among them. Rename the stage, or move them first."
        ) from error
    for place, other in enumerate(rest):
        other.position = place
    Stage.objects.bulk_update(rest, ["position"])
    record(
        STAGE_REMOVED, actor=actor, subjects={"stage": stage_id, "job": job.id},
        data={"job_title": job.title, "stage": stage.name},
    )  # fmt: skip


@transaction.atomic
def save_template(
    *, actor: Actor, name: str, stages: Sequence[StageDraft], is_default: bool = False, template_id: UUID | None = None
) -> StageTemplate:
    """Create or replace a process for new jobs to start from; a new default takes the place of the old one.

    Raises NotAllowed without jobs.create, NotFound, InvalidInput by field, Conflict for a name that is taken.
    """
    require(actor, CREATE)
    template = queries.get_template(actor, template_id) if template_id else StageTemplate()
    template.name = name.strip()
    template.stages = [_checked(draft) for draft in stages]
    _check_template(template)
    if is_default:
        StageTemplate.objects.filter(is_default=True).exclude(id=template.id).update(is_default=False)
    template.is_default = is_default
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise Conflict(f"There is already a process named {template.name}.") from error
    record(TEMPLATE_SAVED, actor=actor, subjects={"stage_template": template.id}, data={"name": template.name})
    return template


@transaction.atomic
def remove_template(*, actor: Actor, template_id: UUID) -> None:
    """Remove a process; jobs made from it keep their stages. Raises NotAllowed, NotFound."""
    require(actor, CREATE)
    template = queries.get_template(actor, template_id)
    template.delete()
    record(TEMPLATE_REMOVED, actor=actor, subjects={"stage_template": template_id}, data={"name": template.name})


def _lock_stage(actor: Actor, stage_id: UUID) -> tuple[Stage, Job]:
    """A stage and its job, which is locked: all changes to a process queue up behind it."""
    job = queries.lock_job(actor, queries.get_stage(actor, stage_id).job_id)
    require(actor, EDIT, job)
    return queries.get_stage(actor, stage_id), job


def _set(stage: Stage, **values: Any) -> list[str]:
    """Set what is different, check it, and return the names of what changed."""
    values["name"], values["candidate_text"] = values["name"].strip(), values["candidate_text"].strip()
    changed = [name for name, value in values.items() if getattr(stage, name) != value]
    for name in changed:
        setattr(stage, name, values[name])
    problems = _problems(values)
    if problems:
        raise InvalidInput(problems)
    return changed


def _problems(values: Any) -> dict[str, str]:
    problems = {}
    if not values["name"]:
        problems["name"] = "Give the stage a name."
    elif len(values["name"]) > 80:
        problems["name"] = "A stage's name has 80 characters at most."
    if values["kind"] not in Stage.Kind.values:
        problems["kind"] = f"There is no kind of stage {values['kind']!r}."
    days = values["promised_days"]
    if days is not None and not 1 <= days <= MOST_PROMISED_DAYS:
        problems["promised_days"] = f"Promise between 1 and {MOST_PROMISED_DAYS} working days, or nothing."
    return problems


def _store(stage: Stage, *, new: bool) -> None:
    try:
        with transaction.atomic():
            stage.save(force_insert=new)
    except IntegrityError as error:
        raise Conflict(f"There is already a stage named {stage.name}.") from error


def _checked(draft: StageDraft) -> StageDraft:
    clean: StageDraft = {
        "name": draft["name"].strip(),
        "kind": draft["kind"],
        "candidate_text": draft["candidate_text"].strip(),
        "promised_days": draft["promised_days"],
    }
    problems = _problems(clean)
    if problems:
        raise InvalidInput({"stages": f"{clean['name'] or 'A stage'}: {' '.join(problems.values())}"})
    return clean


def _check_template(template: StageTemplate) -> None:
    if not template.name:
        raise InvalidInput({"name": "Give the process a name."})
    names = [draft["name"].casefold() for draft in template.stages]
    if not names:
        raise InvalidInput({"stages": "A process has at least one stage."})
    if len(set(names)) != len(names):
        raise InvalidInput({"stages": "Two stages have the same name."})
    if len(names) > MOST_STAGES:
        raise InvalidInput({"stages": f"A process has {MOST_STAGES} stages at most."})
