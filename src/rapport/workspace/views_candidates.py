"""The list of candidates: searching, narrowing, choosing, and what is done with many at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.applications.permissions import CREATE
from rapport.candidates import operations, queries
from rapport.candidates.permissions import EDIT, EXPORT, TAG, VIEW
from rapport.jobs.queries import list_open_jobs
from rapport.lib import clock
from rapport.lib import undo as undoing
from rapport.lib.doors import taken_back, toast
from rapport.lib.requests import Request, next_url
from rapport.outreach.permissions import ENROLL
from rapport.search.operations import export_candidates
from rapport.search.panel import panel_of_text
from rapport.workspace import bulk as bulk_actions
from rapport.workspace import candidate_export, candidate_list

RESULTS = "workspace/candidates.html#results"


@require_GET
@vary_on_headers("HX-Request")
def candidates(request: Request) -> HttpResponse:
    """The list; for htmx its results with the facets."""
    require(request.actor, VIEW)
    template = RESULTS if request.htmx else "workspace/candidates.html"
    return render(request, template, _context(request))


def _context(request: Request) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()
    sort = request.GET.get("sort", "relevance" if text else "last_activity")
    cursor = request.GET.get("cursor", "")
    listing = candidate_list.list_candidates(request.actor, text=text, sort=sort, cursor=cursor)
    columns = candidate_list.chosen_columns(request.actor)
    is_narrowed = bool(text or cursor)
    builds = bool(request.GET.get("build"))
    return {
        "listing": listing,
        "query": text,
        "builder": panel_of_text(request.actor, text) if builds else None,
        "builder_url": _url(q=text, sort=request.GET.get("sort", ""), build="" if builds else "1"),
        "columns": columns,
        "is_wide": candidate_list.is_wide(columns),
        "all_columns": candidate_list.column_choices(columns),
        "sorts": [
            {"label": label, "url": _url(q=text, sort=key), "is_current": listing.sort == key, "key": key}
            for key, label in candidate_list.SORTS.items()
            if key != "relevance" or text
        ],
        "next_url": _url(q=text, sort=sort, cursor=listing.next_cursor) if listing.next_cursor else "",
        "first_url": _url(q=text, sort=sort) if cursor else "",
        "here": request.get_full_path() if request.method == "GET" else _url(q=text, sort=sort, cursor=cursor),
        "is_empty": not listing.rows and not is_narrowed and not queries.any_candidate(request.actor),
        "jobs": list_open_jobs(request.actor, limit=50) if holds(request.actor, CREATE) else [],
        "can_edit": holds(request.actor, EDIT),
        "can_tag": holds(request.actor, TAG),
        "may_make_tags": operations.may_make_tags(request.actor),
        "bulk_url": f"{reverse('workspace:candidates_bulk')}?{request.GET.urlencode()}",
        "can_enroll": holds(request.actor, ENROLL),
        "can_export": holds(request.actor, EXPORT),
        "colspan": len(columns) + 2,
    }


def _url(**parameters: str) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return reverse("workspace:candidates") + (f"?{urlencode(given)}" if given else "")


@require_POST
def bulk(request: Request) -> HttpResponse:
    """Do something with the chosen people, or with all who match (all=1), and answer with the list as it is now.

    `do` is tag, untag, pool, unpool, archive, unarchive or job; Undo takes the whole of it back.
    """
    said, undo_url = bulk_actions.act(request, lambda: _chosen_ids(request))
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return redirect(next_url(request, reverse("workspace:candidates")))
    response = render(request, RESULTS, _context(request))
    return toast(response, said, tone="good", undo_url=undo_url)


def _chosen_ids(request: Request) -> list[UUID]:
    if request.POST.get("all"):
        return candidate_list.list_ids(request.actor, request.GET.get("q", "").strip())
    return bulk_actions.read_ids(request, candidate_list.MOST_AT_ONCE)


@require_POST
@transaction.atomic
def undo(request: Request, word: str) -> HttpResponse:
    """Take back what was done to many at once; who was changed since stays as they are, and the message says so."""
    require(request.actor, VIEW)
    what = undoing.take(request.actor, bulk_actions.UNDO_SCOPE, word)
    done, said = bulk_actions.take_back(request.actor, what)
    left_count = len(what["ids"]) - len(done)
    return taken_back(request, said, left_count, next_url(request, reverse("workspace:candidates")))


@require_POST
def columns(request: Request) -> HttpResponse:
    """Keep which columns the reader wants, in the order in which they come; none is the usual ones."""
    wanted = dict.fromkeys(key for key in request.POST.getlist("columns") if key in candidate_list.BY_KEY)
    operations.choose_columns(actor=request.actor, columns=[] if request.POST.get("usual") else list(wanted))
    return redirect(next_url(request, reverse("workspace:candidates")))


@require_POST
def export(request: Request) -> StreamingHttpResponse:
    """All who match as a file, as far as the reader may see them; a POST, because it is recorded."""
    format = request.POST.get("format", "csv")
    rows = export_candidates(actor=request.actor, text=request.POST.get("q", "").strip(), format=format)
    write, content_type = candidate_export.WRITERS[format]
    response = StreamingHttpResponse(write(rows), content_type=content_type)
    day = timezone.localtime(clock.now()).date()
    response["Content-Disposition"] = f'attachment; filename="candidates-{day.isoformat()}.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
