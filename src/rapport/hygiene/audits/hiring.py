"""Audits of what is promised: open jobs with stages that promise no day."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from rapport.accounts.capabilities import holds
from rapport.hygiene.audits.registry import Audit, Change, Choice, Done, Fix, Found, Line, Seen
from rapport.jobs import stage_operations
from rapport.jobs.models import Job, Stage
from rapport.jobs.permissions import EDIT
from rapport.jobs.standard_process import STANDARD
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound

USUAL_DAYS = 5  # where the standard process has no such stage
USUAL: dict[str, int] = {}
for _draft in STANDARD:
    USUAL[_draft["kind"]] = max(USUAL.get(_draft["kind"], 0), _draft["promised_days"] or USUAL_DAYS)


def find_without_promise() -> Seen:
    """Open jobs with a stage in which nobody is told when they hear; confidential ones are shown to their team only."""
    silent = Stage.objects.filter(job=OuterRef("pk"), promised_days=None)
    found = [Found(key) for key in Job.objects.open().filter(Exists(silent)).values_list("id", flat=True)]
    return Seen(found, Job.objects.open().count())


def describe(actor: Actor, found: Sequence[Found]) -> list[Line]:
    stages = _silent_stages(actor, [one.subject_id for one in found])
    return [
        Line(key, own[0].job.title, f"no day in {_names(own)}", reverse("jobs:process", args=[key]))
        for key, own in stages.items()
    ]


def _silent_stages(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, list[Stage]]:
    """Stages without days by job, of the open jobs the actor may see, in the order of the ids."""
    jobs = Job.objects.visible_to(actor).open().filter(id__in=list(ids))
    grouped: dict[UUID, list[Stage]] = {}
    for stage in (
        Stage.objects.filter(job__in=jobs, promised_days=None).select_related("job").order_by("job", "position")
    ):
        grouped.setdefault(stage.job_id, []).append(stage)
    return {key: grouped[key] for key in ids if key in grouped}


def _names(stages: Sequence[Stage]) -> str:
    return ", ".join(stage.name for stage in stages)


def _days(stage: Stage, value: str) -> int:
    """What was entered, else the most that the standard process promises in such a stage."""
    if not value.strip():
        return USUAL.get(stage.kind, USUAL_DAYS)
    if not value.strip().isdecimal() or not 1 <= int(value) <= stage_operations.MOST_PROMISED_DAYS:
        raise InvalidInput(
            {"value": f"Enter a number of days from 1 to {stage_operations.MOST_PROMISED_DAYS}, or nothing."}
        )
    return int(value)


def _plan(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    changes = []
    for key, stages in _silent_stages(actor, ids).items():
        job = stages[0].job
        after = ", ".join(f"{stage.name}: {_days(stage, value)} days" for stage in stages)
        refused = not holds(actor, EDIT, job)
        changes.append(
            Change(key, job.title, _names(stages), "You may not change this job." if refused else after, refused)
        )
    return changes


def _promise(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
    made = []
    for stages in _silent_stages(actor, ids).values():
        for stage in stages:
            if holds(actor, EDIT, stage.job):
                days = _days(stage, value)
                _set_days(actor, stage, days)
                made.append((stage.job_id, stage.id, days))
    done = list(dict.fromkeys(job_id for job_id, _, _ in made))
    words = "1 job promises" if len(done) == 1 else f"{len(done):,} jobs promise"
    return Done(done, f"{words} a day in every stage", {"ids": done, "stages": made})


def _set_days(actor: Actor, stage: Stage, days: int | None) -> None:
    stage_operations.change_stage(
        actor=actor, stage_id=stage.id, name=stage.name, kind=stage.kind, candidate_text=stage.candidate_text,
        promised_days=days,
    )  # fmt: skip


def _take_back(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
    """Stages that still promise what was put there promise nothing again."""
    left = set()
    for job_id, stage_id, days in undo["stages"]:
        stage = Stage.objects.filter(id=stage_id, promised_days=days).first()
        try:
            if stage is None:
                raise NotFound("changed since")
            _set_days(actor, stage, None)
        except NotFound:
            left.add(job_id)
    return [key for key in undo["ids"] if key not in left]


PROMISE_DAYS = Fix(
    "promise", "Promise days",
    "Candidates in these stages are told by when they hear. Promises already given stand.",
    _plan, _promise, _take_back,
    Choice("Working days", "Leave it empty for what the standard process promises in each kind of stage.", lambda _: ""),
)  # fmt: skip
AUDITS = (
    Audit(
        "no_promise_days", "Jobs without promise days", "An open job with a stage in which nobody is told when they hear",
        ("job", "jobs"), 5, describe, look=find_without_promise, fixes=(PROMISE_DAYS,),
    ),
)  # fmt: skip
