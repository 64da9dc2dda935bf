"""Pools and tags: what there is, who is in it, making, renaming and removing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.candidates import operations, queries
from rapport.candidates.permissions import TAG, VIEW
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request


@require_http_methods(["GET", "POST"])
def pools(request: Request) -> HttpResponse:
    """All pools; POST makes one."""
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
    context = {
        "pools": queries.list_pools(request.actor, include_archived=show_archived),
        "show_archived": show_archived,
        "problem": problem,
        "entered": request.POST,
        "can_tag": holds(request.actor, TAG),
    }
    return render(request, "workspace/pools.html", context, status=422 if problem else 200)


@require_GET
@vary_on_headers("HX-Request")
def pool(request: Request, pool_id: UUID) -> HttpResponse:
    """The members of one pool, those added last first."""
    require(request.actor, VIEW)
    found = queries.get_pool(request.actor, pool_id)
    cursor = request.GET.get("cursor", "")
    page = queries.list_members(request.actor, pool_id, cursor=cursor)
    url = reverse("workspace:pool", args=[pool_id])
    context = {
        "pool": found,
        "page": page,
        "next_url": f"{url}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": url if cursor else "",
        "can_tag": holds(request.actor, TAG),
        "search_url": f"{reverse('workspace:candidates')}?{urlencode({'q': _query_for(found.name)})}",
    }
    return render(request, "workspace/pool.html" + ("#members" if request.htmx else ""), context)


def _query_for(name: str) -> str:
    escaped = name.replace("\\", "").replace('"', "")
    return f'pool:"{escaped}"'


@require_POST
def pool_change(request: Request, pool_id: UUID) -> HttpResponse:
    """Rename and describe a pool; with do=archive or do=restore put it away or take it back; do=remove takes people out."""
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
    if do == "remove":
        ids = [UUID(value) for value in request.POST.getlist("ids")]
        removed = operations.remove_from_pool(actor=request.actor, pool_id=pool_id, candidate_ids=ids)
        return f"{len(removed):,} {'person' if len(removed) == 1 else 'people'} taken out."
    operations.save_pool(
        actor=request.actor,
        pool_id=pool_id,
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
    )
    return "Saved."


@require_http_methods(["GET", "POST"])
def tags(request: Request) -> HttpResponse:
    """All tags; POST makes one."""
    problem = ""
    if request.method == "POST":
        try:
            operations.create_tag(actor=request.actor, name=request.POST.get("name", ""))
        except InvalidInput as error:
            problem = str(error)
        else:
            return redirect("workspace:tags")
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "tags": queries.list_tags(request.actor, text),
        "query": text,
        "problem": problem,
        "can_tag": holds(request.actor, TAG),
    }
    return render(request, "workspace/tags.html", context, status=422 if problem else 200)


@require_POST
def tag_change(request: Request, tag_id: UUID) -> HttpResponse:
    """Rename a tag, or with do=delete take it off everybody and delete it."""
    try:
        if request.POST.get("do") == "delete":
            count = operations.delete_tag(actor=request.actor, tag_id=tag_id)
            messages.success(request, f"The tag is gone; {count:,} {'person' if count == 1 else 'people'} had it.")
        else:
            tag = operations.rename_tag(actor=request.actor, tag_id=tag_id, name=request.POST.get("name", ""))
            messages.success(request, f"The tag is now {tag.name}.")
    except (InvalidInput, Conflict) as error:
        messages.error(request, str(error))
    return redirect("workspace:tags")
