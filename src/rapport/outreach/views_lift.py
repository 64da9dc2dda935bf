"""What the mails of a sequence bring beside none at all, and the people behind each figure."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rapport.candidates.queries import names_of
from rapport.lib.requests import Request, find_id
from rapport.outreach import queries
from rapport.outreach.experiments.rates import rate_interval
from rapport.outreach.experiments.verdicts import Verdict
from rapport.outreach.lift import HORIZON, PAGE, SHOWN, WITH, WITHOUT, Lift, list_followed, read_lift
from rapport.outreach.models import Sequence

ARMS = {WITH: "with mail", WITHOUT: "without mail"}
SHOW = {"all": "Everybody", "counted": "Counted", "applied": "Applied", "wrote": "Wrote to us"}
LOOKS = {
    "not enough data": ("Not enough data", "clock", ""),
    "leading": ("Perhaps", "trending-up", "info"),
    "no difference": ("No difference", "equal", ""),
}


def lift_of(request: Request, sequence: Sequence) -> dict[str, Any] | None:
    """What the page shows of it; None where nobody was ever held out."""
    found = read_lift(request.actor, sequence)
    if found is None:
        return None
    return {
        "since": found.since,
        "days": HORIZON.days,
        "arms": [
            {
                "label": ARMS[arm],
                "people": found.people.get(arm, 0),
                "people_url": _people_url(sequence, arm, "all"),
                "counted": found.counted.get(arm, 0),
                "counted_url": _people_url(sequence, arm, "counted"),
            }
            for arm in ARMS
        ],
        "rows": [_row(found, sequence, metric) for metric in found.verdicts],
    }


def _row(found: Lift, sequence: Sequence, metric: str) -> dict[str, Any]:
    verdict = found.verdicts[metric]
    words, icon, tone = _look(verdict)
    return {
        "label": SHOW[metric],
        "cells": [_cell(found, sequence, metric, arm) for arm in ARMS],
        "difference": _difference(verdict),
        "words": words,
        "icon": icon,
        "tone": tone,
    }


def _cell(found: Lift, sequence: Sequence, metric: str, arm: str) -> dict[str, Any]:
    count, n = found.happened.get((arm, metric), 0), found.counted.get(arm, 0)
    low, high = rate_interval(count, n) if n else (0.0, 1.0)
    return {
        "arm": ARMS[arm],
        "count": count,
        "url": _people_url(sequence, arm, metric),
        "rate": f"{count / n:.1%}" if n else "",
        "interval": f"{low:.1%} to {high:.1%}",
    }


def _look(verdict: Verdict | None) -> tuple[str, str, str]:
    if verdict is not None and verdict.verdict == "winner":
        return (
            ("The mails bring more", "check", "good") if verdict.winner == WITH else ("The mails do harm", "x", "bad")
        )
    return LOOKS[verdict.verdict if verdict else "not enough data"]


def _difference(verdict: Verdict | None) -> str:
    """With mail minus without, in percentage points, and where the true difference lies."""
    if verdict is None:
        return ""
    low, high = (f"{end * 100:+.1f}" for end in verdict.interval)
    return f"{verdict.estimate * 100:+.1f} points, between {low} and {high}".replace("-", "−")


def _people_url(sequence: Sequence, arm: str, show: str) -> str:
    return f"{reverse('outreach:lift_people', args=[sequence.id])}?arm={arm}&show={show}"


@require_GET
def lift_people(request: Request, sequence_id: UUID) -> HttpResponse:
    """Who got the mails, or was held out, and what became of them; newest first."""
    sequence = queries.get_sequence(request.actor, sequence_id)
    arm = request.GET.get("arm", "")
    arm = arm if arm in ARMS else WITH
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "all"
    before = find_id(request.GET.get("before"))
    found = list_followed(request.actor, sequence, arm, show, before=before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    names = names_of(request.actor, {row.candidate_id for row in found})
    url = _people_url(sequence, arm, show)
    context = {
        "sequence": sequence,
        "arm": ARMS[arm],
        "rows": [(row, names.get(row.candidate_id, "")) for row in found],
        "views": [
            {"label": label, "url": _people_url(sequence, arm, key), "is_current": key == show}
            for key, label in SHOW.items()
        ],
        "next_url": f"{url}&before={found[-1].enrollment_id}" if has_more else "",
        "first_url": url if before else "",
    }
    return render(request, "outreach/lift_people.html", context)
