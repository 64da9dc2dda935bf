"""Data health: the figure, what the audits found, and what is done about it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.hygiene import audit_queries, operations
from rapport.hygiene.audits.catalogue import get_audit
from rapport.hygiene.audits.health import FORMULA
from rapport.hygiene.audits.registry import Audit, Change, Fix
from rapport.hygiene.permissions import AUDIT
from rapport.lib import undo as undoing
from rapport.lib.doors import taken_back
from rapport.lib.errors import InvalidInput, NotFound
from rapport.lib.requests import Request, next_url

UNDO_SCOPE = "hygiene"
SHOWN_CHANGES = 50


@require_GET
def overview(request: Request) -> HttpResponse:
    """The figure with its formula, and each audit with what it found; `?part=run` is how far a run is."""
    if request.htmx and request.GET.get("part") == "run":
        require(request.actor, AUDIT)
        at_work = audit_queries.find_run_at_work()
        response = render(request, "hygiene/overview.html#run", {"at_work": at_work})
        if at_work is None:
            response["HX-Refresh"] = "true"  # it is done: the page shows what it found
        return response
    found = audit_queries.read_overview(request.actor)
    context = {
        "found": found,
        "at_work": found.at_work,
        "rows": [_row(row) for row in found.rows],
        "formula": FORMULA,
        "lost": round(sum(row.points for row in found.rows), 1),
        "trend_words": _trend_words(found.trend),
    }
    return render(request, "hygiene/overview.html", context)


def _row(row: audit_queries.Row) -> dict[str, Any]:
    return {
        "audit": row.audit,
        "question": row.question,
        "count": row.count,
        "noun": row.audit.count_words(row.count),
        "percent": _percent(row.share),
        "points": f"{row.points:.1f}" if row.points >= 0.05 or not row.points else "under 0.1",
        "has_points": bool(row.points),
        "trend": row.trend,
        "trend_words": _trend_words(row.trend),
        "is_counted": row.is_counted,
        "url": _list_url(row.audit),
    }


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 or not share else f"{share:.1%}" if share >= 0.001 else "under 0.1%"


def _trend_words(values: list[Any]) -> str:
    if len(values) < 2:
        return "No trend yet"
    return f"From {values[0]:,} to {values[-1]:,} in {len(values)} nights"


def _list_url(audit: Audit) -> str:
    return reverse(audit.list_url) if audit.list_url else reverse("hygiene:audit", args=[audit.key])


@require_POST
def look_now(request: Request) -> HttpResponse:
    """Ask for a run; it goes on when the page is left."""
    operations.ask_for_audit(actor=request.actor)
    return redirect("hygiene:overview")


@require_GET
def audit(request: Request, audit_key: str) -> HttpResponse:
    """What one audit found, with what can be done about it; `?cursor=` goes on."""
    shown = get_audit(audit_key)
    if shown.list_url:
        require(request.actor, AUDIT)
        return redirect(shown.list_url)
    cursor = request.GET.get("cursor", "")
    page = audit_queries.list_findings(request.actor, shown, cursor=cursor)
    trend = audit_queries.list_trend(request.actor, shown)
    here = reverse("hygiene:audit", args=[shown.key])
    context = {
        "audit": shown,
        "question": audit_queries.question_of(shown),
        "lines": page.lines,
        "count": audit_queries.count_open([shown.key])[shown.key],
        "noun": shown.nouns[1],
        "next_url": f"{here}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": here if cursor else "",
        "here": request.get_full_path(),
        "trend": [count for _, count in trend],
        "trend_rows": list(reversed(trend)),
        "trend_words": _trend_words([count for _, count in trend]),
        "run": audit_queries.find_last_run(),
        "elsewhere": (reverse(shown.elsewhere[0]), shown.elsewhere[1]) if shown.elsewhere else None,
    }
    return render(request, "hygiene/audit.html", context)


@require_http_methods(["GET", "POST"])
def fix(request: Request, audit_key: str, fix_key: str) -> HttpResponse:
    """Show what a fix would change (chosen `ids`, else everything found); with `confirm`, do it.

    Choosing is a POST as well, because so many ids do not fit into an address.
    """
    shown = get_audit(audit_key)
    wanted = shown.find_fix(fix_key)
    require(request.actor, AUDIT)
    if wanted is None:
        raise NotFound("There is no such fix.")
    given = request.POST if request.method == "POST" else request.GET
    chosen = [] if given.get("all") else _ids(given.getlist("ids"))
    ids = chosen or audit_queries.list_open_ids(request.actor, shown)
    suggestion = wanted.choice.suggest(ids) if wanted.choice else ""
    value = given.get("value", suggestion).strip()
    changes: list[Change] = []
    problem = ""
    try:
        if request.method == "POST" and "confirm" in request.POST:
            return _mend(request, shown, wanted, ids, value)
        if ids:
            changes = operations.preview_fix(
                actor=request.actor, audit_key=shown.key, fix_key=wanted.key, ids=ids, value=value
            )
    except InvalidInput as error:
        if "value" not in error.fields:
            raise
        problem = error.fields["value"]
    return _show_preview(request, shown, wanted, chosen, value, changes, problem)


def _show_preview(
    request: Request, shown: Audit, wanted: Fix, chosen: list[UUID], value: str, changes: list[Change], problem: str
) -> HttpResponse:
    will = [change for change in changes if not change.is_refused]
    context = {
        "audit": shown,
        "fix": wanted,
        "changes": changes[:SHOWN_CHANGES],
        "more": max(0, len(changes) - SHOWN_CHANGES),
        "will_count": len(will),
        "left_count": len(changes) - len(will),
        "ids": chosen,
        "value": value,
        "value_text": wanted.choice.name_of(value) if wanted.choice else value,
        "options_url": reverse(wanted.choice.options_url) if wanted.choice and wanted.choice.options_url else "",
        "problem": problem,
        "is_capped": not chosen and len(changes) >= audit_queries.MOST_AT_ONCE,
        "most": audit_queries.MOST_AT_ONCE,
        "has_before": any(change.before for change in changes),
        "url": reverse("hygiene:fix", args=[shown.key, wanted.key]),
        "list_url": reverse("hygiene:audit", args=[shown.key]),
    }
    return render(request, "hygiene/fix.html", context, status=422 if problem else 200)


def _mend(request: Request, shown: Audit, wanted: Fix, ids: list[UUID], value: str) -> HttpResponse:
    done = operations.mend(actor=request.actor, audit_key=shown.key, fix_key=wanted.key, ids=ids, value=value)
    _tell(request, done)
    return redirect("hygiene:audit", shown.key)


def _tell(request: Request, done: operations.Mended) -> None:
    if not done.undo:
        messages.info(request, f"{done.said}.")
        return
    word = undoing.keep(request.actor, UNDO_SCOPE, done.undo)
    messages.success(request, f"{done.said}.", extra_tags=reverse("hygiene:undo_fix", args=[word]))


@require_POST
def leave(request: Request, audit_key: str) -> HttpResponse:
    """Leave the chosen findings as they are, on purpose."""
    shown = get_audit(audit_key)
    ids = _ids(request.POST.getlist("ids"))
    if not ids:
        raise InvalidInput("Select what is to be left as it is first.")
    _tell(request, operations.leave_findings(actor=request.actor, audit_key=shown.key, ids=ids))
    return redirect(next_url(request, reverse("hygiene:audit", args=[shown.key])))


@require_POST
def undo_fix(request: Request, word: str) -> HttpResponse:
    """Take back what was done by one click; who was changed since stays as they are, and the message says so."""
    require(request.actor, AUDIT)
    what = undoing.take(request.actor, UNDO_SCOPE, word)
    done, count, said = operations.take_back(actor=request.actor, what=what)
    fallback = reverse("hygiene:audit", args=[what["audit"]])
    return taken_back(request, said, count - len(done), next_url(request, fallback))


def _ids(values: list[str]) -> list[UUID]:
    try:
        return list(dict.fromkeys(UUID(value) for value in values))[: audit_queries.MOST_AT_ONCE]
    except ValueError as error:
        raise InvalidInput("This selection cannot be read. Reload the page and select again.") from error
