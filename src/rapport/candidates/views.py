"""Adding a person, changing who they are, archiving. The sections of a profile: views_sections.py."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.accounts.queries import list_users
from rapport.candidates import operations, queries, tag_queries
from rapport.candidates.forms import CandidateForm, CreateForm, initial_of
from rapport.candidates.operations import SamePerson
from rapport.candidates.permissions import EDIT
from rapport.lib.doors import add_errors, toast
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, whole_number

PROFILE = "workspace:candidate"


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    """Add one person by hand; somebody who has the same address, number or link is shown instead of stored twice."""
    require(request.actor, EDIT)
    form = CreateForm(request.POST or None, colleagues=list_users(request.actor), initial={"owner": request.actor.id})
    same: SamePerson | None = None
    if request.method == "POST" and form.is_valid():
        try:
            candidate = operations.create_candidate(actor=request.actor, draft=form.draft())
        except SamePerson as error:
            same = error
            add_errors(form, InvalidInput({_field_of(form, error.value): str(error)}))
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{candidate.full_name} is in the pool.")
            return redirect(PROFILE, candidate.id)
    context = {"form": form, "same": same, "sources": queries.list_sources(request.actor)}
    status = 422 if form.errors else 200
    return render(request, "candidates/create.html", context, status=status)


def _field_of(form: CreateForm, value: str) -> str:
    """Which field a contact point was entered in."""
    return next((name for name in ("email", "phone", "link") if value in form.cleaned_data[name]), "")


@require_http_methods(["GET", "POST"])
def edit(request: Request, candidate_id: UUID) -> HttpResponse:
    """Change name, present job, place and words; what a colleague saved meanwhile is never overwritten silently."""
    require(request.actor, EDIT)
    candidate = queries.get_candidate(request.actor, candidate_id)
    colleagues = list_users(request.actor)
    form = CandidateForm(request.POST or None, colleagues=colleagues, initial=initial_of(candidate))
    form.tell_normal_forms(candidate)
    version = request.POST.get("version") or str(candidate.version)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_candidate(
                actor=request.actor,
                candidate_id=candidate_id,
                version=whole_number(version),
                changes=form.changes(),
            )
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            conflict = str(error)
        else:
            messages.success(request, "Saved.")
            return redirect(PROFILE, candidate_id)
    context = {
        "form": form,
        "candidate": candidate,
        "version": version,
        "conflict": conflict,
        "sources": queries.list_sources(request.actor),
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "candidates/edit.html", context, status=status)


@require_POST
def archive(request: Request, candidate_id: UUID) -> HttpResponse:
    """Put one candidate away, with a reason."""
    candidate = queries.get_candidate(request.actor, candidate_id)
    reason = request.POST.get("reason", "")
    operations.archive_candidates(actor=request.actor, candidate_ids=[candidate_id], reason=reason)
    undo = reverse("candidates:unarchive", args=[candidate_id])
    messages.success(request, f"{candidate.full_name} is archived.", extra_tags=undo)
    return redirect(PROFILE, candidate_id)


@require_POST
def unarchive(request: Request, candidate_id: UUID) -> HttpResponse:
    """Take one candidate back from the archive."""
    candidate = queries.get_candidate(request.actor, candidate_id)
    operations.unarchive_candidates(actor=request.actor, candidate_ids=[candidate_id])
    if request.htmx:
        return toast(HttpResponse(status=204), f"{candidate.full_name} is back.", tone="good")
    messages.success(request, f"{candidate.full_name} is back in the pool.")
    return redirect(PROFILE, candidate_id)


@require_GET
def tag_options(request: Request) -> HttpResponse:
    """Suggestions for a field that takes a tag."""
    rows = tag_queries.list_tag_names(request.actor, request.GET.get("q", "").strip())
    return render(request, "candidates/_options.html", {"options": [(tag.name, tag.name) for tag in rows]})


@require_GET
def pool_options(request: Request) -> HttpResponse:
    """Suggestions for a field that takes a pool."""
    rows = queries.list_pool_names(request.actor, request.GET.get("q", "").strip())
    return render(request, "candidates/_options.html", {"options": [(str(pool.id), pool.name) for pool in rows]})
