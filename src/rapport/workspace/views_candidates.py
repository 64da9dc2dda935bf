"""The list of candidates: searching, narrowing, choosing, and what is done with many at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
from rapport.applications.operations import create_applications
from rapport.applications.permissions import CREATE
from rapport.candidates import operations, queries
from rapport.candidates.permissions import EDIT, EXPORT, TAG, VIEW
from rapport.jobs.queries import list_open_jobs
from rapport.lib import clock
from rapport.lib import undo as undoing
from rapport.lib.actors import Actor
from rapport.lib.doors import taken_back, toast
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request, next_url
from rapport.outreach.permissions import ENROLL
from rapport.workspace import candidate_export, candidate_list

RESULTS = "workspace/candidates.html#results"
UNDO_SCOPE = "candidates"


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
    return {
        "listing": listing,
        "query": text,
        "columns": columns,
        "is_wide": candidate_list.is_wide(columns),
        "all_columns": [(column, column in columns) for column in candidate_list.COLUMNS],
        "sorts": [
            {"label": label, "url": _url(q=text, sort=key), "is_current": listing.sort == key, "key": key}
            for key, label in candidate_list.SORTS.items()
            if key != "relevance" or text
        ],
        "next_url": _url(q=text, sort=sort, cursor=listing.next_cursor) if listing.next_cursor else "",
        "first_url": _url(q=text, sort=sort) if cursor else "",
        "here": request.get_full_path() if request.method == "GET" else _url(q=text, sort=sort, cursor=cursor),
        "export_url": f"{reverse('workspace:candidates_export')}?{urlencode({'q': text})}",
        "is_empty": not listing.rows and not is_narrowed and not queries.any_candidate(request.actor),
        "jobs": list_open_jobs(request.actor, limit=50) if holds(request.actor, CREATE) else [],
        "can_edit": holds(request.actor, EDIT),
        "can_tag": holds(request.actor, TAG),
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
    do = request.POST.get("do", "")
    action = BULK.get(do)
    if action is None:
        raise InvalidInput("Choose what to do with the selected people.")
    ids = _chosen_ids(request)
    if not ids:
        raise InvalidInput("Select somebody first.")
    said, undo_url = action(request, ids)
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return redirect(next_url(request, reverse("workspace:candidates")))
    response = render(request, RESULTS, _context(request))
    return toast(response, said, tone="good", undo_url=undo_url)


def _chosen_ids(request: Request) -> list[UUID]:
    if request.POST.get("all"):
        return candidate_list.list_ids(request.actor, request.GET.get("q", "").strip())
    values = request.POST.getlist("ids")
    try:
        return list(dict.fromkeys(UUID(value) for value in values))[: candidate_list.MOST_AT_ONCE]
    except ValueError as error:
        raise InvalidInput("This selection cannot be read. Reload the page and select again.") from error


@require_POST
@transaction.atomic
def undo(request: Request, word: str) -> HttpResponse:
    """Take back what was done to many at once; who was changed since stays as they are, and the message says so."""
    require(request.actor, VIEW)
    what = undoing.take(request.actor, UNDO_SCOPE, word)
    ids = [UUID(key) for key in what["ids"]]
    done, said = _take_back(request.actor, ids, what)
    return taken_back(request, said, len(ids) - len(done), next_url(request, reverse("workspace:candidates")))


def _take_back(actor: Actor, ids: list[UUID], what: Mapping[str, Any]) -> tuple[Sequence[UUID], str]:
    match what["do"]:
        case "tag":
            done = operations.untag_candidates(actor=actor, candidate_ids=ids, tag_id=UUID(what["tag"]))
            return done, f"Tag taken off {_people(done)}"
        case "pool":
            done = operations.remove_from_pool(actor=actor, candidate_ids=ids, pool_id=UUID(what["pool"]))
            return done, f"{_people(done)} taken out of the pool"
        case _:
            done = operations.unarchive_candidates(actor=actor, candidate_ids=ids, archived_until=what["done_at"])
            return done, f"{_people(done)} taken back from the archive"


def _keep_undo(request: Request, do: str, ids: Collection[UUID], **parameters: str) -> str:
    """The address at which an Undo is asked for; "" when nobody was changed."""
    if not ids:
        return ""
    word = undoing.keep(request.actor, UNDO_SCOPE, {"do": do, "ids": [str(key) for key in ids], **parameters})
    return reverse("workspace:candidates_undo", args=[word])


def _tag(request: Request, ids: list[UUID]) -> tuple[str, str]:
    tag = operations.create_tag(actor=request.actor, name=request.POST.get("tag", ""))
    done = operations.tag_candidates(actor=request.actor, candidate_ids=ids, tag_id=tag.id)
    return f"{_people(done)} tagged {tag.name}{_had_it(ids, done)}.", _keep_undo(request, "tag", done, tag=str(tag.id))


def _untag(request: Request, ids: list[UUID]) -> tuple[str, str]:
    tag_id = _uuid(request.POST.get("tag", ""))
    done = operations.untag_candidates(actor=request.actor, candidate_ids=ids, tag_id=tag_id)
    return f"Tag taken off {_people(done)}.", ""


def _pool(request: Request, ids: list[UUID]) -> tuple[str, str]:
    pool_id = _uuid(request.POST.get("pool", ""))
    reason = request.POST.get("pool_reason", "")
    done = operations.add_to_pool(actor=request.actor, pool_id=pool_id, candidate_ids=ids, reason=reason)
    return f"{_people(done)} added to the pool{_had_it(ids, done)}.", _keep_undo(
        request, "pool", done, pool=str(pool_id)
    )


def _unpool(request: Request, ids: list[UUID]) -> tuple[str, str]:
    pool_id = _uuid(request.POST.get("pool", ""))
    done = operations.remove_from_pool(actor=request.actor, pool_id=pool_id, candidate_ids=ids)
    return f"{_people(done)} taken out of the pool.", ""


def _archive(request: Request, ids: list[UUID]) -> tuple[str, str]:
    done = operations.archive_candidates(
        actor=request.actor, candidate_ids=ids, reason=request.POST.get("archive_reason", "")
    )
    return f"{_people(done)} archived.", _keep_undo(request, "archive", done)


def _unarchive(request: Request, ids: list[UUID]) -> tuple[str, str]:
    done = operations.unarchive_candidates(actor=request.actor, candidate_ids=ids)
    return f"{_people(done)} taken back from the archive.", ""


def _job(request: Request, ids: list[UUID]) -> tuple[str, str]:
    job_id = _uuid(request.POST.get("job", ""))
    done = create_applications(actor=request.actor, job_id=job_id, candidate_ids=ids)
    return f"{_people(done.changed)} put up for the job{_had_it(ids, done.changed)}.", ""


BULK: dict[str, Callable[[Request, list[UUID]], tuple[str, str]]] = {
    "tag": _tag,
    "untag": _untag,
    "pool": _pool,
    "unpool": _unpool,
    "archive": _archive,
    "unarchive": _unarchive,
    "job": _job,
}


def _people(done: Any) -> str:
    return "1 person" if len(done) == 1 else f"{len(done):,} people"


def _had_it(ids: list[UUID], done: Any) -> str:
    left = len(ids) - len(done)
    return f"; {left:,} had it already" if left > 0 else ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput("Choose one from the list.") from error


@require_POST
def columns(request: Request) -> HttpResponse:
    """Keep which columns the reader wants."""
    wanted = [key for key in request.POST.getlist("columns") if key in candidate_list.BY_KEY]
    operations.choose_columns(actor=request.actor, columns=wanted)
    return redirect(next_url(request, reverse("workspace:candidates")))


@require_GET
def export(request: Request) -> StreamingHttpResponse:
    """All who match as CSV, as far as the reader may see them."""
    require(request.actor, EXPORT)
    text = request.GET.get("q", "").strip()
    rows = candidate_list.iterate(request.actor, text)
    response = StreamingHttpResponse(candidate_export.lines(rows), content_type="text/csv; charset=utf-8")
    day = timezone.localtime(clock.now()).date()
    response["Content-Disposition"] = f'attachment; filename="candidates-{day.isoformat()}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
