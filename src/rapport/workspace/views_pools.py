"""Pools: what there is, who is in it and why, making, renaming, handing over and putting away."""

from types import EllipsisType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.accounts.queries import list_users
from rapport.candidates import operations, queries
from rapport.candidates.permissions import TAG, VIEW
from rapport.lib.doors import toast
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request
from rapport.workspace import bulk as bulk_actions
from rapport.workspace import candidate_list

MEMBERS = "workspace/pool.html#members"


@require_http_methods(["GET", "POST"])
def pools(request: Request) -> HttpResponse:
    """A page of the pools; POST makes one."""
    problem = ""
    if request.method == "POST":
        name, description = request.POST.get("name", ""), request.POST.get("description", "")
        try:
            made = operations.create_pool(actor=request.actor, name=name, description=description)
        except (InvalidInput, Conflict) as error:
            problem = str(error)
        else:
            messages.success(request, f"{made.name} is there. Add people from the list of candidates.")
            return redirect("workspace:pool", made.id)
    show_archived = request.GET.get("archived") == "1"
    text = request.GET.get("q", "").strip()[:120]
    found = queries.list_pools(request.actor, text=text, include_archived=show_archived)
    page = Paginator(found, queries.PAGE).get_page(request.GET.get("page"))
    kept = {"q": text, "archived": "1" if show_archived else ""}
    context = {
        "pools": page,
        "query": text,
        "previous_url": _list_url(**kept, page=str(page.previous_page_number())) if page.has_previous() else "",
        "next_url": _list_url(**kept, page=str(page.next_page_number())) if page.has_next() else "",
        "show_archived": show_archived,
        "problem": problem,
        "entered": request.POST,
        "can_tag": holds(request.actor, TAG),
    }
    return render(request, "workspace/pools.html", context, status=422 if problem else 200)


def _list_url(**parameters: str) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return reverse("workspace:pools") + (f"?{urlencode(given)}" if given else "")


@require_GET
@vary_on_headers("HX-Request")
def pool(request: Request, pool_id: UUID) -> HttpResponse:
    """The members of one pool, those added last first."""
    require(request.actor, VIEW)
    return render(request, MEMBERS if request.htmx else "workspace/pool.html", _pool_context(request, pool_id))


def _pool_context(request: Request, pool_id: UUID) -> dict[str, Any]:
    found = queries.get_pool(request.actor, pool_id)
    cursor = request.GET.get("cursor", "")
    page = queries.list_members(request.actor, pool_id, cursor=cursor)
    url = reverse("workspace:pool", args=[pool_id])
    can_tag = holds(request.actor, TAG)
    return {
        "pool": found,
        "page": page,
        "next_url": f"{url}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": url if cursor else "",
        "can_tag": can_tag,
        "may_make_tags": operations.may_make_tags(request.actor),
        "bulk_url": reverse("workspace:pool_bulk", args=[pool_id]),
        "colleagues": list_users(request.actor) if can_tag and not request.htmx else [],
        "search_url": f"{reverse('workspace:candidates')}?{urlencode({'q': _query_for(found.name)})}",
    }


@require_POST
def pool_bulk(request: Request, pool_id: UUID) -> HttpResponse:
    """Do something with the ticked members, or with all of them (all=1); the same things as in the list of candidates."""
    found = queries.get_pool(request.actor, pool_id)
    said, undo_url = bulk_actions.act(request, lambda: _chosen_ids(request, found.id))
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return redirect("workspace:pool", pool_id)
    return toast(render(request, MEMBERS, _pool_context(request, pool_id)), said, tone="good", undo_url=undo_url)


def _chosen_ids(request: Request, pool_id: UUID) -> list[UUID]:
    if request.POST.get("all"):
        return queries.list_member_ids(request.actor, pool_id, limit=candidate_list.MOST_AT_ONCE)
    return bulk_actions.read_ids(request, candidate_list.MOST_AT_ONCE)


@require_http_methods(["GET", "POST"])
def pool_member(request: Request, pool_id: UUID, candidate_id: UUID) -> HttpResponse:
    """Why somebody is in a pool, to read and to change."""
    require(request.actor, TAG)
    if request.method == "POST":
        operations.explain_member(
            actor=request.actor, pool_id=pool_id, candidate_id=candidate_id, reason=request.POST.get("reason", "")
        )
        messages.success(request, "Noted.")
        return redirect("workspace:pool", pool_id)
    candidate = queries.get_candidate(request.actor, candidate_id)
    context = {"member": queries.get_member(request.actor, pool_id, candidate_id), "candidate": candidate}
    return render(request, "workspace/pool_member.html", context)


def _query_for(name: str) -> str:
    escaped = name.replace("\\", "").replace('"', "")
    return f'pool:"{escaped}"'


@require_POST
def pool_change(request: Request, pool_id: UUID) -> HttpResponse:
    """Rename, describe or hand over a pool; with do=archive or do=restore put it away or take it back."""
    do = request.POST.get("do", "")
    try:
        said = _change_pool(request, pool_id, do)
    except (InvalidInput, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("workspace:pools") if do == "archive" else redirect("workspace:pool", pool_id)


def _change_pool(request: Request, pool_id: UUID, do: str) -> str:
    if do in ("archive", "restore"):
        changed = operations.archive_pool(actor=request.actor, pool_id=pool_id, archived=do == "archive")
        return f"{changed.name} is {'put away; its members stay in it' if do == 'archive' else 'back'}."
    owner: UUID | EllipsisType | None = ...
    if "owner" in request.POST:
        owner = _owner(request.POST["owner"])
    operations.save_pool(
        actor=request.actor,
        pool_id=pool_id,
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
        owner_id=owner,
    )
    return "Saved."


def _owner(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise InvalidInput({"owner": "Choose one from the list."}) from error
