"""Pages: the board of a job, its ended applications, one application. What changes them: views_actions.py."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import get_capability, holds
from rapport.accounts.queries import names_of
from rapport.activity.queries import fingerprint, list_timeline
from rapport.activity.sentences import tell
from rapport.applications import board as boards
from rapport.applications import promises, queries, stage_rules
from rapport.applications.models import Application, Promise
from rapport.applications.permissions import ARCHIVE, CREATE, MOVE
from rapport.jobs.queries import get_job, get_stage, job_head, list_colleagues, list_stages
from rapport.lib import clock, navigation
from rapport.lib.actors import Actor
from rapport.lib.requests import Request, find_id, whole_number

ENDED_LABELS = {"hired": "Hired", "rejected": "Rejected", "withdrawn": "Withdrawn"}


@require_GET
@vary_on_headers("HX-Request")
def board(request: Request, job_id: UUID) -> HttpResponse:
    """The board of a job; htmx gets its columns anew."""
    job = get_job(request.actor, job_id)
    filters = _filters(request)
    state = fingerprint(job_id, clock.now())  # before the board is read: what happens meanwhile shows next time
    shown = boards.get_board(request.actor, job_id, filters)
    head = job_head(request.actor, job, "applications:board")
    context = {
        "job": job,
        "head": head,
        "board": shown,
        "state": state,
        "ended": [{"state": key, "label": ENDED_LABELS[key], "count": count} for key, count in shown.ended.items()],
        "filters": filters,
        "sorts": boards.SORTS,
        "dues": boards.DUE,
        "query": request.GET.urlencode(),
        "url": request.get_full_path(),
        "total": sum(column.count for column in shown.columns),
        **_rights(request, job),
    }
    return render(request, "applications/board.html" + ("#columns" if request.htmx else ""), context)


@require_GET
def board_state(request: Request, job_id: UUID) -> HttpResponse:
    """What an open board asks every second: another text than before means that it has to be drawn anew."""
    job = get_job(request.actor, job_id)
    response = HttpResponse(fingerprint(job.id, clock.now()), content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def more_cards(request: Request, job_id: UUID, stage_id: UUID) -> HttpResponse:
    """The next cards of one column."""
    job, stage = get_job(request.actor, job_id), get_stage(request.actor, stage_id)
    if stage.job_id != job.id:
        raise Http404
    offset = whole_number(request.GET.get("offset"))
    cards = boards.list_cards(request.actor, stage, _filters(request), offset=offset)
    rest = max(0, whole_number(request.GET.get("count")) - offset - len(cards))
    query = request.GET.copy()
    query["offset"] = str(offset + len(cards))
    context = {
        "cards": cards,
        "rest": rest if cards else 0,
        "job": job,
        "stage": stage,
        "query": query.urlencode(),
    }
    return render(request, "applications/_more_cards.html", context)


@require_GET
def ended(request: Request, job_id: UUID, state: str) -> HttpResponse:
    """The people a job's process ended for: hired, rejected or withdrawn."""
    if state not in ENDED_LABELS:
        raise Http404
    job = get_job(request.actor, job_id)
    page = queries.list_ended(request.actor, job_id, state, before=find_id(request.GET.get("before")))
    context = {
        "job": job,
        "head": job_head(request.actor, job, "applications:board"),
        "state": state,
        "label": ENDED_LABELS[state],
        "states": [
            {"label": label, "url": reverse("applications:ended", args=[job_id, key]), "is_current": key == state}
            for key, label in ENDED_LABELS.items()
        ],
        "applications": page.applications,
        "next_url": f"?before={page.next_before}" if page.next_before else "",
        "first_url": "?" if request.GET.get("before") else "",
        **_rights(request, job),
    }
    return render(request, "applications/ended.html", context)


@require_GET
def detail(request: Request, application_id: UUID) -> HttpResponse:
    """One application: where it stands, what was promised, what happened."""
    application = queries.get_application(request.actor, application_id)
    now = clock.now()
    given = queries.list_promises(application.id)
    open_promise = next((promise for promise in given if promise.state == Promise.State.OPEN), None)
    days = max(0, (now - application.stage_entered_at).days)
    today = boards.today(now)
    context = {
        "application": application,
        "candidate": application.candidate,
        "job": application.job,
        "stages": list_stages(application.job_id),
        "is_active": application.state == Application.State.ACTIVE,
        "days": days,
        "age_tone": stage_rules.age_tone(days, application.stage.promised_days),
        "promise": open_promise,
        "promise_tone": promises.tone(open_promise.hear_by_on if open_promise else None, today),
        "promises": given,
        "colleagues": list_colleagues(),
        "timeline": _timeline(request.actor, application.id),
        "panels": [
            {"label": entry.label, "url": reverse(entry.url_name, args=[application.id])}
            for entry in navigation.entries("application")
            if not entry.capability or holds(request.actor, get_capability(entry.capability))
        ],
        **_rights(request, application.job),
    }
    return render(request, "applications/detail.html", context)


def _timeline(actor: Actor, application_id: UUID) -> list[dict[str, Any]]:
    """What happened to one application, as sentences."""
    activities = list_timeline(actor, application_id, limit=60).activities
    names = names_of(activity.actor_id for activity in activities if activity.actor_kind == "user")
    return [
        {
            "icon": activity.declared.icon,
            "at": activity.occurred_at,
            "who": names.get(activity.actor_id, "") if activity.actor_id else "Rapport",
            "text": tell(activity),
        }
        for activity in activities
    ]


def _rights(request: Request, job: Any) -> dict[str, bool]:
    return {
        "can_add": holds(request.actor, CREATE, job) and job.state != "closed",
        "can_move": holds(request.actor, MOVE, job),
        "can_archive": holds(request.actor, ARCHIVE, job),
    }


def _filters(request: Request) -> boards.Filters:
    values = request.GET
    return boards.Filters(
        name=values.get("q", "").strip(),
        owner_id=find_id(values.get("owner")),
        due=values.get("due", "") if values.get("due", "") in boards.DUE else "",
        sort=values.get("sort", "fit") if values.get("sort", "fit") in boards.SORTS else "fit",
    )
