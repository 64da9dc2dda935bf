"""Pages that look ahead: what a sequence will do on the coming days, and whether a person may be written to now."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.lib.errors import Conflict
from rapport.lib.requests import Request, find_id, whole_number
from rapport.outreach import queries
from rapport.outreach.dry_run import ASSUMED, COUNTED, DryRun, dry_run, letter_in, name_in
from rapport.outreach.may_write import may_write
from rapport.outreach.simulation import Event

PAGE = 100
SPANS = (7, 14, 30, 90)
SHOWN = {
    "": "Everything",
    "mail": "Mails",
    "wait": "Put off",
    "stop": "Stopped",
}
KINDS = {
    "mail": ("Mail", "mail", ""),
    "approval": ("Mail that you approve", "hourglass", "info"),
    "task": ("Task", "square-check", ""),
    "waited": ("Waited", "hourglass", ""),
    "pass": ("Passed over", "corner-down-right", ""),
    "wait": ("Put off", "clock", "warn"),
    "stop": ("Stopped", "circle-stop", "bad"),
    "finish": ("Finished", "check", "good"),
}


@require_GET
def dry_run_page(request: Request, sequence_id: UUID) -> HttpResponse:
    """The coming days of a sequence: how much each brings, and everything in order of time."""
    sequence = queries.get_sequence(request.actor, sequence_id)
    days = whole_number(request.GET.get("days"))
    days = days if days in SPANS else SPANS[1]
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    context = {
        "sequence": sequence,
        "spans": [
            {"label": f"{span} days", "url": f"?days={span}&show={show}", "is_current": span == days} for span in SPANS
        ],
        "assumed": ASSUMED,
    }
    try:
        run = dry_run(request.actor, sequence_id, days=days)
    except Conflict as problem:
        return render(request, "outreach/dry_run.html", context | {"problem": str(problem)})
    context |= {
        "run": run,
        "days": _days(run),
        "most": max((_busy(count) for count in run.days.values()), default=0),
        "filters": [
            {"label": label, "url": f"?days={days}&show={key}", "is_current": key == show}
            for key, label in SHOWN.items()
        ],
        **_page(run, show, whole_number(request.GET.get("page")), f"?days={days}&show={show}"),
    }
    return render(request, "outreach/dry_run.html", context)


def _days(run: DryRun) -> list[tuple[date, dict[str, int], int]]:
    return [(day, {kind: count[kind] for kind in COUNTED}, _busy(count)) for day, count in run.days.items()]


def _busy(count: dict[str, int]) -> int:
    return count.get("mail", 0) + count.get("approval", 0) + count.get("task", 0)


def _page(run: DryRun, show: str, page: int, url: str) -> dict[str, object]:
    """One page of the events, those of a kind only."""
    kinds = {"mail": ("mail", "approval")}.get(show, (show,) if show else tuple(KINDS))
    events = [event for event in run.events if event.kind in kinds]
    page = min(page, max(len(events) - 1, 0) // PAGE)
    rows = events[page * PAGE : (page + 1) * PAGE]
    return {
        "rows": [(event, name_in(run, event), letter_in(run, event), *_look(event)) for event in rows],
        "count": len(events),
        "first": page * PAGE + 1,
        "last": page * PAGE + len(rows),
        "previous_url": f"{url}&page={page - 1}" if page else "",
        "next_url": f"{url}&page={page + 1}" if (page + 1) * PAGE < len(events) else "",
    }


def _look(event: Event) -> tuple[str, str, str]:
    words, symbol, tone = KINDS[event.kind]
    return ("Waits for somebody" if event.kind == "wait" and event.until is None else words), symbol, tone


@require_GET
def may_write_page(request: Request, candidate_id: UUID) -> HttpResponse:
    """Whether this person may get mail now, by the rules of the sequence that is chosen."""
    sequences = queries.list_startable(request.actor)
    chosen = find_id(request.GET.get("sequence"))
    answer = may_write(request.actor, candidate_id, chosen)
    if answer.sequence is not None and answer.sequence not in sequences:
        sequences.append(answer.sequence)
    context = {"answer": answer, "sequences": sequences}
    return render(request, "outreach/may_write.html", context)
