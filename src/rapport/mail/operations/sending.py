"""Sending one message: the row first, then SMTP, then what came of it.

The Message-ID is fixed when the row is written. Before the message is handed to the server the row says in_flight; a
process that dies there leaves the row so, and `mark_lost_unclear` later shows it as unclear. Nobody sends it again by
itself: a person decides with `resolve_unclear`.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.addresses import normal_address
from rapport.lib.errors import Conflict, InvalidInput, NotFound, PermanentFailure
from rapport.lib.ids import new_id
from rapport.lib.queue import enqueue
from rapport.mail import address_tokens, queries, smtp
from rapport.mail.activities import MESSAGE_FAILED, MESSAGE_QUEUED, MESSAGE_SENT, MESSAGE_UNCLEAR
from rapport.mail.composing import Content, Envelope, content_of, make_message_id, with_signature, write_message
from rapport.mail.headers import Address, ascii_address
from rapport.mail.merge_fields import open_placeholders, quoted
from rapport.mail.models import Look, Mailbox, Message, MessageBody, Suppression, TemplateVersion
from rapport.mail.operations.conversations import note_answer, take_back_answer
from rapport.mail.operations.mailboxes import note_failure, note_success, smtp_settings
from rapport.mail.operations.pacing import Unsent, count_personal, give_back, lock_bucket, slow_down, take
from rapport.mail.permissions import SEND
from rapport.mail.queries.pacing import domain_of
from rapport.mail.smtp_opening import SmtpSettings
from rapport.mail.subjects import subjects_of
from rapport.mail.throttling import says_too_many

logger = logging.getLogger(__name__)

# RFC 5321, section 4.5.4.1: wait at least half an hour between tries after a while, give up after some days.
RETRY_AFTER = (
    timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6),
    timedelta(hours=12), timedelta(hours=24), timedelta(hours=24),
)  # fmt: skip
LOST_AFTER = timedelta(minutes=20)  # longer than connecting, sending and the answer to the final dot may take (smtp.py)


def send_message(
    *,
    actor: Actor,
    mailbox_id: UUID,
    to_address: str,
    subject: str,
    text: str,
    subjects: Mapping[str, UUID],
    to_name: str = "",
    answers_id: UUID | None = None,
    template_version_id: UUID | None = None,
    look: str = Look.PLAIN,
    is_bulk: bool = False,
) -> Message:
    """Write a message to one person and queue it; the worker sends it within seconds.

    `subjects` ({"candidate": id}) come back with everything that happens to it. `answers_id` is the message it answers:
    it joins that thread, and answers it and what came before it (conversations). `template_version_id` is the wording that it
    was written from; a branded `look` sets it on the letterhead as it is when it goes out. Bulk mail carries a one-click unsubscribe (RFC 8058).
    Records message.queued. Raises NotAllowed without mail.send, NotFound for a mailbox the actor may not write from,
    InvalidInput by field, Conflict when the address is suppressed.
    """
    require(actor, SEND)
    address = _check(to_address, subject, text, look)
    if template_version_id and not TemplateVersion.objects.filter(id=template_version_id).exists():
        raise InvalidInput({"text": "The template this was written from does not exist any more. Choose another."})
    with transaction.atomic():
        mailbox = queries.sendable_mailboxes(actor).filter(id=mailbox_id).first()
        if mailbox is None:
            raise NotFound("There is no such mailbox that you may write from.")
        _refuse_suppressed(address)
        answered = _answered(answers_id)
        message = _new_message(actor, mailbox, address, subject, subjects, answered)
        message.to_name, message.template_version_id = to_name.strip()[:200], template_version_id
        message.is_bulk, message.preview = is_bulk, " ".join(text.split())[:200]
        message.save(force_insert=True)
        MessageBody.objects.create(message=message, text=text.replace("\r\n", "\n").strip("\n"), look=look)
        note_answer(message, answered)
        record(MESSAGE_QUEUED, actor=actor, subjects=subjects_of(message), data={"mailbox_id": str(mailbox.id)})
        enqueue("mail.deliver", message_id=message.id)
    return message


def deliver(*, message_id: UUID) -> Message | None:
    """Send a queued message once. Safe to call at any time and by several processes: only a due one is taken.

    Records message.sent, message.failed or message.unclear. A message that must wait (pace, cap, 4xx) is queued again
    for later. Talks to the network between two transactions.
    """
    claimed = _claim(message_id)
    if claimed is None:
        return None
    message, data, connection = claimed
    result = _hand_over(message, data, connection)
    if result.scope == smtp.Scope.MAILBOX and result.outcome in (smtp.Outcome.LATER, smtp.Outcome.NEVER):
        note_failure(mailbox_id=message.mailbox_id, reason=result.reason, at=clock.now())
    elif result.outcome == smtp.Outcome.ACCEPTED:
        note_success(mailbox_id=message.mailbox_id)
    elif result.outcome == smtp.Outcome.LATER and says_too_many(result.reason):
        slow_down(domain=domain_of(message.to_address), said=result.reason, at=clock.now())
    return _settle(message.id, result)


@transaction.atomic
def mark_lost_unclear() -> int:
    """Show messages as unclear whose sender has died in mid-flight; returns how many. Records message.unclear."""
    lost = Message.objects.select_for_update(skip_locked=True).filter(
        state=Message.State.IN_FLIGHT, in_flight_at__lt=clock.now() - LOST_AFTER
    )
    count = 0
    for message in lost[:500]:
        _end(message, Message.State.UNCLEAR, "The worker stopped while it was sending this message.")
        record(MESSAGE_UNCLEAR, actor=SYSTEM, subjects=subjects_of(message), data={"reason": message.state_note})
        count += 1
    return count


@transaction.atomic
def resolve_unclear(*, actor: Actor, message_id: UUID, arrived: bool) -> Message:
    """Settle an unclear message: it arrived (then it counts as sent), or it is to be sent once more.

    Records message.sent, or message.queued. Raises Conflict when it is not unclear (any more).
    """
    require(actor, SEND)
    message = queries.lock_message(actor, message_id)
    if message.state != Message.State.UNCLEAR or message.is_bulk:
        raise Conflict("This message is not unclear any more, or belongs to a sequence and is settled there.")
    if arrived:
        message.sent_at = message.in_flight_at or clock.now()
        _end(message, Message.State.SENT, "", "sent_at")
        _record_sent(actor, message)
    else:
        _queue_again(message, clock.now(), "")
        record(MESSAGE_QUEUED, actor=actor, subjects=subjects_of(message), data={"mailbox_id": str(message.mailbox_id)})
    return message


def _check(to_address: str, subject: str, text: str, look: str) -> str:
    wrong: dict[str, str] = {}
    if look not in Look.values:
        wrong["look"] = "Choose how the mail looks."
    try:
        ascii_address(to_address)
    except InvalidInput as error:
        wrong["to_address"] = f"{error}."
    if not subject.strip():
        wrong["subject"] = "Write a subject."
    if not text.strip():
        wrong["text"] = "Write a message."
    if "{{" in subject or "{{" in text:
        wrong["text"] = "Fill in what stands between {{ and }} before you send."
    for field, written in (("subject", subject), ("text", text)):
        if asked := open_placeholders(written):
            wrong[field] = _fill_in(asked)
    if wrong:
        raise InvalidInput(wrong)
    return normal_address(to_address)


def _fill_in(asked: list[str]) -> str:
    if "[[" in asked:
        return "“[[” opens a place to fill in that is not closed. Write there, or take the brackets away."
    return f"Fill in what stands in double brackets before you send: {quoted(asked)}."


def _refuse_suppressed(address: str) -> None:
    suppression = queries.find_suppression(address)
    if suppression:
        reason = Suppression.Reason(suppression.reason).label.lower()
        raise Conflict(
            f"{address} must not be mailed since {suppression.since:%-d %B %Y}: {reason}. Use another address or write by phone."
        )


def _answered(answers_id: UUID | None) -> Message | None:
    if answers_id is None:
        return None
    answered = Message.objects.filter(id=answers_id).first()
    if answered is None:
        raise NotFound("The message that this one answers does not exist any more.")
    return answered


def _new_message(
    actor: Actor, mailbox: Mailbox, address: str, subject: str, subjects: Mapping[str, UUID], answered: Message | None
) -> Message:
    identifier, now = new_id(), clock.now()
    message_id = make_message_id(identifier, mailbox.address.rpartition("@")[2])
    return Message(
        id=identifier,
        thread_id=answered.thread_id if answered else identifier,
        direction=Message.Direction.OUT,
        state=Message.State.QUEUED,
        mailbox=mailbox,
        message_id=message_id,
        in_reply_to=answered.message_id if answered else "",
        references=[*answered.references, answered.message_id][-50:] if answered else [],
        from_address=normal_address(mailbox.address),
        from_name=mailbox.display_name,
        to_address=address,
        subject=" ".join(subject.split()),
        subjects={kind: str(key) for kind, key in subjects.items()},
        sent_by_id=actor.id if actor.kind == "user" else None,
        created_at=now,
        due_at=now,
    )


@transaction.atomic
def _claim(message_id: UUID) -> tuple[Message, bytes, SmtpSettings] | None:
    """Take a due message into flight and write its bytes; None when it is not (any more) to be sent now."""
    message = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=message_id).first()
    now = clock.now()
    if message is None or message.state != Message.State.QUEUED:
        return None
    mailbox = Mailbox.objects.get(id=message.mailbox_id)
    if mailbox.why_it_rests:
        _queue_again(message, now + timedelta(minutes=10), mailbox.why_it_rests)
        return None
    bucket = lock_bucket(mailbox.id)
    free_at = max(message.due_at or now, bucket.level.free_at(mailbox.limits_at(now), now))
    if free_at > now:
        _queue_again(message, free_at, message.state_note or "Waits for its turn in this mailbox.")
        return None
    if queries.find_suppression(message.to_address):
        _fail(message, "The address was suppressed before the message went out.")
        return None
    try:
        data, connection = _bytes_of(message, mailbox), smtp_settings(mailbox)
    except (InvalidInput, PermanentFailure) as error:
        _fail(message, str(error))
        return None
    take(bucket, mailbox, 1, now)
    count_personal(domain_of(message.to_address), now)
    message.state, message.in_flight_at, message.attempts = Message.State.IN_FLIGHT, now, message.attempts + 1
    message.save(update_fields=["state", "in_flight_at", "attempts"])
    return message, data, connection


def _bytes_of(message: Message, mailbox: Mailbox) -> bytes:
    body = MessageBody.objects.only("text", "look").get(message=message)
    reply_to = None
    if mailbox.takes_plus_addresses:
        reply_to = Address(address_tokens.plus_address(mailbox.address, message.id), mailbox.display_name)
    return write_message(
        written_content(subject=message.subject, text=body.text, look=body.look, signature=mailbox.signature),
        Envelope(
            sender=Address(mailbox.address, message.from_name),
            recipient=Address(message.to_address, message.to_name),
            message_id=f"<{message.message_id}>",
            sent_at=clock.now(),
            reply_to=reply_to,
            in_reply_to=f"<{message.in_reply_to}>" if message.in_reply_to else "",
            references=tuple(f"<{key}>" for key in message.references),
            unsubscribe_url=unsubscribe_url(message.id) if message.is_bulk else "",
        ),
    )


def written_content(*, subject: str, text: str, look: str, signature: str = "") -> Content:
    """What somebody wrote to one person, as it goes out now: with the mailbox's signature, and in its look."""
    return content_of(subject=subject, text=with_signature(text, signature), brand=queries.brand_for(look))


def unsubscribe_url(message_id: UUID) -> str:
    """The link of this message that stops mail to its recipient."""
    return settings.BASE_URL + reverse("mail:unsubscribe", args=[address_tokens.link_token(message_id)])


def _hand_over(message: Message, data: bytes, connection_settings: SmtpSettings) -> smtp.SendResult:
    with smtp.Connection(connection_settings) as connection:
        return connection.send(
            sender=ascii_address(message.from_address), recipient=ascii_address(message.to_address), message=data
        )


@transaction.atomic
def _settle(message_id: UUID, result: smtp.SendResult) -> Message:
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state != Message.State.IN_FLIGHT:
        return message  # a person or the sweep was quicker
    if result.scope == smtp.Scope.MAILBOX and result.outcome != smtp.Outcome.UNCLEAR and message.in_flight_at:
        give_back([Unsent(message.mailbox_id, message.to_address, message.in_flight_at)])
    match result.outcome:
        case smtp.Outcome.ACCEPTED:
            message.sent_at = clock.now()
            _end(message, Message.State.SENT, "", "sent_at")
            _record_sent(SYSTEM, message)
        case smtp.Outcome.UNCLEAR:
            _end(message, Message.State.UNCLEAR, result.reason)
            record(MESSAGE_UNCLEAR, actor=SYSTEM, subjects=subjects_of(message), data={"reason": result.reason})
        case smtp.Outcome.LATER if message.attempts <= len(RETRY_AFTER):
            _queue_again(message, clock.now() + RETRY_AFTER[message.attempts - 1], result.reason)
        case _:
            _fail(message, result.reason)
    logger.info("message settled message=%s state=%s code=%s", message.id, message.state, result.code)
    return message


def _record_sent(actor: Actor, message: Message) -> None:
    data = {"mailbox_id": str(message.mailbox_id), "is_bulk": message.is_bulk}
    record(MESSAGE_SENT, actor=_writer(message) or actor, subjects=subjects_of(message), data=data)


def _writer(message: Message) -> Actor | None:
    """The person who wrote it did it, even though the worker sent it."""
    return Actor(kind="user", id=message.sent_by_id) if message.sent_by_id else None


def _fail(message: Message, reason: str) -> None:
    _end(message, Message.State.FAILED, reason)
    take_back_answer(message)
    record(MESSAGE_FAILED, actor=SYSTEM, subjects=subjects_of(message), data={"reason": reason})


def _end(message: Message, state: str, note: str, *also: str) -> None:
    message.state, message.state_note = state, note
    message.save(update_fields=["state", "state_note", *also])


def requeue_waiting() -> int:
    """Queue the sending of all messages that wait for it: after they were brought in from an archive, without a queue."""
    waiting = Message.objects.filter(state=Message.State.QUEUED, direction=Message.Direction.OUT)
    found = list(waiting.order_by("id").values_list("id", "due_at"))
    for message_id, due_at in found:
        enqueue("mail.deliver", run_at=due_at, message_id=message_id)
    return len(found)


def _queue_again(message: Message, at: datetime, note: str) -> None:
    message.state, message.due_at, message.state_note = Message.State.QUEUED, at, note
    message.save(update_fields=["state", "due_at", "state_note"])
    enqueue("mail.deliver", run_at=at, message_id=message.id)
