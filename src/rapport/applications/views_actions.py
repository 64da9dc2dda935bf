"""What people do to applications: each answers a page's form by going back to it, and htmx by a message."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.applications import board as boards
from rapport.applications import forms, operations, promise_operations, queries
from rapport.applications.models import Application, Promise
from rapport.applications.permissions import ARCHIVE, CREATE, MOVE
from rapport.jobs.queries import get_job, list_stages
from rapport.lib import clock
from rapport.lib import undo as undoing
from rapport.lib.actors import Actor
from rapport.lib.doors import add_errors, taken_back, toast
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request, next_url


@require_POST
def move(request: Request, application_id: UUID) -> HttpResponse:
    """Move one application; a board gets its card as it stands now."""
    values = {**request.GET.dict(), **request.POST.dict()}
    before = queries.get_application(request.actor, application_id)
    application = operations.move_application(
        actor=request.actor,
        application_id=application_id,
        to_stage_id=_one_id(values.get("to_stage"), "to_stage"),
        from_stage_id=_one_id(values["from_stage"], "from_stage") if values.get("from_stage") else None,
        reason=values.get("reason", ""),
    )
    message = f"{application.candidate} moved to {application.stage}"
    if not request.htmx:
        messages.success(request, f"{message}.")
        return redirect(next_url(request, reverse("applications:detail", args=[application_id])))
    card = boards.get_card(request.actor, application_id)
    response = render(request, "applications/_card.html", {"card": card})
    # Undo says where the card was left, so that it takes back this move and not one a colleague made since.
    back = {"to_stage": str(before.stage_id), "from_stage": str(application.stage_id)}
    undo = f"{reverse('applications:move', args=[application_id])}?{urlencode(back)}"
    return toast(response, message, tone="good", undo_url=undo if before.stage_id != application.stage_id else "")


@require_POST
def move_many(request: Request, job_id: UUID) -> HttpResponse:
    """Move the selected applications of a board."""
    moved = operations.move_applications(
        actor=request.actor,
        application_ids=_ids(request.POST.getlist("ids")),
        to_stage_id=_one_id(request.POST.get("to_stage"), "to_stage"),
    )
    stage = moved.changed[0].stage if moved.changed else "this stage"
    from_stages = {str(key): str(stage_id) for key, stage_id in moved.from_stages.items()}
    what = {"do": "move", "from_stages": from_stages, "to_stage": request.POST["to_stage"]}
    undo_url = _keep_undo(request, job_id, what) if from_stages else ""
    return _done(request, f"{_people(moved.changed)} moved to {stage}{_left(moved)}.", job_id, undo_url=undo_url)


@require_POST
@transaction.atomic
def undo(request: Request, job_id: UUID, word: str) -> HttpResponse:
    """Take back a move or an ending of many; who was changed since stays, and the message says so."""
    get_job(request.actor, job_id)
    what = undoing.take(request.actor, _undo_scope(job_id), word)
    do = _undo_move if what["do"] == "move" else _undo_ending
    done, said = do(request.actor, job_id, what)
    return taken_back(request, said, done.left_count, reverse("applications:board", args=[job_id]))


def _undo_move(actor: Actor, job_id: UUID, what: Mapping[str, Any]) -> tuple[operations.Bulk, str]:
    from_stages = {UUID(key): UUID(stage_id) for key, stage_id in what["from_stages"].items()}
    done = operations.move_back(
        actor=actor,
        job_id=job_id,
        from_stages=from_stages,
        moved_to=UUID(what["to_stage"]),
        moved_until=what["done_at"],
    )
    return done, f"{_people(done.changed)} back where they were"


def _undo_ending(actor: Actor, job_id: UUID, what: Mapping[str, Any]) -> tuple[operations.Bulk, str]:
    ids = [UUID(key) for key in what["ids"]]
    done = operations.reopen_applications(actor=actor, application_ids=ids, ended_until=what["done_at"])
    return done, f"{_people(done.changed)} in process again"


def _keep_undo(request: Request, job_id: UUID, what: Mapping[str, Any]) -> str:
    """The address at which an Undo is asked for."""
    word = undoing.keep(request.actor, _undo_scope(job_id), what)
    return reverse("applications:undo", args=[job_id, word])


def _undo_scope(job_id: UUID) -> str:
    return f"applications/{job_id}"


@require_http_methods(["GET", "POST"])
def archive(request: Request, job_id: UUID) -> HttpResponse:
    """Ask why applications end, and end them: one card's, or the selected ones."""
    job = get_job(request.actor, job_id)
    require(request.actor, ARCHIVE, job)
    ids = _ids(request.POST.getlist("ids") or request.GET.getlist("ids"))
    form = forms.ArchiveForm(request.POST or None, reasons=queries.list_archive_reasons())
    if request.method == "POST" and form.is_valid():
        reason_id = UUID(form.cleaned_data["reason"])
        done = operations.archive_applications(
            actor=request.actor, application_ids=ids, reason_id=reason_id, note=form.cleaned_data["note"]
        )
        state = done.changed[0].state if done.changed else "ended"
        what = {"do": "end", "ids": [str(row.id) for row in done.changed]}
        undo_url = _keep_undo(request, job_id, what) if done.changed else ""
        return _done(request, f"{_people(done.changed)} {state}{_left(done)}.", job_id, undo_url=undo_url)
    context = {
        "job": job,
        "form": form,
        "applications": queries.list_by_ids(request.actor, job_id, ids),
        "next": next_url(request, ""),
    }
    return _dialog(request, "archive", context, form)


@require_POST
def reopen(request: Request, job_id: UUID) -> HttpResponse:
    """Take ended applications up again: also what Undo asks for."""
    ids = _ids(request.POST.getlist("ids") or request.GET.getlist("ids"))
    done = operations.reopen_applications(actor=request.actor, application_ids=ids)
    return _done(request, f"{_people(done.changed)} in process again.", job_id)


@require_POST
def hire(request: Request, application_id: UUID) -> HttpResponse:
    """Mark a candidate as hired."""
    application = operations.hire_application(actor=request.actor, application_id=application_id)
    undo_url = _keep_undo(request, application.job_id, {"do": "end", "ids": [str(application_id)]})
    return _done(request, f"{application.candidate} is hired.", application.job_id, undo_url=undo_url)


@require_POST
def assign(request: Request, application_id: UUID) -> HttpResponse:
    """Give an application to a colleague."""
    application = operations.assign_application(
        actor=request.actor, application_id=application_id, owner_id=_one_id(request.POST.get("owner"), "owner")
    )
    return _done(request, f"{application.candidate} is {application.owner}’s now.", application.job_id)


@require_http_methods(["GET", "POST"])
def promise(request: Request, application_id: UUID) -> HttpResponse:
    """Promise another day."""
    application = queries.get_application(request.actor, application_id)
    require(request.actor, MOVE, application.job)
    given = queries.list_promises(application_id)
    current = next((row for row in given if row.state == Promise.State.OPEN), None)
    form = forms.PromiseForm(
        request.POST or None,
        today=promise_operations.local_day(clock.now()),
        is_new=current is None,
        initial={"hear_by_on": current.hear_by_on} if current else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = promise_operations.move_promise(
                actor=request.actor,
                application_id=application_id,
                hear_by_on=form.cleaned_data["hear_by_on"],
                reason=form.cleaned_data.get("reason", ""),
            )
        except InvalidInput as error:
            add_errors(form, error)
        else:
            day = f"{moved.hear_by_on:%a} {moved.hear_by_on.day} {moved.hear_by_on:%b}"
            return _done(request, f"{application.candidate} hears by {day}.", application.job_id)
    context = {"application": application, "current": current, "form": form, "next": next_url(request, "")}
    return _dialog(request, "promise", context, form)


@require_POST
def promise_kept(request: Request, application_id: UUID) -> HttpResponse:
    """The candidate heard, by telephone for example."""
    kept = promise_operations.keep_promise(actor=request.actor, application_id=application_id)
    application = queries.get_application(request.actor, kept.application_id)
    return _done(request, f"Noted: {application.candidate} has heard from us.", application.job_id)


@require_http_methods(["GET", "POST"])
def add(request: Request, job_id: UUID) -> HttpResponse:
    """Consider people of the pool for a job."""
    job = get_job(request.actor, job_id)
    require(request.actor, CREATE, job)
    problem = ""
    if request.method == "POST":
        ids = _ids(request.POST.getlist("candidate"))
        stage = request.POST.get("stage")
        if ids:
            done = operations.create_applications(
                actor=request.actor,
                job_id=job_id,
                candidate_ids=ids,
                stage_id=_one_id(stage, "stage") if stage else None,
            )
            left = f"; {done.left_count} considered before or not to be added" if done.left_count else ""
            return _done(request, f"{len(done.changed)} added to {job}{left}.", job_id)
        problem = "Choose somebody: type a name, then pick from the list."
    context = {"job": job, "stages": list_stages(job_id), "problem": problem, "next": next_url(request, "")}
    return _dialog(request, "add", context)


@require_GET
def candidate_options(request: Request, job_id: UUID) -> HttpResponse:
    """People of the pool by name for a combobox; those considered already say so and cannot be chosen."""
    job = get_job(request.actor, job_id)
    require(request.actor, CREATE, job)
    rows = queries.find_candidates(request.actor, job_id, request.GET.get("q", ""))
    return render(request, "applications/_candidate_options.html", {"rows": rows})


def _dialog(request: Request, name: str, context: dict[str, Any], form: Any = None) -> HttpResponse:
    """A dialog for htmx, a page of its own else; 422 with what is wrong."""
    failed = bool(context.get("problem") or (form is not None and form.errors))
    part = "#dialog" if request.htmx else ""
    return render(request, f"applications/{name}.html{part}", context, status=422 if failed else 200)


def _done(request: Request, message: str, job_id: UUID, *, undo_url: str = "") -> HttpResponse:
    """A message: for htmx with the board told to renew itself, else on the page one came from."""
    back = next_url(request, "")
    if not request.htmx or back:
        messages.success(request, message, extra_tags=undo_url)
        target = back or reverse("applications:board", args=[job_id])
        if not request.htmx:
            return redirect(target)
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"closeDialog": "board-dialog", "board-changed": ""})
    return toast(response, message, tone="good", undo_url=undo_url)


def _ids(texts: Sequence[str]) -> list[UUID]:
    return list(dict.fromkeys(_one_id(text, "ids") for text in texts))


def _one_id(text: str | None, field: str) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise InvalidInput({field: "Choose one of those shown; reload the page if they are gone."}) from error


def _people(applications: Sequence[Application]) -> str:
    """ "Amara Nwosu", or "12 people"."""
    if len(applications) == 1:
        return str(applications[0].candidate)
    return f"{len(applications)} people"


def _left(done: operations.Bulk) -> str:
    return f"; {done.left_count} left as they were" if done.left_count else ""
