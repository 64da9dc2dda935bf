"""Best fits for a job: ranked people, the weights that make the order, and why somebody stands where."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import get_capability, holds
from rapport.applications.operations import create_applications
from rapport.applications.permissions import CREATE
from rapport.applications.queries import get_application
from rapport.candidates.queries import get_candidate
from rapport.jobs.models import JobSkill
from rapport.jobs.operations import WantedSkill, set_skills
from rapport.jobs.queries import get_job, job_head, list_skills
from rapport.lib.doors import toast
from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.lib.requests import Request, next_url
from rapport.search import queries
from rapport.search.citations import cite, closest_sentence
from rapport.search.fits import LIKENESS, MUST, NICE, PART_NAMES, Fit
from rapport.search.job_fits import MOST_POINTS, MOST_WEIGHT, Weights
from rapport.search.near import jobs_for, people_like
from rapport.search.queries import FitRow, JobFits

SHOWN = 50
ANYBODY = UUID(int=0)
BEYOND_SKILLS = [name for name in PART_NAMES if name not in (MUST, NICE)]


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def fits(request: Request, job_id: UUID) -> HttpResponse:
    """The page; with htmx the ranked list and the reasons, or the reasons alone (target #why)."""
    try:
        found = queries.fits_for_job(
            request.actor, job_id,
            limit=SHOWN, weights=Weights.from_query(request.GET), considered=request.GET.get("considered") == "1",
            known=request.GET.get("known") == "1",
        )  # fmt: skip
    except TemporaryFailure as error:
        job = get_job(request.actor, job_id)
        context = {"job": job, "head": job_head(request.actor, job, "search:fits"), "waiting": str(error)}
        return render(request, "search/fits.html", context)
    job = found.job
    chosen = _chosen(found.rows, request.GET.get("candidate", ""))
    context = {
        "job": job,
        "found": found,
        "chosen": chosen,
        "reasons": _reasons(chosen.fit, found.needs.description) if chosen else [],
        "lines": _lines(request, found.rows),
        "weights": _weight_groups(found),
        "considered": request.GET.get("considered") == "1",
        "known": request.GET.get("known") == "1",
        "can_add": holds(request.actor, CREATE, job),
        # Sequences stand above this app; what one may do there is asked for by name.
        "can_enroll": holds(request.actor, get_capability("outreach.enroll")),
    }
    if request.htmx:
        part = "#why" if request.htmx.target == "why" else "#results"
        return render(request, f"search/fits.html{part}", context)
    context["head"] = job_head(request.actor, job, "search:fits")
    return render(request, "search/fits.html", context)


@require_GET
def near(request: Request, candidate_id: UUID) -> HttpResponse:
    """People like somebody, and open jobs they fit: a part of the profile, or with a link a page of its own."""
    context: dict[str, Any] = {"candidate": get_candidate(request.actor, candidate_id)}
    try:
        context["people"] = people_like(request.actor, candidate_id)
        context["jobs"] = jobs_for(request.actor, candidate_id)
    except TemporaryFailure as error:
        context["waiting"] = str(error)
    return render(request, "search/near.html" + ("#near" if request.htmx else ""), context)


@require_GET
def of_application(request: Request, application_id: UUID) -> HttpResponse:
    """Why somebody who is considered fits the job as they do: a part of the application's page."""
    application = get_application(request.actor, application_id)
    job = application.job
    try:
        fit = queries.fit_of(request.actor, job.id, application.candidate_id)
    except TemporaryFailure:
        fit = None
    context = {"job": job, "fit": fit, "reasons": _reasons(fit, job.description) if fit else []}
    return render(request, "search/application_fit.html", context)


def _chosen(rows: Sequence[FitRow], wanted: str) -> FitRow | None:
    return next((row for row in rows if str(row.candidate.id) == wanted), rows[0] if rows else None)


def _lines(request: Request, rows: Sequence[FitRow]) -> list[dict[str, Any]]:
    """Each row with its person and their page, whole points, and the address of the reasons under the present weights."""
    query = request.GET.copy()
    query.pop("candidate", None)
    weights = f"{query.urlencode()}&" if query else ""
    page = reverse("workspace:candidate", args=[ANYBODY])  # once: it takes longer than everything else of a row
    return [
        {
            "row": row,
            "person": row.candidate,
            "points": int(row.fit.score + 0.5),
            "page": page.replace(str(ANYBODY), str(row.candidate.id)),
            "url": f"?{weights}candidate={row.candidate.id}",
        }
        for row in rows
    ]


def _reasons(fit: Fit, description: str) -> list[dict[str, Any]]:
    """The parts of a score with their lines, each with the sentence that proves it."""
    citations = cite([fit])
    key = UUID(fit.key)
    parts = []
    for part in fit.parts:
        lines = [{"line": line, "citation": citations.get((key, line.skill))} for line in part.evidence]
        sentence = closest_sentence(key, description) if part.name == LIKENESS and part.points else ""
        parts.append({"part": part, "lines": lines, "is_skills": part.name in (MUST, NICE), "sentence": sentence})
    return parts


def _weight_groups(found: JobFits) -> list[dict[str, Any]]:
    """Sliders: must and nice skills under the points of their part, then the other parts that the job speaks of."""
    groups = []
    for name, label in ((MUST, "Must have"), (NICE, "Nice to have")):
        rows = [_skill_slider(row, found.weights) for row in found.skills if row.need == name]
        if rows:
            groups.append(
                {"label": label, "points": found.points.get(name, 0), "part": _part_slider(name, found), "rows": rows}
            )
    beyond = [_part_slider(name, found) for name in BEYOND_SKILLS if name in found.points]
    points = sum(found.points[name] for name in BEYOND_SKILLS if name in found.points)
    return [*groups, {"label": "Beyond skills", "points": round(points, 1), "rows": beyond}]


def _skill_slider(row: JobSkill, weights: Weights) -> dict[str, Any]:
    return {
        "name": f"skill.{row.skill_id}",
        "label": row.skill.name,
        "value": weights.of_skill(row),
        "most": MOST_WEIGHT,
        "required": f"required.{row.skill_id}" if row.need == MUST else "",
        "is_required": row.skill_id in weights.required,
    }


def _part_slider(name: str, found: JobFits) -> dict[str, Any]:
    return {
        "name": f"part.{name}",
        "label": PART_NAMES[name],
        "value": found.weights.of_part(name),
        "most": MOST_POINTS,
    }


@require_POST
def add(request: Request, job_id: UUID) -> HttpResponse:
    """Put people up for the job in its first stage, with their fit."""
    ids = _uuids(request.POST.getlist("candidate"))
    scores = queries.fits_of(get_job(request.actor, job_id), ids)
    made = create_applications(
        actor=request.actor, job_id=job_id, candidate_ids=ids,
        fit_scores={key: round(fit.score) for key, fit in scores.items()},
    )  # fmt: skip
    text = _said(len(made.changed), made.left_count)
    if request.htmx:
        response = HttpResponse(status=204, headers={"HX-Trigger": '{"fits-changed": ""}'})
        return toast(response, text, tone="good" if made.changed else "info")
    messages.success(request, text)
    return redirect(next_url(request, reverse("search:fits", args=[job_id])))


def _said(added: int, left: int) -> str:
    if not added:
        return "Already considered for this job, or archived; nothing was changed."
    people = "1 person is" if added == 1 else f"{added} people are"
    return f"{people} on the board now." + (f" {left} left as they were." if left else "")


@require_POST
def save_weights(request: Request, job_id: UUID) -> HttpResponse:
    """Keep the weights of must and nice skills on the job; a skill at 0 keeps the least weight a job knows."""
    weights = Weights.from_query(request.POST)
    skills = [
        WantedSkill(skill_id=row.skill_id, need=row.need, weight=max(1, weights.of_skill(row)))
        for row in list_skills(get_job(request.actor, job_id).id)
    ]
    set_skills(actor=request.actor, job_id=job_id, skills=skills)
    if request.htmx:
        return toast(HttpResponse(status=204), "The weights are saved to the job.", tone="good")
    messages.success(request, "The weights are saved to the job.")
    return redirect("search:fits", job_id)


def _uuids(values: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(value) for value in values]
    except ValueError as error:
        raise InvalidInput({"candidate": "This is no candidate. Reload the page."}) from error
