"""The inbox, a conversation, suppressed addresses, and the link that leads on."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds
from rapport.lib import clock
from rapport.lib.doors import add_errors, toast
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.requests import Request, next_url
from rapport.mail import address_tokens, operations, queries
from rapport.mail.clicks import Visit
from rapport.mail.forms import MessageForm, SuppressionForm
from rapport.mail.models import Message
from rapport.mail.permissions import SEND, SUPPRESS


@require_GET
def inbox(request: Request) -> HttpResponse:
    """Mail that waits for an answer, newest first."""
    rows = queries.list_inbox(request.actor, before=_position(request.GET.get("before", "")))
    has_more = len(rows) > queries.messages.INBOX_PAGE
    rows = rows[: queries.messages.INBOX_PAGE]
    last = rows[-1].received_at if has_more else None
    more = f"?{urlencode({'before': f'{last.isoformat()}_{rows[-1].id}'})}" if last else ""
    context = {
        "rows": rows,
        "count": queries.count_inbox(request.actor),
        "next_url": more,
        "can_send": holds(request.actor, SEND),
    }
    return render(request, "mail/inbox.html", context)


def _position(text: str) -> tuple[datetime, UUID] | None:
    moment, _, key = text.partition("_")
    try:
        return clock.read_moment(moment), UUID(key)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def message(request: Request, message_id: UUID) -> HttpResponse:
    """A conversation, with a reply to its latest incoming message."""
    chosen = queries.get_message(request.actor, message_id)
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
                answers_id=chosen.id,
            )
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"to_address": str(error)}))
        else:
            messages.success(request, f"Your answer to {_other_name(chosen) or _other_address(chosen)} is on its way.")
            return redirect(next_url(request, reverse("mail:message", args=[chosen.id])))
    context = {
        "message": chosen,
        "thread": queries.list_thread(request.actor, chosen.thread_id),
        "form": form,
        "can_send": holds(request.actor, SEND) and queries.sendable_mailboxes(request.actor).exists(),
        "candidate_id": chosen.subjects.get("candidate"),
    }
    return render(request, "mail/message.html", context, status=422 if form.errors else 200)


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


@require_POST
def done(request: Request, message_id: UUID) -> HttpResponse:
    """Put a message aside; with htmx the row goes and a toast offers to take it back."""
    operations.mark_done(actor=request.actor, message_id=message_id)
    undo = reverse("mail:reopen", args=[message_id])
    if request.htmx:
        return toast(HttpResponse(""), "Done. It is off the inbox.", tone="good", undo_url=undo)
    messages.success(request, "Done. It is off the inbox.")
    return redirect("mail:inbox")


@require_POST
def reopen(request: Request, message_id: UUID) -> HttpResponse:
    operations.reopen(actor=request.actor, message_id=message_id)
    if request.htmx:
        response = HttpResponse("")
        response["HX-Refresh"] = "true"
        return response
    return redirect("mail:inbox")


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
    """Lead on to the address a mail names, and keep that the link was followed; no cookie, nothing of the visitor."""
    url = request.GET.get("to", "")
    message_id = address_tokens.read_click_token(token, url)
    if message_id is None:
        raise NotFound("This link is not one of ours, or a part of it was cut off.")
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or request.headers.get("X-Moz") or ""
    visit = Visit(url, request.method or "", request.headers.get("User-Agent", ""), purpose, clock.now())
    operations.note_click(message_id=message_id, visit=visit)
    response = HttpResponse(status=302, headers={"Location": iri_to_uri(url), "Referrer-Policy": "no-referrer"})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
