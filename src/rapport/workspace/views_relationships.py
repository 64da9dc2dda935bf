"""People by how close we are with them: the closest, those who come closer, those who are going cold."""

from math import isfinite
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds
from rapport.candidates.operations import may_make_tags
from rapport.candidates.permissions import TAG
from rapport.candidates.relationship_queries import VIEWS, Place, list_relationships
from rapport.lib.doors import toast
from rapport.lib.requests import Request
from rapport.outreach.permissions import ENROLL
from rapport.workspace import bulk as bulk_actions
from rapport.workspace import candidate_list

PAGE = "workspace/relationships.html"
LABELS = {"close": "Closest", "warming": "Warming", "cold": "Going cold"}


@require_GET
@vary_on_headers("HX-Request")
def relationships(request: Request) -> HttpResponse:
    """One of three lists, by pages."""
    return render(request, PAGE + ("#results" if request.htmx else ""), _context(request))


@require_POST
def relationships_bulk(request: Request) -> HttpResponse:
    """Tag the ticked people or put them into a pool, as in the list of candidates."""
    said, undo_url = bulk_actions.act(request, lambda: bulk_actions.read_ids(request, candidate_list.MOST_AT_ONCE))
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return redirect(_url(_view_of(request)))
    return toast(render(request, f"{PAGE}#results", _context(request)), said, tone="good", undo_url=undo_url)


def _context(request: Request) -> dict[str, Any]:
    view = _view_of(request)
    after = _read_place(request.GET.get("after", ""))
    page = list_relationships(request.actor, view, after=after)
    return {
        "view": view,
        "page": page,
        "views": [{"label": label, "url": _url(key), "is_current": key == view} for key, label in LABELS.items()],
        "first_url": _url(view) if after else "",
        "next_url": _url(view, page.next_after) if page.next_after else "",
        "can_tag": holds(request.actor, TAG),
        "may_make_tags": may_make_tags(request.actor),
        "can_enroll": holds(request.actor, ENROLL),
        "bulk_url": _url(view, after, "relationships_bulk"),
    }


def _view_of(request: Request) -> str:
    view = request.GET.get("show", "")
    return view if view in VIEWS else "close"


def _read_place(text: str) -> Place | None:
    points, _, key = text.partition("_")
    try:
        found = Place(float(points), UUID(key))
    except ValueError:
        return None
    return found if isfinite(found.log2_points) else None


def _url(view: str, after: Place | None = None, page: str = "relationships") -> str:
    wanted = {"show": view} | ({"after": f"{after.log2_points}_{after.id}"} if after else {})
    return f"{reverse(f'workspace:{page}')}?{urlencode(wanted)}"
