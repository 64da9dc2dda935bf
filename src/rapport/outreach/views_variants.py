"""What came of a step's variants, who is behind each figure, and choosing the winner."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.candidates.queries import names_of
from rapport.lib import undo as undoing
from rapport.lib.doors import taken_back
from rapport.lib.errors import InvalidInput, NotFound
from rapport.lib.requests import Request, find_id
from rapport.outreach import operations, queries
from rapport.outreach.experiments.verdicts import NOT_ENOUGH, Verdict
from rapport.outreach.funnel import read_funnel
from rapport.outreach.models import Step, Variant
from rapport.outreach.permissions import EDIT
from rapport.outreach.variant_results import (
    PAGE,
    StepResults,
    VariantResult,
    get_results,
    horizon,
    list_compared_steps,
    list_recipients,
)
from rapport.outreach.views_funnel import people_url
from rapport.outreach.views_lift import lift_of

UNDO_SCOPE = "variants"
OUTCOMES = {"replied": "Answered", "interested": "Interested"}
SHOW = {"sent": "got it", "counted": "got it and had time to answer", "answered": "answered"}
LABELS = {"sent": "Got it", "counted": "Counted", "answered": "Answered"}
LOOKS = {
    "not enough data": ("Not enough data", "clock", ""),
    "leading": ("Leading", "trending-up", "info"),
    "winner": ("Winner", "trophy", "good"),
    "no difference": ("No difference", "equal", ""),
}


@require_GET
def results(request: Request, sequence_id: UUID) -> HttpResponse:
    """The variants of one step side by side; the other steps that have some are one link away."""
    sequence = queries.get_sequence(request.actor, sequence_id)
    steps = list_compared_steps(request.actor, sequence_id)
    context: dict[str, Any] = {
        "sequence": sequence,
        "can_edit": holds(request.actor, EDIT) and sequence.state != "archived",
        "horizon_days": horizon().days,
        "lift": lift_of(request, sequence),
    }
    if steps:
        step = _find_step(steps, request)
        found = get_results(request.actor, step)
        context |= {
            "results": found,
            "step": step,
            "outcome": OUTCOMES[step.metric],
            "rows": [_row(found, result) for result in found.variants],
            "steps": [
                {"label": f"Step {row.position}", "url": f"?step={row.id}", "is_current": row.id == step.id}
                for row in steps
            ],
            "passed_over": read_funnel(request.actor, sequence).steps.get(step.id, {}).get("over", 0),
            "passed_over_url": people_url(step, "over"),
            "retired": Variant.objects.filter(step=step, retired_at__isnull=False).order_by("letter"),
            **_verdict(found),
        }
    return render(request, "outreach/results.html", context)


def _find_step(steps: list[Step], request: Request) -> Step:
    """The step that is asked for, else the first."""
    wanted = find_id(request.GET.get("step"))
    if wanted is None:
        return steps[0]
    step = next((row for row in steps if row.id == wanted), None)
    if step is None:
        raise NotFound("There is no such step in this sequence, or it has one text.")
    return step


def _row(found: StepResults, result: VariantResult) -> dict[str, Any]:
    row: dict[str, Any] = {"result": result, "subject": queries.in_words(result.subject)}
    row["lacking"] = max(0, found.required_n - result.counted)
    for show in SHOW:
        row[f"{show}_url"] = _people_url(found.step, result.letter, show)
    if result.counted:
        low, high = result.interval
        row |= {"rate": f"{result.rate:.1%}", "interval": f"{low:.1%} to {high:.1%}"}
    return row


def _verdict(found: StepResults) -> dict[str, Any]:
    """The verdict in words: a heading, a sentence, icon and tone; and how far the best is from the first."""
    verdict = found.verdict
    name = verdict.verdict if verdict else NOT_ENOUGH
    words, icon, tone = LOOKS[name]
    if verdict and name in ("leading", "winner"):
        words = f"{words}: variant {verdict.best}"
    return {
        "verdict_name": name, "verdict_words": words, "verdict_icon": icon, "verdict_tone": tone,
        "verdict_reason": _reason(verdict, found.step), "verdict_winner": verdict.winner if verdict else None,
        "difference": _difference(verdict),
    }  # fmt: skip


def _reason(verdict: Verdict | None, step: Step) -> str:
    if verdict is None:
        return "Each variant needs somebody whose time for an answer is over."
    if verdict.verdict == "winner":
        brings = "brings more interest" if step.metric == Step.Metric.INTERESTED else "is answered more often"
        return f"Variant {verdict.best} {brings} than every other one, however often you looked."
    if verdict.verdict == "leading":
        return f"Variant {verdict.best} is ahead, and that may still be chance. Let it run on."
    if verdict.verdict == "no difference":
        return "No two variants are as far apart as the smallest difference that matters. Take whichever you like."
    return verdict.reason


def _difference(verdict: Verdict | None) -> str:
    """Of the best one beside the first to the first, in percentage points."""
    if verdict is None:
        return ""
    challenger = max((arm for arm in verdict.arms if arm.name != verdict.control), key=lambda arm: arm.rate)
    low, high = (f"{end * 100:+.1f}" for end in verdict.interval)
    return (
        f"{challenger.name} minus {verdict.control}: {verdict.estimate * 100:+.1f} points, between {low} and {high}."
    ).replace("-", "−")


def _people_url(step: Step, letter: str, show: str) -> str:
    url = reverse("outreach:variant_people", args=[step.sequence_id])
    return f"{url}?step={step.id}&variant={letter}&show={show}"


@require_GET
def variant_people(request: Request, sequence_id: UUID) -> HttpResponse:
    """Who got a variant, or answered it, newest first."""
    sequence = queries.get_sequence(request.actor, sequence_id)
    steps = list_compared_steps(request.actor, sequence_id)
    if not steps:
        raise NotFound("No step of this sequence has variants.")
    step, letter = _find_step(steps, request), request.GET.get("variant", "A")
    show = request.GET.get("show", "")
    show = show if show in SHOW else "sent"
    before, is_interest = find_id(request.GET.get("before")), step.metric == Step.Metric.INTERESTED
    found = list_recipients(request.actor, step, letter, show=show, before=before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    names = names_of(request.actor, {row.candidate_id for row in found})
    url = _people_url(step, letter, show)
    context = {
        "sequence": sequence,
        "step": step,
        "letter": letter,
        "what": "is interested" if is_interest and show == "answered" else SHOW[show],
        "rows": [(row, names.get(row.candidate_id, "")) for row in found],
        "views": [
            {
                "label": OUTCOMES[step.metric] if key == "answered" else label,
                "url": _people_url(step, letter, key),
                "is_current": key == show,
            }
            for key, label in LABELS.items()
        ],
        "next_url": f"{url}&before={found[-1].delivery_id}" if has_more else "",
        "first_url": url if before else "",
    }
    return render(request, "outreach/variant_people.html", context)


@require_POST
def choose_winner(request: Request, sequence_id: UUID) -> HttpResponse:
    """Give one variant to everybody from now on; Undo brings the others back."""
    step_id, letter = _step_id(request), request.POST.get("variant", "")
    retired = operations.choose_winner(actor=request.actor, sequence_id=sequence_id, step_id=step_id, letter=letter)
    undo_url = ""
    if retired:
        kept = {"sequence": str(sequence_id), "step": str(step_id), "letters": retired}
        undo_url = reverse("outreach:variants_undo", args=[undoing.keep(request.actor, UNDO_SCOPE, kept)])
    messages.success(
        request, f"Everybody who comes to this step gets variant {letter} from now on.", extra_tags=undo_url
    )
    return redirect(_results_url(sequence_id, step_id))


@require_POST
def bring_back(request: Request, sequence_id: UUID) -> HttpResponse:
    """Give a retired variant again."""
    step_id, letter = _step_id(request), request.POST.get("variant", "")
    said = _bring_back(request, sequence_id, step_id, [letter])
    messages.success(request, f"{said}.")
    return redirect(_results_url(sequence_id, step_id))


@require_POST
def undo(request: Request, word: str) -> HttpResponse:
    """Take the choice of a winner back."""
    require(request.actor, EDIT)
    kept = undoing.take(request.actor, UNDO_SCOPE, word)
    sequence_id, step_id = UUID(kept["sequence"]), UUID(kept["step"])
    said = _bring_back(request, sequence_id, step_id, kept["letters"])
    return taken_back(request, said, 0, _results_url(sequence_id, step_id))


def _bring_back(request: Request, sequence_id: UUID, step_id: UUID, letters: list[str]) -> str:
    found = operations.bring_back_variants(
        actor=request.actor, sequence_id=sequence_id, step_id=step_id, letters=letters
    )
    if not found:
        return "Nothing to bring back: it is given already"
    return f"Variants {', '.join(found)} are given again" if len(found) > 1 else f"Variant {found[0]} is given again"


def _results_url(sequence_id: UUID, step_id: UUID) -> str:
    return f"{reverse('outreach:results', args=[sequence_id])}?step={step_id}"


def _step_id(request: Request) -> UUID:
    step_id = find_id(request.POST.get("step"))
    if step_id is None:
        raise InvalidInput("Choose a step of this sequence.")
    return step_id
