"""The inbox: conversations, who has them and since when they wait, and what is done with one or many of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.lib import clock
from rapport.lib import undo as undoing
from rapport.lib.doors import taken_back, toast
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request, find_id, next_url
from rapport.mail import operations, queries
from rapport.mail.operations.inbox import Change
from rapport.mail.permissions import SEND, VIEW
from rapport.mail.queries.conversations import PAGE, SHOWS, Place, place_of

UNDO_SCOPE = "inbox"
MOST_AT_ONCE = 500
MORNING = time(8)
LABELS = dict(zip(SHOWS, ("All", "Mine", "Unassigned", "Waiting", "Snoozed", "Done"), strict=True))
EMPTY = {
    "all": ("Nothing in the inbox", "When a candidate answers, the conversation comes here until it is done."),
    "mine": ("Nothing is yours", "Conversations that you or a colleague assign to you come here."),
    "unassigned": ("Everything has somebody", "Conversations that nobody has taken yet come here."),
    "waiting": ("Nobody waits for you", "Who wrote and has no answer yet comes here, the longest wait first."),
    "snoozed": ("Nothing is put off", "What you snooze waits here until its day, or until they write again."),
    "done": ("Nothing is done yet", "What was put aside is kept here, and can be taken back."),
}  # fmt: skip


@require_GET
def inbox(request: Request) -> HttpResponse:
    """Conversations: all, mine, unassigned, waiting, snoozed or done; with words or a mailbox only those that fit."""
    return render(request, "mail/inbox.html" + ("#results" if request.htmx else ""), _context(request))


def _context(request: Request) -> dict[str, Any]:
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    words, mailbox_id = request.GET.get("q", "").strip(), find_id(request.GET.get("mailbox"))
    after = _read_place(request.GET.get("after", ""))
    rows = queries.list_conversations(request.actor, show=show, mailbox_id=mailbox_id, words=words, after=after)
    chosen = {"q": words, "mailbox": str(mailbox_id or "")}
    kept = {name: value for name, value in chosen.items() if value}
    more = {"show": show, **kept, "after": _write_place(place_of(rows[PAGE - 1], show))} if len(rows) > PAGE else None
    counts = queries.count_conversations(request.actor)
    now = clock.now()
    return {
        "rows": [{"it": row, "is_late": _is_late(row.answer_by(), now)} for row in rows[:PAGE]],
        "show": show,
        "query": words,
        "mailbox_id": mailbox_id,
        "mailboxes": queries.list_mailboxes(request.actor),
        "tabs": [
            {"label": LABELS[key], "url": f"?{urlencode({'show': key, **kept})}", "is_current": key == show, "count": counts.get(key)}
            for key in SHOWS
        ],
        "waiting": counts["waiting"],
        "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": f"?{urlencode({'show': show, **kept})}" if after else "",
        "here": request.get_full_path(),
        "act_url": f"{reverse('mail:inbox_act')}?{urlencode({'show': show, **kept})}",
        "is_narrowed": bool(kept),
        "empty": EMPTY[show],
        "can_send": holds(request.actor, SEND),
        **snooze_days(now),
    }  # fmt: skip


def snooze_days(now: datetime) -> dict[str, Any]:
    """The days that are offered for snoozing: tomorrow, next Monday, in a month; in the reader's zone."""
    today = timezone.localtime(now).date()
    days = {
        "Tomorrow": today + timedelta(days=1),
        "Monday": today + timedelta(days=7 - today.weekday()),
        "In four weeks": today + timedelta(days=28),
    }
    return {
        "snooze_days": [{"label": label, "on": on} for label, on in days.items()],
        "first_snooze_day": days["Tomorrow"],
    }


def _is_late(answer_by: datetime | None, now: datetime) -> bool:
    return answer_by is not None and answer_by < now


def _write_place(place: Place) -> str:
    since = place.waiting_since.isoformat() if place.waiting_since else ""
    return f"{since}_{place.at.isoformat()}_{place.id}"


def _read_place(text: str) -> Place | None:
    try:
        since, at, key = text.split("_")
        return Place(clock.read_moment(since) if since else None, clock.read_moment(at), UUID(key))
    except ValueError:
        return None


@require_POST
def act(request: Request) -> HttpResponse:
    """Do what the form asks (`do`: assign, mine, nobody, snooze, done or reopen) with the chosen conversations.

    Answers with the list as it is now, or leads back to where the form stood; Undo takes the whole of it back.
    """
    said, undo_url = _act(request)
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return redirect(next_url(request, reverse("mail:inbox")))
    return toast(render(request, "mail/inbox.html#results", _context(request)), said, tone="good", undo_url=undo_url)


def _act(request: Request) -> tuple[str, str]:
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise InvalidInput("Choose what to do with the selected conversations.")
    try:
        ids = list(dict.fromkeys(UUID(value) for value in request.POST.getlist("ids")))[:MOST_AT_ONCE]
    except ValueError as error:
        raise InvalidInput("This selection cannot be read. Reload the page and select again.") from error
    changes, said = action(request, ids)
    if not changes:
        return "Nothing to change: it is so already.", ""
    word = undoing.keep(request.actor, UNDO_SCOPE, {"changes": [change.as_json() for change in changes]})
    return f"{_count(changes)} {said}.", reverse("mail:inbox_undo", args=[word])


def _assign(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    chosen = find_id(request.POST.get("assignee"))
    if chosen is None:
        raise InvalidInput({"assignee": "Choose a colleague from the list."})
    changes = operations.assign(actor=request.actor, conversation_ids=ids, assignee_id=chosen)
    return changes, "assigned"


def _mine(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    return operations.assign(actor=request.actor, conversation_ids=ids, assignee_id=request.actor.id), "assigned to you"


def _nobody(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    return operations.assign(actor=request.actor, conversation_ids=ids, assignee_id=None), "left to whoever takes it"


def _snooze(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    until = morning_of(request.POST.get("until") or request.POST.get("day", ""))
    changes = operations.snooze(actor=request.actor, conversation_ids=ids, until=until)
    local = timezone.localtime(until)
    return changes, f"snoozed until {local:%a} {local.day} {local:%B}"


def morning_of(text: str) -> datetime:
    """Eight o'clock of a day in the reader's zone."""
    try:
        day = parse_date(text)
    except ValueError:  # such as February 30
        day = None
    if day is None or not 1900 < day.year < 9000:
        raise InvalidInput({"until": "Choose the day on which it comes back."})
    return datetime.combine(day, MORNING, tzinfo=timezone.get_current_timezone())


def _done(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    return operations.mark_done(actor=request.actor, conversation_ids=ids), "done"


def _reopen(request: Request, ids: list[UUID]) -> tuple[list[Change], str]:
    return operations.reopen(actor=request.actor, conversation_ids=ids), "back in the inbox"


ACTIONS: dict[str, Callable[[Request, list[UUID]], tuple[list[Change], str]]] = {
    "assign": _assign,
    "mine": _mine,
    "nobody": _nobody,
    "snooze": _snooze,
    "done": _done,
    "reopen": _reopen,
}


def _count(changes: Sequence[object]) -> str:
    return "1 conversation" if len(changes) == 1 else f"{len(changes):,} conversations"


@require_POST
@transaction.atomic
def undo(request: Request, word: str) -> HttpResponse:
    """Take back what was done; what somebody changed since stays as it is, and the message says so."""
    require(request.actor, VIEW)
    changes = [Change.from_json(kept) for kept in undoing.take(request.actor, UNDO_SCOPE, word)["changes"]]
    done = operations.restore(actor=request.actor, changes=changes)
    left_count = len(changes) - len(done)
    return taken_back(request, f"{_count(done)} as before", left_count, next_url(request, reverse("mail:inbox")))


@require_POST
def correct_intent(request: Request, message_id: UUID) -> HttpResponse:
    """One click says what a reply really wants; `come_back_on` belongs to "not now"."""
    day = request.POST.get("come_back_on", "")
    row = operations.correct_intent(
        actor=request.actor, message_id=message_id, kind=request.POST.get("kind", ""),
        come_back_on=morning_of(day).date() if day else None,
    )  # fmt: skip
    messages.success(request, f"It reads as “{row.get_kind_display()}” now, with what follows from that.")
    return redirect("mail:message", message_id)


@require_POST
def comment(request: Request, conversation_id: UUID) -> HttpResponse:
    """Say something to colleagues; with htmx what was refused stays in the form."""
    mentioned = [find_id(value) or UUID(int=0) for value in request.POST.getlist("mentioned")]
    operations.add_comment(
        actor=request.actor, conversation_id=conversation_id, text=request.POST.get("text", ""), mentioned_ids=mentioned
    )
    messages.success(request, "Your comment is kept, for colleagues only.")
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect(next_url(request, reverse("mail:inbox")))


@require_POST
def delete_comment(request: Request, comment_id: UUID) -> HttpResponse:
    operations.delete_comment(actor=request.actor, comment_id=comment_id)
    messages.success(request, "The comment is deleted.")
    return redirect(next_url(request, reverse("mail:inbox")))


@require_GET
def colleagues(request: Request) -> HttpResponse:
    """Options of a combobox: who can be given a conversation."""
    require(request.actor, SEND)
    found = queries.suggest_colleagues(request.actor, request.GET.get("q", ""))
    return render(request, "accounts/_people_options.html", {"people": found})
