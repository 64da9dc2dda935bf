"""Putting chosen people into a sequence: choose it, see who is left out and why, go."""

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rapport.accounts.capabilities import holds, require
from rapport.candidates.queries import names_of
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, next_url
from rapport.outreach import operations, queries, selection
from rapport.outreach.operations import EnrollResult
from rapport.outreach.permissions import EDIT, ENROLL

MOST_SHOWN = 50


@require_http_methods(["GET", "POST"])
def enroll(request: Request) -> HttpResponse:
    """The dialog for the people named by `candidate` or `ids` (repeated, or with commas between), or by `all` and `q`.

    A POST with do=enroll puts them in; everything else shows who would be in and who not.
    """
    require(request.actor, ENROLL)
    return enroll_people(request, _chosen(request))


def enroll_people(request: Request, candidate_ids: Collection[UUID]) -> HttpResponse:
    """As `enroll`, for pages that know themselves who was chosen."""
    if not candidate_ids:
        raise InvalidInput("Select somebody first.")
    sequences = queries.list_startable(request.actor)
    wanted = request.POST.get("sequence") or request.GET.get("sequence") or ""
    chosen = next((row for row in sequences if str(row.id) == wanted), sequences[0] if sequences else None)
    if request.method == "POST" and request.POST.get("do") == "enroll" and chosen is not None:
        if str(chosen.id) != wanted:
            raise Conflict("This sequence takes nobody in any more. Choose another; nobody was put into one.")
        result = operations.enroll(actor=request.actor, sequence_id=chosen.id, candidate_ids=candidate_ids)
        count = len(result.ids)
        said = f"{count:,} {'person' if count == 1 else 'people'} put into {chosen.name}"
        left = f", {len(result.excluded):,} left out" if result.excluded else ""
        held = f", {len(result.held_out):,} held out by chance" if result.held_out else ""
        messages.success(request, f"{said}{left}{held}.")
        return redirect(next_url(request, reverse("outreach:detail", args=[chosen.id])))
    preview = None
    if chosen is not None:
        preview = operations.preview_enrollment(actor=request.actor, sequence_id=chosen.id, candidate_ids=candidate_ids)
    context = {
        "sequences": sequences,
        "chosen": chosen,
        "steps": queries.list_steps(chosen) if chosen else [],
        "count": len(candidate_ids),
        "ids": ",".join(str(key) for key in candidate_ids),
        "preview": preview,
        "names": _names(request, preview),
        "next": next_url(request, ""),
        "can_edit": holds(request.actor, EDIT),
    }
    return render(request, "outreach/enroll.html" + ("#outcome" if request.htmx else ""), context)


def _names(request: Request, preview: EnrollResult | None) -> list[tuple[str, str]]:
    """Who is left out and why, the first of them."""
    if preview is None:
        return []
    shown = preview.excluded[:MOST_SHOWN]
    names = names_of(request.actor, [row.candidate_id for row in shown])
    return [(names.get(row.candidate_id, "Unknown"), row.text) for row in shown]


def _chosen(request: Request) -> list[UUID]:
    if request.POST.get("all"):
        return selection.resolve(request.actor, request.GET.get("q", "").strip())
    given = [*request.POST.getlist("candidate"), *request.POST.getlist("ids")]
    given = given or [*request.GET.getlist("candidate"), *request.GET.getlist("ids")]
    try:
        return list(dict.fromkeys(UUID(key) for value in given for key in value.split(",") if key.strip()))
    except ValueError as error:
        raise InvalidInput("This selection cannot be read. Go back and select again.") from error
