"""What each step of a sequence brought, and the people behind each figure."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rapport.candidates.queries import names_of
from rapport.lib.requests import Request, find_id
from rapport.outreach import queries
from rapport.outreach.ending import EXIT_LABELS
from rapport.outreach.funnel import FIGURES, PAGE, Funnel, list_touched
from rapport.outreach.models import Enrollment, Step

# Beside the number on the step, the heading of its page, the name of its filter, the head of the column with the moment.
WORDS = {
    "here": ("here", "Who is at this step", "Here", "Due"),
    "sent": ("sent", "Who got this mail", "Sent", "Sent"),
    "answered": ("answered", "Who answered this mail", "Answered", "Answered"),
    "over": ("passed over", "Who was passed over", "Passed over", "Passed over"),
    "wait": ("waited", "Who waited here", "Waited", "Until"),
    "task": ("given as a task", "Whose task was given", "Task given", "Given"),
}


def figures_of(funnel: Funnel, step: Step) -> list[dict[str, Any]]:
    """What a step brought, in the order of FIGURES, with the page of each figure's people; none of nobody."""
    found = funnel.steps.get(step.id, {})
    return [
        {"count": found[figure], "label": WORDS[figure][0], "url": people_url(step, figure)}
        for figure in FIGURES
        if found.get(figure)
    ]


def people_url(step: Step, figure: str) -> str:
    return f"{reverse('outreach:step_people', args=[step.sequence_id, step.id])}?show={figure}"


@require_GET
def step_people(request: Request, sequence_id: UUID, step_id: UUID) -> HttpResponse:
    """The people behind a figure of a step, those who came last first."""
    sequence = queries.get_sequence(request.actor, sequence_id)
    step = queries.get_step(request.actor, sequence_id, step_id)
    show = request.GET.get("show", "")
    show = show if show in WORDS else "here"
    before = find_id(request.GET.get("before"))
    found = list_touched(request.actor, step, show, before=before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    names = names_of(request.actor, {row.candidate_id for row in found})
    enrollments = Enrollment.objects.select_related("step").in_bulk([row.enrollment_id for row in found])
    _, heading, _, moment = WORDS[show]
    context = {
        "sequence": sequence,
        "step": step,
        "heading": heading,
        "moment": moment,
        "rows": [(row, names.get(row.candidate_id, ""), _now(enrollments[row.enrollment_id])) for row in found],
        "views": [
            {"label": label, "url": people_url(step, key), "is_current": key == show}
            for key, (_, _, label, _) in WORDS.items()
            if key == show or key in _possible(step)
        ],
        "next_url": f"{people_url(step, show)}&before={found[-1].enrollment_id}" if has_more else "",
        "first_url": people_url(step, show) if before else "",
    }
    return render(request, "outreach/step_people.html", context)


def _possible(step: Step) -> set[str]:
    """The figures that a step of its kind has."""
    of_kind = {"sent", "answered"} if step.kind in Step.MAILS else {step.kind}
    return {"here", *of_kind, *(["over"] if step.only_if else [])}


def _now(enrollment: Enrollment) -> str:
    """Where somebody is by now."""
    if enrollment.state == Enrollment.State.EXITED:
        return EXIT_LABELS.get(enrollment.exit_reason, "Stopped")
    if enrollment.state == Enrollment.State.FINISHED:
        return "Finished"
    return f"At step {enrollment.step.position}" if enrollment.step else "Going"
