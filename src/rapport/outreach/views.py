"""Pages: sequences, one of them with its people, what waits for a person. What changes them stands below each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.lib import clock
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.requests import Request, find_id, next_url
from rapport.mail.merge_fields import label_of
from rapport.mail.showing import for_frame, frame
from rapport.outreach import operations, queries
from rapport.outreach.claiming import room_of
from rapport.outreach.ending import EXIT_LABELS
from rapport.outreach.funnel import LATEST, Funnel, read_funnel
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step
from rapport.outreach.permissions import EDIT, ENROLL
from rapport.outreach.tag_uses import list_lost_tags
from rapport.outreach.variant_results import required_in_each
from rapport.outreach.views_funnel import figures_of

TONES = {"active": "good", "paused": "warn", "draft": "", "archived": ""}


@require_GET
def list_(request: Request) -> HttpResponse:
    """All sequences, with what waits for a person above them."""
    archived = request.GET.get("show") == "archived"
    rows = queries.list_sequences(request.actor, archived=archived)
    context = {
        "rows": rows,
        "archived": archived,
        "views": [
            {"label": "In use", "url": "?", "is_current": not archived},
            {"label": "Archived", "url": "?show=archived", "is_current": archived},
        ],
        "unclear": sum(row.unclear for row in rows),
        "planned": sum(row.planned for row in rows),
        "can_edit": holds(request.actor, EDIT),
        "tones": TONES,
    }
    return render(request, "outreach/list.html", context)


@require_GET
@vary_on_headers("HX-Request")
def detail(request: Request, sequence_id: UUID) -> HttpResponse:
    """One sequence: its steps, and who is where in it."""
    row = queries.get_row(request.actor, sequence_id)
    sequence = row.sequence
    show = request.GET.get("show", "active")
    show = show if show in queries.FILTERS else "active"
    page = queries.list_enrollments(request.actor, sequence_id, show=show, before=find_id(request.GET.get("before")))
    waiting = {delivery.id: delivery.state for delivery in _in_hand(page.rows)}
    why_not = ""
    if sequence.state == Sequence.State.ACTIVE and sequence.mailbox is not None:
        why_not = room_of(sequence.mailbox, clock.now())[1]
    funnel = read_funnel(request.actor, sequence)
    steps = _steps(sequence, funnel)
    context = {
        "row": row,
        "sequence": sequence,
        "steps": steps,
        "only_latest": LATEST if funnel.is_capped else 0,
        "lost_tags": list_lost_tags(sequence, steps) if sequence.state != Sequence.State.ARCHIVED else [],
        "enrollments": [_line(enrollment, waiting) for enrollment in page.rows],
        "show": show,
        "filters": [
            {"label": label, "url": f"?show={key}", "is_current": key == show, "count": row.counts[key]}
            for key, label in queries.FILTERS.items()
            if (key != "goal" or sequence.goal != Sequence.Goal.REPLY) and (key != "held_out" or row.counts["held_out"])
        ],
        "next_url": f"?show={show}&before={page.next_before}" if page.next_before else "",
        "first_url": f"?show={show}" if request.GET.get("before") else "",
        "unclear": _unclear(request, row),
        "why_not": why_not,
        "tone": TONES[sequence.state],
        "can_edit": holds(request.actor, EDIT),
        "can_enroll": holds(request.actor, ENROLL),
        "here": request.get_full_path(),
    }
    return render(request, "outreach/detail.html" + ("#people" if request.htmx else ""), context)


def _steps(sequence: Sequence, funnel: Funnel) -> list[Step]:
    """The steps, with `required_people` in each variant where they have several, and `figures`, what each brought."""
    steps = queries.list_steps(sequence)
    for step in steps:
        count = len(vars(step)["texts"])
        vars(step)["figures"] = figures_of(funnel, step)
        vars(step)["required_people"] = required_in_each(step, count) if count > 1 else 0
    return steps


def _unclear(request: Request, row: queries.SequenceRow) -> list[Any]:
    if not row.unclear:
        return []
    return queries.list_waiting(request.actor, Delivery.State.UNCLEAR, sequence_id=row.sequence.id, limit=20)


def _in_hand(enrollments: list[Enrollment]) -> list[Delivery]:
    ids = [row.delivery_id for row in enrollments if row.delivery_id]
    return list(Delivery.objects.filter(id__in=ids).only("id", "state")) if ids else []


def _line(enrollment: Enrollment, waiting: dict[UUID, str]) -> dict[str, Any]:
    """A row of the table: what comes next, what held it back, how it ended."""
    state = waiting.get(enrollment.delivery_id) if enrollment.delivery_id else ""
    if enrollment.state == Enrollment.State.EXITED:
        outcome, tone = EXIT_LABELS.get(enrollment.exit_reason, "Stopped"), ""
        tone = "good" if enrollment.exit_reason in ("replied", "interested", "applied", "hired", "goal") else tone
        tone = "bad" if enrollment.exit_reason in ("refused", "bounced", "complained") else tone
    elif state == "planned":
        outcome, tone = "Waits for approval", "info"
    elif state == "unclear":
        outcome, tone = "Unclear whether it arrived", "warn"
    elif state in ("claimed", "in_flight"):
        outcome, tone = "Being sent", ""
    elif enrollment.last_outcome == "failed":
        outcome, tone = "Tried in vain", "warn"
    else:
        outcome, tone = ("Sent", "") if enrollment.sent_count else ("", "")
    return {
        "enrollment": enrollment, "candidate": enrollment.candidate, "outcome": outcome, "tone": tone,
        "reason": enrollment.exit_note or enrollment.waits_for,
    }  # fmt: skip


@require_POST
def move(request: Request, sequence_id: UUID) -> HttpResponse:
    """Start, pause or archive a sequence."""
    actions = {
        "activate": (operations.activate_sequence, "is sending now"),
        "pause": (operations.pause_sequence, "is paused; everybody keeps their place"),
        "archive": (operations.archive_sequence, "is archived"),
    }
    if request.POST.get("do") not in actions:
        raise InvalidInput("Choose what to do with the sequence.")
    act, words = actions[request.POST["do"]]
    note = {"note": request.POST.get("note", "")} if request.POST["do"] == "activate" else {}
    sequence = act(actor=request.actor, sequence_id=sequence_id, **note)
    messages.success(request, f"{sequence.name} {words}.")
    return redirect(next_url(request, reverse("outreach:detail", args=[sequence_id])))


@require_POST
def exit_(request: Request, sequence_id: UUID) -> HttpResponse:
    """Stop the chosen people's enrollments."""
    queries.get_sequence(request.actor, sequence_id)
    ids = [key for key in (find_id(value) for value in request.POST.getlist("ids")) if key]
    if not ids:
        raise InvalidInput("Select somebody first.")
    count = operations.exit_enrollments(actor=request.actor, enrollment_ids=ids, note="Stopped by hand.")
    messages.success(request, f"Stopped for {count:,} {'person' if count == 1 else 'people'}.")
    return redirect(next_url(request, reverse("outreach:detail", args=[sequence_id])))


@require_GET
def waiting(request: Request) -> HttpResponse:
    """What waits for a person: mails to approve, and mails of which nobody knows whether they arrived."""
    require(request.actor, ENROLL)
    sequence_id = find_id(request.GET.get("sequence"))
    context = {
        "planned": _planned(request, sequence_id),
        "unclear": queries.list_waiting(request.actor, "unclear", sequence_id=sequence_id),
        "here": request.get_full_path(),
    }
    return render(request, "outreach/waiting.html", context)


def _planned(request: Request, sequence_id: UUID | None) -> list[dict[str, Any]]:
    """The mails to approve as they would go out now, each with the places that a person fills in."""
    from rapport.outreach.settling import rebuild

    waiting = queries.list_waiting(request.actor, "planned", sequence_id=sequence_id, limit=50)
    parcels = {done.parcel.delivery_id: done.parcel for done in rebuild([delivery.id for delivery, _ in waiting])}
    rows = []
    for delivery, enrollment in waiting:
        row: dict[str, Any] = {
            "delivery": delivery,
            "enrollment": enrollment,
            "places": [],
            "open_count": 0,
            "letter": "",
        }
        if parcel := parcels.get(delivery.id):
            texts = {name: "" if parcel.values[name] == name else parcel.values[name] for name in parcel.to_fill}
            row["content"], row["letter"] = parcel.content, parcel.step.letter
            row["is_formatted"] = parcel.step.text.template.is_formatted
            row["places"] = [{"label": label_of(name), "text": text} for name, text in texts.items()]
            row["open_count"] = sum(not text for text in texts.values())
        rows.append(row)
    return rows


@frame
def waiting_mail(request: Request, delivery_id: UUID) -> str:
    """The HTML of a mail that waits for approval, as it would go out now."""
    from rapport.outreach.settling import rebuild

    require(request.actor, ENROLL)
    if not queries.list_waiting(request.actor, "planned", delivery_id=delivery_id):
        raise NotFound("This mail does not wait for anybody any more.")
    (done,) = rebuild([delivery_id])
    return for_frame(done.parcel.content.html, dark=request.GET.get("dark") == "1")


def _fill_in(request: Request) -> None:
    """Keep what was written in the places of any mail on the page; fields are named "fill.<mail>.<what it asks for>"."""
    entered: dict[UUID, dict[str, str]] = {}
    for field, text in request.POST.items():
        kind, _, rest = field.partition(".")
        key, _, label = rest.partition(".")
        if kind == "fill" and (delivery_id := find_id(key)):
            entered.setdefault(delivery_id, {})[f"[[{label}]]"] = str(text)
    gone = 0
    for delivery_id, texts in sorted(entered.items()):
        try:
            operations.fill_placeholders(actor=request.actor, delivery_id=delivery_id, texts=texts)
        except (NotFound, Conflict):
            gone += any(texts.values())
    if gone:
        messages.warning(request, "A mail does not wait any more; what was written for it is not used.")


@require_POST
def approve(request: Request) -> HttpResponse:
    """Keep what was filled in, and approve or leave out mails that wait for it."""
    if request.POST.get("do") != "decline":
        _fill_in(request)
    if request.POST.get("do") == "fill":
        messages.success(request, "Saved. Nothing goes out before you approve it.")
        return redirect(next_url(request, reverse("outreach:waiting")))
    ids = [key for key in (find_id(value) for value in request.POST.getlist("ids")) if key]
    if not ids:
        raise InvalidInput("Select a mail first.")
    if request.POST.get("do") == "decline":
        for delivery_id in ids:
            operations.decline_delivery(actor=request.actor, delivery_id=delivery_id)
        messages.success(request, f"{len(ids)} left out.")
    else:
        count = operations.approve_deliveries(actor=request.actor, delivery_ids=ids)
        left = queries.count_unapproved(request.actor, ids)
        if count or not left:
            messages.success(request, f"{count} approved. They go out within business hours.")
        if left:
            wait = "One mail still waits" if left == 1 else f"{left} mails still wait"
            messages.warning(request, f"{wait} for what stands in double brackets. Fill it in, then approve.")
    return redirect(next_url(request, reverse("outreach:waiting")))


@require_POST
def resolve(request: Request, delivery_id: UUID) -> HttpResponse:
    """Settle an unclear mail: it was sent, send it again, or leave it out."""
    decision = request.POST.get("decision", "")
    operations.resolve_unclear(actor=request.actor, delivery_id=delivery_id, decision=decision)
    words = {"sent": "Counted as sent.", "again": "It will be sent once more.", "skip": "Left out."}
    messages.success(request, words[decision])
    return redirect(next_url(request, reverse("outreach:waiting")))
