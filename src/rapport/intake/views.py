"""Pages of imports: their list, one import with its rows and progress, and what can be done with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.intake import failed_rows as failed
from rapport.intake import operations, queries
from rapport.intake.forms import as_uuid
from rapport.intake.models import Import
from rapport.lib.requests import Request, whole_number

TABS = (
    # value, label, counted by
    ("look", "To look at", "look_count"),
    ("created", "Created", "created_count"),
    ("attached", "Added to candidates", "attached_count"),
    ("failed", "Not imported", "failed_count"),
    ("skipped", "Skipped", "skipped_count"),
    ("kept", "Kept", "kept_count"),
    ("all", "All", "position"),
)
KINDS = (
    ("job", "Jobs"), ("candidate", "Candidates"), ("application", "Applications"), ("note", "Notes"),
    ("document", "Files"), ("event", "Other events"),
)  # fmt: skip


@require_GET
def list_page(request: Request) -> HttpResponse:
    page = queries.list_imports(request.actor, before=as_uuid(request.GET.get("before")))
    context = {
        "imports": page.rows,
        "next_url": f"?before={page.next_before}" if page.next_before else "",
        "first_url": "?" if request.GET.get("before") else "",
    }
    return render(request, "intake/list.html", context)


@require_GET
@vary_on_headers("HX-Request")
def detail(request: Request, import_id: UUID) -> HttpResponse:
    """One import; while it runs, the page asks for its changed part every two seconds and can be left."""
    item = queries.get_import(request.actor, import_id)
    if item.state == Import.State.MAPPING:
        return redirect("intake:columns", import_id)
    if item.state == Import.State.PREVIEWING:
        return redirect("intake:preview", import_id)
    look_count = queries.count_looks([item.id]).get(item.id, 0)
    tabs = _tabs(item, look_count)
    show = request.GET.get("show") or (tabs[0]["value"] if tabs else "all")
    for tab in tabs:
        tab["is_current"] = tab["value"] == show
    after = whole_number(request.GET.get("after"))
    page = queries.list_rows(request.actor, import_id, show=show, after=after)
    context = {
        "item": item,
        "tabs": tabs,
        "show": show,
        "rows": [
            {"row": row, "name": page.names.get(row.candidate_id) if row.candidate_id else ""} for row in page.rows
        ],
        "look_count": look_count,
        "next_url": f"?show={show}&after={page.next_after}" if page.next_after else "",
        "first_url": f"?show={show}" if after else "",
        "can_continue": item.state in (Import.State.FAILED, Import.State.CANCELLED)
        and bool(item.started_at and (item.storage_name or item.undo_below is not None)),
        "first_look": queries.find_next_look(request.actor, import_id, 0) if item.kind == Import.Kind.RESUMES else None,
        "scan_count": queries.count_scans(item) if look_count and item.kind == Import.Kind.RESUMES else 0,
        "done": _done(item),
        "kinds": _kinds(item),
    }
    return render(request, "intake/detail.html" + ("#import" if request.htmx else ""), context)


def _tabs(item: Import, look_count: int) -> list[dict[str, Any]]:
    counts = {"look_count": look_count}
    tabs = []
    for value, label, name in TABS:
        count = counts.get(name, getattr(item, name, 0))
        if count:
            tabs.append({"value": value, "label": label, "count": count, "url": f"?show={value}"})
    return tabs if len(tabs) != 2 or tabs[0]["count"] != tabs[1]["count"] else tabs[:1]


def _kinds(item: Import) -> list[dict[str, Any]]:
    """Of another system's export: what became of each kind of thing in it."""
    return [
        {"label": label, "counts": sorted(item.counts[kind].items())} for kind, label in KINDS if item.counts.get(kind)
    ]


def _done(item: Import) -> int:
    """How many rows are worked on; an undo goes from the last row up."""
    if item.state == Import.State.UNDOING and item.undo_below is not None:
        return max(0, item.position - item.undo_below)
    return 0 if item.state == Import.State.UNDOING else item.position


@require_POST
def start(request: Request, import_id: UUID) -> HttpResponse:
    operations.start_import(actor=request.actor, import_id=import_id)
    return redirect("intake:detail", import_id)


@require_POST
def cancel(request: Request, import_id: UUID) -> HttpResponse:
    item = operations.cancel_import(actor=request.actor, import_id=import_id)
    messages.success(request, f"{item} is cancelled. What was stored stays, and can be taken back.")
    return redirect("intake:detail", import_id) if item.started_at else redirect("intake:list")


@require_POST
def go_on(request: Request, import_id: UUID) -> HttpResponse:
    operations.resume_import(actor=request.actor, import_id=import_id)
    return redirect("intake:detail", import_id)


@require_POST
def undo(request: Request, import_id: UUID) -> HttpResponse:
    operations.undo_import(actor=request.actor, import_id=import_id)
    return redirect("intake:detail", import_id)


@require_POST
def confirm(request: Request, import_id: UUID) -> HttpResponse:
    operations.confirm_rows(actor=request.actor, import_id=import_id)
    messages.success(request, "Noted that you have looked at them.")
    return redirect("intake:detail", import_id)


@require_GET
def failed_rows(request: Request, import_id: UUID) -> StreamingHttpResponse:
    """The rows that were not imported, as they were in the file, each with its number and the reason."""
    item = queries.get_import(request.actor, import_id)
    response = StreamingHttpResponse(failed.stream(item), content_type="text/csv; charset=utf-8")
    stem = slugify(item.name.rpartition(".")[0]) or "import"
    response["Content-Disposition"] = f'attachment; filename="{stem}-not-imported.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
