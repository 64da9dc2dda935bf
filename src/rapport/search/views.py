"""The palette's search, saved searches, and the help on the query language. The best fits of a job: views_fits.py."""

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.candidates.permissions import VIEW
from rapport.lib.doors import add_errors, toast
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, next_url
from rapport.search import examples, operations, panel, queries, segment_queries, watching
from rapport.search.forms import SegmentForm
from rapport.search.models import Segment
from rapport.search.permissions import SHARE

LIST_URL = "/candidates/"


@require_GET
def quick(request: Request) -> HttpResponse:
    """Rows of the palette for what was typed: people, then jobs."""
    found = queries.search_quick(request.actor, request.GET.get("q", "")[:200])
    return render(request, "search/_quick.html", {"candidates": found.candidates, "jobs": found.jobs})


@require_GET
def help_page(request: Request) -> HttpResponse:
    """The query language by examples that lead to the list of candidates."""
    require(request.actor, VIEW)
    return render(request, "search/help.html", {"sections": examples.sections(), "list_url": LIST_URL})


@require_http_methods(["GET", "POST"])
def build(request: Request) -> HttpResponse:
    """The builder: laid out for the query asked for, or for the form that was sent; `do=show` leads to who matches."""
    require(request.actor, VIEW)
    do = request.POST.get("do", "")
    if request.method == "POST":
        shown = panel.panel_of_form(request.actor, dict(request.POST.lists()), do)
    else:
        shown = panel.panel_of_text(request.actor, request.GET.get("q", "").strip())
    if do == "show" and not shown.problems:
        return _show_matching(request, f"{LIST_URL}?{urlencode({'q': shown.text, 'build': 1})}")
    template = "search/_builder.html" if request.htmx else "search/builder.html"
    return render(request, template, {"panel": shown, "list_url": LIST_URL})


def _show_matching(request: Request, url: str) -> HttpResponse:
    if not request.htmx:
        return redirect(url)
    where = {"path": url, "target": "#results", "swap": "outerHTML"}
    return HttpResponse(status=204, headers={"HX-Location": json.dumps(where)})


@require_GET
def values(request: Request) -> HttpResponse:
    """Values of a field that begin with what was typed, as options of a combobox."""
    found = queries.list_values(request.actor, request.GET.get("field", ""), request.GET.get("q", "")[:100])
    return render(request, "search/_values.html", {"values": found})


@require_http_methods(["GET", "POST"])
def segments(request: Request) -> HttpResponse:
    """All segments one may use with how many match now; POST keeps a search, from here or from a list's dialog."""
    require(request.actor, VIEW)
    form = SegmentForm(request.POST or None, initial={"query": request.GET.get("q", "")})
    if request.method == "POST" and form.is_valid():
        try:
            segment = operations.save_segment(actor=request.actor, **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"name": str(error)}))
        else:
            return _saved(request, segment)
    status = 422 if form.errors else 200
    if request.htmx and request.method == "POST":
        return render(request, "search/_segment_form.html", _form_context(request, form), status=status)
    watched = segment_queries.list_watched_ids(request.actor)
    rows = [_row(request, one, watched) for one in segment_queries.count_segments(request.actor)]
    context = {"rows": rows, "list_url": LIST_URL}
    return render(request, "search/segments.html", {**context, **_form_context(request, form)}, status=status)


def _form_context(request: Request, form: SegmentForm) -> dict[str, Any]:
    return {
        "form": form,
        "can_share": holds(request.actor, SHARE),
        "next": next_url(request, reverse("search:segments")),
    }


def _saved(request: Request, segment: Segment) -> HttpResponse:
    if request.htmx:
        response = HttpResponse(status=204, headers={"HX-Trigger": '{"segment-saved": ""}'})
        return toast(response, f"Kept as {segment.name}.", tone="good")
    messages.success(request, f"Kept as {segment.name}.")
    return redirect(next_url(request, reverse("search:segments")))


def _row(request: Request, row: segment_queries.SegmentRow, watched: Collection[UUID]) -> dict[str, Any]:
    segment = row.segment
    url = f"{LIST_URL}?{urlencode({'q': segment.query})}"
    is_own = segment.owner_id == request.actor.id
    return {
        "segment": segment, "count": row.count, "problem": row.problem, "url": url, "is_own": is_own,
        "is_watched": segment.id in watched,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def segment(request: Request, segment_id: UUID) -> HttpResponse:
    """Who is in a segment now and who is new; its owner renames it, changes its search, shares it."""
    shown = segment_queries.read_segment(request.actor, segment_id)
    found = shown.row.segment
    initial = {"name": found.name, "query": found.query, "is_shared": found.is_shared}
    form = SegmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_segment(actor=request.actor, segment_id=segment_id, **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"name": str(error)}))
        else:
            messages.success(request, f"{form.cleaned_data['name']} is changed.")
            return redirect("search:segment", segment_id=segment_id)
    context = {"shown": shown, **_row(request, shown.row, {}), **_form_context(request, form)}
    return render(request, "search/segment.html", context, status=422 if form.errors else 200)


@require_POST
def watch(request: Request, segment_id: UUID) -> HttpResponse:
    """Hear of new people in a segment, or no more (do=unwatch)."""
    if request.POST.get("do") == "unwatch":
        watching.unwatch_segment(actor=request.actor, segment_id=segment_id)
        said = "You are told no more who is new here."
    else:
        watching.watch_segment(actor=request.actor, segment_id=segment_id)
        said = "You are told when there is somebody new."
    messages.success(request, said)
    return redirect(next_url(request, reverse("search:segment", args=[segment_id])))


@require_POST
def delete(request: Request, segment_id: UUID) -> HttpResponse:
    """Delete a segment of one's own."""
    name = segment_queries.get_segment(request.actor, segment_id).name
    operations.delete_segment(actor=request.actor, segment_id=segment_id)
    messages.success(request, f"{name} is deleted. The people it found are all still here.")
    return redirect("search:segments")
