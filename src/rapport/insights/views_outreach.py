"""The report on sequences, as a page, as a file, and the people behind each figure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from rapport.candidates.queries import names_of
from rapport.insights.outreach_report import (
    DIMENSIONS,
    FIGURES,
    PAGE,
    PersonRow,
    ReportRow,
    label_of,
    list_people,
    read_report,
)
from rapport.lib import clock
from rapport.lib.errors import NotFound
from rapport.lib.requests import Request, find_id, whole_number
from rapport.lib.spreadsheets import csv_lines
from rapport.outreach.experiments.rates import rate_interval
from rapport.outreach.queries import visible_sequences

PERIODS = ((30, "30 days"), (90, "90 days"), (365, "A year"), (0, "All time"))
LABELS = {
    "enrolled": "Enrolled", "sent": "Sent", "delivered": "Delivered", "replied": "Replied", "positive": "Interested", "applied": "Applied",
    "interviewed": "Interviewed", "hired": "Hired",
}  # fmt: skip
WHO = {
    "enrolled": "was enrolled", "sent": "got mail", "delivered": "was reached", "replied": "replied",
    "positive": "is interested", "applied": "applied", "interviewed": "was interviewed",
    "hired": "was hired",
}  # fmt: skip
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@require_GET
@vary_on_headers("HX-Request")
def outreach(request: Request) -> HttpResponse:
    """One row for each sequence, step, template, sender, department or kind of role."""
    by, days = _asked(request)
    found = read_report(request.actor, by, since=_since(days))
    figures = DIMENSIONS[by].figures
    context = {
        "by": by,
        "what": DIMENSIONS[by].label,
        "columns": [LABELS[name] for name in figures],
        "rows": [_row(row, by, days, figures) for row in found],
        "dimensions": [
            {"label": dimension.label, "url": _url("outreach", key, days), "is_current": key == by}
            for key, dimension in DIMENSIONS.items()
        ],
        "periods": [
            {"label": label, "url": _url("outreach", by, number), "is_current": number == days}
            for number, label in PERIODS
        ],
        "csv_url": _url("outreach_csv", by, days),
    }
    return render(request, "insights/outreach.html" + ("#report" if request.htmx else ""), context)


@require_GET
def outreach_csv(request: Request) -> StreamingHttpResponse:
    """The same figures as a file."""
    by, days = _asked(request)
    rows = read_report(request.actor, by, since=_since(days))
    lines = csv_lines(
        [by, *FIGURES, "reply_rate"],
        ([row.label, *(row.figures.get(name) for name in FIGURES), round(row.rate, 4)] for row in rows),
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="outreach-by-{by}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def people(request: Request) -> HttpResponse:
    """Who is behind one figure of one row."""
    by, days = _asked(request)
    figure, key = request.GET.get("show", "sent"), request.GET.get("key", "")[:200]
    if figure not in DIMENSIONS[by].figures:
        raise NotFound("There is no such figure in this report.")
    before = find_id(request.GET.get("before"))
    found = list_people(request.actor, by, key, figure, since=_since(days), before=before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    url = _people_url(by, days, key, figure)
    context = {
        "name": label_of(request.actor, by, key),
        "who": WHO[figure],
        "rows": _people(request, found),
        "back_url": _url("outreach", by, days),
        "views": [
            {"label": LABELS[name], "url": _people_url(by, days, key, name), "is_current": name == figure}
            for name in DIMENSIONS[by].figures
        ],
        "next_url": f"{url}&before={found[-1].enrollment_id}" if has_more else "",
        "first_url": url if before else "",
    }
    return render(request, "insights/outreach_people.html", context)


def _asked(request: Request) -> tuple[str, int]:
    """The dimension and the days that are asked for, or what the page begins with."""
    by, days = request.GET.get("by", ""), request.GET.get("days", "")
    known = {str(number) for number, _ in PERIODS}
    return by if by in DIMENSIONS else "sequence", whole_number(days) if days in known else 90


def _since(days: int) -> datetime:
    return clock.now() - timedelta(days=days) if days else EVER


def _row(row: ReportRow, by: str, days: int, figures: Sequence[str]) -> dict[str, Any]:
    sent, replied = row.figures["sent"], row.figures["replied"]
    low, high = rate_interval(replied, sent) if sent else (0.0, 1.0)
    return {
        "row": row,
        "figures": [
            {
                "label": LABELS[name],
                "count": row.figures.get(name, 0),
                "url": _people_url(by, days, row.key, name) if row.figures.get(name) else "",
            }
            for name in figures
        ],
        "rate": f"{row.rate:.1%}" if sent else "",
        "interval": f"{low:.1%} to {high:.1%}",
    }


def _people(request: Request, found: list[PersonRow]) -> list[dict[str, Any]]:
    """With names of candidates that the reader may see, and of sequences; two statements."""
    names = names_of(request.actor, {row.candidate_id for row in found})
    sequences = dict(
        visible_sequences(request.actor).filter(id__in={row.sequence_id for row in found}).values_list("id", "name")
    )
    return [
        {"row": row, "name": names.get(row.candidate_id, ""), "sequence": sequences.get(row.sequence_id, "")}
        for row in found
    ]


def _url(page: str, by: str, days: int) -> str:
    return f"{reverse(f'insights:{page}')}?{urlencode({'by': by, 'days': str(days)})}"


def _people_url(by: str, days: int, key: str, figure: str) -> str:
    wanted: dict[str, str | int] = {"by": by, "days": days, "key": key, "show": figure}
    return f"{reverse('insights:outreach_people')}?{urlencode(wanted)}"
