"""Pages of jobs: the list, a new one, posting, skills and team. Stages and processes: views_stages.py."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.jobs import facts, forms, operations, queries
from rapport.jobs.models import HiringTeamMember, Job, JobSkill, Stage
from rapport.jobs.permissions import CREATE
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request, find_id, next_url
from rapport.skills.queries import list_skills

SAID = {"open": "{} is open.", "paused": "{} is paused.", "closed": "{} is closed."}


@require_GET
@vary_on_headers("HX-Request")
def list_page(request: Request) -> HttpResponse:
    """The jobs one may know of, narrowed by state, title, department and one's own."""
    state = request.GET.get("state", Job.State.OPEN)
    narrow: dict[str, Any] = {
        "text": request.GET.get("q", "").strip(),
        "department_id": find_id(request.GET.get("department")),
        "mine": request.GET.get("mine") == "1",
    }
    wanted = "" if state == "all" else state
    page = queries.list_jobs(request.actor, state=wanted, before=find_id(request.GET.get("before")), **narrow)
    counts = queries.count_by_state(request.actor, **narrow)
    now = clock.now()
    context = {
        "rows": [_row(row, now) for row in page.rows],
        "kinds": Stage.Kind.choices,
        "next_url": _url(request, before=str(page.next_before)) if page.next_before else "",
        "first_url": _url(request, before="") if request.GET.get("before") else "",
        "count": counts.get(wanted, 0),
        "states": _state_tabs(request, state, counts),
        "departments": queries.list_departments(),
        "narrow": narrow,
        "state": state,
        "is_narrowed": bool(narrow["text"] or narrow["department_id"] or narrow["mine"]),
        "can_create": holds(request.actor, CREATE),
    }
    return render(request, "jobs/list.html" + ("#results" if request.htmx else ""), context)


def _row(row: queries.JobRow, now: Any) -> dict[str, Any]:
    job = row.job
    return {
        "job": job,
        "figures": row.figures,
        "counts": [row.figures.by_kind.get(kind, 0) for kind in Stage.Kind.values],
        "place": facts.place(job.place, job.get_workplace_display()),
        "days_open": facts.days_open(job.opened_at, now) if job.state == Job.State.OPEN else None,
        "url": queries.first_page_url(job.id),
    }


def _state_tabs(request: Request, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    choices = [("open", "Open"), ("draft", "Drafts"), ("paused", "Paused"), ("closed", "Closed"), ("all", "All")]
    return [
        {
            "label": label,
            "url": _url(request, state=value, before=""),
            "is_current": value == state,
            "count": counts["" if value == "all" else value],
        }
        for value, label in choices
    ]


def _url(request: Request, **changes: str) -> str:
    values = {**request.GET.dict(), **changes}
    return "?" + urlencode({name: value for name, value in values.items() if value})


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    """A new job; it starts as a draft with the stages of a process."""
    require(request.actor, CREATE)
    form = forms.NewJobForm(
        request.POST or None,
        templates=queries.list_templates(request.actor),
        departments=queries.list_departments(),
    )
    if request.method == "POST" and form.is_valid():
        template = form.cleaned_data["template"]
        try:
            job = operations.create_job(
                actor=request.actor, template_id=template.id if template else None, **form.details()
            )
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{job} is a draft. Name the skills it asks for, then open it.")
            return redirect("jobs:posting", job.id)
    return render(request, "jobs/create.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def first_page(request: Request, job_id: UUID) -> HttpResponse:
    """A job's own address leads to the first of its tabs."""
    return redirect(queries.first_page_url(queries.get_job(request.actor, job_id).id))


@require_POST
def change_state(request: Request, job_id: UUID) -> HttpResponse:
    """Open, pause or close a job."""
    job = operations.change_state(actor=request.actor, job_id=job_id, state=request.POST.get("state", ""))
    messages.success(request, SAID[job.state].format(job))
    return redirect(next_url(request, queries.first_page_url(job.id)))


@require_http_methods(["GET", "POST"])
def posting(request: Request, job_id: UUID) -> HttpResponse:
    """What is said about a job, and the skills it asks for."""
    job = queries.get_job(request.actor, job_id)
    form = forms.JobForm(request.POST or None, job=job, departments=queries.list_departments())
    if request.method == "POST" and form.is_valid():
        details = form.details()
        try:
            operations.update_job(actor=request.actor, job_id=job_id, version=form.cleaned_data["version"], **details)
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("jobs:posting", job_id)
    return _posting_page(request, job, form)


def _posting_page(request: Request, job: Job, form: forms.JobForm) -> HttpResponse:
    wanted = queries.list_skills(job.id)
    context = {
        "head": queries.job_head(request.actor, job, "jobs:posting"),
        "job": job,
        "form": form,
        "wanted": wanted,
        "needs": JobSkill.Need.choices,
        "suggestions": queries.suggest_skills(job.description, except_ids={row.skill_id for row in wanted}),
    }
    return render(request, "jobs/posting.html", context, status=422 if form.errors else 200)


@require_POST
def skills(request: Request, job_id: UUID) -> HttpResponse:
    """Save the skills a job asks for; htmx gets the list as it stands now."""
    try:
        wanted = forms.read_skills(request.POST)
    except ValueError as error:
        raise InvalidInput({"skills": "One of these skills is not known. Reload the page."}) from error
    operations.set_skills(actor=request.actor, job_id=job_id, skills=wanted)
    if not request.htmx:
        messages.success(request, "Skills saved.")
        return redirect("jobs:posting", job_id)
    return _posting_skills(request, queries.get_job(request.actor, job_id))


def _posting_skills(request: Request, job: Job) -> HttpResponse:
    wanted = queries.list_skills(job.id)
    context = {
        "job": job,
        "can_edit": True,
        "wanted": wanted,
        "needs": JobSkill.Need.choices,
        "suggestions": queries.suggest_skills(job.description, except_ids={row.skill_id for row in wanted}),
    }
    return render(request, "jobs/_skills.html", context)


@require_GET
def skill_options(request: Request) -> HttpResponse:
    """Skills of the vocabulary for a combobox."""
    found = list_skills(request.GET.get("q", ""))
    rows = [{"value": skill.id, "text": skill.name, "note": skill.category} for skill in found]
    return render(request, "jobs/_options.html", {"options": rows})


@require_GET
def options(request: Request) -> HttpResponse:
    """Jobs that take applications, for a combobox: "add to a job"."""
    jobs = queries.list_open_jobs(request.actor, text=request.GET.get("q", ""))
    rows = [{"value": job.id, "text": job.title, "note": job.place} for job in jobs]
    return render(request, "jobs/_options.html", {"options": rows})


@require_POST
def suggestions(request: Request) -> HttpResponse:
    """Skills that a description names, before it is saved."""
    known = {key for key in map(find_id, request.POST.getlist("skill")) if key}
    found = queries.suggest_skills(request.POST.get("description", "")[:100_000], except_ids=known)
    return render(request, "jobs/_suggestions.html", {"suggestions": found})


@require_http_methods(["GET", "POST"])
def team(request: Request, job_id: UUID) -> HttpResponse:
    """Who hires: recruiters, hiring managers, interviewers."""
    job = queries.get_job(request.actor, job_id)
    if request.method == "POST":
        members = forms.read_team(request.POST, queries.list_colleagues())
        operations.set_team(actor=request.actor, job_id=job_id, members=members)
        messages.success(request, "The hiring team is saved.")
        return redirect(request.path) if queries.may_see(request.actor, job_id) else redirect("jobs:list")
    rows = {row.user_id: row.team_role for row in queries.list_team(job.id)}
    colleagues = sorted(queries.list_colleagues(), key=lambda user: (user.id not in rows, str(user).casefold()))
    context = {
        "head": queries.job_head(request.actor, job, "jobs:team"),
        "job": job,
        "colleagues": [{"user": user, "role": rows.get(user.id, "")} for user in colleagues],
        "roles": HiringTeamMember.TeamRole.choices,
    }
    return render(request, "jobs/team.html", context)


@require_POST
def confidential(request: Request, job_id: UUID) -> HttpResponse:
    """Show a job to its hiring team only, or to everybody who sees jobs."""
    is_confidential = request.POST.get("is_confidential") == "on"
    operations.update_job(actor=request.actor, job_id=job_id, is_confidential=is_confidential)
    said = (
        "Only the hiring team sees this job now." if is_confidential else "Everybody who sees jobs sees this one now."
    )
    messages.success(request, said)
    return redirect("jobs:team", job_id)
