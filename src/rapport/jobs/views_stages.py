"""Pages of a job's process, and of the processes that new jobs start from."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.jobs import forms, queries, stage_operations
from rapport.jobs.models import Job
from rapport.jobs.permissions import CREATE
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request


@require_http_methods(["GET", "POST"])
def process(request: Request, job_id: UUID) -> HttpResponse:
    """A job's stages in their order; POST adds one."""
    job = queries.get_job(request.actor, job_id)
    form = forms.StageForm(request.POST or None, prefix="new")
    if request.method == "POST" and form.is_valid():
        try:
            stage = stage_operations.add_stage(actor=request.actor, job_id=job_id, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Added the stage {stage}.")
            return redirect("jobs:process", job_id)
    return _process_page(request, job, form)


def _process_page(request: Request, job: Job, form: forms.StageForm) -> HttpResponse:
    stages = queries.list_stages(job.id)
    context = {
        "head": queries.job_head(request.actor, job, "jobs:process"),
        "job": job,
        "stages": [{"stage": stage, "form": _stage_form(stage)} for stage in stages],
        "form": form,
    }
    return render(request, "jobs/process.html", context, status=422 if form.errors else 200)


def _stage_form(stage: Any, data: Any = None) -> forms.StageForm:
    initial = {name: getattr(stage, name) for name in forms.StageForm.base_fields}
    return forms.StageForm(data, initial=initial, prefix=str(stage.id))


@require_POST
def reorder(request: Request, job_id: UUID) -> HttpResponse:
    """Move one stage up or down, or take a whole order (repeated `stage`)."""
    try:
        order = [UUID(text) for text in request.POST.getlist("stage")]
        moved = UUID(request.POST["move"]) if request.POST.get("move") else None
    except ValueError as error:
        raise InvalidInput({"stage": "One of these stages is not known. Reload the page."}) from error
    if moved:
        order = _shifted([stage.id for stage in queries.list_stages(job_id)], moved, request.POST.get("to", "up"))
    stage_operations.reorder_stages(actor=request.actor, job_id=job_id, stage_ids=order)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("jobs:process", job_id)


def _shifted(order: list[UUID], moved: UUID, direction: str) -> list[UUID]:
    if moved not in order:
        return [*order, moved]
    place = order.index(moved)
    target = max(0, min(len(order) - 1, place + (-1 if direction == "up" else 1)))
    order.insert(target, order.pop(place))
    return order


@require_POST
def change(request: Request, stage_id: UUID) -> HttpResponse:
    """Save one stage; a refusal comes back with the whole page, beside the field."""
    stage = queries.get_stage(request.actor, stage_id)
    form = _stage_form(stage, request.POST)
    if form.is_valid():
        try:
            stage_operations.change_stage(actor=request.actor, stage_id=stage_id, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Saved the stage {form.cleaned_data['name']}.")
            return redirect("jobs:process", stage.job_id)
    job = queries.get_job(request.actor, stage.job_id)
    context = {
        "head": queries.job_head(request.actor, job, "jobs:process"),
        "job": job,
        "stages": [
            {"stage": other, "form": form if other.id == stage_id else _stage_form(other), "open": other.id == stage_id}
            for other in queries.list_stages(job.id)
        ],
        "form": forms.StageForm(prefix="new"),
    }
    return render(request, "jobs/process.html", context, status=422)


@require_POST
def remove(request: Request, stage_id: UUID) -> HttpResponse:
    """Remove a stage nobody stands in."""
    stage = queries.get_stage(request.actor, stage_id)
    try:
        stage_operations.remove_stage(actor=request.actor, stage_id=stage_id)
        messages.success(request, f"Removed the stage {stage}.")
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("jobs:process", stage.job_id)


@require_GET
def templates(request: Request) -> HttpResponse:
    """The processes new jobs start from."""
    require(request.actor, CREATE)
    return render(request, "jobs/templates.html", {"templates": queries.list_templates(request.actor)})


@require_http_methods(["GET", "POST"])
def template(request: Request, template_id: UUID | None = None) -> HttpResponse:
    """One process: its name and its stages."""
    require(request.actor, CREATE)
    known = queries.get_template(request.actor, template_id) if template_id else None
    form = forms.TemplateForm(
        request.POST or None, initial={"name": known.name, "is_default": known.is_default} if known else None
    )
    stages = forms.DraftStages(
        request.POST or None,
        initial=list(known.stages if known else queries.stages_to_start_from(None)),
        prefix="stages",
    )
    if request.method == "POST" and form.is_valid() and stages.is_valid():
        try:
            saved = stage_operations.save_template(
                actor=request.actor, stages=forms.drafts_of(stages), template_id=template_id, **form.cleaned_data
            )
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Saved the process {saved}.")
            return redirect("jobs:templates")
    failed = bool(form.errors or any(stages.errors))
    context = {"template": known, "form": form, "stages": stages}
    return render(request, "jobs/template.html", context, status=422 if request.method == "POST" and failed else 200)


@require_POST
def template_remove(request: Request, template_id: UUID) -> HttpResponse:
    """Remove a process; jobs made from it keep their stages."""
    stage_operations.remove_template(actor=request.actor, template_id=template_id)
    messages.success(request, "The process is removed. Jobs made from it keep their stages.")
    return redirect("jobs:templates")
