"""Duplicates: the list of suggestions, two people side by side, and what is done about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.candidates.profile import get_profile
from rapport.hygiene import comparison, operations, queries
from rapport.hygiene.linkage import probability
from rapport.hygiene.survivorship import CHOICES
from rapport.lib.doors import toast
from rapport.lib.requests import Request, find_id, next_url

KINDS = {"": "All", "sure": "Sure", "likely": "Likely"}
SHOWN_REASONS = 4


@require_GET
def suggestions(request: Request) -> HttpResponse:
    """Who may stand in the pool twice, the surest first; `?kind=` narrows, `?cursor=` goes on."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = queries.list_suggestions(request.actor, kind=kind, cursor=request.GET.get("cursor", ""))
    counts = queries.count_suggestions(request.actor)
    counts[""] = counts["sure"] + counts["likely"]
    url = reverse("hygiene:suggestions")
    context = {
        "rows": [_row(request, pair) for pair in page.pairs],
        "next_cursor": page.next_cursor,
        "kind": kind,
        "kinds": [
            {"label": f"{label} {counts[key]:,}", "url": f"{url}?kind={key}" if key else url, "is_current": key == kind}
            for key, label in KINDS.items()
        ],
        "counts": counts,
        "sure_ids": [pair.suggestion.id for pair in page.pairs if pair.suggestion.is_sure],
        "run": queries.find_run(),
        "batch_id": find_id(request.GET.get("batch")),
    }
    if request.htmx and request.GET.get("part") == "run":
        return render(request, "hygiene/suggestions.html#run", context)
    return render(request, "hygiene/suggestions.html", context)


def _row(request: Request, pair: queries.Pair) -> dict[str, Any]:
    suggestion = pair.suggestion
    against = [text for text in suggestion.reasons if text.endswith(("differ", "differs"))]
    return {
        "suggestion": suggestion,
        "people": (pair.first, pair.second),
        "percent": min(int(100 * probability(suggestion.bits)), 99),
        "reasons": [text for text in suggestion.reasons if text not in against][:SHOWN_REASONS],
        "against": against[:2],
        "url": reverse("hygiene:compare", args=[suggestion.first_id, suggestion.second_id]),
    }


@require_POST
def link_pool(request: Request) -> HttpResponse:
    """Ask for a linkage of the whole pool; it goes on when the page is left."""
    operations.ask_for_linkage(actor=request.actor)
    return redirect("hygiene:suggestions")


@require_http_methods(["GET", "POST"])
def merge_sure(request: Request) -> HttpResponse:
    """GET shows what would be merged; POST does it, with an undo for all of it."""
    ids = [
        key
        for value in (request.POST if request.method == "POST" else request.GET).getlist("id")
        if (key := find_id(value))
    ]
    if request.method == "GET":
        page = queries.list_suggestions(request.actor, kind="sure", limit=200)
        rows = [_row(request, pair) for pair in page.pairs if not ids or pair.suggestion.id in ids]
        return render(request, "hygiene/merge_sure.html", {"rows": rows, "has_more": bool(page.next_cursor)})
    batch_id, merges = operations.merge_sure(actor=request.actor, suggestion_ids=ids)
    count = len(merges)
    if merges:
        messages.success(request, f"{count} {'pair was' if count == 1 else 'pairs were'} merged.")
        return redirect(f"{reverse('hygiene:suggestions')}?batch={batch_id}")
    messages.info(request, "Nothing was merged: these pairs were decided meanwhile.")
    return redirect("hygiene:suggestions")


@require_POST
def undo_batch(request: Request, batch_id: UUID) -> HttpResponse:
    count = operations.undo_batch(actor=request.actor, batch_id=batch_id)
    messages.success(request, f"{count} {'merge was' if count == 1 else 'merges were'} taken back.")
    return redirect("hygiene:suggestions")


@require_POST
def dismiss(request: Request, suggestion_id: UUID) -> HttpResponse:
    """Not the same, for good."""
    operations.dismiss_suggestion(actor=request.actor, suggestion_id=suggestion_id)
    undo = reverse("hygiene:reopen", args=[suggestion_id])
    if request.htmx:
        return toast(HttpResponse(""), "Not the same: they are not suggested again.", tone="good", undo_url=undo)
    messages.success(request, "Not the same: they are not suggested again.")
    return redirect(next_url(request, reverse("hygiene:suggestions")))


@require_POST
def reopen(request: Request, suggestion_id: UUID) -> HttpResponse:
    operations.reopen_suggestion(actor=request.actor, suggestion_id=suggestion_id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("hygiene:suggestions")


@require_http_methods(["GET", "POST"])
def compare(request: Request, survivor_id: UUID, other_id: UUID) -> HttpResponse:
    """Two people side by side with a dry run (GET, choices as ?title=other); POST merges them."""
    if request.method == "POST":
        chosen = {name: request.POST[name] for name in CHOICES if name in request.POST}
        operations.merge_candidates(actor=request.actor, survivor_id=survivor_id, other_id=other_id, chosen=chosen)
        messages.success(request, "Merged. It can be taken back on the profile at any time.")
        return redirect("workspace:candidate", survivor_id)
    if "turned" not in request.GET and "chosen" not in request.GET:
        survivor_id, other_id = queries.choose_survivor(request.actor, survivor_id, other_id)
    chosen = {name: request.GET[name] for name in CHOICES if name in request.GET}
    preview = operations.preview_merge(actor=request.actor, survivor_id=survivor_id, other_id=other_id, chosen=chosen)
    survivor, other = get_profile(request.actor, survivor_id), get_profile(request.actor, other_id)
    suggestion = queries.find_suggestion(survivor_id, other_id)
    context = {
        "survivor": survivor.candidate,
        "other": other.candidate,
        "lines": comparison.compare_fields(survivor, other, preview.outcome.kept),
        "belongings": comparison.compare_belongings(survivor, other),
        "moved": comparison.in_words(preview.moved),
        "taken_out": comparison.in_words(preview.taken_out),
        "suggestion": suggestion,
        "turned_url": f"{reverse('hygiene:compare', args=[other_id, survivor_id])}?turned=1",
        "url": reverse("hygiene:compare", args=[survivor_id, other_id]),
    }
    return render(request, "hygiene/compare.html", context)


@require_POST
def undo_merge(request: Request, merge_id: UUID) -> HttpResponse:
    merge = operations.undo_merge(actor=request.actor, merge_id=merge_id)
    messages.success(request, f"{merge.other} is a candidate of their own again.")
    return redirect("workspace:candidate", merge.other_id)
