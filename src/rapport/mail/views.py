"""A conversation, suppressed addresses, and the link that leads on."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.requests import Request, find_id, next_url
from rapport.mail import link_door, operations, queries
from rapport.mail.forms import MessageForm, SuppressionForm
from rapport.mail.models import Conversation, Message, ReplyIntent
from rapport.mail.offers import list_offers
from rapport.mail.permissions import SEND, SUPPRESS
from rapport.mail.showing import written
from rapport.mail.views_inbox import snooze_days


@require_http_methods(["GET", "POST"])
def message(request: Request, message_id: UUID) -> HttpResponse:
    """A conversation, with a reply to its latest incoming message."""
    found = queries.get_thread(request.actor, message_id)
    chosen, thread, conversation = found.chosen, found.messages, found.conversation
    form = _reply_form(request, chosen)
    if request.method == "POST" and form.is_valid():
        try:
            operations.send_message(
                actor=request.actor,
                mailbox_id=form.cleaned_data["mailbox"].id,
                to_address=form.cleaned_data["to_address"],
                to_name=_other_name(chosen),
                subject=form.cleaned_data["subject"],
                text=form.cleaned_data["text"],
                subjects={kind: UUID(key) for kind, key in chosen.subjects.items()},
                answers_id=_answered_id(request, chosen, thread),
                look=form.cleaned_data["look"],
            )
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"to_address": str(error)}))
        else:
            messages.success(request, f"Your answer to {_other_name(chosen) or _other_address(chosen)} is on its way.")
            return redirect(next_url(request, reverse("mail:message", args=[chosen.id])))
    may_send = holds(request.actor, SEND)
    context = {
        "message": chosen,
        "entries": _entries(request, thread, conversation),
        **_found(request, thread),
        "form": form,
        "answers_id": _answered_id(request, chosen, thread),
        "can_send": may_send and queries.sendable_mailboxes(request.actor).exists(),
        "candidate_id": chosen.subjects.get("candidate"),
        "conversation": conversation,
        "can_triage": may_send and found.is_in_inbox,
        "here": request.get_full_path(),
        "may_correct": may_send,
        "intent_kinds": ReplyIntent.Kind.choices,
        **_standing(conversation, clock.now()),
        **snooze_days(clock.now()),
    }
    return render(request, "mail/message.html", context, status=422 if form.errors else 200)


@require_POST
def preview_answer(request: Request, message_id: UUID) -> HttpResponse:
    """The answer in the form as it would go out now; a fragment for htmx, nothing is sent."""
    require(request.actor, SEND)
    queries.get_message(request.actor, message_id)
    return render(request, "mail/_written.html", written(request, mailbox_id=find_id(request.POST.get("mailbox"))))


def _found(request: Request, thread: Sequence[Message]) -> dict[str, Any]:
    """What the last replies brought along, and what could be made of it; of old ones it is being read."""
    replies = [row for row in thread if row.is_incoming and row.kind == Message.Kind.REPLY]
    found, unread = queries.read_found(replies), queries.list_unread(replies)
    operations.ask_to_read(unread)
    return {
        "attachments": [(read.message, file) for read in found for file in read.files],
        "offers": list_offers(request.actor, found),
        "is_reading": any(row.has_attachments for row in unread),
    }


def _entries(request: Request, thread: Sequence[Message], conversation: Conversation | None) -> list[dict[str, Any]]:
    """Messages and comments as they came."""
    comments = queries.list_comments(request.actor, conversation.id) if conversation else []
    standings = queries.list_standings([row for row in thread if row.is_incoming], clock.now())
    found: list[tuple[datetime, dict[str, Any]]] = [
        (row.created_at, {"message": row, "standing": standings.get(row.id)}) for row in thread
    ]
    found += [(row.created_at, {"comment": row, "is_own": row.author_id == request.actor.id}) for row in comments]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _standing(conversation: Conversation | None, now: datetime) -> dict[str, bool]:
    """Whether it is off the inbox for a while, and whether it has waited longer than the mailbox's target."""
    answer_by = conversation.answer_by() if conversation else None
    is_snoozed = conversation is not None and conversation.is_snoozed(now)
    return {"is_snoozed": is_snoozed, "is_late": not is_snoozed and answer_by is not None and answer_by < now}


def _answered_id(request: Request, chosen: Message, thread: Sequence[Message]) -> UUID:
    """What an answer answers: the last message of theirs that stood on the page; what came since still waits."""
    seen, ids = find_id(request.POST.get("answers")), [row.id for row in thread if row.is_incoming]
    if seen in ids:
        return seen
    return ids[-1] if ids else chosen.id


def _reply_form(request: Request, chosen: Message) -> MessageForm:
    mailboxes = queries.sendable_mailboxes(request.actor)
    subject = chosen.subject if chosen.subject.lower().startswith("re:") else f"Re: {chosen.subject}"
    own = mailboxes.filter(id=chosen.mailbox_id).first() or mailboxes.first()
    initial = {"mailbox": own, "to_address": _other_address(chosen), "subject": subject}
    return MessageForm(request.POST or None, mailboxes=mailboxes, initial=initial)


def _other_address(chosen: Message) -> str:
    return chosen.from_address if chosen.is_incoming else chosen.to_address


def _other_name(chosen: Message) -> str:
    return chosen.from_name if chosen.is_incoming else chosen.to_name


@require_GET
def source(request: Request, message_id: UUID) -> HttpResponseBase:
    """The message as it arrived, to be saved as a file."""
    chosen = queries.get_message(request.actor, message_id)
    if not chosen.storage_name or not default_storage.exists(chosen.storage_name):
        raise NotFound("The original of this message is not kept.")
    response = FileResponse(
        default_storage.open(chosen.storage_name), as_attachment=True, filename=f"{chosen.id}.eml",
        content_type="application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def attachment(request: Request, message_id: UUID, number: int) -> HttpResponseBase:
    """A file that came with a message, to be saved."""
    found, file = queries.get_file(request.actor, message_id, number)
    name = "".join(letter for letter in file.filename if letter.isprintable() and letter not in "/\\")[:150]
    response = FileResponse(
        BytesIO(queries.read_file(found, file)), as_attachment=True, filename=name or "attachment",
        content_type="application/octet-stream",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def resolve(request: Request, message_id: UUID) -> HttpResponse:
    """A person settles an unclear message."""
    arrived = request.POST.get("arrived") == "yes"
    chosen = operations.resolve_unclear(actor=request.actor, message_id=message_id, arrived=arrived)
    words = "counts as sent" if arrived else "is sent once more"
    messages.success(request, f"The message to {chosen.to_address} {words}.")
    return redirect("mail:mailboxes")


@require_http_methods(["GET", "POST"])
def suppressions(request: Request) -> HttpResponse:
    """Addresses that are never mailed; adding one by hand."""
    query = request.GET.get("q", "")
    form = SuppressionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.suppress_address(actor=request.actor, reason="manual", **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['address']} gets no more mail.")
            return redirect("mail:suppressions")
    rows = queries.list_suppressions(request.actor, query=query)[:200]
    context = {"rows": rows, "form": form, "query": query, "can_edit": holds(request.actor, SUPPRESS)}
    return render(request, "mail/suppressions.html", context, status=422 if form.errors else 200)


@require_POST
def lift(request: Request, suppression_id: UUID) -> HttpResponse:
    operations.lift_suppression(actor=request.actor, suppression_id=suppression_id, why=request.POST.get("why", ""))
    messages.success(request, "Mail to this address is allowed again.")
    return redirect("mail:suppressions")


@login_not_required
@require_http_methods(["GET", "HEAD"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to the address a mail names, as the door before Django does where the web server comes by it."""
    headers = link_door.lead_on(request.META, token, request.GET.get("to", ""))
    if headers is None:
        raise NotFound("This link is not one of ours, or a part of it was cut off.")
    return HttpResponse(status=302, headers=dict(headers))
